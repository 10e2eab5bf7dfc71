/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A peer that is there answers each packet within 10 ms and a round trip. */
#include "pitboxsrtsilence.h"

/* libsrt itself waits for 5 s: 16 times 300 ms at least, whatever it is set to.
 * What is a second late is lost by SRT's delay anyhow. */
#define LEAST_US G_USEC_PER_SEC
#define MOST_US (5 * G_USEC_PER_SEC)
/* Four round trips: a lost packet, its report, and it again, twice. */
#define ROUND_TRIPS 4
#define MARGIN_US (500 * G_TIME_SPAN_MILLISECOND)

/* How long nothing may come back, us: 1 s to 5 s. @rtt_ms: measured. */
gint64
pitbox_srt_silence_get_limit_us (gdouble rtt_ms)
{
  const gdouble us = ROUND_TRIPS * 1000 * rtt_ms + (gdouble) MARGIN_US;

  return (gint64) CLAMP (us, (gdouble) LEAST_US, (gdouble) MOST_US);
}

/* @sent: packets so far, without those that were sent again; @answers: those
 * that came for them. Only time in which something was sent counts: nobody
 * answers nothing, nor where the receiver's buffer is full and nothing goes.
 * TRUE: the peer is gone, or can hear us no more. */
gboolean
pitbox_srt_silence_look (PitboxSrtSilence *silence, gint64 now_us, gint64 sent,
    gint64 answers, gdouble rtt_ms)
{
  const gint64 past_us = now_us - silence->looked_us;

  if (silence->looked_us == 0 || answers != silence->answers)
    silence->silent_us = 0;
  else if (sent != silence->sent)
    silence->silent_us += CLAMP (past_us, 0, PITBOX_SRT_SILENCE_LOOK_US);
  silence->looked_us = now_us;
  silence->sent = sent;
  silence->answers = answers;
  return silence->silent_us >= pitbox_srt_silence_get_limit_us (rtt_ms);
}
