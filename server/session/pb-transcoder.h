/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbTranscoder: a picture that browsers do not play as it comes, encoded anew
 * while somebody watches (pipelines/transcode.launch). */
#pragma once

#include <gst/gst.h>

#include "live/pb-live.h"

G_BEGIN_DECLS

/**
 * PbTranscoderState:
 * @PB_TRANSCODER_IDLE: nobody watches
 * @PB_TRANSCODER_RUNNING: it runs, or is about to
 * @PB_TRANSCODER_FULL: this machine runs as many as it may
 * @PB_TRANSCODER_FAILED: it cannot; it is tried again each ten seconds
 */
typedef enum {
  PB_TRANSCODER_IDLE,
  PB_TRANSCODER_RUNNING,
  PB_TRANSCODER_FULL,
  PB_TRANSCODER_FAILED,
} PbTranscoderState;

typedef struct _PbTranscoder PbTranscoder;

void pb_transcoder_set_limit (guint most);
guint pb_transcoder_get_limit (void);

PbTranscoder *pb_transcoder_new (
    PbLive *live, GstClock *clock, GstClockTime base_time);
void pb_transcoder_free (PbTranscoder *transcoder);
void pb_transcoder_stop (PbTranscoder *transcoder);
void pb_transcoder_push (PbTranscoder *transcoder, GstSample *picture);
PbTranscoderState pb_transcoder_get_state (
    PbTranscoder *transcoder, gchar **failure, guint64 *dropped);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbTranscoder, pb_transcoder_free)

G_END_DECLS
