/* SPDX-License-Identifier: LGPL-2.1-or-later
 * pitboxencodebin with encoders that hang, crash, refuse and work: see
 * tests/lib/encoders. */
#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/video/video.h>
#include <string.h>

#include "../lib/pb-test-bus.h"

#define CAPS "video/x-raw,format=I420,width=320,height=240,framerate="
#define PICTURE_BYTES (320 * 240 * 3 / 2)
/* All encoders of tests/lib/encoders. */
#define ALL \
  "nvcudah264enc,nvautogpuh264enc,nvh264enc,amfh264enc,qsvh264enc," \
  "vah264enc,varenderD129h264enc,vah264lpenc"
/* A try that works takes some 200 ms here; under sanitizers and load more. */
#define PROBE_TIMEOUT_MS 3000

static gchar *cache_dir;

static gchar *
cache_file (void)
{
  return g_build_filename (cache_dir, "pitbox", "encoders.ini", NULL);
}

static void
forget_cache (void)
{
  g_autofree gchar *path = cache_file ();

  g_unlink (path);
}

static void
edit_cache (const gchar *group, const gchar *key, const gchar *value)
{
  g_autofree gchar *path = cache_file ();
  g_autoptr (GKeyFile) file = g_key_file_new ();

  fail_unless (g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL));
  g_key_file_set_string (file, group, key, value);
  fail_unless (g_key_file_save_to_file (file, path, NULL));
}

static GstHarness *
new_bin (const gchar *settings, GstBus **bus)
{
  g_autofree gchar *launch = g_strdup_printf (
      "pitboxencodebin probe-timeout=%d %s", PROBE_TIMEOUT_MS, settings);
  GstElement *bin = gst_parse_launch (launch, NULL);
  GstHarness *h;

  fail_unless (bin != NULL);
  *bus = gst_bus_new ();
  gst_element_set_bus (bin, *bus);
  h = gst_harness_new_with_element (bin, "sink", "src");
  gst_object_unref (bin);
  return h;
}

static void
end_bin (GstHarness *h, GstBus *bus)
{
  gst_element_set_bus (h->element, NULL);
  gst_harness_teardown (h);
  gst_object_unref (bus);
}

static GstBuffer *
new_picture (guint n, guint fps)
{
  GstBuffer *b = gst_buffer_new_and_alloc (PICTURE_BYTES);

  gst_buffer_memset (b, 0, (guint8) (100 + n % 2), PICTURE_BYTES);
  GST_BUFFER_PTS (b) = gst_util_uint64_scale (n, GST_SECOND, fps);
  GST_BUFFER_DURATION (b) = GST_SECOND / fps;
  return b;
}

/* The field of active-backend, or NULL. */
static gchar *
active (GstHarness *h, const gchar *field)
{
  GstStructure *s = NULL;
  gchar *value = NULL;

  g_object_get (h->element, "active-backend", &s, NULL);
  if (s != NULL) {
    value = g_strdup (gst_structure_get_string (s, field));
    gst_structure_free (s);
  }
  return value;
}

static void
assert_active (GstHarness *h, const gchar *element)
{
  g_autofree gchar *name = active (h, "element");

  assert_equals_string (name, element);
}

static void
assert_refused (GstHarness *h, const gchar *text)
{
  g_autofree gchar *refused = active (h, "refused");

  fail_unless (
      strstr (refused, text) != NULL, "\"%s\" has no \"%s\"", refused, text);
}

static guint
count_messages (GstBus *bus, GstMessageType type, const gchar *name)
{
  GstMessage *m;
  guint n = 0;

  while ((m = gst_bus_pop_filtered (bus, type)) != NULL) {
    if (name == NULL || gst_message_has_name (m, name))
      n++;
    gst_message_unref (m);
  }
  return n;
}

static gboolean
is_key (GstBuffer *unit)
{
  return !GST_BUFFER_FLAG_IS_SET (unit, GST_BUFFER_FLAG_DELTA_UNIT);
}

/* What is pushed is what comes out, and the bus has nothing bad to say. */
static void
assert_encodes (GstHarness *h, GstBus *bus, guint n)
{
  gst_harness_set_src_caps_str (h, CAPS "60/1");
  for (guint i = 0; i < n; i++)
    assert_equals_int (gst_harness_push (h, new_picture (i, 60)), GST_FLOW_OK);
  gst_harness_push_event (h, gst_event_new_eos ());
  assert_equals_int (gst_harness_buffers_received (h), n);
  assert_equals_int (count_messages (bus, GST_MESSAGE_ERROR, NULL), 0);
}

GST_START_TEST (test_what_hangs_crashes_or_refuses_is_not_taken)
{
  GstBus *bus;
  GstHarness *h = new_bin ("exclude=amfh264enc,qsvh264enc", &bus);

  assert_active (h, "vah264enc");
  assert_refused (h, "nvcudah264enc: hung: no answer within 3000 ms");
  assert_refused (h, "nvautogpuh264enc: crashed: signal 6");
  assert_refused (h, "nvh264enc: failed: All sessions of the card are in use");
  assert_refused (h, "qsvh264enc: excluded");
  assert_equals_int (
      count_messages (bus, GST_MESSAGE_ELEMENT, "pitbox-backend"), 1);
  assert_encodes (h, bus, 5);
  end_bin (h, bus);
}
GST_END_TEST

GST_START_TEST (test_who_fails_at_the_first_picture_is_replaced)
{
  GstBus *bus;
  GstHarness *h = new_bin ("exclude=qsvh264enc", &bus);

  assert_active (h, "amfh264enc");
  assert_encodes (h, bus, 5);
  assert_active (h, "vah264enc");
  assert_refused (h, "amfh264enc: failed: All sessions");
  assert_equals_int (
      count_messages (bus, GST_MESSAGE_ELEMENT, "pitbox-backend"), 0);
  end_bin (h, bus);
}
GST_END_TEST

GST_START_TEST (test_who_refuses_caps_is_replaced)
{
  GstBus *bus;
  GstHarness *h = new_bin ("exclude=amfh264enc", &bus);

  assert_active (h, "qsvh264enc");
  assert_encodes (h, bus, 5);
  assert_active (h, "vah264enc");
  assert_refused (h, "qsvh264enc: failed: it does not take such pictures");
  end_bin (h, bus);
}
GST_END_TEST

GST_START_TEST (test_who_cannot_be_opened_is_passed_over)
{
  GstBus *bus;
  GstHarness *h = new_bin ("exclude=amfh264enc,qsvh264enc,vah264enc", &bus);

  assert_active (h, "x264enc");
  assert_refused (h, "varenderD129h264enc: failed: it cannot be opened");
  assert_refused (h, "vah264lpenc: failed: it takes pictures and gives");
  assert_encodes (h, bus, 5);
  end_bin (h, bus);
}
GST_END_TEST

/* As where all sessions of a card are in use: its other elements fail, too. */
GST_START_TEST (test_one_after_the_other_is_replaced_on_air)
{
  GstBus *bus;
  GstHarness *h = new_bin ("", &bus);

  assert_active (h, "amfh264enc");
  assert_encodes (h, bus, 5);
  assert_active (h, "vah264enc");
  assert_refused (h, "amfh264enc: failed: All sessions");
  assert_refused (h, "qsvh264enc: failed: it does not take such pictures");
  end_bin (h, bus);
}
GST_END_TEST

GST_START_TEST (test_a_named_encoder_is_not_tried_nor_replaced)
{
  g_autofree gchar *path = cache_file ();
  GstBus *bus;
  GstHarness *h;

  forget_cache ();
  h = new_bin ("encoder=amfh264enc", &bus);
  assert_active (h, "amfh264enc");
  fail_if (g_file_test (path, G_FILE_TEST_EXISTS));
  gst_harness_set_src_caps_str (h, CAPS "60/1");
  assert_equals_int (gst_harness_push (h, new_picture (0, 60)), GST_FLOW_ERROR);
  assert_equals_int (count_messages (bus, GST_MESSAGE_ERROR, NULL), 1);
  end_bin (h, bus);
}
GST_END_TEST

GST_START_TEST (test_no_encoder_is_an_error_with_all_reasons)
{
  static const struct {
    const gchar *settings, *text;
  } table[] = {
    { "encoder=nosuchenc",
        "asked for cannot make h264 here (nosuchenc: not an encoder" },
    { "encoder=nvd3d11h264enc", "(nvd3d11h264enc: not installed" },
    { "codec=h265 encoder=x264enc", "(x264enc: " },
    { "exclude=" ALL ",x264enc,openh264enc", "x264enc: excluded" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autofree gchar *launch =
        g_strconcat ("pitboxencodebin ", table[i].settings, NULL);
    g_autofree gchar *words =
        pb_test_bus_dup_refusal (gst_parse_launch (launch, NULL));

    fail_unless (strstr (words, table[i].text) != NULL, "%s", words);
  }
}
GST_END_TEST

/* With what a try says put in by hand, it is seen who was asked. */
GST_START_TEST (test_answers_are_kept_while_they_hold)
{
  static const gchar settings[] = "exclude=nvcudah264enc,nvautogpuh264enc";
  g_autofree gchar *path = cache_file ();
  GstBus *bus;
  GstHarness *h;

  forget_cache ();
  h = new_bin (settings, &bus);
  assert_active (h, "amfh264enc");
  end_bin (h, bus);

  edit_cache ("nvh264enc system", "result", "works");
  h = new_bin (settings, &bus);
  assert_active (h, "nvh264enc");
  end_bin (h, bus);

  edit_cache ("nvh264enc system", "plugin", "0.0.1");
  h = new_bin (settings, &bus);
  assert_active (h, "amfh264enc");
  end_bin (h, bus);

  edit_cache ("nvh264enc system", "result", "works");
  edit_cache ("pitbox encoder probes", "machine", "another");
  h = new_bin (settings, &bus);
  assert_active (h, "amfh264enc");
  end_bin (h, bus);

  fail_unless (g_file_set_contents (path, "\x00\xff[nvh264enc", 12, NULL));
  h = new_bin (settings, &bus);
  assert_active (h, "amfh264enc");
  end_bin (h, bus);
}
GST_END_TEST

GST_START_TEST (test_key_interval_is_time)
{
  GstBus *bus;
  GstHarness *h = new_bin ("encoder=x264enc key-interval=500", &bus);

  gst_harness_set_src_caps_str (h, CAPS "30/1");
  for (guint i = 0; i < 46; i++) {
    GstBuffer *unit = gst_harness_push_and_pull (h, new_picture (i, 30));

    assert_equals_int (is_key (unit), i % 15 == 0);
    gst_buffer_unref (unit);
  }
  end_bin (h, bus);
}
GST_END_TEST

/* Any NAL unit of this type behind a start code. */
static gboolean
has_nal (GstBuffer *unit, guint8 type)
{
  GstMapInfo map;
  gboolean found = FALSE;

  gst_buffer_map (unit, &map, GST_MAP_READ);
  for (gsize i = 0; i + 4 <= map.size; i++)
    found |= memcmp (map.data + i, "\0\0\1", 3) == 0
             && (map.data[i + 3] & 0x1f) == type;
  gst_buffer_unmap (unit, &map);
  return found;
}

GST_START_TEST (test_force_key_unit_and_headers)
{
  static const gchar *const encoders[] = { "x264enc", "openh264enc" };

  for (guint e = 0; e < G_N_ELEMENTS (encoders); e++) {
    g_autofree gchar *settings = g_strconcat ("encoder=", encoders[e], NULL);
    GstBus *bus;
    GstHarness *h = new_bin (settings, &bus);
    g_autofree gchar *caps = NULL;

    gst_harness_set_src_caps_str (h, CAPS "60/1");
    for (guint i = 0; i < 12; i++) {
      GstBuffer *unit;

      if (i == 7)
        gst_harness_push_upstream_event (
            h, gst_video_event_new_upstream_force_key_unit (
                   GST_CLOCK_TIME_NONE, TRUE, 1));
      unit = gst_harness_push_and_pull (h, new_picture (i, 60));
      assert_equals_int (is_key (unit), i == 0 || i == 7);
      assert_equals_int (has_nal (unit, 7), i == 0 || i == 7);
      assert_equals_int (has_nal (unit, 8), i == 0 || i == 7);
      gst_buffer_unref (unit);
    }
    {
      GstCaps *out = gst_pad_get_current_caps (h->sinkpad);

      caps = gst_caps_to_string (out);
      gst_caps_unref (out);
    }
    fail_unless (strstr (caps, "stream-format=(string)byte-stream") != NULL);
    fail_unless (strstr (caps, "alignment=(string)au") != NULL);
    fail_unless (strstr (caps, "profile=(string)constrained-baseline") != NULL);
    end_bin (h, bus);
  }
}
GST_END_TEST

/* x265enc would take it as it is. */
GST_START_TEST (test_a_screen_in_444_is_coded_in_420)
{
  g_autoptr (GstElementFactory) x265 = gst_element_factory_find ("x265enc");
  GstBus *bus;
  GstHarness *h;
  g_autoptr (GstCaps) caps = NULL;

  if (x265 == NULL) {
    GST_WARNING ("skipped: x265enc is not here");
    return;
  }
  h = new_bin ("codec=h265 encoder=x265enc", &bus);
  gst_harness_set_src_caps_str (
      h, "video/x-raw,format=Y444,width=320,height=240,framerate=30/1");
  for (guint i = 0; i < 3; i++)
    gst_harness_push (h, gst_buffer_new_and_alloc (320 * 240 * 3));
  gst_harness_push_event (h, gst_event_new_eos ());
  assert_equals_int (gst_harness_buffers_received (h), 3);
  caps = gst_pad_get_current_caps (h->sinkpad);
  assert_equals_string (
      gst_structure_get_string (gst_caps_get_structure (caps, 0), "profile"),
      "main");
  end_bin (h, bus);
}
GST_END_TEST

GST_START_TEST (test_bitrate_changes_on_air)
{
  static const struct {
    const gchar *encoder;
    guint unit;
  } table[] = { { "x264enc", 1 }, { "openh264enc", 1000 } };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autofree gchar *settings =
        g_strconcat ("bitrate=2000 encoder=", table[i].encoder, NULL);
    GstBus *bus;
    GstHarness *h = new_bin (settings, &bus);
    GstElement *codec = gst_bin_get_by_name (GST_BIN (h->element), "codec");
    guint bitrate;

    gst_harness_set_src_caps_str (h, CAPS "60/1");
    assert_equals_int (gst_harness_push (h, new_picture (0, 60)), GST_FLOW_OK);
    g_object_get (codec, "bitrate", &bitrate, NULL);
    assert_equals_int (bitrate, 2000 * table[i].unit);
    g_object_set (h->element, "bitrate", 700, NULL);
    g_object_get (codec, "bitrate", &bitrate, NULL);
    assert_equals_int (bitrate, 700 * table[i].unit);
    assert_equals_int (gst_harness_push (h, new_picture (1, 60)), GST_FLOW_OK);
    assert_equals_int (gst_harness_buffers_received (h), 2);
    gst_object_unref (codec);
    end_bin (h, bus);
  }
}
GST_END_TEST

/* What takes no bitrate while it plays is built anew, and begins with a key
 * frame; nothing is lost, and the bus hears nothing bad. */
GST_START_TEST (test_stiff_encoder_is_built_anew)
{
  GstBus *bus;
  GstHarness *h = new_bin ("bitrate=2000 encoder=mfh264enc", &bus);
  GstElement *before, *after;
  guint bitrate;

  gst_harness_set_src_caps_str (h, CAPS "60/1");
  for (guint i = 0; i < 3; i++)
    assert_equals_int (gst_harness_push (h, new_picture (i, 60)), GST_FLOW_OK);
  before = gst_bin_get_by_name (GST_BIN (h->element), "codec");
  g_object_set (h->element, "bitrate", 700, NULL);
  for (guint i = 3; i < 6; i++)
    assert_equals_int (gst_harness_push (h, new_picture (i, 60)), GST_FLOW_OK);
  after = gst_bin_get_by_name (GST_BIN (h->element), "codec");
  g_object_get (after, "bitrate", &bitrate, NULL);
  assert_equals_int (bitrate, 700);
  fail_unless (before != after);
  assert_equals_int (gst_harness_buffers_received (h), 6);
  for (guint i = 0; i < 6; i++) {
    GstBuffer *unit = gst_harness_pull (h);

    assert_equals_int (is_key (unit), i % 3 == 0);
    gst_buffer_unref (unit);
  }
  assert_equals_int (
      count_messages (bus, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING, NULL), 0);
  gst_object_unref (before);
  gst_object_unref (after);
  end_bin (h, bus);
}
GST_END_TEST

GST_START_TEST (test_plays_twice)
{
  GstElement *bin = gst_element_factory_make ("pitboxencodebin", NULL);
  GstBus *bus = gst_bus_new ();

  g_object_set (bin, "encoder", "x264enc", NULL);
  gst_element_set_bus (bin, bus);
  for (guint i = 0; i < 2; i++) {
    GstHarness *h = gst_harness_new_with_element (bin, "sink", "src");

    assert_encodes (h, bus, 3);
    gst_harness_push_event (h, gst_event_new_flush_start ());
    gst_harness_push_event (h, gst_event_new_flush_stop (TRUE));
    gst_element_set_state (bin, GST_STATE_NULL);
    assert_active (h, "x264enc");
    gst_harness_teardown (h);
  }
  gst_element_set_bus (bin, NULL);
  gst_object_unref (bus);
  gst_object_unref (bin);
}
GST_END_TEST

static Suite *
pitboxencodebin_suite (void)
{
  Suite *s = suite_create ("pitboxencodebin");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  /* The first one waits for the one that hangs; the others find it kept. */
  tcase_add_test (tc, test_what_hangs_crashes_or_refuses_is_not_taken);
  tcase_add_test (tc, test_who_fails_at_the_first_picture_is_replaced);
  tcase_add_test (tc, test_who_refuses_caps_is_replaced);
  tcase_add_test (tc, test_who_cannot_be_opened_is_passed_over);
  tcase_add_test (tc, test_one_after_the_other_is_replaced_on_air);
  tcase_add_test (tc, test_a_named_encoder_is_not_tried_nor_replaced);
  tcase_add_test (tc, test_no_encoder_is_an_error_with_all_reasons);
  tcase_add_test (tc, test_answers_are_kept_while_they_hold);
  tcase_add_test (tc, test_key_interval_is_time);
  tcase_add_test (tc, test_force_key_unit_and_headers);
  tcase_add_test (tc, test_a_screen_in_444_is_coded_in_420);
  tcase_add_test (tc, test_bitrate_changes_on_air);
  tcase_add_test (tc, test_stiff_encoder_is_built_anew);
  tcase_add_test (tc, test_plays_twice);
  return s;
}

int
main (int argc, char **argv)
{
  g_autofree gchar *pitbox = NULL;
  int failed;
  Suite *s;

  cache_dir = g_dir_make_tmp ("pb-encode-XXXXXX", NULL);
  g_setenv ("XDG_CACHE_HOME", cache_dir, TRUE);
  gst_check_init (&argc, &argv);
  s = pitboxencodebin_suite ();
  failed = gst_check_run_suite (s, "pitboxencodebin", __FILE__);
  forget_cache ();
  pitbox = g_build_filename (cache_dir, "pitbox", NULL);
  g_rmdir (pitbox);
  g_rmdir (cache_dir);
  g_free (cache_dir);
  return failed;
}
