/* SPDX-License-Identifier: LGPL-2.1-or-later
 * pitboxsrtsrc: one SRT port, a pad for each caller. */

/**
 * SECTION:element-pitboxsrtsrc
 * @title: pitboxsrtsrc
 *
 * Listens on one UDP port for any number of callers. Who may come stands in a
 * table of devices (#GstPitboxSrtSrc::add-device); a caller says who it is by
 * its stream id `#!::r=DRIVER,m=publish,u=DEVICE`. Each caller that gets in has
 * a pad `src_%u` with its MPEG-TS until it leaves: then EOS, then the pad goes.
 * A new connection of a device takes the place of an older one at once; the new
 * pad may appear before the old one has gone. A caller that vanishes is noticed
 * after 5 s (SRT's peer idle time).
 *
 * With #GstPitboxSrtSrc:listener the same port serves readers: callers with the
 * stream id `#!::r=DRIVER,m=request,u=READER`, who stand in a table of their own
 * (#GstPitboxSrtSrc::add-reader). What they get is what a `pitboxsrtserversink`
 * with the same `listener` and that driver is given, from the newest key frame
 * on. A reader may have several connections. Each posts an element message
 * `pitbox-srt-reader` when it begins and when it ends: `state` (joined, left),
 * `reader`, `driver`, `peer`, `reason` (strings).
 *
 * A caller that is refused posts an element message `pitbox-srt-refused` with
 * `peer`, `mode` (publish, request or empty), `device` (or reader), `reason`
 * (strings), `code` (int) and `others` (uint), how many further refusals there
 * were since the last message: at most 20 messages a second are posted.
 *
 * `pad-added` and `pad-removed` come from one thread, which also lets callers
 * in: a handler links and returns.
 *
 * |[
 * gst-launch-1.0 pitboxsrtsrc name=in port=9000 accept-any=true passphrase=correct-horse in.src_0 ! filesink location=first.ts in.src_1 ! filesink location=second.ts
 * ]|
 *
 * A relay: who publishes as car01 can be read at the same port.
 *
 * |[
 * gst-launch-1.0 pitboxsrtsrc name=in port=9000 listener=relay accept-any=true passphrase=correct-horse in.src_0 ! pitboxsrtserversink listener=relay driver=car01
 * ]|
 */
#include "gstpitboxsrtsrc.h"

#include "pitboxproperty.h"
#include "pitboxsrtlistener.h"
#include "gstpitboxsrtpad.h"

GST_DEBUG_CATEGORY (pitbox_srt_src_debug);
#define GST_CAT_DEFAULT pitbox_srt_src_debug

struct _GstPitboxSrtSrc {
  GstElement parent;

  /* Object lock. */
  PitboxSrtListenerConfig config;
  guint batch_ms;

  /* Has its own lock. */
  PitboxSrtListener *listener;
  /* Listener's thread only. */
  guint next_pad;
};

enum {
  PROP_0,
  PROP_ADDRESS,
  PROP_PORT,
  PROP_BOUND_PORT,
  PROP_LATENCY,
  PROP_PASSPHRASE,
  PROP_MAX_CALLERS,
  PROP_ACCEPT_ANY,
  PROP_ONE_PER_DRIVER,
  PROP_BATCH_TIME,
  PROP_LISTENER,
  PROP_MAX_READERS,
  PROP_READERS,
  PROP_STATS,
};

#define AT(field) offsetof (GstPitboxSrtSrc, field)

/* clang-format off */
static const PitboxProperty settings[] = {
  { PROP_ADDRESS, "address", "Address",
    "Address to listen on; :: for all, IPv4 too",
    PITBOX_PROPERTY_STRING, AT (config.address), "127.0.0.1", 0, 0, 0 },
  PITBOX_PROPERTY_PORT (PROP_PORT, AT (config.port),
    "UDP port; 0 for any free one", 0, 0),
  PITBOX_PROPERTY_LATENCY (PROP_LATENCY, AT (config.latency_ms)),
  PITBOX_PROPERTY_PASSPHRASE (PROP_PASSPHRASE, AT (config.passphrase),
    "For devices without one of their own, 10 to 79 characters"),
  { PROP_MAX_CALLERS, "max-callers", "Most callers",
    "Further callers are refused",
    PITBOX_PROPERTY_UINT, AT (config.max_callers), NULL, 64, 1, 10000 },
  { PROP_ACCEPT_ANY, "accept-any", "Accept any device",
    "Let devices in that are in no table",
    PITBOX_PROPERTY_BOOLEAN, AT (config.accept_any), NULL, FALSE, 0, 0 },
  { PROP_ONE_PER_DRIVER, "one-per-driver", "One per driver",
    "A device takes the place of another one of its driver",
    PITBOX_PROPERTY_BOOLEAN, AT (config.one_per_driver), NULL, FALSE, 0, 0 },
  /* A frame comes as one burst, which one wake-up takes anyway: 10 callers at
   * 3 Mbit/s cost 13 % of a core with 0 ms, 14 % with 2 ms, 15 % with 5 ms. */
  { PROP_BATCH_TIME, "batch-time", "Batch time",
    "How long to gather messages into one buffer, in ms",
    PITBOX_PROPERTY_UINT, AT (batch_ms), NULL, 0, 0, 5 },
  PITBOX_PROPERTY_LISTENER (PROP_LISTENER, AT (config.hub),
    "Name by which pitboxsrtserversink finds this port in the process; "
    "none: nobody may read here"),
  { PROP_MAX_READERS, "max-readers", "Most readers",
    "Further connections that want to read are refused",
    PITBOX_PROPERTY_UINT, AT (config.max_readers), NULL, 64, 1, 10000 },
};
/* clang-format on */

static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE ("src_%u", GST_PAD_SRC, GST_PAD_SOMETIMES,
        GST_STATIC_CAPS ("video/mpegts, systemstream = (boolean) true, "
                         "packetsize = (int) 188"));

/* clang-format off */
G_DEFINE_TYPE (GstPitboxSrtSrc, gst_pitbox_srt_src, GST_TYPE_ELEMENT)
GST_ELEMENT_REGISTER_DEFINE (pitboxsrtsrc, "pitboxsrtsrc", GST_RANK_NONE,
    GST_TYPE_PITBOX_SRT_SRC)
/* clang-format on */

/* The pad's own thread. */
static void
pad_done (GstPitboxSrtPad *pad, GstFlowReturn why, gpointer user_data)
{
  GstPitboxSrtSrc *self = user_data;
  PitboxSrtSession *session = gst_pitbox_srt_pad_get_session (pad);

  if (why == GST_FLOW_NOT_LINKED)
    GST_ELEMENT_WARNING (self, CORE, PAD,
        ("driver %s: nothing takes the stream, closing the connection",
            pitbox_srt_session_get_driver (session)),
        ("pad %s is not linked", GST_PAD_NAME (pad)));
  pitbox_srt_listener_session_done (self->listener, session);
}

/* The listener's thread. */
static void
joined (PitboxSrtSession *session, gpointer user_data)
{
  GstPitboxSrtSrc *self = user_data;
  GstElement *element = GST_ELEMENT (self);
  g_autofree gchar *name = g_strdup_printf ("src_%u", self->next_pad++);
  guint batch_ms;
  GstPitboxSrtPad *pad;

  GST_OBJECT_LOCK (self);
  batch_ms = self->batch_ms;
  GST_OBJECT_UNLOCK (self);
  GST_INFO_OBJECT (self, "%s: driver %s, device %s from %s", name,
      pitbox_srt_session_get_driver (session),
      pitbox_srt_session_get_device (session),
      pitbox_srt_session_get_peer (session));
  pad = gst_pitbox_srt_pad_new (gst_element_class_get_pad_template (
                                    GST_ELEMENT_GET_CLASS (element), "src_%u"),
      name, session, batch_ms, pad_done, self);
  gst_pad_set_active (GST_PAD (pad), TRUE);
  gst_element_add_pad (element, GST_PAD (pad));
  gst_pitbox_srt_pad_start (pad);
}

static void
remove_pad (GstElement *element, GstPad *pad)
{
  gst_pad_set_active (pad, FALSE);
  gst_element_remove_pad (element, pad);
}

/* The pad of @session, or any where @session is NULL, with a reference. */
static GstPad *
find_pad (GstPitboxSrtSrc *self, PitboxSrtSession *session)
{
  GstPad *found = NULL;

  GST_OBJECT_LOCK (self);
  for (GList *l = GST_ELEMENT (self)->pads; l != NULL && found == NULL;
       l = l->next)
    if (session == NULL
        || gst_pitbox_srt_pad_get_session (GST_PITBOX_SRT_PAD (l->data))
               == session)
      found = gst_object_ref (l->data);
  GST_OBJECT_UNLOCK (self);
  return found;
}

/* The listener's thread; the pad's task has ended itself. */
static void
left (PitboxSrtSession *session, gpointer user_data)
{
  GstPitboxSrtSrc *self = user_data;
  g_autoptr (GstPad) pad = find_pad (self, session);

  if (pad != NULL)
    remove_pad (GST_ELEMENT (self), pad);
}

/* The listener's thread. */
static void
refused (const PitboxSrtRefusal *r, gpointer user_data)
{
  GstPitboxSrtSrc *self = user_data;

  GST_INFO_OBJECT (self, "refused %s, '%s': %s", r->peer, r->user, r->reason);
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_element (GST_OBJECT (self),
          gst_structure_new ("pitbox-srt-refused", "peer", G_TYPE_STRING,
              r->peer, "mode", G_TYPE_STRING, r->mode, "device", G_TYPE_STRING,
              r->user, "reason", G_TYPE_STRING, r->reason, "code", G_TYPE_INT,
              r->code, "others", G_TYPE_UINT, r->others, NULL)));
}

static void
post_reader (GstPitboxSrtSrc *self, PitboxSrtReader *reader, const gchar *state,
    const gchar *reason)
{
  const gchar *name = pitbox_srt_reader_get_name (reader);
  const gchar *driver = pitbox_srt_reader_get_driver (reader);
  const gchar *peer = pitbox_srt_reader_get_peer (reader);

  GST_INFO_OBJECT (
      self, "reader %s of %s from %s %s %s", name, driver, peer, state, reason);
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_element (GST_OBJECT (self),
          gst_structure_new ("pitbox-srt-reader", "state", G_TYPE_STRING, state,
              "reader", G_TYPE_STRING, name, "driver", G_TYPE_STRING, driver,
              "peer", G_TYPE_STRING, peer, "reason", G_TYPE_STRING, reason,
              NULL)));
}

/* The listener's thread. */
static void
reader_joined (PitboxSrtReader *reader, gpointer user_data)
{
  post_reader (user_data, reader, "joined", "");
}

/* The listener's thread. */
static void
reader_left (PitboxSrtReader *reader, const gchar *reason, gpointer user_data)
{
  post_reader (user_data, reader, "left", reason);
}

static gboolean
start (GstPitboxSrtSrc *self)
{
  const PitboxSrtListenerFuncs funcs = { joined, left, refused, reader_joined,
    reader_left };
  g_autoptr (GError) error = NULL;
  gboolean ok;

  GST_OBJECT_LOCK (self);
  ok = pitbox_srt_listener_start (
      self->listener, &self->config, &funcs, self, &error);
  GST_OBJECT_UNLOCK (self);
  if (!ok) {
    gst_element_message_full (GST_ELEMENT (self), GST_MESSAGE_ERROR,
        error->domain, error->code, g_strdup (error->message), NULL, __FILE__,
        GST_FUNCTION, __LINE__);
    return FALSE;
  }
  GST_INFO_OBJECT (self, "listens on port %u",
      pitbox_srt_listener_get_port (self->listener));
  g_object_notify (G_OBJECT (self), "bound-port");
  return TRUE;
}

static void
stop (GstPitboxSrtSrc *self)
{
  GstPad *pad;

  while ((pad = find_pad (self, NULL)) != NULL) {
    remove_pad (GST_ELEMENT (self), pad);
    gst_object_unref (pad);
  }
}

static GstStateChangeReturn
change_state (GstElement *element, GstStateChange transition)
{
  GstPitboxSrtSrc *self = GST_PITBOX_SRT_SRC (element);
  GstStateChangeReturn ret;

  switch (transition) {
    case GST_STATE_CHANGE_READY_TO_PAUSED:
      self->next_pad = 0;
      if (!start (self))
        return GST_STATE_CHANGE_FAILURE;
      break;
    case GST_STATE_CHANGE_PLAYING_TO_PAUSED:
      pitbox_srt_listener_set_accepting (self->listener, FALSE);
      break;
    case GST_STATE_CHANGE_PAUSED_TO_READY:
      pitbox_srt_listener_stop (self->listener);
      break;
    default:
      break;
  }
  ret = GST_ELEMENT_CLASS (gst_pitbox_srt_src_parent_class)
            ->change_state (element, transition);
  switch (transition) {
    case GST_STATE_CHANGE_READY_TO_PAUSED:
      if (ret == GST_STATE_CHANGE_FAILURE)
        pitbox_srt_listener_stop (self->listener);
      else
        ret = GST_STATE_CHANGE_NO_PREROLL;
      break;
    case GST_STATE_CHANGE_PAUSED_TO_PLAYING:
      /* From here on there is a running time to stamp arrivals with. */
      pitbox_srt_listener_set_accepting (self->listener, TRUE);
      break;
    case GST_STATE_CHANGE_PLAYING_TO_PAUSED:
      ret = GST_STATE_CHANGE_NO_PREROLL;
      break;
    case GST_STATE_CHANGE_PAUSED_TO_READY:
      stop (self);
      break;
    default:
      break;
  }
  return ret;
}

/* EOS from the application: no more callers, and each stream ends. */
static gboolean
send_event (GstElement *element, GstEvent *event)
{
  GstPitboxSrtSrc *self = GST_PITBOX_SRT_SRC (element);

  if (GST_EVENT_TYPE (event) != GST_EVENT_EOS)
    return GST_ELEMENT_CLASS (gst_pitbox_srt_src_parent_class)
        ->send_event (element, event);
  gst_event_unref (event);
  pitbox_srt_listener_set_accepting (self->listener, FALSE);
  pitbox_srt_listener_close_sessions (self->listener);
  return TRUE;
}

/**
 * GstPitboxSrtSrc::add-device:
 * @src: the element
 * @device: id of the device
 * @driver: id of its driver
 * @passphrase: (nullable): 10 to 79 characters; %NULL or empty for the
 *   element's own
 *
 * Lets a device in, or changes what it must say; a connection it has stays. Not
 * valid ids and passphrases post a warning and change nothing. Any thread, any
 * state.
 */
static void
add_device (GstPitboxSrtSrc *self, const gchar *device, const gchar *driver,
    const gchar *passphrase)
{
  g_autoptr (GError) error = NULL;

  if (!pitbox_srt_listener_add_device (
          self->listener, device, driver, passphrase, &error))
    GST_ELEMENT_WARNING (
        self, RESOURCE, SETTINGS, ("%s", error->message), (NULL));
}

/**
 * GstPitboxSrtSrc::remove-device:
 * @src: the element
 * @device: id of the device
 *
 * Shuts a device out and ends its connection at once. Any thread, any state.
 */
static void
remove_device (GstPitboxSrtSrc *self, const gchar *device)
{
  pitbox_srt_listener_remove_device (self->listener, device);
}

/**
 * GstPitboxSrtSrc::hold-device:
 * @src: the element
 * @device: id of the device
 * @seconds: for how long
 *
 * Refuses a device for a while (1413); a connection that it has stays. Any
 * thread, any state.
 */
static void
hold_device (GstPitboxSrtSrc *self, const gchar *device, guint seconds)
{
  pitbox_srt_listener_hold_device (self->listener, device, seconds);
}

/**
 * GstPitboxSrtSrc::contest-device:
 * @src: the element
 * @device: id of the device
 * @seconds: for how long; 0 lets it in again
 *
 * Refuses a device whose place another one keeps (1409), where the owner of the
 * element knows whose place it would take; a connection that it has stays. Any
 * thread, any state.
 */
static void
contest_device (GstPitboxSrtSrc *self, const gchar *device, guint seconds)
{
  pitbox_srt_listener_contest_device (self->listener, device, seconds);
}

/**
 * GstPitboxSrtSrc::add-reader:
 * @src: the element
 * @reader: id of the reader
 * @drivers: (nullable): ids of the drivers it may read, with commas between
 *   them; %NULL or empty for all
 * @passphrase: (nullable): 10 to 79 characters; %NULL or empty for the
 *   element's own
 *
 * Lets a reader in, or changes what it must say; connections it has stay. Not
 * valid ids and passphrases post a warning and change nothing. Any thread, any
 * state.
 */
static void
add_reader (GstPitboxSrtSrc *self, const gchar *reader, const gchar *drivers,
    const gchar *passphrase)
{
  g_autoptr (GError) error = NULL;

  if (!pitbox_srt_listener_add_reader (
          self->listener, reader, drivers, passphrase, &error))
    GST_ELEMENT_WARNING (
        self, RESOURCE, SETTINGS, ("%s", error->message), (NULL));
}

/**
 * GstPitboxSrtSrc::remove-reader:
 * @src: the element
 * @reader: id of the reader
 *
 * Shuts a reader out and ends its connections at once. Any thread, any state.
 */
static void
remove_reader (GstPitboxSrtSrc *self, const gchar *reader)
{
  pitbox_srt_listener_remove_reader (self->listener, reader);
}

/* Connections of readers: a structure with the array "list". */
static GstStructure *
get_readers (GstPitboxSrtSrc *self)
{
  g_autoptr (GPtrArray) stats =
      pitbox_srt_listener_list_readers (self->listener);
  GstStructure *readers = gst_structure_new_empty ("pitbox-srt-readers");
  GValue list = G_VALUE_INIT;

  g_value_init (&list, GST_TYPE_ARRAY);
  for (guint i = 0; i < stats->len; i++) {
    GValue value = G_VALUE_INIT;

    g_value_init (&value, GST_TYPE_STRUCTURE);
    g_value_set_boxed (&value, g_ptr_array_index (stats, i));
    gst_value_array_append_and_take_value (&list, &value);
  }
  gst_structure_take_value (readers, "list", &list);
  return readers;
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GST_OBJECT_LOCK (object);
  if (!pitbox_properties_set (
          object, settings, G_N_ELEMENTS (settings), id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  GST_OBJECT_UNLOCK (object);
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstPitboxSrtSrc *self = GST_PITBOX_SRT_SRC (object);

  switch (id) {
    case PROP_BOUND_PORT:
      g_value_set_uint (value, pitbox_srt_listener_get_port (self->listener));
      break;
    case PROP_READERS:
      g_value_take_boxed (value, get_readers (self));
      break;
    case PROP_STATS:
      g_value_take_boxed (
          value, pitbox_srt_listener_get_stats (self->listener));
      break;
    default:
      GST_OBJECT_LOCK (self);
      if (!pitbox_properties_get (
              self, settings, G_N_ELEMENTS (settings), id, value))
        G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      GST_OBJECT_UNLOCK (self);
      break;
  }
}

static void
finalize (GObject *object)
{
  GstPitboxSrtSrc *self = GST_PITBOX_SRT_SRC (object);

  g_clear_pointer (&self->listener, pitbox_srt_listener_free);
  pitbox_properties_clear (object, settings, G_N_ELEMENTS (settings));
  G_OBJECT_CLASS (gst_pitbox_srt_src_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags read = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  pitbox_properties_install (object_class, settings, G_N_ELEMENTS (settings));
  g_object_class_install_property (object_class, PROP_BOUND_PORT,
      g_param_spec_uint ("bound-port", "Bound port",
          "UDP port in use, 0 while stopped", 0, 65535, 0, read));
  g_object_class_install_property (object_class, PROP_READERS,
      g_param_spec_boxed ("readers", "Readers",
          "Figures of each connection that reads, in the array \"list\"",
          GST_TYPE_STRUCTURE, read));
  pitbox_properties_install_stats (
      object_class, PROP_STATS, "Callers let in, refused, taken over");
}

static void
gst_pitbox_srt_src_class_init (GstPitboxSrtSrcClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (
      pitbox_srt_src_debug, "pitboxsrtsrc", 0, "PitBox SRT source");
  object_class->set_property = set_property;
  object_class->get_property = get_property;
  object_class->finalize = finalize;
  install_properties (object_class);
  g_signal_new_class_handler ("add-device", GST_TYPE_PITBOX_SRT_SRC,
      G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION, G_CALLBACK (add_device), NULL, NULL,
      NULL, G_TYPE_NONE, 3, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING);
  g_signal_new_class_handler ("remove-device", GST_TYPE_PITBOX_SRT_SRC,
      G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION, G_CALLBACK (remove_device), NULL,
      NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  g_signal_new_class_handler ("hold-device", GST_TYPE_PITBOX_SRT_SRC,
      G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION, G_CALLBACK (hold_device), NULL, NULL,
      NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_UINT);
  g_signal_new_class_handler ("contest-device", GST_TYPE_PITBOX_SRT_SRC,
      G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION, G_CALLBACK (contest_device), NULL,
      NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_UINT);
  g_signal_new_class_handler ("add-reader", GST_TYPE_PITBOX_SRT_SRC,
      G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION, G_CALLBACK (add_reader), NULL, NULL,
      NULL, G_TYPE_NONE, 3, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING);
  g_signal_new_class_handler ("remove-reader", GST_TYPE_PITBOX_SRT_SRC,
      G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION, G_CALLBACK (remove_reader), NULL,
      NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  element_class->change_state = change_state;
  element_class->send_event = send_event;
  gst_element_class_add_static_pad_template_with_gtype (
      element_class, &src_template, GST_TYPE_PITBOX_SRT_PAD);
  gst_element_class_set_static_metadata (element_class, "PitBox SRT source",
      "Source/Network", "Listens on one SRT port for many callers",
      "PitBox Relay");
}

static void
gst_pitbox_srt_src_init (GstPitboxSrtSrc *self)
{
  pitbox_properties_init (self, settings, G_N_ELEMENTS (settings));
  self->listener = pitbox_srt_listener_new ();
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SOURCE);
}
