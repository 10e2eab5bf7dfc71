/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Session strings as sims write them: not YAML, 8-bit, full of names. */
#include "../lib/pb-test-sim.h"

#include <irsdk/irsdk-session.h>
#include <irsdk/irsdk-text.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static IrsdkSession *
parse (const char *text)
{
  IrsdkSession *s = irsdk_session_parse (text, strlen (text));

  g_assert_nonnull (s);
  return s;
}

static void
conversion_to_utf8 (void)
{
  static const struct {
    IrsdkEncoding encoding;
    const char *in, *out;
  } cases[] = {
    { IRSDK_ENCODING_UNKNOWN, "", "" },
    { IRSDK_ENCODING_UNKNOWN, "plain", "plain" },
    { IRSDK_ENCODING_UNKNOWN, "J\xf6rg", "Jörg" },
    { IRSDK_ENCODING_UNKNOWN, "J\xc3\xb6rg", "Jörg" },
    { IRSDK_ENCODING_8BIT, "J\xc3\xb6rg", "JÃ¶rg" },
    { IRSDK_ENCODING_UTF8, "J\xc3\xb6rg", "Jörg" },
    { IRSDK_ENCODING_UTF8, "J\xf6rg", "Jörg" },
    /* Line by line: one old name does not spoil the others. */
    { IRSDK_ENCODING_UNKNOWN, "\xc3\xb6\n\xf6\n", "ö\nö\n" },
    /* Windows-1252, and what is not defined there. */
    { IRSDK_ENCODING_8BIT, "\x80\x8a\x99\x9f", "€Š™Ÿ" },
    { IRSDK_ENCODING_8BIT, "a\x81\x8d\x8f\x90\x9dz", "a     z" },
    /* UTF-8 whose bytes had been taken for Latin-1 letters. */
    { IRSDK_ENCODING_UTF8, "J\xc3\x83\xc2\xb6rg", "JÃ¶rg" },
    { IRSDK_ENCODING_UTF8, "\xc3\x83\xc2\x89ric", "Éric" },
    { IRSDK_ENCODING_UTF8, "a\xc2\x85z", "a z" },
    { IRSDK_ENCODING_UNKNOWN, "a\xc2\x85z\xe2\x82\xac", "a z€" },
    /* Not UTF-8: overlong, surrogate, too high, cut off. */
    { IRSDK_ENCODING_UTF8, "\xc0\xaf", "À¯" },
    { IRSDK_ENCODING_UTF8, "\xed\xa0\x80", "í\xc2\xa0€" },
    { IRSDK_ENCODING_UTF8, "\xf5\x80\x80\x80", "õ€€€" },
    { IRSDK_ENCODING_UTF8, "\xe2\x82", "â‚" },
    { IRSDK_ENCODING_UTF8, "\xf0\x9f\x8f\x81", "🏁" },
    { IRSDK_ENCODING_8BIT, "a\x01\x1f\x7f\tz\n", "a   \tz\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    gsize n;
    char *out = irsdk_text_to_utf8 (
        cases[i].in, strlen (cases[i].in), cases[i].encoding, &n);

    g_assert_cmpstr (out, ==, cases[i].out);
    g_assert_cmpuint (n, ==, strlen (out));
    free (out);
  }
}

static void
any_bytes_become_valid_utf8 (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (guint i = 0; i < 3000; i++) {
    char in[40];
    char *out;
    gsize n;

    for (guint k = 0; k < sizeof in; k++)
      in[k] = (char) g_rand_int_range (rand, 1, 256);
    out = irsdk_text_to_utf8 (in, i % sizeof in, i % 3, &n);
    g_assert_true (g_utf8_validate (out, (gssize) n, NULL));
    free (out);
  }
}

static void
encoding_is_found (void)
{
  static const struct {
    const char *text;
    IrsdkEncoding encoding;
    gsize bom;
  } cases[] = {
    { "", IRSDK_ENCODING_UNKNOWN, 0 },
    { "---\nWeekendInfo:\n TrackName: x\n", IRSDK_ENCODING_UNKNOWN, 0 },
    { "---\nWeekendInfo:\n Encoding: ISO_8859_1\n", IRSDK_ENCODING_8BIT, 0 },
    { "---\nWeekendInfo:\n Encoding: UTF8\n", IRSDK_ENCODING_UTF8, 0 },
    { "---\nWeekendInfo:\n Encoding: UTF-8\n", IRSDK_ENCODING_UTF8, 0 },
    { "---\nWeekendInfo:\n Encoding: \"UTF8\"\n", IRSDK_ENCODING_UTF8, 0 },
    { "\xef\xbb\xbf---\n", IRSDK_ENCODING_UTF8, 3 },
    { "---\n UserName: Encoding: UTF8\n", IRSDK_ENCODING_UNKNOWN, 0 },
    { "---\n Encoding:", IRSDK_ENCODING_UNKNOWN, 0 },
    { "---\n Encoding: klingon\n", IRSDK_ENCODING_UNKNOWN, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    gsize bom;

    g_assert_cmpint (
        irsdk_text_detect (cases[i].text, strlen (cases[i].text), &bom), ==,
        cases[i].encoding);
    g_assert_cmpuint (bom, ==, cases[i].bom);
  }
}

/* One value, as it stands behind its key, and as it is read. */
static void
values_are_taken_literally (void)
{
  static const struct {
    const char *line, *value;
  } cases[] = {
    { "TeamName: - TERCIO -7 -", "- TERCIO -7 -" },
    { "TeamName: Team X #37", "Team X #37" },
    { "UserName: ? ?", "? ?" },
    { "UserName:  ,  ", "," },
    { "UserName: @home", "@home" },
    { "UserName: [DRG] Bob", "[DRG] Bob" },
    { "UserName: {x}", "{x}" },
    { "UserName: *star", "*star" },
    { "UserName: &and", "&and" },
    { "UserName: !bang", "!bang" },
    { "UserName: %per", "%per" },
    { "UserName: , comma", ", comma" },
    { "UserName: Bob: the builder", "Bob: the builder" },
    { "UserName: off", "off" },
    { "UserName: None", "None" },
    { "UserName: \"open", "\"open" },
    { "UserName: shut\"", "shut\"" },
    { "UserName: \"a \"b\" c\"", "a \"b\" c" },
    { "UserName: \"\"", "" },
    { "UserName: \"", "\"" },
    { "UserName:", "" },
    { "UserName: ", "" },
    { "UserName: 'x'", "'x'" },
    { "UserName: a\tb", "a\tb" },
    { "UserName: one\r", "one" },
    /* A raw newline in it. */
    { "UserName: one\ntwo", "one two" },
    { "UserName: one\n   two: three", "one" },
    { "UserName: one\n- two", "one - two" },
    { "UserName:\ntwo", "two" },
    { "UserName: one\nwith colon: here", "one with colon: here" },
    { "UserName: one\nTop: level", "one Top: level" },
    { "UserName: one\n:", "one :" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *text =
        g_strdup_printf ("---\nDriverInfo:\n Drivers:\n - CarIdx: 3\n   %s\n"
                         " - CarIdx: 4\n   UserName: next\n\n...\n",
            cases[i].line);
    const gboolean team = g_str_has_prefix (cases[i].line, "Team");
    IrsdkSession *s = parse (text);

    g_assert_cmpuint (s->n_drivers, ==, 2);
    g_assert_cmpstr (
        team ? s->drivers[0].team : s->drivers[0].name, ==, cases[i].value);
    g_assert_cmpstr (s->drivers[1].name, ==, "next");
    irsdk_session_free (s);
  }
}

static const char weekend[] =
    "---\nWeekendInfo:\n TrackName: spa up\n TrackID: 163\n"
    " TrackLength: 6.93 km\n TrackDisplayName: Circuit de Spa\n"
    " TrackConfigName: \n TrackCity: Francorchamps\n"
    " TrackNumTurns: 19\n TrackPitSpeedLimit: 72.00 kph\n"
    " TrackNorthOffset: 5.8076 rad\n EventType: Race\n TeamRacing: 1\n"
    " NumCarClasses: 2\n BuildVersion: 2025.12.16.02\n"
    " WeekendOptions:\n  Date: 2025-12-20\n  TrackName: not this\n"
    " TelemetryOptions:\n  TelemetryDiskFile: \"\"\n\n"
    "SessionInfo:\n CurrentSessionNum: 1\n Sessions:\n"
    " - SessionNum: 0\n   SessionLaps: unlimited\n"
    "   SessionTime: 1800.0000 sec\n   SessionType: Practice\n"
    "   SessionName: PRACTICE\n   ResultsPositions:\n"
    "   - Position: 1\n     CarIdx: 7\n   - Position: 2\n"
    "     CarIdx: 8\n   ResultsFastestLap:\n   - CarIdx: 255\n"
    " - SessionNum: 1\n   SessionLaps: 42\n   SessionTime: unlimited\n"
    "   SessionType: Race\n   ResultsPositions:\n"
    "   ResultsOfficial: 0\n\n"
    "DriverInfo:\n DriverCarIdx: 63\n PaceCarIdx: 0\n"
    " DriverCarFuelMaxLtr: 104.000\n DriverCarMaxFuelPct: 0.500\n"
    " DriverCarFuelKgPerLtr: 0.750\n DriverCarRedLine: 8500.000\n"
    " DriverCarSLShiftRPM: 8050.000\n DriverPitTrkPct: 0.028764\n"
    " DriverSetupName: a\nb.sto\n DriverTires:\n - TireIndex: 0\n"
    "   TireCompoundType: \"Hard\"\n Drivers:\n"
    " - CarIdx: 0\n   UserName: Pace Car\n   CarIsPaceCar: 1\n"
    " - CarIdx: 63\n   UserName: A\n   CarNumber: \"009\"\n"
    "   CarNumberRaw: 3009\n   CarClassColor: 0xffda59\n"
    "   CarClassID: 0\n   IsSpectator: 1\n   IRating: 1350\n\n"
    "SplitTimeInfo:\n Sectors:\n - SectorNum: 0\n"
    "   SectorStartPct: 0.000000\n - SectorNum: 1\n"
    "   SectorStartPct: 0.310613\n\n...\nDriverInfo:\n DriverCarIdx: 1\n";

static void
typed_view_of_a_weekend (void)
{
  IrsdkSession *s = parse (weekend);
  double v = 0;

  g_assert_cmpstr (s->track, ==, "spa up");
  g_assert_cmpstr (s->track_name, ==, "Circuit de Spa");
  g_assert_cmpstr (s->track_config, ==, "");
  g_assert_cmpfloat_with_epsilon (s->track_length_m, 6930, 1e-6);
  g_assert_cmpfloat_with_epsilon (s->pit_speed_limit_mps, 20, 1e-9);
  g_assert_cmpfloat_with_epsilon (s->track_north_offset_rad, 5.8076, 1e-9);
  g_assert_cmpint (s->num_turns, ==, 19);
  g_assert_true (s->team_racing);
  g_assert_cmpint (s->current_session, ==, 1);
  g_assert_cmpuint (s->n_sessions, ==, 2);
  g_assert_cmpint (s->sessions[0].laps, ==, -1);
  g_assert_cmpfloat (s->sessions[0].time_s, ==, 1800);
  g_assert_cmpint (s->sessions[1].laps, ==, 42);
  g_assert_true (isnan (s->sessions[1].time_s));
  g_assert_cmpstr (s->sessions[1].name, ==, "");
  g_assert_cmpint (s->driver_car_idx, ==, 63);
  g_assert_cmpint (s->pace_car_idx, ==, 0);
  g_assert_cmpfloat_with_epsilon (s->fuel_kg_per_l, 0.75, 1e-9);
  g_assert_cmpfloat (s->redline_rpm, ==, 8500);
  g_assert_true (isnan (s->idle_rpm));
  g_assert_cmpstr (s->setup_name, ==, "a b.sto");
  g_assert_cmpuint (s->n_drivers, ==, 2);
  g_assert_true (irsdk_session_find_driver (s, 0)->is_pace_car);
  g_assert_null (irsdk_session_find_driver (s, 1));
  g_assert_cmpstr (s->drivers[1].number, ==, "009");
  g_assert_cmpint (s->drivers[1].number_raw, ==, 3009);
  g_assert_cmphex (s->drivers[1].class_color, ==, 0xffda59);
  g_assert_cmpint (s->drivers[1].class_id, ==, 0);
  g_assert_cmpint (s->drivers[1].team_id, ==, -1);
  g_assert_true (s->drivers[1].is_spectator);
  g_assert_cmpuint (s->n_sectors, ==, 2);
  g_assert_cmpfloat_with_epsilon (s->sectors[1].start_pct, 0.310613, 1e-9);
  g_assert_cmpstr (
      irsdk_node_get_text (s->root, "WeekendInfo/WeekendOptions/Date"), ==,
      "2025-12-20");
  g_assert_cmpstr (irsdk_node_get_text (s->root,
                       "SessionInfo/Sessions//ResultsPositions//CarIdx"),
      ==, "7");
  g_assert_false (irsdk_node_get_number (s->root, "WeekendInfo/None", &v));
  g_assert_null (irsdk_node_get (NULL, "a"));
  irsdk_session_free (s);
}

static void
units_of_lengths_and_speeds (void)
{
  static const struct {
    const char *length, *limit;
    gdouble m, mps;
  } cases[] = {
    { "6.93 km", "72.00 kph", 6930, 20 },
    { "1.00 mi", "45.00 mph", 1609.344, 20.1168 },
    { "500 m", "20 m/s", 500, 20 },
    { "0.68 km", "-", 680, NAN },
    { "", "", NAN, NAN },
    { "nan", "inf", NAN, NAN },
    { "-1.5 km", "1e5 kph", -1500, 1 / 3.6 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *text = g_strdup_printf (
        "WeekendInfo:\n TrackLength: %s\n TrackPitSpeedLimit: %s\n",
        cases[i].length, cases[i].limit);
    IrsdkSession *s = parse (text);

    if (isnan (cases[i].m))
      g_assert_true (isnan (s->track_length_m));
    else
      g_assert_cmpfloat_with_epsilon (s->track_length_m, cases[i].m, 1e-6);
    if (isnan (cases[i].mps))
      g_assert_true (isnan (s->pit_speed_limit_mps));
    else
      g_assert_cmpfloat_with_epsilon (
          s->pit_speed_limit_mps, cases[i].mps, 1e-6);
    irsdk_session_free (s);
  }
}

static void
each_cut_of_a_string_is_a_session (void)
{
  for (gsize n = 0; n <= sizeof weekend - 1; n++) {
    g_autofree gchar *cut = g_memdup2 (weekend, n);
    IrsdkSession *s = irsdk_session_parse (cut, n);

    g_assert_nonnull (s);
    g_assert_cmpuint (s->n_drivers, <=, 2);
    irsdk_session_free (s);
  }
}

/* Limits of the view: what is beyond is left out. */
static void
lists_end_at_their_limits (void)
{
  for (guint extra = 0; extra < 2; extra++) {
    g_autoptr (GString) text = g_string_new ("DriverInfo:\n Drivers:\n");
    IrsdkSession *s;

    for (guint i = 0; i < IRSDK_MAX_DRIVERS + extra; i++)
      g_string_append_printf (text, " - CarIdx: %u\n", i);
    g_string_append (text, "SessionInfo:\n Sessions:\n");
    for (guint i = 0; i < IRSDK_MAX_SESSIONS + extra; i++)
      g_string_append_printf (text, " - SessionNum: %u\n", i);
    g_string_append (text, "SplitTimeInfo:\n Sectors:\n");
    for (guint i = 0; i < IRSDK_MAX_SECTORS + extra; i++)
      g_string_append (text, " - SectorNum: 1\n   SectorStartPct: 0.5\n");
    s = parse (text->str);
    g_assert_cmpuint (s->n_drivers, ==, IRSDK_MAX_DRIVERS);
    g_assert_cmpuint (s->n_sessions, ==, IRSDK_MAX_SESSIONS);
    g_assert_cmpuint (s->n_sectors, ==, IRSDK_MAX_SECTORS);
    irsdk_session_free (s);
  }
}

static void
deep_and_huge_text_is_bounded (void)
{
  g_autoptr (GString) deep = g_string_new ("");
  g_autofree gchar *huge = g_strnfill (IRSDK_MAX_SESSION_BYTES + 1, ':');
  IrsdkSession *s;

  for (guint i = 0; i < 2000; i++) {
    for (guint k = 0; k < i; k++)
      g_string_append_c (deep, ' ');
    g_string_append (deep, "a:\n");
  }
  irsdk_session_free (parse (deep->str));
  s = irsdk_session_parse (huge, IRSDK_MAX_SESSION_BYTES + 1);
  irsdk_session_free (s);
}

static void
text_ends_at_its_first_nul (void)
{
  static const char text[] = "WeekendInfo:\n TrackName: a\0\n TrackID: 5\n";
  IrsdkSession *s = irsdk_session_parse (text, sizeof text);

  g_assert_cmpstr (s->track, ==, "a");
  g_assert_cmpint (s->track_id, ==, -1);
  irsdk_session_free (s);
}

static void
real_bathurst_in_latin1 (void)
{
  gsize size;
  g_autofree gchar *text =
      pb_test_data ("yaml/bathurst_race_63drivers_2021.latin1.yaml", &size);
  IrsdkSession *s;
  guint letters = 0;

  if (text == NULL)
    return;
  s = irsdk_session_parse (text, size);
  g_assert_cmpstr (s->track, ==, "bathurst");
  g_assert_cmpuint (s->n_drivers, ==, 63);
  g_assert_cmpint (s->driver_car_idx, ==, 44);
  g_assert_cmpstr (irsdk_session_find_driver (s, 23)->number, ==, "017");
  g_assert_cmpuint (s->n_sectors, ==, 6);
  for (gsize i = 0; i < s->n_drivers; i++) {
    g_assert_cmpint (s->drivers[i].car_idx, ==, (gint) i);
    g_assert_cmpstr (s->drivers[i].name, !=, "");
    for (const gchar *p = s->drivers[i].name; *p != '\0';
         p = g_utf8_next_char (p))
      letters += g_utf8_get_char (p) > 0x7f;
  }
  g_assert_cmpuint (letters, ==, 9);
  irsdk_session_free (s);
}

static void
real_spa_with_a_byte_order_mark (void)
{
  gsize size;
  g_autofree gchar *text =
      pb_test_data ("yaml/spa_race_12drivers_2023_utf8bom.yaml", &size);
  IrsdkSession *s;

  if (text == NULL)
    return;
  s = irsdk_session_parse (text, size);
  g_assert_cmpstr (s->track, ==, "spa up");
  g_assert_cmpuint (s->n_drivers, ==, 12);
  g_assert_cmpuint (s->n_sessions, ==, 4);
  g_assert_cmpstr (s->sessions[3].type, ==, "Race");
  g_assert_true (s->drivers[0].is_pace_car);
  g_assert_cmpfloat_with_epsilon (s->fuel_max_pct, 0.5, 1e-9);
  irsdk_session_free (s);
}

static void
real_team_name_with_a_hash (void)
{
  gsize size;
  g_autofree gchar *text =
      pb_test_data ("yaml/twinring_team-session_2015.yaml", &size);
  IrsdkSession *s;

  if (text == NULL)
    return;
  s = irsdk_session_parse (text, size);
  g_assert_cmpuint (s->n_drivers, ==, 1);
  g_assert_true (g_str_has_suffix (s->drivers[0].team, " #37"));
  g_assert_cmpint (s->pace_car_idx, ==, -1);
  irsdk_session_free (s);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/irsdk/text/utf8", conversion_to_utf8);
  g_test_add_func ("/irsdk/text/any", any_bytes_become_valid_utf8);
  g_test_add_func ("/irsdk/text/encoding", encoding_is_found);
  g_test_add_func ("/irsdk/session/values", values_are_taken_literally);
  g_test_add_func ("/irsdk/session/view", typed_view_of_a_weekend);
  g_test_add_func ("/irsdk/session/units", units_of_lengths_and_speeds);
  g_test_add_func ("/irsdk/session/cut", each_cut_of_a_string_is_a_session);
  g_test_add_func ("/irsdk/session/limits", lists_end_at_their_limits);
  g_test_add_func ("/irsdk/session/deep", deep_and_huge_text_is_bounded);
  g_test_add_func ("/irsdk/session/nul", text_ends_at_its_first_nul);
  g_test_add_func ("/irsdk/session/bathurst", real_bathurst_in_latin1);
  g_test_add_func ("/irsdk/session/spa", real_spa_with_a_byte_order_mark);
  g_test_add_func ("/irsdk/session/twinring", real_team_name_with_a_hash);
  return g_test_run ();
}
