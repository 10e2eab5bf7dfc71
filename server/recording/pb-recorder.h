/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbRecorder: one session's bytes to segments on disk and lines in the index,
 * on a thread that several share. */
#pragma once

#include <gst/gst.h>

#include "recording/pb-turns.h"
#include "store/pb-session-log.h"

G_BEGIN_DECLS

/** PB_RECORDER_GATHER_MS: bytes wait so long at most, to be written with those
 * of others. */
#define PB_RECORDER_GATHER_MS 10

typedef struct _PbRecorder PbRecorder;

/**
 * PbRecorderOptions:
 * @segment_ms: length of a segment; 0 = 10,000
 * @reserve_bytes: free disk space that is never used, so that the database
 *   and everybody else can go on; 0 = 256 MiB
 * @get_free: (nullable): tells the room on @folder's disk; called on the
 *   recorder's turn. %NULL asks the file system
 * @turns: (nullable): whose threads write; outlives the recorder. %NULL gives
 *   it one of its own
 */
typedef struct {
  gint64 segment_ms;
  guint64 reserve_bytes;
  gboolean (*get_free) (const gchar *folder, guint64 *free_bytes);
  PbTurns *turns;
} PbRecorderOptions;

/**
 * PbRecorderStats:
 * @recording: bytes are being written; else it goes on by itself once it can
 * @failure: (nullable): in words why nothing is written; for g_free()
 * @bytes: on disk
 * @duration_ms: of what is on disk, by the stream's own clock
 * @segments: begun so far
 * @dropped_bytes: lost because the disk was slower than the stream
 * @missed_bytes: not written because nothing could be written
 * @has_pmt: a programme table was seen
 * @garbage_run_bytes: bytes since the last TS packet
 * @continuity_errors: TS packets that did not follow on the one before
 * @video_codec: (nullable): "h264" or "h265", if the programme table lists one
 * @has_klv: the programme table lists telemetry
 */
typedef struct {
  gboolean recording;
  gchar *failure;
  guint64 bytes;
  gint64 duration_ms;
  guint segments;
  guint64 dropped_bytes;
  guint64 missed_bytes;
  gboolean has_pmt;
  guint64 garbage_run_bytes;
  guint64 continuity_errors;
  const gchar *video_codec;
  gboolean has_klv;
} PbRecorderStats;

PbRecorder *pb_recorder_new (
    PbSessionLog *log, const gchar *folder, const PbRecorderOptions *options);
void pb_recorder_push (PbRecorder *recorder, GstBuffer *buffer, gint64 utc_us);
void pb_recorder_note_row (
    PbRecorder *recorder, guint64 tick, gint64 utc_us, gint lap);
void pb_recorder_get_stats (PbRecorder *recorder, PbRecorderStats *stats);
guint64 pb_recorder_get_settled_bytes (PbRecorder *recorder);
void pb_recorder_close (PbRecorder *recorder);

G_END_DECLS
