/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What can be asked of a race while it runs. */
#include "rs-command.h"

#include "rs-control.h"
#include "rs-debris.h"
#include "rs-pit.h"
#include "rs-trouble.h"

#include <string.h>

#define NO_RACE \
  "only a race under green, from the first line to the last lap, can be " \
  "neutralised"

typedef struct {
  const char *name;
  gboolean of_car; /* needs a car that is in the world */
  gboolean (*run) (RsRace *race, RsEntry *entry, double value, GError **error);
} Command;

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error_literal (error, RACE_SIM_ERROR, RACE_SIM_ERROR_COMMAND, why);
  return FALSE;
}

static gboolean
on_road (const RsEntry *entry, GError **error)
{
  if (!entry->car.in_pit_lane)
    return TRUE;
  return refuse (error, "the car is in the pit lane");
}

static gboolean
run_pit (RsRace *race, RsEntry *entry, double value, GError **error)
{
  if (!on_road (entry, error))
    return FALSE;
  entry->pit.wants |= RS_PIT_CALLED | RS_PIT_FUEL | RS_PIT_TYRES;
  if (entry->n_drivers > 1)
    entry->pit.wants |= RS_PIT_SWAP;
  rs_race_note (race, "called-in", entry, 0);
  return TRUE;
}

static gboolean
run_tow (RsRace *race, RsEntry *entry, double value, GError **error)
{
  if (!on_road (entry, error))
    return FALSE;
  rs_trouble_tow (race, entry);
  return TRUE;
}

static gboolean
run_spin (RsRace *race, RsEntry *entry, double value, GError **error)
{
  if (!on_road (entry, error))
    return FALSE;
  rs_trouble_spin (race, entry);
  return TRUE;
}

static gboolean
run_wreck (RsRace *race, RsEntry *entry, double value, GError **error)
{
  if (!on_road (entry, error))
    return FALSE;
  rs_trouble_crash (race, entry);
  return TRUE;
}

static gboolean
run_off_track (RsRace *race, RsEntry *entry, double value, GError **error)
{
  if (!on_road (entry, error))
    return FALSE;
  rs_trouble_wide (race, entry, value > 0);
  return TRUE;
}

static gboolean
run_penalty (RsRace *race, RsEntry *entry, double value, GError **error)
{
  rs_pit_penalise (race, entry);
  return TRUE;
}

static gboolean
run_damage (RsRace *race, RsEntry *entry, double value, GError **error)
{
  if (!(value >= 0 && value <= 1))
    return refuse (error, "damage is a value from 0 to 1");
  entry->car.damage = value;
  rs_race_set_car_flags (race, entry, value >= 0.35 ? RS_FLAG_REPAIR : 0,
      value >= 0.35 ? 0 : RS_FLAG_REPAIR);
  rs_race_note (race, "damage", entry, value);
  return TRUE;
}

static gboolean
run_disconnect (RsRace *race, RsEntry *entry, double value, GError **error)
{
  rs_trouble_leave (race, entry, TRUE);
  if (value > 0)
    entry->back_s = race->time_s + value;
  return TRUE;
}

static gboolean
run_leave (RsRace *race, RsEntry *entry, double value, GError **error)
{
  rs_trouble_leave (race, entry, FALSE);
  return TRUE;
}

static gboolean
run_return (RsRace *race, RsEntry *entry, double value, GError **error)
{
  if (!entry->away)
    return refuse (error, "the car is not away");
  rs_trouble_return (race, entry);
  return TRUE;
}

static gboolean
run_replay (RsRace *race, RsEntry *entry, double value, GError **error)
{
  const int seat = race->seat_of[entry - race->cars];

  if (seat < 0)
    return refuse (error, "nobody's rows are made in this car");
  race->seats[seat].replay = value != 0;
  race->seats[seat].replay_from_s = race->time_s;
  rs_race_note (race, "replay", entry, value != 0);
  return TRUE;
}

static gboolean
run_weather (RsRace *race, RsEntry *entry, double value, GError **error)
{
  if (!(value <= 1))
    return refuse (error, "rain is a value from 0 to 1, or -1 for as it was");
  race->weather.wanted_rain = value < 0 ? -1 : value;
  rs_race_note (race, "weather", NULL, value);
  return TRUE;
}

static gboolean
run_caution (RsRace *race, RsEntry *entry, double value, GError **error)
{
  return rs_control_caution (race, value != 0) || refuse (error, NO_RACE);
}

static gboolean
run_red (RsRace *race, RsEntry *entry, double value, GError **error)
{
  return rs_control_red (race, value != 0) || refuse (error, NO_RACE);
}

static gboolean
run_debris (RsRace *race, RsEntry *entry, double value, GError **error)
{
  if (!on_road (entry, error))
    return FALSE;
  rs_debris_leave (race, entry);
  return TRUE;
}

static gboolean
run_next_session (RsRace *race, RsEntry *entry, double value, GError **error)
{
  if (!rs_race_controlled (race))
    return refuse (error, "this run has no sessions (see --event)");
  rs_control_next (race);
  rs_race_note (race, "cut-short", NULL, 0);
  return TRUE;
}

static const Command commands[] = {
  { "pit", TRUE, run_pit },
  { "tow", TRUE, run_tow },
  { "spin", TRUE, run_spin },
  { "wreck", TRUE, run_wreck },
  { "off-track", TRUE, run_off_track },
  { "penalty", TRUE, run_penalty },
  { "damage", TRUE, run_damage },
  { "disconnect", TRUE, run_disconnect },
  { "leave", TRUE, run_leave },
  { "return", FALSE, run_return },
  { "replay", FALSE, run_replay },
  { "weather", FALSE, run_weather },
  { "caution", FALSE, run_caution },
  { "red", FALSE, run_red },
  { "debris", TRUE, run_debris },
  { "next-session", FALSE, run_next_session },
};

/* Does what is asked, or says why not. car_idx -1: the first seat's car. */
gboolean
rs_command (RsRace *race, const char *command, int car_idx, double value,
    GError **error)
{
  const int i =
      car_idx < 0 ? (int) race->seats[0].entry : car_idx - race->first_idx;

  if (i < 0 || i >= (int) race->n_cars) {
    g_set_error (error, RACE_SIM_ERROR, RACE_SIM_ERROR_COMMAND,
        "there is no car %d (%d to %d)", car_idx, race->first_idx,
        race->first_idx + (int) race->n_cars - 1);
    return FALSE;
  }
  for (guint k = 0; k < G_N_ELEMENTS (commands); k++) {
    if (strcmp (command, commands[k].name) != 0)
      continue;
    if (commands[k].of_car && race->cars[i].away)
      return refuse (error, "the car is not in the world now");
    return commands[k].run (race, &race->cars[i], value, error);
  }
  g_set_error (error, RACE_SIM_ERROR, RACE_SIM_ERROR_COMMAND,
      "there is no command '%s'", command);
  return FALSE;
}
