/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PitboxSrtGuesses: who has had a wrong passphrase too often waits. No clock;
 * its owner's lock protects it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Wrong passphrases of one name from one address: at once, and how long until
 * one more. An agent with an old one asks every 80 s. */
#define PITBOX_SRT_GUESSES_BURST 20
#define PITBOX_SRT_GUESSES_INTERVAL_US (5 * G_USEC_PER_SEC)
/* Pairs of address and name that are remembered. */
#define PITBOX_SRT_GUESSES_MAX_PAIRS 1024

typedef struct _PitboxSrtGuesses PitboxSrtGuesses;

PitboxSrtGuesses *pitbox_srt_guesses_new (void);
void pitbox_srt_guesses_free (PitboxSrtGuesses *guesses);

gboolean pitbox_srt_guesses_may (PitboxSrtGuesses *guesses, const gchar *peer,
    const gchar *user, gint64 now_us);
void pitbox_srt_guesses_wrong (PitboxSrtGuesses *guesses, const gchar *peer,
    const gchar *user, gint64 now_us);
guint pitbox_srt_guesses_count (PitboxSrtGuesses *guesses);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PitboxSrtGuesses, pitbox_srt_guesses_free)

G_END_DECLS
