/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Texts from pipelines/ become one graph; values go in by name. */
#include "pb-stream-graph.h"

#include "pb-graph.h"
#include "pb-line.h"
#include "pb-uplink.h"

static gboolean
set_uplink (GstElement *graph, const PbConfig *config, PbTransport transport,
    GError **error)
{
  g_autoptr (GstElement) uplink = pb_graph_get (graph, "uplink", error);

  return uplink != NULL
         && pb_uplink_configure (uplink, config, transport, error);
}

static gboolean
set_telemetry (GstElement *graph, const PbConfig *config,
    const PbPicture *picture, PbMode mode, GError **error)
{
  g_autoptr (GstElement) source = pb_graph_get (graph, "telemetry", error);
  g_autoptr (GstElement) enc =
      source != NULL ? pb_graph_get (graph, "enc", error) : NULL;

  if (enc == NULL)
    return FALSE;
  if (config->shm_name[0] != '\0')
    g_object_set (source, "shm-name", config->shm_name, NULL);
  g_object_set (enc, "key-interval",
      (guint64) picture->key_interval_ms * GST_MSECOND, NULL);
  /* With a picture each row goes at once: telemetrypace puts together what
   * belongs to one frame. */
  if (mode == PB_MODE_TELEMETRY) {
    g_object_set (enc, "rows-per-unit", (guint) config->rows_per_unit, NULL);
    g_object_set (source, "batch", (guint) config->rows_per_unit, NULL);
  }
  return TRUE;
}

/* Captures may keep their pictures in the GPU's memory. */
static GstCaps *
make_format (const PbPicture *p, gboolean any_memory)
{
  GstCaps *caps = gst_caps_new_simple ("video/x-raw", "width", G_TYPE_INT,
      p->width, "height", G_TYPE_INT, p->height, "framerate", GST_TYPE_FRACTION,
      p->framerate, 1, NULL);

  if (any_memory)
    gst_caps_set_features_simple (caps, gst_caps_features_new_any ());
  return caps;
}

static gboolean
add_source (GstElement *graph, const PbConfig *config, const PbPicture *picture,
    GError **error)
{
  const gboolean scene = pb_picture_is_scene (config);
  g_autoptr (GstElement) capture = NULL;
  g_autoptr (GstElement) format = NULL;
  g_autoptr (GstCaps) caps = make_format (picture, !scene);

  if (!pb_line_add_part (
          graph, scene ? "source-scene" : "source-capture", "source", error))
    return FALSE;
  capture = pb_graph_get (graph, "capture", error);
  format = capture != NULL ? pb_graph_get (graph, "format", error) : NULL;
  if (format == NULL)
    return FALSE;
  g_object_set (format, "caps", caps, NULL);
  if (!scene)
    pb_picture_configure_capture (capture, config);
  else if (!pb_graph_link (graph, "rows", "source", error))
    return FALSE;
  return pb_graph_link (graph, "source", "picture", error);
}

static gboolean
set_encoder (GstElement *graph, const PbPicture *picture, const gchar *exclude,
    GError **error)
{
  g_autoptr (GstElement) encoder = pb_graph_get (graph, "encoder", error);

  if (encoder != NULL)
    pb_picture_configure_encoder (encoder, picture, exclude);
  return encoder != NULL;
}

/**
 * pb_stream_graph_new:
 * @config: settings
 * @picture: how the picture shall be, where there is one
 * @mode: what to stream
 * @transport: by which way
 * @exclude: encoders that "auto" passes over, with commas between
 * @error: what is missing
 *
 * Main thread only, as everything here. Sound is not in it: see #PbPickup.
 *
 * Returns: (transfer full) (nullable): a pipeline that is not started
 */
GstElement *
pb_stream_graph_new (const PbConfig *config, const PbPicture *picture,
    PbMode mode, PbTransport transport, const gchar *exclude, GError **error)
{
  const gboolean video = mode == PB_MODE_VIDEO;
  g_autoptr (GstElement) graph =
      pb_graph_load (video ? "agent-video" : "agent-telemetry", error);

  if (graph == NULL)
    return NULL;
  /* With a picture the way stands in the graph itself. */
  if (video ? !set_uplink (graph, config, transport, error)
            : !pb_stream_graph_add_line (graph, config, transport, error)
                  || !pb_line_join (graph, error))
    return NULL;
  if (!set_telemetry (graph, config, picture, mode, error))
    return NULL;
  if (video
      && (!add_source (graph, config, picture, error)
          || !set_encoder (graph, picture, exclude, error)))
    return NULL;
  return g_steal_pointer (&graph);
}

/**
 * pb_stream_graph_add_line:
 * @graph: agent-telemetry, without a line
 * @config: settings
 * @transport: by which way
 * @error: what is missing
 *
 * With the settings in it; units come from pb_line_join() on.
 *
 * Returns: %FALSE with @error set
 */
gboolean
pb_stream_graph_add_line (GstElement *graph, const PbConfig *config,
    PbTransport transport, GError **error)
{
  return pb_line_add (graph, transport, error)
         && set_uplink (graph, config, transport, error);
}

/**
 * pb_stream_graph_set_picture:
 * @graph: a stream's, on air or not
 * @config: settings
 * @picture: its size and frame rate from now on; nothing happens without one
 */
void
pb_stream_graph_set_picture (
    GstElement *graph, const PbConfig *config, const PbPicture *picture)
{
  g_autoptr (GstElement) format =
      gst_bin_get_by_name (GST_BIN (graph), "format");
  g_autoptr (GstCaps) caps = NULL;

  if (format == NULL)
    return;
  caps = make_format (picture, !pb_picture_is_scene (config));
  g_object_set (format, "caps", caps, NULL);
}

/* The server answered, and no other try of the same kind will please it. */
static gboolean
is_refusal (const GError *error)
{
  return g_error_matches (
             error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_AUTHORIZED)
         || g_error_matches (
             error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND)
         || g_error_matches (
             error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS)
         || g_error_matches (
             error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY);
}

/**
 * pb_stream_graph_classify:
 * @src: (nullable): of the message
 * @error: in it
 *
 * Which part of the graph an error came from decides what follows.
 *
 * Returns: what #PbSupervisor is told
 */
PbFailure
pb_stream_graph_classify (GstObject *src, const GError *error)
{
  for (GstObject *o = src; o != NULL; o = GST_OBJECT_PARENT (o)) {
    const gchar *name = GST_OBJECT_NAME (o);

    if (g_strcmp0 (name, "uplink") == 0)
      return is_refusal (error) ? PB_FAILURE_REFUSED : PB_FAILURE_NETWORK;
    if (g_strcmp0 (name, "source") == 0)
      return PB_FAILURE_CAPTURE;
    if (g_strcmp0 (name, "encoder") == 0)
      return PB_FAILURE_ENCODER;
  }
  return PB_FAILURE_OTHER;
}
