/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbSoundLine: RTP timestamps of a driver's sound; pure. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Opus in RTP (RFC 7587) has this clock whatever it was made of. */
#define PB_LIVE_SOUND_RATE 48000

/**
 * PbSoundLine:
 *
 * Timestamps are base + 48,000 a second of the hub's timeline, the one of the
 * pictures, less what the encoder looks ahead. Packets that follow each other
 * are as far apart as they are long, to the sample: a receiver fills the least
 * gap with noise of its own making.
 */
typedef struct {
  /*< private >*/
  guint32 base;
  guint32 next;
  gboolean begun;
} PbSoundLine;

void pb_sound_line_init (PbSoundLine *line, guint32 base);
void pb_sound_line_reset (PbSoundLine *line);
guint32 pb_sound_line_map (
    PbSoundLine *line, GstClockTime time, guint samples, gboolean *begins);
guint32 pb_sound_line_rtp_of_time (const PbSoundLine *line, GstClockTime time);

G_END_DECLS
