/* SPDX-License-Identifier: LGPL-2.1-or-later
 * GstPitboxDecoder: bounds, order and resynchronisation. */
#include "gstpitboxdecoder.h"

#include "gstpitboxcodecprivate.h"
#include "gstpitboxerror.h"
#include "gstpitboxfragment.h"
#include "gstpitboxunitprivate.h"

#include <string.h>

/**
 * SECTION:gstpitboxdecoder
 * @title: GstPitboxDecoder
 * @short_description: KLV units to rows
 *
 * The core of telemetrydec and klv-dump. Push the bytes of one buffer, then
 * take items until there is none. No input makes it fail: what cannot be used
 * is counted by reason and passed over, and rows go on at the next unit that
 * can be decoded. One thread at a time.
 */

struct _GstPitboxDecoder {
  GstPitboxDecoderStats stats;

  const guint8 *data; /* what is left of the pushed bytes */
  gsize size;
  GstPitboxUnit unit; /* the unit in work */
  gboolean in_unit;
  guint row_at;
  GstPitboxReader fragments;

  gboolean have_key; /* delta units of @key can be checked */
  gboolean readable; /* their schema and codec are known */
  gboolean chain; /* and no row is missing before them */
  GstPitboxUnitKey key;
  guint32 key_mask;
  guint generation;
  guint next_index;

  gboolean have_sequence;
  guint32 next_sequence; /* of the next row, in run @key.run_id */
  gboolean discont;

  GstPitboxSchema *schema;
  gboolean schema_pending; /* to be given out before the next row */
  GstPitboxSchema *loose_schema; /* from fragments */
  GstPitboxCodec *codec;
  gint codec_id;
  guint8 *row;

  GstPitboxAssembler session_pieces;
  GstPitboxAssembler schema_pieces;
  GBytes *session;
};

/**
 * gst_pitbox_decoder_new: (skip)
 *
 * Returns: (transfer full): a decoder that waits for a key unit
 */
GstPitboxDecoder *
gst_pitbox_decoder_new (void)
{
  return g_new0 (GstPitboxDecoder, 1);
}

/**
 * gst_pitbox_decoder_free:
 * @self: (transfer full): a decoder
 */
void
gst_pitbox_decoder_free (GstPitboxDecoder *self)
{
  gst_pitbox_assembler_clear (&self->session_pieces);
  gst_pitbox_assembler_clear (&self->schema_pieces);
  g_clear_pointer (&self->session, g_bytes_unref);
  g_clear_pointer (&self->codec, gst_pitbox_codec_free);
  g_clear_pointer (&self->schema, gst_pitbox_schema_unref);
  g_clear_pointer (&self->loose_schema, gst_pitbox_schema_unref);
  g_free (self->row);
  g_free (self);
}

/**
 * gst_pitbox_decoder_flush:
 * @self: a decoder
 *
 * Drops what was pushed and waits for a key unit, as after a seek. Keeps the
 * schema, gathered fragments and counters.
 */
void
gst_pitbox_decoder_flush (GstPitboxDecoder *self)
{
  self->data = NULL;
  self->size = 0;
  self->in_unit = FALSE;
  self->have_key = FALSE;
  self->chain = FALSE;
  self->have_sequence = FALSE;
  self->discont = TRUE;
}

/**
 * gst_pitbox_decoder_get_schema:
 * @self: a decoder
 *
 * Returns: (transfer none) (nullable): the schema of the rows given out
 */
GstPitboxSchema *
gst_pitbox_decoder_get_schema (GstPitboxDecoder *self)
{
  return self->schema;
}

/**
 * gst_pitbox_decoder_get_stats:
 * @self: a decoder
 *
 * Returns: (transfer none): its counters
 */
const GstPitboxDecoderStats *
gst_pitbox_decoder_get_stats (const GstPitboxDecoder *self)
{
  return &self->stats;
}

/**
 * gst_pitbox_decoder_stats_rejected:
 * @stats: a decoder's counters
 *
 * Returns: all rejected units, rows and fragments together
 */
guint64
gst_pitbox_decoder_stats_rejected (const GstPitboxDecoderStats *stats)
{
  return stats->rejected_truncated + stats->rejected_invalid
         + stats->rejected_checksum + stats->rejected_unsupported
         + stats->rejected_foreign + stats->rejected_need_key
         + stats->rejected_stale + stats->rejected_schema + stats->rejected_row
         + stats->rejected_fragment;
}

/**
 * gst_pitbox_decoder_push:
 * @self: a decoder that has no items left
 * @data: (array length=size): untrusted bytes: units back to back; must stay
 *   valid until gst_pitbox_decoder_next() has returned %FALSE
 * @size: bytes in @data
 */
void
gst_pitbox_decoder_push (GstPitboxDecoder *self, const guint8 *data, gsize size)
{
  self->data = data;
  self->size = size;
  self->in_unit = FALSE;
}

static void
count_parse_error (GstPitboxDecoderStats *stats, const GError *error)
{
  switch (error->code) {
    case GST_PITBOX_ERROR_TRUNCATED:
      stats->rejected_truncated++;
      break;
    case GST_PITBOX_ERROR_CHECKSUM:
      stats->rejected_checksum++;
      break;
    case GST_PITBOX_ERROR_FOREIGN:
      stats->rejected_foreign++;
      break;
    case GST_PITBOX_ERROR_UNSUPPORTED:
      stats->rejected_unsupported++;
      break;
    default:
      stats->rejected_invalid++;
      break;
  }
}

/* The schema that a key unit names, from wherever it is known. */
static GstPitboxSchema *
find_schema (GstPitboxDecoder *self, const GstPitboxUnitKey *key)
{
  GstPitboxSchema *schema = NULL;

  if (self->schema != NULL
      && gst_pitbox_schema_get_id (self->schema) == key->schema_id)
    return gst_pitbox_schema_ref (self->schema);
  if (key->schema != NULL)
    schema =
        gst_pitbox_schema_new_from_bytes (key->schema, key->schema_bytes, NULL);
  else if (self->loose_schema != NULL)
    schema = gst_pitbox_schema_ref (self->loose_schema);
  if (schema != NULL && gst_pitbox_schema_get_id (schema) != key->schema_id)
    g_clear_pointer (&schema, gst_pitbox_schema_unref);
  return schema;
}

static void
set_schema (GstPitboxDecoder *self, GstPitboxSchema *schema, guint codec_id)
{
  gboolean same = self->schema == schema;

  if (!same) {
    g_clear_pointer (&self->schema, gst_pitbox_schema_unref);
    self->schema = gst_pitbox_schema_ref (schema);
    self->schema_pending = TRUE;
    g_free (self->row);
    self->row = g_malloc0 (gst_pitbox_schema_get_row_bytes (schema));
  }
  if (!same || self->codec == NULL || self->codec_id != (gint) codec_id) {
    g_clear_pointer (&self->codec, gst_pitbox_codec_free);
    self->codec = gst_pitbox_codec_new (codec_id, schema);
    self->codec_id = codec_id;
  }
}

static void
accept_key (GstPitboxDecoder *self)
{
  const GstPitboxUnitKey *key = &self->unit.key;
  g_autoptr (GstPitboxSchema) schema = NULL;
  gboolean restart = key->run_id != self->key.run_id;

  if (self->have_sequence && restart) {
    self->stats.restarts++;
    self->discont = TRUE;
    self->have_sequence = FALSE;
    gst_pitbox_assembler_clear (&self->session_pieces);
  }
  if (key->rate_divisor != self->key.rate_divisor
      || key->full_schema_id != self->key.full_schema_id)
    self->schema_pending = self->schema != NULL;
  /* Whatever happens, delta units of the key unit before are over. */
  self->key = *key;
  self->key.schema = NULL;
  self->key_mask = gst_pitbox_unit_key_mask (key);
  self->generation = self->unit.generation;
  self->next_index = 0;
  self->have_key = TRUE;
  self->readable = FALSE;
  self->chain = FALSE;
  if (!gst_pitbox_codec_is_known (key->codec))
    return;
  schema = find_schema (self, key);
  if (schema == NULL)
    return;
  set_schema (self, schema, key->codec);
  self->readable = TRUE;
  self->chain = TRUE;
  self->stats.key_units++;
}

static gboolean
accept_delta (GstPitboxDecoder *self)
{
  const GstPitboxUnit *unit = &self->unit;

  if (!self->have_key || unit->generation != self->generation) {
    self->have_key = FALSE;
    self->stats.rejected_need_key++;
    return FALSE;
  }
  if (unit->residue != self->key_mask) {
    self->stats.rejected_checksum++;
    return FALSE;
  }
  if (!self->readable)
    return TRUE;
  if (unit->n_rows != 0 && unit->index < self->next_index) {
    self->stats.rejected_stale++;
    return FALSE;
  }
  if (unit->index > self->next_index)
    self->chain = FALSE;
  if (!self->chain && !gst_pitbox_codec_is_independent (self->codec)) {
    self->stats.rejected_need_key++;
    return FALSE;
  }
  return TRUE;
}

/* Takes units off the pushed bytes until one can be used. */
static gboolean
next_unit (GstPitboxDecoder *self)
{
  while (self->size > 0) {
    g_autoptr (GError) error = NULL;
    gsize consumed;
    gboolean ok = gst_pitbox_unit_parse (
        self->data, self->size, &self->unit, &consumed, &error);

    self->data += consumed;
    self->size -= consumed;
    if (!ok) {
      count_parse_error (&self->stats, error);
      continue;
    }
    if (self->unit.is_key)
      accept_key (self);
    else if (!accept_delta (self))
      continue;
    if (!self->readable) {
      /* Its fragments may hold the schema that is missing. */
      if (gst_pitbox_codec_is_known (self->key.codec))
        self->stats.rejected_schema++;
      else
        self->stats.rejected_unsupported++;
      self->unit.n_rows = 0;
    }
    self->stats.units += self->readable;
    self->stats.bytes += consumed;
    self->row_at = 0;
    memset (&self->fragments, 0, sizeof self->fragments);
    if (self->unit.fragments != NULL)
      self->fragments = (GstPitboxReader){ self->unit.fragments,
        self->unit.fragments + self->unit.fragments_bytes, FALSE };
    return TRUE;
  }
  return FALSE;
}

static gboolean
next_row (GstPitboxDecoder *self, GstPitboxDecoderItem *item)
{
  const GstPitboxUnit *unit = &self->unit;
  guint index = unit->index + self->row_at;
  const GstPitboxUnitRow *row = &unit->rows[self->row_at];
  guint32 sequence = self->key.sequence + index;
  gboolean in_key = unit->is_key && self->row_at == 0;

  self->row_at++;
  if (!gst_pitbox_codec_decode (
          self->codec, row->block, row->block_bytes, in_key, self->row)) {
    /* The checksum was right, so this sender is at fault; start afresh. */
    self->stats.rejected_row++;
    self->have_key = FALSE;
    self->chain = FALSE;
    self->row_at = unit->n_rows;
    return FALSE;
  }
  self->next_index = index + 1;
  if (self->have_sequence && sequence != self->next_sequence) {
    gint32 missing = (gint32) (sequence - self->next_sequence);

    if (missing > 0)
      self->stats.lost_rows += missing;
    self->discont = TRUE;
  }
  self->next_sequence = sequence + 1;
  self->have_sequence = TRUE;

  item->type = GST_PITBOX_DECODER_ROW;
  item->row = self->row;
  item->offset_ns = gst_pitbox_unit_offset_to_ns (row->offset);
  gst_pitbox_unit_resolve (&self->key,
      gst_pitbox_schema_get_tick_rate (self->schema), index, row, &item->times);
  item->clock_quality = item->times.utc_us != 0
                            ? (GstPitboxClockQuality) self->key.clock_quality
                            : GST_PITBOX_CLOCK_UNKNOWN;
  item->discont = self->discont || row->discont;
  item->in_key = in_key;
  item->block_bytes = row->block_bytes;
  self->discont = FALSE;
  self->stats.rows++;
  return TRUE;
}

static gboolean
next_fragment (GstPitboxDecoder *self, GstPitboxDecoderItem *item)
{
  GstPitboxFragment fragment;
  g_autoptr (GBytes) object = NULL;

  if (!gst_pitbox_fragment_read (&self->fragments, &fragment)) {
    self->stats.rejected_fragment++;
    self->fragments.p = self->fragments.end;
    return FALSE;
  }
  if (fragment.kind == GST_PITBOX_FRAGMENT_SCHEMA) {
    object = gst_pitbox_assembler_add (&self->schema_pieces, &fragment);
    if (object != NULL) {
      g_clear_pointer (&self->loose_schema, gst_pitbox_schema_unref);
      self->loose_schema = gst_pitbox_schema_new_from_bytes (
          g_bytes_get_data (object, NULL), g_bytes_get_size (object), NULL);
      self->stats.rejected_fragment += self->loose_schema == NULL;
    }
    return FALSE;
  }
  if (fragment.kind != GST_PITBOX_FRAGMENT_SESSION)
    return FALSE;
  object = gst_pitbox_assembler_add (&self->session_pieces, &fragment);
  if (object == NULL)
    return FALSE;
  self->stats.sessions++;
  g_clear_pointer (&self->session, g_bytes_unref);
  self->session = g_steal_pointer (&object);
  item->type = GST_PITBOX_DECODER_SESSION;
  item->session = self->session;
  item->session_update = fragment.id;
  return TRUE;
}

/**
 * gst_pitbox_decoder_next:
 * @self: a decoder
 * @item: (out caller-allocates): the next item
 *
 * A schema item comes before the first row of its layout, a session item
 * before the rows of the unit that completed it.
 *
 * Returns: %FALSE when the pushed bytes are used up
 */
gboolean
gst_pitbox_decoder_next (GstPitboxDecoder *self, GstPitboxDecoderItem *item)
{
  memset (item, 0, sizeof *item);
  for (;;) {
    if (!self->in_unit && !next_unit (self))
      return FALSE;
    self->in_unit = TRUE;
    item->schema = self->schema;
    item->key = &self->key;
    if (self->schema_pending) {
      self->schema_pending = FALSE;
      item->type = GST_PITBOX_DECODER_SCHEMA;
      return TRUE;
    }
    while (gst_pitbox_reader_left (&self->fragments) > 0) {
      if (next_fragment (self, item))
        return TRUE;
    }
    while (self->row_at < self->unit.n_rows) {
      if (next_row (self, item))
        return TRUE;
    }
    self->in_unit = FALSE;
  }
}
