/* SPDX-License-Identifier: LGPL-2.1-or-later
 * GstPitboxReadSrc: the SRT connection inside pitboxsrc.
 *
 * Why not srtsrc: of a refusal it says "Application-defined rejection reason"
 * and no more, it puts DISCONT on what follows a lost packet, at which tsdemux
 * sets its clock anew, its buffers have times at which tsdemux tears pictures
 * and rows apart (pitboxpcrtime.c), and destroyed it closes our sockets with
 * libsrt 1.5.4. */
#include "gstpitboxreadsrc.h"

#include "pitboxpcrtime.h"

/* 5 ms at 50 Mbit/s are 31 KB; a larger burst becomes several buffers. */
#define MAX_BATCH_BYTES 65536
/* What has come at once is played 4 % faster until it is live: 2 s take 50 s.
 * Whoever has it led sees to it that a picture and its telemetry are not far
 * apart in the stream: 100 ms make 4 ms of it. */
#define LEAD 25

struct _GstPitboxReadSrc {
  GstPushSrc parent;

  PitboxSrtStateFunc func;
  gpointer user_data;

  /* Object lock; the caller lives from start() to stop(). */
  PitboxSrtCallerConfig config;
  PitboxSrtCaller *caller;

  /* Streaming thread only. */
  guint8 *batch;
  guint64 connection;
  PitboxPcrTime clock;
  GQueue pending; /* GstBuffer */
};

static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS,
        GST_STATIC_CAPS ("video/mpegts, systemstream = (boolean) true, "
                         "packetsize = (int) 188"));

/* clang-format off */
G_DEFINE_TYPE (GstPitboxReadSrc, gst_pitbox_read_src, GST_TYPE_PUSH_SRC)
/* clang-format on */

static void
clear_config (PitboxSrtCallerConfig *config)
{
  g_clear_pointer (&config->host, g_free);
  g_clear_pointer (&config->stream_id, g_free);
  g_clear_pointer (&config->passphrase, pitbox_secret_free);
}

/* @func is called from the connection's own thread. */
GstElement *
gst_pitbox_read_src_new (PitboxSrtStateFunc func, gpointer user_data)
{
  GstPitboxReadSrc *self = g_object_new (GST_TYPE_PITBOX_READ_SRC, NULL);

  self->func = func;
  self->user_data = user_data;
  return GST_ELEMENT (self);
}

/* Before the element starts; @config is copied. */
void
gst_pitbox_read_src_configure (
    GstPitboxReadSrc *self, const PitboxSrtCallerConfig *config)
{
  GST_OBJECT_LOCK (self);
  clear_config (&self->config);
  self->config = *config;
  self->config.host = g_strdup (config->host);
  self->config.stream_id = g_strdup (config->stream_id);
  self->config.passphrase = g_strdup (config->passphrase);
  self->config.reads = TRUE;
  GST_OBJECT_UNLOCK (self);
}

/* See #PitboxPcrTime; not so at first. Streaming thread only. */
void
gst_pitbox_read_src_set_led (GstPitboxReadSrc *self, gboolean led)
{
  self->clock.lead = led ? LEAD : 0;
}

/* Of the connection: see pitbox_srt_caller_get_stats(). Any thread. */
GstStructure *
gst_pitbox_read_src_get_stats (GstPitboxReadSrc *self)
{
  GstStructure *stats;

  GST_OBJECT_LOCK (self);
  stats = self->caller != NULL
              ? pitbox_srt_caller_get_stats (self->caller)
              : gst_structure_new ("pitbox-srt-stats", "state", G_TYPE_STRING,
                  pitbox_srt_state_name (PITBOX_SRT_IDLE), NULL);
  GST_OBJECT_UNLOCK (self);
  return stats;
}

static gboolean
start (GstBaseSrc *src)
{
  GstPitboxReadSrc *self = GST_PITBOX_READ_SRC (src);
  g_autoptr (GError) error = NULL;
  gboolean ok;

  GST_OBJECT_LOCK (self);
  self->caller = pitbox_srt_caller_new (
      &self->config, self->func, self->user_data, &error);
  ok = self->caller != NULL;
  GST_OBJECT_UNLOCK (self);
  self->connection = 0;
  self->clock = (PitboxPcrTime){ 0 };
  if (!ok)
    GST_ELEMENT_ERROR (self, LIBRARY, INIT, ("%s", error->message), (NULL));
  return ok;
}

static gboolean
stop (GstBaseSrc *src)
{
  GstPitboxReadSrc *self = GST_PITBOX_READ_SRC (src);
  PitboxSrtCaller *caller;

  GST_OBJECT_LOCK (self);
  caller = g_steal_pointer (&self->caller);
  GST_OBJECT_UNLOCK (self);
  g_clear_pointer (&caller, pitbox_srt_caller_free);
  g_queue_clear_full (&self->pending, (GDestroyNotify) gst_buffer_unref);
  return TRUE;
}

/* Also before start() and after stop(): an application may flush an element in
 * any state. */
static void
set_flushing (GstPitboxReadSrc *self, gboolean flushing)
{
  GST_OBJECT_LOCK (self);
  if (self->caller != NULL)
    pitbox_srt_caller_set_flushing (self->caller, flushing);
  GST_OBJECT_UNLOCK (self);
}

static gboolean
unlock (GstBaseSrc *src)
{
  set_flushing (GST_PITBOX_READ_SRC (src), TRUE);
  return TRUE;
}

static gboolean
unlock_stop (GstBaseSrc *src)
{
  set_flushing (GST_PITBOX_READ_SRC (src), FALSE);
  return TRUE;
}

static GstFlowReturn
receive (GstPitboxReadSrc *self)
{
  guint64 connection = 0;
  gint64 age_us = 0;
  gsize size = pitbox_srt_caller_receive (
      self->caller, self->batch, MAX_BATCH_BYTES, &age_us, &connection);
  GstBuffer *buffer;

  /* Flushing, or a failure that was told already. */
  if (size == 0)
    return GST_FLOW_FLUSHING;
  buffer = gst_buffer_new_memdup (self->batch, size);
  if (connection != self->connection)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  self->connection = connection;
  pitbox_pcr_time_cut (&self->clock, buffer,
      pitbox_pcr_arrival (GST_ELEMENT (self), age_us), TRUE, &self->pending);
  return GST_FLOW_OK;
}

static GstFlowReturn
create (GstPushSrc *src, GstBuffer **buffer)
{
  GstPitboxReadSrc *self = GST_PITBOX_READ_SRC (src);
  GstFlowReturn ret = GST_FLOW_OK;

  if (self->pending.length == 0)
    ret = receive (self);
  if (ret == GST_FLOW_OK)
    *buffer = g_queue_pop_head (&self->pending);
  return ret;
}

static gboolean
query (GstBaseSrc *src, GstQuery *query)
{
  if (GST_QUERY_TYPE (query) != GST_QUERY_LATENCY)
    return GST_BASE_SRC_CLASS (gst_pitbox_read_src_parent_class)
        ->query (src, query);
  /* SRT's own delay is over when a buffer gets its time. */
  gst_query_set_latency (query, TRUE, 0, GST_CLOCK_TIME_NONE);
  return TRUE;
}

static void
finalize (GObject *object)
{
  GstPitboxReadSrc *self = GST_PITBOX_READ_SRC (object);

  clear_config (&self->config);
  g_free (self->batch);
  G_OBJECT_CLASS (gst_pitbox_read_src_parent_class)->finalize (object);
}

static void
gst_pitbox_read_src_class_init (GstPitboxReadSrcClass *klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSrcClass *base_class = GST_BASE_SRC_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = finalize;
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "PitBox SRT connection",
      "Source/Network",
      "Reads one driver's MPEG-TS from a server, inside pitboxsrc",
      "PitBox Relay");
  base_class->start = start;
  base_class->stop = stop;
  base_class->unlock = unlock;
  base_class->unlock_stop = unlock_stop;
  base_class->query = query;
  GST_PUSH_SRC_CLASS (klass)->create = create;
}

static void
gst_pitbox_read_src_init (GstPitboxReadSrc *self)
{
  self->batch = g_malloc (MAX_BATCH_BYTES);
  gst_base_src_set_format (GST_BASE_SRC (self), GST_FORMAT_TIME);
  gst_base_src_set_live (GST_BASE_SRC (self), TRUE);
}
