/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Pictures are counted before and behind the queue that gives up the late ones;
 * the thread behind it raises and lowers itself, because nobody else can. */
#include "pb-hurry.h"

#include "govern/pb-slip.h"
#include "json/pb-json.h"
#include "platform/pb-power.h"

/* Shared with the streaming threads. */
typedef struct {
  GMutex lock; /* protects all below */
  guint64 n_in, n_out;
  gboolean is_wanted;
  gboolean is_refused; /* the system does not let it */
  GThread *thread; /* that is raised, or NULL */
  gpointer raised;
} Shared;

struct _PbHurry {
  GstElement *queue;
  GstBus *bus; /* of the whole graph */
  GstPad *sink, *src;
  gulong in_probe, out_probe;
  PbSlip slip;
  Shared *shared; /* reference counted */
};

static void
clear_shared (gpointer data)
{
  g_mutex_clear (&((Shared *) data)->lock);
}

static void
release_shared (gpointer data)
{
  g_atomic_rc_box_release_full (data, clear_shared);
}

static GstPadProbeReturn
count_in (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Shared *shared = user_data;

  g_mutex_lock (&shared->lock);
  shared->n_in++;
  g_mutex_unlock (&shared->lock);
  return GST_PAD_PROBE_OK;
}

/* With the lock held. */
static void
lower (Shared *shared)
{
  if (shared->thread != g_thread_self ())
    return;
  pb_power_lower_thread (shared->raised);
  shared->thread = NULL;
}

static void
raise_thread (Shared *shared)
{
  shared->raised = pb_power_raise_thread ();
  if (shared->raised != NULL)
    shared->thread = g_thread_self ();
  else
    shared->is_refused = TRUE;
}

static GstPadProbeReturn
count_out (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Shared *shared = user_data;

  g_mutex_lock (&shared->lock);
  shared->n_out++;
  if (!shared->is_wanted && shared->thread != NULL)
    lower (shared);
  else if (shared->is_wanted && shared->thread == NULL && !shared->is_refused)
    raise_thread (shared);
  g_mutex_unlock (&shared->lock);
  return GST_PAD_PROBE_OK;
}

/* Threads are used again: the one that leaves the graph leaves as it came. */
static GstBusSyncReply
on_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  Shared *shared = user_data;
  GstStreamStatusType type;
  GstElement *owner;

  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_STREAM_STATUS)
    return GST_BUS_PASS;
  gst_message_parse_stream_status (message, &type, &owner);
  if (type == GST_STREAM_STATUS_TYPE_LEAVE) {
    g_mutex_lock (&shared->lock);
    if (shared->thread != NULL)
      lower (shared);
    g_mutex_unlock (&shared->lock);
  }
  return GST_BUS_PASS;
}

static GstBus *
dup_bus (GstElement *element)
{
  g_autoptr (GstObject) at = GST_OBJECT (gst_object_ref (element));
  GstObject *parent;

  while ((parent = gst_object_get_parent (at)) != NULL) {
    gst_object_unref (at);
    at = parent;
  }
  return gst_element_get_bus (GST_ELEMENT (at));
}

/**
 * pb_hurry_new:
 * @queue: before the encoder, in a graph that is not started and whose bus has
 *   no other sync handler
 *
 * Returns: (transfer full): a watch
 */
PbHurry *
pb_hurry_new (GstElement *queue)
{
  PbHurry *self = g_new0 (PbHurry, 1);

  self->queue = gst_object_ref (queue);
  self->shared = g_atomic_rc_box_new0 (Shared);
  g_mutex_init (&self->shared->lock);
  self->sink = gst_element_get_static_pad (queue, "sink");
  self->src = gst_element_get_static_pad (queue, "src");
  self->in_probe = gst_pad_add_probe (self->sink, GST_PAD_PROBE_TYPE_BUFFER,
      count_in, g_atomic_rc_box_acquire (self->shared), release_shared);
  self->out_probe = gst_pad_add_probe (self->src, GST_PAD_PROBE_TYPE_BUFFER,
      count_out, g_atomic_rc_box_acquire (self->shared), release_shared);
  self->bus = dup_bus (queue);
  if (self->bus != NULL)
    gst_bus_set_sync_handler (self->bus, on_message,
        g_atomic_rc_box_acquire (self->shared), release_shared);
  return self;
}

/**
 * pb_hurry_free:
 * @hurry: (transfer full): a watch; a thread that is raised is lowered when it
 *   leaves the graph
 */
void
pb_hurry_free (PbHurry *hurry)
{
  gst_pad_remove_probe (hurry->sink, hurry->in_probe);
  gst_pad_remove_probe (hurry->src, hurry->out_probe);
  gst_object_unref (hurry->sink);
  gst_object_unref (hurry->src);
  gst_object_unref (hurry->queue);
  gst_clear_object (&hurry->bus);
  release_shared (hurry->shared);
  g_free (hurry);
}

/**
 * pb_hurry_look:
 * @hurry: a watch
 * @may: the game is not harmed by it
 *
 * For once a second.
 */
void
pb_hurry_look (PbHurry *hurry, gboolean may)
{
  Shared *shared = hurry->shared;
  gboolean was_wanted, is_wanted, is_refused;
  guint64 n_in, n_out;

  g_mutex_lock (&shared->lock);
  n_in = shared->n_in;
  n_out = shared->n_out;
  was_wanted = shared->is_wanted;
  is_refused = shared->is_refused;
  g_mutex_unlock (&shared->lock);
  is_wanted = pb_slip_look (&hurry->slip, n_in, n_out) && may;
  if (is_wanted == was_wanted)
    return;
  g_mutex_lock (&shared->lock);
  shared->is_wanted = is_wanted;
  g_mutex_unlock (&shared->lock);
  if (!is_refused)
    g_message ("pictures %s before the encoder: its thread is %s",
        is_wanted ? "are late" : "are no longer late",
        is_wanted ? "to come first" : "as it was");
}

/**
 * pb_hurry_add_status:
 * @hurry: a watch
 * @builder: inside an object
 *
 * Adds "slip": pictures that were given up before the encoder, and whether its
 * thread comes first because of that.
 */
void
pb_hurry_add_status (PbHurry *hurry, JsonBuilder *builder)
{
  Shared *shared = hurry->shared;
  gboolean is_raised;

  g_mutex_lock (&shared->lock);
  is_raised = shared->thread != NULL;
  g_mutex_unlock (&shared->lock);
  pb_json_begin_object (builder, "slip");
  pb_json_add_int (builder, "pictures", (gint64) hurry->slip.n_lost);
  pb_json_add_bool (builder, "raised", is_raised);
  json_builder_end_object (builder);
}
