/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A line hangs behind the tee "units"; what of it fails holds nobody up. */
#include "pb-line.h"

#include "pb-graph.h"

/**
 * pb_line_add_part:
 * @graph: gets it
 * @part: of pipelines/
 * @name: it is called so in @graph
 * @error: what is missing
 *
 * Main thread only, as everything here.
 *
 * Returns: %FALSE with @error set
 */
gboolean
pb_line_add_part (
    GstElement *graph, const gchar *part, const gchar *name, GError **error)
{
  GstElement *bin = pb_graph_load_part (part, error);

  if (bin == NULL)
    return FALSE;
  gst_object_set_name (GST_OBJECT (bin), name);
  gst_bin_add (GST_BIN (graph), bin);
  gst_object_unref (bin);
  return TRUE;
}

/**
 * pb_line_add:
 * @graph: agent-telemetry, without a line
 * @transport: by which way
 * @error: what is missing
 *
 * Its elements can be set up then; units come from pb_line_join() on.
 *
 * Returns: %FALSE with @error set
 */
gboolean
pb_line_add (GstElement *graph, PbTransport transport, GError **error)
{
  return pb_line_add_part (graph,
      transport == PB_TRANSPORT_WEBSOCKET ? "uplink-websocket" : "uplink-srt",
      "line", error);
}

/**
 * pb_line_join:
 * @graph: with a line that was added
 * @error: what is missing, or did not start
 *
 * Links it last: a unit that meets a pad which is not active yet ends the
 * reading of rows without a word.
 *
 * Returns: %FALSE with @error set
 */
gboolean
pb_line_join (GstElement *graph, GError **error)
{
  g_autoptr (GstElement) line = pb_graph_get (graph, "line", error);

  if (line == NULL)
    return FALSE;
  if (gst_element_sync_state_with_parent (line))
    return pb_graph_link (graph, "units", "line", error);
  g_set_error_literal (error, GST_CORE_ERROR, GST_CORE_ERROR_STATE_CHANGE,
      "The connection could not be started");
  return FALSE;
}

/* Between two buffers, whoever brings them. */
static GstPadProbeReturn
cut_off (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  g_autoptr (GstPad) peer = gst_pad_get_peer (pad);
  g_autoptr (GstElement) tee = gst_pad_get_parent_element (pad);

  if (peer == NULL || tee == NULL)
    return GST_PAD_PROBE_REMOVE;
  gst_pad_unlink (pad, peer);
  gst_element_release_request_pad (tee, pad);
  gst_element_post_message (tee, gst_message_new_application (GST_OBJECT (tee),
                                     gst_structure_new_empty (PB_LINE_CUT)));
  return GST_PAD_PROBE_REMOVE;
}

/**
 * pb_line_cut:
 * @graph: agent-telemetry, playing
 *
 * Its line gets no more units. %PB_LINE_CUT on the bus says when: pb_line_remove()
 * then.
 */
void
pb_line_cut (GstElement *graph)
{
  g_autoptr (GstElement) line = gst_bin_get_by_name (GST_BIN (graph), "line");
  g_autoptr (GstPad) sink =
      line != NULL ? gst_element_get_static_pad (line, "sink") : NULL;
  g_autoptr (GstPad) units = sink != NULL ? gst_pad_get_peer (sink) : NULL;

  if (units != NULL)
    gst_pad_add_probe (units, GST_PAD_PROBE_TYPE_IDLE, cut_off, NULL, NULL);
}

/**
 * pb_line_remove:
 * @graph: whose line was cut off
 */
void
pb_line_remove (GstElement *graph)
{
  GstElement *line = gst_bin_get_by_name (GST_BIN (graph), "line");

  if (line == NULL)
    return;
  gst_bin_remove (GST_BIN (graph), line);
  gst_element_set_state (line, GST_STATE_NULL);
  gst_object_unref (line);
}
