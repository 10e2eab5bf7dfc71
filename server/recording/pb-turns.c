/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A thread for each would sleep and wake for each: with 500 of them that costs
 * more than what they do. Turns that are wanted wait for the next beat, which is
 * the same for all. */
#include "recording/pb-turns.h"

typedef struct {
  GThread *thread;
  gint64 beat_us;

  GMutex lock; /* protects the rest, and each turn of @turns */
  GCond wake; /* for the thread */
  GCond done; /* of the turn that is running */
  GPtrArray *turns; /* of PbTurn */
  PbTurn *running;
  gint64 sleeps_until_us; /* 0 = it does not sleep */
  gboolean is_ending;
} Lane;

struct _PbTurn {
  Lane *lane;
  PbTurnFunc func;
  gpointer user_data;
  gint64 due_us;
};

struct _PbTurns {
  Lane *lanes;
  guint n_lanes;
};

static gint64
find_earliest (Lane *lane)
{
  gint64 earliest_us = G_MAXINT64;

  for (guint i = 0; i < lane->turns->len; i++) {
    const PbTurn *turn = g_ptr_array_index (lane->turns, i);

    earliest_us = MIN (earliest_us, turn->due_us);
  }
  return earliest_us;
}

static void
take_turn (Lane *lane, PbTurn *turn)
{
  gint64 next_us;

  lane->running = turn;
  turn->due_us = G_MAXINT64;
  g_mutex_unlock (&lane->lock);
  next_us = turn->func (turn->user_data);
  g_mutex_lock (&lane->lock);
  lane->running = NULL;
  /* Somebody may have wanted one meanwhile. */
  turn->due_us = MIN (turn->due_us, next_us);
  g_cond_broadcast (&lane->done);
}

static gpointer
run (gpointer data)
{
  Lane *lane = data;

  g_mutex_lock (&lane->lock);
  while (!lane->is_ending) {
    const gint64 now_us = g_get_monotonic_time ();

    lane->sleeps_until_us = find_earliest (lane);
    if (lane->sleeps_until_us == G_MAXINT64)
      g_cond_wait (&lane->wake, &lane->lock);
    else if (lane->sleeps_until_us > now_us)
      g_cond_wait_until (&lane->wake, &lane->lock, lane->sleeps_until_us);
    lane->sleeps_until_us = 0;
    /* One that is passed over because another left is due in the next round. */
    for (guint i = 0; i < lane->turns->len; i++) {
      PbTurn *turn = g_ptr_array_index (lane->turns, i);

      if (turn->due_us <= g_get_monotonic_time ())
        take_turn (lane, turn);
    }
  }
  g_mutex_unlock (&lane->lock);
  return NULL;
}

/**
 * pb_turns_new:
 * @n_threads: from 1; what waits for the disk holds up those on its thread
 * @gather_ms: from one beat to the next
 *
 * Returns: (transfer full): threads that nobody wants anything of
 */
PbTurns *
pb_turns_new (guint n_threads, guint gather_ms)
{
  PbTurns *self = g_new0 (PbTurns, 1);

  self->n_lanes = n_threads;
  self->lanes = g_new0 (Lane, n_threads);
  for (guint i = 0; i < n_threads; i++) {
    Lane *lane = &self->lanes[i];

    lane->beat_us = (gint64) gather_ms * 1000;
    lane->turns = g_ptr_array_new ();
    g_mutex_init (&lane->lock);
    g_cond_init (&lane->wake);
    g_cond_init (&lane->done);
    lane->thread = g_thread_new ("recorder", run, lane);
  }
  return self;
}

/**
 * pb_turns_free:
 *
 * Each turn has been removed before.
 */
void
pb_turns_free (PbTurns *self)
{
  for (guint i = 0; i < self->n_lanes; i++) {
    Lane *lane = &self->lanes[i];

    g_mutex_lock (&lane->lock);
    g_warn_if_fail (lane->turns->len == 0);
    lane->is_ending = TRUE;
    g_cond_signal (&lane->wake);
    g_mutex_unlock (&lane->lock);
    g_thread_join (lane->thread);
    g_ptr_array_unref (lane->turns);
    g_mutex_clear (&lane->lock);
    g_cond_clear (&lane->wake);
    g_cond_clear (&lane->done);
  }
  g_free (self->lanes);
  g_free (self);
}

/* The lane that has the fewest. */
static Lane *
choose_lane (PbTurns *self)
{
  Lane *best = NULL;
  guint fewest = G_MAXUINT;

  for (guint i = 0; i < self->n_lanes; i++) {
    Lane *lane = &self->lanes[i];
    guint n;

    g_mutex_lock (&lane->lock);
    n = lane->turns->len;
    g_mutex_unlock (&lane->lock);
    if (n < fewest) {
      fewest = n;
      best = lane;
    }
  }
  return best;
}

/**
 * pb_turns_add:
 * @func: called now and then, always on the same thread
 * @user_data: for @func
 *
 * Its first turn is at once. Any thread.
 *
 * Returns: (transfer full): for pb_turn_remove()
 */
PbTurn *
pb_turns_add (PbTurns *self, PbTurnFunc func, gpointer user_data)
{
  PbTurn *turn = g_new0 (PbTurn, 1);

  turn->lane = choose_lane (self);
  turn->func = func;
  turn->user_data = user_data;
  g_mutex_lock (&turn->lane->lock);
  g_ptr_array_add (turn->lane->turns, turn);
  g_cond_signal (&turn->lane->wake);
  g_mutex_unlock (&turn->lane->lock);
  return turn;
}

/**
 * pb_turn_want:
 *
 * There is something to do: it has its turn at the next beat at the latest, as
 * far as its thread is free. Any thread; waits for nobody's turn.
 */
void
pb_turn_want (PbTurn *turn)
{
  Lane *lane = turn->lane;
  const gint64 beat_us =
      (g_get_monotonic_time () / lane->beat_us + 1) * lane->beat_us;

  g_mutex_lock (&lane->lock);
  turn->due_us = MIN (turn->due_us, beat_us);
  if (lane->sleeps_until_us > turn->due_us)
    g_cond_signal (&lane->wake);
  /* Until it is awake nobody else need wake it. */
  lane->sleeps_until_us = MIN (lane->sleeps_until_us, turn->due_us);
  g_mutex_unlock (&lane->lock);
}

/**
 * pb_turn_remove:
 * @turn: (transfer full): a turn
 *
 * Waits until it is over if it has one just now. Not from its function.
 */
void
pb_turn_remove (PbTurn *turn)
{
  Lane *lane = turn->lane;

  g_mutex_lock (&lane->lock);
  g_ptr_array_remove_fast (lane->turns, turn);
  while (lane->running == turn)
    g_cond_wait (&lane->done, &lane->lock);
  g_mutex_unlock (&lane->lock);
  g_free (turn);
}
