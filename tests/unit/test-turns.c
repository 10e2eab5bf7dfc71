/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Turns on shared threads: none that is wanted is forgotten, and who was removed
 * has none any more. */
#include <glib.h>

#include "../lib/pb-test-wait.h"
#include "recording/pb-turns.h"

#define N 40

typedef struct {
  gint n_turns; /* atomic, as all here */
  gint n_wanted;
  gint n_done;
  gint is_held; /* its turn goes on until somebody says so */
  gint is_in_it;
  gint wants_again;
  PbTurn *turn;
} Worker;

static gint64
work (gpointer data)
{
  Worker *worker = data;
  const gint wanted = g_atomic_int_get (&worker->n_wanted);

  g_atomic_int_set (&worker->is_in_it, TRUE);
  while (g_atomic_int_get (&worker->is_held))
    g_usleep (1000);
  if (g_atomic_int_compare_and_exchange (&worker->wants_again, TRUE, FALSE))
    pb_turn_want (worker->turn);
  g_atomic_int_set (&worker->n_done, wanted);
  g_atomic_int_inc (&worker->n_turns);
  g_atomic_int_set (&worker->is_in_it, FALSE);
  return G_MAXINT64;
}

static gboolean
all_done (Worker *workers)
{
  for (guint i = 0; i < N; i++)
    if (g_atomic_int_get (&workers[i].n_done)
        < g_atomic_int_get (&workers[i].n_wanted))
      return FALSE;
  return TRUE;
}

static void
test_none_is_forgotten (void)
{
  g_autoptr (PbTurns) turns = pb_turns_new (2, 2);
  Worker workers[N] = { 0 };

  for (guint i = 0; i < N; i++)
    workers[i].turn = pb_turns_add (turns, work, &workers[i]);
  for (guint round = 0; round < 50; round++) {
    for (guint i = 0; i < N; i += 1 + round % 3) {
      g_atomic_int_inc (&workers[i].n_wanted);
      pb_turn_want (workers[i].turn);
    }
    if (round % 10 == 0)
      pb_test_wait_until (all_done (workers));
  }
  pb_test_wait_until (all_done (workers));
  for (guint i = 0; i < N; i++)
    pb_turn_remove (workers[i].turn);
}

/* What is wanted while one has its turn is another turn. */
static void
test_wanted_meanwhile (void)
{
  g_autoptr (PbTurns) turns = pb_turns_new (1, 1);
  Worker worker = { .is_held = TRUE, .wants_again = TRUE };

  worker.turn = pb_turns_add (turns, work, &worker);
  g_atomic_int_set (&worker.is_held, FALSE);
  pb_test_wait_until (g_atomic_int_get (&worker.n_turns) == 2);
  pb_turn_remove (worker.turn);
  g_assert_cmpint (g_atomic_int_get (&worker.n_turns), ==, 2);
}

static gpointer
let_go (gpointer data)
{
  Worker *worker = data;

  g_usleep (20000);
  g_atomic_int_set (&worker->is_held, FALSE);
  return NULL;
}

/* Its data may be gone once it is removed. */
static void
test_removed_in_its_turn (void)
{
  g_autoptr (PbTurns) turns = pb_turns_new (1, 1);
  Worker worker = { .is_held = TRUE };
  Worker other = { 0 };
  GThread *thread;

  other.turn = pb_turns_add (turns, work, &other);
  worker.turn = pb_turns_add (turns, work, &worker);
  pb_test_wait_until (g_atomic_int_get (&worker.is_in_it));
  thread = g_thread_new ("lets-go", let_go, &worker);
  pb_turn_remove (worker.turn);
  g_assert_false (g_atomic_int_get (&worker.is_in_it));
  g_assert_cmpint (g_atomic_int_get (&worker.n_turns), ==, 1);
  g_thread_join (thread);
  g_atomic_int_inc (&other.n_wanted);
  pb_turn_want (other.turn);
  pb_test_wait_until (g_atomic_int_get (&other.n_done) == 1);
  pb_turn_remove (other.turn);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/turns/none-is-forgotten", test_none_is_forgotten);
  g_test_add_func ("/turns/wanted-meanwhile", test_wanted_meanwhile);
  g_test_add_func ("/turns/removed-in-its-turn", test_removed_in_its_turn);
  return g_test_run ();
}
