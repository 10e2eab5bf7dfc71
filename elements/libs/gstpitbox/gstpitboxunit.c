/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Reading and writing one KLV unit; merging is in gstpitboxunitmerge.c. */
#include "gstpitboxunitprivate.h"

#include "gstpitboxbytes.h"
#include "gstpitboxcrc32c.h"
#include "gstpitboxerror.h"
#include "gstpitboxvarint.h"

#include <string.h>

/**
 * SECTION:gstpitboxunit
 * @title: KLV units
 * @short_description: the telemetry's wire format
 *
 * A unit is a SMPTE 336M key, a BER length and a value. A key unit stands for
 * itself; a delta unit says only what the last key unit does not foretell. No
 * function here keeps state; every one is safe in any thread.
 */

/* A dictionary item of class 15, "for experimental use" (SMPTE 298M), named
 * PITBOX, layout 1. */
static const guint8 unit_key[GST_PITBOX_UNIT_KEY_BYTES] = { 0x06, 0x0e, 0x2b,
  0x34, 0x01, 0x01, 0x01, 0x01, 0x0f, 'P', 'I', 'T', 'B', 'O', 'X', 0x01 };

/* First byte of the value. */
#define VERSION_SHIFT 6
#define FLAG_KEY 0x20
#define FLAG_EXTENDED 0x10
#define GENERATION_MASK 0x0f

/* Row count byte of the extended form. */
#define FLAG_FRAGMENTS 0x80

#define KEY_SCHEMA_INLINE 0x01
#define KEY_REDUCED 0x02
#define KEY_QUALITY_SHIFT 2
#define KEY_UTC 0x10
#define KEY_FLAGS_KNOWN 0x1f

#define ROW_OFFSET 0x01
#define ROW_TICK 0x02
#define ROW_SESSION 0x04
#define ROW_UTC 0x08
#define ROW_DISCONT 0x10
#define ROW_FLAGS_KNOWN 0x1f

#define CRC_BYTES 4
/* Twelve days in 1/90000 s: keeps offsets far from overflow in ns. */
#define MAX_OFFSET (G_GINT64_CONSTANT (1) << 36)

/*
 * gst_pitbox_unit_offset_from_ns:
 * @ns: a time difference
 *
 * Returns: @ns in 1/90000 s, rounded to the nearest
 */
gint64
gst_pitbox_unit_offset_from_ns (gint64 ns)
{
  gint64 limit = gst_pitbox_unit_offset_to_ns (MAX_OFFSET);
  gint64 scaled = CLAMP (ns, -limit, limit) * 9;

  return scaled >= 0 ? (scaled + 50000) / 100000 : -((50000 - scaled) / 100000);
}

/*
 * gst_pitbox_unit_offset_to_ns:
 * @offset: a time difference in 1/90000 s
 *
 * Returns: @offset in ns
 */
gint64
gst_pitbox_unit_offset_to_ns (gint64 offset)
{
  gint64 scaled = CLAMP (offset, -MAX_OFFSET, MAX_OFFSET) * 100000;

  return scaled >= 0 ? (scaled + 4) / 9 : -((4 - scaled) / 9);
}

/**
 * gst_pitbox_unit_key_mask:
 * @key: the fields of a key unit
 *
 * Returns: what the checksum of each delta unit after @key is XORed with, so
 *   that a delta unit cannot pass under another key unit
 */
guint32
gst_pitbox_unit_key_mask (const GstPitboxUnitKey *key)
{
  guint8 bytes[12];

  gst_pitbox_set_u32 (bytes, key->run_id);
  gst_pitbox_set_u32 (bytes + 4, key->sequence);
  gst_pitbox_set_u32 (bytes + 8, key->schema_id);
  return gst_pitbox_crc32c (bytes, sizeof bytes);
}

/**
 * gst_pitbox_unit_predict:
 * @key: the last key unit's fields
 * @tick_rate: ticks a second, from the schema; >= 1
 * @index: rows since the key unit's first row
 * @tick_delta: the row's tick minus the predicted one
 * @times: (out): the row's tick, and what its SessionTime and UTC would be if
 *   both clocks ran by the tick
 */
void
gst_pitbox_unit_predict (const GstPitboxUnitKey *key, guint tick_rate,
    guint index, gint64 tick_delta, GstPitboxUnitTimes *times)
{
  /* Unsigned arithmetic: hostile values wrap and are wrong, no more. */
  guint64 ticks = (guint64) index * key->rate_divisor + (guint64) tick_delta;
  gint64 us = (gint64) (ticks * G_USEC_PER_SEC) / (gint64) tick_rate;

  times->tick = key->tick + ticks;
  times->session_us = (gint64) ((guint64) key->session_us + (guint64) us);
  times->utc_us =
      key->utc_us != 0 ? (gint64) ((guint64) key->utc_us + (guint64) us) : 0;
}

/*
 * gst_pitbox_unit_resolve:
 * @key: the last key unit's fields
 * @tick_rate: ticks a second, from the schema; >= 1
 * @index: rows since the key unit's first row
 * @row: the row
 * @times: (out): its times
 */
void
gst_pitbox_unit_resolve (const GstPitboxUnitKey *key, guint tick_rate,
    guint index, const GstPitboxUnitRow *row, GstPitboxUnitTimes *times)
{
  gst_pitbox_unit_predict (key, tick_rate, index, row->tick_delta, times);
  times->session_us =
      (gint64) ((guint64) times->session_us + (guint64) row->session_delta_us);
  if (times->utc_us != 0)
    times->utc_us =
        (gint64) ((guint64) times->utc_us + (guint64) row->utc_delta_us);
}

static gboolean
read_key_header (GstPitboxReader *r, GstPitboxUnitKey *key)
{
  guint8 flags;
  guint64 divisor, n_vars = 0;

  memset (key, 0, sizeof *key);
  key->codec = gst_pitbox_reader_u8 (r);
  flags = gst_pitbox_reader_u8 (r);
  key->run_id = gst_pitbox_reader_u32 (r);
  key->sequence = gst_pitbox_reader_u32 (r);
  key->schema_id = gst_pitbox_reader_u32 (r);
  key->tick = gst_pitbox_reader_varint (r);
  key->session_us = gst_pitbox_reader_svarint (r);
  if ((flags & KEY_UTC) != 0)
    key->utc_us = gst_pitbox_reader_svarint (r);
  key->clock_quality = (flags >> KEY_QUALITY_SHIFT) & 3;
  divisor = gst_pitbox_reader_varint (r);
  key->full_schema_id = key->schema_id;
  if ((flags & KEY_REDUCED) != 0) {
    key->full_schema_id = gst_pitbox_reader_u32 (r);
    n_vars = gst_pitbox_reader_varint (r);
  }
  if ((flags & KEY_SCHEMA_INLINE) != 0) {
    key->schema_bytes = gst_pitbox_reader_varint (r);
    key->schema = gst_pitbox_reader_take (r, key->schema_bytes);
  }
  if (r->failed || (flags & ~KEY_FLAGS_KNOWN) != 0 || divisor == 0
      || divisor > 1000 || n_vars > GST_PITBOX_MAX_VARS)
    return FALSE;
  key->rate_divisor = divisor;
  key->full_n_vars = n_vars;
  return TRUE;
}

static void
read_row_head (GstPitboxReader *r, GstPitboxUnitRow *row, gboolean last)
{
  guint8 flags = gst_pitbox_reader_u8 (r);

  memset (row, 0, sizeof *row);
  if ((flags & ~ROW_FLAGS_KNOWN) != 0)
    r->failed = TRUE;
  row->discont = (flags & ROW_DISCONT) != 0;
  if ((flags & ROW_OFFSET) != 0)
    row->offset = gst_pitbox_reader_svarint (r);
  if ((flags & ROW_TICK) != 0)
    row->tick_delta = gst_pitbox_reader_svarint (r);
  if ((flags & ROW_SESSION) != 0)
    row->session_delta_us = gst_pitbox_reader_svarint (r);
  if ((flags & ROW_UTC) != 0)
    row->utc_delta_us = gst_pitbox_reader_svarint (r);
  if (!last)
    row->block_bytes = gst_pitbox_reader_varint (r);
}

/* Row heads, fragments and row blocks of the extended form. */
static gboolean
read_rows (GstPitboxReader *r, GstPitboxUnit *unit)
{
  guint8 count = gst_pitbox_reader_u8 (r);

  unit->n_rows = count & GST_PITBOX_UNIT_MAX_ROWS;
  for (guint i = 0; i < unit->n_rows && !r->failed; i++)
    read_row_head (r, &unit->rows[i], i + 1 == unit->n_rows);
  if ((count & FLAG_FRAGMENTS) != 0) {
    unit->fragments_bytes = gst_pitbox_reader_varint (r);
    unit->fragments = gst_pitbox_reader_take (r, unit->fragments_bytes);
  }
  for (guint i = 0; i < unit->n_rows && !r->failed; i++) {
    GstPitboxUnitRow *row = &unit->rows[i];

    if (i + 1 == unit->n_rows)
      row->block_bytes = gst_pitbox_reader_left (r);
    row->block = gst_pitbox_reader_take (r, row->block_bytes);
  }
  return !r->failed && gst_pitbox_reader_left (r) == 0;
}

static gboolean
read_value (GstPitboxReader *r, GstPitboxUnit *unit, GError **error)
{
  guint8 first = gst_pitbox_reader_u8 (r);

  if (first >> VERSION_SHIFT != GST_PITBOX_UNIT_VERSION) {
    g_set_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_UNSUPPORTED,
        "Unit of version %u", first >> VERSION_SHIFT);
    return FALSE;
  }
  unit->is_key = (first & FLAG_KEY) != 0;
  unit->generation = first & GENERATION_MASK;
  unit->index = 0;
  unit->fragments = NULL;
  unit->fragments_bytes = 0;
  if (unit->is_key) {
    if (!read_key_header (r, &unit->key))
      goto invalid;
  } else {
    guint64 index = gst_pitbox_reader_varint (r);

    if (index > G_MAXINT32)
      goto invalid;
    unit->index = index;
  }
  if ((first & FLAG_EXTENDED) != 0) {
    if (!read_rows (r, unit))
      goto invalid;
  } else {
    memset (&unit->rows[0], 0, sizeof unit->rows[0]);
    unit->n_rows = 1;
    unit->rows[0].block = r->p;
    unit->rows[0].block_bytes = gst_pitbox_reader_left (r);
  }
  if (!r->failed)
    return TRUE;

invalid:
  g_set_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
      "The unit's fields contradict each other");
  return FALSE;
}

/* Returns the value's length, and steps over the BER length; up to 4 bytes of
 * length are read, so that a foreign item of any real size can be skipped. */
static gsize
read_ber_length (GstPitboxReader *r)
{
  guint8 first = gst_pitbox_reader_u8 (r);
  gsize length = 0;

  if (first < 0x80)
    return first;
  if (first == 0x80 || first > 0x84) {
    r->failed = TRUE;
    return 0;
  }
  for (guint i = first & 0x7f; i > 0; i--)
    length = length << 8 | gst_pitbox_reader_u8 (r);
  return length;
}

/**
 * gst_pitbox_unit_parse:
 * @data: (array length=size): untrusted bytes that begin with a KLV item
 * @size: bytes in @data
 * @unit: (out caller-allocates): the unit; points into @data
 * @consumed: (out): bytes to skip to reach the next item, also on an error;
 *   @size when the item's end cannot be told
 * @error: %GST_PITBOX_ERROR_TRUNCATED, %GST_PITBOX_ERROR_INVALID,
 *   %GST_PITBOX_ERROR_CHECKSUM (key units only: a delta unit's checksum depends
 *   on its key unit, see @residue), %GST_PITBOX_ERROR_UNSUPPORTED for another
 *   version or %GST_PITBOX_ERROR_FOREIGN
 *
 * Returns: %TRUE if @unit has been filled
 */
gboolean
gst_pitbox_unit_parse (const guint8 *data, gsize size, GstPitboxUnit *unit,
    gsize *consumed, GError **error)
{
  GstPitboxReader r = { data, data + size, FALSE };
  const guint8 *key = gst_pitbox_reader_take (&r, GST_PITBOX_UNIT_KEY_BYTES);
  gsize length = read_ber_length (&r);
  const guint8 *value = gst_pitbox_reader_take (&r, length);

  *consumed = size;
  if (r.failed) {
    g_set_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_TRUNCATED,
        "A KLV item of %" G_GSIZE_FORMAT " bytes is cut short", size);
    return FALSE;
  }
  *consumed = r.p - data;
  if (memcmp (key, unit_key, sizeof unit_key) != 0) {
    g_set_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_FOREIGN,
        "A KLV item under a foreign key");
    return FALSE;
  }
  if (length < 1 + CRC_BYTES) {
    g_set_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
        "A unit of %" G_GSIZE_FORMAT " bytes is too short", length);
    return FALSE;
  }
  length -= CRC_BYTES;
  unit->residue =
      gst_pitbox_get_u32 (value + length) ^ gst_pitbox_crc32c (value, length);
  if ((value[0] & FLAG_KEY) != 0 && unit->residue != 0) {
    g_set_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_CHECKSUM,
        "A key unit is damaged");
    return FALSE;
  }
  r = (GstPitboxReader){ value, value + length, FALSE };
  return read_value (&r, unit, error);
}

static void
write_key_header (const GstPitboxUnitKey *key, GByteArray *out)
{
  gboolean reduced = key->full_schema_id != key->schema_id;

  gst_pitbox_put_u8 (out, key->codec);
  gst_pitbox_put_u8 (out, (key->schema != NULL ? KEY_SCHEMA_INLINE : 0)
                              | (reduced ? KEY_REDUCED : 0)
                              | (key->clock_quality & 3) << KEY_QUALITY_SHIFT
                              | (key->utc_us != 0 ? KEY_UTC : 0));
  gst_pitbox_put_u32 (out, key->run_id);
  gst_pitbox_put_u32 (out, key->sequence);
  gst_pitbox_put_u32 (out, key->schema_id);
  gst_pitbox_put_varint (out, key->tick);
  gst_pitbox_put_svarint (out, key->session_us);
  if (key->utc_us != 0)
    gst_pitbox_put_svarint (out, key->utc_us);
  gst_pitbox_put_varint (out, key->rate_divisor);
  if (reduced) {
    gst_pitbox_put_u32 (out, key->full_schema_id);
    gst_pitbox_put_varint (out, key->full_n_vars);
  }
  if (key->schema != NULL) {
    gst_pitbox_put_varint (out, key->schema_bytes);
    g_byte_array_append (out, key->schema, key->schema_bytes);
  }
}

static guint8
row_flags (const GstPitboxUnitRow *row)
{
  return (row->offset != 0 ? ROW_OFFSET : 0)
         | (row->tick_delta != 0 ? ROW_TICK : 0)
         | (row->session_delta_us != 0 ? ROW_SESSION : 0)
         | (row->utc_delta_us != 0 ? ROW_UTC : 0)
         | (row->discont ? ROW_DISCONT : 0);
}

static void
write_row_head (const GstPitboxUnitRow *row, gboolean last, GByteArray *out)
{
  gst_pitbox_put_u8 (out, row_flags (row));
  if (row->offset != 0)
    gst_pitbox_put_svarint (out, row->offset);
  if (row->tick_delta != 0)
    gst_pitbox_put_svarint (out, row->tick_delta);
  if (row->session_delta_us != 0)
    gst_pitbox_put_svarint (out, row->session_delta_us);
  if (row->utc_delta_us != 0)
    gst_pitbox_put_svarint (out, row->utc_delta_us);
  if (!last)
    gst_pitbox_put_varint (out, row->block_bytes);
}

static void
write_value (const GstPitboxUnit *unit, GByteArray *out)
{
  gboolean extended = unit->n_rows != 1 || unit->fragments_bytes != 0
                      || row_flags (&unit->rows[0]) != 0;

  gst_pitbox_put_u8 (out, GST_PITBOX_UNIT_VERSION << VERSION_SHIFT
                              | (unit->is_key ? FLAG_KEY : 0)
                              | (extended ? FLAG_EXTENDED : 0)
                              | (unit->generation & GENERATION_MASK));
  if (unit->is_key)
    write_key_header (&unit->key, out);
  else
    gst_pitbox_put_varint (out, unit->index);
  if (extended) {
    gst_pitbox_put_u8 (
        out, unit->n_rows | (unit->fragments_bytes != 0 ? FLAG_FRAGMENTS : 0));
    for (guint i = 0; i < unit->n_rows; i++)
      write_row_head (&unit->rows[i], i + 1 == unit->n_rows, out);
    if (unit->fragments_bytes != 0) {
      gst_pitbox_put_varint (out, unit->fragments_bytes);
      g_byte_array_append (out, unit->fragments, unit->fragments_bytes);
    }
  }
  for (guint i = 0; i < unit->n_rows; i++)
    g_byte_array_append (out, unit->rows[i].block, unit->rows[i].block_bytes);
}

/*
 * gst_pitbox_unit_write:
 * @unit: a unit of at most %GST_PITBOX_MAX_UNIT_BYTES; its @residue must be
 *   gst_pitbox_unit_key_mask() of its key for a delta unit and is taken as 0
 *   for a key unit
 * @out: where the unit is appended, key and length included
 */
void
gst_pitbox_unit_write (const GstPitboxUnit *unit, GByteArray *out)
{
  guint start = out->len, length;
  guint8 ber[3];
  guint n_ber;

  /* Room for the longest length; the value moves down over what is unused. */
  g_byte_array_append (out, unit_key, sizeof unit_key);
  start += sizeof unit_key;
  g_byte_array_set_size (out, start + sizeof ber);
  write_value (unit, out);
  length = out->len - start - sizeof ber;
  gst_pitbox_put_u32 (
      out, gst_pitbox_crc32c (out->data + start + sizeof ber, length)
               ^ (unit->is_key ? 0 : unit->residue));
  length += CRC_BYTES;
  if (length < 0x80) {
    ber[0] = length;
    n_ber = 1;
  } else if (length < 0x100) {
    ber[0] = 0x81;
    ber[1] = length;
    n_ber = 2;
  } else {
    ber[0] = 0x82;
    ber[1] = length >> 8;
    ber[2] = length & 0xff;
    n_ber = 3;
  }
  memcpy (out->data + start, ber, n_ber);
  memmove (out->data + start + n_ber, out->data + start + sizeof ber, length);
  g_byte_array_set_size (out, start + n_ber + length);
}
