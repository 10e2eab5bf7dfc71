/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PitboxSrcChain: from the connection of pitboxsrc to its pads. */
#include "pitboxsrcchain.h"

#include <gstpitbox/gstpitbox.h>

#include "gstpitboxreadsrc.h"

GST_DEBUG_CATEGORY_EXTERN (pitbox_src_debug);
#define GST_CAT_DEFAULT pitbox_src_debug

/* Of tsdemux, for sinks that synchronise: how much later than the least delay a
 * picture or a unit may come out. */
#define DEMUX_LATENCY_MS 100
/* Half a tick of 60 Hz and some more: a picture has its own row or none, also
 * where a machine is too busy for the row to be there in time. */
#define MAX_DIFF (10 * GST_MSECOND)

/* A driver's machine that is too busy sends rows long before their pictures.
 * The stream's clock must not be led in between: at 4 % this makes 4 ms. */
#define CLOSE_BY (100 * GST_MSECOND)
/* Then the other one does not come any more. */
#define GONE (5 * GST_SECOND)

/* A reader that joins gets the session's text before the first picture.
 * uridecodebin gives up when the telemetry, which it cannot decode, is all there
 * is: so the units wait for the picture's pad, but not longer than this, which is what an
 * encoder on a busy machine may take to begin. */
#define MAX_HOLD (2 * GST_SECOND)
#define MAX_HELD_UNITS 300

/* The demuxer ends its pads when another programme begins: what hangs behind
 * goes on with the next one. */
static GstPadProbeReturn
drop_eos (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  PitboxSrcChain *self = user_data;

  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_EOS
      && !g_atomic_int_get (&self->ending))
    return GST_PAD_PROBE_DROP;
  return GST_PAD_PROBE_OK;
}

static void
expose (PitboxSrcChain *self, const gchar *name, GstPad *target)
{
  GstPad *pad = gst_ghost_pad_new_from_template (name, target,
      gst_element_class_get_pad_template (
          GST_ELEMENT_GET_CLASS (self->bin), name));

  gst_pad_set_active (pad, TRUE);
  gst_element_add_pad (GST_ELEMENT (self->bin), pad);
}

static void
expose_units (PitboxSrcChain *self)
{
  g_autoptr (GstPad) pad = g_steal_pointer (&self->hidden);

  if (pad == NULL)
    return;
  expose (self, "klv", pad);
  while (self->held.length > 0)
    gst_pad_push (pad, g_queue_pop_head (&self->held));
}

/* A unit that the tee is about to give out. */
static void
hold_unit (PitboxSrcChain *self, GstBuffer *buffer)
{
  if (self->hidden == NULL)
    return;
  if (self->unit.last > self->unit.first + MAX_HOLD
      || self->held.length >= MAX_HELD_UNITS)
    expose_units (self);
  else
    g_queue_push_tail (&self->held, gst_buffer_ref (buffer));
}

static void
progress_init (PitboxSrcProgress *progress)
{
  progress->first = progress->last = GST_CLOCK_TIME_NONE;
}

static gboolean
is_apart (const PitboxSrcProgress *own, const PitboxSrcProgress *other)
{
  GstClockTimeDiff distance;

  if (!GST_CLOCK_TIME_IS_VALID (other->last))
    return own->last < own->first + GONE;
  distance = ABS (GST_CLOCK_DIFF (own->last, other->last));
  return distance > (GstClockTimeDiff) CLOSE_BY
         && distance < (GstClockTimeDiff) GONE;
}

/* The thread of the connection, as the demuxer has none. */
static GstPadProbeReturn
note_progress (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  PitboxSrcChain *self = user_data;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  gboolean is_unit = g_object_get_data (G_OBJECT (pad), "pitbox-units") != NULL;
  PitboxSrcProgress *own = is_unit ? &self->unit : &self->picture;

  if (!GST_BUFFER_PTS_IS_VALID (buffer))
    return GST_PAD_PROBE_OK;
  own->last = GST_BUFFER_PTS (buffer);
  if (!GST_CLOCK_TIME_IS_VALID (own->first))
    own->first = own->last;
  gst_pitbox_read_src_set_led (GST_PITBOX_READ_SRC (self->connection),
      !is_apart (own, is_unit ? &self->picture : &self->unit));
  if (is_unit)
    hold_unit (self, buffer);
  return GST_PAD_PROBE_OK;
}

static GstElement *
add (PitboxSrcChain *self, const gchar *factory)
{
  GstElement *element = gst_element_factory_make (factory, NULL);

  if (element == NULL) {
    GST_ELEMENT_ERROR (self->bin, CORE, MISSING_PLUGIN,
        ("there is no element %s", factory), (NULL));
    return NULL;
  }
  gst_bin_add (self->bin, element);
  return element;
}

/* Rows for the pictures, once both are there. */
static void
join (PitboxSrcChain *self)
{
  GstElement *before, *dec, *after;

  if (self->sync == NULL || self->units == NULL || self->dec != NULL)
    return;
  before = add (self, "queue");
  dec = add (self, "telemetrydec");
  after = add (self, "queue");
  if (before == NULL || dec == NULL || after == NULL)
    return;
  /* Pictures may stay away for long. */
  gst_util_set_object_arg (G_OBJECT (after), "leaky", "downstream");
  gst_element_link_many (self->units, before, dec, after, NULL);
  gst_element_link_pads (after, "src", self->sync, "telemetry");
  gst_element_sync_state_with_parent (after);
  gst_element_sync_state_with_parent (dec);
  gst_element_sync_state_with_parent (before);
  GST_OBJECT_LOCK (self->bin);
  self->dec = dec;
  GST_OBJECT_UNLOCK (self->bin);
}

/* A PES packet holds one access unit; tsdemux does not say so, and the parser
 * would wait for the next one to be sure. */
static GstElement *
add_alignment (PitboxSrcChain *self, const gchar *media)
{
  GstElement *setter = add (self, "capssetter");
  g_autoptr (GstCaps) caps =
      gst_caps_new_simple (media, "alignment", G_TYPE_STRING, "au", NULL);

  if (setter != NULL)
    g_object_set (setter, "caps", caps, NULL);
  return setter;
}

static GstElement *
add_picture (PitboxSrcChain *self, const gchar *media)
{
  gboolean h265 = g_str_equal (media, "video/x-h265");
  GstElement *setter = add_alignment (self, media);
  GstElement *parse = add (self, h265 ? "h265parse" : "h264parse");
  GstElement *sync = add (self, "telemetrysync");
  g_autoptr (GstPad) src = NULL;

  if (setter == NULL || parse == NULL || sync == NULL)
    return NULL;
  /* A late reader, or one that lost something, can begin at each key frame. */
  g_object_set (parse, "config-interval", -1, NULL);
  g_object_set (sync, "max-diff", (guint64) MAX_DIFF, NULL);
  gst_element_link (setter, parse);
  gst_element_link_pads (parse, "src", sync, "video");
  gst_element_sync_state_with_parent (sync);
  gst_element_sync_state_with_parent (parse);
  gst_element_sync_state_with_parent (setter);
  GST_OBJECT_LOCK (self->bin);
  self->sync = sync;
  GST_OBJECT_UNLOCK (self->bin);
  self->parse = setter;
  join (self);
  src = gst_element_get_static_pad (sync, "src");
  expose (self, "video", src);
  expose_units (self);
  return setter;
}

static GstElement *
add_units (PitboxSrcChain *self)
{
  GstElement *tee = add (self, "tee");

  if (tee == NULL)
    return NULL;
  g_object_set (tee, "allow-not-linked", TRUE, NULL);
  self->units = tee;
  join (self);
  self->hidden = gst_element_request_pad_simple (tee, "src_%u");
  gst_element_sync_state_with_parent (tee);
  if (self->sync != NULL)
    expose_units (self);
  return tee;
}

static void
link_to (PitboxSrcChain *self, GstPad *pad, GstElement *element)
{
  g_autoptr (GstPad) sink =
      element != NULL ? gst_element_get_static_pad (element, "sink") : NULL;

  if (sink == NULL)
    return;
  if (gst_pad_is_linked (sink)) {
    GST_WARNING_OBJECT (self->bin,
        "%s: only the first stream of its kind is used", GST_PAD_NAME (pad));
    return;
  }
  gst_pad_add_probe (
      pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, drop_eos, self, NULL);
  if (element == self->units)
    g_object_set_data (G_OBJECT (pad), "pitbox-units", self);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, note_progress, self, NULL);
  if (GST_PAD_LINK_FAILED (gst_pad_link (pad, sink)))
    GST_WARNING_OBJECT (self->bin, "%s cannot be linked", GST_PAD_NAME (pad));
}

/* The demuxer's thread. */
static void
pad_added (GstElement *demux, GstPad *pad, gpointer user_data)
{
  PitboxSrcChain *self = user_data;
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  const gchar *media;

  if (caps == NULL)
    return;
  media = gst_structure_get_name (gst_caps_get_structure (caps, 0));
  GST_DEBUG_OBJECT (self->bin, "%s: %s", GST_PAD_NAME (pad), media);
  if (g_str_equal (media, "video/x-h264")
      || g_str_equal (media, "video/x-h265")) {
    link_to (self, pad,
        self->parse != NULL ? self->parse : add_picture (self, media));
  } else if (g_str_equal (media, "meta/x-klv")) {
    link_to (self, pad, self->units != NULL ? self->units : add_units (self));
  } else if (g_str_has_prefix (media, "audio/")) {
    g_autoptr (GstPad) audio =
        gst_element_get_static_pad (GST_ELEMENT (self->bin), "audio");

    if (audio == NULL)
      expose (self, "audio", pad);
    else if (gst_ghost_pad_get_target (GST_GHOST_PAD (audio)) == NULL)
      gst_ghost_pad_set_target (GST_GHOST_PAD (audio), pad);
  }
}

static void
no_more_pads (GstElement *demux, gpointer user_data)
{
  PitboxSrcChain *self = user_data;

  expose_units (self);
  gst_element_no_more_pads (GST_ELEMENT (self->bin));
}

static void
remove_pads (PitboxSrcChain *self)
{
  const gchar *names[] = { "video", "klv", "audio" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (GstPad) pad =
        gst_element_get_static_pad (GST_ELEMENT (self->bin), names[i]);

    if (pad == NULL)
      continue;
    gst_pad_set_active (pad, FALSE);
    gst_element_remove_pad (GST_ELEMENT (self->bin), pad);
  }
}

/* Back to what it was before anything came. */
void
pitbox_src_chain_take_down (PitboxSrcChain *self)
{
  GList *children;

  remove_pads (self);
  GST_OBJECT_LOCK (self->bin);
  self->sync = self->dec = NULL;
  children = g_list_copy_deep (GST_BIN_CHILDREN (self->bin),
      (GCopyFunc) (void (*) (void)) gst_object_ref, NULL);
  GST_OBJECT_UNLOCK (self->bin);
  self->parse = self->units = NULL;
  gst_clear_object (&self->hidden);
  g_queue_clear_full (&self->held, (GDestroyNotify) gst_buffer_unref);
  progress_init (&self->picture);
  progress_init (&self->unit);
  for (GList *l = children; l != NULL; l = l->next)
    if (l->data != self->connection && l->data != self->demux) {
      gst_element_set_state (l->data, GST_STATE_NULL);
      gst_bin_remove (self->bin, l->data);
    }
  g_list_free_full (children, gst_object_unref);
}

/* What elements of the chain count, as structures of @stats. Any thread. */
void
pitbox_src_chain_add_stats (PitboxSrcChain *self, GstStructure *stats)
{
  g_autoptr (GstElement) sync = NULL;
  g_autoptr (GstElement) dec = NULL;
  GstStructure *part;

  GST_OBJECT_LOCK (self->bin);
  sync = self->sync != NULL ? gst_object_ref (self->sync) : NULL;
  dec = self->dec != NULL ? gst_object_ref (self->dec) : NULL;
  GST_OBJECT_UNLOCK (self->bin);
  if (sync != NULL) {
    g_object_get (sync, "stats", &part, NULL);
    gst_structure_set (stats, "sync", GST_TYPE_STRUCTURE, part, NULL);
    gst_structure_free (part);
  }
  if (dec != NULL) {
    g_object_get (dec, "stats", &part, NULL);
    gst_structure_set (stats, "telemetry", GST_TYPE_STRUCTURE, part, NULL);
    gst_structure_free (part);
  }
}

/* Whether an end of the stream is passed on downstream: any thread. */
void
pitbox_src_chain_set_ending (PitboxSrcChain *self, gboolean ending)
{
  g_atomic_int_set (&self->ending, ending);
}

/* Makes the demuxer; the rest follows from what comes. @self lives as long as
 * @bin. */
void
pitbox_src_chain_init (
    PitboxSrcChain *self, GstBin *bin, GstElement *connection)
{
  self->bin = bin;
  self->connection = connection;
  progress_init (&self->picture);
  progress_init (&self->unit);
  self->demux = add (self, "tsdemux");
  if (self->demux == NULL)
    return;
  g_object_set (self->demux, "latency", DEMUX_LATENCY_MS, NULL);
  g_signal_connect (self->demux, "pad-added", G_CALLBACK (pad_added), self);
  g_signal_connect (
      self->demux, "no-more-pads", G_CALLBACK (no_more_pads), self);
  gst_element_link (connection, self->demux);
}
