/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which source and which encoder the sound beside a picture has, and that rows
 * are read on whatever becomes of it. */
#include "../lib/pb-test-class.h"
#include "pb-graph.h"
#include "pb-pickup.h"

#define PIECES 20
#define PATIENCE_US (30 * G_USEC_PER_SEC)

static const gchar *const *here;

static gboolean
has (const gchar *name)
{
  return g_strv_contains (here, name);
}

static void
test_source (void)
{
  static const gchar *const all[] = { "pulsesrc", "pipewiresrc",
    "telemetrysound", NULL };
  static const gchar *const pipewire[] = { "pipewiresrc", "telemetrysound",
    NULL };
  static const gchar *const windows[] = { "wasapi2src", "telemetrysound",
    NULL };
  static const gchar *const none[] = { NULL };
  const struct {
    const gchar *const *here;
    const gchar *setting;
    gboolean scene;
    const gchar *wanted;
  } cases[] = {
    { all, "auto", FALSE, "pulsesrc" },
    { all, "auto", TRUE, "telemetrysound" },
    { all, "pipewire", TRUE, "pipewiresrc" },
    { all, "scene", FALSE, "telemetrysound" },
    { all, "marks", FALSE, "telemetrysound" },
    { pipewire, "auto", FALSE, "pipewiresrc" },
    { pipewire, "pulse", FALSE, NULL },
    { windows, "auto", FALSE, "wasapi2src" },
    { windows, "game", FALSE, "wasapi2src" },
    { windows, "output", TRUE, "wasapi2src" },
    { windows, "pulse", FALSE, NULL },
    { pipewire, "game", FALSE, NULL },
    { none, "auto", FALSE, NULL },
    { none, "auto", TRUE, NULL },
    { none, "marks", TRUE, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    here = cases[i].here;
    g_assert_cmpstr (
        pb_pickup_choose_source (cases[i].setting, cases[i].scene, has), ==,
        cases[i].wanted);
  }
}

/* Properties of wasapi2src from the sources of GStreamer 1.18 to 1.28. */
static void
test_loopback_is_no_microphone (void)
{
  static const gchar everywhere[] = "device:s low-latency:b loopback:b";
  static const gchar windows_11[] =
      "device:s low-latency:b loopback:b "
      "loopback-mode:default,include-process-tree,exclude-process-tree "
      "loopback-target-pid:u continue-on-error:b";
  static const struct {
    const gchar *properties;
    guint game;
    const gchar *written; /* NULL: it must not be taken */
  } table[] = {
    { "device:s low-latency:b", 7, NULL },
    { everywhere, 7, "loopback=TRUE" },
    { everywhere, 0, "loopback=TRUE" },
    { windows_11, 0, "continue-on-error=TRUE loopback=TRUE" },
    { windows_11, 7,
        "continue-on-error=TRUE loopback-mode=include-process-tree "
        "loopback-target-pid=7 loopback=TRUE" },
    { "loopback:b loopback-target-pid:u", 7, "loopback=TRUE" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (GObject) source = pb_test_class_new (table[i].properties);
    g_autofree gchar *written = NULL;

    g_assert_cmpint (pb_pickup_set_loopback (source, table[i].game), ==,
        table[i].written != NULL);
    written = pb_test_class_written (source);
    if (table[i].written != NULL)
      g_assert_cmpstr (written, ==, table[i].written);
  }
}

static void
test_coder (void)
{
  static const gchar *const all[] = { "voaacenc", "avenc_aac", NULL };
  static const gchar *const one[] = { "voaacenc", NULL };
  static const gchar *const none[] = { "lamemp3enc", NULL };

  here = all;
  g_assert_cmpstr (pb_pickup_choose_coder (has)->name, ==, "avenc_aac");
  g_assert_cmpuint (pb_pickup_choose_coder (has)->delay_samples, ==, 1024);
  here = one;
  g_assert_cmpstr (pb_pickup_choose_coder (has)->name, ==, "voaacenc");
  g_assert_cmpuint (pb_pickup_choose_coder (has)->delay_samples, ==, 1600);
  here = none;
  g_assert_null (pb_pickup_choose_coder (has));
}

static GstPadProbeReturn
count (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  g_atomic_int_inc ((gint *) user_data);
  return GST_PAD_PROBE_OK;
}

static void
count_at (GstElement *graph, const gchar *element, gint *n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) found = pb_graph_get (graph, element, &error);
  g_autoptr (GstPad) pad = NULL;

  g_assert_no_error (error);
  pad = gst_element_get_static_pad (found, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, count, n, NULL);
}

static void
wait_for_more (gint *n)
{
  const gint from = g_atomic_int_get (n);
  const gint64 end = g_get_monotonic_time () + PATIENCE_US;

  while (g_atomic_int_get (n) - from < PIECES) {
    g_assert_cmpint (g_get_monotonic_time (), <, end);
    g_usleep (1000);
  }
}

static void
test_rows_go_on (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) graph = gst_parse_launch (
      "telemetrytestsrc is-live=true num-buffers=-1 "
      "! tee name=rows allow-not-linked=true "
      "appsrc caps=video/x-h264,stream-format=byte-stream,alignment=au "
      "! mux.sink_65 mpegtsmux name=mux ! fakesink async=false",
      &error);
  PbConfig config = { 0 };
  PbPickup *pickup;
  gint rows = 0, sounds = 0;

  g_assert_no_error (error);
  config.audio = (gchar *) "marks";
  pickup = pb_pickup_new (graph, &config, TRUE, &error);
  g_assert_no_error (error);
  if (pb_pickup_get_coder (pickup) == NULL) {
    g_test_skip (pb_pickup_get_failure (pickup));
    pb_pickup_free (pickup);
    return;
  }
  count_at (graph, "rows", &rows);
  count_at (graph, "sound-out", &sounds);
  gst_element_set_state (graph, GST_STATE_PLAYING);
  wait_for_more (&rows);
  pb_pickup_start (pickup);
  wait_for_more (&rows);
  wait_for_more (&sounds);
  g_assert_null (pb_pickup_get_failure (pickup));
  pb_pickup_fail (pickup, "tried");
  g_assert_nonnull (pb_pickup_get_failure (pickup));
  wait_for_more (&rows);
  gst_element_set_state (graph, GST_STATE_NULL);
  pb_pickup_free (pickup);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pickup/source", test_source);
  g_test_add_func (
      "/pickup/loopback-is-no-microphone", test_loopback_is_no_microphone);
  g_test_add_func ("/pickup/coder", test_coder);
  g_test_add_func ("/pickup/rows-go-on", test_rows_go_on);
  return g_test_run ();
}
