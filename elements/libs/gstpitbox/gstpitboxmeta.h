/* SPDX-License-Identifier: LGPL-2.1-or-later
 * GstPitboxTelemetryMeta: the row that belongs to a picture, on the picture. */
#pragma once

#include <gstpitbox/gstpitboxapi.h>
#include <gstpitbox/gstpitboxmatcher.h>

G_BEGIN_DECLS

/**
 * GstPitboxTelemetryMeta:
 * @meta: parent
 * @sample: the row: schema, bytes, tick, running time, UTC; read-only
 * @sync_error: running time of the nearest real row used minus that of the
 *   picture, ns
 * @quality: what the row is to the picture, never
 *   %GST_PITBOX_MATCH_QUALITY_NONE
 */
typedef struct _GstPitboxTelemetryMeta GstPitboxTelemetryMeta;
struct _GstPitboxTelemetryMeta {
  GstMeta meta;
  GstPitboxSample *sample;
  GstClockTimeDiff sync_error;
  GstPitboxMatchQuality quality;
};

#define GST_PITBOX_TELEMETRY_META_API_TYPE \
  (gst_pitbox_telemetry_meta_api_get_type ())
#define GST_PITBOX_TELEMETRY_META_INFO (gst_pitbox_telemetry_meta_get_info ())
GST_PITBOX_API GType gst_pitbox_telemetry_meta_api_get_type (void);
GST_PITBOX_API const GstMetaInfo *gst_pitbox_telemetry_meta_get_info (void);

GST_PITBOX_API GstPitboxTelemetryMeta *gst_buffer_add_pitbox_telemetry_meta (
    GstBuffer *buffer, const GstPitboxMatch *match);
GST_PITBOX_API GstPitboxTelemetryMeta *gst_buffer_get_pitbox_telemetry_meta (
    GstBuffer *buffer);

GST_PITBOX_API GBytes *gst_pitbox_telemetry_meta_to_bytes (
    const GstPitboxTelemetryMeta *meta);
GST_PITBOX_API GstPitboxTelemetryMeta *
gst_buffer_add_pitbox_telemetry_meta_from_bytes (GstBuffer *buffer,
    gconstpointer data, gsize size, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
