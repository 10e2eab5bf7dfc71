/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What comes over the WebSocket of back-fill, either way: ranges of rows, answers,
 * and rows that are struck off the list of what is missing. */
#include "fuzz.h"

#include <gstpitbox/gstpitbox.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/pb-backfill-lack.h"

/* First row and number of each step that follows the message. */
#define STEP_BYTES 6
#define LENGTH_BYTES 2

static guint32
read_u32 (const guint8 *data)
{
  return data[0] | data[1] << 8 | data[2] << 16 | (guint32) data[3] << 24;
}

/* Ascending, none empty, none touching 2^32. */
static void
check_ranges (const GArray *ranges)
{
  guint64 end = 0;

  if (ranges->len > GST_PITBOX_BACKFILL_MAX_RANGES)
    abort ();
  for (guint i = 0; i < ranges->len; i++) {
    const GstPitboxRowRange *r = &g_array_index (ranges, GstPitboxRowRange, i);

    if (r->n_rows == 0 || r->first < end)
      abort ();
    end = (guint64) r->first + r->n_rows;
  }
  if (end > G_GUINT64_CONSTANT (1) << 32)
    abort ();
}

/* What is struck off was there, is not there afterwards, and nothing is added. */
static void
strike_off (GArray *lack, guint32 first, guint n_rows)
{
  const guint64 before = pb_backfill_lack_count (lack);
  const PbUnitsResult result = pb_backfill_lack_find (lack, first, n_rows);

  if (result != PB_UNITS_TAKEN)
    return;
  pb_backfill_lack_remove (lack, first, n_rows);
  if (pb_backfill_lack_count (lack) > before - n_rows
      || pb_backfill_lack_find (lack, first, n_rows) != PB_UNITS_DUPLICATE)
    abort ();
  check_ranges (lack);
}

static void
check_message (const guint8 *data, gsize size, const guint8 *steps, gsize n)
{
  guint32 run_id;
  g_autoptr (GArray) asked = gst_pitbox_ranges_parse (data, size, &run_id);
  g_autoptr (GArray) have = g_array_new (FALSE, FALSE, sizeof (PbRowRange));
  g_autoptr (GArray) lack =
      g_array_new (FALSE, FALSE, sizeof (GstPitboxRowRange));
  g_autoptr (GBytes) again = NULL;

  if (!asked)
    return;
  check_ranges (asked);
  again = gst_pitbox_ranges_write (
      run_id, (const GstPitboxRowRange *) asked->data, asked->len);
  if (g_bytes_get_size (again) != size
      || memcmp (g_bytes_get_data (again, NULL), data, size) != 0)
    abort ();
  pb_backfill_lack_add (lack, asked, have);
  if (pb_backfill_lack_count (lack) != pb_backfill_lack_count (asked))
    abort ();
  for (; n >= STEP_BYTES; n -= STEP_BYTES, steps += STEP_BYTES)
    strike_off (lack, read_u32 (steps), 1u + (steps[4] | steps[5] << 8));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  GstPitboxUnitsAnswer answer;
  GstPitboxUnitsHead head;
  guint8 bytes[GST_PITBOX_UNITS_HEAD_BYTES];
  gsize n;

  if (size < LENGTH_BYTES)
    return 0;
  n = MIN ((gsize) (data[0] | data[1] << 8), size - LENGTH_BYTES);
  data += LENGTH_BYTES;
  size -= LENGTH_BYTES;
  check_message (data, n, data + n, size - n);
  if (gst_pitbox_units_head_parse (data, n, &head)) {
    gst_pitbox_units_head_write (&head, bytes);
    if (memcmp (bytes, data, sizeof bytes) != 0)
      abort ();
  }
  if (gst_pitbox_units_answer_parse (data, n, &answer)) {
    gst_pitbox_units_answer_write (&answer, bytes);
    if (memcmp (bytes, data, n) != 0)
      abort ();
  }
  return 0;
}

/* Ranges and rows in them; the last row there is; a head; an answer. */
GBytes *
fuzz_get_seed (guint index)
{
  static const GstPitboxRowRange ranges[] = { { 0, 10 }, { 10, 5 }, { 40, 600 },
    { 0xfffffff0, 16 } };
  static const guint8 steps[] = { 0, 0, 0, 0, 3, 0, 4, 0, 0, 0, 5, 0, 40, 0, 0,
    0, 87, 2, 0xff, 0xff, 0xff, 0xff, 0, 0 };
  static const guint8 head[] = { 1, 0, 0, 0, 5, 0, 0, 0, 9, 0, 0, 0, 7, 0, 0, 0,
    1, 2, 3, 4, 5, 6, 7, 0, 42 };
  static const guint8 answer[] = { 2, 1, 0, 0, 5, 0, 0, 0, 9, 0, 0, 0 };
  g_autoptr (GBytes) message = NULL;
  const guint8 *data = index == 2 ? head : answer;
  gsize size = index == 2 ? sizeof head : sizeof answer;
  GByteArray *out;
  guint8 length[LENGTH_BYTES];

  if (index >= 4)
    return NULL;
  if (index < 2) {
    message = gst_pitbox_ranges_write (
        5, ranges, index == 0 ? G_N_ELEMENTS (ranges) : 0);
    data = g_bytes_get_data (message, &size);
  }
  out = g_byte_array_new ();
  length[0] = size & 0xff;
  length[1] = (guint8) (size >> 8);
  g_byte_array_append (out, length, sizeof length);
  g_byte_array_append (out, data, (guint) size);
  g_byte_array_append (out, steps, sizeof steps);
  return g_byte_array_free_to_bytes (out);
}
