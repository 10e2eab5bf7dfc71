/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbIngest: the SRT port: every caller becomes a session of its driver. */
#include "ingest/pb-ingest.h"

#include <gst/app/app.h>

#include "pb-graph.h"
#include "ingest/pb-senders.h"

/* As in pipelines/caller.launch. */
#define LISTENER "pitbox-server"

#define TICK_MS 1000
/* See pitboxsrtsrc: the place is held by one who keeps it. */
#define SRT_CONTESTED 1409
/* A sender that is refused comes back within 30 s. */
#define BARRED_S 60

typedef struct {
  PbIngest *ingest;
  gchar *driver;
  PbSession *session; /* of the door */
  GstElement *bin; /* pipelines/caller.launch */
  GstPad *pad; /* the source's, for its stats */
} Caller;

struct _PbIngest {
  PbStore *store;
  PbSeal *seal;
  PbRegistry *registry;
  PbDoor *door;
  GstElement *pipeline;
  GstElement *source;
  guint bus_watch;
  guint tick;
  gint64 store_changes;
  PbSenders *senders;
  PbAudience *audience;
  gint refused; /* atomic */
  gboolean stopping;

  GMutex lock; /* protects callers */
  GPtrArray *callers;
  /* device → its driver: what the door has refused and would refuse again */
  GHashTable *barred;
};

static void
caller_free (Caller *caller, const gchar *reason)
{
  pb_door_close (caller->ingest->door, caller->driver, caller->session, reason);
  gst_clear_object (&caller->bin);
  gst_clear_object (&caller->pad);
  g_free (caller->driver);
  g_free (caller);
}

/* What a sender brings is known once its tables have come, so the door decides;
 * from then on the port refuses it before its handshake is through. */
static void
bar (PbIngest *self, const gchar *device, const gchar *driver)
{
  g_mutex_lock (&self->lock);
  g_hash_table_replace (self->barred, g_strdup (device), g_strdup (driver));
  g_mutex_unlock (&self->lock);
  g_signal_emit_by_name (self->source, "contest-device", device, BARRED_S);
}

static GstFlowReturn
take_bytes (GstAppSink *sink, gpointer user_data)
{
  Caller *caller = user_data;
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (sink);
  GstBuffer *buffer = sample ? gst_sample_get_buffer (sample) : NULL;
  GstFlowReturn flow =
      buffer ? pb_session_push (caller->session, buffer) : GST_FLOW_EOS;

  /* Before the connection ends: it would be back within milliseconds. */
  if (flow == GST_FLOW_EOS && pb_session_was_refused (caller->session))
    bar (caller->ingest, pb_session_get_device (caller->session),
        caller->driver);
  else if (flow == GST_FLOW_EOS && pb_session_sent_too_much (caller->session))
    g_signal_emit_by_name (caller->ingest->source, "hold-device",
        pb_session_get_device (caller->session), PB_DOOR_HOLD_S);
  return flow;
}

static PbSession *
open_session (PbIngest *self, GstPad *pad, const gchar *driver, GError **error)
{
  g_autofree gchar *device = NULL;
  g_autofree gchar *peer = NULL;
  PbDoorGuest guest = { .driver = driver, .transport = "srt" };
  PbSession *session;

  g_object_get (pad, "device", &device, "peer-address", &peer, NULL);
  guest.device = device;
  guest.peer = peer;
  session = pb_door_open (self->door, &guest, error);
  if (!session
      && g_error_matches (*error, PB_STORE_ERROR, PB_STORE_ERROR_EXISTS))
    bar (self, device, driver);
  return session;
}

static GstElement *
make_bin (const gchar *driver, GError **error)
{
  g_autoptr (GstElement) bin = pb_graph_load_part ("caller", error);
  g_autoptr (GstElement) readers =
      bin ? pb_graph_get (bin, "readers", error) : NULL;

  if (!readers)
    return NULL;
  g_object_set (readers, "driver", driver, "grace", PB_DRIVER_OFFLINE_MS, NULL);
  return g_steal_pointer (&bin);
}

static void
read_link (Caller *caller)
{
  g_autoptr (GstStructure) stats = NULL;

  g_object_get (caller->pad, "stats", &stats, NULL);
  if (stats)
    pb_session_set_link (caller->session, stats);
}

static void
link_caller (PbIngest *self, Caller *caller, GstElement *sink)
{
  GstAppSinkCallbacks callbacks = { .new_sample = take_bytes };
  g_autoptr (GstPad) sink_pad =
      gst_element_get_static_pad (caller->bin, "sink");

  /* What both ends agreed upon is known from the beginning. */
  read_link (caller);
  gst_app_sink_set_callbacks (GST_APP_SINK (sink), &callbacks, caller, NULL);
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->callers, caller);
  g_mutex_unlock (&self->lock);
  gst_bin_add (GST_BIN (self->pipeline), caller->bin);
  gst_element_sync_state_with_parent (caller->bin);
  gst_pad_link (caller->pad, sink_pad);
}

/* On the source's thread: a caller is there. */
static void
add_caller (GstElement *source, GstPad *pad, gpointer user_data)
{
  PbIngest *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *driver = NULL;
  g_autoptr (GstElement) bin = NULL;
  g_autoptr (GstElement) sink = NULL;
  PbSession *session = NULL;
  Caller *caller;

  /* The port takes valid names alone. */
  g_object_get (pad, "driver", &driver, NULL);
  bin = make_bin (driver, &error);
  sink = bin ? pb_graph_get (bin, "session", &error) : NULL;
  if (sink)
    session = open_session (self, pad, driver, &error);
  if (!session) {
    g_warning ("a caller is refused: %s", error->message);
    return;
  }
  caller = g_new0 (Caller, 1);
  caller->ingest = self;
  caller->driver = g_steal_pointer (&driver);
  caller->session = session;
  caller->pad = gst_object_ref (pad);
  caller->bin = g_steal_pointer (&bin);
  link_caller (self, caller, sink);
}

typedef struct {
  PbIngest *ingest;
  Caller *caller;
} Removal;

/* The source says of a caller only that it is there no more. */
static const gchar *
get_end_reason (PbIngest *self, PbSession *session)
{
  if (self->stopping)
    return "the server stops";
  return pb_senders_get_driver (self->senders, pb_session_get_device (session))
             ? "the device has left"
             : "the device has been taken back";
}

/* On the main thread: no streaming thread is in the bin any more. */
static gboolean
finish_caller (gpointer data)
{
  Removal *removal = data;
  Caller *caller = removal->caller;

  gst_element_set_state (caller->bin, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (removal->ingest->pipeline), caller->bin);
  caller_free (caller, get_end_reason (removal->ingest, caller->session));
  return G_SOURCE_REMOVE;
}

static void
remove_caller (GstElement *source, GstPad *pad, gpointer user_data)
{
  PbIngest *self = user_data;
  Caller *caller = NULL;
  Removal *removal;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->callers->len && !caller; i++) {
    Caller *each = g_ptr_array_index (self->callers, i);

    if (each->pad == pad) {
      caller = each;
      g_ptr_array_remove_index_fast (self->callers, i);
    }
  }
  g_mutex_unlock (&self->lock);
  if (!caller)
    return;
  removal = g_new (Removal, 1);
  *removal = (Removal){ self, caller };
  g_main_context_invoke_full (
      NULL, G_PRIORITY_DEFAULT, finish_caller, removal, g_free);
}

/* Two senders with one key, or two devices of one driver: the page says so. */
static void
note_contest (PbIngest *self, const gchar *name, const gchar *peer)
{
  const gchar *id = pb_senders_get_driver (self->senders, name);
  g_autoptr (PbDriver) driver =
      id ? pb_registry_find (self->registry, id) : NULL;
  gboolean is_barred;

  if (driver)
    pb_driver_note_contest (driver, name, peer);
  /* Its try counts, as each that the door sees. */
  g_mutex_lock (&self->lock);
  is_barred = id && g_hash_table_contains (self->barred, name);
  g_mutex_unlock (&self->lock);
  if (is_barred && !pb_door_knock (self->door, id, name))
    bar (self, name, id);
}

/* Whoever kept the place has left it: the next one may come at once. */
static void
let_in (PbIngest *self)
{
  g_autoptr (GPtrArray) welcome = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer device, driver;

  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->barred);
  while (g_hash_table_iter_next (&iter, &device, &driver)) {
    if (pb_door_is_barred (self->door, driver, device))
      continue;
    g_ptr_array_add (welcome, g_strdup (device));
    g_hash_table_iter_remove (&iter);
  }
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < welcome->len; i++)
    g_signal_emit_by_name (
        self->source, "contest-device", g_ptr_array_index (welcome, i), 0u);
}

static void
log_refusal (PbIngest *self, const GstStructure *s)
{
  const gchar *peer = gst_structure_get_string (s, "peer");
  const gchar *device = gst_structure_get_string (s, "device");
  const gchar *reason = gst_structure_get_string (s, "reason");
  const gchar *mode = gst_structure_get_string (s, "mode");
  guint others = 0;
  gint code = 0;

  gst_structure_get_uint (s, "others", &others);
  gst_structure_get_int (s, "code", &code);
  if (code == SRT_CONTESTED && device && peer)
    note_contest (self, device, peer);
  g_atomic_int_add (&self->refused, (gint) others + 1);
  if (others > 0)
    g_message ("%u further callers were refused", others);
  g_message ("a caller from %s (%s %s) is refused: %s", peer ? peer : "unknown",
      g_strcmp0 (mode, "request") == 0 ? "reader" : "device",
      device ? device : "not named", reason ? reason : "no reason given");
}

static gboolean
watch_bus (GstBus *bus, GstMessage *message, gpointer user_data)
{
  PbIngest *self = user_data;
  g_autoptr (GError) error = NULL;
  const GstStructure *s;

  switch (GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_ELEMENT:
      s = gst_message_get_structure (message);
      if (gst_structure_has_name (s, "pitbox-srt-refused"))
        log_refusal (self, s);
      else if (gst_structure_has_name (s, "pitbox-srt-reader"))
        pb_audience_log (s);
      break;
    case GST_MESSAGE_WARNING:
      gst_message_parse_warning (message, &error, NULL);
      g_warning ("ingest: %s", error->message);
      break;
    case GST_MESSAGE_ERROR:
      gst_message_parse_error (message, &error, NULL);
      g_warning (
          "ingest: %s: %s", GST_MESSAGE_SRC_NAME (message), error->message);
      break;
    default:
      break;
  }
  return G_SOURCE_CONTINUE;
}

/**
 * pb_ingest_reload:
 *
 * After each change of devices or readers by this process; what others change
 * is seen within a second. What was removed is cut off before it returns.
 */
void
pb_ingest_reload (PbIngest *self)
{
  g_autoptr (GError) error = NULL;

  /* Readers first: a new driver belongs to one team. */
  if (!pb_audience_load (self->audience, &error)
      || !pb_senders_load (self->senders, &error))
    g_warning ("devices and readers cannot be read: %s", error->message);
}

static void
follow_store (PbIngest *self)
{
  gint64 changes = pb_store_get_changes_by_others (self->store);

  if (changes == self->store_changes)
    return;
  self->store_changes = changes;
  pb_ingest_reload (self);
}

static void
read_links (PbIngest *self)
{
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->callers->len; i++)
    read_link (g_ptr_array_index (self->callers, i));
  g_mutex_unlock (&self->lock);
}

static gboolean
tick (gpointer user_data)
{
  PbIngest *self = user_data;
  g_autoptr (GPtrArray) drivers = NULL;

  follow_store (self);
  read_links (self);
  let_in (self);
  drivers = pb_registry_list (self->registry);
  for (guint i = 0; i < drivers->len; i++)
    pb_driver_tick (g_ptr_array_index (drivers, i));
  return G_SOURCE_CONTINUE;
}

static gboolean
build (PbIngest *self, const PbIngestConfig *config, GError **error)
{
  g_autoptr (GstBus) bus = NULL;

  self->pipeline = gst_pipeline_new ("ingest");
  self->source = gst_element_factory_make ("pitboxsrtsrc", "source");
  if (!self->source) {
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
        "there is no element pitboxsrtsrc. Install PitBox's GStreamer plugins "
        "or name their folder in GST_PLUGIN_PATH");
    return FALSE;
  }
  g_object_set (self->source, "address", config->bind, "port",
      (guint) config->srt_port, "listener", LISTENER, NULL);
  if (config->latency_ms > 0)
    g_object_set (self->source, "latency", config->latency_ms, NULL);
  if (config->max_senders > 0)
    g_object_set (self->source, "max-callers", config->max_senders, NULL);
  if (config->max_readers > 0)
    g_object_set (self->source, "max-readers", config->max_readers, NULL);
  self->door = pb_door_new (self->store, self->registry, config->recordings,
      config->recorder, self->pipeline);
  self->senders =
      pb_senders_new (self->store, self->seal, self->registry, self->source);
  self->audience = pb_audience_new (self->store, self->seal, self->source);
  gst_bin_add (GST_BIN (self->pipeline), self->source);
  g_signal_connect (self->source, "pad-added", G_CALLBACK (add_caller), self);
  g_signal_connect (
      self->source, "pad-removed", G_CALLBACK (remove_caller), self);
  bus = gst_element_get_bus (self->pipeline);
  self->bus_watch = gst_bus_add_watch (bus, watch_bus, self);
  return TRUE;
}

/* What the bus says first is why it does not start. */
static void
explain_start (PbIngest *self, const PbIngestConfig *config, GError **error)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);
  g_autoptr (GstMessage) message =
      gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  g_autoptr (GError) why = NULL;

  if (message)
    gst_message_parse_error (message, &why, NULL);
  g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_STATE_CHANGE,
      "SRT on %s port %u: %s. Choose another --srt-port, 0 takes any",
      config->bind, config->srt_port,
      why ? why->message : "it cannot be opened");
}

/**
 * pb_ingest_new:
 * @config: see #PbIngestConfig
 *
 * Main thread only, as everything here.
 *
 * Returns: (transfer full): the open port, or %NULL with @error set
 */
PbIngest *
pb_ingest_new (const PbIngestConfig *config, GError **error)
{
  g_autoptr (PbIngest) self = g_new0 (PbIngest, 1);

  self->store = pb_store_ref (config->store);
  self->seal = config->seal;
  self->registry = config->registry;
  g_mutex_init (&self->lock);
  self->callers = g_ptr_array_new ();
  self->barred =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->store_changes = pb_store_get_changes_by_others (self->store);
  if (!build (self, config, error) || !pb_senders_load (self->senders, error)
      || !pb_audience_load (self->audience, error))
    return NULL;
  if (gst_element_set_state (self->pipeline, GST_STATE_PLAYING)
      == GST_STATE_CHANGE_FAILURE) {
    explain_start (self, config, error);
    return NULL;
  }
  self->tick = g_timeout_add (TICK_MS, tick, self);
  return g_steal_pointer (&self);
}

/**
 * pb_ingest_free:
 *
 * Closes the port, ends every session and waits until the recordings are
 * closed.
 */
void
pb_ingest_free (PbIngest *self)
{
  self->stopping = TRUE;
  g_clear_handle_id (&self->tick, g_source_remove);
  g_clear_handle_id (&self->bus_watch, g_source_remove);
  if (self->pipeline)
    gst_element_set_state (self->pipeline, GST_STATE_NULL);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  while (self->callers->len > 0) {
    Caller *caller = g_ptr_array_steal_index (self->callers, 0);

    gst_element_set_state (caller->bin, GST_STATE_NULL);
    caller_free (caller, "the server stops");
  }
  g_clear_pointer (&self->door, pb_door_free);
  g_clear_pointer (&self->senders, pb_senders_free);
  g_clear_pointer (&self->audience, pb_audience_free);
  gst_clear_object (&self->pipeline);
  g_ptr_array_unref (self->callers);
  g_hash_table_unref (self->barred);
  pb_store_unref (self->store);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/**
 * pb_ingest_get_port:
 *
 * Returns: the UDP port it listens on
 */
guint16
pb_ingest_get_port (PbIngest *self)
{
  guint port = 0;

  g_object_get (self->source, "bound-port", &port, NULL);
  return port;
}

/**
 * pb_ingest_list_readers:
 *
 * Returns: (transfer full) (element-type PbReaderStats): every connection that
 *   reads
 */
GPtrArray *
pb_ingest_list_readers (PbIngest *self)
{
  return pb_audience_list (self->audience);
}

/**
 * pb_ingest_get_refused:
 *
 * Returns: callers refused since start
 */
guint64
pb_ingest_get_refused (PbIngest *self)
{
  return g_atomic_int_get (&self->refused);
}

/**
 * pb_ingest_get_door:
 *
 * Returns: (transfer none): through which others let senders in
 */
PbDoor *
pb_ingest_get_door (PbIngest *self)
{
  return self->door;
}

/**
 * pb_ingest_find_device:
 * @name: of a device
 *
 * Returns: (transfer none) (nullable): what may publish under that name, with
 *   its passphrase; lives up to the next change of devices
 */
const PbDevice *
pb_ingest_find_device (PbIngest *self, const gchar *name)
{
  return pb_senders_find (self->senders, name);
}

/**
 * pb_ingest_find_key:
 * @driver: whose picture somebody wants to send
 * @key: that it shows
 *
 * Returns: (transfer none) (nullable): the device of @driver with that stream
 *   key; as pb_ingest_find_device()
 */
const PbDevice *
pb_ingest_find_key (PbIngest *self, const gchar *driver, const gchar *key)
{
  return pb_senders_find_key (self->senders, driver, key);
}
