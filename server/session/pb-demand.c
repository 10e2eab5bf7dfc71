/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A graph that runs only while somebody wants what it makes. It is started and
 * stopped by a thread of its own: loading a decoder takes up to a second, and the
 * thread that brings the units brings the telemetry, too. */
#include "session/pb-demand.h"

#include <gst/app/app.h>

#include "pb-graph.h"

/* A page that is loaded again comes back within this. */
#define LINGER_US (5 * G_USEC_PER_SEC)
#define RETRY_US (10 * G_USEC_PER_SEC)
/* From 1 on: a pool's worker is given no NULL. */
typedef enum {
  STATE_IDLE = 1,
  STATE_STARTING,
  STATE_RUNNING,
  STATE_STOPPING,
  STATE_FULL,
  STATE_FAILED,
} State;

struct _PbDemand {
  gchar *driver;
  PbDemandFuncs funcs;
  gpointer user_data;
  GstClock *clock;
  GstClockTime base_time;
  GThreadPool *worker; /* one thread: starts and stops */

  GMutex lock; /* protects all below */
  State state;
  gboolean closed;
  GstElement *pipeline; /* the worker's; there while RUNNING */
  GstAppSrc *in;
  GstCaps *caps; /* of the units that it is started for */
  gboolean wait_key;
  gint64 wanted_us; /* when somebody was last seen to want it */
  gint64 failed_us;
  gchar *failure;
  guint64 dropped;
};

static gboolean
take_place (PbDemand *self)
{
  return self->funcs.take_place == NULL || self->funcs.take_place ();
}

static void
give_place (PbDemand *self)
{
  if (self->funcs.give_place != NULL)
    self->funcs.give_place ();
}

static GstFlowReturn
take_sample (GstAppSink *sink, gpointer user_data)
{
  PbDemand *self = user_data;
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (sink);

  if (sample)
    self->funcs.take (sample, self->user_data);
  return GST_FLOW_OK;
}

static void
fail (PbDemand *self, const gchar *why)
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
    g_message ("driver %s: %s: %s", self->driver, self->funcs.what, why);
}

static GstBusSyncReply
watch_bus (GstBus *bus, GstMessage *message, gpointer user_data)
{
  PbDemand *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *why = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, NULL);
    why = g_strdup_printf ("%s: %s%s%s", GST_MESSAGE_SRC_NAME (message),
        error->message, self->funcs.advice != NULL ? ". " : "",
        self->funcs.advice != NULL ? self->funcs.advice : "");
    fail (self, why);
  }
  gst_message_unref (message);
  return GST_BUS_DROP;
}

static GstElement *
make_pipeline (PbDemand *self, GError **error)
{
  g_autoptr (GstElement) pipeline = pb_graph_load (self->funcs.graph, error);
  g_autoptr (GstElement) sink =
      pipeline ? pb_graph_get (pipeline, self->funcs.sink, error) : NULL;
  GstAppSinkCallbacks callbacks = { .new_sample = take_sample };
  g_autoptr (GstBus) bus = NULL;

  if (!sink
      || !self->funcs.set_up (pipeline, self->caps, self->user_data, error))
    return NULL;
  gst_app_sink_set_callbacks (GST_APP_SINK (sink), &callbacks, self, NULL);
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
start (PbDemand *self)
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
    give_place (self);
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
stop (PbDemand *self, State next)
{
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GstElement) in = NULL;

  g_mutex_lock (&self->lock);
  pipeline = g_steal_pointer (&self->pipeline);
  in = (GstElement *) g_steal_pointer (&self->in);
  g_mutex_unlock (&self->lock);
  if (pipeline) {
    gst_element_set_state (pipeline, GST_STATE_NULL);
    give_place (self);
  }
  if (self->funcs.rest != NULL)
    self->funcs.rest (self->user_data);
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
 * pb_demand_new:
 * @driver: whose it is, for the log
 * @funcs: what it makes, and of what; copied
 * @user_data: for @funcs
 * @clock: (nullable): of the pipeline the units come from
 * @base_time: of the same
 *
 * Returns: (transfer full): one that is idle
 */
PbDemand *
pb_demand_new (const gchar *driver, const PbDemandFuncs *funcs,
    gpointer user_data, GstClock *clock, GstClockTime base_time)
{
  PbDemand *self = g_new0 (PbDemand, 1);

  g_mutex_init (&self->lock);
  self->driver = g_strdup (driver);
  self->funcs = *funcs;
  self->user_data = user_data;
  self->clock = clock ? gst_object_ref (clock) : NULL;
  self->base_time = base_time;
  self->state = STATE_IDLE;
  self->worker = g_thread_pool_new (work, self, 1, FALSE, NULL);
  return self;
}

/**
 * pb_demand_stop:
 *
 * Nothing is taken after this. Not while pb_demand_push() runs, nor
 * before another; waits until what is started has stopped.
 */
void
pb_demand_stop (PbDemand *self)
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
pb_demand_free (PbDemand *self)
{
  pb_demand_stop (self);
  gst_clear_object (&self->clock);
  gst_clear_caps (&self->caps);
  g_free (self->driver);
  g_mutex_clear (&self->lock);
  g_free (self->failure);
  g_free (self);
}

/* Starts or stops by who wants it. The lock is held. */
static void
follow_wants (PbDemand *self, GstCaps *caps, gint64 now_us)
{
  const gboolean wanted = self->funcs.is_wanted (self->user_data);

  if (wanted)
    self->wanted_us = now_us;
  if (self->state == STATE_RUNNING && now_us - self->wanted_us > LINGER_US) {
    self->state = STATE_STOPPING;
    g_thread_pool_push (self->worker, GINT_TO_POINTER (STATE_IDLE), NULL);
    return;
  }
  if (self->state != STATE_IDLE && self->state != STATE_FULL
      && !(self->state == STATE_FAILED && now_us - self->failed_us > RETRY_US))
    return;
  if (!wanted) {
    self->state = STATE_IDLE;
  } else if (take_place (self)) {
    self->state = STATE_STARTING;
    gst_caps_replace (&self->caps, caps);
    g_thread_pool_push (self->worker, GINT_TO_POINTER (STATE_RUNNING), NULL);
  } else {
    self->state = STATE_FULL;
  }
}

/* A decoder begins with a key frame, and again where something is missing. The
 * lock is held. */
static GstAppSrc *
admit (PbDemand *self, GstBuffer *unit)
{
  if (self->state != STATE_RUNNING)
    return NULL;
  if (self->wait_key
      && GST_BUFFER_FLAG_IS_SET (unit, GST_BUFFER_FLAG_DELTA_UNIT))
    return NULL;
  if (gst_app_src_get_current_level_buffers (self->in)
      >= self->funcs.max_waiting) {
    self->wait_key = TRUE;
    self->dropped++;
    return NULL;
  }
  self->wait_key = FALSE;
  return gst_object_ref (self->in);
}

/**
 * pb_demand_push:
 * @unit: whole, with caps and segment, in the order of the stream
 *
 * One thread at a time; waits for nobody.
 */
void
pb_demand_push (PbDemand *self, GstSample *unit)
{
  GstBuffer *buffer = gst_sample_get_buffer (unit);
  GstCaps *caps = gst_sample_get_caps (unit);
  const GstClockTime time = gst_segment_to_running_time (
      gst_sample_get_segment (unit), GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  g_autoptr (GstAppSrc) in = NULL;

  if (!caps || !GST_CLOCK_TIME_IS_VALID (time))
    return;
  g_mutex_lock (&self->lock);
  follow_wants (self, caps, g_get_monotonic_time ());
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
 * pb_demand_get_state:
 * @failure: (out): why it has failed, in words; %NULL where it has not
 * @dropped: (out): gaps because this machine was too slow
 *
 * Any thread.
 */
PbDemandState
pb_demand_get_state (PbDemand *self, gchar **failure, guint64 *dropped)
{
  static const PbDemandState states[] = {
    [STATE_IDLE] = PB_DEMAND_IDLE,
    [STATE_STARTING] = PB_DEMAND_RUNNING,
    [STATE_RUNNING] = PB_DEMAND_RUNNING,
    [STATE_STOPPING] = PB_DEMAND_IDLE,
    [STATE_FULL] = PB_DEMAND_FULL,
    [STATE_FAILED] = PB_DEMAND_FAILED,
  };
  PbDemandState state;

  g_mutex_lock (&self->lock);
  state = states[self->state];
  *failure = self->state == STATE_FAILED ? g_strdup (self->failure) : NULL;
  *dropped = self->dropped;
  g_mutex_unlock (&self->lock);
  return state;
}
