/* SPDX-License-Identifier: LGPL-2.1-or-later
 * telemetrytextenc: what is written, when, for how long, and who can read it. */
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>

#include "../lib/pb-test-bus.h"
#include "../lib/pb-test-harness.h"

static GstPitboxSchema *schema;

static GstBuffer *
make_row (guint n)
{
  return pb_test_row_buffer (schema, n);
}

static gchar *
text_of (GstBuffer *buffer)
{
  GstMapInfo map;
  gchar *text;

  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  text = g_strndup ((const gchar *) map.data, map.size);
  gst_buffer_unmap (buffer, &map);
  return text;
}

static void
check_next (GstHarness *h, const gchar *want)
{
  g_autoptr (GstBuffer) buffer = gst_harness_try_pull (h);
  g_autofree gchar *text = NULL;

  fail_unless (buffer != NULL);
  text = text_of (buffer);
  fail_unless_equals_string (text, want);
}

GST_START_TEST (test_text_time_and_duration)
{
  GstHarness *h = pb_test_harness_new (
      "telemetrytextenc max-rate=20 template=\"{Speed@:.1f} {Speed@:unit} "
      "{Gear:gear} {SessionTick} {tick} {time:.2f}\"",
      schema);
  g_autoptr (GstCaps) caps = NULL;

  for (guint n = 0; n < 7; n++)
    fail_unless_equals_int (gst_harness_push (h, make_row (n)), GST_FLOW_OK);
  fail_unless_equals_int (gst_harness_buffers_in_queue (h), 3);
  for (guint n = 0; n < 7; n += 3) {
    static const gchar *const want[] = { "144.0 km/h 3 6000 6000 0.00",
      "145.2 km/h 3 6003 6003 0.05", "146.4 km/h 3 6006 6006 0.10" };
    g_autoptr (GstBuffer) buffer = gst_harness_pull (h);
    g_autofree gchar *text = text_of (buffer);

    fail_unless_equals_string (text, want[n / 3]);
    fail_unless_equals_uint64 (GST_BUFFER_PTS (buffer), PB_TEST_ROW_NS (n));
    fail_unless_equals_uint64 (GST_BUFFER_DURATION (buffer), GST_SECOND / 20);
  }
  caps = gst_pad_get_current_caps (h->sinkpad);
  fail_unless (gst_caps_is_equal (
      caps, gst_static_caps_get (
                &(GstStaticCaps) GST_STATIC_CAPS ("text/x-raw, format=utf8"))));
  gst_harness_teardown (h);
}
GST_END_TEST;

GST_START_TEST (test_markup_escapes_names)
{
  static const gchar session[] =
      "DriverInfo:\n DriverCarIdx: 1\n Drivers:\n - CarIdx: 1\n"
      "   UserName: <A> & B\n";
  GstHarness *h = pb_test_harness_new (
      "telemetrytextenc max-rate=0 markup=true template=\"<b>{driver}</b>\"",
      schema);
  g_autoptr (GBytes) text = g_bytes_new_static (session, sizeof session - 1);
  GstStructure *s;
  GstCaps *caps;

  gst_harness_push (h, make_row (0));
  check_next (h, "<b>-</b>");
  gst_harness_push_event (h, gst_pitbox_session_event_new (text, 1));
  gst_harness_push (h, make_row (1));
  check_next (h, "<b>&lt;A&gt; &amp; B</b>");
  caps = gst_pad_get_current_caps (h->sinkpad);
  s = gst_caps_get_structure (caps, 0);
  fail_unless_equals_string (
      gst_structure_get_string (s, "format"), "pango-markup");
  gst_caps_unref (caps);
  gst_harness_teardown (h);
}
GST_END_TEST;

GST_START_TEST (test_properties_change_while_rows_flow)
{
  GstHarness *h = pb_test_harness_new (
      "telemetrytextenc max-rate=0 template={Gear}", schema);

  gst_harness_push (h, make_row (0));
  check_next (h, "3");
  gst_harness_set (h, "telemetrytextenc", "template", "{Speed@:.0f}", NULL);
  gst_harness_push (h, make_row (1));
  check_next (h, "144");
  gst_harness_set (
      h, "telemetrytextenc", "units", GST_PITBOX_UNITS_IMPERIAL, NULL);
  gst_harness_push (h, make_row (2));
  check_next (h, "90");
  /* What is wrong changes nothing. */
  gst_harness_set (h, "telemetrytextenc", "template", "{Speed", NULL);
  gst_harness_push (h, make_row (3));
  check_next (h, "90");
  gst_harness_teardown (h);
}
GST_END_TEST;

GST_START_TEST (test_wrong_template_is_said_in_words)
{
  GstElement *element = gst_element_factory_make ("telemetrytextenc", NULL);
  g_autofree gchar *words = NULL;

  g_object_set (element, "template", "{Speed:hex}", NULL);
  words = pb_test_bus_dup_refusal (element);
  fail_unless_equals_string (words,
      "Cannot use the property template: field at character 1: unknown format "
      "\"hex\"");
}
GST_END_TEST;

GST_START_TEST (test_bad_row_is_dropped)
{
  GstHarness *h = pb_test_harness_new ("telemetrytextenc max-rate=0", schema);

  fail_unless_equals_int (
      gst_harness_push (h, gst_buffer_new_wrapped (g_malloc0 (3), 3)),
      GST_FLOW_OK);
  fail_unless (gst_harness_try_pull (h) == NULL);
  gst_harness_teardown (h);
}
GST_END_TEST;

/* Stock webvttenc makes a file of it, line for line. */
GST_START_TEST (test_webvtt)
{
  g_autoptr (GstElementFactory) factory =
      gst_element_factory_find ("webvttenc");
  GString *file = g_string_new (NULL);
  GstBuffer *buffer;
  GstHarness *h;

  if (factory == NULL) {
    g_print ("SKIP: needs webvttenc\n");
    g_string_free (file, TRUE);
    return;
  }
  h = pb_test_harness_new ("telemetrytextenc max-rate=2 "
                           "template=\"{Gear:gear}  {LapDistPct*100:.1f}%\" ! "
                           "webvttenc",
      schema);
  for (guint n = 0; n < 60; n++)
    gst_harness_push (h, make_row (n));
  while ((buffer = gst_harness_try_pull (h)) != NULL) {
    g_autofree gchar *text = text_of (buffer);

    g_string_append (file, text);
    gst_buffer_unref (buffer);
  }
  fail_unless_equals_string (file->str,
      "WEBVTT\n\n00:00:00.000 --> 00:00:00.500\n3  0.0%\n\n"
      "00:00:00.500 --> 00:00:01.000\n3  3.3%\n\n");
  g_string_free (file, TRUE);
  gst_harness_teardown (h);
}
GST_END_TEST;

static Suite *
telemetrytextenc_suite (void)
{
  Suite *suite = suite_create ("telemetrytextenc");
  TCase *tc = tcase_create ("general");

  schema = pb_test_schema_new ();
  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_text_time_and_duration);
  tcase_add_test (tc, test_markup_escapes_names);
  tcase_add_test (tc, test_properties_change_while_rows_flow);
  tcase_add_test (tc, test_wrong_template_is_said_in_words);
  tcase_add_test (tc, test_bad_row_is_dropped);
  tcase_add_test (tc, test_webvtt);
  return suite;
}

GST_CHECK_MAIN (telemetrytextenc);
