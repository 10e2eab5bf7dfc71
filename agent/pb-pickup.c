/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The sound beside the picture: chosen, coded, and never in the way of the rest.
 * It is a part of the graph with a state of its own, and what it makes goes to the
 * multiplexer by way of an appsrc, which gets a GAP beside each picture. */
#include "pb-pickup.h"

#include "pb-graph.h"
#include "platform/pb-process.h"

#include <gst/app/app.h>
#include <string.h>

#define RATE 48000
#define BITRATE 128000
/* Times of a sound card's clock leave those of the pictures: beyond this the
 * encoder follows them. */
#define TOLERANCE_NS (5 * GST_MSECOND)
/* Right behind its picture: the multiplexer takes the picture first. */
#define GAP_BEHIND_NS GST_MSECOND

/* Windows': what is played, not what a microphone hears. */
#define LOOPBACK "wasapi2src"

struct _PbPickup {
  GstElement *graph; /* no reference: its owner's */
  GstElement *bin; /* source to appsink */
  GstAppSrc *out;
  GstPad *picture; /* of the multiplexer */
  gulong probe;
  const gchar *source;
  const gchar *coder;
  gchar *failure;
};

/* Delays were measured with tones from telemetrysound (fdkaacenc's is its own
 * documentation's). mfaacenc is Windows'. */
static const PbPickupCoder coders[] = {
  { "avenc_aac", 1024 },
  { "fdkaacenc", 2048 },
  { "voaacenc", 1600 },
  { "mfaacenc", 1024 },
};

static const struct {
  const gchar *setting;
  const gchar *element;
} sources[] = {
  { "pulse", "pulsesrc" },
  { "pipewire", "pipewiresrc" },
  { "game", LOOPBACK },
  { "output", LOOPBACK },
};

/**
 * pb_pickup_choose_source:
 * @setting: "auto", "pulse", "pipewire", "game", "output", "scene" or "marks"
 * @scene: the picture is the drawn scene
 * @has: what there is here
 *
 * Pure. What a drawn scene sounds like is drawn, too.
 *
 * Returns: (transfer none) (nullable): an element's name; %NULL if there is none
 */
const gchar *
pb_pickup_choose_source (const gchar *setting, gboolean scene, PbPickupHas has)
{
  const gboolean any = strcmp (setting, "auto") == 0;

  if (strcmp (setting, "scene") == 0 || strcmp (setting, "marks") == 0
      || (any && scene))
    return has ("telemetrysound") ? "telemetrysound" : NULL;
  for (guint i = 0; i < G_N_ELEMENTS (sources); i++) {
    if ((any || strcmp (setting, sources[i].setting) == 0)
        && has (sources[i].element))
      return sources[i].element;
  }
  return NULL;
}

/**
 * pb_pickup_choose_coder:
 * @has: what there is here
 *
 * Pure.
 *
 * Returns: (transfer none) (nullable): the best encoder of AAC that is there
 */
const PbPickupCoder *
pb_pickup_choose_coder (PbPickupHas has)
{
  for (guint i = 0; i < G_N_ELEMENTS (coders); i++) {
    if (has (coders[i].name))
      return &coders[i];
  }
  return NULL;
}

static gboolean
has_element (const gchar *name)
{
  g_autoptr (GstElementFactory) factory = gst_element_factory_find (name);

  return factory != NULL;
}

static GstFlowReturn
take_aac (GstAppSink *sink, gpointer user_data)
{
  PbPickup *self = user_data;
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (sink);
  GstBuffer *buffer = sample != NULL ? gst_sample_get_buffer (sample) : NULL;
  GstClockTime time;

  if (buffer == NULL)
    return GST_FLOW_OK;
  time = gst_segment_to_running_time (gst_sample_get_segment (sample),
      GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  if (!GST_CLOCK_TIME_IS_VALID (time))
    return GST_FLOW_OK;
  buffer = gst_buffer_copy (buffer);
  GST_BUFFER_PTS (buffer) = time;
  /* A GAP was ahead of it. */
  GST_BUFFER_DTS (buffer) = GST_CLOCK_TIME_NONE;
  gst_app_src_push_buffer (self->out, buffer);
  return GST_FLOW_OK;
}

static GstPadProbeReturn
put_gap (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  PbPickup *self = user_data;
  GstBuffer *picture = GST_PAD_PROBE_INFO_BUFFER (info);
  g_autoptr (GstEvent) event =
      gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0);
  const GstSegment *segment;
  GstClockTime time;
  GstBuffer *gap;

  if (event == NULL)
    return GST_PAD_PROBE_OK;
  gst_event_parse_segment (event, &segment);
  time = gst_segment_to_running_time (
      segment, GST_FORMAT_TIME, GST_BUFFER_DTS_OR_PTS (picture));
  if (!GST_CLOCK_TIME_IS_VALID (time))
    return GST_PAD_PROBE_OK;
  gap = gst_buffer_new ();
  GST_BUFFER_PTS (gap) = time + GAP_BEHIND_NS;
  GST_BUFFER_DURATION (gap) = 1;
  GST_BUFFER_FLAG_SET (gap, GST_BUFFER_FLAG_GAP);
  gst_app_src_push_buffer (self->out, gap);
  return GST_PAD_PROBE_OK;
}

static void
set_if_there (GstElement *element, const gchar *property, const gchar *value)
{
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (element), property))
    gst_util_set_object_arg (G_OBJECT (element), property, value);
}

static gboolean
has_property (gpointer object, const gchar *name)
{
  return g_object_class_find_property (G_OBJECT_GET_CLASS (object), name)
         != NULL;
}

/**
 * pb_pickup_set_loopback:
 * @source: a wasapi2src, which hears a microphone unless it is told otherwise
 * @game: process id of the simulator; 0: all that is played
 *
 * The sound of one process needs Windows 11 (build 20348) and 1.22; elsewhere it
 * is all that the PC plays.
 *
 * Returns: %FALSE if it would hear a microphone all the same
 */
gboolean
pb_pickup_set_loopback (gpointer source, guint game)
{
  if (!has_property (source, "loopback"))
    return FALSE;
  g_object_set (source, "loopback", TRUE, NULL);
  /* Both or none: a process without a mode is a microphone. */
  if (game != 0 && has_property (source, "loopback-mode")
      && has_property (source, "loopback-target-pid")) {
    gst_util_set_object_arg (source, "loopback-mode", "include-process-tree");
    g_object_set (source, "loopback-target-pid", game, NULL);
  }
  /* A headset that is unplugged ends nothing (1.28). */
  if (has_property (source, "continue-on-error"))
    g_object_set (source, "continue-on-error", TRUE, NULL);
  return TRUE;
}

static GstElement *
make_source (PbPickup *self, const PbConfig *config, GError **error)
{
  GstElement *source;

  if (strcmp (self->source, "telemetrysound") == 0) {
    g_autoptr (GstElement) engine = NULL;

    source = pb_graph_load_part ("sound-scene", error);
    engine = source != NULL ? pb_graph_get (source, "engine", error) : NULL;
    if (engine != NULL)
      g_object_set (
          engine, "marks", strcmp (config->audio, "marks") == 0, NULL);
    return source;
  }
  source = gst_element_factory_make (self->source, "sound-source");
  if (source == NULL) {
    g_set_error (error, PB_GRAPH_ERROR, PB_GRAPH_ERROR_MISSING,
        "\"%s\" cannot be made", self->source);
    return NULL;
  }
  if (strcmp (self->source, LOOPBACK) == 0
      && !pb_pickup_set_loopback (
          source, strcmp (config->audio, "output") == 0
                      ? 0
                      : (guint) pb_process_find_sim ())) {
    gst_object_unref (gst_object_ref_sink (source));
    g_set_error (error, PB_GRAPH_ERROR, PB_GRAPH_ERROR_MISSING,
        "this \"%s\" hears microphones only", self->source);
    return NULL;
  }
  /* Rows and pictures are on the system's clock. */
  set_if_there (source, "provide-clock", "false");
  set_if_there (source, "do-timestamp", "true");
  return gst_object_ref_sink (source);
}

static GstElement *
make_coder (const PbPickupCoder *kind, GError **error)
{
  GstElement *coder = gst_element_factory_make (kind->name, "sound-encoder");
  g_autoptr (GstPad) pad = NULL;

  if (coder == NULL) {
    g_set_error (error, PB_GRAPH_ERROR, PB_GRAPH_ERROR_MISSING,
        "\"%s\" cannot be made", kind->name);
    return NULL;
  }
  set_if_there (coder, "bitrate", G_STRINGIFY (BITRATE));
  g_object_set (coder, "tolerance", (gint64) TOLERANCE_NS, NULL);
  pad = gst_element_get_static_pad (coder, "src");
  gst_pad_set_offset (pad, -(gint64) gst_util_uint64_scale_int (
                               kind->delay_samples, GST_SECOND, RATE));
  return gst_object_ref_sink (coder);
}

/* From the source to the appsink, in a bin of its own. */
static gboolean
make_bin (PbPickup *self, const PbConfig *config, const PbPickupCoder *kind,
    GError **error)
{
  g_autoptr (GstElement) source = make_source (self, config, error);
  g_autoptr (GstElement) raw =
      source != NULL ? pb_graph_load_part ("sound-raw", error) : NULL;
  g_autoptr (GstElement) coder = raw != NULL ? make_coder (kind, error) : NULL;
  g_autoptr (GstElement) aac =
      coder != NULL ? pb_graph_load_part ("sound-aac", error) : NULL;
  g_autoptr (GstElement) sink =
      aac != NULL ? pb_graph_get (aac, "sound-out", error) : NULL;
  GstAppSinkCallbacks callbacks = { .new_sample = take_aac };
  g_autoptr (GstPad) pad = NULL;

  if (sink == NULL)
    return FALSE;
  gst_app_sink_set_callbacks (GST_APP_SINK (sink), &callbacks, self, NULL);
  self->bin = gst_object_ref_sink (gst_bin_new ("sound-pickup"));
  gst_bin_add_many (GST_BIN (self->bin), source, raw, coder, aac, NULL);
  if (!gst_element_link_many (source, raw, coder, aac, NULL)) {
    g_set_error (error, PB_GRAPH_ERROR, PB_GRAPH_ERROR_MISSING,
        "%s and %s cannot be linked", self->source, kind->name);
    return FALSE;
  }
  pad = gst_element_get_static_pad (source, "sink");
  if (pad != NULL)
    gst_element_add_pad (self->bin, gst_ghost_pad_new ("sink", pad));
  gst_element_set_locked_state (self->bin, TRUE);
  gst_bin_add (GST_BIN (self->graph), self->bin);
  return TRUE;
}

static gboolean
join_mux (PbPickup *self, GError **error)
{
  g_autoptr (GstElement) part = pb_graph_load_part ("sound-mux", error);
  g_autoptr (GstElement) out =
      part != NULL ? pb_graph_get (part, "sound", error) : NULL;
  g_autoptr (GstElement) mux =
      out != NULL ? pb_graph_get (self->graph, "mux", error) : NULL;

  if (mux == NULL)
    return FALSE;
  gst_object_set_name (GST_OBJECT (part), "sound-mux");
  gst_bin_add (GST_BIN (self->graph), part);
  self->out = GST_APP_SRC (g_steal_pointer (&out));
  self->picture = gst_element_get_static_pad (mux, "sink_65");
  if (self->picture == NULL
      || !gst_element_link_pads (part, "src", mux, "sink_67")) {
    g_set_error_literal (error, PB_GRAPH_ERROR, PB_GRAPH_ERROR_MISSING,
        "the multiplexer takes no sound");
    return FALSE;
  }
  self->probe = gst_pad_add_probe (
      self->picture, GST_PAD_PROBE_TYPE_BUFFER, put_gap, self, NULL);
  return TRUE;
}

/**
 * pb_pickup_new:
 * @graph: agent-video, not started; must outlive the pickup's pb_pickup_free()
 *   but for its last reference
 * @config: settings; `audio` is not "off"
 * @scene: the picture is the drawn scene
 * @error: a part that is missing
 *
 * Main thread only, as every function here but the pure ones. Without a source or
 * an encoder there is no sound, and pb_pickup_get_failure() says why.
 *
 * Returns: (transfer full) (nullable): sound beside the picture of @graph
 */
PbPickup *
pb_pickup_new (
    GstElement *graph, const PbConfig *config, gboolean scene, GError **error)
{
  g_autoptr (PbPickup) self = g_new0 (PbPickup, 1);
  const PbPickupCoder *kind = pb_pickup_choose_coder (has_element);

  self->graph = graph;
  self->source = pb_pickup_choose_source (config->audio, scene, has_element);
  self->coder = kind != NULL ? kind->name : NULL;
  if (self->source == NULL)
    self->failure =
        g_strdup_printf ("nothing here picks up sound for audio = %s. Install "
                         "gstreamer1.0-pulseaudio or gstreamer1.0-pipewire",
            config->audio);
  else if (kind == NULL)
    self->failure =
        g_strdup ("nothing here encodes AAC. Install gstreamer1.0-libav");
  else if (!make_bin (self, config, kind, error) || !join_mux (self, error))
    return NULL;
  if (self->failure != NULL)
    g_message ("no sound: %s", self->failure);
  return g_steal_pointer (&self);
}

/* Where the source is rows, they come in here. */
static GstPad *
dup_rows (PbPickup *self)
{
  return gst_element_get_static_pad (self->bin, "sink");
}

/**
 * pb_pickup_start:
 * @pickup: sound of a graph that has been started
 *
 * A source that does not start costs nothing but the sound. Rows are linked last:
 * one that meets a pad which is not active yet ends the reading of rows without
 * a word, and with it the picture.
 */
void
pb_pickup_start (PbPickup *pickup)
{
  g_autoptr (GstPad) rows = NULL;

  if (pickup->bin == NULL)
    return;
  rows = dup_rows (pickup);
  if (gst_element_set_state (pickup->bin, GST_STATE_PLAYING)
          == GST_STATE_CHANGE_FAILURE
      || (rows != NULL
          && !pb_graph_link (pickup->graph, "rows", "sound-pickup", NULL)))
    pb_pickup_fail (pickup, "it does not start");
}

/**
 * pb_pickup_free:
 * @pickup: (transfer full): stopped first; the graph goes on without it
 */
void
pb_pickup_free (PbPickup *pickup)
{
  if (pickup->probe != 0)
    gst_pad_remove_probe (pickup->picture, pickup->probe);
  if (pickup->bin != NULL)
    gst_element_set_state (pickup->bin, GST_STATE_NULL);
  gst_clear_object (&pickup->bin);
  gst_clear_object (&pickup->out);
  gst_clear_object (&pickup->picture);
  g_free (pickup->failure);
  g_free (pickup);
}

/**
 * pb_pickup_owns:
 * @pickup: sound
 * @object: where a message comes from
 *
 * Returns: whether it is the sound's own, and so ends nothing else
 */
gboolean
pb_pickup_owns (PbPickup *pickup, GstObject *object)
{
  return pickup->bin != NULL
         && (object == GST_OBJECT (pickup->bin)
             || gst_object_has_as_ancestor (object, GST_OBJECT (pickup->bin)));
}

/* Between two rows, whoever brings them. */
static GstPadProbeReturn
cut_off (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  g_autoptr (GstPad) peer = gst_pad_get_peer (pad);

  if (peer != NULL)
    gst_pad_unlink (pad, peer);
  return GST_PAD_PROBE_REMOVE;
}

/**
 * pb_pickup_fail:
 * @pickup: sound
 * @why: in words
 *
 * It is silent from now on; the rest goes on.
 */
void
pb_pickup_fail (PbPickup *pickup, const gchar *why)
{
  g_autoptr (GstPad) rows = NULL;
  g_autoptr (GstPad) tee = NULL;

  if (pickup->failure != NULL)
    return;
  pickup->failure = g_strdup_printf ("%s: %s", pickup->source, why);
  g_message ("no sound: %s", pickup->failure);
  rows = dup_rows (pickup);
  tee = rows != NULL ? gst_pad_get_peer (rows) : NULL;
  /* Rows must not meet a bin that has stopped. */
  if (tee != NULL)
    gst_pad_add_probe (tee, GST_PAD_PROBE_TYPE_IDLE, cut_off, NULL, NULL);
  else
    gst_element_set_state (pickup->bin, GST_STATE_NULL);
}

/**
 * pb_pickup_get_source:
 *
 * Returns: (transfer none) (nullable): the element that picks it up
 */
const gchar *
pb_pickup_get_source (PbPickup *pickup)
{
  return pickup->source;
}

/**
 * pb_pickup_get_coder:
 *
 * Returns: (transfer none) (nullable): the element that encodes it
 */
const gchar *
pb_pickup_get_coder (PbPickup *pickup)
{
  return pickup->coder;
}

/**
 * pb_pickup_get_failure:
 *
 * Returns: (transfer none) (nullable): why there is no sound, in words
 */
const gchar *
pb_pickup_get_failure (PbPickup *pickup)
{
  return pickup->failure;
}
