/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The KLV unit: what stands on the wire. Normative text: elements/README.md,
 * "KLV units". */
#pragma once

#include <gstpitbox/gstpitboxapi.h>
#include <gst/gst.h>
#include <gstpitbox/gstpitboxcaps.h>

G_BEGIN_DECLS

/* Format version of the units this library writes. */
#define GST_PITBOX_UNIT_VERSION 1
/* The row count has 7 bits. */
#define GST_PITBOX_UNIT_MAX_ROWS 127
/* SMPTE 336M key and the longest BER length that is written. */
#define GST_PITBOX_UNIT_KEY_BYTES 16

/**
 * GstPitboxUnitRow:
 * @discont: rows were lost before this one at the source
 * @offset: row's time minus the unit's PTS, in 1/90000 s
 * @tick_delta: row's tick minus the predicted one
 * @session_delta_us: row's SessionTime minus the predicted one
 * @utc_delta_us: row's UTC minus the predicted one
 * @block: the coded row
 * @block_bytes: bytes in @block
 *
 * One row of a unit, still coded. Predictions: see gst_pitbox_unit_predict().
 */
typedef struct {
  gboolean discont;
  gint64 offset;
  gint64 tick_delta;
  gint64 session_delta_us;
  gint64 utc_delta_us;
  const guint8 *block;
  gsize block_bytes;
} GstPitboxUnitRow;

/**
 * GstPitboxUnitKey:
 * @codec: codec id
 * @run_id: chosen anew at each start of an encoder
 * @sequence: number of the key unit's first row within the run, modulo 2^32
 * @tick: tick of that row
 * @session_us: its SessionTime in µs
 * @utc_us: its UTC in µs since 1970, 0 if unknown
 * @clock_quality: a #GstPitboxClockQuality
 * @rate_divisor: one row of every so many ticks is sent, >= 1
 * @schema_id: id of the schema of the rows sent
 * @full_schema_id: id of the simulator's own schema; differs from @schema_id if
 *   variables were left out
 * @full_n_vars: number of variables in the simulator's own schema
 * @schema: (nullable): the serialised schema; %NULL if it is sent in fragments
 * @schema_bytes: bytes in @schema
 *
 * What a key unit says for itself and for the delta units after it.
 */
typedef struct {
  guint8 codec;
  guint32 run_id;
  guint32 sequence;
  guint64 tick;
  gint64 session_us;
  gint64 utc_us;
  guint8 clock_quality;
  guint rate_divisor;
  guint32 schema_id;
  guint32 full_schema_id;
  guint full_n_vars;
  const guint8 *schema;
  gsize schema_bytes;
} GstPitboxUnitKey;

/**
 * GstPitboxUnit:
 * @is_key: key unit; @key is valid
 * @generation: number of key units so far, modulo 16
 * @index: rows since the key unit's first row; 0 in a key unit
 * @key: the key unit's own fields
 * @fragments: (nullable): whole fragments, see gstpitboxfragment.h
 * @fragments_bytes: bytes in @fragments
 * @n_rows: rows in @rows
 * @rows: the rows, oldest first
 * @residue: checksum on the wire XOR checksum of the bytes; 0 in an intact key
 *   unit, gst_pitbox_unit_key_mask() of its key in an intact delta unit
 *
 * One parsed unit. Its pointers point into the bytes that were parsed.
 */
typedef struct {
  gboolean is_key;
  guint generation;
  guint index;
  GstPitboxUnitKey key;
  const guint8 *fragments;
  gsize fragments_bytes;
  guint n_rows;
  GstPitboxUnitRow rows[GST_PITBOX_UNIT_MAX_ROWS];
  guint32 residue;
} GstPitboxUnit;

/**
 * GstPitboxUnitTimes:
 * @tick: the row's tick
 * @session_us: its SessionTime in µs
 * @utc_us: its UTC in µs, 0 if unknown
 *
 * The times of one row.
 */
typedef struct {
  guint64 tick;
  gint64 session_us;
  gint64 utc_us;
} GstPitboxUnitTimes;

GST_PITBOX_API gboolean gst_pitbox_unit_parse (const guint8 *data, gsize size,
    GstPitboxUnit *unit, gsize *consumed,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;

GST_PITBOX_API guint32 gst_pitbox_unit_key_mask (const GstPitboxUnitKey *key);
GST_PITBOX_API void gst_pitbox_unit_predict (const GstPitboxUnitKey *key,
    guint tick_rate, guint index, gint64 tick_delta, GstPitboxUnitTimes *times);

GST_PITBOX_API GstBuffer *gst_pitbox_unit_merge (GstBuffer *const *units,
    guint n_units, GstClockTime pts, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
