/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Text out of rows: expressions, templates, field lists, units, and who
 * drives. */
#include <gstpitbox/gstpitbox.h>
#include <math.h>
#include <string.h>

static const GstPitboxVar vars[] = {
  { "Speed", "m/s", "", GST_PITBOX_VAR_FLOAT, 1, FALSE, 0 },
  { "Gear", "", "", GST_PITBOX_VAR_INT, 1, FALSE, 4 },
  { "WaterTemp", "C", "", GST_PITBOX_VAR_FLOAT, 1, FALSE, 8 },
  { "LapTime", "s", "", GST_PITBOX_VAR_DOUBLE, 1, FALSE, 12 },
  { "CarIdxLap", "", "", GST_PITBOX_VAR_INT, 4, FALSE, 20 },
  { "Rate_ST", "rad/s", "", GST_PITBOX_VAR_FLOAT, 3, TRUE, 36 },
  { "Name", "", "", GST_PITBOX_VAR_CHAR, 8, FALSE, 48 },
  { "Clutch", "%", "", GST_PITBOX_VAR_FLOAT, 1, FALSE, 56 },
  { "None", "s", "", GST_PITBOX_VAR_FLOAT, 1, FALSE, 60 },
  { "FuelLevel", "l or kWh", "", GST_PITBOX_VAR_FLOAT, 1, FALSE, 64 },
  { "Flags", "irsdk_Flags", "", GST_PITBOX_VAR_BITFIELD, 1, FALSE, 68 },
};
#define ROW_BYTES 72

static const gchar session[] =
    "---\nWeekendInfo:\n TrackName: test\n TrackDisplayName: A & B Ring\n"
    " EventType: Race\n\nDriverInfo:\n DriverCarIdx: 3\n PaceCarIdx: 0\n"
    " DriverCarSLFirstRPM: 6000.000\n DriverCarSLBlinkRPM: 7500.000\n"
    " Drivers:\n - CarIdx: 0\n   UserName: Pace Car\n"
    " - CarIdx: 3\n   UserName: J\xfcrg <b>\n   CarNumber: \"09\"\n"
    "   CarScreenName: Test GT\n   CarClassShortName: GT3\n"
    "   CarClassColor: 0xffda59\n";

static guint8 row[ROW_BYTES];
static GstPitboxSchema *schema;

static void
set (guint var, guint index, gdouble value)
{
  gst_pitbox_row_set_double (row, &vars[var], index, value);
}

static void
make_row (void)
{
  g_autoptr (GError) error = NULL;

  schema = gst_pitbox_schema_new (
      "iracing", 60, ROW_BYTES, vars, G_N_ELEMENTS (vars), &error);
  g_assert_no_error (error);
  set (0, 0, 61.5);
  set (1, 0, 4);
  set (2, 0, 90.5);
  set (3, 0, 83.4567);
  for (guint i = 0; i < 4; i++)
    set (4, i, 10 * i - 1.0);
  for (guint i = 0; i < 3; i++)
    set (5, i, i + 0.5);
  memcpy (row + 48, "Ren\xe9\0x", 6);
  set (7, 0, 0.25);
  set (8, 0, NAN);
  set (9, 0, 45.2);
  set (10, 0, 0x10004);
}

static gchar *
write (const gchar *text, GstPitboxUnits units, gboolean markup)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstPitboxTemplate) template =
      gst_pitbox_template_new (text, &error);
  g_autoptr (GBytes) bytes = g_bytes_new_static (session, sizeof session - 1);
  g_autoptr (GstPitboxDriverInfo) info = gst_pitbox_driver_info_new (bytes);
  const GstPitboxTemplateInput input = { row, info, "--", markup, 6030,
    2500 * GST_MSECOND, 1700000000123456 };
  GString *out = g_string_new (NULL);

  g_assert_no_error (error);
  gst_pitbox_template_bind (template, schema, units);
  gst_pitbox_template_write (template, &input, out);
  return g_string_free (out, FALSE);
}

static void
test_templates (void)
{
  static const struct {
    const gchar *text, *want;
    GstPitboxUnits units;
    gboolean markup;
  } cases[] = {
    { "plain", "plain" },
    { "", "" },
    { "{{{Gear}}}", "{4}" },
    { "{Speed}", "61.5" },
    { "{Speed*3.6:.0f} km/h  {Gear}", "221 km/h  4" },
    { "{Speed@km/h:.1f}", "221.4" },
    { "{Speed@:.0f} {Speed@:unit}", "62 m/s" },
    { "{Speed@:.0f} {Speed@:unit}", "221 km/h", GST_PITBOX_UNITS_METRIC },
    { "{Speed@:.0f} {Speed@:unit}", "138 mph", GST_PITBOX_UNITS_IMPERIAL },
    { "{WaterTemp@:.1f}{WaterTemp@:unit}", "194.9\302\260F",
        GST_PITBOX_UNITS_IMPERIAL },
    { "{WaterTemp@:.2f}", "363.65", GST_PITBOX_UNITS_SI },
    { "{FuelLevel@:.2f} {FuelLevel@:unit}", "11.94 gal",
        GST_PITBOX_UNITS_IMPERIAL },
    { "{Speed@C:.0f}", "--" },
    { "{LapTime:time}", "1:23.457" },
    { "{LapTime:.1time}", "1:23.5" },
    { "{LapTime-83.4567+59.9996:time}", "1:00.000" },
    { "{LapTime-83.4567:time}", "--" },
    { "{LapTime*100:clock}", "2:19:05" },
    { "{Gear:gear}{Gear-4:gear}{Gear-5:gear}", "4NR" },
    { "{Gear:03d}|{Gear:5.1f}|{Gear:+.0f}|{-Gear:+04d}", "004|  4.0|+4|-004" },
    { "{-0.001:.2f}", "0.00" },
    { "{CarIdxLap[2]} {CarIdxLap} {CarIdxLap[9]}", "19 -1 --" },
    { "{Rate_ST}", "2.5" },
    { "{Rate_ST[0]@deg/s:.1f}", "28.6" },
    { "{1-Clutch:.2f} {(1 - Clutch) * 100:d}%", "0.75 75%" },
    { "{Flags:x}", "10004" },
    { "{Name}", "Ren\303\251" },
    { "{Nothing} {None} {1/0} {None|7} {Nothing | Gear}", "-- -- -- 7 4" },
    { "{driver} #{number} {class} {car:upper}",
        "J\303\274rg <b> #09 GT3 TEST GT" },
    { "<i>{driver}</i> {track}", "<i>J\303\274rg &lt;b&gt;</i> A &amp; B Ring",
        GST_PITBOX_UNITS_NAMED, TRUE },
    { "{team}|{session}", "--|Race" },
    { "{tick} {time:.1f} {utc}", "6030 2.5 2023-11-14 22:13:20" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *got =
        write (cases[i].text, cases[i].units, cases[i].markup);

    g_assert_cmpstr (got, ==, cases[i].want);
  }
}

static void
test_wrong_templates (void)
{
  static const struct {
    const gchar *text, *want;
  } cases[] = {
    { "a } b", "character 3: } without {; a brace is written }}" },
    { "ab {Speed", "character 4: { without }" },
    { "{}", "field at character 1: character 1: want a name, a number or (" },
    { "{Speed +}",
        "field at character 1: character 8: want a name, a number or (" },
    { "x{(Speed}", "field at character 2: character 7: want )" },
    { "{Speed Gear}",
        "field at character 1: character 7: want +, -, *, / or |" },
    { "{Speed[x]}",
        "field at character 1: character 7: want a number and ] after [" },
    { "{1.2.3}", "field at character 1: character 1: not a number" },
    { "{Speed@furlong}", "field at character 1: unknown unit \"furlong\"" },
    { "{Speed:99999f}", "field at character 1: unknown format \"99999f\"" },
    { "{Speed:.f}", "field at character 1: unknown format \".f\"" },
    { "{Speed:%n}", "field at character 1: unknown format \"%n\"" },
    { "\xff", "not UTF-8" },
  };
  g_autofree gchar *deep = g_strnfill (40, '(');
  g_autofree gchar *nested = g_strconcat ("{", deep, "1}", NULL);
  g_autofree gchar *minus = g_strnfill (200, '-');
  g_autofree gchar *signs = g_strconcat ("{", minus, "1}", NULL);
  g_autofree gchar *large = g_strnfill (GST_PITBOX_MAX_TEMPLATE_BYTES + 1, 'x');
  GString *many = g_string_new (NULL), *long_sum = g_string_new ("{1");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (gst_pitbox_template_new (cases[i].text, &error));
    g_assert_nonnull (error);
    g_assert_cmpstr (error->message, ==, cases[i].want);
  }
  for (guint i = 0; i <= GST_PITBOX_MAX_TEMPLATE_FIELDS; i++)
    g_string_append (many, "{1}");
  for (guint i = 0; i < GST_PITBOX_MAX_EXPRESSION_PARTS; i++)
    g_string_append (long_sum, "+1");
  g_string_append_c (long_sum, '}');
  {
    const gchar *const hostile[] = { nested, signs, large, many->str,
      long_sum->str };

    for (guint i = 0; i < G_N_ELEMENTS (hostile); i++)
      g_assert_null (gst_pitbox_template_new (hostile[i], NULL));
  }
  g_string_free (many, TRUE);
  g_string_free (long_sum, TRUE);
}

static void
test_names_match (void)
{
  static const struct {
    const gchar *pattern, *name;
    gboolean want;
  } cases[] = {
    { "Speed", "Speed", TRUE },
    { "Speed", "Speeds", FALSE },
    { "*", "x", TRUE },
    { "*", "", TRUE },
    { "CarIdx*", "CarIdxLap", TRUE },
    { "CarIdx*", "CarId", FALSE },
    { "*Temp*", "LFtempCL", FALSE },
    { "*emp*", "LFtempCL", TRUE },
    { "?Ftemp?M", "RFtempCL", FALSE },
    { "?Ftemp??", "RFtempCL", TRUE },
    { "a*b*c", "a1b2b3c", TRUE },
    { "a*b*c", "a1b2b3", FALSE },
    { "", "", TRUE },
    { "", "x", FALSE },
    { "*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (gst_pitbox_name_match (cases[i].pattern, cases[i].name),
        ==, cases[i].want);
}

/* "name:unit" of each field. */
static gchar *
list (const gchar *fields, GstPitboxUnits units)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) found =
      gst_pitbox_field_list_new (fields, schema, units, &error);
  GString *out = g_string_new (NULL);

  if (found == NULL)
    return g_string_free (g_string_append (out, error->message), FALSE);
  for (guint i = 0; i < found->len; i++) {
    const GstPitboxField *f = &g_array_index (found, GstPitboxField, i);

    g_string_append_printf (out, "%s%s:%s", i > 0 ? " " : "", f->name,
        f->var != NULL ? f->conversion.unit : "?");
  }
  return g_string_free (out, FALSE);
}

static void
test_field_lists (void)
{
  static const struct {
    const gchar *fields, *want;
    GstPitboxUnits units;
  } cases[] = {
    { "", "" },
    { " Gear , ,Speed ", "Gear: Speed:m/s" },
    { "Speed@km/h,Nope", "Speed:km/h Nope:?" },
    { "*",
        "Speed:km/h Gear: WaterTemp:C LapTime:s CarIdxLap: Rate_ST:deg/s "
        "Name: Clutch:percent None:s FuelLevel:l or kWh Flags:irsdk_Flags",
        GST_PITBOX_UNITS_METRIC },
    { "CarIdxLap[3],CarIdxLap[1-2]", "CarIdxLap[3]: CarIdxLap[1-2]:" },
    { "*[2]", "CarIdxLap[2]: Rate_ST[2]:rad/s Name[2]:" },
    { "?ater*@F", "WaterTemp:F" },
    { "S*,*ear@km/h,G*,*ee*,Speed@km/h", "Gear: Speed:km/h" },
    { "*p,W*", "WaterTemp:C CarIdxLap:" },
    { "Speed@km/h, Speed", "field \"Speed\" is there twice" },
    { "CarIdxLap[1],CarIdxLap[1-2],CarIdxLap[1]@s",
        "field \"CarIdxLap[1]\" is there twice" },
    { "Speed[", "field \"Speed[\": want [element] or [first-last]" },
    { "Speed[3-1]", "field \"Speed[3-1]\": want [element] or [first-last]" },
    { "Speed[0]x", "field \"Speed[0]x\": want [element] or [first-last]" },
    { "Speed[99999999999]",
        "field \"Speed[99999999999]\": want [element] or [first-last]" },
    { "Speed@", "field \"Speed\": unknown unit \"\"" },
    { "Speed@ly", "field \"Speed\": unknown unit \"ly\"" },
    { "[1]", "a field without a name" },
    { "@m/s", "a field without a name" },
  };
  g_autofree gchar *name = g_strnfill (GST_PITBOX_MAX_FIELD_BYTES + 1, 'x');
  g_autofree gchar *commas = g_strnfill (GST_PITBOX_MAX_FIELDS, ',');
  g_autofree gchar *many = g_strconcat (commas, "x", NULL);
  g_autofree gchar *large =
      g_strnfill (GST_PITBOX_MAX_FIELD_LIST_BYTES + 1, ',');
  GString *stars = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *got = list (cases[i].fields, cases[i].units);

    g_assert_cmpstr (got, ==, cases[i].want);
  }
  for (guint i = 0; i < 500; i++)
    g_string_append_printf (stars, "*[0-%u],", i);
  {
    const gchar *const hostile[] = { name, many, large, stars->str, "\xff" };

    for (guint i = 0; i < G_N_ELEMENTS (hostile); i++)
      g_assert_null (gst_pitbox_field_list_new (
          hostile[i], schema, GST_PITBOX_UNITS_NAMED, NULL));
  }
  g_string_free (stars, TRUE);
}

static void
test_units (void)
{
  static const struct {
    const gchar *from, *to;
    gdouble value, want;
  } cases[] = {
    { "m/s", "km/h", 10, 36 },
    { "m/s", "mph", 44.704, 100 },
    { "C", "F", -40, -40 },
    { "C", "F", 100, 212 },
    { "F", "K", 32, 273.15 },
    { "l", "gal", 3.785411784, 1 },
    { "kPa", "psi", 6894.757293168361, 1000 },
    { "bar", "kPa", 1.5, 150 },
    { "rad", "deg", G_PI, 180 },
    { "revs/min", "rad/s", 60, 2 * G_PI },
    { "m/s^2", "g", 9.80665, 1 },
    { "kg/h", "lb/h", 0.45359237, 1 },
    { "%", "percent", 0.5, 50 },
    { "m/s at 360 Hz", "km/h", 1, 3.6 },
    { "km", "mi", 1.609344, 1 },
  };
  GstPitboxConversion c;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_assert_true (gst_pitbox_convert_unit (cases[i].from, cases[i].to, &c));
    g_assert_cmpfloat_with_epsilon (
        cases[i].value * c.scale + c.offset, cases[i].want, 1e-9 * 1e3);
  }
  g_assert_false (gst_pitbox_convert_unit ("m/s", "C", &c));
  g_assert_false (gst_pitbox_convert_unit ("irsdk_Flags", "C", &c));
  g_assert_false (gst_pitbox_convert_units ("s", GST_PITBOX_UNITS_SI, &c));
  g_assert_cmpfloat (c.scale, ==, 1);
}

static void
test_driver_info (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (session, sizeof session - 1);
  g_autoptr (GBytes) nothing = g_bytes_new_static ("\0\xff:", 3);
  g_autoptr (GstPitboxDriverInfo) info = gst_pitbox_driver_info_new (bytes);
  g_autoptr (GstPitboxDriverInfo) none = gst_pitbox_driver_info_new (nothing);
  g_autofree gchar *name = g_strnfill (5000, 'x');
  g_autofree gchar *text =
      g_strconcat ("DriverInfo:\n DriverCarIdx: 1\n Drivers:\n - CarIdx: 1\n"
                   "   UserName: ",
          name, "\n", NULL);
  g_autoptr (GBytes) long_bytes = g_bytes_new_static (text, strlen (text));
  g_autoptr (GstPitboxDriverInfo) bounded =
      gst_pitbox_driver_info_new (long_bytes);

  g_assert_cmpstr (info->driver, ==, "J\303\274rg <b>");
  g_assert_cmpstr (info->number, ==, "09");
  g_assert_cmpint (info->class_color, ==, 0xffda59);
  g_assert_cmpint (info->car_idx, ==, 3);
  g_assert_cmpfloat (info->first_rpm, ==, 6000);
  g_assert_cmpfloat (info->blink_rpm, ==, 7500);
  g_assert_true (isnan (info->last_rpm));
  g_assert_cmpstr (none->driver, ==, "");
  g_assert_cmpint (none->class_color, ==, -1);
  g_assert_cmpuint (strlen (bounded->driver), <=, GST_PITBOX_DRIVER_INFO_BYTES);
  g_assert_null (gst_pitbox_driver_info_get (info, "Driver"));
}

int
main (int argc, char **argv)
{
  gint result;

  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  make_row ();
  g_test_add_func ("/template/text", test_templates);
  g_test_add_func ("/template/wrong", test_wrong_templates);
  g_test_add_func ("/template/names", test_names_match);
  g_test_add_func ("/template/fields", test_field_lists);
  g_test_add_func ("/template/units", test_units);
  g_test_add_func ("/template/driver", test_driver_info);
  result = g_test_run ();
  gst_pitbox_schema_unref (schema);
  return result;
}
