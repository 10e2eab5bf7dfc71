/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Opus becomes AAC: recordings, readers, exports and the sound for browsers all
 * take AAC, and no editor takes Opus in MPEG-TS. */
#include "ingest/pb-whip-graph.h"

#include <gst/app/app.h>

#include "pb-graph.h"

#define RATE 48000
#define AAC_BITRATE 128000
/* What libopus looks ahead at 48 kHz: a packet's sound is earlier than its time
 * by that. */
#define OPUS_DELAY_SAMPLES 312
/* Where the first packet is: room for one of the other stream that is earlier. */
#define BEGIN_US (5 * G_USEC_PER_SEC)
/* A time that goes back is a stream's that began anew. */
#define TOLERANCE_NS (5 * GST_MSECOND)

struct _PbWhipGraph {
  GstElement *pipeline;
  GstAppSrc *sources[2]; /* by kind; NULL: nothing here takes it */
  gboolean started;
  gint64 origin_us;
};

/* Delays as the agent's README has them. */
static const struct {
  const gchar *name;
  guint delay_samples;
} encoders[] = {
  { "avenc_aac", 1024 },
  { "fdkaacenc", 2048 },
  { "voaacenc", 1600 },
};

static void
put_time_right (GstElement *encoder, guint delay_samples)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (encoder, "src");

  gst_pad_set_offset (
      pad, -(gint64) gst_util_uint64_scale_int (
               delay_samples + OPUS_DELAY_SAMPLES, GST_SECOND, RATE));
}

/* Returns: (nullable): %NULL if there is none */
static GstElement *
make_encoder (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (encoders); i++) {
    GstElement *encoder = gst_element_factory_make (encoders[i].name, "encode");

    if (encoder == NULL)
      continue;
    g_object_set (
        encoder, "bitrate", AAC_BITRATE, "tolerance", TOLERANCE_NS, NULL);
    put_time_right (encoder, encoders[i].delay_samples);
    return encoder;
  }
  return NULL;
}

static gboolean
add_sound (PbWhipGraph *self, GError **error)
{
  g_autoptr (GstElement) raw = pb_graph_get (self->pipeline, "raw", error);
  g_autoptr (GstElement) aac =
      raw != NULL ? pb_graph_get (self->pipeline, "aac", error) : NULL;
  GstElement *encoder = aac != NULL ? make_encoder () : NULL;

  if (aac == NULL)
    return FALSE;
  if (encoder == NULL) {
    g_warning ("what is published by WHIP has no sound: nothing on this server "
               "encodes AAC. Install gstreamer1.0-libav");
    gst_clear_object (&self->sources[PB_INTAKE_SOUND]);
    return TRUE;
  }
  gst_bin_add (GST_BIN (self->pipeline), encoder);
  if (gst_element_link_many (raw, encoder, aac, NULL))
    return TRUE;
  g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_PAD,
      "%s does not fit into whip.launch", GST_OBJECT_NAME (encoder));
  return FALSE;
}

/**
 * pb_whip_graph_new:
 *
 * Returns: (transfer full): one that nothing has come to, or %NULL with @error
 *   set
 */
PbWhipGraph *
pb_whip_graph_new (GError **error)
{
  static const gchar *const names[] = { "picture-in", "sound-in" };
  g_autoptr (PbWhipGraph) self = g_new0 (PbWhipGraph, 1);

  self->pipeline = pb_graph_load ("whip", error);
  if (self->pipeline == NULL)
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    self->sources[i] =
        GST_APP_SRC (pb_graph_get (self->pipeline, names[i], error));
    if (self->sources[i] == NULL)
      return NULL;
  }
  if (!add_sound (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
pb_whip_graph_free (PbWhipGraph *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->sources); i++)
    gst_clear_object (&self->sources[i]);
  gst_clear_object (&self->pipeline);
  g_free (self);
}

/**
 * pb_whip_graph_get_pipeline:
 *
 * Returns: (transfer none): as pipelines/whip.launch
 */
GstElement *
pb_whip_graph_get_pipeline (PbWhipGraph *self)
{
  return self->pipeline;
}

/**
 * pb_whip_graph_push:
 * @kind: of what stream
 * @packet: RTP
 * @time_us: its time
 * @lost: something before it never came
 *
 * One thread at a time. Only queues; drops what the graph is too slow for.
 */
void
pb_whip_graph_push (PbWhipGraph *self, PbIntakeKind kind, GBytes *packet,
    gint64 time_us, gboolean lost)
{
  GstBuffer *buffer;

  if (self->sources[kind] == NULL)
    return;
  if (!self->started)
    self->origin_us = time_us - BEGIN_US;
  self->started = TRUE;
  if (time_us < self->origin_us)
    return;
  buffer = gst_buffer_new_wrapped_bytes (packet);
  GST_BUFFER_PTS (buffer) =
      (GstClockTime) (time_us - self->origin_us) * GST_USECOND;
  if (lost)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  gst_app_src_push_buffer (self->sources[kind], buffer);
}
