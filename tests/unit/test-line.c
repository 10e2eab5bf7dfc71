/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Rows are read on while one way of telemetry gives place to the other. */
#include "pb-line.h"

#include "pb-graph.h"

#define CHANGES 30
#define UNITS 20
#define PATIENCE_US (30 * G_USEC_PER_SEC)

typedef struct {
  GstElement *graph;
  GstBus *bus;
  gint n; /* atomic: units that came */
} Fixture;

static GstPadProbeReturn
count (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  g_atomic_int_inc (&((Fixture *) user_data)->n);
  return GST_PAD_PROBE_OK;
}

/* As agent-telemetry, with rows as fast as they are taken. */
static void
set_up (Fixture *f, gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;
  GstElement *enc;
  GstPad *pad;

  f->graph = gst_parse_launch (
      "telemetrytestsrc is-live=false num-buffers=-1 ! telemetryenc name=enc ! "
      "tee name=units allow-not-linked=true",
      &error);
  g_assert_no_error (error);
  f->bus = gst_element_get_bus (f->graph);
  enc = gst_bin_get_by_name (GST_BIN (f->graph), "enc");
  pad = gst_element_get_static_pad (enc, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, count, f, NULL);
  gst_object_unref (pad);
  gst_object_unref (enc);
}

static void
tear_down (Fixture *f, gconstpointer user_data)
{
  gst_element_set_state (f->graph, GST_STATE_NULL);
  gst_object_unref (f->bus);
  gst_object_unref (f->graph);
}

static void
add (Fixture *f, PbTransport transport)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) uplink = NULL;

  g_assert_true (pb_line_add (f->graph, transport, &error));
  uplink = pb_graph_get (f->graph, "uplink", &error);
  /* Nobody is there: what comes is let go. */
  if (transport == PB_TRANSPORT_WEBSOCKET)
    g_object_set (uplink, "location", "ws://127.0.0.1:1", "token", "x", NULL);
  else
    g_object_set (uplink, "port", 1, NULL);
  g_assert_true (pb_line_join (f->graph, &error));
  g_assert_no_error (error);
}

static void
wait_for_units (Fixture *f)
{
  const gint from = g_atomic_int_get (&f->n);
  const gint64 end = g_get_monotonic_time () + PATIENCE_US;

  while (g_atomic_int_get (&f->n) - from < UNITS) {
    g_assert_cmpint (g_get_monotonic_time (), <, end);
    g_usleep (1000);
  }
}

/* A unit that met a line which was not ready yet ended the reading for good. */
static void
test_changes (Fixture *f, gconstpointer user_data)
{
  add (f, PB_TRANSPORT_WEBSOCKET);
  gst_element_set_state (f->graph, GST_STATE_PLAYING);
  wait_for_units (f);
  for (guint i = 0; i < CHANGES; i++) {
    GstMessage *cut;

    pb_line_cut (f->graph);
    cut = gst_bus_timed_pop_filtered (
        f->bus, PATIENCE_US * GST_USECOND, GST_MESSAGE_APPLICATION);
    g_assert_nonnull (cut);
    gst_message_unref (cut);
    pb_line_remove (f->graph);
    wait_for_units (f);
    add (f, i % 2 ? PB_TRANSPORT_WEBSOCKET : PB_TRANSPORT_SRT);
    wait_for_units (f);
  }
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/line/changes", Fixture, NULL, set_up, test_changes, tear_down);
  return g_test_run ();
}
