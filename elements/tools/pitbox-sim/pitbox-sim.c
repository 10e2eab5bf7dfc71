/* SPDX-License-Identifier: LGPL-2.1-or-later
 * pitbox-sim: a racing simulator's shared memory and files without the game. */
#include <locale.h>
#include <stdlib.h>

#include "sim-burden.h"
#include "sim-control.h"
#include "sim-feed.h"
#include "sim-host.h"
#include "sim-options.h"
#include "sim-out.h"
#include "sim-tell.h"

/* A pause, a suspended machine: what is further behind is not caught up. */
#define CATCH_UP_US 250000
#define PAUSE_POLL_US 20000
/* At the slowest speed rows are hours apart: nobody waits for one so long
 * without hearing the one who steers. Longer than a row's time at 60 Hz. */
#define LISTEN_POLL_US 50000
/* 31 years: a time that can be added to without an overflow. */
#define MAX_AHEAD_US 1e15
/* Rows at full speed between two looks at the control socket. */
#define ROWS_A_LOOK 64

/* One driver's shared memory. */
typedef struct {
  SimFeed *feed; /* the first is the run's own */
  SimShmOut *shm;
} Seat;

typedef struct {
  const SimOptions *options;
  SimFeed *live; /* what makes the rows */
  Seat *seats;
  guint n_seats; /* 0: no shared memory wanted */
  SimFeed *disk; /* what is written; NULL: the same as live */
  SimDiskOut *file; /* NULL: none wanted */
  SimBurden *burden; /* NULL: there are no seats */
  SimControl *control;
  SimSteer steer;
  guint64 rows;
  gint64 progress_us;
  guint64 progress_rows;
} Run;

/* NAME for one driver, NAME-1, NAME-2 ... for several. */
static gchar *
seat_name (const SimOptions *o, guint seat)
{
  const gchar *name =
      o->shm_name != NULL ? o->shm_name : irsdk_shm_default_name ();

  return o->drivers > 1 ? g_strdup_printf ("%s-%u", name, seat + 1)
                        : g_strdup (name);
}

static gboolean
open_seats (Run *run, GError **error)
{
  const SimOptions *o = run->options;

  run->seats = g_new0 (Seat, (gsize) o->drivers);
  for (guint k = 0; k < (guint) o->drivers; k++) {
    g_autofree gchar *name = seat_name (o, k);
    SimShmConfig config = o->shm;
    Seat *seat = &run->seats[k];

    config.name = name;
    seat->feed = k == 0 ? run->live
                        : sim_feed_new_view (run->live, k, RACE_SIM_SHAPE_LIVE);
    run->n_seats++;
    seat->shm = sim_shm_out_new (seat->feed, &config, error);
    if (seat->shm == NULL)
      return FALSE;
  }
  return TRUE;
}

static gboolean
open_run (Run *run, GError **error)
{
  const SimOptions *o = run->options;
  const gboolean only_file = sim_options_only_files (o);
  const RaceSimShape file_shape =
      o->write_live != NULL ? RACE_SIM_SHAPE_LIVE : RACE_SIM_SHAPE_DISK;
  const gchar *path = o->write_live != NULL ? o->write_live : o->write_ibt;
  RaceSimConfig config = o->race;

  if (o->truth != NULL && !sim_text_out_check (o->truth, error))
    return FALSE;
  if (o->ibt != NULL) {
    run->live = sim_feed_new_file (o->ibt, !o->once, error);
  } else {
    config.shape = only_file ? file_shape : RACE_SIM_SHAPE_LIVE;
    run->live = sim_feed_new_race (&config, error);
  }
  if (run->live == NULL || (!only_file && !open_seats (run, error)))
    return FALSE;
  if (run->n_seats > 0)
    run->burden = sim_burden_new (run->live, o->burden_fps);
  if (o->control != NULL) {
    run->control = sim_control_new (o->control, error);
    if (run->control == NULL)
      return FALSE;
  }
  if (path == NULL)
    return TRUE;
  if (!only_file && o->ibt == NULL && file_shape != RACE_SIM_SHAPE_LIVE)
    run->disk = sim_feed_new_view (run->live, 0, file_shape);
  run->file = sim_disk_out_new (run->disk != NULL ? run->disk : run->live, path,
      (guint) o->header_version, error);
  return run->file != NULL;
}

static void
show_progress (Run *run, gboolean last)
{
  static const gint64 pause_us[] = { 10 * G_USEC_PER_SEC, G_USEC_PER_SEC };
  gboolean terminal;
  gint64 now, passed;

  if (run->options->quiet)
    return;
  terminal = sim_host_stderr_is_terminal ();
  now = g_get_monotonic_time ();
  passed = now - run->progress_us;
  if (!last && passed < pause_us[terminal])
    return;
  g_printerr ("%spitbox-sim: %.1f s, lap %d, %3.0f km/h, %.1f rows/s%s",
      terminal ? "\r\033[K" : "",
      sim_feed_get_number (run->live, "SessionTime"),
      (gint) sim_feed_get_number (run->live, "Lap"),
      sim_feed_get_number (run->live, "Speed") * 3.6,
      (gdouble) (run->rows - run->progress_rows) * G_USEC_PER_SEC
          / (gdouble) MAX (passed, 1),
      terminal && !last ? "" : "\n");
  run->progress_us = now;
  run->progress_rows = run->rows;
}

/* Hands on one row of each seat. Returns FALSE at the end or on an error. */
static gboolean
step (Run *run, GError **error)
{
  gint32 tick;
  const guint8 *row = sim_feed_next (run->live, &tick);
  SimFeed *disk = run->disk != NULL ? run->disk : run->live;

  if (row == NULL)
    return FALSE;
  for (guint k = 0; k < run->n_seats; k++) {
    SimFeed *feed = run->seats[k].feed;
    const guint8 *seen = k == 0 ? row : sim_feed_next (feed, &tick);

    if (k == 0 && run->steer.burden_pid > 0)
      seen = sim_burden_put (
          run->burden, run->steer.burden_pid, row, g_get_monotonic_time ());
    sim_shm_out_put (run->seats[k].shm, feed, tick, seen);
  }
  if (run->disk != NULL)
    row = sim_feed_next (run->disk, &tick);
  if (run->file != NULL && !sim_disk_out_put (run->file, disk, row, error))
    return FALSE;
  run->rows++;
  sim_steer_tick (&run->steer, tick);
  return TRUE;
}

/* Hears the one who steers. Returns FALSE when asked to quit. */
static gboolean
listen (Run *run)
{
  if (run->control != NULL)
    sim_control_serve (run->control, &run->steer);
  return !run->steer.quit && !run->steer.crash && !sim_host_wants_quit ();
}

static gboolean
is_paused (const Run *run)
{
  return run->steer.paused || sim_host_wants_pause ();
}

/*
 * Waits for the moment of the coming row, or for a while: counted from a
 * start, so that nothing adds up; speeds that change begin to count anew.
 * Returns whether the moment is there.
 */
static gboolean
wait_for_row (Run *run, gint64 *begin_us, guint64 *begin_row, gdouble *speed)
{
  const gdouble per_row_us =
      G_USEC_PER_SEC / (sim_feed_get_tick_rate (run->live) * *speed);
  gint64 now = g_get_monotonic_time (), due;

  if (run->steer.speed != *speed) {
    *speed = run->steer.speed;
    *begin_us = now;
    *begin_row = run->rows;
    return TRUE;
  }
  due = *begin_us
        + (gint64) MIN (
            (gdouble) (run->rows - *begin_row) * per_row_us, MAX_AHEAD_US);
  if (now < due)
    sim_host_wait_until (MIN (due, now + LISTEN_POLL_US));
  now = g_get_monotonic_time ();
  if (now - due > CATCH_UP_US)
    *begin_us += now - due;
  return now >= due;
}

static void
run_to_end (Run *run, GError **error)
{
  const SimOptions *o = run->options;
  const guint rate = sim_feed_get_tick_rate (run->live);
  const guint64 last = (guint64) (o->duration_s * rate + 0.5);
  gdouble speed = run->steer.speed;
  gint64 begin_us = g_get_monotonic_time ();
  guint64 begin_row = 0;

  run->progress_us = begin_us;
  while (last == 0 || run->rows < last) {
    if ((speed > 0 || run->rows % ROWS_A_LOOK == 0) && !listen (run))
      break;
    while (is_paused (run) && listen (run))
      sim_host_wait_until (g_get_monotonic_time () + PAUSE_POLL_US);
    if (run->steer.quit || run->steer.crash)
      break;
    if (speed > 0) {
      if (!wait_for_row (run, &begin_us, &begin_row, &speed))
        continue;
    } else {
      speed = run->steer.speed;
      begin_us = speed > 0 ? g_get_monotonic_time () : begin_us;
      begin_row = run->rows;
    }
    if (!step (run, error))
      break;
    show_progress (run, FALSE);
  }
  if (run->steer.crash)
    sim_host_crash ();
  show_progress (run, TRUE);
}

static void
announce (const Run *run)
{
  const SimOptions *o = run->options;
  gsize n_vars;

  if (o->quiet)
    return;
  sim_feed_get_vars (run->live, &n_vars);
  g_printerr ("pitbox-sim: %s, %" G_GSIZE_FORMAT " variables, %u bytes a row",
      o->ibt != NULL     ? o->ibt
      : o->track != NULL ? o->track
                         : race_sim_track_name (0),
      n_vars, sim_feed_get_row_bytes (run->live));
  for (guint k = 0; k < run->n_seats; k++) {
    g_autofree gchar *name = seat_name (o, k);

    g_printerr (", shared memory %s", name);
    if (run->n_seats > 1)
      g_printerr (" (car %u)",
          race_sim_get_seat_car_idx (sim_feed_get_race (run->live), k));
  }
  if (run->file != NULL)
    g_printerr (
        ", file %s", o->write_live != NULL ? o->write_live : o->write_ibt);
  if (run->control != NULL)
    g_printerr (", control %s", o->control);
  g_printerr ("\n");
}

static void
write_truth (const Run *run, GError **error)
{
  g_autofree gchar *text = NULL;

  if (run->options->truth == NULL)
    return;
  text = race_sim_get_truth (sim_feed_get_race (run->live));
  if (!sim_text_out_write (run->options->truth, text, error))
    g_prefix_error (error, "cannot write the truth: ");
}

static void
close_run (Run *run, GError **error)
{
  sim_control_free (run->control);
  sim_burden_free (run->burden);
  for (guint k = 0; k < run->n_seats; k++)
    sim_shm_out_free (run->seats[k].shm);
  if (run->file != NULL)
    (void) !sim_disk_out_close (run->file, error);
  sim_feed_free (run->disk);
  for (guint k = 1; k < run->n_seats; k++)
    sim_feed_free (run->seats[k].feed);
  g_free (run->seats);
  sim_feed_free (run->live);
  sim_steer_clear (&run->steer);
}

static gboolean
run_all (const SimOptions *o, GError **error)
{
  Run run = { .options = o };
  GError *failed = NULL;

  if (open_run (&run, &failed)) {
    sim_steer_init (&run.steer, sim_feed_get_race (run.live),
        o->speed == SPEED_NOT_SAID ? (run.n_seats > 0 ? 1 : 0) : o->speed);
    run.steer.burden_pid = o->burden_pid;
    announce (&run);
    run_to_end (&run, &failed);
    if (failed == NULL)
      write_truth (&run, &failed);
  }
  close_run (&run, failed == NULL ? &failed : NULL);
  if (failed == NULL)
    return TRUE;
  g_propagate_error (error, failed);
  return FALSE;
}

static void
list_tracks (void)
{
  const gchar *name;

  for (guint i = 0; (name = race_sim_track_name (i)) != NULL; i++)
    g_print ("%s\n", name);
}

/* Commands and races end alike. Returns the exit status. */
static int
say_fault (const GError *error)
{
  g_printerr ("pitbox-sim: %s\n", error->message);
  return g_error_matches (error, RACE_SIM_ERROR, RACE_SIM_ERROR_CONFIG)
                 || error->domain == G_OPTION_ERROR
             ? 2
             : EXIT_FAILURE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  int status = EXIT_SUCCESS;
  SimOptions o;

  setlocale (LC_ALL, "");
  sim_options_init (&o);
  if (!sim_options_parse (&o, &argc, &argv, &error)) {
    g_printerr ("pitbox-sim: %s (--help tells more)\n", error->message);
    status = 2;
  } else if (o.version) {
    g_print ("pitbox-sim " PACKAGE_VERSION "\n");
  } else if (o.list_tracks) {
    list_tracks ();
  } else if (o.tell != NULL) {
    if (!sim_tell (o.tell, (const gchar *const *) o.words, &error))
      status = say_fault (error);
  } else {
    sim_host_init ();
    if (!run_all (&o, &error))
      status = say_fault (error);
  }
  sim_options_clear (&o);
  return status;
}
