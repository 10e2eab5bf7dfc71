/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Reads the data channel's binary messages as server/README.md defines them. */
#include "pb-sample-decoder.h"

#include <string.h>

#define HEADER_BYTES 32

struct _PbSampleDecoder {
  GstPitboxSchema *schema;
  guint8 *row;
  gboolean have_row;
  gboolean have_seq;
  guint32 seq;
};

typedef struct {
  const guint8 *at;
  const guint8 *end;
} Cursor;

/**
 * pb_sample_decoder_new:
 * @schema: of the rows to come
 *
 * Returns: a decoder that waits for a key message
 */
PbSampleDecoder *
pb_sample_decoder_new (GstPitboxSchema *schema)
{
  PbSampleDecoder *decoder = g_new0 (PbSampleDecoder, 1);

  decoder->schema = gst_pitbox_schema_ref (schema);
  decoder->row = g_malloc0 (gst_pitbox_schema_get_row_bytes (schema));
  return decoder;
}

/**
 * pb_sample_decoder_free:
 * @decoder: a decoder
 */
void
pb_sample_decoder_free (PbSampleDecoder *decoder)
{
  gst_pitbox_schema_unref (decoder->schema);
  g_free (decoder->row);
  g_free (decoder);
}

static const guint8 *
take (Cursor *cursor, gsize bytes)
{
  const guint8 *at = cursor->at;

  if ((gsize) (cursor->end - at) < bytes)
    return NULL;
  cursor->at += bytes;
  return at;
}

/* At any address. */
static guint32
read_u32 (const guint8 *at)
{
  return (guint32) at[0] | (guint32) at[1] << 8 | (guint32) at[2] << 16
         | (guint32) at[3] << 24;
}

static gboolean
read_elements (Cursor *cursor, const GstPitboxVar *var, guint8 *row)
{
  guint size = gst_pitbox_var_type_size (var->type);
  const guint8 *bitmap = take (cursor, (var->count + 7) / 8);

  for (guint i = 0; bitmap != NULL && i < var->count; i++) {
    const guint8 *bytes;

    if (!(bitmap[i / 8] >> (i % 8) & 1))
      continue;
    if ((bytes = take (cursor, size)) == NULL)
      return FALSE;
    memcpy (row + var->offset + i * size, bytes, size);
  }
  return bitmap != NULL;
}

static gboolean
read_delta (PbSampleDecoder *decoder, Cursor *cursor)
{
  guint n_vars = gst_pitbox_schema_get_n_vars (decoder->schema);
  const guint8 *bitmap = take (cursor, (n_vars + 7) / 8);

  for (guint i = 0; bitmap != NULL && i < n_vars; i++) {
    const GstPitboxVar *var = gst_pitbox_schema_get_var (decoder->schema, i);
    const guint8 *bytes;

    if (!(bitmap[i / 8] >> (i % 8) & 1))
      continue;
    if (var->count > 1) {
      if (!read_elements (cursor, var, decoder->row))
        return FALSE;
      continue;
    }
    bytes = take (cursor, gst_pitbox_var_type_size (var->type));
    if (bytes == NULL)
      return FALSE;
    memcpy (decoder->row + var->offset, bytes,
        gst_pitbox_var_type_size (var->type));
  }
  return bitmap != NULL;
}

static gboolean
read_rows (PbSampleDecoder *decoder, Cursor *cursor, PbSampleInfo *info)
{
  gsize row_bytes = gst_pitbox_schema_get_row_bytes (decoder->schema);

  for (guint i = 0; i < info->n_rows; i++) {
    const guint8 *head = take (cursor, 8);
    const guint8 *bytes;

    if (head == NULL)
      return FALSE;
    info->row_tick = (gint32) read_u32 (head);
    info->row_offset_us = (gint32) read_u32 (head + 4);
    if (info->type == 1) {
      if ((bytes = take (cursor, row_bytes)) == NULL)
        return FALSE;
      memcpy (decoder->row, bytes, row_bytes);
      decoder->have_row = TRUE;
    } else if (!decoder->have_row || !read_delta (decoder, cursor)) {
      return FALSE;
    }
  }
  return cursor->at == cursor->end;
}

/**
 * pb_sample_decoder_push:
 * @decoder: a decoder
 * @message: a binary message
 * @info: (out): its header
 *
 * Returns: %FALSE if the message is malformed, or not the one after the last
 *   and no key
 */
gboolean
pb_sample_decoder_push (
    PbSampleDecoder *decoder, GBytes *message, PbSampleInfo *info)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (message, &size);
  Cursor cursor = { data, data + size };

  memset (info, 0, sizeof *info);
  if (take (&cursor, HEADER_BYTES) == NULL)
    return FALSE;
  info->type = data[0];
  info->flags = data[1];
  info->n_rows = (guint16) (data[2] | data[3] << 8);
  info->rtp = read_u32 (data + 4);
  info->schema_id = read_u32 (data + 8);
  info->seq = read_u32 (data + 12);
  info->utc_us =
      (gint64) ((guint64) read_u32 (data + 20) << 32 | read_u32 (data + 16));
  info->tick = (gint32) read_u32 (data + 24);
  info->sync_error_us = (gint32) read_u32 (data + 28);
  if (info->type != 1
      && (info->type != 2
          || (decoder->have_seq && info->seq != decoder->seq + 1)))
    return FALSE;
  decoder->have_seq = TRUE;
  decoder->seq = info->seq;
  return read_rows (decoder, &cursor, info);
}

/**
 * pb_sample_decoder_get_row:
 * @decoder: a decoder
 *
 * Returns: (nullable): the newest row; %NULL before the first key
 */
const guint8 *
pb_sample_decoder_get_row (PbSampleDecoder *decoder)
{
  return decoder->have_row ? decoder->row : NULL;
}
