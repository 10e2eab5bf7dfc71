/* SPDX-License-Identifier: LGPL-2.1-or-later
 * racesim: what a reader counts in the rows is what the truth says. */
#include <math.h>
#include <string.h>

#include <json-glib/json-glib.h>

#include "../lib/pb-test-race.h"

#define MAX_CARS 64
#define FURLED 0x80000u
#define START_BITS 0xf0000000u
#define YELLOWS 0x108u
#define OF_CAR 0x1b0020u /* blue, black, disqualified, furled, repair */
#define SERVICEABLE 0x40000u

/* What the reader keeps of one car. */
typedef struct {
  gint lap, surface, off_tracks, flag_changes, laps_at_finish, stops;
  guint32 flags;
  gboolean finished, checkered;
  gint finish_order;
  guint bests;
} Car;

typedef struct {
  PbTestRace rows;
  Car car[MAX_CARS];
  JsonParser *parser;
  JsonObject *truth;
  gint session, state, finishes;
  guint commands, states, sessions, flag_words, tows, blank, incidents_seen;
  guint32 flags;
  gdouble fuel_added, fuel, checkered_lap;
  /* tick at which the reader saw each lap begin: car, then lap */
  GArray *crossings;
  gboolean was_blank;
  gint64 blank_ticks;
} Reader;

typedef struct {
  gint session, car, lap;
  gint64 tick;
} Crossing;

static gint
get_int (const PbTestRace *rows, const gchar *name)
{
  return (gint) pb_test_race_get (rows, name);
}

static void
read_cars (Reader *r, gint64 tick, gboolean same_session)
{
  static const gchar *const names[] = { "CarIdxLap", "CarIdxTrackSurface",
    "CarIdxSessionFlags" };
  const RaceSimVar *lap = pb_test_race_find (&r->rows, names[0]);
  const RaceSimVar *surface = pb_test_race_find (&r->rows, names[1]);
  const RaceSimVar *flags = pb_test_race_find (&r->rows, names[2]);

  for (guint i = 1; i <= race_sim_get_n_cars (r->rows.sim); i++) {
    Car *car = &r->car[i];
    const gint now = (gint) pb_test_race_value (&r->rows, lap, i);
    const gint where = (gint) pb_test_race_value (&r->rows, surface, i);
    const guint32 bits = (guint32) pb_test_race_value (&r->rows, flags, i);

    if (same_session && now == car->lap + 1) {
      const Crossing c = { r->session, (gint) i, now, tick };

      g_array_append_val (r->crossings, c);
    }
    if (same_session)
      g_assert_true (now == car->lap || now == car->lap + 1);
    if (same_session) {
      car->off_tracks += where == 0 && car->surface != 0;
      /* Without this bit nobody of that index has joined yet. */
      car->flag_changes +=
          bits != car->flags && (bits & car->flags & SERVICEABLE) != 0;
    }
    car->lap = now;
    car->surface = where;
    car->flags = bits;
  }
}

static void
read_row (Reader *r)
{
  const gint64 tick = (gint64) pb_test_race_get (&r->rows, "SessionTick");
  const gint session = get_int (&r->rows, "SessionNum");
  const gint state = get_int (&r->rows, "SessionState");
  const guint32 word = (guint32) pb_test_race_get (&r->rows, "SessionFlags");
  const guint32 of_all = word & ~(YELLOWS | OF_CAR | SERVICEABLE);
  const gboolean same = tick > 1 && session == r->session;
  const gboolean blank = get_int (&r->rows, "PlayerTrackSurface") == -1;
  const gdouble fuel = pb_test_race_get (&r->rows, "FuelLevel");

  r->sessions += !same;
  r->states += !same || state != r->state;
  r->flag_words += same && of_all != r->flags;
  if (same && fuel > r->fuel && r->fuel > 0)
    r->fuel_added += fuel - r->fuel;
  if (!same)
    r->fuel_added = 0;
  r->tows += same && blank && !r->was_blank;
  r->was_blank = blank;
  r->session = session;
  r->state = state;
  r->flags = of_all;
  r->fuel = fuel;
  read_cars (r, tick, same);
}

/* An evening on which everything happens; car 0 is the one with the seat. */
static const struct {
  gdouble after_s; /* the last session's green flag */
  const gchar *command;
  gint car;
  gdouble value;
} evening[] = {
  { 20, "off-track", 0, 0 },
  { 25, "off-track", 3, 1 },
  { 30, "spin", 5, 0 },
  { 40, "penalty", 4, 0 },
  { 45, "damage", 6, 0.6 },
  { 50, "disconnect", 9, 15 },
  { 55, "wreck", 10, 0 },
  { 60, "pit", 11, 0 },
  { 70, "tow", 0, 0 },
  { 90, "leave", 12, 0 },
  { 120, "weather", -1, 0.9 },
  { 150, "caution", -1, 1 },
};

static void
direct (Reader *r, gint64 *green_tick, guint *next)
{
  const gint64 tick = race_sim_get_tick (r->rows.sim);

  if (r->state != 4)
    *green_tick = tick;
  while (*next < G_N_ELEMENTS (evening)
         && (gdouble) (tick - *green_tick)
                > evening[*next].after_s / PB_TEST_TICK_S) {
    const gint car = evening[*next].car == 0
                         ? (gint) race_sim_get_seat_car_idx (r->rows.sim, 0)
                         : evening[*next].car;
    g_autoptr (GError) error = NULL;

    if (!race_sim_command (r->rows.sim, evening[*next].command, car,
            evening[*next].value, &error))
      g_test_message ("%s: %s", evening[*next].command, error->message);
    else
      r->commands++;
    (*next)++;
  }
}

static void
run (Reader *r, const RaceSimConfig *config)
{
  gint64 green_tick = 0;
  guint next = 0;

  g_autofree gchar *text = NULL;
  g_autoptr (GError) error = NULL;

  memset (r, 0, sizeof *r);
  r->crossings = g_array_new (FALSE, FALSE, sizeof (Crossing));
  pb_test_race_start (&r->rows, config);
  while (!race_sim_is_over (r->rows.sim)) {
    pb_test_race_next (&r->rows);
    if (!race_sim_is_over (r->rows.sim))
      read_row (r);
    if (config->event == RACE_SIM_EVENT_RACE || r->session == 2)
      direct (r, &green_tick, &next);
    g_assert_cmpint (race_sim_get_tick (r->rows.sim), <, 60 * 7200);
  }
  text = race_sim_get_truth (r->rows.sim);
  r->parser = json_parser_new ();
  json_parser_load_from_data (r->parser, text, -1, &error);
  g_assert_no_error (error);
  r->truth = json_node_get_object (json_parser_get_root (r->parser));
}

static void
stop (Reader *r)
{
  pb_test_race_stop (&r->rows);
  g_array_unref (r->crossings);
  g_object_unref (r->parser);
}

static JsonObject *
element (JsonArray *array, guint i)
{
  return json_array_get_object_element (array, i);
}

static guint
count_events (const Reader *r, const gchar *what, gint session, gint car)
{
  JsonArray *events = json_object_get_array_member (r->truth, "events");
  guint n = 0;

  for (guint i = 0; i < json_array_get_length (events); i++) {
    JsonObject *e = element (events, i);

    n +=
        strcmp (json_object_get_string_member (e, "event"), what) == 0
        && (session < 0 || json_object_get_int_member (e, "session") == session)
        && (car < 0 || json_object_get_int_member (e, "car_idx") == car);
  }
  return n;
}

/* Each lap of the truth was seen to begin and to end, in its row. */
static void
check_laps (const Reader *r)
{
  JsonArray *laps = json_object_get_array_member (r->truth, "laps");
  guint seen = 0;

  g_assert_cmpuint (json_array_get_length (laps), >, 20);
  for (guint i = 0; i < json_array_get_length (laps); i++) {
    JsonObject *lap = element (laps, i);
    const gint session = (gint) json_object_get_int_member (lap, "session");
    const gint car = (gint) json_object_get_int_member (lap, "car_idx");
    const gint number = (gint) json_object_get_int_member (lap, "lap");
    const gdouble time_s = json_object_get_double_member (lap, "time_s");
    gint64 begin = 0, end = 0;

    for (guint k = 0; k < r->crossings->len; k++) {
      const Crossing *c = &g_array_index (r->crossings, Crossing, k);

      if (c->session != session || c->car != car)
        continue;
      begin = c->lap == number ? c->tick : begin;
      end = c->lap == number + 1 ? c->tick : end;
    }
    g_assert_cmpint (end, ==, json_object_get_int_member (lap, "tick"));
    g_assert_cmpint (begin, >, 0);
    if (time_s > 0)
      g_assert_cmpfloat_with_epsilon (
          (gdouble) (end - begin) * PB_TEST_TICK_S, time_s, 0.0167);
    seen++;
  }
  g_assert_cmpuint (seen, ==, json_array_get_length (laps));
}

static void
check_results (const Reader *r)
{
  JsonArray *sessions = json_object_get_array_member (r->truth, "sessions");
  const gint last = (gint) json_array_get_length (sessions) - 1;
  JsonArray *results = json_object_get_array_member (
      element (sessions, (guint) last), "results");
  const RaceSimVar *position = pb_test_race_find (&r->rows, "CarIdxPosition");
  const guint seat = race_sim_get_seat_car_idx (r->rows.sim, 0);
  gint laps_before = G_MAXINT;

  g_assert_cmpuint (
      json_array_get_length (results), ==, race_sim_get_n_cars (r->rows.sim));
  for (guint i = 0; i < json_array_get_length (results); i++) {
    JsonObject *result = element (results, i);
    const guint car = (guint) json_object_get_int_member (result, "car_idx");
    const gint laps = (gint) json_object_get_int_member (result, "laps");
    gint counted = 0;

    g_assert_cmpint (
        json_object_get_int_member (result, "position"), ==, i + 1);
    g_assert_cmpfloat (
        pb_test_race_value (&r->rows, position, car), ==, i + 1.0);
    g_assert_cmpint (laps, <=, laps_before);
    laps_before = laps;
    for (guint k = 0; k < r->crossings->len; k++) {
      const Crossing *c = &g_array_index (r->crossings, Crossing, k);

      counted += c->session == last && c->car == (gint) car && c->lap > 1;
    }
    /* The slowing-down lap does not count. */
    g_assert_cmpint (counted, >=, laps);
    if (car == seat) {
      g_assert_cmpfloat_with_epsilon (r->fuel_added,
          json_object_get_double_member (result, "fuel_added_l"), 0.02);
      g_assert_cmpint (get_int (&r->rows, "PlayerCarTeamIncidentCount"), ==,
          json_object_get_int_member (result, "incidents"));
    }
  }
}

static void
check_events (const Reader *r)
{
  const guint seat = race_sim_get_seat_car_idx (r->rows.sim, 0);

  g_assert_cmpuint (r->states, ==, count_events (r, "state", -1, -1));
  g_assert_cmpuint (r->flag_words, ==, count_events (r, "flags", -1, -1));
  for (guint i = 1; i <= race_sim_get_n_cars (r->rows.sim); i++) {
    g_assert_cmpint (
        r->car[i].off_tracks, ==, count_events (r, "off-track", -1, (gint) i));
    g_assert_cmpint (r->car[i].flag_changes, ==,
        count_events (r, "car-flags", -1, (gint) i));
  }
  g_assert_cmpuint (r->tows, ==, count_events (r, "tow", -1, (gint) seat));
}

static void
test_results (gconstpointer data)
{
  const guint64 seed = GPOINTER_TO_UINT (data);
  static const gchar *const tracks[] = { "pinwheel", "tinplate", "cinderridge",
    "vellmoor" };
  RaceSimConfig config;
  Reader reader;

  race_sim_config_init (&config);
  config.seed = seed;
  config.track = tracks[seed % 4];
  config.n_cars = seed % 4 < 2 ? 24 : 40;
  config.n_classes = 1 + seed % 3;
  config.event = seed % 4 == 0 ? RACE_SIM_EVENT_WEEKEND : RACE_SIM_EVENT_RACE;
  config.practice_s = config.qualify_s = 150;
  config.race_s = seed % 4 == 3 ? 480 : 300;
  config.race_laps = seed == 1 ? 16 : 0;
  config.team_drivers = 2;
  config.fuel_l = seed % 4 == 3 ? 14 : 4;
  config.weather = RACE_SIM_WEATHER_CHANGING;
  run (&reader, &config);
  check_laps (&reader);
  check_results (&reader);
  check_events (&reader);
  g_assert_cmpuint (reader.commands, >=, G_N_ELEMENTS (evening) - 2);
  g_assert_cmpuint (count_events (&reader, "tow", -1, -1), >=, 1);
  g_assert_cmpuint (count_events (&reader, "drive-through", -1, -1), >=, 1);
  g_assert_cmpuint (count_events (&reader, "pit-done", -1, -1), >=, 3);
  g_test_message ("%u laps, %u off-tracks, %u stops, %u tows, %u joins, %u "
                  "penalties, %u swaps, %u changes of flags",
      json_array_get_length (
          json_object_get_array_member (reader.truth, "laps")),
      count_events (&reader, "off-track", -1, -1),
      count_events (&reader, "pit-stop", -1, -1),
      count_events (&reader, "tow", -1, -1),
      count_events (&reader, "join", -1, -1),
      count_events (&reader, "penalty", -1, -1),
      count_events (&reader, "driver", -1, -1), reader.flag_words);
  stop (&reader);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint seed = 1; seed <= 4; seed++) {
    g_autofree gchar *path = g_strdup_printf ("/race-results/seed-%u", seed);

    g_test_add_data_func (path, GUINT_TO_POINTER (seed), test_results);
  }
  return g_test_run ();
}
