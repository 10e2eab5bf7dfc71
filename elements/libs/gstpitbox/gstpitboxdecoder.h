/* SPDX-License-Identifier: LGPL-2.1-or-later
 * GstPitboxDecoder: untrusted KLV units in, rows out; no pads, no threads. */
#pragma once

#include <gstpitbox/gstpitboxapi.h>
#include <gst/gst.h>
#include <gstpitbox/gstpitboxschema.h>
#include <gstpitbox/gstpitboxsession.h>
#include <gstpitbox/gstpitboxunit.h>

G_BEGIN_DECLS

/**
 * GstPitboxDecoderStats:
 * @units: units accepted
 * @key_units: key units among them
 * @rows: rows given out
 * @bytes: bytes of accepted units
 * @lost_rows: rows that the sequence numbers say are missing
 * @restarts: new run ids after the first
 * @sessions: session strings put together
 * @rejected_truncated: items cut short
 * @rejected_invalid: units with contradicting fields
 * @rejected_checksum: units whose checksum does not match
 * @rejected_unsupported: units of an unknown version or codec
 * @rejected_foreign: KLV items under another key
 * @rejected_need_key: delta units of no use before the next key unit
 * @rejected_stale: delta units that repeat rows
 * @rejected_schema: key units whose schema is missing or not valid
 * @rejected_row: rows that the codec could not read
 * @rejected_fragment: fragments that are not valid
 *
 * Counters since the decoder was made.
 */
typedef struct {
  guint64 units;
  guint64 key_units;
  guint64 rows;
  guint64 bytes;
  guint64 lost_rows;
  guint64 restarts;
  guint64 sessions;
  guint64 rejected_truncated;
  guint64 rejected_invalid;
  guint64 rejected_checksum;
  guint64 rejected_unsupported;
  guint64 rejected_foreign;
  guint64 rejected_need_key;
  guint64 rejected_stale;
  guint64 rejected_schema;
  guint64 rejected_row;
  guint64 rejected_fragment;
} GstPitboxDecoderStats;

/**
 * GstPitboxDecoderItemType:
 * @GST_PITBOX_DECODER_SCHEMA: rows of another layout follow
 * @GST_PITBOX_DECODER_SESSION: a session string is complete
 * @GST_PITBOX_DECODER_ROW: a row
 *
 * What gst_pitbox_decoder_next() gives out.
 */
typedef enum {
  GST_PITBOX_DECODER_SCHEMA,
  GST_PITBOX_DECODER_SESSION,
  GST_PITBOX_DECODER_ROW,
} GstPitboxDecoderItemType;

/**
 * GstPitboxDecoderItem:
 * @type: what it is
 * @schema: (transfer none): the schema of the rows
 * @key: (transfer none): the last key unit
 * @session: (transfer none): session string, for a session item
 * @session_update: its counter
 * @row: the row, as many bytes as @schema says; valid until the next call
 * @offset_ns: the row's time minus its unit's PTS, in ns
 * @times: the row's tick, SessionTime and UTC from the unit's header
 * @clock_quality: how far its UTC can be trusted
 * @discont: rows are missing before this one
 * @in_key: the row is the first of a key unit
 * @block_bytes: bytes of the coded row
 *
 * One item; only the fields of its type are set.
 */
typedef struct {
  GstPitboxDecoderItemType type;
  GstPitboxSchema *schema;
  const GstPitboxUnitKey *key;
  GBytes *session;
  guint session_update;
  const guint8 *row;
  gint64 offset_ns;
  GstPitboxUnitTimes times;
  GstPitboxClockQuality clock_quality;
  gboolean discont;
  gboolean in_key;
  gsize block_bytes;
} GstPitboxDecoderItem;

/**
 * GstPitboxDecoder:
 *
 * KLV units in, rows out. One thread at a time.
 */
typedef struct _GstPitboxDecoder GstPitboxDecoder;

GST_PITBOX_API GstPitboxDecoder *gst_pitbox_decoder_new (void);
GST_PITBOX_API void gst_pitbox_decoder_free (GstPitboxDecoder *self);
GST_PITBOX_API void gst_pitbox_decoder_push (
    GstPitboxDecoder *self, const guint8 *data, gsize size);
GST_PITBOX_API gboolean gst_pitbox_decoder_next (
    GstPitboxDecoder *self, GstPitboxDecoderItem *item);
GST_PITBOX_API void gst_pitbox_decoder_flush (GstPitboxDecoder *self);
GST_PITBOX_API GstPitboxSchema *gst_pitbox_decoder_get_schema (
    GstPitboxDecoder *self);
GST_PITBOX_API const GstPitboxDecoderStats *gst_pitbox_decoder_get_stats (
    const GstPitboxDecoder *self);
GST_PITBOX_API guint64 gst_pitbox_decoder_stats_rejected (
    const GstPitboxDecoderStats *stats);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstPitboxDecoder, gst_pitbox_decoder_free)

G_END_DECLS
