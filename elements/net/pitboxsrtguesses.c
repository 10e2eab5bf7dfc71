/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PitboxSrtGuesses: who has had a wrong passphrase too often waits.
 *
 * Each try costs the port's one thread a key derivation (PBKDF2), which all
 * streams wait for. Counted by address and name together: a stranger elsewhere
 * locks nobody out, nor does a neighbour who tries another name. */
#include "pitboxsrtguesses.h"

#include <string.h>

struct _PitboxSrtGuesses {
  GHashTable *full_us; /* pair → gint64: when it may have all again */
};

PitboxSrtGuesses *
pitbox_srt_guesses_new (void)
{
  PitboxSrtGuesses *guesses = g_new0 (PitboxSrtGuesses, 1);

  guesses->full_us =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return guesses;
}

void
pitbox_srt_guesses_free (PitboxSrtGuesses *guesses)
{
  g_hash_table_unref (guesses->full_us);
  g_free (guesses);
}

/* @peer is address:port; every try comes from another port. */
static gchar *
dup_pair (const gchar *peer, const gchar *user)
{
  const gchar *colon = strrchr (peer, ':');

  return g_strdup_printf ("%.*s %s",
      colon != NULL ? (int) (colon - peer) : (int) strlen (peer), peer, user);
}

/* Room for one more: those that have all again go, or else any. */
static void
make_room (PitboxSrtGuesses *guesses, gint64 now_us)
{
  GHashTableIter iter;
  gint64 *full_us;

  if (g_hash_table_size (guesses->full_us) < PITBOX_SRT_GUESSES_MAX_PAIRS)
    return;
  g_hash_table_iter_init (&iter, guesses->full_us);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &full_us))
    if (*full_us <= now_us)
      g_hash_table_iter_remove (&iter);
  g_hash_table_iter_init (&iter, guesses->full_us);
  if (g_hash_table_size (guesses->full_us) >= PITBOX_SRT_GUESSES_MAX_PAIRS
      && g_hash_table_iter_next (&iter, NULL, NULL))
    g_hash_table_iter_remove (&iter);
}

/* Whether @user may try a passphrase from @peer. */
gboolean
pitbox_srt_guesses_may (PitboxSrtGuesses *guesses, const gchar *peer,
    const gchar *user, gint64 now_us)
{
  g_autofree gchar *pair = dup_pair (peer, user);
  const gint64 *full_us = g_hash_table_lookup (guesses->full_us, pair);

  return full_us == NULL
         || *full_us - now_us <= (PITBOX_SRT_GUESSES_BURST - 1)
                                     * PITBOX_SRT_GUESSES_INTERVAL_US;
}

/* It was wrong. */
void
pitbox_srt_guesses_wrong (PitboxSrtGuesses *guesses, const gchar *peer,
    const gchar *user, gint64 now_us)
{
  gchar *pair = dup_pair (peer, user);
  gint64 *full_us = g_hash_table_lookup (guesses->full_us, pair);

  if (full_us != NULL) {
    g_free (pair);
  } else {
    make_room (guesses, now_us);
    full_us = g_new0 (gint64, 1);
    *full_us = now_us;
    g_hash_table_insert (guesses->full_us, pair, full_us);
  }
  *full_us = MAX (*full_us, now_us) + PITBOX_SRT_GUESSES_INTERVAL_US;
}

/* Pairs that are remembered. */
guint
pitbox_srt_guesses_count (PitboxSrtGuesses *guesses)
{
  return g_hash_table_size (guesses->full_us);
}
