/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a killed agent or a full disk leaves is read up to where it is whole.
 *
 *   file    "PBSPOOL1", then records
 *   record  u32 bytes of units, u64 time in ns, units; little-endian
 */
#include "spool/pb-spool-file.h"

#include <string.h>

#define MAGIC "PBSPOOL1"
#define MAGIC_BYTES 8
#define HEAD_BYTES 12
#define WRAP (G_GUINT64_CONSTANT (1) << 32)

/**
 * pb_spool_file_begin:
 * @out: gets what a file begins with
 */
void
pb_spool_file_begin (GByteArray *out)
{
  g_byte_array_append (out, (const guint8 *) MAGIC, MAGIC_BYTES);
}

/**
 * pb_spool_file_add:
 * @out: gets a record
 * @pts: time of @units, ns
 * @units: whole units
 * @size: bytes in @units, %GST_PITBOX_MAX_UNIT_BYTES at most
 */
void
pb_spool_file_add (
    GByteArray *out, guint64 pts, const guint8 *units, gsize size)
{
  guint8 head[HEAD_BYTES];

  GST_WRITE_UINT32_LE (head, size);
  GST_WRITE_UINT64_LE (head + 4, pts);
  g_byte_array_append (out, head, HEAD_BYTES);
  g_byte_array_append (out, units, (guint) size);
}

/**
 * pb_spool_reader_init:
 * @reader: (out): begins at the first record
 * @data: (array length=size): untrusted bytes; outlive the reader
 * @size: bytes in @data
 *
 * Returns: %FALSE if it is no file of a spool
 */
gboolean
pb_spool_reader_init (PbSpoolReader *reader, const guint8 *data, gsize size)
{
  *reader = (PbSpoolReader){ .data = data, .size = size, .at = MAGIC_BYTES };
  return size >= MAGIC_BYTES && size <= PB_SPOOL_FILE_MAX_BYTES
         && memcmp (data, MAGIC, MAGIC_BYTES) == 0;
}

/**
 * pb_spool_reader_next:
 * @reader: a reader
 * @record: (out): the next message
 *
 * Returns: %FALSE at the end, or where what follows is not whole: a delta unit
 *   cannot be told without those before it
 */
gboolean
pb_spool_reader_next (PbSpoolReader *reader, PbSpoolRecord *record)
{
  const guint8 *at = reader->data + reader->at;
  const gsize left = reader->size - reader->at;
  gsize size;

  if (left < HEAD_BYTES)
    return FALSE;
  size = GST_READ_UINT32_LE (at);
  if (size == 0 || size > GST_PITBOX_MAX_UNIT_BYTES || size > left - HEAD_BYTES)
    return FALSE;
  record->pts = GST_READ_UINT64_LE (at + 4);
  record->units = at + HEAD_BYTES;
  record->size = size;
  if (!gst_pitbox_unit_cursor_take (
          &reader->cursor, record->units, size, &record->span, NULL))
    return FALSE;
  reader->at += HEAD_BYTES + size;
  return TRUE;
}

static void
add_part (GArray *ranges, guint32 first, guint32 n_rows)
{
  const GstPitboxRowRange range = { first, n_rows };
  GstPitboxRowRange *last = ranges->len > 0 ? &g_array_index (
                                ranges, GstPitboxRowRange, ranges->len - 1)
                                            : NULL;

  if (n_rows == 0)
    return;
  if (last != NULL && (guint64) last->first + last->n_rows == first)
    last->n_rows += n_rows;
  else
    g_array_append_val (ranges, range);
}

/**
 * pb_spool_ranges_add:
 * @ranges: (element-type GstPitboxRowRange): rows of a run, in the order that
 *   they came
 * @first: number of the first one of some more, modulo 2^32
 * @n_rows: how many
 *
 * What wraps becomes two ranges.
 */
void
pb_spool_ranges_add (GArray *ranges, guint32 first, guint32 n_rows)
{
  const guint32 part = (guint32) MIN (n_rows, WRAP - first);

  add_part (ranges, first, part);
  add_part (ranges, 0, n_rows - part);
}

/**
 * pb_spool_ranges_count:
 * @ranges: (element-type GstPitboxRowRange): ranges
 *
 * Returns: rows in them
 */
guint64
pb_spool_ranges_count (const GArray *ranges)
{
  guint64 n = 0;

  for (guint i = 0; i < ranges->len; i++)
    n += g_array_index (ranges, GstPitboxRowRange, i).n_rows;
  return n;
}

/**
 * pb_spool_ranges_touch:
 * @ranges: (element-type GstPitboxRowRange): ranges
 * @first: of some rows
 * @n_rows: how many
 *
 * Returns: whether some of these rows are in @ranges
 */
gboolean
pb_spool_ranges_touch (const GArray *ranges, guint32 first, guint32 n_rows)
{
  const guint64 end = (guint64) first + n_rows;

  for (guint i = 0; i < ranges->len; i++) {
    const GstPitboxRowRange *r = &g_array_index (ranges, GstPitboxRowRange, i);

    if (r->first < end && (guint64) r->first + r->n_rows > first)
      return TRUE;
  }
  return FALSE;
}

/**
 * pb_spool_ranges_are_missed:
 * @rows: (element-type GstPitboxRowRange): rows of a file
 * @lack: (element-type GstPitboxRowRange): what the server said of them
 *
 * Returns: whether some of @rows are in @lack, or may be: an answer that is as
 *   long as one may be says nothing of what is behind it
 */
gboolean
pb_spool_ranges_are_missed (const GArray *rows, const GArray *lack)
{
  guint64 end = WRAP;

  if (lack->len >= GST_PITBOX_BACKFILL_MAX_RANGES) {
    const GstPitboxRowRange *last =
        &g_array_index (lack, GstPitboxRowRange, lack->len - 1);

    end = (guint64) last->first + last->n_rows;
  }
  for (guint i = 0; i < rows->len; i++) {
    const GstPitboxRowRange *r = &g_array_index (rows, GstPitboxRowRange, i);

    if ((guint64) r->first + r->n_rows > end
        || pb_spool_ranges_touch (lack, r->first, r->n_rows))
      return TRUE;
  }
  return FALSE;
}
