/* SPDX-License-Identifier: LGPL-2.1-or-later
 * GstTelemetryRowEnc: rows in, a line for one in so many of them out. */
#pragma once

#include <gst/base/gstbasetransform.h>
#include <gstpitbox/gstpitbox.h>

G_BEGIN_DECLS

#define GST_TYPE_TELEMETRY_ROW_ENC (gst_telemetry_row_enc_get_type ())
G_DECLARE_DERIVABLE_TYPE (GstTelemetryRowEnc, gst_telemetry_row_enc, GST,
    TELEMETRY_ROW_ENC, GstBaseTransform)

/* What telemetryjsonenc and telemetrytextenc have in common. They say what a
 * line is; which rows make one, caps that change, rows of a wrong size and
 * properties that change on air are the same for both. All of it is called by
 * the streaming thread. */
struct _GstTelemetryRowEncClass {
  GstBaseTransformClass parent_class;

  /* The property that configure() may find wrong. */
  const gchar *setting;
  /* Each line lasts until the next one; else as long as its row. */
  gboolean lasts;

  /* What the source pad gives as the properties stand; NULL: its template. */
  GstCaps *(*get_src_caps) (GstTelemetryRowEnc *self);
  /* Takes over the properties for rows of @schema, and keeps what was before
   * where they are wrong. */
  gboolean (*configure) (GstTelemetryRowEnc *self, GstPitboxSchema *schema,
      GstPitboxUnits units, GError **error);
  /* Lets go of what configure() made. */
  void (*forget) (GstTelemetryRowEnc *self);
  /* Returns: (transfer full): the line */
  GString *(*write) (
      GstTelemetryRowEnc *self, GstBuffer *input, const guint8 *row);
};

/* A subclass's own properties begin at GST_TELEMETRY_ROW_ENC_PROP_NEXT; its
 * set_property and get_property hand the others up. */
enum {
  GST_TELEMETRY_ROW_ENC_PROP_UNITS = 1,
  GST_TELEMETRY_ROW_ENC_PROP_RATE_DIVISOR,
  GST_TELEMETRY_ROW_ENC_PROP_MAX_RATE,
  GST_TELEMETRY_ROW_ENC_PROP_NEXT,
};

void gst_telemetry_row_enc_class_install_properties (
    GstTelemetryRowEncClass *klass, GstPitboxUnits units,
    const gchar *units_blurb, guint max_rate);
void gst_telemetry_row_enc_note_change (GstTelemetryRowEnc *self);

G_END_DECLS
