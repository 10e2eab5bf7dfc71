/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What pitbox-sim was asked to do. */
#include "sim-options.h"

#include <glib/gstdio.h>
#include <string.h>

#define MAX_DRIVERS 16

static const gchar description[] =
    "Without --ibt, a synthetic car races others on a closed track. Rows go "
    "into\n"
    "shared memory as iRacing writes them, 60 a second, until Ctrl-C; "
    "SIGUSR1\n"
    "pauses and continues. With --write-ibt or --write-live alone, rows go "
    "into a\n"
    "file as fast as they can be made.\n\n"
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
    "  pitbox-sim --shm-name second                 beside another one\n"
    "  pitbox-sim --event weekend --cars 60 --classes 3 --truth truth.json\n"
    "                                               practice, qualifying, "
    "race\n"
    "  pitbox-sim --event race --drivers 4 --control sim.socket\n"
    "                                               four seats of one race, "
    "steered\n"
    "  pitbox-sim --tell sim.socket tow car=7       steers it\n";

void
sim_options_init (SimOptions *o)
{
  *o = (SimOptions){ .speed = SPEED_NOT_SAID,
    .seed = 1,
    .cars = 12,
    .buffers = 3,
    .drivers = 1,
    .classes = 1,
    .burden_fps = 20,
    .team_drivers = 1 };
  race_sim_config_init (&o->race);
}

void
sim_options_clear (SimOptions *o)
{
  gchar **strings[] = { &o->track, &o->start, &o->event, &o->weather, &o->ibt,
    &o->write_ibt, &o->write_live, &o->truth, &o->control, &o->shm_name,
    &o->tell };

  for (guint i = 0; i < G_N_ELEMENTS (strings); i++)
    g_clear_pointer (strings[i], g_free);
  g_clear_pointer (&o->words, g_strfreev);
}

static void
add_main (GOptionContext *context, SimOptions *o)
{
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
        "Stop after so many seconds of rows", "S" },
    { "shm-name", 0, 0, G_OPTION_ARG_STRING, &o->shm_name,
        "Name of the shared memory (default: iRacing's)", "NAME" },
    { "drivers", 0, 0, G_OPTION_ARG_INT, &o->drivers,
        "Seats of the one race, each with its own shared memory: NAME-1, "
        "NAME-2, ... (default 1: NAME)",
        "N" },
    { "write-ibt", 0, 0, G_OPTION_ARG_FILENAME, &o->write_ibt,
        "Write an .ibt file; with --speed, while playing", "FILE" },
    { "write-live", 0, 0, G_OPTION_ARG_FILENAME, &o->write_live,
        "The same with the variables of shared memory: all cars", "FILE" },
    { "truth", 0, 0, G_OPTION_ARG_FILENAME, &o->truth,
        "At the end, write what happened as JSON", "FILE" },
    { "control", 0, 0, G_OPTION_ARG_FILENAME, &o->control,
        "Take commands as lines of JSON from this Unix socket", "PATH" },
    { "tell", 0, 0, G_OPTION_ARG_FILENAME, &o->tell,
        "Say a command to the pitbox-sim with that --control", "PATH" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &o->words, NULL,
        NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &o->quiet, "No progress line", NULL },
    { "list-tracks", 0, 0, G_OPTION_ARG_NONE, &o->list_tracks,
        "Print the tracks and stop", NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &o->version,
        "Print the version and stop", NULL },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, NULL);
}

static void
add_group (GOptionContext *context, const gchar *name, const gchar *about,
    const GOptionEntry *entries)
{
  g_autofree gchar *help = g_strdup_printf ("Show %s options", name);
  GOptionGroup *group = g_option_group_new (name, about, help, NULL, NULL);

  g_option_group_add_entries (group, entries);
  g_option_context_add_group (context, group);
}

static void
add_race (GOptionContext *context, SimOptions *o)
{
  const GOptionEntry entries[] = {
    { "seed", 0, 0, G_OPTION_ARG_INT64, &o->seed,
        "Same seed, same rows (default 1)", "N" },
    { "track", 0, 0, G_OPTION_ARG_STRING, &o->track,
        "Track to drive on; see --list-tracks", "NAME" },
    { "cars", 0, 0, G_OPTION_ARG_INT, &o->cars,
        "Cars on the track, 1 = a test session (default 12)", "N" },
    { "classes", 0, 0, G_OPTION_ARG_INT, &o->classes,
        "Kinds of cars, 1 to 3 (default 1)", "N" },
    { "event", 0, 0, G_OPTION_ARG_STRING, &o->event,
        "run (default: round and round), race, or weekend: practice, "
        "qualifying and race",
        "WHAT" },
    { "start", 0, 0, G_OPTION_ARG_STRING, &o->start,
        "rolling (default), grid, or pit (not in a race)", "HOW" },
    { "lap-start", 0, 0, G_OPTION_ARG_DOUBLE, &o->race.lap_start,
        "Run, rolling: fraction of the lap to begin at (default 0.9)", "PCT" },
    { "fuel", 0, 0, G_OPTION_ARG_DOUBLE, &o->race.fuel_l,
        "Litres in the tank of those with a seat (default 60)", "L" },
    { "race-time", 0, 0, G_OPTION_ARG_DOUBLE, &o->race.race_s,
        "Seconds of racing, 60 to 86400 (default 1800)", "S" },
    { "laps", 0, 0, G_OPTION_ARG_INT, &o->laps, "Laps of racing instead", "N" },
    { "practice", 0, 0, G_OPTION_ARG_DOUBLE, &o->race.practice_s,
        "Weekend: seconds of practice (default 600)", "S" },
    { "qualify", 0, 0, G_OPTION_ARG_DOUBLE, &o->race.qualify_s,
        "Weekend: seconds of qualifying (default 480)", "S" },
    { "trouble", 0, 0, G_OPTION_ARG_DOUBLE, &o->race.trouble,
        "How much goes wrong, 0 to 1 (default 1)", "X" },
    { "weather", 0, 0, G_OPTION_ARG_STRING, &o->weather,
        "dry (default), changing or wet", "HOW" },
    { "team-drivers", 0, 0, G_OPTION_ARG_INT, &o->team_drivers,
        "Drivers who share a car, 1 to 4 (default 1)", "N" },
    { NULL },
  };

  add_group (context, "race", "What is driven:", entries);
}

static void
add_shape (GOptionContext *context, SimOptions *o)
{
  const GOptionEntry entries[] = {
    { "awkward-text", 0, 0, G_OPTION_ARG_NONE, &o->race.awkward_text,
        "Names with the faults that real session text has", NULL },
    { "awkward-rows", 0, 0, G_OPTION_ARG_NONE, &o->race.awkward_rows,
        "Holes in the CarIdx arrays and clock corrections, as in real rows",
        NULL },
    { "invented-names", 0, 0, G_OPTION_ARG_NONE, &o->race.invented_names,
        "Names made of syllables instead of numbers", NULL },
    { "no-360hz", 0, 0, G_OPTION_ARG_NONE, &o->no_360hz,
        "Without the 360 Hz arrays", NULL },
    { "burden-pid", 0, 0, G_OPTION_ARG_INT64, &o->burden_pid,
        "This process slows the game: FrameRate and CpuUsageFG say so", "PID" },
    { "burden-fps", 0, 0, G_OPTION_ARG_DOUBLE, &o->burden_fps,
        "By so many frames a second for each core that it takes (default 20)",
        "FPS" },
    { "header-version", 0, 0, G_OPTION_ARG_INT, &o->header_version,
        "1 as in 2015, or 2 (default: the recording's)", "N" },
    { "buffers", 0, 0, G_OPTION_ARG_INT, &o->buffers,
        "Row buffers in the shared memory, 3 (default) or 4", "N" },
    { "tick-fields", 0, 0, G_OPTION_ARG_NONE, &o->shm.tick_fields,
        "With the header fields of SDK 1.20", NULL },
    { NULL },
  };

  add_group (context, "shape", "How it is shown:", entries);
}

static gboolean
fail (GError **error, const gchar *message)
{
  g_set_error_literal (
      error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, message);
  return FALSE;
}

/* Finds a word in a list; NULL means the first. */
static gboolean
choose (const gchar *word, const gchar *const *words, gint *index)
{
  for (*index = 0; words[*index] != NULL; (*index)++)
    if (word == NULL || g_str_equal (word, words[*index]))
      return TRUE;
  return FALSE;
}

static gboolean
check_words (SimOptions *o, GError **error)
{
  static const gchar *const starts[] = { "rolling", "pit", "grid", NULL };
  static const gchar *const events[] = { "run", "race", "weekend", NULL };
  static const gchar *const weathers[] = { "dry", "changing", "wet", NULL };
  gint index;

  if (!choose (o->start, starts, &index))
    return fail (error, "--start is rolling, pit or grid");
  o->race.start = (RaceSimStart) index;
  if (!choose (o->event, events, &index))
    return fail (error, "--event is run, race or weekend");
  o->race.event = (RaceSimEvent) index;
  if (!choose (o->weather, weathers, &index))
    return fail (error, "--weather is dry, changing or wet");
  o->race.weather = (RaceSimWeather) index;
  return TRUE;
}

static gboolean
check_numbers (SimOptions *o, GError **error)
{
  if (o->speed != SPEED_NOT_SAID && !(o->speed >= 0 && o->speed <= 1000))
    return fail (error, "--speed is 0 to 1000");
  if (!(o->duration_s >= 0 && o->duration_s <= 1e7))
    return fail (error, "--duration is 0 to 10000000");
  if (o->cars < 1 || o->cars > RACE_SIM_MAX_CARS)
    return fail (error, "--cars is 1 to 63");
  if (o->classes < 1 || o->classes > RACE_SIM_MAX_CLASSES)
    return fail (error, "--classes is 1 to 3");
  if (o->drivers < 1 || o->drivers > MAX_DRIVERS)
    return fail (error, "--drivers is 1 to 16");
  if (o->drivers > o->cars)
    return fail (error, "--drivers is more than --cars");
  if (o->laps < 0 || o->laps > 10000)
    return fail (error, "--laps is 0 to 10000");
  if (o->team_drivers < 1 || o->team_drivers > 4)
    return fail (error, "--team-drivers is 1 to 4");
  if (o->burden_pid < 0 || o->burden_pid > G_MAXINT32)
    return fail (error, "--burden-pid is the number of a process");
  if (!(o->burden_fps >= 0 && o->burden_fps <= 100000))
    return fail (error, "--burden-fps is 0 to 100000");
  if (o->header_version < 0 || o->header_version > 2)
    return fail (error, "--header-version is 1 or 2");
  if (o->buffers != 3 && o->buffers != 4)
    return fail (error, "--buffers is 3 or 4");
  return TRUE;
}

/* Windows numbers no files here: there the names must be the same. */
static gboolean
is_same_file (const gchar *a, const gchar *b)
{
  GStatBuf of_a, of_b;

  if (a == NULL || b == NULL)
    return FALSE;
  return strcmp (a, b) == 0
         || (g_stat (a, &of_a) == 0 && g_stat (b, &of_b) == 0
             && of_a.st_ino != 0 && of_a.st_ino == of_b.st_ino
             && of_a.st_dev == of_b.st_dev);
}

static gboolean
check_together (const SimOptions *o, GError **error)
{
  const gboolean ends =
      o->duration_s > 0 || (o->ibt != NULL && o->once)
      || (o->ibt == NULL && o->race.event != RACE_SIM_EVENT_RUN);

  if (o->ibt != NULL
      && (o->truth != NULL || o->write_live != NULL || o->drivers > 1
          || o->event != NULL))
    return fail (error,
        "--ibt plays a recording: no --event, --drivers, --truth or "
        "--write-live");
  if (is_same_file (o->ibt, o->write_ibt))
    return fail (error, "--write-ibt would overwrite what --ibt plays");
  if (o->write_ibt != NULL && o->write_live != NULL)
    return fail (error, "one file at a time: --write-ibt or --write-live");
  if (o->write_ibt != NULL && o->speed <= 0 && !ends)
    return fail (error, "--write-ibt at full speed needs --duration");
  if (o->write_live != NULL && o->speed <= 0 && !ends)
    return fail (error, "--write-live at full speed needs --duration");
  return TRUE;
}

/* Reads, bounds and carries over what was given. */
gboolean
sim_options_parse (SimOptions *o, int *argc, char ***argv, GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (
      context, "A racing simulator's telemetry without the game.");
  g_option_context_set_description (context, description);
  add_main (context, o);
  add_race (context, o);
  add_shape (context, o);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (o->words != NULL && o->tell == NULL)
    return fail (error, "there are no arguments besides options");
  if (!check_numbers (o, error) || !check_words (o, error)
      || !check_together (o, error))
    return FALSE;
  o->race.seed = (guint64) o->seed;
  o->race.track = o->track;
  o->race.n_cars = (guint) o->cars;
  o->race.n_classes = (guint) o->classes;
  o->race.n_seats = (guint) o->drivers;
  o->race.race_laps = (guint) o->laps;
  o->race.team_drivers = (guint) o->team_drivers;
  o->race.with_360hz = !o->no_360hz;
  o->shm.name = o->shm_name;
  o->shm.header_version = (guint) o->header_version;
  o->shm.buffers = (guint) o->buffers;
  return TRUE;
}

/* Whether rows go into a file and nowhere else. */
gboolean
sim_options_only_files (const SimOptions *o)
{
  return (o->write_ibt != NULL || o->write_live != NULL)
         && o->speed == SPEED_NOT_SAID;
}
