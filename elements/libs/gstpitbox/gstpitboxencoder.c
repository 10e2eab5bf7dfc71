/* SPDX-License-Identifier: LGPL-2.1-or-later
 * GstPitboxEncoder: when a unit is due, which kind, and what goes into it. */
#include "gstpitboxencoder.h"

#include "gstpitboxfields.h"
#include "gstpitboxfragment.h"
#include "gstpitboxrow.h"
#include "gstpitboxunitprivate.h"

#include <math.h>
#include <string.h>

/**
 * SECTION:gstpitboxencoder
 * @title: GstPitboxEncoder
 * @short_description: rows to KLV units
 *
 * The core of telemetryenc. One thread at a time.
 */

/* The header's SessionTime and UTC may be off by this much before a unit says
 * so; the row itself holds the exact SessionTime. */
#define SESSION_TOLERANCE_US 500
#define UTC_TOLERANCE_US 100

/* A key unit's own fields without schema, and head bytes of one row. */
#define KEY_HEADER_BYTES 96
#define ROW_HEAD_BYTES 64

/* MPEG-TS: bytes of a unit in its first packet and in each next one. */
#define TS_FIRST_BYTES 170
#define TS_NEXT_BYTES 184
/* What merging may add to a unit without changing its packets. */
#define MERGE_SLACK_BYTES 10

/* What was sent once is repeated after so long, each time after twice as long:
 * pieces get lost above all while a stream begins. */
#define FIRST_REPEAT (2 * GST_SECOND)
#define LAST_REPEAT (32 * GST_SECOND)
/* A schema in fragments is needed before anything can be read. */
#define SCHEMA_FRAGMENT_BYTES 1200
/* A repetition that found no free room this many units long takes some. */
#define PATIENCE_UNITS 30

struct _GstPitboxEncoder {
  GstPitboxEncoderConfig config;
  gchar *fields;
  GstPitboxEncoderStats stats;

  GstPitboxSchema *full_schema;
  guint32 full_schema_id; /* the simulator's own, as key units say it */
  guint full_n_vars;
  gboolean keeps_all; /* rows were left out before */
  GstPitboxFieldMap *map; /* NULL when every variable is sent */
  GstPitboxSchema *schema;
  GBytes *schema_bytes;
  gboolean schema_inline;
  const GstPitboxVar *session_time;
  GstPitboxCodec *codec;
  guint8 *reduced_row;

  gboolean key_wanted;
  GstPitboxUnit unit; /* the unit being filled */
  GByteArray *blocks;
  GByteArray *scratch;
  GByteArray *fragments;
  GstClockTime pts[GST_PITBOX_UNIT_MAX_ROWS];

  GstPitboxUnitKey key; /* of the last key unit */
  GstClockTime key_pts;
  guint32 key_mask;
  guint generation;
  guint32 sequence;
  guint index; /* of the next row */
  guint64 last_tick;
  gboolean have_tick;

  GstPitboxFragmenter session;
  GstPitboxFragmenter schema_fragments;
  GBytes *session_text;
  guint session_update;
  gboolean repeating;
  GstClockTime session_done;
  GstClockTime session_repeat;
  GstClockTime schema_done;
  GstClockTime schema_repeat;
  guint patience;
};

static void
set_reduction (GstPitboxEncoder *self, const gchar *fields, guint rate_divisor,
    guint rows_per_unit)
{
  g_free (self->fields);
  self->fields = g_strdup (fields);
  self->config.fields = self->fields;
  self->config.rate_divisor = CLAMP (rate_divisor, 1, 1000);
  self->config.rows_per_unit =
      CLAMP (rows_per_unit, 1, GST_PITBOX_UNIT_MAX_ROWS);
}

/**
 * gst_pitbox_encoder_new: (skip)
 * @config: copied; values out of range are clamped
 *
 * Returns: (transfer full): an encoder that needs a schema next
 */
GstPitboxEncoder *
gst_pitbox_encoder_new (const GstPitboxEncoderConfig *config)
{
  GstPitboxEncoder *self = g_new0 (GstPitboxEncoder, 1);
  GstPitboxEncoderConfig *c = &self->config;

  *c = *config;
  set_reduction (
      self, config->fields, config->rate_divisor, config->rows_per_unit);
  while (c->run_id == 0)
    c->run_id = g_random_int ();
  if (!gst_pitbox_codec_is_known (c->codec))
    c->codec = GST_PITBOX_CODEC_RAW;
  self->sequence = c->sequence;
  self->blocks = g_byte_array_new ();
  self->scratch = g_byte_array_new ();
  self->fragments = g_byte_array_new ();
  self->key_pts = GST_CLOCK_TIME_NONE;
  self->session_done = GST_CLOCK_TIME_NONE;
  self->session_repeat = FIRST_REPEAT;
  self->schema_done = GST_CLOCK_TIME_NONE;
  self->schema_repeat = FIRST_REPEAT;
  return self;
}

static void
clear_schema (GstPitboxEncoder *self)
{
  g_clear_pointer (&self->full_schema, gst_pitbox_schema_unref);
  g_clear_pointer (&self->map, gst_pitbox_field_map_free);
  g_clear_pointer (&self->schema, gst_pitbox_schema_unref);
  g_clear_pointer (&self->schema_bytes, g_bytes_unref);
  g_clear_pointer (&self->codec, gst_pitbox_codec_free);
  g_clear_pointer (&self->reduced_row, g_free);
  gst_pitbox_fragmenter_clear (&self->schema_fragments);
}

/**
 * gst_pitbox_encoder_free:
 * @self: (transfer full): an encoder
 */
void
gst_pitbox_encoder_free (GstPitboxEncoder *self)
{
  clear_schema (self);
  gst_pitbox_fragmenter_clear (&self->session);
  g_clear_pointer (&self->session_text, g_bytes_unref);
  g_byte_array_unref (self->blocks);
  g_byte_array_unref (self->scratch);
  g_byte_array_unref (self->fragments);
  g_free (self->fields);
  g_free (self);
}

/**
 * gst_pitbox_encoder_set_schema:
 * @self: an encoder that has been drained
 * @schema: schema of the rows to come
 * @error: set when none of the wanted fields is in @schema
 *
 * The next unit is a key unit.
 *
 * Returns: %FALSE on an error; the encoder then keeps no schema
 */
gboolean
gst_pitbox_encoder_set_schema (
    GstPitboxEncoder *self, GstPitboxSchema *schema, GError **error)
{
  gsize block_bytes;

  clear_schema (self);
  if (self->fields != NULL && *self->fields != '\0') {
    self->map = gst_pitbox_field_map_new (schema, self->fields, error);
    if (self->map == NULL)
      return FALSE;
    self->schema = gst_pitbox_schema_ref (self->map->schema);
    self->reduced_row =
        g_malloc0 (gst_pitbox_schema_get_row_bytes (self->schema));
  } else {
    self->schema = gst_pitbox_schema_ref (schema);
  }
  self->full_schema = gst_pitbox_schema_ref (schema);
  self->full_schema_id = gst_pitbox_schema_get_id (schema);
  self->full_n_vars = gst_pitbox_schema_get_n_vars (schema);
  self->session_time = gst_pitbox_schema_find (schema, "SessionTime");
  self->schema_bytes = gst_pitbox_schema_to_bytes (self->schema);
  self->codec = gst_pitbox_codec_new (self->config.codec, self->schema);
  block_bytes = GST_PITBOX_MAX_BLOCK_BYTES (
      gst_pitbox_schema_get_row_bytes (self->schema));
  g_byte_array_set_size (self->scratch, block_bytes);
  self->schema_inline = g_bytes_get_size (self->schema_bytes) + block_bytes
                            + KEY_HEADER_BYTES + SCHEMA_FRAGMENT_BYTES
                        <= GST_PITBOX_MAX_UNIT_BYTES;
  if (!self->schema_inline)
    gst_pitbox_fragmenter_start (&self->schema_fragments,
        GST_PITBOX_FRAGMENT_SCHEMA, gst_pitbox_schema_get_id (self->schema),
        self->schema_bytes);
  self->key_wanted = TRUE;
  return TRUE;
}

/**
 * gst_pitbox_encoder_reduce:
 * @self: an encoder that has been drained
 * @fields: (nullable): variables to send from now on, comma-separated; %NULL or
 *   "" = all
 * @rate_divisor: send one row of every so many ticks, 1 to 1000
 * @rows_per_unit: rows in one unit, 1 to 127
 * @error: set when none of @fields is in the schema
 *
 * The next row is sent, in a key unit that says what is left out; the run and
 * its numbers go on.
 *
 * Returns: %FALSE on an error; all variables are sent then
 */
gboolean
gst_pitbox_encoder_reduce (GstPitboxEncoder *self, const gchar *fields,
    guint rate_divisor, guint rows_per_unit, GError **error)
{
  g_autoptr (GstPitboxSchema) schema = NULL;

  set_reduction (self, fields, rate_divisor, rows_per_unit);
  if (self->full_schema == NULL)
    return TRUE;
  schema = gst_pitbox_schema_ref (self->full_schema);
  if (gst_pitbox_encoder_set_schema (self, schema, error))
    return TRUE;
  set_reduction (self, NULL, rate_divisor, rows_per_unit);
  if (!gst_pitbox_encoder_set_schema (self, schema, NULL))
    g_warn_if_reached (); /* it was set before */
  return FALSE;
}

/**
 * gst_pitbox_encoder_follow:
 * @self: an encoder with a schema
 * @key: what the sender of the rows to come says of them
 *
 * Rows come from units and become units anew: what @key says is left out was
 * left out there, so all that come are sent, and key units say the same.
 */
void
gst_pitbox_encoder_follow (GstPitboxEncoder *self, const GstPitboxUnitKey *key)
{
  self->config.rate_divisor = CLAMP (key->rate_divisor, 1, 1000);
  self->full_schema_id = key->full_schema_id;
  self->full_n_vars = key->full_n_vars;
  self->keeps_all = TRUE;
}

/**
 * gst_pitbox_encoder_set_session:
 * @self: an encoder
 * @text: the session string; sent in fragments beside the rows
 * @update: its counter
 */
void
gst_pitbox_encoder_set_session (
    GstPitboxEncoder *self, GBytes *text, guint update)
{
  if (self->session_text != NULL && self->session_update == update
      && g_bytes_equal (self->session_text, text))
    return;
  g_clear_pointer (&self->session_text, g_bytes_unref);
  self->session_text = g_bytes_ref (text);
  self->session_update = update;
  self->repeating = FALSE;
  self->session_repeat = FIRST_REPEAT;
  gst_pitbox_fragmenter_start (
      &self->session, GST_PITBOX_FRAGMENT_SESSION, update, text);
}

/**
 * gst_pitbox_encoder_force_key:
 * @self: an encoder
 *
 * The next unit that is begun will be a key unit.
 */
void
gst_pitbox_encoder_force_key (GstPitboxEncoder *self)
{
  self->key_wanted = TRUE;
}

/**
 * gst_pitbox_encoder_repeat_texts:
 * @self: an encoder
 *
 * Somebody new reads: the session string, and a schema too long for a key
 * unit, are sent again from their beginning and as fast as the first time.
 */
void
gst_pitbox_encoder_repeat_texts (GstPitboxEncoder *self)
{
  self->session.sent = 0;
  self->session_repeat = FIRST_REPEAT;
  self->repeating = FALSE;
  self->schema_fragments.sent = 0;
  self->schema_done = GST_CLOCK_TIME_NONE;
  self->schema_repeat = FIRST_REPEAT;
}

/**
 * gst_pitbox_encoder_get_run_id:
 * @self: an encoder
 *
 * Returns: the run id, never 0
 */
guint32
gst_pitbox_encoder_get_run_id (const GstPitboxEncoder *self)
{
  return self->config.run_id;
}

/**
 * gst_pitbox_encoder_get_stats:
 * @self: an encoder
 *
 * Returns: (transfer none): its counters
 */
const GstPitboxEncoderStats *
gst_pitbox_encoder_get_stats (const GstPitboxEncoder *self)
{
  return &self->stats;
}

static gint64
session_us (const GstPitboxEncoder *self, const guint8 *row)
{
  gdouble s = gst_pitbox_row_get_newest (row, self->session_time);

  /* A billion seconds: keeps the conversion defined for any bytes. */
  return isfinite (s) && fabs (s) < 1e9 ? (gint64) floor (s * 1e6 + 0.5) : 0;
}

static gboolean
key_is_due (const GstPitboxEncoder *self, const GstPitboxEncoderRow *row)
{
  const GstPitboxUnitKey *key = &self->key;
  gint64 jump = (gint64) (row->tick - self->last_tick);

  if (self->key_wanted || self->index > G_MAXINT16 || jump <= 0
      || jump > 1000000)
    return TRUE;
  if (key->clock_quality != row->clock_quality
      || (key->utc_us != 0) != (row->utc_us != 0))
    return TRUE;
  return self->config.key_interval != GST_CLOCK_TIME_NONE
         && (!GST_CLOCK_TIME_IS_VALID (row->pts)
             || !GST_CLOCK_TIME_IS_VALID (self->key_pts)
             || row->pts < self->key_pts
             || row->pts - self->key_pts >= self->config.key_interval);
}

static void
begin_unit (GstPitboxEncoder *self, const GstPitboxEncoderRow *row)
{
  GstPitboxUnit *unit = &self->unit;
  GstPitboxUnitKey *key = &self->key;

  unit->is_key = key_is_due (self, row);
  unit->n_rows = 0;
  g_byte_array_set_size (self->blocks, 0);
  if (unit->is_key) {
    memset (key, 0, sizeof *key);
    key->codec = self->config.codec;
    key->run_id = self->config.run_id;
    key->sequence = self->sequence;
    key->tick = row->tick;
    key->session_us = session_us (self, row->data);
    key->utc_us = row->utc_us;
    key->clock_quality = row->clock_quality;
    key->rate_divisor = self->config.rate_divisor;
    key->schema_id = gst_pitbox_schema_get_id (self->schema);
    key->full_schema_id = self->full_schema_id;
    key->full_n_vars = self->full_n_vars;
    if (self->schema_inline)
      key->schema = g_bytes_get_data (self->schema_bytes, &key->schema_bytes);
    self->key_pts = row->pts;
    self->key_mask = gst_pitbox_unit_key_mask (key);
    self->generation++;
    self->index = 0;
    self->key_wanted = FALSE;
  }
  unit->key = *key;
  unit->generation = self->generation;
  unit->index = self->index;
  unit->residue = self->key_mask;
}

static void
add_row (GstPitboxEncoder *self, const GstPitboxEncoderRow *row)
{
  GstPitboxUnit *unit = &self->unit;
  guint n = unit->n_rows;
  GstPitboxUnitRow *out = &unit->rows[n];
  GstPitboxUnitTimes times;
  const guint8 *data = row->data;
  guint rate = gst_pitbox_schema_get_tick_rate (self->schema);
  gint64 delta;

  memset (out, 0, sizeof *out);
  out->discont = row->discont;
  out->tick_delta = (gint64) (row->tick - self->key.tick
                              - (guint64) self->index * self->key.rate_divisor);
  gst_pitbox_unit_predict (
      &self->key, rate, self->index, out->tick_delta, &times);
  delta = session_us (self, row->data) - times.session_us;
  if (ABS (delta) > SESSION_TOLERANCE_US)
    out->session_delta_us = delta;
  delta = row->utc_us - times.utc_us;
  if (row->utc_us != 0 && ABS (delta) > UTC_TOLERANCE_US)
    out->utc_delta_us = delta;
  if (self->map != NULL) {
    gst_pitbox_field_map_apply (self->map, row->data, self->reduced_row);
    data = self->reduced_row;
  }
  out->block_bytes = gst_pitbox_codec_encode (
      self->codec, data, unit->is_key && n == 0, self->scratch->data);
  g_byte_array_append (self->blocks, self->scratch->data, out->block_bytes);
  self->pts[n] = row->pts;
  unit->n_rows++;
  self->index++;
  self->sequence++;
  self->last_tick = row->tick;
  self->have_tick = TRUE;
  self->stats.rows++;
}

/* Fragments fill the free end of a unit's last TS packet; what is sent for the
 * first time may take one packet more. */
static void
add_fragments (GstPitboxEncoder *self, gsize unit_bytes, GstClockTime now)
{
  gsize used = unit_bytes + MERGE_SLACK_BYTES, room;

  if (self->schema_fragments.packed != NULL) {
    gst_pitbox_fragmenter_next (
        &self->schema_fragments, SCHEMA_FRAGMENT_BYTES, self->fragments);
    if (self->schema_fragments.sent == self->schema_fragments.packed_bytes) {
      if (!GST_CLOCK_TIME_IS_VALID (self->schema_done))
        self->schema_done = now;
      if (GST_CLOCK_TIME_IS_VALID (now) && now >= self->schema_done
          && now - self->schema_done >= self->schema_repeat) {
        self->schema_repeat = MIN (2 * self->schema_repeat, LAST_REPEAT);
        self->schema_fragments.sent = 0;
        self->schema_done = GST_CLOCK_TIME_NONE;
      }
    }
    return;
  }
  if (self->session.packed == NULL)
    return;
  if (self->session.sent == self->session.packed_bytes) {
    if (!GST_CLOCK_TIME_IS_VALID (now)
        || (now >= self->session_done
            && now - self->session_done < self->session_repeat))
      return;
    self->session_repeat = MIN (2 * self->session_repeat, LAST_REPEAT);
    self->session.sent = 0;
    self->repeating = TRUE;
  }
  room = used <= TS_FIRST_BYTES
             ? TS_FIRST_BYTES - used
             : (TS_NEXT_BYTES - (used - TS_FIRST_BYTES) % TS_NEXT_BYTES)
                   % TS_NEXT_BYTES;
  if (!self->repeating || self->patience++ >= PATIENCE_UNITS)
    room += TS_NEXT_BYTES;
  if (gst_pitbox_fragmenter_next (&self->session, room, self->fragments))
    self->patience = 0;
  if (self->session.sent == self->session.packed_bytes)
    self->session_done = now;
}

static gsize
estimate_bytes (const GstPitboxUnit *unit, gsize blocks)
{
  /* Key, length, first byte, index, row count, checksum. */
  gsize bytes = GST_PITBOX_UNIT_KEY_BYTES + 3 + 3 + 4 + blocks;

  return unit->is_key ? bytes + unit->key.schema_bytes + KEY_HEADER_BYTES / 3
                      : bytes;
}

static GstBuffer *
finish_unit (GstPitboxEncoder *self)
{
  GstPitboxUnit *unit = &self->unit;
  GstClockTime pts = self->pts[unit->n_rows - 1];
  GByteArray *out;
  GstBuffer *buffer;
  gsize at = 0, size;

  for (guint i = 0; i < unit->n_rows; i++) {
    GstPitboxUnitRow *row = &unit->rows[i];

    row->block = self->blocks->data + at;
    at += row->block_bytes;
    if (GST_CLOCK_TIME_IS_VALID (pts) && GST_CLOCK_TIME_IS_VALID (self->pts[i]))
      row->offset =
          gst_pitbox_unit_offset_from_ns (GST_CLOCK_DIFF (pts, self->pts[i]));
  }
  g_byte_array_set_size (self->fragments, 0);
  add_fragments (self, estimate_bytes (unit, at), pts);
  unit->fragments = self->fragments->data;
  unit->fragments_bytes = self->fragments->len;

  out = g_byte_array_sized_new (estimate_bytes (unit, at) + KEY_HEADER_BYTES);
  gst_pitbox_unit_write (unit, out);
  size = out->len;
  self->stats.units++;
  self->stats.key_units += unit->is_key;
  self->stats.bytes += size;
  self->stats.fragment_bytes += unit->fragments_bytes;

  buffer = gst_buffer_new_wrapped (g_byte_array_free (out, FALSE), size);
  GST_BUFFER_PTS (buffer) = pts;
  GST_BUFFER_OFFSET (buffer) = self->last_tick;
  if (!unit->is_key)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  if (unit->rows[0].discont)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  unit->n_rows = 0;
  return buffer;
}

/**
 * gst_pitbox_encoder_push:
 * @self: an encoder with a schema
 * @row: the next row
 *
 * Returns: (transfer full) (nullable): the unit that @row completes, its PTS
 *   that of its last row, or %NULL if none is due yet
 */
GstBuffer *
gst_pitbox_encoder_push (GstPitboxEncoder *self, const GstPitboxEncoderRow *row)
{
  gsize bytes;

  g_return_val_if_fail (self->codec != NULL, NULL);

  if (!self->keeps_all && self->have_tick && !self->key_wanted
      && row->tick > self->last_tick
      && row->tick - self->last_tick < self->config.rate_divisor) {
    self->stats.skipped_rows++;
    return NULL;
  }
  if (self->unit.n_rows == 0)
    begin_unit (self, row);
  add_row (self, row);
  bytes = estimate_bytes (&self->unit, self->blocks->len)
          + (self->unit.n_rows + 1) * ROW_HEAD_BYTES + self->scratch->len
          + SCHEMA_FRAGMENT_BYTES;
  if (self->unit.n_rows < self->config.rows_per_unit
      && bytes <= GST_PITBOX_MAX_UNIT_BYTES)
    return NULL;
  return finish_unit (self);
}

/**
 * gst_pitbox_encoder_drain:
 * @self: an encoder
 *
 * Returns: (transfer full) (nullable): the rows that wait, as a unit
 */
GstBuffer *
gst_pitbox_encoder_drain (GstPitboxEncoder *self)
{
  return self->unit.n_rows != 0 ? finish_unit (self) : NULL;
}
