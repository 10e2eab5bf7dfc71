/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbSegmenter: decides where a stream is cut into segments and which points of
 * it go into the index. No file, no thread, no clock. */
#include "recording/pb-segmenter.h"

#include <string.h>

#define TICKS_PER_MS 90
#define PTS_WRAP (G_GINT64_CONSTANT (1) << 33)
/* Bytes before the first PAT and PMT are held so that the file can begin with
 * the tables; muxers repeat them every 0.1 to 0.5 s, a megabyte is 2.7 s of
 * 3 Mbit/s. */
#define HOLD_MAX_BYTES (1024 * 1024)
/* An encoder that never makes key frames must not make an endless file:
 * 256 MiB is eleven minutes of 3 Mbit/s. */
#define SEGMENT_MAX_BYTES (256u * 1024 * 1024)
/* A point a second finds any moment within a second without a key frame. */
#define POINT_INTERVAL_TICKS (1000 * TICKS_PER_MS)

struct _PbSegmenter {
  MpegtsParser *parser;
  PbSegmenterFuncs funcs;
  gpointer user_data;
  gint64 target_ticks;

  GByteArray *out; /* bytes not written yet */
  gboolean open;
  gboolean cut; /* at the next key */
  guint next_segment;
  guint64 written_bytes; /* in the open segment */

  gboolean has_pts;
  gint64 last_pts; /* unwrapped */
  gint64 start_pts; /* of the open segment; valid if has_start */
  gboolean has_start;
  gint64 last_point_pts;
  gint64 last_key_pts; /* of the points */
  gboolean has_point; /* in the open segment */
  gint64 last_video_pts;
  gboolean has_video;

  gboolean undecided; /* a video unit waits for its kind */
  guint undecided_pos;
  guint64 undecided_pts;

  gint64 utc_us; /* of the bytes being pushed */
  gint lap;
};

/**
 * pb_segmenter_new:
 * @target_ms: length a segment should have, in ms
 * @funcs: where bytes and index lines go
 * @user_data: for @funcs
 *
 * Segments are cut at the first key frame after @target_ms; without pictures at
 * the first telemetry unit that stands for itself; where neither comes, at any unit after three times
 * @target_ms or at 256 MiB. Each segment begins with the newest PAT and PMT;
 * everything else is written as it came and in its order.
 *
 * Returns: (transfer full): a segmenter; one thread at a time
 */
PbSegmenter *
pb_segmenter_new (
    gint64 target_ms, const PbSegmenterFuncs *funcs, gpointer user_data)
{
  PbSegmenter *self = g_new0 (PbSegmenter, 1);

  self->parser = mpegts_parser_new ();
  self->funcs = *funcs;
  self->user_data = user_data;
  self->target_ticks = target_ms * TICKS_PER_MS;
  self->out = g_byte_array_new ();
  return self;
}

void
pb_segmenter_free (PbSegmenter *self)
{
  mpegts_parser_free (self->parser);
  g_byte_array_unref (self->out);
  g_free (self);
}

const MpegtsStats *
pb_segmenter_get_ts_stats (const PbSegmenter *self)
{
  return mpegts_parser_get_stats (self->parser);
}

/**
 * pb_segmenter_get_last_pts:
 * @segmenter: a segmenter
 * @pts: (out): of the newest unit; while `begin` runs, of the unit that begins
 *   the new segment
 *
 * Returns: %FALSE if no unit was seen
 */
gboolean
pb_segmenter_get_last_pts (const PbSegmenter *self, gint64 *pts)
{
  *pts = self->last_pts;
  return self->has_pts;
}

static void
write_out (PbSegmenter *self, gsize size)
{
  if (size == 0)
    return;
  self->funcs.write (self->out->data, size, self->user_data);
  self->written_bytes += size;
  g_byte_array_remove_range (self->out, 0, size);
  if (self->undecided)
    self->undecided_pos -= MIN (size, self->undecided_pos);
}

static void
begin_segment (PbSegmenter *self)
{
  g_autoptr (GByteArray) tables = g_byte_array_new ();

  self->funcs.begin (self->next_segment++, self->user_data);
  self->open = TRUE;
  self->cut = FALSE;
  self->written_bytes = 0;
  self->has_start = FALSE;
  self->has_point = FALSE;
  if (mpegts_parser_get_tables (self->parser, tables) == 0)
    return;
  /* What comes first may already be the PAT. */
  if (self->out->len >= tables->len
      && memcmp (self->out->data, tables->data, tables->len) == 0)
    return;
  self->funcs.write (tables->data, tables->len, self->user_data);
  self->written_bytes = tables->len;
}

static gint64
unwrap_pts (const PbSegmenter *self, guint64 raw)
{
  gint64 delta;

  if (!self->has_pts)
    return raw;
  delta = ((gint64) raw - self->last_pts) & (PTS_WRAP - 1);
  if (delta >= PTS_WRAP / 2)
    delta -= PTS_WRAP;
  return self->last_pts + delta;
}

static gboolean
should_cut (const PbSegmenter *self, gboolean is_key, gint64 pts)
{
  gint64 length = self->has_start ? pts - self->start_pts : 0;

  if (!self->has_start)
    return FALSE;
  /* The sender's clock began anew: a segment has one timeline. */
  if (is_key && (self->cut || length < -self->target_ticks))
    return TRUE;
  if (self->written_bytes >= SEGMENT_MAX_BYTES
      || length >= 3 * self->target_ticks)
    return TRUE;
  return is_key && length >= self->target_ticks;
}

/* A unit whose kind is known starts at @pos of the bytes not written yet. */
static void
start_unit (PbSegmenter *self, MpegtsKind kind, gboolean is_key, gsize pos,
    guint64 raw_pts)
{
  PbPoint point;
  gint64 pts;

  if (raw_pts == MPEGTS_NO_TIME || !self->open)
    return;
  pts = self->last_pts = unwrap_pts (self, raw_pts);
  self->has_pts = TRUE;
  if (kind == MPEGTS_VIDEO) {
    self->has_video = TRUE;
    self->last_video_pts = pts;
  } else if (self->has_video
             && pts - self->last_video_pts <= self->target_ticks) {
    /* Beside pictures only these decide. */
    is_key = FALSE;
  }
  if (should_cut (self, is_key, pts)) {
    write_out (self, pos);
    pos = 0;
    begin_segment (self);
  }
  if (!self->has_start) {
    self->has_start = TRUE;
    self->start_pts = pts;
  }
  if (kind != MPEGTS_VIDEO && self->has_video
      && pts - self->last_video_pts <= POINT_INTERVAL_TICKS)
    return;
  if (self->has_point && !(is_key && kind == MPEGTS_VIDEO)
      && ABS (pts - (is_key ? self->last_key_pts : self->last_point_pts))
             < POINT_INTERVAL_TICKS)
    return;
  if (is_key || !self->has_point)
    self->last_key_pts = pts;
  self->has_point = TRUE;
  self->last_point_pts = pts;
  point = (PbPoint){
    .segment = self->next_segment - 1,
    .offset = self->written_bytes + pos,
    .pts = pts,
    .is_key = is_key,
    .utc_us = self->utc_us,
    .lap = self->lap,
  };
  self->funcs.point (&point, self->user_data);
}

static void
decide (PbSegmenter *self, gboolean is_key)
{
  guint pos = self->undecided_pos;

  if (!self->undecided)
    return;
  self->undecided = FALSE;
  start_unit (self, MPEGTS_VIDEO, is_key, pos, self->undecided_pts);
}

static void
take_held (const guint8 *data, gsize size, const MpegtsPacket *packet,
    gpointer user_data)
{
  PbSegmenter *self = user_data;

  if (packet->kind == MPEGTS_KLV && packet->payload)
    self->funcs.klv (packet->payload, packet->payload_bytes,
        packet->starts_unit && packet->pts != MPEGTS_NO_TIME,
        unwrap_pts (self, packet->pts), self->user_data);
}

/* What came before the tables was nothing then, and is telemetry to who reads
 * the file, which begins with them. */
static void
look_again (PbSegmenter *self)
{
  g_autoptr (MpegtsParser) parser = mpegts_parser_new ();
  g_autoptr (GByteArray) tables = g_byte_array_new ();

  if (!self->funcs.klv || mpegts_parser_get_tables (self->parser, tables) == 0)
    return;
  g_byte_array_append (tables, self->out->data, self->out->len);
  mpegts_parser_push (parser, tables->data, tables->len, take_held, self);
}

/* The tables are known, or will not come: the held bytes can be written. */
static void
open_first (PbSegmenter *self)
{
  if (self->open)
    return;
  if (!mpegts_parser_get_stats (self->parser)->has_pmt
      && self->out->len < HOLD_MAX_BYTES)
    return;
  begin_segment (self);
  look_again (self);
}

static void
take_packet (const guint8 *data, gsize size, const MpegtsPacket *packet,
    gpointer user_data)
{
  PbSegmenter *self = user_data;

  if (packet->kind == MPEGTS_VIDEO && packet->starts_unit) {
    decide (self, FALSE);
    if (packet->key == MPEGTS_KEY_LATER) {
      self->undecided = TRUE;
      self->undecided_pos = self->out->len;
      self->undecided_pts = packet->pts;
    } else {
      start_unit (self, MPEGTS_VIDEO, packet->key == MPEGTS_KEY_YES,
          self->out->len, packet->pts);
    }
  } else if (packet->kind == MPEGTS_VIDEO && packet->key != MPEGTS_KEY_NONE
             && packet->key != MPEGTS_KEY_LATER) {
    decide (self, packet->key == MPEGTS_KEY_YES);
  } else if (packet->kind == MPEGTS_KLV && packet->starts_unit
             && !self->undecided) {
    start_unit (self, MPEGTS_KLV, packet->key == MPEGTS_KEY_YES, self->out->len,
        packet->pts);
  }
  if (self->funcs.klv && packet->kind == MPEGTS_KLV && packet->payload)
    self->funcs.klv (packet->payload, packet->payload_bytes,
        packet->starts_unit && packet->pts != MPEGTS_NO_TIME,
        unwrap_pts (self, packet->pts), self->user_data);
  g_byte_array_append (self->out, data, size);
  open_first (self);
}

/**
 * pb_segmenter_cut:
 * @segmenter: a segmenter
 *
 * The next segment begins at the next key, however short this one is.
 */
void
pb_segmenter_cut (PbSegmenter *self)
{
  self->cut = TRUE;
}

/**
 * pb_segmenter_push:
 * @segmenter: a segmenter
 * @data: the next bytes of the stream
 * @size: how many
 * @utc_us: when they arrived
 * @lap: lap the driver is in, or -1
 *
 * Writes all bytes whose segment is certain: at most the packets of one video
 * unit's beginning, and a part of a packet, stay behind.
 */
void
pb_segmenter_push (
    PbSegmenter *self, const guint8 *data, gsize size, gint64 utc_us, gint lap)
{
  self->utc_us = utc_us;
  self->lap = lap;
  mpegts_parser_push (self->parser, data, size, take_packet, self);
  if (self->open)
    write_out (self, self->undecided ? self->undecided_pos : self->out->len);
}

/**
 * pb_segmenter_finish:
 * @segmenter: a segmenter
 *
 * The stream ended: writes what was held back.
 */
void
pb_segmenter_finish (PbSegmenter *self)
{
  mpegts_parser_flush (self->parser, take_packet, self);
  decide (self, FALSE);
  if (!self->open && self->out->len > 0)
    begin_segment (self);
  if (self->open)
    write_out (self, self->out->len);
}
