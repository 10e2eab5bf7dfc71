/* SPDX-License-Identifier: LGPL-2.1-or-later
 * pitbox-sim: a racing simulator's shared memory and files without the game. */
#include <locale.h>
#include <stdlib.h>

#include "sim-feed.h"
#include "sim-host.h"
#include "sim-out.h"

/* A pause, a suspended machine: what is further behind is not caught up. */
#define CATCH_UP_US 250000
#define PAUSE_POLL_US 20000

typedef struct {
  RaceSimConfig race;
  SimShmConfig shm;
  gchar *track, *start, *ibt, *write_ibt, *shm_name;
  gdouble speed; /* 0 = as fast as it can */
  gdouble duration_s; /* 0 = without end */
  gint64 seed;
  gint cars, header_version, buffers;
  gboolean once, no_360hz, quiet, list_tracks, version;
} Options;

typedef struct {
  const Options *options;
  SimFeed *live; /* what the shared memory shows */
  SimFeed *disk; /* what is written; NULL: the same as live */
  SimShmOut *shm; /* NULL: none wanted */
  SimDiskOut *file; /* NULL: none wanted */
  guint64 rows;
  gint64 progress_us;
  guint64 progress_rows;
} Run;

static const gchar description[] =
    "Without --ibt, a synthetic car races others on a closed track. Rows go "
    "into\n"
    "shared memory as iRacing writes them, 60 a second, until Ctrl-C; "
    "SIGUSR1\n"
    "pauses and continues. With --write-ibt alone, rows go into a file as "
    "fast as\n"
    "they can be made.\n\n"
    "Examples:\n"
    "  pitbox-sim                                   12 cars, live\n"
    "  pitbox-sim --track pinwheel --start pit      short track, from the "
    "pits\n"
    "  pitbox-sim --ibt lap.ibt                     a recording, round and "
    "round\n"
    "  pitbox-sim --ibt lap.ibt --once --speed 2    once, at twice its "
    "pace\n"
    "  pitbox-sim --duration 300 --write-ibt r.ibt  5 minutes into a file\n"
    "  pitbox-sim --speed 1 --write-ibt r.ibt       live and into a file\n"
    "  pitbox-sim --shm-name second                 beside another one\n";

static gboolean
parse_options (Options *o, int *argc, char ***argv, GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  const GOptionEntry entries[] = {
    { "ibt", 0, 0, G_OPTION_ARG_FILENAME, &o->ibt,
        "Play this recording, round and round", "FILE" },
    { "loop", 0, G_OPTION_FLAG_REVERSE, G_OPTION_ARG_NONE, &o->once,
        "Begin the recording again after its end (default)", NULL },
    { "once", 0, 0, G_OPTION_ARG_NONE, &o->once,
        "Stop at the end of the recording", NULL },
    { "speed", 0, 0, G_OPTION_ARG_DOUBLE, &o->speed,
        "Times real time, 0 = as fast as possible (default 1)", "F" },
    { "duration", 0, 0, G_OPTION_ARG_DOUBLE, &o->duration_s,
        "Stop after so many seconds of session time", "S" },
    { "shm-name", 0, 0, G_OPTION_ARG_STRING, &o->shm_name,
        "Name of the shared memory (default: iRacing's)", "NAME" },
    { "write-ibt", 0, 0, G_OPTION_ARG_FILENAME, &o->write_ibt,
        "Write an .ibt file; with --speed, while playing", "FILE" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &o->seed,
        "Same seed, same rows (default 1)", "N" },
    { "track", 0, 0, G_OPTION_ARG_STRING, &o->track,
        "Track to drive on; see --list-tracks", "NAME" },
    { "list-tracks", 0, 0, G_OPTION_ARG_NONE, &o->list_tracks,
        "Print the tracks and stop", NULL },
    { "cars", 0, 0, G_OPTION_ARG_INT, &o->cars,
        "Cars on the track, 1 = a test session (default 12)", "N" },
    { "start", 0, 0, G_OPTION_ARG_STRING, &o->start,
        "rolling (default), pit or grid", "HOW" },
    { "lap-start", 0, 0, G_OPTION_ARG_DOUBLE, &o->race.lap_start,
        "Rolling: fraction of the lap to begin at (default 0.9)", "PCT" },
    { "fuel", 0, 0, G_OPTION_ARG_DOUBLE, &o->race.fuel_l,
        "Litres in the tank (default 60)", "L" },
    { "awkward-text", 0, 0, G_OPTION_ARG_NONE, &o->race.awkward_text,
        "Names with the faults that real session text has", NULL },
    { "no-360hz", 0, 0, G_OPTION_ARG_NONE, &o->no_360hz,
        "Without the 360 Hz arrays", NULL },
    { "header-version", 0, 0, G_OPTION_ARG_INT, &o->header_version,
        "1 as in 2015, or 2 (default: the recording's)", "N" },
    { "buffers", 0, 0, G_OPTION_ARG_INT, &o->buffers,
        "Row buffers in the shared memory, 3 (default) or 4", "N" },
    { "tick-fields", 0, 0, G_OPTION_ARG_NONE, &o->shm.tick_fields,
        "With the header fields of SDK 1.20", NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &o->quiet, "No progress line", NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &o->version,
        "Print the version and stop", NULL },
    { NULL },
  };

  g_option_context_set_summary (
      context, "A racing simulator's telemetry without the game.");
  g_option_context_set_description (context, description);
  g_option_context_add_main_entries (context, entries, NULL);
  return g_option_context_parse (context, argc, argv, error);
}

static gboolean
fail (GError **error, const gchar *message)
{
  g_set_error_literal (
      error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, message);
  return FALSE;
}

/* Bounds what was given and carries it over. */
static gboolean
check_options (Options *o, int argc, GError **error)
{
  if (argc > 1)
    return fail (error, "there are no arguments besides options");
  if (o->speed != -1 && !(o->speed >= 0 && o->speed <= 1000))
    return fail (error, "--speed is 0 to 1000");
  if (!(o->duration_s >= 0 && o->duration_s <= 1e7))
    return fail (error, "--duration is 0 to 10000000");
  if (o->cars < 1 || o->cars > RACE_SIM_MAX_CARS)
    return fail (error, "--cars is 1 to 63");
  if (o->header_version < 0 || o->header_version > 2)
    return fail (error, "--header-version is 1 or 2");
  if (o->buffers != 3 && o->buffers != 4)
    return fail (error, "--buffers is 3 or 4");
  if (o->start == NULL || g_str_equal (o->start, "rolling"))
    o->race.start = RACE_SIM_START_ROLLING;
  else if (g_str_equal (o->start, "pit"))
    o->race.start = RACE_SIM_START_PIT;
  else if (g_str_equal (o->start, "grid"))
    o->race.start = RACE_SIM_START_GRID;
  else
    return fail (error, "--start is rolling, pit or grid");
  if (o->write_ibt != NULL && o->speed <= 0 && o->duration_s == 0
      && (o->ibt == NULL || !o->once))
    return fail (error, "--write-ibt at full speed needs --duration");
  o->race.seed = (guint64) o->seed;
  o->race.track = o->track;
  o->race.n_cars = (guint) o->cars;
  o->race.with_360hz = !o->no_360hz;
  o->shm.name = o->shm_name;
  o->shm.header_version = (guint) o->header_version;
  o->shm.buffers = (guint) o->buffers;
  return TRUE;
}

static gboolean
open_run (Run *run, GError **error)
{
  const Options *o = run->options;
  const gboolean only_file = o->write_ibt != NULL && o->speed == -1;
  RaceSimConfig config = o->race;

  if (o->ibt != NULL) {
    run->live = sim_feed_new_file (o->ibt, !o->once, error);
  } else {
    config.shape = only_file ? RACE_SIM_SHAPE_DISK : RACE_SIM_SHAPE_LIVE;
    run->live = sim_feed_new_race (&config, error);
  }
  if (run->live == NULL)
    return FALSE;
  /* The same race twice, in two shapes: same seed, same race. */
  if (o->write_ibt != NULL && !only_file && o->ibt == NULL) {
    config.shape = RACE_SIM_SHAPE_DISK;
    run->disk = sim_feed_new_race (&config, error);
    if (run->disk == NULL)
      return FALSE;
  }
  if (!only_file) {
    run->shm = sim_shm_out_new (run->live, &o->shm, error);
    if (run->shm == NULL)
      return FALSE;
  }
  if (o->write_ibt == NULL)
    return TRUE;
  run->file = sim_disk_out_new (run->disk != NULL ? run->disk : run->live,
      o->write_ibt, (guint) o->header_version, error);
  return run->file != NULL;
}

static void
show_progress (Run *run, gboolean last)
{
  static const gint64 pause_us[] = { 10 * G_USEC_PER_SEC, G_USEC_PER_SEC };
  const gboolean terminal = sim_host_stderr_is_terminal ();
  const gint64 now = g_get_monotonic_time ();
  const gint64 passed = now - run->progress_us;

  if (run->options->quiet || (!last && passed < pause_us[terminal]))
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

/* Hands on one row. Returns FALSE at the end or on an error. */
static gboolean
step (Run *run, GError **error)
{
  gint32 tick;
  const guint8 *row = sim_feed_next (run->live, &tick);
  SimFeed *disk = run->disk != NULL ? run->disk : run->live;

  if (row == NULL)
    return FALSE;
  if (run->shm != NULL)
    sim_shm_out_put (run->shm, run->live, tick, row);
  if (run->disk != NULL)
    row = sim_feed_next (run->disk, &tick);
  if (run->file != NULL && !sim_disk_out_put (run->file, disk, row, error))
    return FALSE;
  run->rows++;
  return TRUE;
}

/*
 * Waits for the moment of the coming row: counted from the start, so that
 * nothing adds up. Returns FALSE when asked to quit.
 */
static gboolean
wait_for_row (const Run *run, gint64 *begin_us, gdouble per_row_us)
{
  const gint64 due = *begin_us + (gint64) ((gdouble) run->rows * per_row_us);
  gint64 now;

  while ((now = g_get_monotonic_time ()) < due && !sim_host_wants_quit ())
    sim_host_wait_until (due);
  while (sim_host_wants_pause () && !sim_host_wants_quit ())
    sim_host_wait_until (g_get_monotonic_time () + PAUSE_POLL_US);
  now = g_get_monotonic_time ();
  if (now - due > CATCH_UP_US)
    *begin_us += now - due;
  return !sim_host_wants_quit ();
}

static void
run_to_end (Run *run, GError **error)
{
  const Options *o = run->options;
  const guint rate = sim_feed_get_tick_rate (run->live);
  const gdouble speed = o->speed == -1 ? (run->shm != NULL ? 1 : 0) : o->speed;
  const gdouble per_row_us = speed > 0 ? G_USEC_PER_SEC / (rate * speed) : 0;
  const guint64 last = (guint64) (o->duration_s * rate + 0.5);
  gint64 begin_us = g_get_monotonic_time ();

  run->progress_us = begin_us;
  while (last == 0 || run->rows < last) {
    if (per_row_us > 0 ? !wait_for_row (run, &begin_us, per_row_us)
                       : sim_host_wants_quit ())
      break;
    if (!step (run, error))
      break;
    show_progress (run, FALSE);
  }
  show_progress (run, TRUE);
}

static void
announce (const Run *run)
{
  const Options *o = run->options;
  gsize n_vars;

  if (o->quiet)
    return;
  sim_feed_get_vars (run->live, &n_vars);
  g_printerr ("pitbox-sim: %s, %" G_GSIZE_FORMAT " variables, %u bytes a row",
      o->ibt != NULL     ? o->ibt
      : o->track != NULL ? o->track
                         : race_sim_track_name (0),
      n_vars, sim_feed_get_row_bytes (run->live));
  if (run->shm != NULL)
    g_printerr (", shared memory %s",
        o->shm_name != NULL ? o->shm_name : irsdk_shm_default_name ());
  if (run->file != NULL)
    g_printerr (", file %s", o->write_ibt);
  g_printerr ("\n");
}

static gboolean
run_all (const Options *options, GError **error)
{
  Run run = { .options = options };
  GError *failed = NULL;

  if (open_run (&run, &failed)) {
    announce (&run);
    run_to_end (&run, &failed);
  }
  sim_shm_out_free (run.shm);
  if (run.file != NULL)
    (void) !sim_disk_out_close (run.file, failed == NULL ? &failed : NULL);
  sim_feed_free (run.disk);
  sim_feed_free (run.live);
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

int
main (int argc, char **argv)
{
  Options o = { .speed = -1, .seed = 1, .cars = 12, .buffers = 3 };
  g_autoptr (GError) error = NULL;
  int status = EXIT_SUCCESS;

  setlocale (LC_ALL, "");
  race_sim_config_init (&o.race);
  if (!parse_options (&o, &argc, &argv, &error)
      || !check_options (&o, argc, &error)) {
    g_printerr ("pitbox-sim: %s (--help tells more)\n", error->message);
    status = 2;
  } else if (o.version) {
    g_print ("pitbox-sim " PACKAGE_VERSION "\n");
  } else if (o.list_tracks) {
    list_tracks ();
  } else {
    sim_host_init ();
    if (!run_all (&o, &error)) {
      g_printerr ("pitbox-sim: %s\n", error->message);
      status = EXIT_FAILURE;
    }
  }
  g_free (o.track);
  g_free (o.start);
  g_free (o.ibt);
  g_free (o.write_ibt);
  g_free (o.shm_name);
  return status;
}
