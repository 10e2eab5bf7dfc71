/* SPDX-License-Identifier: LGPL-2.1-or-later
 * CPU time a picture of telemetryscene costs in its one thread, conversion
 * included, beside a picture of videotestsrc pattern=smpte. */
#include <stdio.h>
#include <time.h>

#include "../lib/pb-test-scene.h"

/* Half a core at 60 pictures a second is the most the demo may take. */
#define TARGET_MS 8.3
#define ROWS 240
/* The best of so many runs: others use the machine too. */
#define RUNS 2

static gdouble
cpu_ms (void)
{
  struct timespec t;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &t);
  return (gdouble) t.tv_sec * 1e3 + (gdouble) t.tv_nsec / 1e6;
}

/* Every fourth row of a race, so that the car comes round. The rows' own cost
 * is not counted. */
static gdouble
measure (const gchar *track, SceneViewMode view, GstVideoFormat format,
    guint width, guint height)
{
  RaceSimConfig config;
  PbTestScene ts;
  gdouble spent = 0;

  race_sim_config_init (&config);
  config.track = track;
  config.n_cars = 20;
  config.n_classes = 3;
  config.event = RACE_SIM_EVENT_RACE;
  config.start = RACE_SIM_START_GRID;
  pb_test_scene_start (&ts, &config, width, height);
  scene_set_view (ts.scene, view);
  for (guint n = 0; n < ROWS; n++) {
    GstBuffer *picture;
    gdouble from;

    for (guint k = 0; k < 3; k++)
      race_sim_next_row (ts.sim, ts.row);
    pb_test_scene_next (&ts);
    from = cpu_ms ();
    picture = pb_test_scene_draw (&ts, format, width, height);
    spent += cpu_ms () - from;
    gst_buffer_unref (picture);
  }
  pb_test_scene_stop (&ts);
  return spent / ROWS;
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
  static const struct {
    const gchar *name, *track;
    SceneViewMode view;
    GstVideoFormat format;
    guint width, height;
  } cases[] = {
    { "driver, cinderridge, 1280x720 I420", "cinderridge", SCENE_VIEW_DRIVER,
        GST_VIDEO_FORMAT_I420, 1280, 720 },
    { "driver, vellmoor, 1280x720 I420", "vellmoor", SCENE_VIEW_DRIVER,
        GST_VIDEO_FORMAT_I420, 1280, 720 },
    { "driver, pinwheel, 1280x720 BGRx", "pinwheel", SCENE_VIEW_DRIVER,
        GST_VIDEO_FORMAT_BGRx, 1280, 720 },
    { "driver, cinderridge, 960x540 I420", "cinderridge", SCENE_VIEW_DRIVER,
        GST_VIDEO_FORMAT_I420, 960, 540 },
    { "top, vellmoor, 1280x720 I420", "vellmoor", SCENE_VIEW_TOP,
        GST_VIDEO_FORMAT_I420, 1280, 720 },
  };
  gdouble smpte = G_MAXDOUBLE;

  gst_init (&argc, &argv);
  for (guint run = 0; run < RUNS; run++)
    smpte = MIN (smpte, measure_smpte ());
  printf (
      "videotestsrc pattern=smpte 1280x720 I420 %6.2f ms a picture\n", smpte);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    gdouble ms = G_MAXDOUBLE;

    for (guint run = 0; run < RUNS; run++)
      ms = MIN (ms, measure (cases[i].track, cases[i].view, cases[i].format,
                        cases[i].width, cases[i].height));
    printf ("scene %-36s %6.2f ms a picture, %4.1f %% of a core at 60 fps "
            "(target %.1f ms), %4.1f times smpte\n",
        cases[i].name, ms, ms * 6, TARGET_MS, ms / smpte);
  }
  return 0;
}
