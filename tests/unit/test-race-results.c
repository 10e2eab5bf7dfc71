/* SPDX-License-Identifier: LGPL-2.1-or-later
 * racesim: what a reader counts in the rows is what the truth says. */
#include <math.h>
#include <string.h>

#include <json-glib/json-glib.h>

#include "../lib/pb-test-race.h"

#define MAX_CARS 64
#define RED 0x10u
#define DEBRIS 0x40u
/* What depends on where one is. */
#define OF_PLACE (0x108u | DEBRIS)
#define OF_CAR 0x1b0020u /* blue, black, disqualified, furled, repair */
#define SERVICEABLE 0x40000u

/* What the reader keeps of one car. */
typedef struct {
  gint lap, surface, off_tracks, flag_changes;
  guint32 flags;
} Car;

/* What a row of the seat says of its place. */
typedef struct {
  gint session;
  gint64 tick;
  gdouble pct;
  gboolean debris, red;
} Place;

typedef struct {
  PbTestRace rows;
  GArray *places;
  Car car[MAX_CARS];
  JsonParser *parser;
  JsonObject *truth;
  gint session, state;
  guint commands, states, sessions, flag_words, tows;
  guint32 flags;
  gdouble fuel_added, fuel;
  /* tick at which the reader saw each lap begin: car, then lap */
  GArray *crossings;
  gboolean was_blank;
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
  const guint32 of_all = word & ~(OF_PLACE | OF_CAR | SERVICEABLE);
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
  if (!blank) {
    const Place place = { session, tick,
      pb_test_race_get (&r->rows, "LapDistPct"), (word & DEBRIS) != 0,
      (word & RED) != 0 };

    g_array_append_val (r->places, place);
  }
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
  { 62, "debris", 1, 0 },
  { 66, "debris", 0, 0 },
  { 70, "tow", 0, 0 },
  { 90, "leave", 12, 0 },
  { 120, "weather", -1, 0.9 },
  { 150, "caution", -1, 1 },
  { 175, "red", -1, 1 },
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
  r->places = g_array_new (FALSE, FALSE, sizeof (Place));
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
  g_array_unref (r->places);
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

/* Who ended each lap before anyone else; rows leave some of them open. */
static guint
count_led (const Reader *r, gint session, guint *led)
{
  guint open = 0;

  for (gint lap = 2;; lap++) {
    gint64 first = G_MAXINT64;
    gint who = -1;
    gboolean tie = FALSE;

    for (guint k = 0; k < r->crossings->len; k++) {
      const Crossing *c = &g_array_index (r->crossings, Crossing, k);

      if (c->session != session || c->lap != lap || c->tick > first)
        continue;
      tie = c->tick == first;
      first = c->tick;
      who = c->car;
    }
    if (who < 0)
      return open;
    led[who]++;
    open += tie;
  }
}

static void
check_led (Reader *r)
{
  JsonArray *sessions = json_object_get_array_member (r->truth, "sessions");
  const guint last = json_array_get_length (sessions) - 1;
  JsonArray *results =
      json_object_get_array_member (element (sessions, last), "results");
  const gint64 won = json_object_get_int_member (element (results, 0), "laps");
  g_autoptr (GBytes) text = race_sim_get_session_text (r->rows.sim, NULL);
  const gchar *at = g_bytes_get_data (text, NULL);
  guint led[MAX_CARS] = { 0 }, open = count_led (r, (gint) last, led), more;
  gint64 sum = 0, written = 0;

  for (guint i = 0; i < json_array_get_length (results); i++) {
    JsonObject *result = element (results, i);
    const gint64 laps = json_object_get_int_member (result, "laps_led");

    sum += laps;
    more = led[json_object_get_int_member (result, "car_idx")];
    /* The winner's slowing-down lap is nobody's to lead. */
    g_assert_cmpint (laps, <=, more + open);
    g_assert_cmpint (laps + open + 2, >=, more);
  }
  g_assert_cmpint (sum, ==, won);
  while ((at = strstr (at, " LapsLed: ")) != NULL) {
    at += strlen (" LapsLed: ");
    written += g_ascii_strtoll (at, NULL, 10);
  }
  g_assert_cmpint (written, ==, won);
}

typedef struct {
  gint session;
  gint64 from, to; /* ticks */
  gdouble pct;
} Lying;

/* All that ever lay on the road; the oldest is fetched first. */
static GArray *
list_debris (const Reader *r)
{
  JsonArray *events = json_object_get_array_member (r->truth, "events");
  GArray *list = g_array_new (FALSE, FALSE, sizeof (Lying));
  guint gone = 0;

  for (guint i = 0; i < json_array_get_length (events); i++) {
    JsonObject *e = element (events, i);
    const gchar *what = json_object_get_string_member (e, "event");
    Lying l = { (gint) json_object_get_int_member (e, "session"),
      json_object_get_int_member (e, "tick"), G_MAXINT64,
      json_object_get_double_member (e, "value") };

    if (strcmp (what, "debris") == 0) {
      g_array_append_val (list, l);
    } else if (strcmp (what, "debris-gone") == 0) {
      while (g_array_index (list, Lying, gone).session < l.session)
        gone++; /* the marshals go home with the session */
      g_assert_cmpfloat (g_array_index (list, Lying, gone).pct, ==, l.pct);
      g_array_index (list, Lying, gone++).to = l.from;
    }
    g_assert_cmpuint (gone, <=, list->len);
  }
  return list;
}

/* Whether anything lay in the 450 m ahead: 1 yes, 0 no, -1 at the very edge. */
static gint
debris_ahead (const GArray *list, const Place *p, gdouble length_m)
{
  gboolean near = FALSE;

  for (guint i = 0; i < list->len; i++) {
    const Lying *l = &g_array_index (list, Lying, i);
    gdouble ahead_m = (l->pct - p->pct - floor (l->pct - p->pct)) * length_m;

    if (l->session != p->session || p->tick < l->from || p->tick >= l->to)
      continue;
    if (fabs (ahead_m - 450) < 0.1 || ahead_m < 0.1 || ahead_m > length_m - 0.1)
      return -1;
    near = near || ahead_m < 450;
  }
  return near;
}

static void
check_debris (const Reader *r)
{
  const gdouble length_m = json_object_get_double_member (
      json_object_get_object_member (r->truth, "track"), "length_m");
  g_autoptr (GArray) list = list_debris (r);
  guint shown = 0;

  for (guint i = 0; i < r->places->len; i++) {
    const Place *p = &g_array_index (r->places, Place, i);
    const gint ahead = debris_ahead (list, p, length_m);

    if (ahead >= 0)
      g_assert_cmpint (p->debris, ==, ahead);
    shown += p->debris;
  }
  g_assert_cmpuint (shown, >, 60);
}

/* Each row that the red flag comes or goes with. */
static void
check_red (const Reader *r)
{
  JsonArray *events = json_object_get_array_member (r->truth, "events");
  gboolean was = FALSE;
  guint seen = 0, k = 0;

  for (guint i = 0; i < r->places->len; i++) {
    const Place *p = &g_array_index (r->places, Place, i);

    if (p->red == was)
      continue;
    was = p->red;
    seen++;
    while (strcmp (json_object_get_string_member (element (events, k), "event"),
               "red-flag")
           != 0)
      g_assert_cmpuint (++k, <, json_array_get_length (events));
    g_assert_cmpint (
        json_object_get_int_member (element (events, k), "tick"), ==, p->tick);
    g_assert_cmpfloat (
        json_object_get_double_member (element (events, k), "value"), ==, was);
    k++;
  }
  g_assert_cmpuint (seen, ==, count_events (r, "red-flag", -1, -1));
  g_assert_cmpuint (seen, >=, 2);
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
  check_led (&reader);
  check_debris (&reader);
  check_red (&reader);
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
