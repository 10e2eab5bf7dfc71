/* SPDX-License-Identifier: LGPL-2.1-or-later
 * pitboxcapturebin with a real X server of its own, and a camera of
 * tests/lib/encoders. */
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <gio/gio.h>
#include <gst/app/gstappsink.h>
#include <gst/check/gstcheck.h>
#include <string.h>

#define TITLE "PitBox Test – Fenster"
#define RED 0xc80000
#define BLUE 0x0000c8
#define WAIT (20 * GST_SECOND)

static GSubprocess *server;
static gchar *display_name;
static Display *display;
static Window window;

/* Xvfb says which display it took. */
static gboolean
start_server (void)
{
  g_autoptr (GDataInputStream) lines = NULL;
  g_autofree gchar *line = NULL;

  server = g_subprocess_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL,
      "Xvfb", "-displayfd", "1", "-screen", "0", "640x480x24", "-nolisten",
      "tcp", "-noreset", NULL);
  if (server == NULL)
    return FALSE;
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (server));
  line = g_data_input_stream_read_line (lines, NULL, NULL, NULL);
  if (line == NULL)
    return FALSE;
  display_name = g_strconcat (":", line, NULL);
  display = XOpenDisplay (display_name);
  return display != NULL;
}

/* A red desktop with a blue window of 200 x 120 at 50, 40. */
static void
paint (void)
{
  Window root = DefaultRootWindow (display);
  XSetWindowAttributes attributes = { .background_pixel = BLUE,
    .override_redirect = True };
  Atom utf8 = XInternAtom (display, "UTF8_STRING", False);
  Atom name = XInternAtom (display, "_NET_WM_NAME", False);
  XClassHint class = { (char *) "window", (char *) "PitBoxTest" };

  XSetWindowBackground (display, root, RED);
  XClearWindow (display, root);
  window = XCreateWindow (display, root, 50, 40, 200, 120, 0, CopyFromParent,
      InputOutput, CopyFromParent, CWBackPixel | CWOverrideRedirect,
      &attributes);
  XChangeProperty (display, window, name, utf8, 8, PropModeReplace,
      (const unsigned char *) TITLE, (int) strlen (TITLE));
  XSetClassHint (display, window, &class);
  XMapRaised (display, window);
  XSync (display, False);
}

static void
close_window (void)
{
  XDestroyWindow (display, window);
  XSync (display, False);
}

typedef struct {
  GstElement *pipeline, *bin, *sink;
} Run;

/* Not X's own format: buffers of ximagesrc that outlive its stop, as in appsink,
 * keep it alive for good. */
static Run
new_run (const gchar *settings)
{
  g_autofree gchar *launch = g_strdup_printf (
      "pitboxcapturebin name=bin display=%s %s ! video/x-raw,format=RGBA ! "
      "appsink name=sink sync=false",
      display_name, settings);
  Run r;

  r.pipeline = gst_parse_launch (launch, NULL);
  fail_unless (r.pipeline != NULL);
  r.bin = gst_bin_get_by_name (GST_BIN (r.pipeline), "bin");
  r.sink = gst_bin_get_by_name (GST_BIN (r.pipeline), "sink");
  return r;
}

static void
end_run (Run *r)
{
  gst_element_set_state (r->pipeline, GST_STATE_NULL);
  gst_object_unref (r->bin);
  gst_object_unref (r->sink);
  gst_object_unref (r->pipeline);
}

static GstSample *
pull (const Run *r)
{
  GstSample *sample =
      gst_app_sink_try_pull_sample (GST_APP_SINK (r->sink), WAIT);

  fail_unless (sample != NULL);
  return sample;
}

static void
assert_size (GstSample *sample, gint width, gint height)
{
  const GstStructure *s =
      gst_caps_get_structure (gst_sample_get_caps (sample), 0);
  gint w, h;

  gst_structure_get (
      s, "width", G_TYPE_INT, &w, "height", G_TYPE_INT, &h, NULL);
  assert_equals_int (w, width);
  assert_equals_int (h, height);
}

static guint32
pixel (GstSample *sample, guint x, guint y)
{
  const GstStructure *s =
      gst_caps_get_structure (gst_sample_get_caps (sample), 0);
  GstMapInfo map;
  const guint8 *p;
  guint32 value;
  gint w;

  gst_structure_get_int (s, "width", &w);
  gst_buffer_map (gst_sample_get_buffer (sample), &map, GST_MAP_READ);
  p = map.data + 4 * (y * (guint) w + x);
  value = (guint32) p[0] << 16 | (guint32) p[1] << 8 | p[2];
  gst_buffer_unmap (gst_sample_get_buffer (sample), &map);
  return value;
}

static gchar *
active (const Run *r, const gchar *field)
{
  g_autoptr (GstStructure) s = NULL;

  g_object_get (r->bin, "active-backend", &s, NULL);
  return s != NULL ? g_strdup (gst_structure_get_string (s, field)) : NULL;
}

GST_START_TEST (test_a_screen)
{
  Run r = new_run ("framerate=30/1");
  g_autofree gchar *backend = NULL;
  g_autofree gchar *refused = NULL;
  GstClockTime last = GST_CLOCK_TIME_NONE;
  GstClock *clock;

  assert_equals_int (gst_element_set_state (r.pipeline, GST_STATE_PAUSED),
      GST_STATE_CHANGE_NO_PREROLL);
  backend = active (&r, "backend");
  assert_equals_string (backend, "ximage");
  refused = active (&r, "refused");
  fail_unless (strstr (refused, "pipewire: needs a node") != NULL);
  gst_element_set_state (r.pipeline, GST_STATE_PLAYING);
  clock = gst_system_clock_obtain ();
  /* PTS is the running time of the capture: never ahead, never twice. */
  for (guint i = 0; i < 10; i++) {
    GstSample *sample = pull (&r);
    GstBuffer *b = gst_sample_get_buffer (sample);
    GstClockTime now =
        gst_clock_get_time (clock) - gst_element_get_base_time (r.pipeline);

    fail_unless (GST_BUFFER_PTS (b) <= now);
    fail_unless (last == GST_CLOCK_TIME_NONE || GST_BUFFER_PTS (b) > last);
    last = GST_BUFFER_PTS (b);
    assert_size (sample, 640, 480);
    assert_equals_int (pixel (sample, 10, 10), RED);
    assert_equals_int (pixel (sample, 100, 100), BLUE);
    gst_sample_unref (sample);
  }
  gst_object_unref (clock);
  end_run (&r);
}
GST_END_TEST

GST_START_TEST (test_a_window_by_title_and_handle)
{
  g_autofree gchar *by_handle =
      g_strdup_printf ("window-handle=%lu", (gulong) window);
  const gchar *settings[] = { "window-title=\"" TITLE "\"", by_handle };

  for (guint i = 0; i < G_N_ELEMENTS (settings); i++) {
    Run r = new_run (settings[i]);
    g_autofree gchar *source = NULL;
    GstSample *sample;

    gst_element_set_state (r.pipeline, GST_STATE_PLAYING);
    sample = pull (&r);
    source = active (&r, "source");
    assert_equals_string (source, "window");
    assert_size (sample, 200, 120);
    assert_equals_int (pixel (sample, 10, 10), BLUE);
    gst_sample_unref (sample);
    end_run (&r);
  }
}
GST_END_TEST

/* One error, which says why. */
static void
assert_refuses (const Run *r, const gchar *text)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (r->pipeline);
  g_autoptr (GstMessage) m = NULL;
  g_autoptr (GstMessage) more = NULL;
  g_autoptr (GError) error = NULL;

  assert_equals_int (gst_element_set_state (r->pipeline, GST_STATE_READY),
      GST_STATE_CHANGE_FAILURE);
  m = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  fail_unless (m != NULL);
  gst_message_parse_error (m, &error, NULL);
  fail_unless (
      g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND),
      "%s", error->message);
  fail_unless (strstr (error->message, text) != NULL, "%s", error->message);
  more = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  fail_unless (more == NULL);
}

/* ximagesrc itself would send the whole screen. */
GST_START_TEST (test_a_window_that_is_not_there_is_an_error)
{
  const gchar *settings[] = { "window-title=nobody", "window-handle=1",
    "source=window" };

  for (guint i = 0; i < G_N_ELEMENTS (settings); i++) {
    Run r = new_run (settings[i]);

    assert_refuses (&r, "window");
    end_run (&r);
  }
}
GST_END_TEST

GST_START_TEST (test_a_backend_that_is_none_is_an_error)
{
  static const struct {
    const gchar *settings, *text;
  } table[] = {
    { "backend=nobody", "(nobody: no backend that is known)" },
    { "backend=v4l2 source=screen", "(v4l2: nothing that takes such a source" },
    { "backend=dxgi", "(dxgi: nothing that takes such a source" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    Run r = new_run (table[i].settings);

    assert_refuses (&r, table[i].text);
    end_run (&r);
  }
}
GST_END_TEST

/* Xlib's own answer would be exit(). */
GST_START_TEST (test_a_window_that_closes_does_not_take_us_with_it)
{
  Run r = new_run ("window-title=\"" TITLE "\"");
  GstSample *sample;

  gst_element_set_state (r.pipeline, GST_STATE_PLAYING);
  gst_sample_unref (pull (&r));
  close_window ();
  /* Whether more pictures come or an error is the capture's affair. */
  for (guint i = 0; i < 5; i++) {
    sample =
        gst_app_sink_try_pull_sample (GST_APP_SINK (r.sink), GST_SECOND / 5);
    if (sample != NULL)
      gst_sample_unref (sample);
  }
  end_run (&r);
  paint ();
}
GST_END_TEST

/* Waits for the message that says so. */
static void
await_state (const Run *r, const gchar *state)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (r->pipeline);

  for (;;) {
    g_autoptr (GstMessage) m = gst_bus_timed_pop_filtered (
        bus, 60 * GST_SECOND, GST_MESSAGE_ELEMENT | GST_MESSAGE_ERROR);
    const GstStructure *s;

    fail_unless (m != NULL, "nobody said %s", state);
    fail_if (GST_MESSAGE_TYPE (m) == GST_MESSAGE_ERROR);
    s = gst_message_get_structure (m);
    if (gst_structure_has_name (s, "pitbox-capture")
        && g_strcmp0 (gst_structure_get_string (s, "state"), state) == 0)
      return;
  }
}

/* Every picture is of the window, and later than the one before. */
static void
assert_goes_on (const Run *r, guint n, GstClockTime *last)
{
  for (guint i = 0; i < n; i++) {
    GstSample *sample = pull (r);
    GstBuffer *b = gst_sample_get_buffer (sample);

    fail_unless (
        !GST_CLOCK_TIME_IS_VALID (*last) || GST_BUFFER_PTS (b) > *last);
    *last = GST_BUFFER_PTS (b);
    assert_size (sample, 200, 120);
    assert_equals_int (pixel (sample, 10, 10), BLUE);
    gst_sample_unref (sample);
  }
}

GST_START_TEST (test_a_window_that_closes_is_a_still_picture_until_it_is_back)
{
  Run r = new_run ("framerate=10/1 window-class=PitBoxTest "
                   "window-process=none.exe recover-timeout=600000");
  GstClockTime last = GST_CLOCK_TIME_NONE;

  g_object_set (r.sink, "max-buffers", 5, "drop", TRUE, NULL);
  gst_element_set_state (r.pipeline, GST_STATE_PLAYING);
  assert_goes_on (&r, 3, &last);
  for (guint i = 0; i < 2; i++) {
    close_window ();
    await_state (&r, "still");
    assert_goes_on (&r, 8, &last);
    paint ();
    await_state (&r, "live");
    assert_goes_on (&r, 8, &last);
  }
  end_run (&r);
}
GST_END_TEST

GST_START_TEST (test_a_window_that_stays_away_is_an_error)
{
  Run r = new_run ("window-class=PitBoxTest recover-timeout=1");
  g_autoptr (GstBus) bus = gst_element_get_bus (r.pipeline);
  g_autoptr (GstMessage) m = NULL;
  g_autoptr (GError) error = NULL;

  gst_element_set_state (r.pipeline, GST_STATE_PLAYING);
  gst_sample_unref (pull (&r));
  close_window ();
  m = gst_bus_timed_pop_filtered (bus, 60 * GST_SECOND, GST_MESSAGE_ERROR);
  fail_unless (m != NULL);
  gst_message_parse_error (m, &error, NULL);
  fail_unless (strstr (error->message,
                   "There is no window with the class \"PitBoxTest\"")
                   != NULL,
      "%s", error->message);
  end_run (&r);
  paint ();
}
GST_END_TEST

GST_START_TEST (test_size_and_rate_are_what_is_asked_for)
{
  Run r = new_run (
      "framerate=20/1 ! capsfilter caps=video/x-raw,width=320,height=180");
  GstSample *sample;
  gint n, d;

  gst_element_set_state (r.pipeline, GST_STATE_PLAYING);
  sample = pull (&r);
  assert_size (sample, 320, 180);
  gst_structure_get_fraction (
      gst_caps_get_structure (gst_sample_get_caps (sample), 0), "framerate", &n,
      &d);
  assert_equals_int (n, 20);
  assert_equals_int (d, 1);
  gst_sample_unref (sample);
  end_run (&r);
}
GST_END_TEST

GST_START_TEST (test_a_camera_that_packs_its_pictures)
{
  Run r = new_run ("device=42");
  g_autofree gchar *backend = NULL;
  g_autofree gchar *path = NULL;
  GstElement *camera;
  gboolean stamps;
  GstSample *sample;

  gst_element_set_state (r.pipeline, GST_STATE_PLAYING);
  sample = pull (&r);
  backend = active (&r, "backend");
  assert_equals_string (backend, "pipewire");
  assert_size (sample, 320, 240);
  gst_sample_unref (sample);
  camera = gst_bin_get_by_name (GST_BIN (r.bin), "capture");
  g_object_get (camera, "path", &path, "do-timestamp", &stamps, NULL);
  assert_equals_string (path, "42");
  fail_unless (stamps);
  gst_object_unref (camera);
  end_run (&r);
}
GST_END_TEST

/* Graphs made of texts take open pads within for their own. */
GST_START_TEST (test_a_part_of_a_graph_has_one_end)
{
  GstElement *part = gst_parse_bin_from_description (
      "pitboxcapturebin ! capsfilter", TRUE, NULL);

  fail_unless (part != NULL);
  assert_equals_int (part->numsinkpads, 0);
  assert_equals_int (part->numsrcpads, 1);
  gst_object_unref (part);
}
GST_END_TEST

GST_START_TEST (test_plays_twice)
{
  Run r = new_run ("");

  for (guint i = 0; i < 2; i++) {
    gst_element_set_state (r.pipeline, GST_STATE_PLAYING);
    gst_sample_unref (pull (&r));
    gst_element_set_state (r.pipeline, GST_STATE_NULL);
  }
  end_run (&r);
}
GST_END_TEST

static Suite *
pitboxcapturebin_suite (void)
{
  Suite *s = suite_create ("pitboxcapturebin");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_a_screen);
  tcase_add_test (tc, test_a_window_by_title_and_handle);
  tcase_add_test (tc, test_a_window_that_is_not_there_is_an_error);
  tcase_add_test (tc, test_a_backend_that_is_none_is_an_error);
  tcase_add_test (tc, test_a_window_that_closes_does_not_take_us_with_it);
  tcase_add_test (
      tc, test_a_window_that_closes_is_a_still_picture_until_it_is_back);
  tcase_add_test (tc, test_a_window_that_stays_away_is_an_error);
  tcase_add_test (tc, test_size_and_rate_are_what_is_asked_for);
  tcase_add_test (tc, test_a_camera_that_packs_its_pictures);
  tcase_add_test (tc, test_a_part_of_a_graph_has_one_end);
  tcase_add_test (tc, test_plays_twice);
  return s;
}

int
main (int argc, char **argv)
{
  int failed;

  /* One process: the X server and the connection are shared. */
  g_setenv ("CK_FORK", "no", TRUE);
  if (!start_server ()) {
    g_print ("skipped: Xvfb is not here\n");
    return 77;
  }
  paint ();
  gst_check_init (&argc, &argv);
  failed = gst_check_run_suite (
      pitboxcapturebin_suite (), "pitboxcapturebin", __FILE__);
  XCloseDisplay (display);
  g_subprocess_force_exit (server);
  g_subprocess_wait (server, NULL, NULL);
  g_object_unref (server);
  g_free (display_name);
  return failed;
}
