/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PitboxSrtShun: whose handshakes are not even read for a while. No clock, no
 * socket; its owner's lock protects it. */
#pragma once

#include <glib.h>

#include "pitboxsrt.h"

G_BEGIN_DECLS

/* Refusals of one address within a second, after which it is not heard. Each
 * takes libsrt a socket of some 25 kB that it keeps for a second or two, and its
 * one receiving thread, which all streams share, a while. An agent that is
 * refused asks every 2 s at most. */
#define PITBOX_SRT_SHUN_PER_S 100
#define PITBOX_SRT_SHUN_US (10 * G_USEC_PER_SEC)
/* Addresses at a time: those that are counted, and those not heard. */
#define PITBOX_SRT_SHUN_MAX_COUNTED 256
#define PITBOX_SRT_SHUN_MAX 32

/**
 * PitboxSrtOrigin:
 * @is_v6: @words are the /64 of an IPv6 address; else the first is an IPv4 one
 * @words: in the machine's own order
 *
 * Where datagrams come from, without a port. IPv4 on a socket of both is IPv4.
 */
typedef struct {
  gboolean is_v6;
  guint32 words[2];
} PitboxSrtOrigin;

PitboxSrtOrigin pitbox_srt_origin_of (const struct sockaddr *address);

typedef struct _PitboxSrtShun PitboxSrtShun;

PitboxSrtShun *pitbox_srt_shun_new (void);
void pitbox_srt_shun_free (PitboxSrtShun *shun);
void pitbox_srt_shun_clear (PitboxSrtShun *shun);

gboolean pitbox_srt_shun_refused (
    PitboxSrtShun *shun, const PitboxSrtOrigin *origin, gint64 now_us);
gboolean pitbox_srt_shun_expire (PitboxSrtShun *shun, gint64 now_us);
gint64 pitbox_srt_shun_get_end_us (PitboxSrtShun *shun);
const PitboxSrtOrigin *pitbox_srt_shun_list (PitboxSrtShun *shun, guint *n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PitboxSrtShun, pitbox_srt_shun_free)

G_END_DECLS
