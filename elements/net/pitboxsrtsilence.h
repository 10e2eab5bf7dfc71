/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PitboxSrtSilence: when a peer that answers nothing is taken for gone. Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How often to look. A look counts for no more: who was not given a core to look
 * has not been given one to hear answers either. */
#define PITBOX_SRT_SILENCE_LOOK_US (250 * G_TIME_SPAN_MILLISECOND)

/* Of one connection; all zero at its beginning. */
typedef struct {
  gint64 sent;
  gint64 answers;
  gint64 looked_us;
  gint64 silent_us;
} PitboxSrtSilence;

gint64 pitbox_srt_silence_get_limit_us (gdouble rtt_ms);
gboolean pitbox_srt_silence_look (PitboxSrtSilence *silence, gint64 now_us,
    gint64 sent, gint64 answers, gdouble rtt_ms);

G_END_DECLS
