/* SPDX-License-Identifier: LGPL-2.1-or-later
 * pitboxsrc's connection to a real port: addresses, keys, refusals in words,
 * coming back. */
#include <glib/gstdio.h>
#include <string.h>

#include "pitboxsrcfixture.h"

typedef struct {
  const gchar *properties;
  gint code;
  const gchar *words;
} Refusal;

static const Refusal refusals[] = {
  { "uri=pitbox://127.0.0.1:%u/car01 user=nobody key=" KEY,
      GST_RESOURCE_ERROR_NOT_FOUND, "does not know this reader" },
  { "uri=pitbox://127.0.0.1:%u/car01 user=studio key=wrong-horse",
      GST_RESOURCE_ERROR_NOT_AUTHORIZED, "wrong passphrase" },
  { "uri=pitbox://127.0.0.1:%u/car01 user=studio",
      GST_RESOURCE_ERROR_NOT_AUTHORIZED, "passphrase is needed" },
  { "uri=pitbox://studio@127.0.0.1:%u/car02?key=" KEY,
      GST_RESOURCE_ERROR_NOT_AUTHORIZED, "is not for this driver" },
  { "uri=pitbox://127.0.0.1:%u/car09?user=all&key=" KEY,
      GST_RESOURCE_ERROR_NOT_FOUND, "does not know this driver" },
  { "uri=pitbox://127.0.0.1:%u/car01 key=" KEY, GST_RESOURCE_ERROR_SETTINGS,
      "set user" },
  { "uri=pitbox://127.0.0.1:%u/car01 user=studio key=short",
      GST_RESOURCE_ERROR_SETTINGS, "10 to 79" },
  { "user=u%u", GST_RESOURCE_ERROR_SETTINGS, "set uri" },
  { "uri=pitbox://127.0.0.1:%u/car01 uri=pitbox://127.0.0.1:0/car01 "
    "user=studio key=" KEY,
      GST_RESOURCE_ERROR_SETTINGS, "a port that cannot be" },
  { "uri=pitbox://127.0.0.1:%u/car01?user=studio&key=b%00" KEY,
      GST_RESOURCE_ERROR_SETTINGS, "cannot be read" },
  { "uri=pitbox://127.0.0.1:%u/car01?user=studio&key=" KEY "%26user=all",
      GST_RESOURCE_ERROR_NOT_AUTHORIZED, "wrong passphrase" },
};

GST_START_TEST (test_refusals_say_why)
{
  const Refusal *r = &refusals[__i__];
  SrcPort *port = src_port_new ();
  GstElement *driver =
      src_play ("appsrc caps=video/mpegts,systemstream=true ! "
                "pitboxsrtserversink listener=src-test driver=car01");
  g_autofree gchar *rest = NULL, *words = NULL;
  g_autoptr (GString) text = g_string_new (r->properties);
  g_autofree gchar *number = g_strdup_printf ("%u", port->port);
  GstElement *pipeline;

  g_string_replace (text, "%u", number, 1);
  rest = g_strdup_printf ("pitboxsrc %s ! fakesink", text->str);
  pipeline = src_play (rest);
  words = src_wait_error (pipeline, r->code);
  g_assert_nonnull (strstr (words, r->words));
  g_assert_null (strstr (words, KEY));
  src_stop (pipeline);
  src_stop (driver);
  src_port_free (port);
}
GST_END_TEST

GST_START_TEST (test_the_key_can_stand_in_a_file)
{
  SrcPort *port = src_port_new ();
  GstElement *driver = src_play (DRIVER);
  g_autofree gchar *dir = g_dir_make_tmp ("pitbox-XXXXXX", NULL);
  g_autofree gchar *path = g_build_filename (dir, "key", NULL);
  g_autofree gchar *text = g_strdup_printf (
      "pitboxsrc uri=pitbox://127.0.0.1:%u/car01 user=studio key-file=%s "
      "wait-for-driver=true name=s s.video ! queue ! fakesink sync=false",
      port->port, path);
  g_autofree gchar *words = NULL;
  /* As editors and copying leave it. */
  static const gchar *const keys[] = { KEY "\nmore\n", KEY,
    "\357\273\277" KEY " \r\n" };
  static const gchar *const keyless[] = { "", "\n" KEY "\n",
    "\357\273\277\r\n" };
  GstElement *pipeline = gst_parse_launch (text, NULL);

  g_assert_cmpint (gst_element_set_state (pipeline, GST_STATE_PLAYING), ==,
      GST_STATE_CHANGE_FAILURE);
  words = src_wait_error (pipeline, GST_RESOURCE_ERROR_SETTINGS);
  g_assert_nonnull (strstr (words, path));
  gst_element_set_state (pipeline, GST_STATE_NULL);
  for (guint i = 0; i < G_N_ELEMENTS (keyless); i++) {
    g_autofree gchar *why = NULL;

    g_assert_true (g_file_set_contents (path, keyless[i], -1, NULL));
    g_assert_cmpint (gst_element_set_state (pipeline, GST_STATE_PLAYING), ==,
        GST_STATE_CHANGE_FAILURE);
    why = src_wait_error (pipeline, GST_RESOURCE_ERROR_SETTINGS);
    g_assert_nonnull (strstr (why, "no file with a key"));
    gst_element_set_state (pipeline, GST_STATE_NULL);
  }
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++) {
    g_assert_true (g_file_set_contents (path, keys[i], -1, NULL));
    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    src_wait_state (pipeline, "connected");
    gst_element_set_state (pipeline, GST_STATE_NULL);
  }
  gst_object_unref (pipeline);
  g_unlink (path);
  g_rmdir (dir);
  src_stop (driver);
  src_port_free (port);
}
GST_END_TEST

GST_START_TEST (test_a_driver_is_waited_for_and_comes_back)
{
  SrcPort *port = src_port_new ();
  SrcReading *r = src_reading_new (port->port, "wait-for-driver=true",
      "s.video ! queue ! identity name=picture ! fakesink sync=false "
      "s.klv ! queue ! identity name=units ! fakesink sync=false async=false");
  GstElement *driver;

  src_wait_state (r->pipeline, "waiting");
  driver = src_play (DRIVER);
  src_reading_wait (r, &r->n_with_row, 20);
  /* It leaves, is cut off, and gets in again by itself. */
  src_stop (driver);
  src_wait_state (r->pipeline, "waiting");
  driver = src_play (DRIVER);
  src_reading_wait (r, &r->n_with_row, 20);
  src_reading_free (r);
  src_stop (driver);
  src_port_free (port);
}
GST_END_TEST

/* Another stream takes over while the reader stays connected: its times begin
 * anew. */
GST_START_TEST (test_another_stream_takes_over)
{
  SrcPort *port = src_port_new ();
  GstElement *driver = src_play (DRIVER), *next;
  SrcReading *r = src_reading_new (port->port, "wait-for-driver=true",
      "s.video ! queue ! identity name=picture ! fakesink sync=false "
      "s.klv ! queue ! identity name=units ! fakesink sync=false async=false");
  g_autoptr (GstStructure) stats = NULL;
  g_autoptr (GstElement) src = gst_bin_get_by_name (GST_BIN (r->pipeline), "s");
  const GstStructure *part;
  guint64 connections = 0;

  src_reading_wait (r, &r->n_with_row, 60);
  next = src_play (DRIVER);
  src_stop (driver);
  src_reading_wait (r, &r->n_with_row, 60);
  g_object_get (src, "stats", &stats, NULL);
  part = g_value_get_boxed (gst_structure_get_value (stats, "connection"));
  gst_structure_get_uint64 (part, "connections", &connections);
  g_assert_cmpuint (connections, ==, 1);
  src_reading_free (r);
  src_stop (next);
  src_port_free (port);
}
GST_END_TEST

GST_START_TEST (test_the_server_restarts)
{
  SrcPort *port = src_port_new ();
  GstElement *driver = src_play (DRIVER);
  SrcReading *r = src_reading_new (port->port, "wait-for-driver=true",
      "s.video ! queue ! identity name=picture ! fakesink sync=false");

  src_reading_wait (r, &r->n_with_row, 20);
  gst_element_set_state (port->pipeline, GST_STATE_NULL);
  src_wait_state (r->pipeline, "waiting");
  src_port_play (port);
  src_reading_wait (r, &r->n_with_row, 20);
  src_reading_free (r);
  src_stop (driver);
  src_port_free (port);
}
GST_END_TEST

static void
link_again (GstElement *src, GstPad *pad, gpointer data)
{
  g_autoptr (GstPad) sink = gst_element_get_static_pad (data, "sink");

  if (g_str_equal (GST_PAD_NAME (pad), "video") && !gst_pad_is_linked (sink))
    gst_pad_link (pad, sink);
}

GST_START_TEST (test_it_stops_and_starts_again_and_ends)
{
  SrcPort *port = src_port_new ();
  GstElement *driver = src_play (DRIVER);
  SrcReading *r = src_reading_new (port->port, "wait-for-driver=true",
      "s.video ! identity name=picture ! fakesink sync=false");
  g_autoptr (GstBus) bus = gst_element_get_bus (r->pipeline);
  g_autoptr (GstElement) src = gst_bin_get_by_name (GST_BIN (r->pipeline), "s");
  g_autoptr (GstElement) picture =
      gst_bin_get_by_name (GST_BIN (r->pipeline), "picture");
  g_autoptr (GstMessage) eos = NULL;

  g_signal_connect (src, "pad-added", G_CALLBACK (link_again), picture);
  for (guint i = 0; i < 2; i++) {
    src_reading_wait (r, &r->n_with_row, 10);
    gst_element_set_state (r->pipeline, GST_STATE_NULL);
    g_assert_null (gst_element_get_static_pad (src, "video"));
    g_assert_cmpuint (GST_ELEMENT (src)->numpads, ==, 0);
    gst_element_set_state (r->pipeline, GST_STATE_PLAYING);
  }
  src_reading_wait (r, &r->n_with_row, 10);
  gst_element_send_event (r->pipeline, gst_event_new_eos ());
  eos = gst_bus_timed_pop_filtered (
      bus, WAIT_SECONDS * GST_SECOND, GST_MESSAGE_EOS);
  g_assert_nonnull (eos);
  src_reading_free (r);
  src_stop (driver);
  src_port_free (port);
}
GST_END_TEST

GST_START_TEST (test_addresses)
{
  static const struct {
    const gchar *uri;
    const gchar *back; /* NULL: refused */
  } cases[] = {
    { "pitbox://host/car01", "pitbox://host:9000/car01" },
    { "pitbox://host:9/car01?user=a&key=b-secret", "pitbox://a@host:9/car01" },
    { "pitbox://a:b-secret@[::1]:9/car.0-1?latency=50",
        "pitbox://a@[::1]:9/car.0-1" },
    { "pitbox://host/car01?key-file=%2Ftmp%2Fkey", "pitbox://host:9000/car01" },
    { "srt://host/car01", NULL },
    { "pitbox://host", NULL },
    { "pitbox://host/", NULL },
    { "pitbox:///car01", NULL },
    { "pitbox://host/a/b", NULL },
    { "pitbox://host/..", NULL },
    { "pitbox://host/a%2Fb", NULL },
    { "pitbox://host/a,m=publish", NULL },
    { "pitbox://host:0/car01", NULL },
    { "pitbox://host:99999/car01", NULL },
    { "pitbox://host/car01?latency=-1", NULL },
    { "pitbox://host/car01?latency=60001", NULL },
    { "pitbox://host/car01?passphrase=b-secret", NULL },
    { "nonsense", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree gchar *back = NULL;
    g_autoptr (GstElement) src =
        gst_object_ref_sink (gst_element_factory_make ("pitboxsrc", NULL));
    gboolean ok =
        gst_uri_handler_set_uri (GST_URI_HANDLER (src), cases[i].uri, &error);

    g_test_message ("%s", cases[i].uri);
    back = gst_uri_handler_get_uri (GST_URI_HANDLER (src));
    g_assert_cmpstr (back, ==, cases[i].back);
    g_assert_true (ok == (cases[i].back != NULL));
    if (!ok)
      g_assert_null (strstr (error->message, "b-secret"));
  }
}
GST_END_TEST

GST_START_TEST (test_a_flush_in_any_state)
{
  static const GstState states[] = { GST_STATE_NULL, GST_STATE_READY,
    GST_STATE_PLAYING, GST_STATE_READY, GST_STATE_NULL };
  GstElement *src = gst_object_ref_sink (gst_parse_launch (
      "pitboxsrc uri=pitbox://127.0.0.1:9/car01 user=studio", NULL));

  for (guint i = 0; i < G_N_ELEMENTS (states); i++) {
    g_assert_cmpint (
        gst_element_set_state (src, states[i]), !=, GST_STATE_CHANGE_FAILURE);
    gst_element_send_event (src, gst_event_new_flush_start ());
    gst_element_send_event (src, gst_event_new_flush_stop (TRUE));
  }
  gst_object_unref (src);
}
GST_END_TEST

static Suite *
pitboxsrcconnect_suite (void)
{
  Suite *s = suite_create ("pitboxsrcconnect");
  TCase *tc = tcase_create ("port");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_addresses);
  tcase_add_test (tc, test_a_flush_in_any_state);
  tcase_add_loop_test (tc, test_refusals_say_why, 0, G_N_ELEMENTS (refusals));
  if (!src_has_driver ())
    return s;
  tcase_add_test (tc, test_the_key_can_stand_in_a_file);
  tcase_add_test (tc, test_a_driver_is_waited_for_and_comes_back);
  tcase_add_test (tc, test_another_stream_takes_over);
  tcase_add_test (tc, test_the_server_restarts);
  tcase_add_test (tc, test_it_stops_and_starts_again_and_ends);
  return s;
}

GST_CHECK_MAIN (pitboxsrcconnect);
