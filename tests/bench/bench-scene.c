/* SPDX-License-Identifier: LGPL-2.1-or-later
 * CPU time a picture of telemetryscene costs, conversion included, by size. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../lib/pb-test-rows.h"
#include "scene.h"

/* Half a core at 60 pictures a second is the most the demo may take. */
#define TARGET_MS 8.3
#define ROWS 600

static gdouble
measure (GstVideoFormat format, guint width, guint height)
{
  g_autoptr (GstPitboxSchema) schema = pb_test_schema_new ();
  g_autoptr (Scene) scene = scene_new (width, height);
  g_autofree guint8 *row = g_malloc (gst_pitbox_schema_get_row_bytes (schema));
  g_autoptr (GstBuffer) buffer = NULL;
  GstVideoInfo info;
  GstVideoFrame frame;
  clock_t from;

  gst_video_info_set_format (&info, format, width, height);
  buffer = gst_buffer_new_allocate (NULL, info.size, NULL);
  if (!gst_video_frame_map (&frame, &info, buffer, GST_MAP_READWRITE))
    return -1;
  scene_set_schema (scene, schema);
  from = clock ();
  for (guint n = 0; n < ROWS; n++) {
    pb_test_row_fill (schema, n, row);
    scene_step (scene, row, 1 / 60.0);
    scene_draw (scene, &frame, n);
  }
  gst_video_frame_unmap (&frame);
  return (gdouble) (clock () - from) * 1000 / CLOCKS_PER_SEC / ROWS;
}

int
main (int argc, char **argv)
{
  static const struct {
    const gchar *name;
    GstVideoFormat format;
    guint width, height;
  } cases[] = {
    { "1280x720 I420", GST_VIDEO_FORMAT_I420, 1280, 720 },
    { "1280x720 BGRx", GST_VIDEO_FORMAT_BGRx, 1280, 720 },
    { "640x360 I420", GST_VIDEO_FORMAT_I420, 640, 360 },
  };

  gst_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    gdouble ms = measure (cases[i].format, cases[i].width, cases[i].height);

    printf ("scene %-14s %6.2f ms a picture, %4.1f %% of a core at 60 fps "
            "(target %.1f ms)\n",
        cases[i].name, ms, ms * 6, TARGET_MS);
  }
  return 0;
}
