/* SPDX-License-Identifier: LGPL-2.1-or-later
 * telemetryoverlay: what is drawn, where, in every format, and what is not. */
#include <cairo.h>
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/video/video.h>
#include <math.h>
#include <string.h>

#include "../lib/pb-test-bus.h"
#include "../lib/pb-test-hud.h"

#define W 640
#define H 360
#define GRAY 90

/* Two thirds of 1080: one pixel of the picture is three of the layout. */
#define PANELS \
  "[solid]\ntype = panel\nx = 120\ny = 120\nwidth = 240\nheight = 120\n" \
  "background = #ff8020\n" \
  "[glass]\ntype = panel\nanchor = bottom-right\nx = 120\ny = 120\n" \
  "width = 240\nheight = 120\nbackground = #ffffff80\n"

/* No letters: fonts differ between machines. */
static const gchar instruments[] =
    "[revs]\ntype = revs\nx = 30\ny = 30\nwidth = 900\nheight = 60\n"
    "segments = 20\ncolor2 = #ffb454\ncolor3 = #f33\nbackground = #333\n"
    "[lights]\ntype = lights\nx = 30\ny = 120\nwidth = 900\nheight = 60\n"
    "segments = 10\ncolor = #4c8\ncolor2 = #fb4\ncolor3 = #f33\n"
    "background = #333\n"
    "[throttle]\ntype = bar\nx = 30\ny = 210\nwidth = 60\nheight = 300\n"
    "value = Throttle\ncolor = #4c8\nbackground = #333\nradius = 9\n"
    "[brake]\ntype = bar\nx = 120\ny = 210\nwidth = 60\nheight = 300\n"
    "value = Brake\ncolor = #f33\nbackground = #333\nsegments = 8\n"
    "[steer]\ntype = bar\nx = 210\ny = 210\nwidth = 300\nheight = 45\n"
    "value = SteeringWheelAngle\nmin = -2\nmax = 2\ndirection = left\n"
    "color = #5cf\nbackground = #333\n"
    "[delta]\ntype = delta\nx = 210\ny = 285\nwidth = 300\nheight = 45\n"
    "color2 = #4c8\ncolor3 = #f33\nbackground = #333\n"
    "[wheel]\ntype = wheel\nx = 540\ny = 210\nwidth = 300\nheight = 300\n"
    "thickness = 24\ncolor2 = #fb4\n"
    "[g]\ntype = gforce\nx = 210\ny = 350\nwidth = 160\nheight = 160\n"
    "color = #fb4\ncolor2 = #888\nthickness = 6\n"
    "[trace]\ntype = trace\nx = 30\ny = 560\nwidth = 810\nheight = 300\n"
    "seconds = 3\nchannels = throttle, brake, clutch, steer\nthickness = 9\n"
    "color = #4c8\ncolor2 = #f33\ncolor3 = #cccccc88\ncolor4 = #5cf\n"
    "background = #22222288\n"
    "[map]\ntype = map\nanchor = right\nx = 60\nwidth = 800\nheight = 800\n"
    "thickness = 18\ncolor = #fff\ncolor2 = #fb4\ncolor3 = #5cf\n"
    "color4 = #00000088\nbackground = #22222288\nborder = #888\n";

static GstHarness *
harness_new (const gchar *format, const gchar *layout)
{
  GstHarness *h = gst_harness_new ("telemetryoverlay");
  g_autofree gchar *caps = g_strdup_printf (
      "video/x-raw,format=%s,width=%d,height=%d,framerate=60/1", format, W, H);

  if (layout != NULL)
    gst_harness_set (h, "telemetryoverlay", "layout", layout, NULL);
  gst_harness_set_src_caps_str (h, caps);
  return h;
}

/* A gray picture of the harness' caps; with the row of second @n / 60. */
static GstBuffer *
make_picture (GstHarness *h, guint n, gboolean with_row)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (h->srcpad);
  GstVideoInfo info;
  GstBuffer *buffer;
  GstVideoFrame frame;

  fail_unless (gst_video_info_from_caps (&info, caps));
  buffer = gst_buffer_new_allocate (NULL, info.size, NULL);
  fail_unless (gst_video_frame_map (&frame, &info, buffer, GST_MAP_WRITE));
  for (guint i = 0; i < GST_VIDEO_FRAME_N_PLANES (&frame); i++)
    memset (GST_VIDEO_FRAME_PLANE_DATA (&frame, i),
        GST_VIDEO_INFO_IS_RGB (&info) || i == 0 ? GRAY : 128,
        (gsize) GST_VIDEO_FRAME_PLANE_STRIDE (&frame, i)
            * (gsize) GST_VIDEO_FRAME_COMP_HEIGHT (&frame, i));
  for (gint i = 0;
       GST_VIDEO_INFO_HAS_ALPHA (&info) && i < info.width * info.height; i++)
    ((guint8 *) GST_VIDEO_FRAME_PLANE_DATA (
        &frame, 0))[i * 4 + info.finfo->poffset[3]] = 255;
  gst_video_frame_unmap (&frame);
  GST_BUFFER_PTS (buffer) = gst_util_uint64_scale (n, GST_SECOND, 60);
  if (with_row)
    pb_test_hud_add_row (buffer, n);
  return buffer;
}

static GstBuffer *
draw (GstHarness *h, guint n, gboolean with_row)
{
  fail_unless_equals_int (
      gst_harness_push (h, make_picture (h, n, with_row)), GST_FLOW_OK);
  return gst_harness_pull (h);
}

/* The picture as pixels of R, G, B, A. Takes @buffer. */
static guint8 *
to_rgba (GstHarness *h, GstBuffer *buffer)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (h->sinkpad);
  guint8 *pixels = g_malloc (W * H * 4);
  GstBuffer *out = gst_buffer_new_wrapped_full (
      0, pixels, W * H * 4, 0, W * H * 4, NULL, NULL);
  GstVideoInfo from, to;
  GstVideoFrame a, b;
  GstVideoConverter *converter;

  fail_unless (gst_video_info_from_caps (&from, caps));
  gst_video_info_set_format (&to, GST_VIDEO_FORMAT_RGBA, W, H);
  to.fps_n = from.fps_n;
  to.fps_d = from.fps_d;
  converter = gst_video_converter_new (&from, &to, NULL);
  fail_unless (converter != NULL);
  fail_unless (gst_video_frame_map (&a, &from, buffer, GST_MAP_READ));
  fail_unless (gst_video_frame_map (&b, &to, out, GST_MAP_WRITE));
  gst_video_converter_frame (converter, &a, &b);
  gst_video_frame_unmap (&a);
  gst_video_frame_unmap (&b);
  gst_video_converter_free (converter);
  gst_buffer_unref (buffer);
  gst_buffer_unref (out);
  return pixels;
}

static void
check_pixel (const guint8 *pixels, guint x, guint y, guint r, guint g, guint b,
    guint slack, const gchar *what)
{
  const guint8 *p = pixels + (y * W + x) * 4;
  const gint want[3] = { (gint) r, (gint) g, (gint) b };

  for (guint i = 0; i < 3; i++)
    fail_unless (ABS (p[i] - want[i]) <= (gint) slack,
        "%s at %u,%u: %u %u %u, want %u %u %u", what, x, y, p[0], p[1], p[2], r,
        g, b);
}

GST_START_TEST (test_every_format)
{
  static const gchar *const formats[] = { "I420", "YV12", "NV12", "NV21",
    "RGBA", "BGRA", "ARGB", "ABGR", "RGBx", "BGRx", "xRGB", "xBGR", "RGB",
    "YUY2", "UYVY", "Y42B", "Y444", "AYUV", "I420_10LE", "P010_10LE" };
  /* From here on GStreamer blends, and its colours are less exact. */
  const guint own = 12;

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    GstHarness *h = harness_new (formats[i], PANELS);
    g_autofree guint8 *before = to_rgba (h, draw (h, 0, FALSE));
    g_autofree guint8 *after = to_rgba (h, draw (h, 1, TRUE));
    const guint slack = i < own ? 6 : 20;
    const guint8 *gray = before + (60 * W + 100) * 4;

    /* Layout pixels are thirds: 40 to 120 across, 40 to 80 down. */
    check_pixel (after, 60, 60, 0xff, 0x80, 0x20, slack, formats[i]);
    check_pixel (after, 41, 41, 0xff, 0x80, 0x20, slack, formats[i]);
    check_pixel (after, 117, 77, 0xff, 0x80, 0x20, slack, formats[i]);
    /* Half white over the picture. */
    check_pixel (after, W - 60, H - 60, (gray[0] + 256) / 2,
        (gray[1] + 256) / 2, (gray[2] + 256) / 2, slack, formats[i]);
    /* All around, and the picture without a row before the first. */
    check_pixel (after, 37, 60, gray[0], gray[1], gray[2], 2, formats[i]);
    check_pixel (after, 60, 83, gray[0], gray[1], gray[2], 2, formats[i]);
    check_pixel (after, W / 2, H / 2, gray[0], gray[1], gray[2], 2, formats[i]);
    check_pixel (before, 60, 60, gray[0], gray[1], gray[2], 0, formats[i]);
    gst_harness_teardown (h);
  }
}
GST_END_TEST;

/* Odd, tiny and upright pictures: nothing is written beside them. */
GST_START_TEST (test_odd_sizes)
{
  static const gchar *const formats[] = { "I420", "NV21", "ARGB", "Y42B" };
  static const struct {
    guint w, h;
  } sizes[] = { { 641, 361 }, { 17, 16 }, { 16, 333 }, { 1023, 31 } };

  for (guint i = 0; i < G_N_ELEMENTS (formats) * G_N_ELEMENTS (sizes); i++) {
    GstHarness *h = gst_harness_new ("telemetryoverlay");
    g_autofree gchar *caps =
        g_strdup_printf ("video/x-raw,format=%s,width=%u,height=%u,"
                         "framerate=60/1",
            formats[i / 4], sizes[i % 4].w, sizes[i % 4].h);

    gst_harness_set (h, "telemetryoverlay", "theme", "engineer", NULL);
    gst_harness_set_src_caps_str (h, caps);
    pb_test_hud_push_session (h);
    for (guint n = 0; n < 9; n++) {
      GstBuffer *buffer = make_picture (h, n, TRUE);
      gsize size = gst_buffer_get_size (buffer);

      fail_unless_equals_int (gst_harness_push (h, buffer), GST_FLOW_OK);
      buffer = gst_harness_pull (h);
      fail_unless_equals_int (gst_buffer_get_size (buffer), size);
      gst_buffer_unref (buffer);
    }
    gst_harness_teardown (h);
  }
}
GST_END_TEST;

/* Over a picture that is seen through itself: two displays on one. */
GST_START_TEST (test_over_transparent_pictures)
{
  GstHarness *h = harness_new ("RGBA", PANELS);
  GstBuffer *picture = make_picture (h, 0, TRUE);
  guint8 pixel[4], clear[W * 4] = { 0 };

  for (guint y = 0; y < H; y++)
    gst_buffer_fill (picture, (gsize) y * W * 4, clear, sizeof clear);
  fail_unless_equals_int (gst_harness_push (h, picture), GST_FLOW_OK);
  picture = gst_harness_pull (h);
  gst_buffer_extract (picture, ((H - 60) * W + W - 60) * 4, pixel, 4);
  fail_unless_equals_int (pixel[3], 128);
  fail_unless (pixel[0] >= 253 && pixel[1] >= 253 && pixel[2] >= 253);
  gst_buffer_extract (picture, (H / 2 * W + W / 2) * 4, pixel, 4);
  fail_unless_equals_int (pixel[3], 0);
  gst_buffer_unref (picture);
  gst_harness_teardown (h);
}
GST_END_TEST;

GST_START_TEST (test_transparent_background)
{
  GstHarness *h =
      gst_harness_new_parse ("telemetryoverlay background=transparent name=o ! "
                             "capsfilter caps=video/x-raw,format=RGBA");
  GstElement *overlay = gst_bin_get_by_name (GST_BIN (h->element), "o");
  g_autofree guint8 *pixels = NULL;
  const guint8 *p;
  GstBuffer *buffer;

  g_object_set (overlay, "layout", PANELS, NULL);
  gst_object_unref (overlay);
  gst_harness_set_src_caps_str (
      h, "video/x-raw,format=I420,width=640,height=360,framerate=60/1");
  for (guint n = 0; n < 2; n++) {
    buffer = draw (h, 1, n == 1);
    fail_unless_equals_uint64 (GST_BUFFER_PTS (buffer), GST_SECOND / 60);
    fail_unless_equals_int (
        gst_buffer_get_pitbox_telemetry_meta (buffer) != NULL, n == 1);
    g_free (pixels);
    pixels = g_malloc (W * H * 4);
    fail_unless_equals_int (gst_buffer_get_size (buffer), W * H * 4);
    gst_buffer_extract (buffer, 0, pixels, W * H * 4);
    gst_buffer_unref (buffer);
    p = pixels + (60 * W + 60) * 4;
    fail_unless_equals_int (p[3], n == 1 ? 255 : 0);
  }
  check_pixel (pixels, 60, 60, 0xff, 0x80, 0x20, 1, "keying");
  /* Straight alpha: white stays white. */
  check_pixel (pixels, W - 60, H - 60, 255, 255, 255, 2, "keying");
  fail_unless_equals_int (pixels[((H - 60) * W + W - 60) * 4 + 3], 128);
  fail_unless_equals_int (pixels[(H / 2 * W + W / 2) * 4 + 3], 0);
  gst_harness_teardown (h);
}
GST_END_TEST;

GST_START_TEST (test_pictures_without_a_row)
{
  static const struct {
    const gchar *policy;
    guint late; /* what is in the middle of the panel then */
  } cases[] = { { "hold", 0xff }, { "dim", GRAY + (0xff - GRAY) * 35 / 100 },
    { "hide", GRAY } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    GstHarness *h = harness_new ("BGRx", PANELS);
    g_autofree guint8 *a = NULL, *b = NULL, *c = NULL, *d = NULL;

    gst_util_set_object_arg (
        G_OBJECT (h->element), "no-telemetry", cases[i].policy);
    a = to_rgba (h, draw (h, 0, TRUE));
    b = to_rgba (h, draw (h, 15, FALSE));
    c = to_rgba (h, draw (h, 30, FALSE));
    d = to_rgba (h, draw (h, 31, TRUE));
    check_pixel (a, 60, 60, 0xff, 0x80, 0x20, 1, cases[i].policy);
    check_pixel (b, 60, 60, 0xff, 0x80, 0x20, 1, cases[i].policy);
    fail_unless (ABS (c[(60 * W + 60) * 4] - (gint) cases[i].late) <= 2,
        "%s: %u", cases[i].policy, c[(60 * W + 60) * 4]);
    check_pixel (d, 60, 60, 0xff, 0x80, 0x20, 1, cases[i].policy);
    gst_harness_teardown (h);
  }
}
GST_END_TEST;

/* Every theme: something with contrast is there, and the middle of the picture
 * is left alone. */
GST_START_TEST (test_themes_are_seen)
{
  static const struct {
    const gchar *theme;
    guint x, y, w, h; /* where its largest block is, at 640 x 360 */
  } cases[] = { { "broadcast", 20, 308, 600, 36 },
    { "corner", 486, 288, 136, 54 }, { "engineer", 14, 14, 150, 96 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    GstHarness *h = harness_new ("I420", NULL);
    g_autofree guint8 *pixels = NULL;
    guint light = 0, dark = 0, n = cases[i].w * cases[i].h;

    gst_harness_set (h, "telemetryoverlay", "theme", cases[i].theme, NULL);
    pb_test_hud_push_session (h);
    for (guint k = 0; k < 3; k++)
      gst_buffer_unref (draw (h, k, TRUE));
    pixels = to_rgba (h, draw (h, 3, TRUE));
    for (guint y = cases[i].y; y < cases[i].y + cases[i].h; y++)
      for (guint x = cases[i].x; x < cases[i].x + cases[i].w; x++) {
        const guint8 *p = pixels + (y * W + x) * 4;

        light += p[0] > 180 || p[1] > 180;
        dark += p[0] < 60 && p[1] < 60 && p[2] < 60;
      }
    fail_unless (light * 50 > n && dark * 3 > n, "%s: %u light, %u dark of %u",
        cases[i].theme, light, dark, n);
    check_pixel (pixels, W / 2, H / 2, pixels[(H / 2 * W + 200) * 4],
        pixels[(H / 2 * W + 200) * 4 + 1], pixels[(H / 2 * W + 200) * 4 + 2], 0,
        cases[i].theme);
    gst_harness_teardown (h);
  }
}
GST_END_TEST;

/* The class colour comes with the session text, whenever that comes. */
GST_START_TEST (test_class_color)
{
  static const gchar plate[] =
      "[plate]\ntype = panel\nx = 120\ny = 120\nwidth = 240\nheight = 120\n"
      "background = class\n";
  GstHarness *h = harness_new ("BGRx", plate);
  g_autofree guint8 *before = to_rgba (h, draw (h, 0, TRUE)), *after = NULL;

  check_pixel (before, 60, 60, 0xff, 0xff, 0xff, 0, "no class");
  pb_test_hud_push_session (h);
  after = to_rgba (h, draw (h, 1, TRUE));
  check_pixel (after, 60, 60, 0x33, 0xce, 0xff, 0, "class");
  gst_harness_teardown (h);
}
GST_END_TEST;

/* A piece of the picture only is redrawn; the end must be as if all were. */
GST_START_TEST (test_partial_redraw_equals_whole)
{
  static const gchar *const formats[] = { "I420", "NV12", "BGRA", "Y42B" };

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    GstHarness *h = harness_new (formats[i], instruments);
    g_autofree guint8 *drawn = NULL, *fresh = NULL;
    guint k;

    for (guint n = 0; n < 60; n++)
      gst_buffer_unref (draw (h, n, TRUE));
    drawn = to_rgba (h, draw (h, 63, TRUE));
    /* Another size and back makes it draw anew, with the same memory of rows. */
    gst_harness_set_src_caps_str (
        h, "video/x-raw,format=I420,width=320,height=180,framerate=60/1");
    {
      g_autofree gchar *caps = g_strdup_printf (
          "video/x-raw,format=%s,width=%d,height=%d,framerate=60/1", formats[i],
          W, H);

      gst_harness_set_src_caps_str (h, caps);
    }
    fresh = to_rgba (h, draw (h, 63, TRUE));
    for (k = 0; k < W * H * 4 && ABS (drawn[k] - fresh[k]) <= 1; k++)
      ;
    fail_unless (k == W * H * 4, "%s differs at %u,%u", formats[i], k / 4 % W,
        k / 4 / W);
    gst_harness_teardown (h);
  }
}
GST_END_TEST;

/* The shipped picture of the instruments, made from the same rows. Versions of
 * cairo round edges differently: few pixels may differ much, and the mean by
 * little. PITBOX_UPDATE_REFERENCES=1 writes it anew. */
GST_START_TEST (test_reference_picture)
{
  g_autofree gchar *path = g_build_filename (
      g_getenv ("G_TEST_SRCDIR"), "check", "telemetryoverlay.png", NULL);
  GstHarness *h = harness_new ("BGRx", instruments);
  guint8 *pixels;
  cairo_surface_t *want, *got;
  guint far = 0;
  guint64 sum = 0;

  pb_test_hud_push_session (h);
  for (guint n = 0; n < PB_TEST_HUD_ROWS; n++)
    gst_buffer_unref (draw (h, n, TRUE));
  pixels = to_rgba (h, draw (h, PB_TEST_HUD_ROWS, TRUE));
  got = cairo_image_surface_create (CAIRO_FORMAT_RGB24, W, H);
  for (guint i = 0; i < W * H; i++)
    ((guint32 *) cairo_image_surface_get_data (got))[i] =
        (guint32) pixels[i * 4] << 16 | (guint32) pixels[i * 4 + 1] << 8
        | pixels[i * 4 + 2];
  cairo_surface_mark_dirty (got);
  if (g_getenv ("PITBOX_UPDATE_REFERENCES") != NULL)
    cairo_surface_write_to_png (got, path);
  want = cairo_image_surface_create_from_png (path);
  fail_unless_equals_int (cairo_image_surface_get_width (want), W);
  fail_unless_equals_int (cairo_image_surface_get_height (want), H);
  for (guint y = 0; y < H; y++) {
    const guint8 *a = cairo_image_surface_get_data (got)
                      + y * cairo_image_surface_get_stride (got);
    const guint8 *b = cairo_image_surface_get_data (want)
                      + y * cairo_image_surface_get_stride (want);

    for (guint x = 0; x < W * 4; x++) {
      guint d = x % 4 == 3 ? 0 : (guint) ABS (a[x] - b[x]);

      sum += d;
      far += d > 40;
    }
  }
  fail_unless (far < W * H * 3 / 500 && sum < W * H * 3 / 4,
      "%u values differ by more than 40, the mean by %.3f", far,
      (gdouble) sum / (W * H * 3));
  cairo_surface_destroy (want);
  cairo_surface_destroy (got);
  g_free (pixels);
  gst_harness_teardown (h);
}
GST_END_TEST;

GST_START_TEST (test_wrong_layout_is_said_in_words)
{
  static const struct {
    const gchar *property, *value, *want;
  } cases[] = {
    { "layout", "[a]\ntype = panel\nwidht = 9",
        "layout:3: [a] widht: unknown key" },
    { "theme", "nowhere/x.hud",
        "Cannot open the theme \"nowhere/x.hud\": no file nowhere/x.hud "
        "(broadcast, corner, engineer and nameplate come along; a path has a "
        "separator or ends with .hud)" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    GstElement *element = gst_element_factory_make ("telemetryoverlay", NULL);
    g_autofree gchar *words = NULL;

    g_object_set (element, cases[i].property, cases[i].value, NULL);
    words = pb_test_bus_dup_refusal (element);
    fail_unless_equals_string (words, cases[i].want);
  }
}
GST_END_TEST;

/* On air: another layout at the next picture; a wrong one changes nothing. */
GST_START_TEST (test_layout_changes_while_pictures_flow)
{
  GstHarness *h = harness_new ("BGRx", PANELS);
  g_autofree guint8 *a = to_rgba (h, draw (h, 0, TRUE)), *b = NULL, *c = NULL;

  check_pixel (a, 60, 60, 0xff, 0x80, 0x20, 0, "first");
  gst_harness_set (h, "telemetryoverlay", "layout", "[a]\nx", NULL);
  b = to_rgba (h, draw (h, 1, TRUE));
  check_pixel (b, 60, 60, 0xff, 0x80, 0x20, 0, "kept");
  gst_harness_set (h, "telemetryoverlay", "layout",
      "[a]\ntype = panel\nwidth = 100%\nheight = 9\nbackground = #0f0", NULL);
  c = to_rgba (h, draw (h, 2, TRUE));
  check_pixel (c, 60, 60, GRAY, GRAY, GRAY, 0, "gone");
  check_pixel (c, W - 1, 2, 0, 0xff, 0, 0, "new");
  gst_harness_teardown (h);
}
GST_END_TEST;

static Suite *
telemetryoverlay_suite (void)
{
  Suite *suite = suite_create ("telemetryoverlay");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_every_format);
  tcase_add_test (tc, test_odd_sizes);
  tcase_add_test (tc, test_over_transparent_pictures);
  tcase_add_test (tc, test_transparent_background);
  tcase_add_test (tc, test_pictures_without_a_row);
  tcase_add_test (tc, test_themes_are_seen);
  tcase_add_test (tc, test_class_color);
  tcase_add_test (tc, test_partial_redraw_equals_whole);
  tcase_add_test (tc, test_reference_picture);
  tcase_add_test (tc, test_wrong_layout_is_said_in_words);
  tcase_add_test (tc, test_layout_changes_while_pictures_flow);
  return suite;
}

GST_CHECK_MAIN (telemetryoverlay);
