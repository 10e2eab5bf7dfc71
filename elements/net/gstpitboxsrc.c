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
#include <string.h>

#include "gstpitboxaddress.h"
#include "gstpitboxreadsrc.h"

GST_DEBUG_CATEGORY_STATIC (pitbox_src_debug);
#define GST_CAT_DEFAULT pitbox_src_debug

#define RETRY_MS 250
#define RETRY_MAX_MS 10000
/* Of tsdemux, for sinks that synchronise: how much later than the least delay a
 * picture or a unit may come out. */
#define DEMUX_LATENCY_MS 100
#define MAX_KEY_FILE_BYTES 4096
/* Half a tick of 60 Hz and some more: a picture has its own row or none, also
 * where a machine is too busy for the row to be there in time. */
#define MAX_DIFF (10 * GST_MSECOND)

struct _GstPitboxSrc {
  GstBin parent;

  GstElement *connection; /* of the bin, as the demuxer */
  GstElement *demux;

  /* Object lock. */
  PitboxAddress *address; /* NULL until there is one */
  gchar *user;
  gchar *key;
  gchar *key_file;
  guint latency_ms;
  gboolean latency_set;
  gboolean wait;
  GstElement *sync; /* of the bin, while there is a picture */
  GstElement *dec; /* likewise with telemetry */

  gint ending; /* atomic: EOS was asked for */
  gint connections; /* atomic */

  /* Connection's thread only. */
  gint warned_code;

  /* Demuxer's thread, or none that runs. */
  GstElement *parse; /* of the bin: where pictures go in */
  GstElement *units; /* of the bin: a tee */
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
  const gchar *reason = error != NULL ? error->message : "";

  GST_INFO_OBJECT (self, "%s %s", pitbox_srt_state_name (state), reason);
  if (state == PITBOX_SRT_CONNECTED) {
    g_atomic_int_inc (&self->connections);
    self->warned_code = -1;
  }
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_element (GST_OBJECT (self),
          gst_structure_new ("pitbox-srt-state", "state", G_TYPE_STRING,
              pitbox_srt_state_name (state), "reason", G_TYPE_STRING, reason,
              "code", G_TYPE_INT, code, "retry-ms", G_TYPE_UINT, retry_ms,
              NULL)));
  /* gst-launch shows no element messages: the first failure of its kind is told
   * in a way that it does show. */
  if (state == PITBOX_SRT_WAITING && error != NULL
      && code != self->warned_code) {
    self->warned_code = code;
    gst_element_message_full (GST_ELEMENT (self), GST_MESSAGE_WARNING,
        error->domain, error->code,
        g_strdup_printf ("%s; trying again", reason), NULL, __FILE__,
        GST_FUNCTION, __LINE__);
  }
  if (state == PITBOX_SRT_FAILED && error != NULL)
    gst_element_message_full (GST_ELEMENT (self), GST_MESSAGE_ERROR,
        error->domain, error->code, g_strdup (reason), NULL, __FILE__,
        GST_FUNCTION, __LINE__);
}

/* The demuxer ends its pads when another programme begins: what hangs behind
 * goes on with the next one. */
static GstPadProbeReturn
drop_eos (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstPitboxSrc *self = user_data;

  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_EOS
      && !g_atomic_int_get (&self->ending))
    return GST_PAD_PROBE_DROP;
  return GST_PAD_PROBE_OK;
}

static GstElement *
add (GstPitboxSrc *self, const gchar *factory)
{
  GstElement *element = gst_element_factory_make (factory, NULL);

  if (element == NULL) {
    GST_ELEMENT_ERROR (self, CORE, MISSING_PLUGIN,
        ("there is no element %s", factory), (NULL));
    return NULL;
  }
  gst_bin_add (GST_BIN (self), element);
  return element;
}

static void
expose (GstPitboxSrc *self, const gchar *name, GstPad *target)
{
  GstPad *pad = gst_ghost_pad_new_from_template (name, target,
      gst_element_class_get_pad_template (GST_ELEMENT_GET_CLASS (self), name));

  gst_pad_set_active (pad, TRUE);
  gst_element_add_pad (GST_ELEMENT (self), pad);
}

/* Rows for the pictures, once both are there. */
static void
join (GstPitboxSrc *self)
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
  GST_OBJECT_LOCK (self);
  self->dec = dec;
  GST_OBJECT_UNLOCK (self);
}

/* A PES packet holds one access unit; tsdemux does not say so, and the parser
 * would wait for the next one to be sure. */
static GstElement *
add_alignment (GstPitboxSrc *self, const gchar *media)
{
  GstElement *setter = add (self, "capssetter");
  g_autoptr (GstCaps) caps =
      gst_caps_new_simple (media, "alignment", G_TYPE_STRING, "au", NULL);

  if (setter != NULL)
    g_object_set (setter, "caps", caps, NULL);
  return setter;
}

static GstElement *
add_picture (GstPitboxSrc *self, const gchar *media)
{
  gboolean h265 = g_str_equal (media, "video/x-h265");
  GstElement *setter = add_alignment (self, media);
  GstElement *parse = add (self, h265 ? "h265parse" : "h264parse");
  GstElement *sync = add (self, "telemetrysync");
  g_autoptr (GstPad) src = NULL;

  if (setter == NULL || parse == NULL || sync == NULL)
    return NULL;
  /* Who comes late or has lost something can begin at each key frame. */
  g_object_set (parse, "config-interval", -1, NULL);
  g_object_set (sync, "max-diff", (guint64) MAX_DIFF, NULL);
  gst_element_link (setter, parse);
  gst_element_link_pads (parse, "src", sync, "video");
  gst_element_sync_state_with_parent (sync);
  gst_element_sync_state_with_parent (parse);
  gst_element_sync_state_with_parent (setter);
  GST_OBJECT_LOCK (self);
  self->sync = sync;
  GST_OBJECT_UNLOCK (self);
  self->parse = setter;
  join (self);
  src = gst_element_get_static_pad (sync, "src");
  expose (self, "video", src);
  return setter;
}

static GstElement *
add_units (GstPitboxSrc *self)
{
  GstElement *tee = add (self, "tee");
  g_autoptr (GstPad) src = NULL;

  if (tee == NULL)
    return NULL;
  g_object_set (tee, "allow-not-linked", TRUE, NULL);
  self->units = tee;
  join (self);
  src = gst_element_request_pad_simple (tee, "src_%u");
  gst_element_sync_state_with_parent (tee);
  expose (self, "klv", src);
  return tee;
}

static void
link_to (GstPitboxSrc *self, GstPad *pad, GstElement *element)
{
  g_autoptr (GstPad) sink =
      element != NULL ? gst_element_get_static_pad (element, "sink") : NULL;

  if (sink == NULL)
    return;
  if (gst_pad_is_linked (sink)) {
    GST_WARNING_OBJECT (self, "%s: only the first stream of its kind is used",
        GST_PAD_NAME (pad));
    return;
  }
  gst_pad_add_probe (
      pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, drop_eos, self, NULL);
  if (GST_PAD_LINK_FAILED (gst_pad_link (pad, sink)))
    GST_WARNING_OBJECT (self, "%s cannot be linked", GST_PAD_NAME (pad));
}

/* The demuxer's thread. */
static void
pad_added (GstElement *demux, GstPad *pad, gpointer user_data)
{
  GstPitboxSrc *self = user_data;
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  const gchar *media;

  if (caps == NULL)
    return;
  media = gst_structure_get_name (gst_caps_get_structure (caps, 0));
  GST_DEBUG_OBJECT (self, "%s: %s", GST_PAD_NAME (pad), media);
  if (g_str_equal (media, "video/x-h264")
      || g_str_equal (media, "video/x-h265")) {
    link_to (self, pad,
        self->parse != NULL ? self->parse : add_picture (self, media));
  } else if (g_str_equal (media, "meta/x-klv")) {
    link_to (self, pad, self->units != NULL ? self->units : add_units (self));
  } else if (g_str_has_prefix (media, "audio/")) {
    g_autoptr (GstPad) audio =
        gst_element_get_static_pad (GST_ELEMENT (self), "audio");

    if (audio == NULL)
      expose (self, "audio", pad);
    else if (gst_ghost_pad_get_target (GST_GHOST_PAD (audio)) == NULL)
      gst_ghost_pad_set_target (GST_GHOST_PAD (audio), pad);
  }
}

static void
no_more_pads (GstElement *demux, gpointer user_data)
{
  gst_element_no_more_pads (GST_ELEMENT (user_data));
}

static gchar *
read_key_file (const gchar *path, GError **error)
{
  g_autofree gchar *text = NULL;
  gchar *key;
  gsize size;

  if (!g_file_get_contents (path, &text, &size, error))
    return NULL;
  if (size > MAX_KEY_FILE_BYTES || strlen (text) != size) {
    memset (text, 0, size);
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "%s is no file with a key in its first line", path);
    return NULL;
  }
  key = g_strndup (text, strcspn (text, "\r\n"));
  memset (text, 0, size);
  return key;
}

/* With the object lock: properties go before what the address says. */
static gboolean
fill_config (GstPitboxSrc *self, PitboxSrtCallerConfig *config, GError **error)
{
  const PitboxAddress *a = self->address;
  const gchar *user, *file, *key;

  if (a == NULL) {
    g_set_error_literal (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "set uri to pitbox://HOST[:PORT]/DRIVER");
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
  config->passphrase = key == NULL && file != NULL ? read_key_file (file, error)
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

  g_atomic_int_set (&self->ending, FALSE);
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

static void
remove_pads (GstPitboxSrc *self)
{
  const gchar *names[] = { "video", "klv", "audio" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (GstPad) pad =
        gst_element_get_static_pad (GST_ELEMENT (self), names[i]);

    if (pad == NULL)
      continue;
    gst_pad_set_active (pad, FALSE);
    gst_element_remove_pad (GST_ELEMENT (self), pad);
  }
}

/* Back to what it was before anything came. */
static void
take_down (GstPitboxSrc *self)
{
  GList *children;

  remove_pads (self);
  GST_OBJECT_LOCK (self);
  self->sync = self->dec = NULL;
  children = g_list_copy_deep (GST_BIN_CHILDREN (self),
      (GCopyFunc) (void (*) (void)) gst_object_ref, NULL);
  GST_OBJECT_UNLOCK (self);
  self->parse = self->units = NULL;
  for (GList *l = children; l != NULL; l = l->next)
    if (l->data != self->connection && l->data != self->demux) {
      gst_element_set_state (l->data, GST_STATE_NULL);
      gst_bin_remove (GST_BIN (self), l->data);
    }
  g_list_free_full (children, gst_object_unref);
}

static GstStateChangeReturn
change_state (GstElement *element, GstStateChange transition)
{
  GstPitboxSrc *self = GST_PITBOX_SRC (element);
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED
      && (self->demux == NULL || !configure (self)))
    return GST_STATE_CHANGE_FAILURE;
  ret = GST_ELEMENT_CLASS (gst_pitbox_src_parent_class)
            ->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    take_down (self);
  return ret;
}

static gboolean
send_event (GstElement *element, GstEvent *event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    g_atomic_int_set (&GST_PITBOX_SRC (element)->ending, TRUE);
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
  self->address = address;
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

/* Without its key. */
static gchar *
dup_uri (GstPitboxSrc *self)
{
  const PitboxAddress *a;
  gchar *uri = NULL;

  GST_OBJECT_LOCK (self);
  a = self->address;
  if (a != NULL) {
    gboolean v6 = strchr (a->host, ':') != NULL;

    uri = g_strdup_printf ("pitbox://%s%s%s%s%s:%u/%s",
        a->user != NULL ? a->user : "", a->user != NULL ? "@" : "",
        v6 ? "[" : "", a->host, v6 ? "]" : "", a->port, a->driver);
  }
  GST_OBJECT_UNLOCK (self);
  return uri;
}

static GstStructure *
get_stats (GstPitboxSrc *self)
{
  GstStructure *stats = gst_structure_new_empty ("pitbox-src-stats");
  g_autoptr (GstElement) sync = NULL;
  g_autoptr (GstElement) dec = NULL;
  GstStructure *part;

  GST_OBJECT_LOCK (self);
  sync = self->sync != NULL ? gst_object_ref (self->sync) : NULL;
  dec = self->dec != NULL ? gst_object_ref (self->dec) : NULL;
  GST_OBJECT_UNLOCK (self);
  part = gst_pitbox_read_src_get_stats (GST_PITBOX_READ_SRC (self->connection));
  gst_structure_set (stats, "connection", GST_TYPE_STRUCTURE, part, NULL);
  gst_structure_free (part);
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
  return stats;
}

static void
replace_text (GstPitboxSrc *self, gchar **text, const GValue *value)
{
  gchar *old;

  GST_OBJECT_LOCK (self);
  old = *text;
  *text = g_value_dup_string (value);
  GST_OBJECT_UNLOCK (self);
  pitbox_secret_free (old);
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstPitboxSrc *self = GST_PITBOX_SRC (object);
  g_autoptr (GError) error = NULL;

  switch (id) {
    case PROP_URI:
      if (g_value_get_string (value) != NULL
          && !set_uri (self, g_value_get_string (value), &error))
        GST_ELEMENT_WARNING (
            self, RESOURCE, SETTINGS, ("%s", error->message), (NULL));
      break;
    case PROP_USER:
      replace_text (self, &self->user, value);
      break;
    case PROP_KEY:
      replace_text (self, &self->key, value);
      break;
    case PROP_KEY_FILE:
      replace_text (self, &self->key_file, value);
      break;
    case PROP_LATENCY:
      GST_OBJECT_LOCK (self);
      self->latency_ms = g_value_get_uint (value);
      self->latency_set = TRUE;
      GST_OBJECT_UNLOCK (self);
      break;
    case PROP_WAIT_FOR_DRIVER:
      GST_OBJECT_LOCK (self);
      self->wait = g_value_get_boolean (value);
      GST_OBJECT_UNLOCK (self);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
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
    case PROP_USER:
      GST_OBJECT_LOCK (self);
      g_value_set_string (value, self->user);
      GST_OBJECT_UNLOCK (self);
      break;
    case PROP_KEY_FILE:
      GST_OBJECT_LOCK (self);
      g_value_set_string (value, self->key_file);
      GST_OBJECT_UNLOCK (self);
      break;
    case PROP_LATENCY:
      GST_OBJECT_LOCK (self);
      g_value_set_uint (value, self->latency_ms);
      GST_OBJECT_UNLOCK (self);
      break;
    case PROP_WAIT_FOR_DRIVER:
      GST_OBJECT_LOCK (self);
      g_value_set_boolean (value, self->wait);
      GST_OBJECT_UNLOCK (self);
      break;
    case PROP_STATE:
      get_state (self, value);
      break;
    case PROP_STATS:
      g_value_take_boxed (value, get_stats (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
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
  g_free (self->user);
  pitbox_secret_free (self->key);
  g_free (self->key_file);
  G_OBJECT_CLASS (gst_pitbox_src_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags ready =
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;
  const GParamFlags read = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  g_object_class_install_property (object_class, PROP_URI,
      g_param_spec_string ("uri", "Address",
          "pitbox://HOST[:PORT]/DRIVER; reads back without a key", NULL,
          ready));
  g_object_class_install_property (object_class, PROP_USER,
      g_param_spec_string ("user", "User",
          "Name of the reader, as pitbox-server reader add was told", NULL,
          ready));
  g_object_class_install_property (object_class, PROP_KEY,
      g_param_spec_string ("key", "Key",
          "The reader's key; on a command line others can see it, see key-file",
          NULL,
          G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY));
  g_object_class_install_property (object_class, PROP_KEY_FILE,
      g_param_spec_string ("key-file", "Key file",
          "File with the reader's key in its first line", NULL, ready));
  g_object_class_install_property (object_class, PROP_LATENCY,
      g_param_spec_uint ("latency", "Latency",
          "SRT's time for retransmission in ms; the larger of both ends holds",
          0, 60000, PITBOX_SRT_DEFAULT_LATENCY_MS, ready));
  g_object_class_install_property (object_class, PROP_WAIT_FOR_DRIVER,
      g_param_spec_boolean ("wait-for-driver", "Wait for the driver",
          "A driver that is not live at first is waited for, instead of an "
          "error",
          FALSE, ready));
  g_object_class_install_property (object_class, PROP_STATE,
      g_param_spec_string ("state", "State",
          "idle, connecting, connected, waiting or failed", "idle", read));
  g_object_class_install_property (object_class, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
          "Structures connection (of SRT), sync (of telemetrysync) and "
          "telemetry (of telemetrydec)",
          GST_TYPE_STRUCTURE, read));
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
  self->latency_ms = PITBOX_SRT_DEFAULT_LATENCY_MS;
  self->connection = gst_pitbox_read_src_new (state_changed, self);
  gst_bin_add (GST_BIN (self), self->connection);
  self->demux = add (self, "tsdemux");
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SOURCE);
  if (self->demux == NULL)
    return;
  g_object_set (self->demux, "latency", DEMUX_LATENCY_MS, NULL);
  g_signal_connect (self->demux, "pad-added", G_CALLBACK (pad_added), self);
  g_signal_connect (
      self->demux, "no-more-pads", G_CALLBACK (no_more_pads), self);
  gst_element_link (self->connection, self->demux);
}
