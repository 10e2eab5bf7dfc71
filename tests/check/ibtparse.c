/* SPDX-License-Identifier: LGPL-2.1-or-later
 * ibtparse: every row, by push and by pull; seeks; files that are not whole. */
#include "../lib/pb-test-sim.h"

#include <glib/gstdio.h>
#include <gst/base/gsttypefindhelper.h>
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gstpitbox/gstpitbox.h>
#include <irsdk/irsdk-bytes.h>
#include <string.h>

#define ROWS 200

static const gchar *const real_files[] = {
  "ibt/formulavee_tsukuba-1kouter.ibt",
  "ibt/skmodified-tour_martinsville.ibt",
  "ibt/mercedesw13_spielberg-gp_pitbox.ibt",
};

/* Pushes @data in pieces of @piece bytes, then EOS. */
static void
push_all (GstHarness *h, const guint8 *data, gsize size, gsize piece)
{
  gst_harness_set_src_caps_str (h, GST_PITBOX_CAPS_IBT);
  for (gsize at = 0; at < size; at += piece) {
    const gsize n = MIN (piece, size - at);

    if (gst_harness_push (h, gst_buffer_new_memdup (data + at, n))
        != GST_FLOW_OK)
      break;
  }
  gst_harness_push_event (h, gst_event_new_eos ());
}

static guint
count_messages (GstBus *bus, GstMessageType type, const gchar *part)
{
  GstMessage *m;
  guint n = 0;

  while ((m = gst_bus_pop (bus)) != NULL) {
    GError *error = NULL;

    if (GST_MESSAGE_TYPE (m) == type) {
      if (type == GST_MESSAGE_ERROR)
        gst_message_parse_error (m, &error, NULL);
      else
        gst_message_parse_warning (m, &error, NULL);
      n += strstr (error->message, part) != NULL;
      g_error_free (error);
    }
    gst_message_unref (m);
  }
  return n;
}

GST_START_TEST (rows_in_pieces_of_any_size)
{
  static const gsize pieces[] = { 1, 7, 143, 144, 1051, 4096, 1 << 20 };
  IrsdkVar vars[PB_TEST_SIM_VARS];

  pb_test_sim_vars (vars, 2);
  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++) {
    GByteArray *file = pb_test_sim_file (ROWS, TRUE);
    GstHarness *h = gst_harness_new ("ibtparse");

    push_all (h, file->data, file->len, pieces[i]);
    fail_unless_equals_int (gst_harness_buffers_in_queue (h), ROWS);
    for (guint k = 0; k < ROWS; k++) {
      GstBuffer *b = gst_harness_pull (h);
      GstPitboxClockQuality quality;
      GstMapInfo map;

      gst_buffer_map (b, &map, GST_MAP_READ);
      fail_unless (
          pb_test_sim_row_is_whole (vars, 1000 + (gint32) k, map.data));
      gst_buffer_unmap (b, &map);
      fail_unless_equals_uint64 (
          GST_BUFFER_PTS (b), gst_util_uint64_scale (k, GST_SECOND, 60));
      fail_unless_equals_uint64 (GST_BUFFER_OFFSET (b), 1000 + k);
      fail_unless_equals_int (
          GST_BUFFER_FLAG_IS_SET (b, GST_BUFFER_FLAG_DISCONT), k == 0);
      fail_unless_equals_int64 (gst_pitbox_buffer_get_utc (b, &quality),
          1738253369 * G_GINT64_CONSTANT (1000000)
              + (gint64) (GST_BUFFER_PTS (b) / 1000));
      fail_unless_equals_int (quality, GST_PITBOX_CLOCK_FILE);
      gst_buffer_unref (b);
    }
    gst_harness_teardown (h);
    g_byte_array_unref (file);
  }
}
GST_END_TEST;

GST_START_TEST (schema_and_session_string_lead)
{
  GByteArray *file = pb_test_sim_file (3, TRUE);
  GstHarness *h = gst_harness_new ("ibtparse");
  gboolean session = FALSE;
  GstPitboxSchema *schema;
  GstEvent *event;
  GstCaps *caps;

  push_all (h, file->data, file->len, file->len);
  caps = gst_pad_get_current_caps (h->sinkpad);
  schema = gst_pitbox_schema_new_from_caps (caps, NULL);
  fail_unless_equals_int (
      gst_pitbox_schema_get_n_vars (schema), PB_TEST_SIM_VARS);
  gst_pitbox_schema_unref (schema);
  gst_caps_unref (caps);
  while ((event = gst_harness_try_pull_event (h)) != NULL) {
    GBytes *text;

    if (gst_pitbox_session_event_parse (event, &text, NULL)) {
      session = TRUE;
      fail_unless_equals_int (g_bytes_get_size (text), 38);
      g_bytes_unref (text);
    }
    gst_event_unref (event);
  }
  fail_unless (session);
  gst_harness_teardown (h);
  g_byte_array_unref (file);
}
GST_END_TEST;

/* Bytes of the file, whether it may end so, and what is said about it. */
GST_START_TEST (cut_files_give_their_whole_rows)
{
  GByteArray *file = pb_test_sim_file (20, TRUE);
  const gsize head = (gsize) irsdk_get_i32 (file->data + 52);
  const gsize row = (gsize) irsdk_get_i32 (file->data + 36);
  const struct {
    gsize bytes;
    guint rows;
    GstMessageType type;
    const gchar *part;
  } cases[] = {
    { 1, 0, GST_MESSAGE_ERROR, "ends too early" },
    { 111, 0, GST_MESSAGE_ERROR, "ends too early" },
    { 144, 0, GST_MESSAGE_ERROR, "ends too early" },
    { head - 1, 0, GST_MESSAGE_ERROR, "ends too early" },
    { head, 0, GST_MESSAGE_WARNING, "0 of 20 rows" },
    { head + row - 1, 0, GST_MESSAGE_WARNING, "last row" },
    { head + row, 1, GST_MESSAGE_WARNING, "1 of 20 rows" },
    { head + row + 1, 1, GST_MESSAGE_WARNING, "last row" },
    { head + 19 * row + 5, 19, GST_MESSAGE_WARNING, "19 of 20 rows" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    GstHarness *h = gst_harness_new ("ibtparse");
    GstBus *bus = gst_bus_new ();

    gst_element_set_bus (h->element, bus);
    push_all (h, file->data, cases[i].bytes, 1000);
    fail_unless_equals_int (gst_harness_buffers_in_queue (h), cases[i].rows);
    fail_unless_equals_int (
        count_messages (bus, cases[i].type, cases[i].part), 1);
    gst_element_set_bus (h->element, NULL);
    gst_object_unref (bus);
    gst_harness_teardown (h);
  }
  g_byte_array_unref (file);
}
GST_END_TEST;

GST_START_TEST (file_the_sim_did_not_close_is_whole)
{
  GByteArray *file = pb_test_sim_file (20, FALSE);
  GstHarness *h = gst_harness_new ("ibtparse");
  GstBus *bus = gst_bus_new ();

  gst_element_set_bus (h->element, bus);
  push_all (h, file->data, file->len, 4096);
  fail_unless_equals_int (gst_harness_buffers_in_queue (h), 20);
  fail_unless_equals_int (count_messages (bus, GST_MESSAGE_WARNING, ""), 0);
  gst_element_set_bus (h->element, NULL);
  gst_object_unref (bus);
  gst_harness_teardown (h);
  g_byte_array_unref (file);
}
GST_END_TEST;

GST_START_TEST (foreign_and_impossible_files_are_errors)
{
  static const struct {
    gsize at;
    gint32 value;
    const gchar *part;
  } cases[] = {
    { 0, 0x6d783f3c, "not an .ibt file" },
    { 20, 112, "dump of iRacing's shared memory" },
    { 32, 3, "dump of iRacing's shared memory" },
    { 52, -1, "contradict" },
    { 52, G_MAXINT32, "larger than" },
    { 16, G_MAXINT32, "larger than" },
    { 24, 5000, "larger than" },
    { 36, G_MAXINT32, "larger than" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    GByteArray *file = pb_test_sim_file (20, TRUE);
    GstHarness *h = gst_harness_new ("ibtparse");
    GstBus *bus = gst_bus_new ();

    irsdk_put_i32 (file->data + cases[i].at, cases[i].value);
    gst_element_set_bus (h->element, bus);
    push_all (h, file->data, file->len, 4096);
    fail_unless_equals_int (gst_harness_buffers_in_queue (h), 0);
    fail_unless_equals_int (
        count_messages (bus, GST_MESSAGE_ERROR, cases[i].part), 1);
    gst_element_set_bus (h->element, NULL);
    gst_object_unref (bus);
    gst_harness_teardown (h);
    g_byte_array_unref (file);
  }
}
GST_END_TEST;

typedef struct {
  gchar *path;
  GstElement *pipeline;
  GstElement *sink;
} Player;

/* @queue: makes the parser's input come by push. */
static void
play (Player *p, GByteArray *file, const gchar *queue)
{
  g_autofree gchar *launch =
      g_strdup_printf ("filesrc name=src ! %s ibtparse ! fakesink name=sink "
                       "sync=false signal-handoffs=true",
          queue);
  GstElement *src;
  gint fd = g_file_open_tmp ("pitbox-XXXXXX.ibt", &p->path, NULL);

  fail_unless (fd >= 0);
  g_close (fd, NULL);
  fail_unless (g_file_set_contents (
      p->path, (const gchar *) file->data, file->len, NULL));
  p->pipeline = gst_parse_launch (launch, NULL);
  p->sink = gst_bin_get_by_name (GST_BIN (p->pipeline), "sink");
  src = gst_bin_get_by_name (GST_BIN (p->pipeline), "src");
  g_object_set (src, "location", p->path, NULL);
  gst_object_unref (src);
  fail_if (gst_element_set_state (p->pipeline, GST_STATE_PAUSED)
           == GST_STATE_CHANGE_FAILURE);
  fail_unless_equals_int (
      gst_element_get_state (p->pipeline, NULL, NULL, GST_CLOCK_TIME_NONE),
      GST_STATE_CHANGE_SUCCESS);
}

static void
stop (Player *p)
{
  gst_element_set_state (p->pipeline, GST_STATE_NULL);
  gst_object_unref (p->sink);
  gst_object_unref (p->pipeline);
  g_unlink (p->path);
  g_free (p->path);
}

/* Seeks, and gives the number of the row that is prerolled; -1 if refused. */
static gint64
seek_to (Player *p, GstFormat format, gint64 value)
{
  GstSample *sample = NULL;
  gint64 offset;

  if (!gst_element_seek (p->pipeline, 1.0, format, GST_SEEK_FLAG_FLUSH,
          GST_SEEK_TYPE_SET, value, GST_SEEK_TYPE_NONE, 0))
    return -1;
  fail_unless_equals_int (
      gst_element_get_state (p->pipeline, NULL, NULL, GST_CLOCK_TIME_NONE),
      GST_STATE_CHANGE_SUCCESS);
  g_object_get (p->sink, "last-sample", &sample, NULL);
  fail_unless (sample != NULL);
  offset = (gint64) GST_BUFFER_OFFSET (gst_sample_get_buffer (sample));
  fail_unless_equals_uint64 (GST_BUFFER_PTS (gst_sample_get_buffer (sample)),
      gst_util_uint64_scale ((guint64) offset - 1000, GST_SECOND, 60));
  gst_sample_unref (sample);
  return offset - 1000;
}

static void
check_seeks (const gchar *queue, gboolean any_lap)
{
  GByteArray *file = pb_test_sim_file (ROWS, TRUE);
  GstFormat lap, tick;
  gint64 duration, rows;
  Player p;

  play (&p, file, queue);
  /* They are there once the element is. */
  lap = gst_format_get_by_nick ("pitbox-lap");
  tick = gst_format_get_by_nick ("pitbox-tick");
  fail_unless (
      gst_element_query_duration (p.pipeline, GST_FORMAT_TIME, &duration));
  fail_unless_equals_int64 (
      duration, (gint64) gst_util_uint64_scale (ROWS, GST_SECOND, 60));
  fail_unless (gst_element_query_convert (
      p.sink, GST_FORMAT_TIME, duration, GST_FORMAT_DEFAULT, &rows));
  fail_unless_equals_int64 (rows, ROWS);
  /* Lap n starts at tick 10 n. */
  fail_unless_equals_int64 (seek_to (&p, lap, 119), any_lap ? 190 : -1);
  fail_unless_equals_int64 (seek_to (&p, GST_FORMAT_TIME, 0), 0);
  for (gint64 row = 1; row < ROWS; row += 13) {
    const gint64 time =
        (gint64) gst_util_uint64_scale ((guint64) row, GST_SECOND, 60);

    fail_unless_equals_int64 (seek_to (&p, GST_FORMAT_TIME, time), row);
    fail_unless_equals_int64 (seek_to (&p, GST_FORMAT_TIME, time - 2), row - 1);
    fail_unless_equals_int64 (seek_to (&p, GST_FORMAT_DEFAULT, row), row);
    fail_unless_equals_int64 (seek_to (&p, tick, 1000 + row), row);
  }
  fail_unless_equals_int64 (seek_to (&p, tick, 999), -1);
  fail_unless_equals_int64 (seek_to (&p, lap, 100), 0);
  fail_unless_equals_int64 (seek_to (&p, lap, 120), -1);
  fail_unless_equals_int64 (seek_to (&p, lap, -1), -1);
  stop (&p);
  g_byte_array_unref (file);
}

GST_START_TEST (seeks_where_the_file_is_read_in_any_order)
{
  check_seeks ("", TRUE);
}
GST_END_TEST;

GST_START_TEST (seeks_where_the_file_is_pushed)
{
  check_seeks ("queue max-size-buffers=1 max-size-bytes=0 ! ", FALSE);
}
GST_END_TEST;

static void
append_row (GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer data)
{
  GstMapInfo map;

  gst_buffer_map (buffer, &map, GST_MAP_READ);
  g_byte_array_append (data, map.data, map.size);
  gst_buffer_unmap (buffer, &map);
}

static void
run_to_end (Player *p)
{
  GstBus *bus = gst_element_get_bus (p->pipeline);
  GstMessage *m;

  fail_if (gst_element_set_state (p->pipeline, GST_STATE_PLAYING)
           == GST_STATE_CHANGE_FAILURE);
  m = gst_bus_timed_pop_filtered (
      bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless_equals_int (GST_MESSAGE_TYPE (m), GST_MESSAGE_EOS);
  gst_message_unref (m);
  gst_object_unref (bus);
}

GST_START_TEST (played_and_stopped_twice)
{
  GByteArray *file = pb_test_sim_file (ROWS, TRUE);
  const gsize head = (gsize) irsdk_get_i32 (file->data + 52);
  Player p;

  play (&p, file, "");
  for (guint i = 0; i < 2; i++) {
    GByteArray *rows = g_byte_array_new ();
    gulong id;

    gst_element_set_state (p.pipeline, GST_STATE_NULL);
    id = g_signal_connect (p.sink, "handoff", G_CALLBACK (append_row), rows);
    run_to_end (&p);
    g_signal_handler_disconnect (p.sink, id);
    fail_unless_equals_int (rows->len, file->len - head);
    fail_unless_equals_int (
        memcmp (rows->data, file->data + head, rows->len), 0);
    g_byte_array_unref (rows);
  }
  stop (&p);
  g_byte_array_unref (file);
}
GST_END_TEST;

GST_START_TEST (real_rows_equal_the_file)
{
  for (guint i = 0; i < G_N_ELEMENTS (real_files); i++) {
    gsize size, head;
    gchar *data = pb_test_data (real_files[i], &size);
    GByteArray file = { (guint8 *) data, (guint) size };

    if (data == NULL)
      continue;
    head = (gsize) irsdk_get_i32 (data + 52);
    for (guint k = 0; k < 2; k++) {
      GByteArray *rows = g_byte_array_new ();
      Player p;

      play (&p, &file, k == 0 ? "" : "queue !");
      gst_element_set_state (p.pipeline, GST_STATE_NULL);
      g_signal_connect (p.sink, "handoff", G_CALLBACK (append_row), rows);
      run_to_end (&p);
      fail_unless_equals_int (rows->len, size - head);
      fail_unless_equals_int (memcmp (rows->data, data + head, size - head), 0);
      stop (&p);
      g_byte_array_unref (rows);
    }
    g_free (data);
  }
}
GST_END_TEST;

/* Formula Vee: 0 to 3 are laps there, and row 0 says lap 0 without a place. */
GST_START_TEST (real_laps_are_found)
{
  gsize size;
  gchar *data = pb_test_data (real_files[0], &size);
  GByteArray file = { (guint8 *) data, (guint) size };
  GstSample *sample;
  GstMapInfo map;
  GstBuffer *buffer;
  GstPitboxSchema *schema;
  Player p;

  if (data == NULL)
    return;
  play (&p, &file, "");
  fail_unless (
      gst_element_seek (p.pipeline, 1.0, gst_format_get_by_nick ("pitbox-lap"),
          GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET, 2, GST_SEEK_TYPE_NONE, 0));
  gst_element_get_state (p.pipeline, NULL, NULL, GST_CLOCK_TIME_NONE);
  g_object_get (p.sink, "last-sample", &sample, NULL);
  buffer = gst_sample_get_buffer (sample);
  schema = gst_pitbox_schema_new_from_caps (gst_sample_get_caps (sample), NULL);
  gst_buffer_map (buffer, &map, GST_MAP_READ);
  fail_unless_equals_int (gst_pitbox_row_get_newest_int64 (map.data,
                              gst_pitbox_schema_find (schema, "Lap"), -1),
      2);
  fail_unless (gst_pitbox_row_get_newest (
                   map.data, gst_pitbox_schema_find (schema, "LapDistPct"))
               < 0.01);
  gst_buffer_unmap (buffer, &map);
  gst_pitbox_schema_unref (schema);
  gst_sample_unref (sample);
  stop (&p);
  g_free (data);
}
GST_END_TEST;

GST_START_TEST (type_is_found_by_content)
{
  GByteArray *file = pb_test_sim_file (2, TRUE);
  gsize size;
  gchar *dump = pb_test_data ("shm/skipbarber_longbeach_2021.shm.bin", &size);
  GstTypeFindProbability p;
  GstCaps *caps =
      gst_type_find_helper_for_data (NULL, file->data, file->len, &p);

  fail_unless (caps != NULL);
  fail_unless (gst_structure_has_name (
      gst_caps_get_structure (caps, 0), GST_PITBOX_CAPS_IBT));
  fail_unless_equals_int (p, GST_TYPE_FIND_MAXIMUM);
  gst_caps_unref (caps);
  /* A bad first variable, and a dump of the memory, are something else. */
  irsdk_put_i32 (file->data + 144, 99);
  caps = gst_type_find_helper_for_data (NULL, file->data, file->len, &p);
  fail_unless (caps == NULL
               || !gst_structure_has_name (
                   gst_caps_get_structure (caps, 0), GST_PITBOX_CAPS_IBT));
  gst_clear_caps (&caps);
  if (dump != NULL) {
    caps =
        gst_type_find_helper_for_data (NULL, (const guint8 *) dump, size, &p);
    fail_unless (caps == NULL
                 || !gst_structure_has_name (
                     gst_caps_get_structure (caps, 0), GST_PITBOX_CAPS_IBT));
    gst_clear_caps (&caps);
  }
  g_free (dump);
  g_byte_array_unref (file);
}
GST_END_TEST;

GST_START_TEST (flush_in_the_middle_goes_on)
{
  GByteArray *file = pb_test_sim_file (ROWS, TRUE);
  GstHarness *h = gst_harness_new ("ibtparse");
  const gsize head = (gsize) irsdk_get_i32 (file->data + 52);
  const gsize row = (gsize) irsdk_get_i32 (file->data + 36);
  GstSegment segment;
  GstBuffer *b;
  guint n;

  gst_harness_set_src_caps_str (h, GST_PITBOX_CAPS_IBT);
  gst_harness_push (h, gst_buffer_new_memdup (file->data, head + 3 * row + 5));
  while ((b = gst_harness_try_pull (h)) != NULL)
    gst_buffer_unref (b);
  gst_harness_push_event (h, gst_event_new_flush_start ());
  gst_harness_push_event (h, gst_event_new_flush_stop (TRUE));
  /* Somebody upstream jumped into the middle of row 100. */
  gst_segment_init (&segment, GST_FORMAT_BYTES);
  segment.start = head + 100 * row + 11;
  segment.time = segment.start;
  gst_harness_push_event (h, gst_event_new_segment (&segment));
  gst_harness_push (h, gst_buffer_new_memdup (file->data + segment.start,
                           file->len - segment.start));
  gst_harness_push_event (h, gst_event_new_eos ());
  n = gst_harness_buffers_in_queue (h);
  fail_unless_equals_int (n, ROWS - 101);
  b = gst_harness_pull (h);
  fail_unless_equals_uint64 (GST_BUFFER_OFFSET (b), 1101);
  fail_unless (GST_BUFFER_FLAG_IS_SET (b, GST_BUFFER_FLAG_DISCONT));
  gst_buffer_unref (b);
  gst_harness_teardown (h);
  g_byte_array_unref (file);
}
GST_END_TEST;

static Suite *
ibtparse_suite (void)
{
  Suite *s = suite_create ("ibtparse");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, rows_in_pieces_of_any_size);
  tcase_add_test (tc, schema_and_session_string_lead);
  tcase_add_test (tc, cut_files_give_their_whole_rows);
  tcase_add_test (tc, file_the_sim_did_not_close_is_whole);
  tcase_add_test (tc, foreign_and_impossible_files_are_errors);
  tcase_add_test (tc, seeks_where_the_file_is_read_in_any_order);
  tcase_add_test (tc, seeks_where_the_file_is_pushed);
  tcase_add_test (tc, played_and_stopped_twice);
  tcase_add_test (tc, flush_in_the_middle_goes_on);
  tcase_add_test (tc, type_is_found_by_content);
  tcase_add_test (tc, real_rows_equal_the_file);
  tcase_add_test (tc, real_laps_are_found);
  return s;
}

GST_CHECK_MAIN (ibtparse);
