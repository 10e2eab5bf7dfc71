/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the session string says of the player: car, number, track. */
#include "session/pb-identity.h"

#include <math.h>

#include <irsdk/irsdk-session.h>

#include "json/pb-json.h"

static gchar *
copy_text (const gchar *text)
{
  return g_utf8_make_valid (text ? text : "", -1);
}

static IrsdkSession *
parse (GBytes *text)
{
  gsize size;
  const gchar *data = g_bytes_get_data (text, &size);

  return irsdk_session_parse (data, size);
}

static gchar *
copy_track (const IrsdkSession *session)
{
  g_autofree gchar *name = copy_text (session ? session->track_name : NULL);
  g_autofree gchar *config = copy_text (session ? session->track_config : NULL);

  return config[0] ? g_strdup_printf ("%s %s", name, config)
                   : g_steal_pointer (&name);
}

/**
 * pb_identity_new:
 * @session_text: (nullable): the simulator's session string
 *
 * Any thread.
 *
 * Returns: (transfer full): the player's identity
 */
PbIdentity *
pb_identity_new (GBytes *session_text)
{
  PbIdentity *self = g_new0 (PbIdentity, 1);
  IrsdkSession *session = session_text ? parse (session_text) : NULL;
  const IrsdkDriver *driver =
      session ? irsdk_session_find_driver (session, session->driver_car_idx)
              : NULL;

  self->name = copy_text (driver ? driver->name : NULL);
  self->car = copy_text (driver ? driver->car : NULL);
  self->car_number = copy_text (driver ? driver->number : NULL);
  self->track = copy_track (session);
  if (session && isfinite (session->track_north_offset_rad))
    self->north_offset_rad = session->track_north_offset_rad;
  if (session)
    irsdk_session_free (session);
  return self;
}

PbIdentity *
pb_identity_copy (const PbIdentity *identity)
{
  PbIdentity *self = g_new0 (PbIdentity, 1);

  self->name = g_strdup (identity->name);
  self->car = g_strdup (identity->car);
  self->car_number = g_strdup (identity->car_number);
  self->track = g_strdup (identity->track);
  self->north_offset_rad = identity->north_offset_rad;
  return self;
}

void
pb_identity_free (PbIdentity *self)
{
  g_free (self->name);
  g_free (self->car);
  g_free (self->car_number);
  g_free (self->track);
  g_free (self);
}

static void
add_track (JsonBuilder *b, const IrsdkSession *s)
{
  json_builder_set_member_name (b, "track");
  json_builder_begin_object (b);
  pb_json_add_text (b, "id", s->track);
  pb_json_add_text (b, "name", s->track_name);
  pb_json_add_text (b, "config", s->track_config);
  pb_json_add_text (b, "city", s->track_city);
  pb_json_add_text (b, "country", s->track_country);
  pb_json_add_double (b, "length_m", s->track_length_m);
  pb_json_add_double (b, "north_offset_rad", s->track_north_offset_rad);
  pb_json_add_known_int (b, "turns", s->num_turns);
  json_builder_set_member_name (b, "sectors_pct");
  json_builder_begin_array (b);
  for (gsize i = 0; i < s->n_sectors; i++)
    pb_json_add_number (
        b, isfinite (s->sectors[i].start_pct) ? s->sectors[i].start_pct : 0);
  json_builder_end_array (b);
  json_builder_end_object (b);
}

static void
add_driver (JsonBuilder *b, const IrsdkDriver *d)
{
  g_autofree gchar *color =
      g_strdup_printf ("#%06x", (guint) d->class_color & 0xffffff);

  json_builder_begin_object (b);
  pb_json_add_int (b, "car_idx", d->car_idx);
  pb_json_add_text (b, "name", d->name);
  pb_json_add_text (b, "abbrev", d->abbrev);
  pb_json_add_text (b, "team", d->team);
  pb_json_add_text (b, "car_number", d->number);
  pb_json_add_text (b, "car", d->car);
  pb_json_add_text (b, "car_short", d->car_short);
  pb_json_add_text (b, "class", d->class_name);
  json_builder_set_member_name (b, "class_color");
  if (d->class_color < 0)
    json_builder_add_null_value (b);
  else
    json_builder_add_string_value (b, color);
  pb_json_add_bool (b, "is_pace_car", d->is_pace_car);
  pb_json_add_bool (b, "is_ai", d->is_ai);
  pb_json_add_bool (b, "is_spectator", d->is_spectator);
  json_builder_end_object (b);
}

static void
add_sessions (JsonBuilder *b, const IrsdkSession *s)
{
  json_builder_set_member_name (b, "sessions");
  json_builder_begin_array (b);
  for (gsize i = 0; i < s->n_sessions; i++) {
    const IrsdkSessionEntry *entry = &s->sessions[i];

    json_builder_begin_object (b);
    pb_json_add_known_int (b, "num", entry->num);
    pb_json_add_text (b, "type", entry->type);
    pb_json_add_text (b, "name", entry->name);
    pb_json_add_known_int (b, "laps", entry->laps);
    pb_json_add_double (b, "time_s", entry->time_s);
    json_builder_end_object (b);
  }
  json_builder_end_array (b);
}

/**
 * pb_session_info_to_json:
 * @session_text: the simulator's session string
 * @update: its update counter
 *
 * Any thread.
 *
 * Returns: (transfer full): the part of it that the API gives
 */
JsonNode *
pb_session_info_to_json (GBytes *session_text, guint update)
{
  g_autoptr (JsonBuilder) b = json_builder_new ();
  IrsdkSession *s = parse (session_text);

  json_builder_begin_object (b);
  pb_json_add_int (b, "update", update);
  if (s) {
    pb_json_add_text (b, "event_type", s->event_type);
    add_track (b, s);
    json_builder_set_member_name (b, "drivers");
    json_builder_begin_array (b);
    for (gsize i = 0; i < s->n_drivers; i++)
      add_driver (b, &s->drivers[i]);
    json_builder_end_array (b);
    pb_json_add_known_int (b, "player_car_idx", s->driver_car_idx);
    pb_json_add_known_int (b, "pace_car_idx", s->pace_car_idx);
    pb_json_add_known_int (b, "current_session", s->current_session);
    add_sessions (b, s);
    pb_json_add_double (b, "pit_speed_limit_mps", s->pit_speed_limit_mps);
    pb_json_add_double (b, "pit_pct", s->pit_pct);
    pb_json_add_double (b, "fuel_kg_per_l", s->fuel_kg_per_l);
    pb_json_add_double (b, "fuel_max_l", s->fuel_max_l);
    pb_json_add_double (b, "fuel_max_pct", s->fuel_max_pct);
    pb_json_add_double (b, "idle_rpm", s->idle_rpm);
    pb_json_add_double (b, "redline_rpm", s->redline_rpm);
    pb_json_add_double (b, "shift_first_rpm", s->shift_first_rpm);
    pb_json_add_double (b, "shift_rpm", s->shift_rpm);
    pb_json_add_double (b, "shift_last_rpm", s->shift_last_rpm);
    pb_json_add_double (b, "shift_blink_rpm", s->shift_blink_rpm);
    pb_json_add_double (b, "est_lap_s", s->est_lap_s);
    irsdk_session_free (s);
  }
  json_builder_end_object (b);
  return json_builder_get_root (b);
}
