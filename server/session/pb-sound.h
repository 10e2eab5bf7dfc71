/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbSound: a driver's AAC, made into Opus while somebody listens
 * (pipelines/sound.launch). */
#pragma once

#include "live/pb-live.h"
#include "session/pb-demand.h"

G_BEGIN_DECLS

typedef struct _PbSound PbSound;

/**
 * PbSoundReading:
 * @codec: (nullable): what comes: "aac", or the caps name of what is not taken;
 *   %NULL while nothing comes
 * @channels, @rate: of it; 0 not known
 * @kbps: over the last second
 * @state: whether it is made into Opus now
 * @failure: (nullable): why nobody hears it, in words; for g_free()
 */
typedef struct {
  const gchar *codec;
  guint channels;
  guint rate;
  guint kbps;
  PbDemandState state;
  gchar *failure;
} PbSoundReading;

PbSound *pb_sound_new (PbLive *live, GstClock *clock, GstClockTime base_time);
void pb_sound_free (PbSound *sound);
void pb_sound_stop (PbSound *sound);
void pb_sound_push (PbSound *sound, GstSample *sample);
void pb_sound_note_other (PbSound *sound, const gchar *media);
void pb_sound_read (PbSound *sound, PbSoundReading *reading);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbSound, pb_sound_free)

G_END_DECLS
