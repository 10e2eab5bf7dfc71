/* SPDX-License-Identifier: LGPL-2.1-or-later
 * GstPitboxSample: one immutable row with its schema and its time. */
#pragma once

#include <gstpitbox/gstpitboxapi.h>
#include <gstpitbox/gstpitboxschema.h>
#include <gstpitbox/gstpitboxsession.h>

G_BEGIN_DECLS

/**
 * GstPitboxSample:
 * @schema: layout of @row
 * @row: exactly as many bytes as @schema says
 * @tick: the simulator's tick, or %GST_BUFFER_OFFSET_NONE if unknown
 * @time: running time of the tick, ns
 * @utc_us: microseconds since 1970-01-01 00:00 UTC, or 0 if unknown
 * @utc_quality: how far @utc_us can be trusted
 *
 * All fields are read-only.
 */
typedef struct _GstPitboxSample GstPitboxSample;
struct _GstPitboxSample {
  /*< private >*/
  gatomicrefcount ref_count;
  /*< public >*/
  GstPitboxSchema *schema;
  GBytes *row;
  guint64 tick;
  GstClockTime time;
  gint64 utc_us;
  GstPitboxClockQuality utc_quality;
};

#define GST_TYPE_PITBOX_SAMPLE (gst_pitbox_sample_get_type ())
GST_PITBOX_API GType gst_pitbox_sample_get_type (void);

GST_PITBOX_API GstPitboxSample *gst_pitbox_sample_new (GstPitboxSchema *schema,
    GBytes *row, guint64 tick, GstClockTime time, gint64 utc_us,
    GstPitboxClockQuality utc_quality) G_GNUC_WARN_UNUSED_RESULT;
GST_PITBOX_API GstPitboxSample *gst_pitbox_sample_new_from_buffer (
    GstPitboxSchema *schema, GstBuffer *buffer, GstClockTime time,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
GST_PITBOX_API GstPitboxSample *gst_pitbox_sample_new_interpolated (
    const GstPitboxSample *earlier, const GstPitboxSample *before,
    const GstPitboxSample *after, GstClockTime time) G_GNUC_WARN_UNUSED_RESULT;
GST_PITBOX_API gdouble gst_pitbox_sample_get_double (
    const GstPitboxSample *sample, const gchar *name);
GST_PITBOX_API gdouble gst_pitbox_sample_get_element (
    const GstPitboxSample *sample, const gchar *name, guint index);
GST_PITBOX_API GstPitboxSample *gst_pitbox_sample_ref (GstPitboxSample *sample);
GST_PITBOX_API void gst_pitbox_sample_unref (GstPitboxSample *sample);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstPitboxSample, gst_pitbox_sample_unref)

G_END_DECLS
