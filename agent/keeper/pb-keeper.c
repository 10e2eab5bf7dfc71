/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The parent has a pipe, two timers and nothing that could crash; the child is
 * the agent as it always is. */
#include "keeper/pb-keeper.h"

#include "keeper/pb-child.h"
#include "keeper/pb-watch.h"
#include "pb-crash.h"
#include "pb-folders.h"
#include "pb-signals.h"

#include <gstpitbox/gstpitbox.h>
#include <string.h>

/* One that ran this long was good: what follows is a new story. */
#define GOOD_UPTIME_MS 60000
/* A race goes on meanwhile; one that cannot even start is not worth more. */
#define FIRST_DELAY_MS 250
#define MAX_DELAY_MS 30000
/* What is still to be sent has this long. */
#define END_TIMEOUT_MS 8000
/* How often the agent says that it goes round; among its other looks. */
#define BEAT_S 1

typedef struct {
  GMainLoop *loop;
  gchar *const *argv;
  PbKeeperState state;
  PbPulse *pulse; /* NULL: nobody can tell whether it hangs */
  PbWatch watch;
  guint limit_s; /* 0 = nobody asks */
  guint look_timer;
  PbChild *child; /* NULL between two */
  gint64 started_us;
  guint timer;
  gboolean is_ending;
  gint code; /* our own */
} Keeper;

/**
 * pb_keeper_decide:
 * @state: what earlier ends left; updated
 * @code: exit code of the agent
 * @uptime_ms: how long it had run, ms
 * @random: 0 to 1, spreads the delays by ± 25 %
 * @delay_ms: (out): after so long it is started again
 *
 * Pure but for @state.
 *
 * Returns: %FALSE if it ended because it should, or would end again: 0, and 2,
 *   settings that make no sense
 */
gboolean
pb_keeper_decide (PbKeeperState *state, guint32 code, guint64 uptime_ms,
    gdouble random, guint *delay_ms)
{
  *delay_ms = 0;
  if (code == 0 || code == 2)
    return FALSE;
  if (uptime_ms >= GOOD_UPTIME_MS)
    state->failures = 0;
  *delay_ms = gst_pitbox_backoff_ms (
      ++state->failures, FIRST_DELAY_MS, MAX_DELAY_MS, random);
  return TRUE;
}

static void start (Keeper *self);

static gboolean
on_start (gpointer user_data)
{
  Keeper *self = user_data;

  self->timer = 0;
  start (self);
  return G_SOURCE_REMOVE;
}

static void
on_ended (guint32 code, gpointer user_data)
{
  Keeper *self = user_data;
  const guint64 uptime_ms =
      (guint64) (g_get_monotonic_time () - self->started_us) / 1000;
  guint delay_ms;

  g_clear_handle_id (&self->look_timer, g_source_remove);
  g_clear_pointer (&self->child, pb_child_free);
  if (self->pulse != NULL)
    pb_pulse_begin_anew (self->pulse);
  if (self->is_ending
      || !pb_keeper_decide (
          &self->state, code, uptime_ms, g_random_double (), &delay_ms)) {
    self->code = self->is_ending ? 0 : (gint) code;
    g_main_loop_quit (self->loop);
    return;
  }
  g_warning (
      "the agent has ended unexpectedly (code 0x%x, after %.1f s); it is "
      "started again in %.1f s",
      code, (gdouble) uptime_ms / 1000, delay_ms / 1000.0);
  self->timer = g_timeout_add (delay_ms, on_start, self);
}

/* It cannot tell what it hangs in, so what is known is said for it. */
static void
end_hung (Keeper *self)
{
  const guint64 id = pb_child_get_id (self->child);
  const gint64 silent_s = self->watch.silent_us / G_USEC_PER_SEC;
  const gint64 age_s =
      (g_get_monotonic_time () - self->started_us) / G_USEC_PER_SEC;
  g_autofree gchar *folder = pb_folders_dup_log ("");
  g_autofree gchar *text = g_strdup_printf (
      "The agent did not answer for %" G_GINT64_FORMAT " s (watchdog-s is %u) "
      "and was ended by its keeper, %" G_GINT64_FORMAT " s after its start. "
      "What it did last is in agent.log.",
      silent_s, self->limit_s, age_s);

  g_warning (
      "the agent has hung for %" G_GINT64_FORMAT " s, and is ended", silent_s);
  pb_crash_note (folder, PACKAGE_VERSION, id, text);
  pb_child_kill (self->child);
}

static gboolean
on_look (gpointer user_data)
{
  Keeper *self = user_data;

  if (!pb_watch_look (&self->watch, pb_pulse_get_beats (self->pulse),
          g_get_monotonic_time (), self->limit_s))
    return G_SOURCE_CONTINUE;
  self->look_timer = 0;
  end_hung (self);
  return G_SOURCE_REMOVE;
}

static void
start (Keeper *self)
{
  g_autoptr (GError) error = NULL;

  self->started_us = g_get_monotonic_time ();
  self->watch = (PbWatch){ 0 };
  self->child =
      pb_child_start (self->argv, self->pulse, on_ended, self, &error);
  if (self->child != NULL) {
    if (self->pulse != NULL && self->limit_s > 0)
      self->look_timer = g_timeout_add (
          pb_watch_get_interval_ms (self->limit_s), on_look, self);
    return;
  }
  g_warning ("the agent cannot be started: %s", error->message);
  self->timer = g_timeout_add (MAX_DELAY_MS, on_start, self);
}

static gboolean
on_end_timeout (gpointer user_data)
{
  Keeper *self = user_data;

  g_warning ("the agent does not end, and is ended");
  pb_child_kill (self->child);
  self->timer = 0;
  return G_SOURCE_REMOVE;
}

/* It is asked to end, and has its time for it. */
static void
end (Keeper *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->child == NULL)
    return;
  self->is_ending = TRUE;
  g_clear_handle_id (&self->look_timer, g_source_remove);
  pb_child_ask_to_end (self->child);
  self->timer = g_timeout_add (END_TIMEOUT_MS, on_end_timeout, self);
  g_main_loop_run (self->loop);
  g_clear_handle_id (&self->timer, g_source_remove);
}

/**
 * pb_keeper_run:
 * @argv: this process's own, up to %NULL
 * @config: settings: `watchdog-s`
 *
 * Runs the agent in a process of its own until it ends as it should, or this
 * process is asked to end. Main thread, once.
 *
 * Returns: exit code of this process
 */
gint
pb_keeper_run (gchar *const *argv, const PbConfig *config)
{
  Keeper self = { .argv = argv, .limit_s = (guint) config->watchdog_s };
  g_autoptr (GError) error = NULL;

  self.loop = g_main_loop_new (NULL, FALSE);
  pb_signals_quit (self.loop);
  self.pulse = pb_pulse_new (&error);
  if (self.pulse == NULL)
    g_warning ("an agent that hangs will not be noticed: %s", error->message);
  start (&self);
  g_main_loop_run (self.loop);
  end (&self);
  g_clear_pointer (&self.child, pb_child_free);
  g_clear_pointer (&self.pulse, pb_pulse_free);
  return self.code;
}

/**
 * pb_keeper_is_kept:
 *
 * Main thread, once, before any other thread: what this process starts is not
 * kept by ours.
 *
 * Returns: whether this process is the child of pb_keeper_run()
 */
gboolean
pb_keeper_is_kept (void)
{
  const gchar *text = g_getenv (PB_CHILD_VARIABLE);
  gint64 handle;

  if (text == NULL
      || !g_ascii_string_to_signed (text, 10, -1, G_MAXINT64, &handle, NULL))
    return FALSE;
  g_unsetenv (PB_CHILD_VARIABLE);
  if (handle > 2)
    pb_pulse_join ((gintptr) handle);
  return TRUE;
}

static gboolean
quit (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

static gboolean
on_beat (gpointer user_data)
{
  pb_pulse_beat ();
  return G_SOURCE_CONTINUE;
}

/* Whatever hangs: a child nobody keeps is gone in time. */
static gpointer
obey (gpointer loop)
{
  pb_child_wait_for_the_wish ();
  g_idle_add (quit, loop);
  g_usleep (2 * END_TIMEOUT_MS * 1000);
  pb_child_vanish ();
  return NULL;
}

/**
 * pb_keeper_obey:
 * @loop: lives as long as the process; ended when whoever keeps this process
 *   asks for it, or is gone
 *
 * In the child of pb_keeper_run(), once.
 */
void
pb_keeper_obey (GMainLoop *loop)
{
  g_thread_unref (g_thread_new ("keeper", obey, loop));
  g_timeout_add_seconds (BEAT_S, on_beat, NULL);
}
