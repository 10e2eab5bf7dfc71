/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The truth about a race as JSON: what readers of its rows should find. */
#include "rs-truth.h"

#include "rs-names.h"
#include "rs-session-results.h"

/* Numbers with a point whatever the locale. */
static void
add_number (GString *out, const char *key, double value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_printf (out, "\"%s\": %s", key,
      g_ascii_formatd (buffer, sizeof buffer, "%.6f", value));
}

static void
add_cars (GString *out, const RsRace *race)
{
  g_string_append (out, " \"cars\": [\n");
  for (guint i = 0; i < race->n_cars; i++) {
    const RsEntry *e = &race->cars[i];

    g_string_append_printf (out,
        "  {\"car_idx\": %d, \"number\": \"%02d\", \"class_id\": %d, "
        "\"class\": \"%s\", \"seat\": %d, \"drivers\": [",
        rs_race_car_idx (race, e), e->number, e->car.spec->class_id,
        e->car.spec->class_name, race->seat_of[i]);
    for (int d = 0; d < e->n_drivers; d++) {
      g_autofree char *name = rs_driver_name (&race->config, e->number, d);

      g_string_append_printf (out, "%s\"%s\"", d > 0 ? ", " : "", name);
    }
    g_string_append_printf (out, "]}%s\n", i + 1 < race->n_cars ? "," : "");
  }
  g_string_append (out, " ],\n");
}

static void
add_result (GString *out, const RsRace *race, const RsResult *r)
{
  g_string_append_printf (out,
      "    {\"car_idx\": %d, \"position\": %d, \"class_position\": %d, "
      "\"laps\": %d, \"laps_led\": %d, \"best_lap\": %d, ",
      race->first_idx + (int) r->entry, r->position, r->class_position, r->laps,
      r->laps_led, r->best_s > 0 ? r->best_lap : -1);
  add_number (out, "best_s", r->best_s > 0 ? r->best_s : -1);
  g_string_append (out, ", ");
  add_number (out, "gap_s", r->gap_s);
  g_string_append_printf (out,
      ", \"incidents\": %d, \"pit_stops\": %d, \"drive_throughs\": %d, "
      "\"drivers\": %d, \"retired\": %s, ",
      r->incidents, r->stops, r->drive_throughs, r->drivers_so_far,
      r->retired ? "true" : "false");
  add_number (out, "fuel_added_l", r->fuel_added_l);
  g_string_append (out, ", ");
  add_number (out, "fuel_burnt_l", r->fuel_burnt_l);
  g_string_append_c (out, '}');
}

static void
add_session (GString *out, const RsRace *race, guint k)
{
  const RsSession *s = &race->sessions[k];
  const gboolean now = k == race->session;
  guint n = s->results != NULL ? s->results->len : 0;

  g_string_append_printf (out,
      "  {\"number\": %u, \"type\": \"%s\", \"first_tick\": %" G_GINT64_FORMAT
      ", \"last_tick\": %" G_GINT64_FORMAT ", \"green_tick\": %" G_GINT64_FORMAT
      ", \"checkered_tick\": %" G_GINT64_FORMAT ", \"laps\": %u, ",
      k, rs_session_kind_name (s->kind), s->first_tick,
      now && !race->over ? race->tick : s->last_tick, s->green_tick,
      s->checkered_tick, s->laps);
  add_number (out, "time_s", s->length_s);
  g_string_append (out, ",\n   \"results\": [\n");
  for (guint i = 0; i < n; i++) {
    add_result (out, race, &g_array_index (s->results, RsResult, i));
    g_string_append (out, i + 1 < n ? ",\n" : "\n");
  }
  g_string_append_printf (out, "   ]}%s\n", k < race->session ? "," : "");
}

static void
add_laps (GString *out, const RsRace *race)
{
  const GArray *laps = race->log->laps;

  g_string_append (out, " \"laps\": [\n");
  for (guint i = 0; i < laps->len; i++) {
    const RsLapRecord *r = &g_array_index (laps, RsLapRecord, i);

    g_string_append_printf (out,
        "  {\"session\": %u, \"car_idx\": %d, \"lap\": %d, "
        "\"tick\": %" G_GINT64_FORMAT ", ",
        r->session, r->car_idx, r->lap, r->tick);
    add_number (out, "end_s", r->cross_s);
    g_string_append (out, ", ");
    add_number (out, "time_s", r->time_s);
    g_string_append_printf (out, "}%s\n", i + 1 < laps->len ? "," : "");
  }
  g_string_append (out, " ],\n");
}

static void
add_events (GString *out, const RsRace *race)
{
  const GArray *events = race->log->events;

  g_string_append (out, " \"events\": [\n");
  for (guint i = 0; i < events->len; i++) {
    const RsEvent *e = &g_array_index (events, RsEvent, i);

    g_string_append_printf (out,
        "  {\"tick\": %" G_GINT64_FORMAT ", \"session\": %u, ", e->tick,
        e->session);
    add_number (out, "time_s", e->time_s);
    g_string_append_printf (
        out, ", \"event\": \"%s\", \"car_idx\": %d, ", e->what, e->car_idx);
    g_string_append_printf (out, "\"lap\": %d, ", e->lap);
    add_number (out, "value", e->value);
    g_string_append_printf (out, "}%s\n", i + 1 < events->len ? "," : "");
  }
  g_string_append (out, " ]\n");
}

/* Up to the last row. (transfer full) */
char *
rs_truth (const RsRace *race)
{
  GString *out = g_string_new ("{\n \"format\": 1,\n");

  g_string_append_printf (out,
      " \"seed\": %" G_GUINT64_FORMAT ",\n"
      " \"track\": {\"name\": \"%s\", ",
      race->config.seed, race->track->spec->name);
  add_number (out, "length_m", race->track->length_m);
  g_string_append_printf (out,
      "},\n \"last_tick\": %" G_GINT64_FORMAT ",\n \"over\": %s,\n", race->tick,
      race->over ? "true" : "false");
  add_cars (out, race);
  g_string_append (out, " \"sessions\": [\n");
  for (guint k = 0; k <= race->session; k++)
    add_session (out, race, k);
  g_string_append (out, " ],\n");
  add_laps (out, race);
  add_events (out, race);
  g_string_append (out, "}\n");
  return g_string_free (out, FALSE);
}
