/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The session text's DriverInfo: the driven car and the list of entries. */
#include "rs-session-drivers.h"

#include "rs-names.h"
#include "rs-random.h"

#define STREAM_DESIGN 0x71
#define DRIVER_ID 900000

static const char *
number (char *buffer, gsize size, const char *format, double value)
{
  return g_ascii_formatd (buffer, size, format, value);
}

static void
add (GString *text, const char *key, const char *format, double value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_printf (
      text, "%s: %s\n", key, number (buffer, sizeof buffer, format, value));
}

/*
 * Names as they must not break a reader: unquoted free text with list dashes,
 * comment signs, colons, letters of ISO-8859-1, and what is left of letters
 * outside of it.
 */
static const char *
awkward_team (int n)
{
  static const char *const teams[] = {
    "- Team 01 -",
    "Team 02 #37",
    "Team 03: second line",
    "@Team 04, 100% [B]",
    "\xc9quipe 05",
    "? ?",
    "Stra\xdf"
    "enteam 07",
    "'Team 08",
  };

  return n >= 1 && n <= (int) G_N_ELEMENTS (teams) ? teams[n - 1] : NULL;
}

static void
add_names (GString *text, const RsRace *race, const RsEntry *entry)
{
  const int n = entry->number;
  const char *team = race->config.awkward_text ? awkward_team (n) : NULL;
  g_autofree char *name = rs_driver_name (&race->config, n, entry->driver);

  g_string_append_printf (text, "   UserName: %s%s\n", name,
      race->config.awkward_text && n % 5 == 0 ? " \xe9\xfc\xf1" : "");
  g_string_append_printf (text,
      "   AbbrevName: %02d, D\n   Initials: D%d\n   UserID: %d\n"
      "   TeamID: %d\n",
      n, n % 10, DRIVER_ID + n + 1000 * entry->driver,
      race->config.team_drivers > 1 ? n : 0);
  if (team != NULL)
    g_string_append_printf (text, "   TeamName: %s\n", team);
  else
    g_string_append_printf (text, "   TeamName: Team %02d\n", n);
  g_string_append_printf (text, "   CarNumber: \"%02d\"\n   CarNumberRaw: %d\n",
      n, n < 10 ? 1000 + n : n);
}

/* spec NULL: the pace car. */
static void
add_class (
    GString *text, const RsRace *race, const RsCarSpec *spec, double lap_s)
{
  const gboolean pace = spec == NULL;
  const gboolean racing = race->n_cars > 1;

  g_string_append_printf (text,
      "   CarPath: %s\n   CarClassID: %d\n   CarID: %d\n"
      "   CarIsPaceCar: %d\n   CarIsAI: 0\n   CarIsElectric: 0\n"
      "   CarScreenName: %s\n   CarScreenNameShort: %s\n"
      "   CarClassShortName: %s\n   CarClassRelSpeed: %d\n"
      "   CarClassLicenseLevel: 0\n   CarClassMaxFuelPct: 1.000 %%\n"
      "   CarClassWeightPenalty: 0.000 kg\n"
      "   CarClassPowerAdjust: 0.000 %%\n"
      "   CarClassDryTireSetLimit: 0 %%\n   CarClassColor: 0x%06x\n",
      pace ? "safety pitbox" : spec->path,
      pace     ? 11
      : racing ? spec->class_id
               : 0,
      pace ? 11 : spec->id, pace, pace ? "PitBox Pace Car" : spec->screen_name,
      pace ? "Pace Car" : spec->short_name,
      pace || !racing ? "" : spec->class_name, pace ? 0 : (int) (7000 / lap_s),
      pace ? 0xffffff : spec->class_color);
  add (text, "   CarClassEstLapTime", "%.4f", lap_s);
}

static void
add_look (GString *text, const RsRace *race, guint idx, int mine, int team)
{
  const guint64 seed = race->config.seed + STREAM_DESIGN;
  const guint a = rs_hash (seed, idx * 3) & 0xffffff;
  const guint b = rs_hash (seed, idx * 3 + 1) & 0xffffff;
  const guint c = rs_hash (seed, idx * 3 + 2) & 0xffffff;

  g_string_append_printf (text,
      "   IRating: %u\n   LicLevel: 14\n   LicSubLevel: 300\n"
      "   LicString: B 3.00\n   LicColor: 0x00c702\n   IsSpectator: 0\n"
      "   CarDesignStr: %u,%06x,%06x,%06x\n"
      "   HelmetDesignStr: %u,%06x,%06x,%06x\n"
      "   SuitDesignStr: %u,%06x,%06x,%06x\n"
      "   BodyType: 0\n   FaceType: 0\n   HelmetType: 0\n"
      "   CarNumberDesignStr: 0,0,ffffff,777777,000000\n"
      "   CarSponsor_1: 0\n   CarSponsor_2: 0\n"
      "   CurDriverIncidentCount: %d\n   TeamIncidentCount: %d\n",
      1200 + a % 4000, a % 24, a, b, c, b % 70, a, b, c, c % 40, a, b, c, mine,
      team);
}

/* Other cars' incidents are not told in a race. */
static void
add_entry (
    GString *text, const RsRace *race, const RsSeat *seat, const RsEntry *entry)
{
  const guint idx = (guint) rs_race_car_idx (race, entry);
  const gboolean mine = (guint) (entry - race->cars) == seat->entry;

  g_string_append_printf (text, " - CarIdx: %u\n", idx);
  add_names (text, race, entry);
  add_class (
      text, race, entry->car.spec, race->reference_lap_s[entry->class_index]);
  add_look (text, race, idx,
      mine ? entry->incidents_of_driver[entry->driver] : 0,
      mine ? entry->incidents : 0);
}

static void
add_entries (GString *text, const RsRace *race, const RsSeat *seat)
{
  g_string_append (text, " Drivers:\n");
  if (race->first_idx == 1) {
    g_string_append (text,
        " - CarIdx: 0\n   UserName: Pace Car\n   AbbrevName: \n"
        "   Initials: \n   UserID: -1\n   TeamID: 0\n"
        "   TeamName: Pace Car\n   CarNumber: \"0\"\n   CarNumberRaw: 0\n");
    add_class (text, race, NULL, race->reference_lap_s[0]);
    add_look (text, race, 0, 0, 0);
  }
  for (guint i = 0; i < race->n_cars; i++)
    if (race->cars[i].listed)
      add_entry (text, race, seat, &race->cars[i]);
  g_string_append_c (text, '\n');
}

void
rs_session_add_drivers (GString *text, const RsRace *race, const RsSeat *seat)
{
  const RsEntry *me = &race->cars[seat->entry];
  const RsCarSpec *spec = me->car.spec;

  g_string_append_printf (text,
      "DriverInfo:\n DriverCarIdx: %d\n DriverUserID: %d\n PaceCarIdx: %d\n"
      " DriverHeadPosX: -0.410\n DriverHeadPosY: 0.370\n"
      " DriverHeadPosZ: 0.640\n DriverCarIsElectric: 0\n",
      rs_race_car_idx (race, me), DRIVER_ID + me->number + 1000 * me->driver,
      race->first_idx - 1);
  add (text, " DriverCarIdleRPM", "%.3f", spec->idle_rpm);
  add (text, " DriverCarRedLine", "%.3f", spec->redline_rpm);
  g_string_append (text, " DriverCarEngCylinderCount: 8\n");
  add (text, " DriverCarFuelKgPerLtr", "%.3f", spec->fuel_kg_per_l);
  add (text, " DriverCarFuelMaxLtr", "%.3f", spec->tank_l);
  g_string_append_printf (text,
      " DriverCarMaxFuelPct: 1.000\n DriverCarGearNumForward: %d\n"
      " DriverCarGearNeutral: 1\n DriverCarGearReverse: 1\n",
      spec->n_gears);
  add (text, " DriverCarSLFirstRPM", "%.3f", spec->sl_first_rpm);
  add (text, " DriverCarSLShiftRPM", "%.3f", spec->shift_rpm);
  add (text, " DriverCarSLLastRPM", "%.3f", spec->sl_last_rpm);
  add (text, " DriverCarSLBlinkRPM", "%.3f", spec->sl_blink_rpm);
  g_string_append (text, " DriverCarVersion: " PACKAGE_VERSION "\n");
  add (text, " DriverPitTrkPct", "%.6f", me->pit.box_s / race->track->length_m);
  add (text, " DriverCarEstLapTime", "%.4f",
      race->reference_lap_s[me->class_index]);
  g_string_append (text, race->config.awkward_text
                             ? " DriverSetupName: r\xe9glage 2: sec # 3.sto\n"
                             : " DriverSetupName: baseline.sto\n");
  g_string_append_printf (text,
      " DriverSetupIsModified: 0\n DriverSetupLoadTypeName: user\n"
      " DriverSetupPassedTech: 1\n DriverIncidentCount: %d\n"
      " DriverTires:\n - TireIndex: 0\n   TireCompoundType: \"Hard\"\n",
      me->incidents_of_driver[me->driver]);
  if (race->config.weather != RACE_SIM_WEATHER_DRY)
    g_string_append (text, " - TireIndex: 1\n   TireCompoundType: \"Wet\"\n");
  add_entries (text, race, seat);
}
