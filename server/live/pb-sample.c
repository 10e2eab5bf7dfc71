/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Writes samples: what changed in each row, the same bytes for every viewer.
 */
#include "live/pb-sample.h"

#include <string.h>

typedef struct {
  guint8 type;
  guint8 flags;
  guint16 n_rows;
  guint32 rtp;
  guint32 schema_id;
  guint32 seq;
  gint64 utc_us;
  gint32 tick;
  gint32 sync_error_us;
} Header;

struct _PbSampleCoder {
  /* The row that a viewer has that got every message so far. */
  GstPitboxSample *row;
  /* Of the last message. */
  guint32 seq;
  guint32 rtp;
  GstClockTime time;
  gboolean restarted;
};

/**
 * pb_sample_coder_new:
 *
 * Not thread safe.
 *
 * Returns: (transfer full): a coder whose first message with a row is a key
 */
PbSampleCoder *
pb_sample_coder_new (void)
{
  PbSampleCoder *coder = g_new0 (PbSampleCoder, 1);

  coder->restarted = TRUE;
  return coder;
}

/**
 * pb_sample_coder_free:
 * @coder: (transfer full): a coder
 */
void
pb_sample_coder_free (PbSampleCoder *coder)
{
  g_clear_pointer (&coder->row, gst_pitbox_sample_unref);
  g_free (coder);
}

/**
 * pb_sample_coder_restart:
 * @coder: a coder
 *
 * The stream begins anew: the next message with a row is a key that says so.
 */
void
pb_sample_coder_restart (PbSampleCoder *coder)
{
  g_clear_pointer (&coder->row, gst_pitbox_sample_unref);
  coder->restarted = TRUE;
}

/**
 * pb_sample_coder_begin_at:
 * @coder: a new coder
 * @seq: sequence of its first message
 */
void
pb_sample_coder_begin_at (PbSampleCoder *coder, guint32 seq)
{
  coder->seq = seq - 1;
}

/**
 * pb_sample_coder_get_seq:
 * @coder: a coder
 *
 * Returns: sequence of the last message
 */
guint32
pb_sample_coder_get_seq (const PbSampleCoder *coder)
{
  return coder->seq;
}

static gint32
to_int32 (gint64 value)
{
  return (gint32) CLAMP (value, G_MININT32, G_MAXINT32);
}

static void
append_u32 (GByteArray *out, guint32 value)
{
  value = GUINT32_TO_LE (value);
  g_byte_array_append (out, (const guint8 *) &value, sizeof value);
}

static void
append_header (GByteArray *out, const Header *header)
{
  guint8 bytes[PB_SAMPLE_HEADER_BYTES];

  bytes[0] = header->type;
  bytes[1] = header->flags;
  GST_WRITE_UINT16_LE (bytes + 2, header->n_rows);
  GST_WRITE_UINT32_LE (bytes + 4, header->rtp);
  GST_WRITE_UINT32_LE (bytes + 8, header->schema_id);
  GST_WRITE_UINT32_LE (bytes + 12, header->seq);
  GST_WRITE_UINT64_LE (bytes + 16, (guint64) header->utc_us);
  GST_WRITE_UINT32_LE (bytes + 24, (guint32) header->tick);
  GST_WRITE_UINT32_LE (bytes + 28, (guint32) header->sync_error_us);
  g_byte_array_append (out, bytes, sizeof bytes);
}

static gint32
row_tick (const GstPitboxSample *row)
{
  return row->tick == GST_BUFFER_OFFSET_NONE ? 0 : (gint32) (guint32) row->tick;
}

static void
append_row_header (
    GByteArray *out, const GstPitboxSample *row, GstClockTime frame_time)
{
  gint64 offset_us = GST_CLOCK_DIFF (frame_time, row->time) / 1000;

  append_u32 (out, (guint32) row_tick (row));
  append_u32 (out, (guint32) to_int32 (offset_us));
}

static void
append_key_row (
    GByteArray *out, const GstPitboxSample *row, GstClockTime frame_time)
{
  append_row_header (out, row, frame_time);
  g_byte_array_append (out, g_bytes_get_data (row->row, NULL),
      gst_pitbox_schema_get_row_bytes (row->schema));
}

static void
append_changed_elements (GByteArray *out, const GstPitboxVar *var,
    const guint8 *before, const guint8 *after)
{
  guint size = gst_pitbox_var_type_size (var->type);
  guint bitmap_at = out->len;
  guint bitmap_bytes = (var->count + 7) / 8;

  g_byte_array_set_size (out, bitmap_at + bitmap_bytes);
  memset (out->data + bitmap_at, 0, bitmap_bytes);
  for (guint i = 0; i < var->count; i++) {
    guint at = var->offset + i * size;

    if (memcmp (before + at, after + at, size) == 0)
      continue;
    out->data[bitmap_at + i / 8] |= 1 << (i % 8);
    g_byte_array_append (out, after + at, size);
  }
}

static void
append_delta_row (GByteArray *out, const GstPitboxSample *before,
    const GstPitboxSample *after, GstClockTime frame_time)
{
  const GstPitboxSchema *schema = after->schema;
  const guint8 *a = g_bytes_get_data (before->row, NULL);
  const guint8 *b = g_bytes_get_data (after->row, NULL);
  guint n_vars = gst_pitbox_schema_get_n_vars (schema);
  guint bitmap_bytes = (n_vars + 7) / 8;
  guint bitmap_at;

  append_row_header (out, after, frame_time);
  bitmap_at = out->len;
  g_byte_array_set_size (out, bitmap_at + bitmap_bytes);
  memset (out->data + bitmap_at, 0, bitmap_bytes);
  for (guint i = 0; i < n_vars; i++) {
    const GstPitboxVar *var = gst_pitbox_schema_get_var (schema, i);
    guint bytes = var->count * gst_pitbox_var_type_size (var->type);

    if (memcmp (a + var->offset, b + var->offset, bytes) == 0)
      continue;
    out->data[bitmap_at + i / 8] |= 1 << (i % 8);
    if (var->count == 1)
      g_byte_array_append (out, b + var->offset, bytes);
    else
      append_changed_elements (out, var, a, b);
  }
}

static GstPitboxSample *
own_row (const PbPair *pair)
{
  return pair->rows != NULL && pair->rows->len > 0
             ? g_ptr_array_index (pair->rows, pair->rows->len - 1)
             : NULL;
}

static void
remember (PbSampleCoder *coder, const PbPair *pair, guint32 rtp)
{
  GstPitboxSample *own = own_row (pair);

  coder->seq++;
  coder->rtp = rtp;
  coder->time = pair->time;
  if (own == NULL || own == coder->row)
    return;
  g_clear_pointer (&coder->row, gst_pitbox_sample_unref);
  coder->row = gst_pitbox_sample_ref (own);
}

/**
 * pb_sample_coder_skip:
 * @coder: a coder
 * @pair: what would go out
 * @rtp: RTP timestamp of the sample
 *
 * As pb_sample_coder_encode() while nobody watches.
 */
void
pb_sample_coder_skip (PbSampleCoder *coder, const PbPair *pair, guint32 rtp)
{
  remember (coder, pair, rtp);
  if (coder->row != NULL)
    coder->restarted = FALSE;
}

static gboolean
wants_key (const PbSampleCoder *coder, const PbPair *pair)
{
  const GstPitboxSchema *schema;

  if (coder->row == NULL || pair->skipped)
    return TRUE;
  schema = own_row (pair)->schema;
  return !gst_pitbox_schema_equal (schema, coder->row->schema);
}

static void
append_rows (PbSampleCoder *coder, GByteArray *out, const PbPair *pair)
{
  const GstPitboxSample *before = coder->row;

  for (guint i = 0; i < pair->rows->len; i++) {
    const GstPitboxSample *row = g_ptr_array_index (pair->rows, i);

    append_delta_row (out, before, row, pair->time);
    before = row;
  }
}

/* Rows of two layouts never share a delta. */
static gboolean
same_schema (const PbPair *pair)
{
  const GstPitboxSample *own = own_row (pair);

  for (guint i = 0; i < pair->rows->len; i++) {
    const GstPitboxSample *row = g_ptr_array_index (pair->rows, i);

    if (!gst_pitbox_schema_equal (row->schema, own->schema))
      return FALSE;
  }
  return TRUE;
}

/**
 * pb_sample_coder_encode:
 * @coder: a coder
 * @pair: what goes out
 * @rtp: RTP timestamp of the sample
 * @is_key: (out): the message needs none before it
 *
 * Returns: (transfer full): the message, for every viewer that has got the one
 *   before it; a key for all where the stream or the schema begins anew
 */
GBytes *
pb_sample_coder_encode (
    PbSampleCoder *coder, const PbPair *pair, guint32 rtp, gboolean *is_key)
{
  GByteArray *out = g_byte_array_sized_new (1024);
  GstPitboxSample *own = own_row (pair);
  gboolean key =
      own != NULL && (wants_key (coder, pair) || !same_schema (pair));
  Header header = {
    .type = key ? PB_SAMPLE_KEY : PB_SAMPLE_DELTA,
    .rtp = rtp,
    .seq = coder->seq + 1,
  };

  *is_key = key;
  if (own == NULL) {
    header.flags = PB_SAMPLE_NO_ROW;
    if (coder->row != NULL)
      header.schema_id = gst_pitbox_schema_get_id (coder->row->schema);
    append_header (out, &header);
  } else {
    header.flags = (pair->exact ? 0 : PB_SAMPLE_INEXACT)
                   | (key || coder->restarted ? PB_SAMPLE_DISCONT : 0);
    header.n_rows = key ? 1 : pair->rows->len;
    header.schema_id = gst_pitbox_schema_get_id (own->schema);
    header.utc_us = own->utc_us;
    header.tick = row_tick (own);
    header.sync_error_us = to_int32 (pair->error / 1000);
    append_header (out, &header);
    if (key)
      append_key_row (out, own, pair->time);
    else
      append_rows (coder, out, pair);
    coder->restarted = FALSE;
  }
  remember (coder, pair, rtp);
  return g_byte_array_free_to_bytes (out);
}

/**
 * pb_sample_coder_key:
 * @coder: a coder
 *
 * The last message once more, as a key: for a viewer that joins or has lost
 * messages. The next message of pb_sample_coder_encode() follows on it.
 *
 * Returns: (transfer full) (nullable): the message; %NULL before the first row
 */
GBytes *
pb_sample_coder_key (PbSampleCoder *coder)
{
  GByteArray *out;
  Header header = {
    .type = PB_SAMPLE_KEY,
    .flags = PB_SAMPLE_DISCONT,
    .n_rows = 1,
    .rtp = coder->rtp,
    .seq = coder->seq,
  };
  GstClockTimeDiff error;

  if (coder->row == NULL)
    return NULL;
  out = g_byte_array_sized_new (
      PB_SAMPLE_HEADER_BYTES + PB_SAMPLE_ROW_HEADER_BYTES
      + gst_pitbox_schema_get_row_bytes (coder->row->schema));
  error = GST_CLOCK_DIFF (coder->time, coder->row->time);
  if (ABS (error) > (GstClockTimeDiff) GST_PITBOX_MATCH_EXACT_NS)
    header.flags |= PB_SAMPLE_INEXACT;
  header.schema_id = gst_pitbox_schema_get_id (coder->row->schema);
  header.utc_us = coder->row->utc_us;
  header.tick = row_tick (coder->row);
  header.sync_error_us = to_int32 (error / 1000);
  append_header (out, &header);
  append_key_row (out, coder->row, coder->time);
  return g_byte_array_free_to_bytes (out);
}
