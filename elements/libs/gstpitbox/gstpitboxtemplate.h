/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Text with fields in braces, filled in from a row. */
#pragma once

#include <gstpitbox/gstpitboxapi.h>
#include <gstpitbox/gstpitboxdriverinfo.h>
#include <gstpitbox/gstpitboxquantity.h>
#include <gstpitbox/gstpitboxschema.h>

G_BEGIN_DECLS

/* A subtitle has a few dozen letters; these bound what a text can ask for. */
#define GST_PITBOX_MAX_TEMPLATE_BYTES 4096
#define GST_PITBOX_MAX_TEMPLATE_FIELDS 64
#define GST_PITBOX_MAX_TEMPLATE_WIDTH 64

/**
 * GstPitboxTemplate:
 *
 * Text with fields in braces. One thread at a time binds it; once bound any
 * thread writes.
 */
typedef struct _GstPitboxTemplate GstPitboxTemplate;

/**
 * GstPitboxTemplateInput:
 * @row: (nullable): a row of the schema bound to
 * @info: (nullable): who drives
 * @missing: what stands where there is no value
 * @markup: escape what comes out of fields for Pango markup
 * @tick: the row's tick, or %GST_BUFFER_OFFSET_NONE
 * @time: running time, ns, or %GST_CLOCK_TIME_NONE
 * @utc_us: microseconds since 1970, or 0
 *
 * What one text is made of.
 */
typedef struct {
  const guint8 *row;
  const GstPitboxDriverInfo *info;
  const gchar *missing;
  gboolean markup;
  guint64 tick;
  GstClockTime time;
  gint64 utc_us;
} GstPitboxTemplateInput;

GST_PITBOX_API GstPitboxTemplate *gst_pitbox_template_new (
    const gchar *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;
GST_PITBOX_API void gst_pitbox_template_free (GstPitboxTemplate *self);
GST_PITBOX_API void gst_pitbox_template_bind (GstPitboxTemplate *self,
    const GstPitboxSchema *schema, GstPitboxUnits units);
GST_PITBOX_API void gst_pitbox_template_write (const GstPitboxTemplate *self,
    const GstPitboxTemplateInput *input, GString *out);
GST_PITBOX_API guint gst_pitbox_template_get_n_fields (
    const GstPitboxTemplate *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstPitboxTemplate, gst_pitbox_template_free)

G_END_DECLS
