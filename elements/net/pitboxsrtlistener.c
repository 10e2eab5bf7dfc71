/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Life of a port; who may come is the gate's, letting in pitboxsrtaccept.c. */
#include "pitboxsrtlistener.h"

#include "pitboxsrtaccept.h"

static gboolean
is_live (const gchar *driver, gpointer user_data)
{
  PitboxSrtListener *listener = user_data;

  return pitbox_srt_hub_is_live (listener->hub, driver);
}

PitboxSrtListener *
pitbox_srt_listener_new (void)
{
  static const PitboxSrtGateFuncs funcs = {
    .ref = (gpointer (*) (gpointer)) pitbox_srt_session_ref,
    .unref = (void (*) (gpointer)) pitbox_srt_session_unref,
    .is_connected = (gboolean (*) (gpointer)) pitbox_srt_session_is_connected,
    .is_silent = (gboolean (*) (gpointer)) pitbox_srt_session_is_silent,
    .is_live = is_live,
  };
  PitboxSrtListener *listener = g_new0 (PitboxSrtListener, 1);

  g_mutex_init (&listener->lock);
  g_cond_init (&listener->cond);
  listener->sock = SRT_INVALID_SOCK;
  listener->gate = pitbox_srt_gate_new (&funcs, listener);
  listener->guesses = pitbox_srt_guesses_new ();
  listener->shun = pitbox_srt_shun_new ();
  listener->readers = pitbox_srt_readers_new ();
  return listener;
}

static void
forget_done (PitboxSrtListener *listener)
{
  g_mutex_lock (&listener->lock);
  g_queue_clear_full (
      &listener->done, (GDestroyNotify) pitbox_srt_session_unref);
  g_queue_clear_full (
      &listener->gone_readers, (GDestroyNotify) pitbox_srt_gone_reader_free);
  g_mutex_unlock (&listener->lock);
}

void
pitbox_srt_listener_free (PitboxSrtListener *listener)
{
  pitbox_srt_listener_stop (listener);
  forget_done (listener);
  pitbox_srt_gate_free (listener->gate);
  pitbox_srt_guesses_free (listener->guesses);
  pitbox_srt_shun_free (listener->shun);
  pitbox_srt_readers_unref (listener->readers);
  g_mutex_clear (&listener->lock);
  g_cond_clear (&listener->cond);
  g_free (listener);
}

/* Adds a device or changes it; a connection it has stays. Any thread. */
gboolean
pitbox_srt_listener_add_device (PitboxSrtListener *listener,
    const gchar *device, const gchar *driver, const gchar *passphrase,
    GError **error)
{
  gboolean ok;

  g_mutex_lock (&listener->lock);
  ok = pitbox_srt_gate_add_device (
      listener->gate, device, driver, passphrase, error);
  g_mutex_unlock (&listener->lock);
  return ok;
}

/* Adds a reader or changes it; connections it has stay. @drivers: ids with
 * commas between them, or NULL for all. Any thread. */
gboolean
pitbox_srt_listener_add_reader (PitboxSrtListener *listener, const gchar *name,
    const gchar *drivers, const gchar *passphrase, GError **error)
{
  gboolean ok;

  g_mutex_lock (&listener->lock);
  ok = pitbox_srt_gate_add_reader (
      listener->gate, name, drivers, passphrase, error);
  g_mutex_unlock (&listener->lock);
  return ok;
}

/* Ends the connection of @device, or all where it is NULL. */
static void
close_sessions (PitboxSrtListener *listener, const gchar *device)
{
  GList *sessions;

  g_mutex_lock (&listener->lock);
  sessions = pitbox_srt_gate_list (listener->gate, device);
  g_mutex_unlock (&listener->lock);
  for (GList *l = sessions; l != NULL; l = l->next)
    pitbox_srt_session_close (l->data);
  g_list_free_full (sessions, (GDestroyNotify) pitbox_srt_session_unref);
}

/* Forgets a device and ends its connection at once. Any thread. */
void
pitbox_srt_listener_remove_device (
    PitboxSrtListener *listener, const gchar *device)
{
  if (device == NULL)
    return;
  g_mutex_lock (&listener->lock);
  pitbox_srt_gate_remove_device (listener->gate, device);
  g_mutex_unlock (&listener->lock);
  close_sessions (listener, device);
}

/* Refuses a device for a while; a connection that it has stays. Any thread. */
void
pitbox_srt_listener_hold_device (
    PitboxSrtListener *listener, const gchar *device, guint seconds)
{
  if (device == NULL)
    return;
  g_mutex_lock (&listener->lock);
  pitbox_srt_gate_hold_device (listener->gate, device,
      g_get_monotonic_time () + (gint64) seconds * G_USEC_PER_SEC);
  g_mutex_unlock (&listener->lock);
}

/* Refuses a device whose place another one keeps; 0 s lets it in again. Any
 * thread. */
void
pitbox_srt_listener_contest_device (
    PitboxSrtListener *listener, const gchar *device, guint seconds)
{
  if (device == NULL)
    return;
  g_mutex_lock (&listener->lock);
  pitbox_srt_gate_contest_device (listener->gate, device,
      g_get_monotonic_time () + (gint64) seconds * G_USEC_PER_SEC);
  g_mutex_unlock (&listener->lock);
}

/* Forgets a reader and ends its connections at once. Any thread. */
void
pitbox_srt_listener_remove_reader (
    PitboxSrtListener *listener, const gchar *name)
{
  if (name == NULL)
    return;
  g_mutex_lock (&listener->lock);
  pitbox_srt_gate_remove_reader (listener->gate, name);
  g_mutex_unlock (&listener->lock);
  pitbox_srt_readers_end (listener->readers, name);
}

/* See pitbox_srt_readers_list(). Any thread. */
GPtrArray *
pitbox_srt_listener_list_readers (PitboxSrtListener *listener)
{
  return pitbox_srt_readers_list (listener->readers);
}

static void
clear_config (PitboxSrtListenerConfig *config)
{
  g_clear_pointer (&config->address, g_free);
  g_clear_pointer (&config->passphrase, pitbox_secret_free);
  g_clear_pointer (&config->hub, g_free);
}

static void
open_gate (PitboxSrtListener *listener)
{
  const PitboxSrtListenerConfig *c = &listener->config;
  const PitboxSrtRules rules = {
    .passphrase = c->passphrase,
    .max_callers = c->max_callers,
    .max_readers = c->max_readers,
    .accept_any = c->accept_any,
    .one_per_driver = c->one_per_driver,
    .serves_readers = c->hub != NULL,
  };

  g_mutex_lock (&listener->lock);
  pitbox_srt_gate_open (listener->gate, &rules);
  g_mutex_unlock (&listener->lock);
}

static gboolean
open_port (PitboxSrtListener *listener, GError **error)
{
  const PitboxSrtListenerConfig *c = &listener->config;
  SRTSOCKET sock;
  guint port;

  if (c->hub != NULL)
    listener->hub = pitbox_srt_hub_get (c->hub);
  pitbox_srt_readers_open (listener->readers, listener->hub,
      pitbox_srt_listener_reader_done, listener);
  open_gate (listener);
  sock = pitbox_srt_listen (c->address, c->port, c->latency_ms,
      PITBOX_SRT_MAX_EXPECTED, pitbox_srt_listen_callback, listener, &port,
      &listener->fd, error);
  if (sock == SRT_INVALID_SOCK) {
    pitbox_srt_readers_close (listener->readers);
    g_clear_pointer (&listener->hub, pitbox_srt_hub_unref);
    return FALSE;
  }
  g_mutex_lock (&listener->lock);
  listener->sock = sock;
  listener->port = port;
  g_mutex_unlock (&listener->lock);
  return TRUE;
}

/* Binds and listens; callers are refused until set_accepting(). @config is
 * copied. */
gboolean
pitbox_srt_listener_start (PitboxSrtListener *listener,
    const PitboxSrtListenerConfig *config, const PitboxSrtListenerFuncs *funcs,
    gpointer user_data, GError **error)
{
  g_return_val_if_fail (listener->sock == SRT_INVALID_SOCK, FALSE);

  if (!pitbox_secret_is_valid (config->passphrase)) {
    g_set_error_literal (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "the passphrase must have 10 to 79 characters");
    return FALSE;
  }
  if (!pitbox_srt_startup (error))
    return FALSE;
  forget_done (listener);
  listener->config = *config;
  listener->config.address = g_strdup (config->address);
  listener->config.passphrase = g_strdup (config->passphrase);
  listener->config.hub = g_strdup (config->hub);
  listener->funcs = *funcs;
  listener->user_data = user_data;
  listener->stopping = FALSE;
  if (!open_port (listener, error)) {
    clear_config (&listener->config);
    pitbox_srt_cleanup ();
    return FALSE;
  }
  listener->thread =
      g_thread_new ("pitbox-srt-listen", pitbox_srt_listener_run, listener);
  return TRUE;
}

/* Closes the port and every connection, and waits for the thread; devices
 * stay. Sessions that readers still hold are told closed, not left. */
void
pitbox_srt_listener_stop (PitboxSrtListener *listener)
{
  SRTSOCKET sock = listener->sock;

  if (sock == SRT_INVALID_SOCK)
    return;
  g_mutex_lock (&listener->lock);
  listener->stopping = TRUE;
  pitbox_srt_gate_set_accepting (listener->gate, FALSE);
  g_cond_signal (&listener->cond);
  g_mutex_unlock (&listener->lock);
  /* No callback runs once this returns. */
  srt_close (sock);
  g_thread_join (g_steal_pointer (&listener->thread));
  pitbox_srt_readers_close (listener->readers);
  g_clear_pointer (&listener->hub, pitbox_srt_hub_unref);
  pitbox_srt_listener_close_sessions (listener);
  /* Readers that see the end now say so: pitbox_srt_listener_session_done(). */
  g_mutex_lock (&listener->lock);
  pitbox_srt_gate_close (listener->gate);
  g_mutex_unlock (&listener->lock);
  g_queue_clear_full (
      &listener->half_open, (GDestroyNotify) pitbox_srt_half_open_free);
  pitbox_srt_refusals_clear (&listener->refusals);
  pitbox_srt_shun_clear (listener->shun);
  forget_done (listener);
  g_mutex_lock (&listener->lock);
  listener->sock = SRT_INVALID_SOCK;
  listener->port = 0;
  g_mutex_unlock (&listener->lock);
  clear_config (&listener->config);
  pitbox_srt_cleanup ();
}

void
pitbox_srt_listener_set_accepting (
    PitboxSrtListener *listener, gboolean accepting)
{
  g_mutex_lock (&listener->lock);
  pitbox_srt_gate_set_accepting (listener->gate, accepting);
  g_mutex_unlock (&listener->lock);
}

/* Ends every connection of a device. Any thread. */
void
pitbox_srt_listener_close_sessions (PitboxSrtListener *listener)
{
  close_sessions (listener, NULL);
}

/* The reader of @session has finished with it: left() follows from the
 * listener's thread. Any thread, once a session. */
void
pitbox_srt_listener_session_done (
    PitboxSrtListener *listener, PitboxSrtSession *session)
{
  const gchar *device = pitbox_srt_session_get_device (session);

  pitbox_srt_session_ref (session);
  g_mutex_lock (&listener->lock);
  pitbox_srt_gate_leave (listener->gate, device, session);
  g_queue_push_tail (&listener->done, session);
  g_cond_signal (&listener->cond);
  g_mutex_unlock (&listener->lock);
}

/* The UDP port in use, 0 while stopped. Any thread. */
guint
pitbox_srt_listener_get_port (PitboxSrtListener *listener)
{
  guint port;

  g_mutex_lock (&listener->lock);
  port = listener->port;
  g_mutex_unlock (&listener->lock);
  return port;
}

GstStructure *
pitbox_srt_listener_get_stats (PitboxSrtListener *listener)
{
  GstStructure *s;

  g_mutex_lock (&listener->lock);
  s = gst_structure_new ("pitbox-srt-stats", "callers", G_TYPE_UINT,
      pitbox_srt_gate_count (listener->gate), "readers", G_TYPE_UINT,
      pitbox_srt_gate_count_readers (listener->gate), "accepted", G_TYPE_UINT64,
      listener->n_accepted, "refused", G_TYPE_UINT64, listener->refusals.n_all,
      "taken-over", G_TYPE_UINT64, listener->n_taken_over, NULL);
  g_mutex_unlock (&listener->lock);
  return s;
}
