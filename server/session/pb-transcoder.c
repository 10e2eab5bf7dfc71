/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbTranscoder: pipelines/transcode.launch at work. It is started and stopped by
 * a thread of its own: loading a decoder takes up to a second, and the thread that
 * brings the picture brings the telemetry, too. */
#include "session/pb-transcoder.h"

#include <gst/app/app.h>

#include "pb-graph.h"

/* A page that is loaded again comes back within this. */
#define LINGER_US (5 * G_USEC_PER_SEC)
#define RETRY_US (10 * G_USEC_PER_SEC)
/* A second of 60 fps: what waits longer is too late, and memory is not free. */
#define MAX_WAITING 60
/* H.264 of games at this many bits a pixel is hard to tell from what came. */
#define BITS_PER_PIXEL 0.09
#define MIN_KBPS 1000
#define MAX_KBPS 8000

/* From 1 on: a pool's worker is given no NULL. */
typedef enum {
  STATE_IDLE = 1,
  STATE_STARTING,
  STATE_RUNNING,
  STATE_STOPPING,
  STATE_FULL,
  STATE_FAILED,
} State;

struct _PbTranscoder {
  PbLive *live;
  GstClock *clock;
  GstClockTime base_time;
  GThreadPool *worker; /* one thread: starts and stops */

  GMutex lock; /* protects all below */
  State state;
  gboolean closed;
  GstElement *pipeline; /* the worker's; there while RUNNING */
  GstAppSrc *in;
  guint kbps;
  gboolean wait_key;
  gint64 watched_us; /* when somebody was last seen to watch */
  gint64 failed_us;
  gchar *failure;
  guint64 dropped;
};

/* Of this process: what they cost is this machine's. */
static gint most = 1;
static gint n_running;

/**
 * pb_transcoder_set_limit:
 * @limit: most that run at a time in this process; 0: none
 */
void
pb_transcoder_set_limit (guint limit)
{
  g_atomic_int_set (&most, (gint) limit);
}

guint
pb_transcoder_get_limit (void)
{
  return (guint) g_atomic_int_get (&most);
}

static gboolean
take_place (void)
{
  if (g_atomic_int_add (&n_running, 1) < g_atomic_int_get (&most))
    return TRUE;
  g_atomic_int_add (&n_running, -1);
  return FALSE;
}

static GstFlowReturn
take_rtp (GstAppSink *sink, gpointer user_data)
{
  PbTranscoder *self = user_data;
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (sink);

  if (sample)
    pb_live_push_rtp (self->live, sample);
  return GST_FLOW_OK;
}

static void
fail (PbTranscoder *self, const gchar *why)
{
  gboolean news;

  g_mutex_lock (&self->lock);
  news = g_strcmp0 (self->failure, why) != 0;
  if (news) {
    g_free (self->failure);
    self->failure = g_strdup (why);
  }
  self->failed_us = g_get_monotonic_time ();
  if (self->state == STATE_RUNNING && !self->closed) {
    self->state = STATE_STOPPING;
    g_thread_pool_push (self->worker, GINT_TO_POINTER (STATE_FAILED), NULL);
  }
  g_mutex_unlock (&self->lock);
  if (news)
    g_message ("driver %s: the picture cannot be encoded anew: %s",
        pb_live_get_driver_id (self->live), why);
}

static GstBusSyncReply
watch_bus (GstBus *bus, GstMessage *message, gpointer user_data)
{
  PbTranscoder *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *why = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, NULL);
    why = g_strdup_printf ("%s: %s. What decodes H.265 and H.264 is in the "
                           "package gstreamer1.0-libav",
        GST_MESSAGE_SRC_NAME (message), error->message);
    fail (self, why);
  }
  gst_message_unref (message);
  return GST_BUS_DROP;
}

static GstElement *
make_pipeline (PbTranscoder *self, GError **error)
{
  g_autoptr (GstElement) pipeline = pb_graph_load ("transcode", error);
  g_autoptr (GstElement) encoder =
      pipeline ? pb_graph_get (pipeline, "encoder", error) : NULL;
  g_autoptr (GstElement) rtp =
      encoder ? pb_graph_get (pipeline, "rtp", error) : NULL;
  GstAppSinkCallbacks callbacks = { .new_sample = take_rtp };
  g_autoptr (GstBus) bus = NULL;

  if (!rtp)
    return NULL;
  g_object_set (encoder, "bitrate", self->kbps, NULL);
  gst_app_sink_set_callbacks (GST_APP_SINK (rtp), &callbacks, self, NULL);
  bus = gst_element_get_bus (pipeline);
  gst_bus_set_sync_handler (bus, watch_bus, self, NULL);
  if (self->clock)
    gst_pipeline_use_clock (GST_PIPELINE (pipeline), self->clock);
  gst_element_set_start_time (pipeline, GST_CLOCK_TIME_NONE);
  gst_element_set_base_time (pipeline, self->base_time);
  return g_steal_pointer (&pipeline);
}

/* The worker. */
static void
start (PbTranscoder *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) pipeline = make_pipeline (self, &error);
  g_autoptr (GstElement) in =
      pipeline ? pb_graph_get (pipeline, "in", &error) : NULL;

  if (in
      && gst_element_set_state (pipeline, GST_STATE_PLAYING)
             == GST_STATE_CHANGE_FAILURE)
    g_clear_object (&in);
  if (!in) {
    fail (self, error ? error->message : "it does not start");
    if (pipeline)
      gst_element_set_state (pipeline, GST_STATE_NULL);
    g_atomic_int_add (&n_running, -1);
  }
  g_mutex_lock (&self->lock);
  if (in) {
    self->pipeline = g_steal_pointer (&pipeline);
    self->in = GST_APP_SRC (g_steal_pointer (&in));
    self->wait_key = TRUE;
  }
  self->state = self->in ? STATE_RUNNING : STATE_FAILED;
  g_mutex_unlock (&self->lock);
}

/* The worker. */
static void
stop (PbTranscoder *self, State next)
{
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GstElement) in = NULL;

  g_mutex_lock (&self->lock);
  pipeline = g_steal_pointer (&self->pipeline);
  in = (GstElement *) g_steal_pointer (&self->in);
  g_mutex_unlock (&self->lock);
  if (pipeline) {
    gst_element_set_state (pipeline, GST_STATE_NULL);
    g_atomic_int_add (&n_running, -1);
  }
  pb_live_forget_pictures (self->live);
  g_mutex_lock (&self->lock);
  self->state = next;
  g_mutex_unlock (&self->lock);
}

static void
work (gpointer data, gpointer user_data)
{
  const State next = GPOINTER_TO_INT (data);

  if (next == STATE_RUNNING)
    start (user_data);
  else
    stop (user_data, next);
}

/**
 * pb_transcoder_new:
 * @live: where the pictures go
 * @clock: (nullable): of the pipeline they come from
 * @base_time: of the same
 *
 * Returns: (transfer full): one that is idle
 */
PbTranscoder *
pb_transcoder_new (PbLive *live, GstClock *clock, GstClockTime base_time)
{
  PbTranscoder *self = g_new0 (PbTranscoder, 1);

  g_mutex_init (&self->lock);
  self->live = pb_live_ref (live);
  self->clock = clock ? gst_object_ref (clock) : NULL;
  self->base_time = base_time;
  self->state = STATE_IDLE;
  self->worker = g_thread_pool_new (work, self, 1, FALSE, NULL);
  return self;
}

/**
 * pb_transcoder_stop:
 *
 * Nothing goes to the hub after this. Not while pb_transcoder_push() runs, nor
 * before another; waits until what is started has stopped.
 */
void
pb_transcoder_stop (PbTranscoder *self)
{
  if (!self->worker)
    return;
  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  g_mutex_unlock (&self->lock);
  g_thread_pool_push (self->worker, GINT_TO_POINTER (STATE_STOPPING), NULL);
  g_thread_pool_free (g_steal_pointer (&self->worker), FALSE, TRUE);
}

void
pb_transcoder_free (PbTranscoder *self)
{
  pb_transcoder_stop (self);
  gst_clear_object (&self->clock);
  pb_live_unref (self->live);
  g_mutex_clear (&self->lock);
  g_free (self->failure);
  g_free (self);
}

static guint
choose_kbps (GstCaps *caps)
{
  const GstStructure *s = gst_caps_get_structure (caps, 0);
  gint width = 1280, height = 720, fps_n = 60, fps_d = 1;

  gst_structure_get_int (s, "width", &width);
  gst_structure_get_int (s, "height", &height);
  if (!gst_structure_get_fraction (s, "framerate", &fps_n, &fps_d) || fps_n <= 0
      || fps_d <= 0)
    fps_n = 60, fps_d = 1;
  return (guint) CLAMP (
      (gdouble) width * height * fps_n / fps_d * BITS_PER_PIXEL / 1000,
      MIN_KBPS, MAX_KBPS);
}

/* Starts or stops by who watches. The lock is held. */
static void
follow_viewers (PbTranscoder *self, GstCaps *caps, gint64 now_us)
{
  const gboolean watched = pb_live_is_watched (self->live);

  if (watched)
    self->watched_us = now_us;
  if (self->state == STATE_RUNNING && now_us - self->watched_us > LINGER_US) {
    self->state = STATE_STOPPING;
    g_thread_pool_push (self->worker, GINT_TO_POINTER (STATE_IDLE), NULL);
    return;
  }
  if (self->state != STATE_IDLE && self->state != STATE_FULL
      && !(self->state == STATE_FAILED && now_us - self->failed_us > RETRY_US))
    return;
  if (!watched) {
    self->state = STATE_IDLE;
  } else if (take_place ()) {
    self->state = STATE_STARTING;
    self->kbps = choose_kbps (caps);
    g_thread_pool_push (self->worker, GINT_TO_POINTER (STATE_RUNNING), NULL);
  } else {
    self->state = STATE_FULL;
  }
}

/* A decoder begins with a key frame, and again where something is missing. The
 * lock is held. */
static GstAppSrc *
admit (PbTranscoder *self, GstBuffer *picture)
{
  if (self->state != STATE_RUNNING)
    return NULL;
  if (self->wait_key
      && GST_BUFFER_FLAG_IS_SET (picture, GST_BUFFER_FLAG_DELTA_UNIT))
    return NULL;
  if (gst_app_src_get_current_level_buffers (self->in) >= MAX_WAITING) {
    self->wait_key = TRUE;
    self->dropped++;
    return NULL;
  }
  self->wait_key = FALSE;
  return gst_object_ref (self->in);
}

/**
 * pb_transcoder_push:
 * @picture: one whole unit with caps and segment, in the order of the stream
 *
 * One thread at a time; waits for nobody.
 */
void
pb_transcoder_push (PbTranscoder *self, GstSample *picture)
{
  GstBuffer *buffer = gst_sample_get_buffer (picture);
  GstCaps *caps = gst_sample_get_caps (picture);
  const GstClockTime time =
      gst_segment_to_running_time (gst_sample_get_segment (picture),
          GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  g_autoptr (GstAppSrc) in = NULL;

  pb_live_note_picture (self->live);
  if (!caps || !GST_CLOCK_TIME_IS_VALID (time))
    return;
  g_mutex_lock (&self->lock);
  follow_viewers (self, caps, g_get_monotonic_time ());
  in = admit (self, buffer);
  g_mutex_unlock (&self->lock);
  if (!in)
    return;
  buffer = gst_buffer_copy (buffer);
  GST_BUFFER_PTS (buffer) = time;
  GST_BUFFER_DTS (buffer) = GST_CLOCK_TIME_NONE;
  gst_app_src_set_caps (in, caps);
  gst_app_src_push_buffer (in, buffer);
}

/**
 * pb_transcoder_get_state:
 * @failure: (out): why it has failed, in words; %NULL where it has not
 * @dropped: (out): gaps because this machine was too slow
 *
 * Any thread.
 */
PbTranscoderState
pb_transcoder_get_state (PbTranscoder *self, gchar **failure, guint64 *dropped)
{
  static const PbTranscoderState states[] = {
    [STATE_IDLE] = PB_TRANSCODER_IDLE,
    [STATE_STARTING] = PB_TRANSCODER_RUNNING,
    [STATE_RUNNING] = PB_TRANSCODER_RUNNING,
    [STATE_STOPPING] = PB_TRANSCODER_IDLE,
    [STATE_FULL] = PB_TRANSCODER_FULL,
    [STATE_FAILED] = PB_TRANSCODER_FAILED,
  };
  PbTranscoderState state;

  g_mutex_lock (&self->lock);
  state = states[self->state];
  *failure = self->state == STATE_FAILED ? g_strdup (self->failure) : NULL;
  *dropped = self->dropped;
  g_mutex_unlock (&self->lock);
  return state;
}
