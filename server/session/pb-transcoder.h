/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbTranscoder: a picture that browsers do not play as it comes, encoded anew
 * while somebody watches (pipelines/transcode.launch). */
#pragma once

#include "live/pb-live.h"
#include "session/pb-demand.h"

G_BEGIN_DECLS

typedef struct _PbTranscoder PbTranscoder;

void pb_transcoder_set_limit (guint most);
guint pb_transcoder_get_limit (void);

PbTranscoder *pb_transcoder_new (
    PbLive *live, GstClock *clock, GstClockTime base_time);
void pb_transcoder_free (PbTranscoder *transcoder);
void pb_transcoder_stop (PbTranscoder *transcoder);
void pb_transcoder_push (PbTranscoder *transcoder, GstSample *picture);
PbDemandState pb_transcoder_get_state (
    PbTranscoder *transcoder, gchar **failure, guint64 *dropped);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbTranscoder, pb_transcoder_free)

G_END_DECLS
