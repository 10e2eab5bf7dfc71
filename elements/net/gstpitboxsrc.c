/* SPDX-License-Identifier: LGPL-2.1-or-later
 * pitboxsrc: a driver's live stream from a server, by its address. */

/**
 * SECTION:element-pitboxsrc
 * @title: pitboxsrc
 *
 * Reads a driver's live stream from a pitbox-server, or a `pitboxsrtsrc` with
 * readers, by SRT. The address is `pitbox://HOST[:PORT]/DRIVER`; who reads is
 * #GstPitboxSrc:user, with the key that `pitbox-server reader add` printed, in
 * #GstPitboxSrc:key-file or #GstPitboxSrc:key. Both may also stand in the
 * address (`pitbox://USER:KEY@HOST/DRIVER`, `?user=&key=&key-file=&latency=`),
 * but a key in an address or on a command line is seen by everybody who may
 * list this machine's processes: prefer the file, of which the first line is
 * read.
 *
 * Pads come with the stream: `video`, the encoded picture with its own row as
 * #GstPitboxTelemetryMeta, which decoders hand on; `klv`, the telemetry units;
 * `audio`, where there is some. Inside are tsdemux, h264parse or h265parse,
 * telemetrydec and telemetrysync.
 *
 * A picture has the row of its own tick or none, from the first one on: buffers
 * follow the stream's own clock and not their arrival, which at the beginning is
 * a burst. What it begins with is up to a group of pictures old; it comes up to
 * the present 4 % faster than it was.
 *
 * A lost connection is tried again with growing pauses, up to 10 s, and so is a
 * driver who has left; pads stay. A refusal that a person has to look at is an
 * error that says why (unknown reader, wrong key, not for this driver…). A
 * driver that is not live at first is an error too, unless
 * #GstPitboxSrc:wait-for-driver. Each change of state posts an element message
 * `pitbox-srt-state` as pitboxsrtsink does.
 *
 * A port with a driver in it, and two who read him: his picture with a head-up
 * display, and his telemetry as lines of JSON.
 *
 * |[
 * gst-launch-1.0 pitboxsrtsrc port=9000 listener=relay accept-any=true passphrase=correct-horse telemetrytestsrc is-live=true ! tee name=rows rows. ! queue ! telemetryenc ! mux. rows. ! queue ! telemetryscene ! video/x-raw,width=640,height=360 ! videoconvert ! x264enc tune=zerolatency key-int-max=60 ! h264parse ! mux. mpegtsmux name=mux alignment=0 latency=200000000 ! pitboxsrtserversink listener=relay driver=car01
 * gst-launch-1.0 pitboxsrc uri=pitbox://127.0.0.1:9000/car01 user=studio key=correct-horse wait-for-driver=true name=s s.video ! decodebin ! videoconvert ! telemetryoverlay ! fakevideosink
 * gst-launch-1.0 pitboxsrc uri=pitbox://127.0.0.1:9000/car01 user=studio key=correct-horse wait-for-driver=true name=s s.klv ! queue ! telemetrydec ! telemetryjsonenc fields=Speed,Gear ! fdsink
 * ]|
 */
#include "gstpitboxsrc.h"

#include <gstpitbox/gstpitbox.h>

#include "gstpitboxreadsrc.h"
#include "pitboxaddress.h"
#include "pitboxproperty.h"
#include "pitboxsrcchain.h"

GST_DEBUG_CATEGORY (pitbox_src_debug);
#define GST_CAT_DEFAULT pitbox_src_debug

#define RETRY_MS 250
#define RETRY_MAX_MS 10000
struct _GstPitboxSrc {
  GstBin parent;

  GstElement *connection; /* of the bin */
  PitboxSrcChain chain;

  /* Object lock. */
  PitboxAddress *address; /* NULL until there is one */
  gchar *bad_uri; /* what is wrong with the one that was set instead */
  gchar *user;
  gchar *key;
  gchar *key_file;
  guint latency_ms;
  gboolean latency_set;
  gboolean wait;

  gint connections; /* atomic */

  /* Connection's thread only. */
  gint warned_code;
};

enum {
  PROP_0,
  PROP_URI,
  PROP_USER,
  PROP_KEY,
  PROP_KEY_FILE,
  PROP_LATENCY,
  PROP_WAIT_FOR_DRIVER,
  PROP_STATE,
  PROP_STATS,
};

#define AT(field) offsetof (GstPitboxSrc, field)

/* clang-format off */
static const PitboxProperty settings[] = {
  { PROP_USER, "user", "User",
    "Name of the reader, as pitbox-server reader add was told",
    PITBOX_PROPERTY_STRING, AT (user), NULL, 0, 0, 0 },
  { PROP_KEY, "key", "Key",
    "The reader's key; on a command line others can see it, see key-file",
    PITBOX_PROPERTY_SECRET, AT (key), NULL, 0, 0, 0 },
  { PROP_KEY_FILE, "key-file", "Key file",
    "File with the reader's key in its first line",
    PITBOX_PROPERTY_STRING, AT (key_file), NULL, 0, 0, 0 },
  PITBOX_PROPERTY_LATENCY (PROP_LATENCY, AT (latency_ms)),
  { PROP_WAIT_FOR_DRIVER, "wait-for-driver", "Wait for the driver",
    "A driver that is not live at first is waited for, instead of an error",
    PITBOX_PROPERTY_BOOLEAN, AT (wait), NULL, FALSE, 0, 0 },
};
/* clang-format on */

static GstStaticPadTemplate video_template =
    GST_STATIC_PAD_TEMPLATE ("video", GST_PAD_SRC, GST_PAD_SOMETIMES,
        GST_STATIC_CAPS ("video/x-h264; video/x-h265"));
static GstStaticPadTemplate klv_template = GST_STATIC_PAD_TEMPLATE ("klv",
    GST_PAD_SRC, GST_PAD_SOMETIMES, GST_STATIC_CAPS (GST_PITBOX_CAPS_KLV));
static GstStaticPadTemplate audio_template = GST_STATIC_PAD_TEMPLATE (
    "audio", GST_PAD_SRC, GST_PAD_SOMETIMES, GST_STATIC_CAPS_ANY);

static void uri_handler_init (gpointer iface, gpointer data);

/* clang-format off */
G_DEFINE_TYPE_WITH_CODE (GstPitboxSrc, gst_pitbox_src, GST_TYPE_BIN,
    G_IMPLEMENT_INTERFACE (GST_TYPE_URI_HANDLER, uri_handler_init))
GST_ELEMENT_REGISTER_DEFINE (pitboxsrc, "pitboxsrc", GST_RANK_PRIMARY,
    GST_TYPE_PITBOX_SRC)
/* clang-format on */

/* What passes by itself, given time. */
static gboolean
may_pass (int code)
{
  switch (code) {
    case PITBOX_SRT_REJECT_FULL:
    case PITBOX_SRT_REJECT_UNKNOWN_DRIVER:
    case PITBOX_SRT_REJECT_NOT_LIVE:
    case PITBOX_SRT_REJECT_NOT_READY:
    case SRT_REJ_BACKLOG:
    case SRT_REJ_RESOURCE:
    case SRT_REJ_CLOSE:
      return TRUE;
    default:
      return FALSE;
  }
}

/* From the connection's thread. */
static gboolean
may_retry (int code, gpointer user_data)
{
  GstPitboxSrc *self = user_data;
  gboolean wait;

  GST_OBJECT_LOCK (self);
  wait = self->wait;
  GST_OBJECT_UNLOCK (self);
  return code == 0
         || (may_pass (code)
             && (wait || g_atomic_int_get (&self->connections) > 0));
}

/* From the connection's thread. */
static void
state_changed (PitboxSrtState state, const GError *error, int code,
    guint retry_ms, gpointer user_data)
{
  GstPitboxSrc *self = user_data;

  GST_INFO_OBJECT (self, "%s %s", pitbox_srt_state_name (state),
      error != NULL ? error->message : "");
  if (state == PITBOX_SRT_CONNECTED) {
    g_atomic_int_inc (&self->connections);
    self->warned_code = -1;
  }
  pitbox_srt_state_post (GST_ELEMENT (self), "pitbox-srt-state", state, error,
      code, retry_ms, &self->warned_code);
}

/* With the object lock: properties go before what the address says. */
static gboolean
fill_config (GstPitboxSrc *self, PitboxSrtCallerConfig *config, GError **error)
{
  const PitboxAddress *a = self->address;
  const gchar *user, *file, *key;

  if (a == NULL) {
    g_set_error_literal (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        self->bad_uri != NULL ? self->bad_uri
                              : "set uri to pitbox://HOST[:PORT]/DRIVER");
    return FALSE;
  }
  user = self->user != NULL ? self->user : a->user;
  key = self->key != NULL ? self->key : a->key;
  file = self->key_file != NULL ? self->key_file : a->key_file;
  config->host = a->host;
  config->port = a->port;
  config->stream_id =
      gst_pitbox_stream_id_new (GST_PITBOX_STREAM_REQUEST, a->driver, user);
  if (config->stream_id == NULL) {
    g_set_error_literal (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "set user to the name of a reader, as pitbox-server reader list shows "
        "it");
    return FALSE;
  }
  config->passphrase = key == NULL && file != NULL
                           ? pitbox_secret_read_file (file, error)
                           : g_strdup (key);
  if (key == NULL && file != NULL && config->passphrase == NULL)
    return FALSE;
  if (!pitbox_secret_is_valid (config->passphrase)) {
    g_set_error_literal (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "a key has 10 to 79 characters");
    return FALSE;
  }
  config->latency_ms = self->latency_set || a->latency_ms < 0
                           ? self->latency_ms
                           : (guint) a->latency_ms;
  return TRUE;
}

static gboolean
configure (GstPitboxSrc *self)
{
  PitboxSrtCallerConfig config = {
    .reads = TRUE,
    .reconnect = TRUE,
    .may_retry = may_retry,
    .delay_ms = RETRY_MS,
    .delay_max_ms = RETRY_MAX_MS,
  };
  g_autoptr (GError) error = NULL;
  gboolean ok;

  pitbox_src_chain_set_ending (&self->chain, FALSE);
  g_atomic_int_set (&self->connections, 0);
  self->warned_code = -1;
  GST_OBJECT_LOCK (self);
  ok = fill_config (self, &config, &error);
  if (ok)
    gst_pitbox_read_src_configure (
        GST_PITBOX_READ_SRC (self->connection), &config);
  GST_OBJECT_UNLOCK (self);
  g_free (config.stream_id);
  pitbox_secret_free (config.passphrase);
  if (!ok)
    GST_ELEMENT_ERROR (
        self, RESOURCE, SETTINGS, ("%s", error->message), (NULL));
  return ok;
}

static GstStateChangeReturn
change_state (GstElement *element, GstStateChange transition)
{
  GstPitboxSrc *self = GST_PITBOX_SRC (element);
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED
      && (self->chain.demux == NULL || !configure (self)))
    return GST_STATE_CHANGE_FAILURE;
  ret = GST_ELEMENT_CLASS (gst_pitbox_src_parent_class)
            ->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    pitbox_src_chain_take_down (&self->chain);
  return ret;
}

static gboolean
send_event (GstElement *element, GstEvent *event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    pitbox_src_chain_set_ending (&GST_PITBOX_SRC (element)->chain, TRUE);
  return GST_ELEMENT_CLASS (gst_pitbox_src_parent_class)
      ->send_event (element, event);
}

static gboolean
set_uri (GstPitboxSrc *self, const gchar *uri, GError **error)
{
  PitboxAddress *address = pitbox_address_new (uri, error);

  if (address == NULL)
    return FALSE;
  GST_OBJECT_LOCK (self);
  g_clear_pointer (&self->address, pitbox_address_free);
  g_clear_pointer (&self->bad_uri, g_free);
  self->address = address;
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

/* A property cannot be refused: it is an error when the element starts, and not
 * the address before that is read on. A warning now would have no bus yet. */
static void
refuse_uri (GstPitboxSrc *self, const GError *error)
{
  GST_OBJECT_LOCK (self);
  g_clear_pointer (&self->address, pitbox_address_free);
  g_free (self->bad_uri);
  self->bad_uri = g_strdup (error->message);
  GST_OBJECT_UNLOCK (self);
}

/* Without its key. */
static gchar *
dup_uri (GstPitboxSrc *self)
{
  gchar *uri;

  GST_OBJECT_LOCK (self);
  uri = self->address != NULL ? pitbox_address_to_string (self->address) : NULL;
  GST_OBJECT_UNLOCK (self);
  return uri;
}

static GstStructure *
get_stats (GstPitboxSrc *self)
{
  GstStructure *stats = gst_structure_new_empty ("pitbox-src-stats");
  GstStructure *part =
      gst_pitbox_read_src_get_stats (GST_PITBOX_READ_SRC (self->connection));

  gst_structure_set (stats, "connection", GST_TYPE_STRUCTURE, part, NULL);
  gst_structure_free (part);
  pitbox_src_chain_add_stats (&self->chain, stats);
  return stats;
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstPitboxSrc *self = GST_PITBOX_SRC (object);
  g_autoptr (GError) error = NULL;

  if (id == PROP_URI) {
    if (g_value_get_string (value) != NULL
        && !set_uri (self, g_value_get_string (value), &error))
      refuse_uri (self, error);
    return;
  }
  GST_OBJECT_LOCK (self);
  if (!pitbox_properties_set (
          self, settings, G_N_ELEMENTS (settings), id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  self->latency_set |= id == PROP_LATENCY;
  GST_OBJECT_UNLOCK (self);
}

static void
get_state (GstPitboxSrc *self, GValue *value)
{
  g_autoptr (GstStructure) stats =
      gst_pitbox_read_src_get_stats (GST_PITBOX_READ_SRC (self->connection));

  g_value_set_string (value, gst_structure_get_string (stats, "state"));
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstPitboxSrc *self = GST_PITBOX_SRC (object);

  switch (id) {
    case PROP_URI:
      g_value_take_string (value, dup_uri (self));
      break;
    case PROP_STATE:
      get_state (self, value);
      break;
    case PROP_STATS:
      g_value_take_boxed (value, get_stats (self));
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

static GstURIType
uri_get_type (GType type)
{
  return GST_URI_SRC;
}

static const gchar *const *
uri_get_protocols (GType type)
{
  static const gchar *protocols[] = { "pitbox", NULL };

  return protocols;
}

static gchar *
uri_get_uri (GstURIHandler *handler)
{
  return dup_uri (GST_PITBOX_SRC (handler));
}

static gboolean
uri_set_uri (GstURIHandler *handler, const gchar *uri, GError **error)
{
  return set_uri (GST_PITBOX_SRC (handler), uri, error);
}

static void
uri_handler_init (gpointer iface, gpointer data)
{
  GstURIHandlerInterface *handler = iface;

  handler->get_type = uri_get_type;
  handler->get_protocols = uri_get_protocols;
  handler->get_uri = uri_get_uri;
  handler->set_uri = uri_set_uri;
}

static void
finalize (GObject *object)
{
  GstPitboxSrc *self = GST_PITBOX_SRC (object);

  g_clear_pointer (&self->address, pitbox_address_free);
  g_free (self->bad_uri);
  pitbox_properties_clear (self, settings, G_N_ELEMENTS (settings));
  G_OBJECT_CLASS (gst_pitbox_src_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *object_class)
{
  g_object_class_install_property (object_class, PROP_URI,
      g_param_spec_string ("uri", "Address",
          "pitbox://HOST[:PORT]/DRIVER; reads back without a key", NULL,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
              | GST_PARAM_MUTABLE_READY));
  pitbox_properties_install (object_class, settings, G_N_ELEMENTS (settings));
  pitbox_properties_install_state (object_class, PROP_STATE);
  pitbox_properties_install_stats (object_class, PROP_STATS,
      "Structures connection (of SRT), sync (of telemetrysync) and "
      "telemetry (of telemetrydec)");
}

static void
gst_pitbox_src_class_init (GstPitboxSrcClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (pitbox_src_debug, "pitboxsrc", 0, "PitBox source");
  object_class->set_property = set_property;
  object_class->get_property = get_property;
  object_class->finalize = finalize;
  install_properties (object_class);
  gst_element_class_add_static_pad_template (element_class, &video_template);
  gst_element_class_add_static_pad_template (element_class, &klv_template);
  gst_element_class_add_static_pad_template (element_class, &audio_template);
  gst_element_class_set_static_metadata (element_class, "PitBox source",
      "Source/Network/Video/Metadata",
      "Reads a driver's live picture and telemetry from a pitbox-server",
      "PitBox Relay");
  element_class->change_state = change_state;
  element_class->send_event = send_event;
}

static void
gst_pitbox_src_init (GstPitboxSrc *self)
{
  pitbox_properties_init (self, settings, G_N_ELEMENTS (settings));
  self->connection = gst_pitbox_read_src_new (state_changed, self);
  gst_bin_add (GST_BIN (self), self->connection);
  pitbox_src_chain_init (&self->chain, GST_BIN (self), self->connection);
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SOURCE);
}
