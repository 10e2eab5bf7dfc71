/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A schema in caps, and out of them. */
#include "gstpitboxcaps.h"
#include "gstpitboxerror.h"
#include "gstpitboxschema.h"

/**
 * gst_pitbox_schema_to_caps:
 * @schema: a schema
 *
 * Returns: (transfer full): fixed caps of %GST_PITBOX_CAPS_RAW
 */
GstCaps *
gst_pitbox_schema_to_caps (const GstPitboxSchema *schema)
{
  g_autoptr (GBytes) bytes = gst_pitbox_schema_to_bytes (schema);
  GstBuffer *codec_data = gst_buffer_new_wrapped_bytes (bytes);
  GstCaps *caps = gst_caps_new_simple (GST_PITBOX_TELEMETRY_MEDIA_TYPE, "sim",
      G_TYPE_STRING, gst_pitbox_schema_get_sim (schema), "schema-id",
      G_TYPE_UINT, gst_pitbox_schema_get_id (schema), "rate", GST_TYPE_FRACTION,
      (gint) gst_pitbox_schema_get_tick_rate (schema), 1, "codec_data",
      GST_TYPE_BUFFER, codec_data, NULL);

  gst_buffer_unref (codec_data);
  return caps;
}

/**
 * gst_pitbox_schema_new_from_caps:
 * @caps: fixed caps of %GST_PITBOX_CAPS_RAW
 * @error: set when the caps hold no valid schema
 *
 * Returns: (transfer full) (nullable): the schema in @caps
 */
GstPitboxSchema *
gst_pitbox_schema_new_from_caps (const GstCaps *caps, GError **error)
{
  const GstStructure *s = gst_caps_get_structure (caps, 0);
  const GValue *value;
  GstBuffer *codec_data = NULL;
  GstMapInfo map;
  GstPitboxSchema *self;

  value = gst_structure_get_value (s, "codec_data");
  if (value != NULL && G_VALUE_HOLDS (value, GST_TYPE_BUFFER))
    codec_data = gst_value_get_buffer (value);
  if (!gst_structure_has_name (s, GST_PITBOX_TELEMETRY_MEDIA_TYPE)
      || codec_data == NULL
      || !gst_buffer_map (codec_data, &map, GST_MAP_READ)) {
    g_set_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
        "Telemetry caps without a schema (codec_data)");
    return NULL;
  }
  self = gst_pitbox_schema_new_from_bytes (map.data, map.size, error);
  gst_buffer_unmap (codec_data, &map);
  return self;
}
