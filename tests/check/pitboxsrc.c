/* SPDX-License-Identifier: LGPL-2.1-or-later
 * pitboxsrc against a real port: pictures with their own rows, units, sound. */
#include "pitboxsrcfixture.h"

/* Session strings and rows as telemetrydec gives them out. */
typedef struct {
  GMutex lock;
  GCond cond;
  guint n_sessions;
  guint n_rows;
  guint n_bare_rows; /* before the session string */
} Telemetry;

static GstPadProbeReturn
on_telemetry (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Telemetry *t = data;

  g_mutex_lock (&t->lock);
  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER) {
    t->n_rows++;
    t->n_bare_rows += t->n_sessions == 0;
  } else {
    t->n_sessions += gst_pitbox_session_event_parse (
        GST_PAD_PROBE_INFO_EVENT (info), NULL, NULL);
  }
  g_cond_broadcast (&t->cond);
  g_mutex_unlock (&t->lock);
  return GST_PAD_PROBE_OK;
}

/* Reads car01's rows until there is a session string and a row; how many rows
 * came before it. */
static guint
count_bare_rows (SrcPort *port)
{
  g_autofree gchar *text = g_strdup_printf (
      "pitboxsrc uri=pitbox://127.0.0.1:%u/car01 user=studio key=%s "
      "wait-for-driver=true name=s s.klv ! queue ! telemetrydec name=dec ! "
      "fakesink sync=false",
      port->port, KEY);
  GstElement *pipeline = gst_parse_launch (text, NULL);
  g_autoptr (GstElement) dec = gst_bin_get_by_name (GST_BIN (pipeline), "dec");
  g_autoptr (GstPad) pad = gst_element_get_static_pad (dec, "src");
  gint64 until = UNTIL;
  Telemetry t = { 0 };

  g_mutex_init (&t.lock);
  g_cond_init (&t.cond);
  gst_pad_add_probe (pad,
      GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      on_telemetry, &t, NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_mutex_lock (&t.lock);
  while (t.n_sessions == 0 || t.n_rows == 0)
    if (!g_cond_wait_until (&t.cond, &t.lock, until))
      g_error ("%u rows, %u session strings", t.n_rows, t.n_sessions);
  g_mutex_unlock (&t.lock);
  src_stop (pipeline);
  g_mutex_clear (&t.lock);
  g_cond_clear (&t.cond);
  return t.n_bare_rows;
}

static void
check_decoded (const gchar *sender, const gchar *decoder)
{
  SrcPort *port = src_port_new ();
  GstElement *driver;
  g_autofree gchar *behind = g_strdup_printf (
      "s.video ! queue ! %s ! identity name=picture ! videoconvert ! "
      "telemetryoverlay theme=corner ! fakesink sync=false",
      decoder);
  SrcReading *r;

  driver = src_play (sender);
  r = src_reading_new (port->port, "wait-for-driver=true", behind);
  src_reading_wait (r, &r->n_strips, 60);
  g_mutex_lock (&r->lock);
  g_assert_cmpuint (r->n_own, ==, r->n_strips);
  g_mutex_unlock (&r->lock);
  src_reading_free (r);
  src_stop (driver);
  src_port_free (port);
}

static void
note_pad (GstElement *src, GstPad *pad, gpointer data)
{
  GAsyncQueue *names = data;

  g_async_queue_push (names, gst_pad_get_name (pad));
}

/* The session's text comes before the first picture, the picture's pad does
 * not come after the units'. */
GST_START_TEST (test_picture_has_its_pad_first)
{
  SrcPort *port = src_port_new ();
  GstElement *driver = src_play (DRIVER);
  g_autoptr (GAsyncQueue) names = g_async_queue_new_full (g_free);

  count_bare_rows (port);
  for (guint i = 0; i < 5; i++) {
    g_autofree gchar *text = g_strdup_printf (
        "pitboxsrc name=s uri=pitbox://127.0.0.1:%u/car01 user=studio key=%s",
        port->port, KEY);
    GstElement *pipeline = gst_parse_launch (text, NULL);
    const gchar *want[] = { "video", "klv" };

    g_signal_connect (pipeline, "pad-added", G_CALLBACK (note_pad), names);
    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    for (guint n = 0; n < G_N_ELEMENTS (want); n++) {
      g_autofree gchar *name =
          g_async_queue_timeout_pop (names, WAIT_SECONDS * G_TIME_SPAN_SECOND);

      fail_unless_equals_string (name, want[n]);
    }
    src_stop (pipeline);
  }
  src_stop (driver);
  src_port_free (port);
}
GST_END_TEST

GST_START_TEST (test_avdec_h264_hands_each_picture_its_own_row)
{
  check_decoded (DRIVER, "avdec_h264");
}
GST_END_TEST

GST_START_TEST (test_openh264dec_hands_each_picture_its_own_row)
{
  check_decoded (DRIVER, "openh264dec");
}
GST_END_TEST

GST_START_TEST (test_decodebin_hands_each_picture_its_own_row)
{
  check_decoded (DRIVER, "decodebin");
}
GST_END_TEST

GST_START_TEST (test_h265_pictures_have_their_own_rows)
{
  check_decoded (DRIVER_OF (H265, ""), "avdec_h265");
}
GST_END_TEST

/* It comes as it was sent, and takes nothing from the pictures. */
GST_START_TEST (test_sound_comes_beside_the_picture)
{
  SrcPort *port = src_port_new ();
  GstElement *driver = src_play (DRIVER_OF (H264, SOUND));
  SrcReading *r = src_reading_new (port->port, "wait-for-driver=true",
      "s.video ! queue ! identity name=picture ! fakesink sync=false "
      "s.audio ! queue ! audio/mpeg,mpegversion=4 ! identity name=units ! "
      "fakesink sync=false async=false");

  src_reading_wait (r, &r->n_with_row, 30);
  src_reading_wait (r, &r->n_units, 30);
  src_reading_free (r);
  src_stop (driver);
  src_port_free (port);
}
GST_END_TEST

GST_START_TEST (test_encoded_pictures_and_units_come_side_by_side)
{
  SrcPort *port = src_port_new ();
  GstElement *driver = src_play (DRIVER);
  g_autoptr (GstStructure) stats = NULL;
  g_autofree gchar *state = NULL;
  g_autoptr (GstElement) src = NULL;
  const GstStructure *part;
  guint64 value = 0;
  SrcReading *r = src_reading_new (port->port, "wait-for-driver=true",
      "s.video ! queue ! identity name=picture ! fakesink sync=false "
      "s.klv ! queue ! identity name=units ! fakesink sync=false async=false");

  src_reading_wait (r, &r->n_with_row, 60);
  src_reading_wait_units (r);
  src = gst_bin_get_by_name (GST_BIN (r->pipeline), "s");
  g_object_get (src, "stats", &stats, "state", &state, NULL);
  g_assert_cmpstr (state, ==, "connected");
  part = g_value_get_boxed (gst_structure_get_value (stats, "connection"));
  g_assert_true (gst_structure_get_uint64 (part, "bytes-received", &value));
  g_assert_cmpuint (value, >, 10000);
  part = g_value_get_boxed (gst_structure_get_value (stats, "sync"));
  g_assert_true (gst_structure_get_uint64 (part, "exact", &value));
  g_assert_cmpuint (value, >=, 50);
  g_assert_true (gst_structure_has_field (stats, "telemetry"));
  src_reading_free (r);
  src_stop (driver);
  src_port_free (port);
}
GST_END_TEST

/* The string goes over in pieces, and again after 2 s, 4 s … 32 s: who came
 * later waited so long for the driver's name. */
GST_START_TEST (test_late_readers_have_the_session_string_before_any_row)
{
  SrcPort *port = src_port_new ();
  GstElement *driver = src_play (DRIVER);

  count_bare_rows (port);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (count_bare_rows (port), ==, 0);
  src_stop (driver);
  src_port_free (port);
}
GST_END_TEST

GST_START_TEST (test_nothing_needs_to_take_the_units_or_the_picture)
{
  SrcPort *port = src_port_new ();
  GstElement *driver = src_play (DRIVER);
  SrcReading *r = src_reading_new (port->port, "wait-for-driver=true",
      "s.video ! queue ! identity name=picture ! fakesink sync=false");

  src_reading_wait (r, &r->n_with_row, 20);
  src_reading_free (r);
  r = src_reading_new (port->port, "",
      "s.klv ! queue ! identity name=units ! fakesink sync=false");
  src_reading_wait (r, &r->n_units, 20);
  src_reading_free (r);
  src_stop (driver);
  src_port_free (port);
}
GST_END_TEST

GST_START_TEST (test_uridecodebin_reads_the_address)
{
  SrcPort *port = src_port_new ();
  GstElement *driver = src_play (DRIVER);
  g_autofree gchar *text = g_strdup_printf (
      "uridecodebin uri=pitbox://studio:%s@127.0.0.1:%u/car01?latency=20 ! "
      "video/x-raw ! identity name=picture ! fakesink sync=false",
      KEY, port->port);
  SrcReading *r = src_reading_of (text);

  src_reading_wait (r, &r->n_strips, 30);
  g_mutex_lock (&r->lock);
  g_assert_cmpuint (r->n_own, ==, r->n_strips);
  g_mutex_unlock (&r->lock);
  src_reading_free (r);
  src_stop (driver);
  src_port_free (port);
}
GST_END_TEST

static Suite *
pitboxsrc_suite (void)
{
  Suite *s = suite_create ("pitboxsrc");
  TCase *tc = tcase_create ("port");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  if (!src_has_driver ())
    return s;
  if (src_has ("avdec_h264")) {
    tcase_add_test (tc, test_avdec_h264_hands_each_picture_its_own_row);
    tcase_add_test (tc, test_decodebin_hands_each_picture_its_own_row);
    tcase_add_test (tc, test_uridecodebin_reads_the_address);
  }
  if (src_has ("openh264dec"))
    tcase_add_test (tc, test_openh264dec_hands_each_picture_its_own_row);
  if (src_has ("x265enc") && src_has ("h265parse") && src_has ("avdec_h265"))
    tcase_add_test (tc, test_h265_pictures_have_their_own_rows);
  if (src_has ("avenc_aac") && src_has ("aacparse"))
    tcase_add_test (tc, test_sound_comes_beside_the_picture);
  tcase_add_test (tc, test_picture_has_its_pad_first);
  tcase_add_test (tc, test_encoded_pictures_and_units_come_side_by_side);
  tcase_add_test (tc, test_late_readers_have_the_session_string_before_any_row);
  tcase_add_test (tc, test_nothing_needs_to_take_the_units_or_the_picture);
  return s;
}

GST_CHECK_MAIN (pitboxsrc);
