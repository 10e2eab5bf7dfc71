/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbReplay: what was answered to a request that makes something, for when its
 * sender has not heard it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** PB_REPLAY_MAX: answers remembered; one more forgets the oldest. */
#define PB_REPLAY_MAX 256
/** PB_REPLAY_MAX_OF_ONE: of them those of one person or key. */
#define PB_REPLAY_MAX_OF_ONE 32
/** PB_REPLAY_LIFE_S: seconds for which they are. */
#define PB_REPLAY_LIFE_S 600
/** PB_REPLAY_KEY_MAX: characters of an Idempotency-Key. */
#define PB_REPLAY_KEY_MAX 128
/** PB_REPLAY_BODY_MAX: bytes of an answer; ours have some hundred. */
#define PB_REPLAY_BODY_MAX 16384

/**
 * PbReplayVerdict:
 * @PB_REPLAY_NEW: there was no such request
 * @PB_REPLAY_SAME: it was answered already
 * @PB_REPLAY_OTHER: its key was that of another request
 */
typedef enum {
  PB_REPLAY_NEW,
  PB_REPLAY_SAME,
  PB_REPLAY_OTHER,
} PbReplayVerdict;

/* Pure: no clock, no lock. */
typedef struct _PbReplay PbReplay;

PbReplay *pb_replay_new (void);
void pb_replay_free (PbReplay *replay);
gboolean pb_replay_key_is_valid (const gchar *key);
PbReplayVerdict pb_replay_find (PbReplay *replay, const gchar *who,
    const gchar *key, GBytes *request, gint64 now_us, guint *status,
    GBytes **answer);
void pb_replay_add (PbReplay *replay, const gchar *who, const gchar *key,
    GBytes *request, gint64 now_us, guint status, GBytes *answer);
guint pb_replay_count (const PbReplay *replay);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbReplay, pb_replay_free)

G_END_DECLS
