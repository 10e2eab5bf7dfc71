/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The session text of a race, in the simulator's structure and encoding:
 * sections parted by empty lines, one space of indent, keys in its order. */
#include "rs-session.h"

#include <math.h>

/* Numbers with a point whatever the locale. */
static void
add_number (GString *text, const char *format, double value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append (
      text, g_ascii_formatd (buffer, sizeof buffer, format, value));
}

static void
add_value (GString *text, const char *key, const char *format, double value,
    const char *unit)
{
  g_string_append_printf (text, "%s: ", key);
  add_number (text, format, value);
  g_string_append_printf (text, "%s\n", unit);
}

static void
add_track (GString *text, const RsTrack *track)
{
  const RsTrackSpec *spec = track->spec;

  g_string_append_printf (text,
      "---\nWeekendInfo:\n TrackName: %s\n TrackID: %d\n", spec->name,
      spec->id);
  add_value (text, " TrackLength", "%.2f", track->length_m / 1000, " km");
  add_value (
      text, " TrackLengthOfficial", "%.2f", track->length_m / 1000, " km");
  g_string_append_printf (text,
      " TrackDisplayName: %s\n TrackDisplayShortName: %s\n"
      " TrackConfigName: %s\n TrackCity: \n TrackCountry: \n",
      spec->display_name, spec->short_name, spec->config_name);
  add_value (text, " TrackAltitude", "%.2f", spec->altitude_m, " m");
  /* The simulator prints m for degrees here. */
  add_value (text, " TrackLatitude", "%.6f", spec->latitude_deg, " m");
  add_value (text, " TrackLongitude", "%.6f", spec->longitude_deg, " m");
  add_value (text, " TrackNorthOffset", "%.4f", spec->north_offset_rad, " rad");
  g_string_append_printf (text, " TrackNumTurns: %u\n", track->n_corners);
  add_value (text, " TrackPitSpeedLimit", "%.2f", spec->pit_speed_kph, " kph");
}

static void
add_weekend (GString *text, const RsRace *race)
{
  const gboolean racing = race->n_cars > 1;

  add_track (text, race->track);
  g_string_append_printf (text,
      " TrackType: road course\n"
      " TrackDirection: neutral\n"
      " TrackWeatherType: Static\n"
      " TrackSkies: Partly Cloudy\n"
      " TrackSurfaceTemp: 36.20 C\n"
      " TrackAirTemp: 24.10 C\n"
      " TrackAirPressure: 29.87 Hg\n"
      " TrackWindVel: 2.40 m/s\n"
      " TrackWindDir: 2.57 rad\n"
      " TrackRelativeHumidity: 55 %%\n"
      " TrackFogLevel: 0 %%\n"
      " TrackPrecipitation: 0 %%\n"
      " TrackCleanup: 1\n"
      " TrackDynamicTrack: 1\n"
      " TrackVersion: " PACKAGE_VERSION "\n"
      " SeriesID: 0\n SeasonID: 0\n SessionID: 0\n SubSessionID: 0\n"
      " LeagueID: 0\n Official: 0\n RaceWeek: 0\n"
      " EventType: %s\n"
      " Category: Road\n SimMode: full\n TeamRacing: 0\n"
      " MinDrivers: 0\n MaxDrivers: 0\n DCRuleSet: None\n"
      " QualifierMustStartRace: 0\n NumCarClasses: 1\n"
      " NumCarTypes: %d\n HeatRacing: 0\n"
      " BuildType: Release\n BuildTarget: Members\n"
      " BuildVersion: 2025.12.16.02\n",
      racing ? "Race" : "Test", racing ? 2 : 1);
  g_string_append_printf (text,
      " WeekendOptions:\n"
      "  NumStarters: %u\n"
      "  StartingGrid: single file\n"
      "  QualifyScoring: best lap\n"
      "  CourseCautions: off\n"
      "  StandingStart: %d\n"
      "  ShortParadeLap: 0\n"
      "  Restarts: single file\n"
      "  WeatherType: Static\n"
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
      racing ? race->n_cars : 0, race->config.start == RACE_SIM_START_GRID);
}

static const RsEntry *
entry_at (const RsRace *race, int position)
{
  for (guint i = 0; i < race->n_cars; i++)
    if (race->cars[i].position == position)
      return &race->cars[i];
  return &race->cars[0];
}

static void
add_result (GString *text, const RsRace *race, int position)
{
  const RsEntry *entry = entry_at (race, position);
  const RsLapTimer *timer = &entry->timer;
  const int idx = race->first_idx + (int) (entry - race->cars);
  const double time = race->n_cars > 1 ? entry->gap_s : MAX (timer->best_s, -1);

  g_string_append_printf (text,
      "   - Position: %d\n     ClassPosition: %d\n     CarIdx: %d\n"
      "     Lap: %d\n",
      position, position - 1, idx, timer->completed);
  add_value (text, "     Time", "%.4f", time, "");
  g_string_append_printf (
      text, "     FastestLap: %d\n", timer->best_s > 0 ? timer->best_lap : -1);
  add_value (text, "     FastestTime", "%.4f",
      timer->best_s > 0 ? timer->best_s : -1, "");
  add_value (text, "     LastTime", "%.4f",
      timer->last_s > 0 ? timer->last_s : -1, "");
  g_string_append_printf (text,
      "     LapsLed: 0\n     LapsComplete: %d\n     JokerLapsComplete: 0\n"
      "     LapsDriven: 0.000\n     Incidents: 0\n     ReasonOutId: 0\n"
      "     ReasonOutStr: Running\n",
      timer->completed);
}

static void
add_sessions (GString *text, const RsRace *race)
{
  const gboolean racing = race->n_cars > 1;
  gboolean any = FALSE;

  g_string_append_printf (text,
      "SessionInfo:\n CurrentSessionNum: 0\n Sessions:\n - SessionNum: 0\n"
      "   SessionLaps: unlimited\n   SessionTime: %s\n"
      "   SessionNumLapsToAvg: 0\n   SessionType: %s\n"
      "   SessionTrackRubberState: moderate usage\n   SessionName: %s\n"
      "   SessionSubType: \n   SessionSkipped: 0\n"
      "   SessionRunGroupsUsed: 0\n"
      "   SessionEnforceTireCompoundChange: 0\n   ResultsPositions:\n",
      racing ? "86400.0000 sec" : "unlimited",
      racing ? "Race" : "Offline Testing", racing ? "RACE" : "TESTING");
  for (guint i = 0; i < race->n_cars; i++)
    any = any || race->cars[i].timer.completed >= 0;
  for (int p = 1; any && p <= (int) race->n_cars; p++)
    add_result (text, race, p);
  g_string_append (text, "   ResultsFastestLap:\n");
  if (race->best_car >= 0) {
    const RsLapTimer *best = &race->cars[race->best_car].timer;

    g_string_append_printf (text, "   - CarIdx: %d\n     FastestLap: %d\n",
        race->first_idx + race->best_car, best->best_lap);
    add_value (text, "     FastestTime", "%.4f", best->best_s, "");
  } else {
    g_string_append (text,
        "   - CarIdx: 255\n     FastestLap: 0\n     FastestTime: -1.0000\n");
  }
  g_string_append_printf (text,
      "   ResultsAverageLapTime: -1.0000\n   ResultsNumCautionFlags: 0\n"
      "   ResultsNumCautionLaps: 0\n   ResultsNumLeadChanges: 0\n"
      "   ResultsLapsComplete: %d\n   ResultsOfficial: 0\n\n",
      (int) race->first_at->len - 1);
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
add_tail (GString *text, const RsRace *race)
{
  const RsTrackSpec *spec = race->track->spec;

  g_string_append (text, "SplitTimeInfo:\n Sectors:\n");
  for (guint i = 0; i < spec->n_sectors; i++) {
    g_string_append_printf (text, " - SectorNum: %u\n", i);
    add_value (text, "   SectorStartPct", "%.6f", spec->sector_start[i], "");
  }
  g_string_append (text, "\nCarSetup:\n UpdateCount: 1\n TiresAero:\n");
  add_corner_setup (text, "LeftFront", "OMI");
  add_corner_setup (text, "LeftRear", "OMI");
  add_corner_setup (text, "RightFront", "IMO");
  add_corner_setup (text, "RightRear", "IMO");
  g_string_append (
      text, " Chassis:\n  FrontBrakes:\n   BrakeBias: 56.0%\n  Rear:\n");
  add_value (text, "   FuelLevel", "%.1f", race->config.fuel_l, " L");
  g_string_append (text, "\n...\n");
}

/*
 * Returns the text of now, in ISO-8859-1 as the simulator writes it, with a
 * NUL after its end that is not counted.
 */
GBytes *
rs_session_text (const RsRace *race)
{
  GString *text = g_string_new (NULL);

  add_weekend (text, race);
  add_sessions (text, race);
  add_cameras (text);
  rs_session_add_drivers (text, race);
  add_tail (text, race);
  return g_string_free_to_bytes (text);
}
