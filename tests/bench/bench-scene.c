/* SPDX-License-Identifier: LGPL-2.1-or-later
 * CPU time a picture of telemetryscene costs in its one thread, conversion
 * included, beside a picture of videotestsrc pattern=smpte. */
#include <stdio.h>
#include <time.h>

#include "../lib/pb-test-scene.h"

/* Half a core at 60 pictures a second is the most the demo may take. */
#define TARGET_MS 8.3
/* Pictures of a run, so many rows apart that they go round the shorter tracks
 * once. */
#define PICTURES 240
#define APART 20
/* On the grid, until the lights are out: everyone is in view. */
#define GRID_ROWS 900
/* The best of so many runs: others use the machine too. */
#define RUNS 2

typedef enum {
  PLACE_GRID,
  PLACE_LAP,
} Place;

typedef struct {
  const gchar *name, *track;
  Place place;
  SceneViewMode view;
  GstVideoFormat format;
  guint width, height;
  RaceSimWeather weather;
} Case;

static gdouble
cpu_ms (void)
{
  struct timespec t;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &t);
  return (gdouble) t.tv_sec * 1e3 + (gdouble) t.tv_nsec / 1e6;
}

/* A race of 20 cars in three classes. Neither the rows' own cost is counted nor
 * what is painted once, with the first picture. */
static gdouble
measure (const Case *c)
{
  RaceSimConfig config;
  PbTestScene ts;
  gdouble spent = 0;

  race_sim_config_init (&config);
  config.track = c->track;
  config.n_cars = 20;
  config.n_classes = 3;
  config.event = RACE_SIM_EVENT_RACE;
  config.start = RACE_SIM_START_GRID;
  config.weather = c->weather;
  pb_test_scene_start (&ts, &config, c->width, c->height);
  scene_set_view (ts.scene, c->view);
  for (guint n = 0; c->place == PLACE_LAP && n < GRID_ROWS; n++)
    pb_test_scene_next (&ts);
  gst_buffer_unref (pb_test_scene_draw (&ts, c->format, c->width, c->height));
  for (guint n = 0; n < PICTURES; n++) {
    guint apart = c->place == PLACE_LAP ? APART : GRID_ROWS / PICTURES;
    GstBuffer *picture;
    gdouble from;

    for (guint k = 0; k < apart; k++)
      pb_test_scene_next (&ts);
    from = cpu_ms ();
    picture = pb_test_scene_draw (&ts, c->format, c->width, c->height);
    spent += cpu_ms () - from;
    gst_buffer_unref (picture);
  }
  pb_test_scene_stop (&ts);
  return spent / PICTURES;
}

static gdouble
measure_smpte (void)
{
  GstElement *pipeline = gst_parse_launch (
      "videotestsrc pattern=smpte num-buffers=600 ! "
      "video/x-raw,format=I420,width=1280,height=720 ! fakesink",
      NULL);
  GstBus *bus = gst_element_get_bus (pipeline);
  gdouble from = cpu_ms (), spent;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  gst_message_unref (gst_bus_timed_pop_filtered (
      bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
  spent = cpu_ms () - from;
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
  return spent / 600;
}

int
main (int argc, char **argv)
{
#define HD GST_VIDEO_FORMAT_I420, 1280, 720
  static const Case cases[] = {
    { "20 cars on the grid, cinderridge", "cinderridge", PLACE_GRID,
        SCENE_VIEW_DRIVER, HD },
    { "pinwheel", "pinwheel", PLACE_LAP, SCENE_VIEW_DRIVER, HD },
    { "tinplate", "tinplate", PLACE_LAP, SCENE_VIEW_DRIVER, HD },
    { "cinderridge", "cinderridge", PLACE_LAP, SCENE_VIEW_DRIVER, HD },
    { "vellmoor", "vellmoor", PLACE_LAP, SCENE_VIEW_DRIVER, HD },
    { "vellmoor in the rain", "vellmoor", PLACE_LAP, SCENE_VIEW_DRIVER, HD,
        RACE_SIM_WEATHER_WET },
    { "vellmoor, BGRx", "vellmoor", PLACE_LAP, SCENE_VIEW_DRIVER,
        GST_VIDEO_FORMAT_BGRx, 1280, 720 },
    { "vellmoor, 1920x1080", "vellmoor", PLACE_LAP, SCENE_VIEW_DRIVER,
        GST_VIDEO_FORMAT_I420, 1920, 1080 },
    { "vellmoor from above", "vellmoor", PLACE_LAP, SCENE_VIEW_TOP, HD },
  };
#undef HD
  gdouble smpte = G_MAXDOUBLE;

  gst_init (&argc, &argv);
  for (guint run = 0; run < RUNS; run++)
    smpte = MIN (smpte, measure_smpte ());
  printf (
      "videotestsrc pattern=smpte 1280x720 I420 %6.2f ms a picture\n", smpte);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    gdouble ms = G_MAXDOUBLE;

    for (guint run = 0; run < RUNS; run++)
      ms = MIN (ms, measure (&cases[i]));
    printf ("scene %-34s %6.2f ms a picture, %4.1f %% of a core at 60 fps "
            "(target %.1f ms), %4.1f times smpte\n",
        cases[i].name, ms, ms * 6, TARGET_MS, ms / smpte);
  }
  return 0;
}
