/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbReplay: what was answered to a request that makes something, for when its
 * sender has not heard it. */
#include "http/pb-replay.h"

#include <string.h>

#include <sodium.h>

typedef struct {
  gchar *who;
  gchar *key;
  gchar *request; /* its checksum: a body may have a password */
  guint status;
  guint8 *answer; /* may have a secret that is shown once */
  gsize size;
  gint64 until_us;
} Answer;

struct _PbReplay {
  GQueue answers; /* of Answer, oldest first */
};

static void
answer_free (gpointer data)
{
  Answer *self = data;

  sodium_memzero (self->answer, self->size);
  g_free (self->answer);
  g_free (self->who);
  g_free (self->key);
  g_free (self->request);
  g_free (self);
}

/**
 * pb_replay_new:
 *
 * Returns: (transfer full): one that remembers nothing yet
 */
PbReplay *
pb_replay_new (void)
{
  return g_new0 (PbReplay, 1);
}

void
pb_replay_free (PbReplay *self)
{
  g_queue_clear_full (&self->answers, answer_free);
  g_free (self);
}

/**
 * pb_replay_key_is_valid:
 *
 * Returns: whether @key is 1 to %PB_REPLAY_KEY_MAX printable ASCII characters
 */
gboolean
pb_replay_key_is_valid (const gchar *key)
{
  gsize n = strlen (key);

  for (gsize i = 0; i < n; i++)
    if (!g_ascii_isprint (key[i]))
      return FALSE;
  return n >= 1 && n <= PB_REPLAY_KEY_MAX;
}

static void
forget_old (PbReplay *self, gint64 now_us)
{
  Answer *oldest;

  while ((oldest = g_queue_peek_head (&self->answers))
         && oldest->until_us <= now_us)
    answer_free (g_queue_pop_head (&self->answers));
}

/**
 * pb_replay_find:
 * @who: asks; others' keys are others
 * @key: as it was sent
 * @request: all that makes it another request
 * @now_us: a clock that never goes back
 * @status: (out): of the answer
 * @answer: (out) (transfer full): its body; both for %PB_REPLAY_SAME only
 */
PbReplayVerdict
pb_replay_find (PbReplay *self, const gchar *who, const gchar *key,
    GBytes *request, gint64 now_us, guint *status, GBytes **answer)
{
  g_autofree gchar *sum =
      g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, request);

  forget_old (self, now_us);
  for (GList *l = self->answers.head; l; l = l->next) {
    const Answer *found = l->data;

    if (!g_str_equal (found->key, key) || !g_str_equal (found->who, who))
      continue;
    if (!g_str_equal (found->request, sum))
      return PB_REPLAY_OTHER;
    *status = found->status;
    *answer = g_bytes_new (found->answer, found->size);
    return PB_REPLAY_SAME;
  }
  return PB_REPLAY_NEW;
}

static void
make_room (PbReplay *self, const gchar *who)
{
  GList *first = NULL;
  guint n = 0;

  for (GList *l = self->answers.tail; l; l = l->prev) {
    if (!g_str_equal (((Answer *) l->data)->who, who))
      continue;
    first = l;
    n++;
  }
  if (n < PB_REPLAY_MAX_OF_ONE)
    first = self->answers.length < PB_REPLAY_MAX ? NULL : self->answers.head;
  if (!first)
    return;
  answer_free (first->data);
  g_queue_delete_link (&self->answers, first);
}

/**
 * pb_replay_add:
 *
 * After %PB_REPLAY_NEW, once it was answered. An answer of more than
 * %PB_REPLAY_BODY_MAX bytes is not remembered.
 */
void
pb_replay_add (PbReplay *self, const gchar *who, const gchar *key,
    GBytes *request, gint64 now_us, guint status, GBytes *answer)
{
  Answer *added;

  if (g_bytes_get_size (answer) > PB_REPLAY_BODY_MAX)
    return;
  make_room (self, who);
  added = g_new0 (Answer, 1);
  added->who = g_strdup (who);
  added->key = g_strdup (key);
  added->request = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, request);
  added->status = status;
  added->size = g_bytes_get_size (answer);
  added->answer = g_memdup2 (g_bytes_get_data (answer, NULL), added->size);
  added->until_us = now_us + PB_REPLAY_LIFE_S * G_USEC_PER_SEC;
  g_queue_push_tail (&self->answers, added);
}

/**
 * pb_replay_count:
 *
 * Returns: answers that are remembered
 */
guint
pb_replay_count (const PbReplay *self)
{
  return self->answers.length;
}
