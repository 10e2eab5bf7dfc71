/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Pictures of the scene to look at, and what must hold of each of them.
 *
 * scene-shots [FOLDER [TRACK [LAP-FRACTION…]]]: PNG files of places on the
 * tracks, in both views, into FOLDER, else $PITBOX_ARTIFACTS, else the folder
 * artifacts of the build.
 */
#include <cairo.h>
#include <gst/gst.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/pb-test-scene.h"

#define WIDTH 1280
#define HEIGHT 720
/* Before the first picture: cars have spread, a lap has been seen. */
#define SETTLE_ROWS 60
#define MAX_ROWS 40000
/* Fewer colours than that are no picture of a race. */
#define MIN_COLORS 800

static guint n_failed;

static guint
count_colors (const guint32 *px, gsize n)
{
  g_autofree guint8 *seen = g_malloc0 (1 << 15);
  guint count = 0;

  for (gsize i = 0; i < n; i++) {
    guint32 c = px[i];
    guint k = (c >> 19 & 31) << 10 | (c >> 11 & 31) << 5 | (c >> 3 & 31);

    count += !seen[k];
    seen[k] = 1;
  }
  return count;
}

static void
check (gboolean ok, const gchar *file, const gchar *what)
{
  if (ok)
    return;
  g_printerr ("FAIL %s: %s\n", file, what);
  n_failed++;
}

static void
shoot (PbTestScene *ts, const gchar *folder, const gchar *name)
{
  g_autoptr (GstBuffer) picture =
      pb_test_scene_draw (ts, GST_VIDEO_FORMAT_BGRx, WIDTH, HEIGHT);
  g_autofree gchar *file = g_strdup_printf ("%s/scene-%s.png", folder, name);
  cairo_surface_t *surface;
  GstMapInfo map;

  gst_buffer_map (picture, &map, GST_MAP_READWRITE);
  check (count_colors ((const guint32 *) map.data, WIDTH * HEIGHT)
             >= (strstr (name, "top") ? MIN_COLORS / 8 : MIN_COLORS / 2),
      file, "too few colours");
  surface = cairo_image_surface_create_for_data (
      map.data, CAIRO_FORMAT_RGB24, WIDTH, HEIGHT, WIDTH * 4);
  check (cairo_surface_write_to_png (surface, file) == CAIRO_STATUS_SUCCESS,
      file, "cannot write it");
  cairo_surface_destroy (surface);
  gst_buffer_unmap (picture, &map);
  g_print ("%s\n", file);
}

static void
tour (const gchar *folder, const gchar *track, RaceSimWeather weather,
    const gdouble *places, guint n_places)
{
  RaceSimConfig config;
  PbTestScene ts;
  guint left = n_places;
  g_autofree gboolean *done = g_new0 (gboolean, n_places);
  gdouble last = -1;

  race_sim_config_init (&config);
  config.track = track;
  config.n_cars = 20;
  config.event = RACE_SIM_EVENT_RACE;
  config.start = RACE_SIM_START_GRID;
  config.n_classes = 3;
  config.invented_names = TRUE;
  config.weather = weather;
  config.seed = 3;
  pb_test_scene_start (&ts, &config, WIDTH, HEIGHT);
  for (guint n = 0; left > 0 && n < MAX_ROWS; n++) {
    gdouble pct;

    pb_test_scene_next (&ts);
    pct = pb_test_scene_get (&ts, "LapDistPct");
    for (guint i = 0; n >= SETTLE_ROWS && i < n_places; i++)
      if (!done[i]
          && (n == SETTLE_ROWS
                  ? places[i] == 0
                  : last < places[i] && pct >= places[i] && pct - last < 0.1)) {
        g_autofree gchar *name = g_strdup_printf ("%s%s-%03d", track,
            weather == RACE_SIM_WEATHER_WET ? "-wet" : "",
            (gint) lrint (places[i] * 1000));
        g_autofree gchar *top = g_strdup_printf ("%s-top", track);

        done[i] = TRUE;
        left--;
        shoot (&ts, folder, name);
        if (left == 0 && weather == RACE_SIM_WEATHER_DRY) {
          scene_set_view (ts.scene, SCENE_VIEW_TOP);
          shoot (&ts, folder, top);
        }
      }
    last = pct;
  }
  check (left == 0, track, "a place was never passed");
  pb_test_scene_stop (&ts);
}

static const gchar *
pick_folder (int argc, char **argv)
{
  const gchar *folder = argc > 1 ? argv[1] : g_getenv ("PITBOX_ARTIFACTS");

  if (folder == NULL)
    folder = ARTIFACTS;
  if (g_mkdir_with_parents (folder, 0755) != 0)
    g_error ("cannot make %s", folder);
  return folder;
}

int
main (int argc, char **argv)
{
  static const gchar *const tracks[] = { "cinderridge", "pinwheel", "tinplate",
    "vellmoor" };
  static const gdouble places[] = { 0, 0.10, 0.33, 0.52, 0.71, 0.90 };
  gdouble wanted[32];
  const gchar *folder;
  guint n = 0;

  gst_init (&argc, &argv);
  folder = pick_folder (argc, argv);
  if (argc > 2) {
    for (gint i = 3; i < argc && n < G_N_ELEMENTS (wanted); i++)
      wanted[n++] = g_ascii_strtod (argv[i], NULL);
    tour (folder, argv[2],
        g_getenv ("WET") ? RACE_SIM_WEATHER_WET : RACE_SIM_WEATHER_DRY, wanted,
        n);
    return n_failed > 0;
  }
  for (guint i = 0; i < G_N_ELEMENTS (tracks); i++)
    tour (
        folder, tracks[i], RACE_SIM_WEATHER_DRY, places, G_N_ELEMENTS (places));
  tour (folder, "cinderridge", RACE_SIM_WEATHER_WET, places + 1, 2);
  return n_failed > 0;
}
