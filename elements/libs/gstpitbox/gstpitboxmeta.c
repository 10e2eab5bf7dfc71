/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The row that belongs to a picture, as a GstMeta. */
#include "gstpitboxmeta.h"

#include <gst/base/gstbytereader.h>
#include <gst/base/gstbytewriter.h>

#include "gstpitboxcaps.h"
#include "gstpitboxerror.h"

/**
 * SECTION:gstpitboxmeta
 * @title: GstPitboxTelemetryMeta
 * @short_description: the row that belongs to a picture
 *
 * A buffer has at most one. The row says what the car did at the picture's
 * instant, not what the pixels are: it goes along with every copy and every
 * transform, cropped and scaled ones too, and carries no tags that would make
 * an element drop it.
 */

/* Serialised form, little-endian: version u8, quality u8, UTC quality u8,
 * 0 u8, tick u64, running time u64 ns, sync error i64 ns, UTC i64 us, schema
 * size u32, row size u32, schema, row. */
#define BYTES_VERSION 1
#define BYTES_HEADER 44

GType
gst_pitbox_telemetry_meta_api_get_type (void)
{
  static const gchar *tags[] = { NULL };
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (
        &type, gst_meta_api_type_register ("GstPitboxTelemetryMetaAPI", tags));
  return type;
}

static gboolean
meta_init (GstMeta *meta, gpointer params, GstBuffer *buffer)
{
  GstPitboxTelemetryMeta *self = (GstPitboxTelemetryMeta *) meta;

  self->sample = NULL;
  self->sync_error = 0;
  self->quality = GST_PITBOX_MATCH_QUALITY_NONE;
  return TRUE;
}

static void
meta_free (GstMeta *meta, GstBuffer *buffer)
{
  GstPitboxTelemetryMeta *self = (GstPitboxTelemetryMeta *) meta;

  g_clear_pointer (&self->sample, gst_pitbox_sample_unref);
}

static gboolean
meta_transform (GstBuffer *dest, GstMeta *meta, GstBuffer *buffer, GQuark type,
    gpointer data)
{
  GstPitboxTelemetryMeta *self = (GstPitboxTelemetryMeta *) meta;
  GstPitboxMatch match = { self->sample, self->sync_error, self->quality };

  return gst_buffer_add_pitbox_telemetry_meta (dest, &match) != NULL;
}

#if GST_CHECK_VERSION(1, 24, 0)
static gboolean
meta_serialize (
    const GstMeta *meta, GstByteArrayInterface *data, guint8 *version)
{
  g_autoptr (GBytes) bytes = gst_pitbox_telemetry_meta_to_bytes (
      (const GstPitboxTelemetryMeta *) meta);

  *version = BYTES_VERSION;
  return gst_byte_array_interface_append_data (
      data, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static GstMeta *
meta_deserialize (const GstMetaInfo *info, GstBuffer *buffer,
    const guint8 *data, gsize size, guint8 version)
{
  g_autoptr (GError) error = NULL;
  GstPitboxTelemetryMeta *meta = NULL;

  if (version == BYTES_VERSION)
    meta = gst_buffer_add_pitbox_telemetry_meta_from_bytes (
        buffer, data, size, &error);
  return (GstMeta *) meta;
}

static const GstMetaInfo *
register_meta (void)
{
  GstMetaInfo *info =
      (GstMetaInfo *) gst_meta_info_new (GST_PITBOX_TELEMETRY_META_API_TYPE,
          "GstPitboxTelemetryMeta", sizeof (GstPitboxTelemetryMeta));

  info->init_func = meta_init;
  info->free_func = meta_free;
  info->transform_func = meta_transform;
  info->serialize_func = meta_serialize;
  info->deserialize_func = meta_deserialize;
  return gst_meta_info_register (info);
}
#else
static const GstMetaInfo *
register_meta (void)
{
  return gst_meta_register (GST_PITBOX_TELEMETRY_META_API_TYPE,
      "GstPitboxTelemetryMeta", sizeof (GstPitboxTelemetryMeta), meta_init,
      meta_free, meta_transform);
}
#endif

const GstMetaInfo *
gst_pitbox_telemetry_meta_get_info (void)
{
  static const GstMetaInfo *info = NULL;

  if (g_once_init_enter ((GstMetaInfo **) &info))
    g_once_init_leave (
        (GstMetaInfo **) &info, (GstMetaInfo *) register_meta ());
  return info;
}

/**
 * gst_buffer_add_pitbox_telemetry_meta:
 * @buffer: a writable buffer
 * @match: a match that has a row
 *
 * Attaches the row of @match, which keeps its own reference; a meta that was
 * there before goes.
 *
 * Returns: (transfer none) (nullable): the meta. Any thread that owns @buffer.
 */
GstPitboxTelemetryMeta *
gst_buffer_add_pitbox_telemetry_meta (
    GstBuffer *buffer, const GstPitboxMatch *match)
{
  GstPitboxTelemetryMeta *meta;

  g_return_val_if_fail (gst_buffer_is_writable (buffer), NULL);
  if (match->sample == NULL)
    return NULL;
  meta = gst_buffer_get_pitbox_telemetry_meta (buffer);
  if (meta == NULL)
    meta = (GstPitboxTelemetryMeta *) gst_buffer_add_meta (
        buffer, GST_PITBOX_TELEMETRY_META_INFO, NULL);
  gst_pitbox_sample_ref (match->sample);
  g_clear_pointer (&meta->sample, gst_pitbox_sample_unref);
  meta->sample = match->sample;
  meta->sync_error = match->error;
  meta->quality = match->quality;
  return meta;
}

/**
 * gst_buffer_get_pitbox_telemetry_meta:
 * @buffer: a buffer
 *
 * Returns: (transfer none) (nullable): its telemetry
 */
GstPitboxTelemetryMeta *
gst_buffer_get_pitbox_telemetry_meta (GstBuffer *buffer)
{
  return (GstPitboxTelemetryMeta *) gst_buffer_get_meta (
      buffer, GST_PITBOX_TELEMETRY_META_API_TYPE);
}

/**
 * gst_pitbox_telemetry_meta_to_bytes:
 * @meta: a meta
 *
 * Returns: (transfer full): all of it, schema included, for a pipe or a file
 */
GBytes *
gst_pitbox_telemetry_meta_to_bytes (const GstPitboxTelemetryMeta *meta)
{
  const GstPitboxSample *sample = meta->sample;
  g_autoptr (GBytes) schema = gst_pitbox_schema_to_bytes (sample->schema);
  gsize schema_size, row_size;
  const guint8 *schema_data = g_bytes_get_data (schema, &schema_size);
  const guint8 *row = g_bytes_get_data (sample->row, &row_size);
  gsize size = BYTES_HEADER + schema_size + row_size;
  guint8 *data = g_malloc (size);
  GstByteWriter w;

  gst_byte_writer_init_with_data (&w, data, size, FALSE);
  gst_byte_writer_put_uint8_unchecked (&w, BYTES_VERSION);
  gst_byte_writer_put_uint8_unchecked (&w, meta->quality);
  gst_byte_writer_put_uint8_unchecked (&w, sample->utc_quality);
  gst_byte_writer_put_uint8_unchecked (&w, 0);
  gst_byte_writer_put_uint64_le_unchecked (&w, sample->tick);
  gst_byte_writer_put_uint64_le_unchecked (&w, sample->time);
  gst_byte_writer_put_int64_le_unchecked (&w, meta->sync_error);
  gst_byte_writer_put_int64_le_unchecked (&w, sample->utc_us);
  gst_byte_writer_put_uint32_le_unchecked (&w, schema_size);
  gst_byte_writer_put_uint32_le_unchecked (&w, row_size);
  gst_byte_writer_put_data_unchecked (&w, schema_data, schema_size);
  gst_byte_writer_put_data_unchecked (&w, row, row_size);
  return g_bytes_new_take (data, size);
}

/* The fixed part: FALSE if it cannot be one. */
static gboolean
read_header (GstByteReader *r, GstPitboxMatch *match, GstPitboxSample *fields,
    guint32 *schema_size, guint32 *row_size)
{
  guint8 version = 0, quality = 0, utc_quality = 0, zero = 0;

  if (!gst_byte_reader_get_uint8 (r, &version)
      || !gst_byte_reader_get_uint8 (r, &quality)
      || !gst_byte_reader_get_uint8 (r, &utc_quality)
      || !gst_byte_reader_get_uint8 (r, &zero)
      || !gst_byte_reader_get_uint64_le (r, &fields->tick)
      || !gst_byte_reader_get_uint64_le (r, &fields->time)
      || !gst_byte_reader_get_int64_le (r, &match->error)
      || !gst_byte_reader_get_int64_le (r, &fields->utc_us)
      || !gst_byte_reader_get_uint32_le (r, schema_size)
      || !gst_byte_reader_get_uint32_le (r, row_size))
    return FALSE;
  match->quality = quality;
  fields->utc_quality = utc_quality;
  return version == BYTES_VERSION && zero == 0
         && quality > GST_PITBOX_MATCH_QUALITY_NONE
         && quality <= GST_PITBOX_MATCH_QUALITY_INTERPOLATED
         && utc_quality <= GST_PITBOX_CLOCK_SYNCED
         && GST_CLOCK_TIME_IS_VALID (fields->time) && fields->utc_us >= 0
         && *row_size <= GST_PITBOX_MAX_ROW_BYTES;
}

/**
 * gst_buffer_add_pitbox_telemetry_meta_from_bytes:
 * @buffer: a writable buffer
 * @data: (array length=size) (element-type guint8): what gst_pitbox_telemetry_meta_to_bytes() wrote; not trusted
 * @size: bytes at @data
 * @error: (out): why not
 *
 * Returns: (transfer none) (nullable): the meta, or %NULL with @error set
 */
GstPitboxTelemetryMeta *
gst_buffer_add_pitbox_telemetry_meta_from_bytes (
    GstBuffer *buffer, gconstpointer data, gsize size, GError **error)
{
  GstByteReader r = GST_BYTE_READER_INIT (data, size);
  GstPitboxMatch match = { NULL };
  GstPitboxSample fields = { 0 };
  g_autoptr (GstPitboxSchema) schema = NULL;
  g_autoptr (GstPitboxSample) sample = NULL;
  g_autoptr (GBytes) row = NULL;
  guint32 schema_size = 0, row_size = 0;
  const guint8 *schema_data = NULL, *row_data = NULL;

  if (!read_header (&r, &match, &fields, &schema_size, &row_size)
      || !gst_byte_reader_get_data (&r, schema_size, &schema_data)
      || !gst_byte_reader_get_data (&r, row_size, &row_data)
      || gst_byte_reader_get_remaining (&r) != 0) {
    g_set_error_literal (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
        "not a serialised telemetry meta");
    return NULL;
  }
  schema = gst_pitbox_schema_new_from_bytes (schema_data, schema_size, error);
  if (schema == NULL)
    return NULL;
  if (row_size != gst_pitbox_schema_get_row_bytes (schema)) {
    g_set_error_literal (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
        "the meta's row is not of its schema's size");
    return NULL;
  }
  row = g_bytes_new (row_data, row_size);
  sample = gst_pitbox_sample_new (
      schema, row, fields.tick, fields.time, fields.utc_us, fields.utc_quality);
  match.sample = sample;
  return gst_buffer_add_pitbox_telemetry_meta (buffer, &match);
}
