/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The session text of a race, in the simulator's structure and encoding:
 * sections parted by empty lines, one space of indent, keys in its order. */
#include "rs-session.h"

#include "rs-session-drivers.h"
#include "rs-session-results.h"
#include "rs-session-value.h"

#include <math.h>

static void
add_track (GString *text, const RsTrack *track)
{
  const RsTrackSpec *spec = track->spec;

  g_string_append_printf (text,
      "---\nWeekendInfo:\n TrackName: %s\n TrackID: %d\n", spec->name,
      spec->id);
  rs_session_add_value (
      text, " TrackLength", "%.2f", track->length_m / 1000, " km");
  rs_session_add_value (
      text, " TrackLengthOfficial", "%.2f", track->length_m / 1000, " km");
  g_string_append_printf (text,
      " TrackDisplayName: %s\n TrackDisplayShortName: %s\n"
      " TrackConfigName: %s\n TrackCity: \n TrackCountry: \n",
      spec->display_name, spec->short_name, spec->config_name);
  rs_session_add_value (text, " TrackAltitude", "%.2f", spec->altitude_m, " m");
  /* The simulator prints m for degrees here. */
  rs_session_add_value (
      text, " TrackLatitude", "%.6f", spec->latitude_deg, " m");
  rs_session_add_value (
      text, " TrackLongitude", "%.6f", spec->longitude_deg, " m");
  rs_session_add_value (
      text, " TrackNorthOffset", "%.4f", spec->north_offset_rad, " rad");
  g_string_append_printf (text, " TrackNumTurns: %u\n", track->n_corners);
  rs_session_add_value (
      text, " TrackPitSpeedLimit", "%.2f", spec->pit_speed_kph, " kph");
}

static void
add_weather (GString *text, const RsRace *race)
{
  static const char *const skies[] = { "Clear", "Partly Cloudy",
    "Mostly Cloudy", "Overcast" };
  const RsWeather *w = &race->weather;

  g_string_append_printf (text, " TrackWeatherType: %s\n TrackSkies: %s\n",
      race->config.weather == RACE_SIM_WEATHER_DRY ? "Static" : "Realistic",
      skies[CLAMP (w->skies, 0, 3)]);
  rs_session_add_value (text, " TrackSurfaceTemp", "%.2f", w->track_c, " C");
  rs_session_add_value (text, " TrackAirTemp", "%.2f", w->air_c, " C");
  g_string_append (text, " TrackAirPressure: 29.87 Hg\n");
  rs_session_add_value (text, " TrackWindVel", "%.2f", w->wind_mps, " m/s");
  rs_session_add_value (text, " TrackWindDir", "%.2f", w->wind_rad, " rad");
  g_string_append_printf (text,
      " TrackRelativeHumidity: %d %%\n TrackFogLevel: %d %%\n"
      " TrackPrecipitation: %d %%\n",
      (int) (w->humidity * 100 + 0.5), (int) (w->fog * 100 + 0.5),
      (int) (w->rain * 100 + 0.5));
}

static void
add_event (GString *text, const RsRace *race)
{
  const gboolean racing = race->n_cars > 1;

  g_string_append_printf (text,
      " TrackCleanup: 1\n"
      " TrackDynamicTrack: 1\n"
      " TrackVersion: " PACKAGE_VERSION "\n"
      " SeriesID: 0\n SeasonID: 0\n SessionID: 0\n SubSessionID: 0\n"
      " LeagueID: 0\n Official: 0\n RaceWeek: 0\n"
      " EventType: %s\n"
      " Category: %s\n SimMode: full\n TeamRacing: %d\n"
      " MinDrivers: %u\n MaxDrivers: %u\n DCRuleSet: None\n"
      " QualifierMustStartRace: 0\n NumCarClasses: %u\n"
      " NumCarTypes: %u\n HeatRacing: 0\n"
      " BuildType: Release\n BuildTarget: Members\n"
      " BuildVersion: 2025.12.16.02\n",
      racing ? "Race" : "Test",
      g_str_has_suffix (race->track->spec->type, "oval") ? "Oval" : "Road",
      race->config.team_drivers > 1, race->config.team_drivers > 1 ? 1 : 0,
      race->config.team_drivers > 1 ? race->config.team_drivers : 0,
      race->config.n_classes, race->config.n_classes + racing);
}

static void
add_options (GString *text, const RsRace *race)
{
  g_string_append_printf (text,
      " WeekendOptions:\n"
      "  NumStarters: %u\n"
      "  StartingGrid: %s\n"
      "  QualifyScoring: best lap\n"
      "  CourseCautions: %s\n"
      "  StandingStart: %d\n"
      "  ShortParadeLap: 1\n"
      "  Restarts: single file\n"
      "  WeatherType: %s\n"
      "  Skies: Partly Cloudy\n"
      "  WindDirection: SE\n"
      "  WindSpeed: 8.64 km/h\n"
      "  WeatherTemp: 24.10 C\n"
      "  RelativeHumidity: 55 %%\n"
      "  FogLevel: 0 %%\n"
      "  TimeOfDay: 12:00 pm\n"
      "  Date: 2026-05-01\n"
      "  EarthRotationSpeedupFactor: 1\n"
      "  Unofficial: 1\n"
      "  CommercialMode: consumer\n"
      "  NightMode: variable\n"
      "  IsFixedSetup: 0\n"
      "  StrictLapsChecking: default\n"
      "  HasOpenRegistration: 0\n"
      "  HardcoreLevel: 1\n"
      "  NumJokerLaps: 0\n"
      "  IncidentLimit: unlimited\n"
      "  FastRepairsLimit: 1\n"
      "  GreenWhiteCheckeredLimit: 0\n"
      " TelemetryOptions:\n"
      "  TelemetryDiskFile: \"\"\n\n",
      race->n_cars > 1 ? race->n_cars : 0,
      rs_race_controlled (race) ? "2x2 inline" : "single file",
      rs_race_controlled (race) ? "local" : "off",
      race->config.start == RACE_SIM_START_GRID,
      race->config.weather == RACE_SIM_WEATHER_DRY ? "Static" : "Realistic");
}

static void
add_weekend (GString *text, const RsRace *race)
{
  add_track (text, race->track);
  g_string_append_printf (text, " TrackType: %s\n TrackDirection: neutral\n",
      race->track->spec->type);
  add_weather (text, race);
  add_event (text, race);
  add_options (text, race);
}

static void
add_cameras (GString *text)
{
  static const char *const groups[] = { "Nose", "Gearbox", "Roll Bar",
    "LF Susp", "LR Susp", "Gyro", "RF Susp", "RR Susp", "Cockpit", "Scenic",
    "TV1", "TV2", "TV3", "TV Static", "TV Mixed", "Pit Lane", "Pit Lane 2",
    "Blimp", "Chopper", "Chase", "Far Chase", "Rear Chase" };

  g_string_append (text, "CameraInfo:\n Groups:\n");
  for (guint i = 0; i < G_N_ELEMENTS (groups); i++)
    g_string_append_printf (text,
        " - GroupNum: %u\n   GroupName: %s\n   Cameras:\n"
        "   - CameraNum: 1\n     CameraName: Cam%s\n",
        i + 1, groups[i], groups[i]);
  g_string_append (text,
      "\nRadioInfo:\n SelectedRadioNum: 0\n Radios:\n - RadioNum: 0\n"
      "   HopCount: 2\n   NumFrequencies: 1\n   TunedToFrequencyNum: 0\n"
      "   ScanningIsOn: 1\n   Frequencies:\n   - FrequencyNum: 0\n"
      "     FrequencyName: \"@ALLTEAMS\"\n     Priority: 12\n"
      "     CarIdx: -1\n     EntryIdx: -1\n     ClubID: 0\n"
      "     CanScan: 1\n     CanSquawk: 1\n     Muted: 0\n"
      "     IsMutable: 1\n     IsDeletable: 0\n\n");
}

static void
add_corner_setup (GString *text, const char *name, const char *order)
{
  g_string_append_printf (text,
      "  %s:\n   StartingPressure: 158.6 kPa\n"
      "   LastHotPressure: 181.0 kPa\n   LastTemps%s: 78C, 76C, 74C\n"
      "   TreadRemaining: 100%%, 100%%, 100%%\n",
      name, order);
}

static void
add_tail (GString *text, const RsRace *race, const RsSeat *seat)
{
  const RsTrackSpec *spec = race->track->spec;

  g_string_append (text, "SplitTimeInfo:\n Sectors:\n");
  for (guint i = 0; i < spec->n_sectors; i++) {
    g_string_append_printf (text, " - SectorNum: %u\n", i);
    rs_session_add_value (
        text, "   SectorStartPct", "%.6f", spec->sector_start[i], "");
  }
  g_string_append (text, "\nCarSetup:\n UpdateCount: 1\n TiresAero:\n");
  add_corner_setup (text, "LeftFront", "OMI");
  add_corner_setup (text, "LeftRear", "OMI");
  add_corner_setup (text, "RightFront", "IMO");
  add_corner_setup (text, "RightRear", "IMO");
  g_string_append (
      text, " Chassis:\n  FrontBrakes:\n   BrakeBias: 56.0%\n  Rear:\n");
  rs_session_add_value (
      text, "   FuelLevel", "%.1f", race->cars[seat->entry].start_fuel_l, " L");
  g_string_append (text, "\n...\n");
}

/*
 * Returns the text of now, in ISO-8859-1 as the simulator writes it, with a
 * NUL after its end that is not counted.
 */
GBytes *
rs_session_text (const RsRace *race, const RsSeat *seat)
{
  GString *text = g_string_new (NULL);

  add_weekend (text, race);
  rs_session_add_sessions (text, race);
  add_cameras (text);
  rs_session_add_drivers (text, race, seat);
  add_tail (text, race, seat);
  return g_string_free_to_bytes (text);
}
