/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Decodes units and codes their rows anew, under the numbers that they have. */
#include "pitboxwsrekey.h"

#include <gstpitbox/gstpitbox.h>

struct _PitboxWsRekey {
  guint32 run_id;
  guint32 next; /* row to be coded next */
  gboolean is_broken;
  GstPitboxDecoder *decoder;
  GstPitboxEncoder *encoder; /* NULL before the first row */
  GstPitboxSchema *schema; /* its own */
};

/* Units taken afterwards begin with those that the first row needs; @first is
 * the first one wanted. */
PitboxWsRekey *
pitbox_ws_rekey_new (guint32 run_id, guint32 first)
{
  PitboxWsRekey *rekey = g_new0 (PitboxWsRekey, 1);

  rekey->run_id = run_id;
  rekey->next = first;
  rekey->decoder = gst_pitbox_decoder_new ();
  return rekey;
}

void
pitbox_ws_rekey_free (PitboxWsRekey *rekey)
{
  gst_pitbox_decoder_free (rekey->decoder);
  g_clear_pointer (&rekey->encoder, gst_pitbox_encoder_free);
  g_clear_pointer (&rekey->schema, gst_pitbox_schema_unref);
  g_free (rekey);
}

static gboolean
set_schema (PitboxWsRekey *rekey, GstPitboxSchema *schema)
{
  GstPitboxEncoderConfig config = {
    .codec = GST_PITBOX_CODEC_DEFAULT,
    .key_interval = GST_CLOCK_TIME_NONE,
    .rows_per_unit = 1,
    .run_id = rekey->run_id,
    .sequence = rekey->next,
    .rate_divisor = 1,
  };

  if (rekey->schema == schema)
    return TRUE;
  g_clear_pointer (&rekey->encoder, gst_pitbox_encoder_free);
  g_clear_pointer (&rekey->schema, gst_pitbox_schema_unref);
  rekey->schema = gst_pitbox_schema_ref (schema);
  rekey->encoder = gst_pitbox_encoder_new (&config);
  return gst_pitbox_encoder_set_schema (rekey->encoder, schema, NULL);
}

static void
add_row (PitboxWsRekey *rekey, const GstPitboxDecoderItem *item,
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

  if (!set_schema (rekey, item->schema)) {
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

/* Takes the units of one buffer, whose first row is @sequence and whose time
 * is @pts. Returns units of a row each, with their times and in order, of those
 * of its rows that are wanted; NULL once rows cannot be told any more. */
GPtrArray *
pitbox_ws_rekey_take (PitboxWsRekey *rekey, GBytes *units, guint32 sequence,
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

/* The next row needs nothing that was before it. */
void
pitbox_ws_rekey_force_key (PitboxWsRekey *rekey)
{
  if (rekey->encoder != NULL)
    gst_pitbox_encoder_force_key (rekey->encoder);
}
