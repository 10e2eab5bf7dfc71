/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Decodes units and codes their rows anew, under the numbers that they have. */
#include "gstpitboxrekey.h"

#include "gstpitboxdecoder.h"
#include "gstpitboxencoder.h"

struct _GstPitboxRekey {
  guint32 run_id;
  guint32 next; /* row to be coded next */
  gboolean is_broken;
  GstPitboxDecoder *decoder;
  GstPitboxEncoder *encoder; /* NULL before the first row */
  GstPitboxSchema *schema; /* its own */
  guint rate_divisor; /* likewise, as the sender's key units say */
  guint32 full_schema_id;
};

/**
 * gst_pitbox_rekey_new: (skip)
 * @run_id: of the rows
 * @first: number of the first one that is wanted
 *
 * Units taken afterwards begin with those that the first row needs.
 *
 * Returns: (transfer full): a rekeyer that has seen nothing
 */
GstPitboxRekey *
gst_pitbox_rekey_new (guint32 run_id, guint32 first)
{
  GstPitboxRekey *rekey = g_new0 (GstPitboxRekey, 1);

  rekey->run_id = run_id;
  rekey->next = first;
  rekey->decoder = gst_pitbox_decoder_new ();
  return rekey;
}

/**
 * gst_pitbox_rekey_free: (skip)
 * @rekey: (transfer full): a rekeyer
 */
void
gst_pitbox_rekey_free (GstPitboxRekey *rekey)
{
  gst_pitbox_decoder_free (rekey->decoder);
  g_clear_pointer (&rekey->encoder, gst_pitbox_encoder_free);
  g_clear_pointer (&rekey->schema, gst_pitbox_schema_unref);
  g_free (rekey);
}

static gboolean
is_as_before (const GstPitboxRekey *rekey, const GstPitboxDecoderItem *item)
{
  return rekey->schema == item->schema
         && rekey->rate_divisor == item->key->rate_divisor
         && rekey->full_schema_id == item->key->full_schema_id;
}

/* What the sender left out is said as the sender says it. */
static gboolean
set_layout (GstPitboxRekey *rekey, const GstPitboxDecoderItem *item)
{
  const GstPitboxEncoderConfig config = {
    .codec = GST_PITBOX_CODEC_DEFAULT,
    .key_interval = GST_CLOCK_TIME_NONE,
    .rows_per_unit = 1,
    .run_id = rekey->run_id,
    .sequence = rekey->next,
    .rate_divisor = 1,
  };

  if (is_as_before (rekey, item))
    return TRUE;
  g_clear_pointer (&rekey->encoder, gst_pitbox_encoder_free);
  g_clear_pointer (&rekey->schema, gst_pitbox_schema_unref);
  rekey->schema = gst_pitbox_schema_ref (item->schema);
  rekey->rate_divisor = item->key->rate_divisor;
  rekey->full_schema_id = item->key->full_schema_id;
  rekey->encoder = gst_pitbox_encoder_new (&config);
  if (!gst_pitbox_encoder_set_schema (rekey->encoder, item->schema, NULL))
    return FALSE;
  gst_pitbox_encoder_follow (rekey->encoder, item->key);
  return TRUE;
}

static void
add_row (GstPitboxRekey *rekey, const GstPitboxDecoderItem *item,
    GstClockTime pts, GPtrArray *out)
{
  const gint64 time = (gint64) pts + item->offset_ns;
  const GstPitboxEncoderRow row = {
    .data = item->row,
    .tick = item->times.tick,
    .pts = (GstClockTime) MAX (time, 0),
    .utc_us = item->times.utc_us,
    .clock_quality = item->clock_quality,
    .discont = item->discont,
  };
  GstBuffer *unit;

  if (!set_layout (rekey, item)) {
    rekey->is_broken = TRUE;
    return;
  }
  unit = gst_pitbox_encoder_push (rekey->encoder, &row);
  rekey->next++;
  if (unit != NULL)
    g_ptr_array_add (out, unit);
  else
    rekey->is_broken = TRUE;
}

/**
 * gst_pitbox_rekey_take: (skip)
 * @rekey: a rekeyer
 * @units: of one buffer, following on those before
 * @sequence: number of their first row
 * @n_rows: rows in them
 * @pts: the buffer's time
 *
 * Returns: (transfer full) (nullable) (element-type GstBuffer): units of a row
 *   each, with their times and in order, of those of its rows that are wanted;
 *   %NULL once rows cannot be told any more
 */
GPtrArray *
gst_pitbox_rekey_take (GstPitboxRekey *rekey, GBytes *units, guint32 sequence,
    guint n_rows, GstClockTime pts)
{
  GPtrArray *out =
      g_ptr_array_new_with_free_func ((GDestroyNotify) gst_buffer_unref);
  GstPitboxDecoderItem item;
  guint n = 0;
  gsize size;
  const guint8 *data = g_bytes_get_data (units, &size);

  gst_pitbox_decoder_push (rekey->decoder, data, size);
  while (gst_pitbox_decoder_next (rekey->decoder, &item)) {
    if (item.type != GST_PITBOX_DECODER_ROW)
      continue;
    if (sequence + n == rekey->next && !rekey->is_broken)
      add_row (rekey, &item, pts, out);
    n++;
  }
  if (n != n_rows)
    rekey->is_broken = TRUE;
  if (!rekey->is_broken)
    return out;
  g_ptr_array_unref (out);
  return NULL;
}

/**
 * gst_pitbox_rekey_force_key: (skip)
 * @rekey: a rekeyer
 *
 * The next row needs nothing that was before it.
 */
void
gst_pitbox_rekey_force_key (GstPitboxRekey *rekey)
{
  if (rekey->encoder != NULL)
    gst_pitbox_encoder_force_key (rekey->encoder);
}
