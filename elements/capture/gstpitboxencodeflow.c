/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What goes into pitboxencodebin, and what happens where it does not go. */
#include "gstpitboxencodebinprivate.h"

GST_DEBUG_CATEGORY_EXTERN (pitbox_encode_bin_debug);
#define GST_CAT_DEFAULT pitbox_encode_bin_debug

/* Pictures kept for a second encoder until the first one gave something. Those
 * with low latency give it at once; GPU pools have few more than this. */
#define MAX_PENDING 16

static gboolean
has_failed (GstPitboxEncodeBin *self, GstFlowReturn flow)
{
  gboolean said;

  GST_OBJECT_LOCK (self);
  said = self->error != NULL;
  GST_OBJECT_UNLOCK (self);
  return said || flow == GST_FLOW_ERROR || flow == GST_FLOW_NOT_NEGOTIATED
         || flow == GST_FLOW_NOT_SUPPORTED;
}

/* FALSE once something came out: then nothing needs to be kept. */
static gboolean
keep (GstPitboxEncodeBin *self, GstBuffer *buffer)
{
  GstBuffer *oldest = NULL;
  gboolean kept;

  GST_OBJECT_LOCK (self);
  kept = !self->flowing && self->may_fall_back;
  if (kept) {
    g_queue_push_tail (&self->pending, gst_buffer_ref (buffer));
    if (self->pending.length > MAX_PENDING)
      oldest = g_queue_pop_head (&self->pending);
  }
  GST_OBJECT_UNLOCK (self);
  gst_clear_buffer (&oldest);
  return kept;
}

/* All that was kept, which stays kept until something comes out. */
static GstFlowReturn
push_pending (GstPitboxEncodeBin *self)
{
  GstFlowReturn flow = GST_FLOW_OK;
  GQueue pictures = G_QUEUE_INIT;
  GstBuffer *b;

  GST_OBJECT_LOCK (self);
  for (GList *l = self->pending.head; l != NULL; l = l->next)
    g_queue_push_tail (&pictures, gst_buffer_ref (l->data));
  GST_OBJECT_UNLOCK (self);
  while (flow == GST_FLOW_OK && (b = g_queue_pop_head (&pictures)) != NULL)
    flow = gst_proxy_pad_chain_default (self->sinkpad, GST_OBJECT (self), b);
  g_queue_clear_full (&pictures, (GDestroyNotify) gst_buffer_unref);
  return flow;
}

/* One encoder after the other, until one takes them. */
static GstFlowReturn
fall_back (GstPitboxEncodeBin *self, GstFlowReturn flow)
{
  while (has_failed (self, flow) && gst_pitbox_encode_bin_fall_back (self))
    flow = push_pending (self);
  return flow;
}

/* An encoder that takes no bitrate on air makes way for its like, which begins
 * with a key frame. */
static gboolean
refresh (GstPitboxEncodeBin *self)
{
  gboolean stale;

  GST_OBJECT_LOCK (self);
  stale = self->stale && self->flowing;
  self->stale = self->stale && !stale;
  GST_OBJECT_UNLOCK (self);
  if (!stale)
    return TRUE;
  GST_INFO_OBJECT (self, "built anew for another bitrate");
  gst_pitbox_encode_bin_remove_chain (self);
  return gst_pitbox_encode_bin_build_chain (self);
}

/**
 * gst_pitbox_encode_bin_chain:
 * @pad: the sink pad
 * @parent: the bin
 * @buffer: (transfer full): a picture
 *
 * The sink pad's chain function: until something comes out each picture is kept
 * for the encoder that may take over.
 *
 * Returns: as any chain function
 */
GstFlowReturn
gst_pitbox_encode_bin_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  GstPitboxEncodeBin *self = GST_PITBOX_ENCODE_BIN (parent);
  GstFlowReturn flow;
  gboolean kept;

  if (!refresh (self)) {
    gst_buffer_unref (buffer);
    return GST_FLOW_ERROR;
  }
  kept = keep (self, buffer);
  flow = gst_proxy_pad_chain_default (pad, parent, buffer);
  return kept ? fall_back (self, flow) : flow;
}

/**
 * gst_pitbox_encode_bin_chain_list:
 * @pad: the sink pad
 * @parent: the bin
 * @list: (transfer full): pictures
 *
 * Returns: as any chain function
 */
GstFlowReturn
gst_pitbox_encode_bin_chain_list (
    GstPad *pad, GstObject *parent, GstBufferList *list)
{
  GstFlowReturn flow = GST_FLOW_OK;

  for (guint i = 0; flow == GST_FLOW_OK && i < gst_buffer_list_length (list);
       i++)
    flow = gst_pitbox_encode_bin_chain (
        pad, parent, gst_buffer_ref (gst_buffer_list_get (list, i)));
  gst_buffer_list_unref (list);
  return flow;
}

/**
 * gst_pitbox_encode_bin_take_framerate:
 * @self: a bin
 * @caps: (nullable): what comes, or may come
 *
 * Streaming thread, or while nothing streams.
 *
 * Returns: %TRUE if key frames are another number of pictures apart than before
 */
gboolean
gst_pitbox_encode_bin_take_framerate (
    GstPitboxEncodeBin *self, const GstCaps *caps)
{
  EncoderSettings settings;
  guint before;
  gint n = 0, d = 1;

  /* A range, as upstream may have before caps are fixed, is not known yet. */
  if (caps != NULL && gst_caps_get_size (caps) > 0)
    gst_structure_get_fraction (
        gst_caps_get_structure (caps, 0), "framerate", &n, &d);
  GST_OBJECT_LOCK (self);
  before = encoder_settings_key_frames (&self->settings);
  self->settings.fps_n = n;
  self->settings.fps_d = d;
  settings = self->settings;
  GST_OBJECT_UNLOCK (self);
  return encoder_settings_key_frames (&settings) != before;
}

/* What the chain was built for must be what comes. Most encoders take their
 * key frame distance only while they are new. */
static gboolean
adapt (GstPitboxEncodeBin *self, const GstCaps *caps)
{
  EncoderMemory memory = encoder_memory_of_caps (caps);
  gboolean other = gst_pitbox_encode_bin_take_framerate (self, caps)
                   || memory != self->memory;

  if (!other)
    return TRUE;
  GST_INFO_OBJECT (self, "built anew for %" GST_PTR_FORMAT, caps);
  gst_pitbox_encode_bin_remove_chain (self);
  self->memory = memory;
  return gst_pitbox_encode_bin_build_chain (self);
}

static gboolean
handle_caps (GstPitboxEncodeBin *self, GstPad *pad, GstEvent *event)
{
  gboolean taken;
  GstCaps *caps;

  gst_event_parse_caps (event, &caps);
  if (!adapt (self, caps)) {
    gst_event_unref (event);
    return FALSE;
  }
  do {
    taken =
        gst_pad_event_default (pad, GST_OBJECT (self), gst_event_ref (event));
  } while (!taken && gst_pitbox_encode_bin_fall_back (self));
  gst_event_unref (event);
  return taken;
}

/**
 * gst_pitbox_encode_bin_event:
 * @pad: the sink pad
 * @parent: the bin
 * @event: (transfer full): an event
 *
 * The sink pad's event function.
 *
 * Returns: as any event function
 */
gboolean
gst_pitbox_encode_bin_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  GstPitboxEncodeBin *self = GST_PITBOX_ENCODE_BIN (parent);

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_CAPS:
      return handle_caps (self, pad, event);
    case GST_EVENT_EOS:
      /* An encoder with a thread of its own may have said it after the last
       * picture. */
      fall_back (self, GST_FLOW_OK);
      break;
    case GST_EVENT_FLUSH_STOP:
      gst_pitbox_encode_bin_drop_pending (self);
      break;
    default:
      break;
  }
  return gst_pad_event_default (pad, parent, event);
}
