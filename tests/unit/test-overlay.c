/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The head-up display without its element: layouts and their errors, the map
 * that is learnt. */
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "overlaylayout.h"
#include "overlaymap.h"

static OverlayLayout *
parse (const gchar *text, GError **error)
{
  return overlay_layout_new (text, strlen (text), "hud", error);
}

#define BOX "width = 10\nheight = 10\n"

static void
test_layout (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OverlayLayout) layout = parse (
      "\357\273\277# comment\n[hud]\nunits = imperial\ntitle=  T  "
      "\n\n[colors]\n"
      "red = #f00\nglass = #10203040\nalso = red\n"
      "[a]\ntype=panel\nanchor = bottom-right\nwidth = 50%\nheight = 20\n"
      "background = glass\n[b]\r\n type = text \r\nparent = a\n"
      "text = {Speed:.0f} = x\ncolor = also\n" BOX,
      &error);
  const OverlayItem *a, *b;

  g_assert_no_error (error);
  g_assert_cmpint (layout->units, ==, GST_PITBOX_UNITS_IMPERIAL);
  g_assert_cmpstr (layout->title, ==, "T");
  g_assert_cmpuint (layout->items->len, ==, 2);
  a = g_ptr_array_index (layout->items, 0);
  b = g_ptr_array_index (layout->items, 1);
  g_assert_cmpint (a->across, ==, OVERLAY_END);
  g_assert_cmpint (a->down, ==, OVERLAY_END);
  g_assert_true (a->percent_width);
  g_assert_cmphex (a->background, ==, 0x40102030);
  g_assert_cmpint (b->parent, ==, 0);
  g_assert_cmphex (b->color, ==, 0xffff0000);
  g_assert_cmpstr (b->text, ==, "{Speed:.0f} = x");
}

static void
test_wrong_layouts (void)
{
  static const struct {
    const gchar *text, *want;
  } cases[] = {
    { "x = 1", "hud:1: a key before the first [name]" },
    { "[a]\nhello", "hud:2: [a] want [name], key = value or # comment" },
    { "[a", "hud:1: [ without ]" },
    { "\n\n[a b]", "hud:3: a name has 1 to 32 letters, digits, - and _" },
    { "[]", "hud:1: a name has 1 to 32 letters, digits, - and _" },
    { "[a]\n= 1", "hud:2: [a] a key has 1 to 32 letters, digits, - and _" },
    { "[a]\ntype = panel\nwidht = 3", "hud:3: [a] widht: unknown key" },
    { "[a]\ntype = box",
        "hud:2: [a] type: \"box\" is none of panel, text, bar, revs, lights, "
        "wheel, gforce, delta, trace, map, flag" },
    { "[a]\nanchor = middle",
        "hud:2: [a] anchor: \"middle\" is none of top-left, top, top-right, "
        "left, center, right, bottom-left, bottom, bottom-right" },
    { "[a]\nx = wide", "hud:2: [a] x: want a number" },
    { "[a]\nx = 9000", "hud:2: [a] x: want -8192 to 8192" },
    { "[a]\nx = nan", "hud:2: [a] x: want a number" },
    { "[a]\nwidth = -1", "hud:2: [a] width: want 0 to 8192, or 0% to 100%" },
    { "[a]\nwidth = 101%", "hud:2: [a] width: want 0 to 8192, or 0% to 100%" },
    { "[a]\nsegments = 1000", "hud:2: [a] segments: want 1 to 100" },
    { "[a]\nbold = maybe", "hud:2: [a] bold: want true or false" },
    { "[a]\ncolor = #12345",
        "hud:2: [a] color: want #rgb, #rrggbb, #rrggbbaa, a name of [colors], "
        "class, on-class or none" },
    { "[colors]\nred = blue",
        "hud:2: [colors] red: want #rgb, #rrggbb, #rrggbbaa or a colour "
        "above" },
    { "[hud]\nunits = cubits",
        "hud:2: [hud] units: \"cubits\" is none of named, si, metric, "
        "imperial" },
    { "[hud]\nfont-stretch = 9", "hud:2: [hud] font-stretch: want 0.5 to 2" },
    { "[hud]\nname = x",
        "hud:2: [hud] name: want title, font, font-stretch or units" },
    { "[a]\nparent = a", "hud:2: [a] parent: no widget [a] above this one" },
    { "[a]\ntext = {Speed", "hud:2: [a] text: character 1: { without }" },
    { "[a]\nvalue = 1 +",
        "hud:2: [a] value: character 4: want a name, a number or (" },
    { "[a]\nchannels = throttle, horn",
        "hud:2: [a] channels: \"throttle, horn\" is none of throttle, brake, "
        "clutch, steer" },
    { "[a]\n" BOX, "hud:1: [a] no type" },
    { "[a]\ntype = panel", "hud:1: [a] no width or height" },
    { "[a]\ntype = text\n" BOX, "hud:1: [a] no text" },
    { "[a]\ntype = bar\nvalue = x\nmax = 0\n" BOX,
        "hud:1: [a] a bar needs a value, and max above min" },
    { "[a]\ntype = trace\nseconds = 99\n" BOX,
        "hud:1: [a] seconds must be 0.5 to 30" },
    { "[a]\ntype = panel\n" BOX "[a]\n",
        "hud:5: [a] this widget is there already" },
    { "[a]\nfont = \xff",
        "hud: a layout is UTF-8 text of at most 65536 bytes" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (parse (cases[i].text, &error));
    g_assert_nonnull (error);
    g_assert_cmpstr (error->message, ==, cases[i].want);
  }
}

/* Each limit: the last that passes, and one more. */
static void
test_limits (void)
{
  for (guint more = 0; more < 2; more++) {
    GString *text[4];

    for (guint i = 0; i < 4; i++)
      text[i] = g_string_new (NULL);
    for (guint i = 0; i < OVERLAY_MAX_WIDGETS + more; i++)
      g_string_append_printf (text[0], "[w%u]\ntype = panel\n" BOX, i);
    for (guint i = 0; i < OVERLAY_MAX_PLOTS + more; i++)
      g_string_append_printf (text[1], "[w%u]\ntype = map\n" BOX, i);
    g_string_append (text[2], "[colors]\n");
    for (guint i = 0; i < OVERLAY_MAX_COLORS + more; i++)
      g_string_append_printf (text[2], "c%u = #fff\n", i);
    g_string_append_c (text[3], '#');
    for (guint i = 1; i < OVERLAY_MAX_LINE_BYTES + more; i++)
      g_string_append_c (text[3], 'x');
    for (guint i = 0; i < 4; i++) {
      g_autoptr (GError) error = NULL;
      g_autoptr (OverlayLayout) layout = parse (text[i]->str, &error);

      g_assert_cmpint (layout != NULL, ==, more == 0);
      g_string_free (text[i], TRUE);
    }
  }
}

static void
test_themes (void)
{
  static const gchar *const themes[] = { "broadcast", "corner", "engineer",
    "nameplate" };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (themes); i++) {
    g_autoptr (OverlayLayout) layout = overlay_layout_load (themes[i], &error);

    g_assert_no_error (error);
    g_assert_cmpuint (layout->items->len, >=, 8);
    g_assert_cmpstr (layout->title, !=, "");
  }
  g_assert_null (overlay_layout_load ("no-such-theme", &error));
  g_assert_true (g_str_has_prefix (
      error->message, "Cannot open the theme \"no-such-theme\": no file "));
  for (guint i = 0; i < G_N_ELEMENTS (themes); i++)
    g_assert_nonnull (strstr (error->message, themes[i]));
  g_clear_error (&error);
  g_assert_null (overlay_layout_load ("/nowhere/x.hud", &error));
  g_clear_error (&error);
  /* A folder opens and gives nothing: not a display without widgets. */
  g_assert_null (overlay_layout_load (g_get_tmp_dir (), &error));
  g_assert_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID);
  g_clear_error (&error);
}

/* A figure of eight, 3 km, as a car without Lat and Lon drives it. */
static void
eight (gdouble t, gdouble *x, gdouble *y)
{
  *x = 420 * sin (2 * G_PI * t);
  *y = 300 * sin (4 * G_PI * t);
}

/* Drives @laps from @start; @drift turns the yaw a little all the time. */
static void
drive (OverlayMap *map, gdouble start, gdouble laps, guint rows, gdouble drift)
{
  gdouble lap_s = 60, dt = lap_s / rows;

  for (guint n = 0; n < rows * laps; n++) {
    gdouble t = start + (gdouble) n / rows, x0, y0, x1, y1;
    OverlayMapStep step = { .placed = TRUE, .lat = NAN, .lon = NAN, .dt = dt };

    eight (t - 1.0 / rows, &x0, &y0);
    eight (t, &x1, &y1);
    step.pct = t - floor (t);
    step.forward = hypot (x1 - x0, y1 - y0) / dt;
    step.yaw = atan2 (y1 - y0, x1 - x0) + drift * (t - floor (t));
    overlay_map_step (map, &step);
  }
}

/* The worst distance from the figure, moved to its own start, in metres. */
static gdouble
error_of (OverlayMap *map)
{
  gdouble ox, oy, mx, my, worst = 0;

  eight (0.25, &ox, &oy);
  g_assert_true (overlay_map_get (map, 0.25, &mx, &my));
  for (guint i = 0; i < 200; i++) {
    gdouble x, y, wx, wy;

    g_assert_true (overlay_map_get (map, i / 200.0, &x, &y));
    eight (i / 200.0, &wx, &wy);
    worst = MAX (worst, hypot (x - mx - (wx - ox), y - my - (wy - oy)));
  }
  return worst;
}

static void
test_map_from_velocity (void)
{
  g_autoptr (OverlayMap) map = overlay_map_new ();
  gdouble x, y, bounds[4];

  g_assert_false (overlay_map_get (map, 0.5, &x, &y));
  g_assert_false (overlay_map_get_bounds (map, bounds));
  drive (map, 0.4, 0.5, 3600, 0);
  g_assert_false (overlay_map_is_complete (map));
  g_assert_true (overlay_map_get (map, 0.6, &x, &y));
  drive (map, 0.9, 1.2, 3600, 0);
  g_assert_true (overlay_map_is_complete (map));
  g_assert_cmpfloat (error_of (map), <, 8);
  g_assert_true (overlay_map_get_bounds (map, bounds));
  g_assert_cmpfloat_with_epsilon (bounds[1] - bounds[0], 840, 10);
  overlay_map_reset (map);
  /* Ten rows a second leave bins between them; the lap closes all the same. */
  drive (map, 0.9, 1.2, 600, 0.05);
  g_assert_true (overlay_map_is_complete (map));
  g_assert_cmpfloat (error_of (map), <, 60);
}

static void
test_map_from_places (void)
{
  g_autoptr (OverlayMap) map = overlay_map_new ();

  for (guint n = 0; n < 1000; n++) {
    gdouble t = n / 1000.0, x, y;
    OverlayMapStep step = { .placed = n != 500, .pct = t, .dt = 0.06 };

    eight (t, &x, &y);
    step.lat = 50 + y / 111195;
    step.lon = 7 + x / 111195 / cos (50 * G_PI / 180);
    overlay_map_step (map, &step);
  }
  g_assert_true (overlay_map_is_complete (map));
  g_assert_cmpfloat (error_of (map), <, 12);
}

static void
test_map_of_nonsense (void)
{
  g_autoptr (OverlayMap) map = overlay_map_new ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  const gdouble odd[] = { NAN, INFINITY, -INFINITY, 0, 1, -1, 1e300, 0.5 };
  gdouble x, y;

  for (guint n = 0; n < 20000; n++) {
    OverlayMapStep step = { .placed = n % 7 != 0 };
    gdouble *const values[] = { &step.pct, &step.lat, &step.lon, &step.forward,
      &step.left, &step.yaw, &step.dt };

    for (guint i = 0; i < G_N_ELEMENTS (values); i++)
      *values[i] = odd[g_rand_int_range (rand, 0, G_N_ELEMENTS (odd))];
    overlay_map_step (map, &step);
    overlay_map_get (map, g_rand_double (rand), &x, &y);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/overlay/layout", test_layout);
  g_test_add_func ("/overlay/wrong", test_wrong_layouts);
  g_test_add_func ("/overlay/limits", test_limits);
  g_test_add_func ("/overlay/themes", test_themes);
  g_test_add_func ("/overlay/map/velocity", test_map_from_velocity);
  g_test_add_func ("/overlay/map/places", test_map_from_places);
  g_test_add_func ("/overlay/map/nonsense", test_map_of_nonsense);
  return g_test_run ();
}
