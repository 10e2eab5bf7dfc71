/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Heads and answers of pitbox-units.1 and pitbox-backfill.1 as bytes; pure. */
#include "gstpitboxunitmessage.h"

#include <string.h>

#include "gstpitboxbytes.h"

#define TYPE_UNITS 1
#define TYPE_WELCOME 1
#define TYPE_ACK 2
#define TYPE_RANGES 3
#define RANGES_HEAD_BYTES 8
#define RANGE_BYTES 8
#define FLAG_KNOWN 1

/* Type, flags, and two bytes that are 0 in this version. */
static gboolean
is_of_type (const guint8 *data, guint8 type, guint8 flags)
{
  return data[0] == type && (data[1] & ~flags) == 0 && data[2] == 0
         && data[3] == 0;
}

/**
 * gst_pitbox_units_head_write: (skip)
 * @head: of the units that follow
 * @out: (out): gets %GST_PITBOX_UNITS_HEAD_BYTES
 */
void
gst_pitbox_units_head_write (const GstPitboxUnitsHead *head, guint8 *out)
{
  memset (out, 0, GST_PITBOX_UNITS_HEAD_BYTES);
  out[0] = TYPE_UNITS;
  gst_pitbox_set_u32 (out + 4, head->run_id);
  gst_pitbox_set_u32 (out + 8, head->sequence);
  gst_pitbox_set_u32 (out + 12, head->age_us);
  gst_pitbox_set_u64 (out + 16, head->pts);
}

/**
 * gst_pitbox_units_head_parse: (skip)
 * @data: an untrusted message
 * @size: bytes in @data
 * @head: (out): what its head says
 *
 * Returns: %FALSE if it is no message of units
 */
gboolean
gst_pitbox_units_head_parse (
    const guint8 *data, gsize size, GstPitboxUnitsHead *head)
{
  if (size <= GST_PITBOX_UNITS_HEAD_BYTES || !is_of_type (data, TYPE_UNITS, 0))
    return FALSE;
  head->run_id = gst_pitbox_get_u32 (data + 4);
  head->sequence = gst_pitbox_get_u32 (data + 8);
  head->age_us = gst_pitbox_get_u32 (data + 12);
  head->pts = gst_pitbox_get_u64 (data + 16);
  return TRUE;
}

/**
 * gst_pitbox_units_answer_write: (skip)
 * @answer: what the server says
 * @out: (out): gets %GST_PITBOX_UNITS_ANSWER_BYTES
 */
void
gst_pitbox_units_answer_write (const GstPitboxUnitsAnswer *answer, guint8 *out)
{
  memset (out, 0, GST_PITBOX_UNITS_ANSWER_BYTES);
  out[0] = answer->is_welcome ? TYPE_WELCOME : TYPE_ACK;
  out[1] = answer->is_known ? FLAG_KNOWN : 0;
  gst_pitbox_set_u32 (out + 4, answer->run_id);
  gst_pitbox_set_u32 (out + 8, answer->next);
}

/**
 * gst_pitbox_units_answer_parse: (skip)
 * @data: an untrusted message
 * @size: bytes in @data
 * @answer: (out): what it says
 *
 * Returns: %FALSE if it is none
 */
gboolean
gst_pitbox_units_answer_parse (
    const guint8 *data, gsize size, GstPitboxUnitsAnswer *answer)
{
  if (size != GST_PITBOX_UNITS_ANSWER_BYTES
      || (!is_of_type (data, TYPE_WELCOME, FLAG_KNOWN)
          && !is_of_type (data, TYPE_ACK, FLAG_KNOWN)))
    return FALSE;
  answer->is_welcome = data[0] == TYPE_WELCOME;
  answer->is_known = (data[1] & FLAG_KNOWN) != 0;
  answer->run_id = gst_pitbox_get_u32 (data + 4);
  answer->next = gst_pitbox_get_u32 (data + 8);
  return TRUE;
}

/**
 * gst_pitbox_ranges_write: (skip)
 * @run_id: of the rows
 * @ranges: (array length=n_ranges): ascending, none touches another
 * @n_ranges: at most %GST_PITBOX_BACKFILL_MAX_RANGES
 *
 * Returns: (transfer full): a message of pitbox-backfill.1
 */
GBytes *
gst_pitbox_ranges_write (
    guint32 run_id, const GstPitboxRowRange *ranges, guint n_ranges)
{
  const gsize size = RANGES_HEAD_BYTES + (gsize) n_ranges * RANGE_BYTES;
  guint8 *data = g_malloc0 (size);

  data[0] = TYPE_RANGES;
  data[2] = (guint8) n_ranges;
  data[3] = (guint8) (n_ranges >> 8);
  gst_pitbox_set_u32 (data + 4, run_id);
  for (guint i = 0; i < n_ranges; i++) {
    guint8 *at = data + RANGES_HEAD_BYTES + (gsize) i * RANGE_BYTES;

    gst_pitbox_set_u32 (at, ranges[i].first);
    gst_pitbox_set_u32 (at + 4, ranges[i].n_rows);
  }
  return g_bytes_new_take (data, size);
}

/**
 * gst_pitbox_ranges_parse: (skip)
 * @data: an untrusted message
 * @size: bytes in @data
 * @run_id: (out): of the rows
 *
 * Returns: (transfer full) (nullable) (element-type GstPitboxRowRange): what it
 *   lists, ascending, none empty, overlapping or wrapping; %NULL if it is no
 *   such message
 */
GArray *
gst_pitbox_ranges_parse (const guint8 *data, gsize size, guint32 *run_id)
{
  g_autoptr (GArray) ranges =
      g_array_new (FALSE, FALSE, sizeof (GstPitboxRowRange));
  guint64 end = 0;
  gsize n;

  if (size < RANGES_HEAD_BYTES || data[0] != TYPE_RANGES || data[1] != 0)
    return NULL;
  n = data[2] | (gsize) data[3] << 8;
  if (n > GST_PITBOX_BACKFILL_MAX_RANGES
      || size != RANGES_HEAD_BYTES + n * RANGE_BYTES)
    return NULL;
  *run_id = gst_pitbox_get_u32 (data + 4);
  for (gsize i = 0; i < n; i++) {
    const guint8 *at = data + RANGES_HEAD_BYTES + i * RANGE_BYTES;
    const GstPitboxRowRange range = { gst_pitbox_get_u32 (at),
      gst_pitbox_get_u32 (at + 4) };

    if (range.n_rows == 0 || range.first < end
        || (guint64) range.first + range.n_rows > G_GUINT64_CONSTANT (1) << 32)
      return NULL;
    end = (guint64) range.first + range.n_rows;
    g_array_append_val (ranges, range);
  }
  return g_steal_pointer (&ranges);
}
