/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Sound on the pictures' timeline. */
#include "live/pb-sound-line.h"

/* libopus delays what it codes by 6.5 ms (OPUS_GET_LOOKAHEAD, 48 kHz, its usual
 * application); receivers of RTP do not leave that out. */
#define LOOKAHEAD_SAMPLES 312

/* 5 ms: nobody hears or sees that much, and times of a sound card's clock leave
 * those of the pictures by as much once in minutes. */
#define MAX_OFF_SAMPLES 240

/**
 * pb_sound_line_init:
 * @line: the line
 * @base: RTP timestamp of the timeline's zero; random (RFC 3550, 5.1)
 */
void
pb_sound_line_init (PbSoundLine *line, guint32 base)
{
  *line = (PbSoundLine){ .base = base };
}

/**
 * pb_sound_line_reset:
 * @line: the line
 *
 * The next packet is the first of a new stream.
 */
void
pb_sound_line_reset (PbSoundLine *line)
{
  line->begun = FALSE;
}

/**
 * pb_sound_line_rtp_of_time:
 * @line: the line
 * @time: on the hub's timeline, ns
 *
 * Returns: RTP timestamp of what is heard at @time
 */
guint32
pb_sound_line_rtp_of_time (const PbSoundLine *line, GstClockTime time)
{
  return line->base
         + (guint32) gst_util_uint64_scale (
             time, PB_LIVE_SOUND_RATE, GST_SECOND);
}

/**
 * pb_sound_line_map:
 * @line: the line
 * @time: of the packet's first sample before it was coded, on the hub's
 *   timeline, ns
 * @samples: how long the packet is
 * @begins: (out): it does not follow the one before
 *
 * Returns: the packet's RTP timestamp
 */
guint32
pb_sound_line_map (
    PbSoundLine *line, GstClockTime time, guint samples, gboolean *begins)
{
  const guint32 wanted =
      pb_sound_line_rtp_of_time (line, time) - LOOKAHEAD_SAMPLES;
  const gint32 off = (gint32) (wanted - line->next);
  guint32 rtp;

  *begins = !line->begun || ABS ((gint64) off) > MAX_OFF_SAMPLES;
  rtp = *begins ? wanted : line->next;
  line->next = rtp + samples;
  line->begun = TRUE;
  return rtp;
}
