/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A thread connects, and connects again; while units come the thread that
 * brings them writes and reads the socket, and this one sleeps. */
#include "pitboxwscaller.h"

#include <gio/gio.h>

#include "pitboxsecret.h"
#include "pitboxwslink.h"
#include "pitboxwsreject.h"

/* How long a server may take for its first message. */
#define WELCOME_TIMEOUT_MS 5000
/* An acknowledgement comes within a round trip and some hundred ms. TCP waits
 * for ever longer before it sends again: a new connection is faster. */
#define DEAD_US (5 * G_USEC_PER_SEC)
/* How often the thread looks whether units still come. */
#define LOOK_US (2 * G_USEC_PER_SEC)
/* Without a unit for so long it tends the socket itself: pings, losses. */
#define SILENT_US G_USEC_PER_SEC
#define TEND_MS 1000
#define GOOD_CONNECTION_US (10 * G_USEC_PER_SEC)
/* A server that refused will hardly think again within a second. */
#define REFUSED_DELAY_FACTOR 8

struct _PitboxWsCaller {
  PitboxWsCallerConfig config;
  PitboxWsStateFunc func;
  gpointer user_data;
  GThread *thread;
  GCancellable *cancellable;
  GMainContext *context;

  /* Held by who iterates the context and touches the link; taken before
   * lock. */
  GMutex turn;
  PitboxWsLink *link;

  /* Protects all below; cond wakes the thread and whoever waits. */
  GMutex lock;
  GCond cond;
  PitboxWsWindow *window;
  PitboxSrtState state;
  gboolean stopping;
  gboolean flushing;
  gboolean draining;
  gboolean is_welcome;
  gboolean is_lost;
  gboolean is_tended; /* by the thread */
  guint lost_code;
  gchar *lost_reason;
  gint64 pushed_us;
  gint64 heard_us; /* last acknowledgement */
  guint64 connections;
  guint64 messages_sent;
  guint64 bytes_sent;
};

static void
lose (PitboxWsCaller *caller, guint code, const gchar *reason)
{
  g_mutex_lock (&caller->lock);
  if (!caller->is_lost) {
    caller->is_lost = TRUE;
    caller->lost_code = code;
    g_free (caller->lost_reason);
    caller->lost_reason = g_strdup (reason);
  }
  g_cond_broadcast (&caller->cond);
  g_mutex_unlock (&caller->lock);
}

static void
on_closed (guint code, const gchar *reason, gpointer user_data)
{
  lose (user_data, code, reason);
}

static void
on_answer (const GstPitboxUnitsAnswer *answer, gpointer user_data)
{
  PitboxWsCaller *caller = user_data;

  g_mutex_lock (&caller->lock);
  if (answer->is_welcome && !caller->is_welcome) {
    caller->is_welcome = TRUE;
    pitbox_ws_window_begin (caller->window, answer);
  } else if (!answer->is_welcome) {
    pitbox_ws_window_acknowledge (caller->window, answer);
    caller->heard_us = g_get_monotonic_time ();
  }
  if (caller->draining)
    g_cond_broadcast (&caller->cond);
  g_mutex_unlock (&caller->lock);
}

static const PitboxWsLinkEvents link_events = { on_answer, on_closed };

static void
begin_turn (PitboxWsCaller *caller)
{
  g_mutex_lock (&caller->turn);
  g_main_context_push_thread_default (caller->context);
}

static void
end_turn (PitboxWsCaller *caller)
{
  g_main_context_pop_thread_default (caller->context);
  g_mutex_unlock (&caller->turn);
}

/* In one's turn. */
static void
send_waiting (PitboxWsCaller *caller)
{
  const gint64 now_us = g_get_monotonic_time ();
  PitboxWsMessage message;

  g_mutex_lock (&caller->lock);
  while (caller->is_welcome && !caller->is_lost
         && pitbox_ws_window_next (caller->window, now_us, &message)) {
    const GstPitboxUnitsHead head = { message.run_id, message.sequence,
      (guint32) MIN (now_us - message.queued_us, G_MAXUINT32), message.pts };

    caller->messages_sent++;
    caller->bytes_sent += g_bytes_get_size (message.units);
    /* Queues, and calls nobody. */
    pitbox_ws_link_send (caller->link, &head, message.units);
  }
  g_mutex_unlock (&caller->lock);
}

static void
check_alive (PitboxWsCaller *caller)
{
  gint64 since_us, heard_us;

  g_mutex_lock (&caller->lock);
  since_us = pitbox_ws_window_get_waiting_since (caller->window);
  heard_us = caller->heard_us;
  g_mutex_unlock (&caller->lock);
  /* A network that is slow acknowledges late, and goes on doing so. */
  if (since_us != 0
      && g_get_monotonic_time () - MAX (since_us, heard_us) > DEAD_US)
    lose (caller, 0, "the server has acknowledged nothing for 5 s");
}

static gboolean
on_tend (gpointer user_data)
{
  check_alive (user_data);
  return G_SOURCE_CONTINUE;
}

/* With the lock. */
static gboolean
is_left_alone (PitboxWsCaller *caller)
{
  return caller->draining
         || g_get_monotonic_time () - caller->pushed_us > SILENT_US;
}

/* While no units come that would bring a thread along. */
static void
tend (PitboxWsCaller *caller)
{
  GSource *look = g_timeout_source_new (TEND_MS);
  gboolean goes_on = TRUE;

  begin_turn (caller);
  g_source_set_callback (look, on_tend, caller, NULL);
  g_source_attach (look, caller->context);
  while (goes_on) {
    send_waiting (caller);
    g_mutex_lock (&caller->lock);
    goes_on = !caller->stopping && !caller->is_lost && is_left_alone (caller);
    caller->is_tended = goes_on;
    g_mutex_unlock (&caller->lock);
    if (goes_on)
      g_main_context_iteration (caller->context, TRUE);
  }
  g_source_destroy (look);
  g_source_unref (look);
  end_turn (caller);
}

/* Returns when the connection is lost or the caller stops. */
static void
watch (PitboxWsCaller *caller)
{
  gboolean goes_on = TRUE;

  while (goes_on) {
    gboolean alone;

    g_mutex_lock (&caller->lock);
    while (!caller->stopping && !caller->is_lost && !is_left_alone (caller))
      g_cond_wait_until (
          &caller->cond, &caller->lock, g_get_monotonic_time () + LOOK_US);
    goes_on = !caller->stopping && !caller->is_lost;
    alone = goes_on;
    g_mutex_unlock (&caller->lock);
    if (alone)
      tend (caller);
  }
}

static gboolean
on_welcome_timeout (gpointer user_data)
{
  lose (user_data, 0, "the server does not speak");
  return G_SOURCE_REMOVE;
}

/* In the thread's turn: the first message says what the server has. */
static gboolean
wait_welcome (PitboxWsCaller *caller, guint *code, GError **error)
{
  GSource *timeout = g_timeout_source_new (WELCOME_TIMEOUT_MS);
  gboolean is_welcome = FALSE, is_over = FALSE;

  g_source_set_callback (timeout, on_welcome_timeout, caller, NULL);
  g_source_attach (timeout, caller->context);
  while (!is_welcome && !is_over) {
    g_main_context_iteration (caller->context, TRUE);
    g_mutex_lock (&caller->lock);
    is_welcome = caller->is_welcome;
    is_over = caller->is_lost || caller->stopping;
    g_mutex_unlock (&caller->lock);
  }
  g_source_destroy (timeout);
  g_source_unref (timeout);
  if (is_welcome)
    return TRUE;
  *code = caller->lost_code;
  g_propagate_error (error, pitbox_ws_reject_error (*code,
                                caller->config.location, caller->lost_reason));
  return FALSE;
}

static gboolean
connect_once (PitboxWsCaller *caller, guint *code, GError **error)
{
  const PitboxWsCallerConfig *c = &caller->config;
  gboolean ok;

  g_mutex_lock (&caller->lock);
  caller->is_lost = caller->is_welcome = FALSE;
  caller->lost_code = 0;
  g_mutex_unlock (&caller->lock);
  begin_turn (caller);
  caller->link = pitbox_ws_link_new (caller->context, c->location, c->token,
      c->certificate, &link_events, caller);
  ok = pitbox_ws_link_open (caller->link, caller->cancellable, code, error)
       && wait_welcome (caller, code, error);
  end_turn (caller);
  return ok;
}

static void
disconnect (PitboxWsCaller *caller)
{
  begin_turn (caller);
  g_clear_pointer (&caller->link, pitbox_ws_link_free);
  end_turn (caller);
}

static void
set_state (PitboxWsCaller *caller, PitboxSrtState state, const GError *error,
    guint code, guint retry_ms)
{
  g_mutex_lock (&caller->lock);
  caller->state = state;
  if (state == PITBOX_SRT_CONNECTED)
    caller->connections++;
  g_cond_broadcast (&caller->cond);
  g_mutex_unlock (&caller->lock);
  caller->func (state, error, (gint) code, retry_ms, caller->user_data);
}

static gboolean
is_stopping (PitboxWsCaller *caller)
{
  gboolean stopping;

  g_mutex_lock (&caller->lock);
  stopping = caller->stopping;
  g_mutex_unlock (&caller->lock);
  return stopping;
}

static void
wait_to_retry (PitboxWsCaller *caller, guint delay_ms)
{
  const gint64 until = g_get_monotonic_time () + (gint64) delay_ms * 1000;

  g_mutex_lock (&caller->lock);
  while (!caller->stopping
         && g_cond_wait_until (&caller->cond, &caller->lock, until))
    ;
  g_mutex_unlock (&caller->lock);
}

/* One connection, from the first try to its loss. */
static void
run_once (PitboxWsCaller *caller, guint *failures, guint *code, GError **error)
{
  gint64 since_us;

  set_state (caller, PITBOX_SRT_CONNECTING, NULL, 0, 0);
  if (connect_once (caller, code, error)) {
    since_us = g_get_monotonic_time ();
    set_state (caller, PITBOX_SRT_CONNECTED, NULL, 0, 0);
    watch (caller);
    if (g_get_monotonic_time () - since_us >= GOOD_CONNECTION_US)
      *failures = 0;
    g_mutex_lock (&caller->lock);
    *code = caller->lost_code;
    *error = pitbox_ws_reject_error (
        *code, caller->config.location, caller->lost_reason);
    g_mutex_unlock (&caller->lock);
  }
  disconnect (caller);
}

static gpointer
run (gpointer data)
{
  PitboxWsCaller *caller = data;
  const PitboxWsCallerConfig *c = &caller->config;
  guint failures = 0;

  while (!is_stopping (caller)) {
    g_autoptr (GError) error = NULL;
    guint code = 0, base_ms = c->delay_ms, delay_ms;

    run_once (caller, &failures, &code, &error);
    if (is_stopping (caller))
      break;
    if (pitbox_ws_is_refusal (code))
      base_ms *= REFUSED_DELAY_FACTOR;
    delay_ms = gst_pitbox_backoff_ms (++failures, base_ms,
        MAX (base_ms, c->delay_max_ms), g_random_double ());
    set_state (caller, c->reconnect ? PITBOX_SRT_WAITING : PITBOX_SRT_FAILED,
        error, code, c->reconnect ? delay_ms : 0);
    if (!c->reconnect)
      break;
    wait_to_retry (caller, delay_ms);
  }
  return NULL;
}

/* Starts to connect at once, in a thread of its own. Fails only where
 * @config's location is none. @config is copied. */
PitboxWsCaller *
pitbox_ws_caller_new (const PitboxWsCallerConfig *config,
    PitboxWsStateFunc func, gpointer user_data, GError **error)
{
  gchar *location = pitbox_ws_link_parse_location (config->location, error);
  PitboxWsCaller *caller;

  if (location == NULL)
    return NULL;
  caller = g_new0 (PitboxWsCaller, 1);
  caller->config = *config;
  caller->config.location = location;
  caller->config.token = g_strdup (config->token);
  caller->config.certificate = g_strdup (config->certificate);
  caller->func = func;
  caller->user_data = user_data;
  caller->cancellable = g_cancellable_new ();
  caller->context = g_main_context_new ();
  caller->window = pitbox_ws_window_new (&config->limits);
  g_mutex_init (&caller->turn);
  g_mutex_init (&caller->lock);
  g_cond_init (&caller->cond);
  caller->thread = g_thread_new ("pitbox-ws", run, caller);
  return caller;
}

/* Closes the connection and waits for the thread. No state is told any more
 * once this returns. */
void
pitbox_ws_caller_free (PitboxWsCaller *caller)
{
  g_mutex_lock (&caller->lock);
  caller->stopping = TRUE;
  g_cond_broadcast (&caller->cond);
  g_mutex_unlock (&caller->lock);
  g_cancellable_cancel (caller->cancellable);
  g_main_context_wakeup (caller->context);
  g_thread_join (caller->thread);
  pitbox_ws_window_free (caller->window);
  g_main_context_unref (caller->context);
  g_object_unref (caller->cancellable);
  g_mutex_clear (&caller->turn);
  g_mutex_clear (&caller->lock);
  g_cond_clear (&caller->cond);
  g_free (caller->config.location);
  pitbox_secret_free (caller->config.token);
  g_free (caller->config.certificate);
  g_free (caller->lost_reason);
  g_free (caller);
}

/* Makes whoever waits in wait_connected() or drain() return at once. */
void
pitbox_ws_caller_set_flushing (PitboxWsCaller *caller, gboolean flushing)
{
  g_mutex_lock (&caller->lock);
  caller->flushing = flushing;
  g_cond_broadcast (&caller->cond);
  g_mutex_unlock (&caller->lock);
}

/* Waits until connected or failed for good. FALSE where flushing ended the
 * wait. */
gboolean
pitbox_ws_caller_wait_connected (PitboxWsCaller *caller)
{
  gboolean flushing;

  g_mutex_lock (&caller->lock);
  while (!caller->flushing && !caller->stopping
         && caller->state != PITBOX_SRT_CONNECTED
         && caller->state != PITBOX_SRT_FAILED)
    g_cond_wait (&caller->cond, &caller->lock);
  flushing = caller->flushing;
  g_mutex_unlock (&caller->lock);
  return !flushing;
}

/* Keeps units until they are acknowledged. Sends nothing yet; see
 * pitbox_ws_caller_serve(). FALSE where older ones had to go for them. */
gboolean
pitbox_ws_caller_push (PitboxWsCaller *caller, GBytes *units,
    const GstPitboxUnitSpan *span, GstClockTime pts)
{
  gboolean whole;

  g_mutex_lock (&caller->lock);
  caller->pushed_us = g_get_monotonic_time ();
  whole = pitbox_ws_window_push (
      caller->window, units, span, pts, caller->pushed_us);
  g_mutex_unlock (&caller->lock);
  return whole;
}

/* Writes what is there to be sent and reads what has come, without waiting,
 * where the connection is up; else its thread has it to itself. */
void
pitbox_ws_caller_serve (PitboxWsCaller *caller)
{
  gboolean is_up, is_tended;

  g_mutex_lock (&caller->lock);
  is_up = caller->state == PITBOX_SRT_CONNECTED && !caller->is_lost;
  is_tended = caller->is_tended;
  g_mutex_unlock (&caller->lock);
  if (is_up && is_tended) {
    g_main_context_wakeup (caller->context);
  } else if (is_up && g_mutex_trylock (&caller->turn)) {
    g_main_context_push_thread_default (caller->context);
    if (caller->link != NULL) {
      send_waiting (caller);
      g_main_context_iteration (caller->context, FALSE);
      check_alive (caller);
    }
    end_turn (caller);
  }
}

/* Waits until the server has everything, so that closing loses nothing. */
void
pitbox_ws_caller_drain (PitboxWsCaller *caller, guint timeout_ms)
{
  const gint64 until = g_get_monotonic_time () + (gint64) timeout_ms * 1000;
  PitboxWsCounts counts;

  g_mutex_lock (&caller->lock);
  caller->draining = TRUE;
  g_cond_broadcast (&caller->cond);
  pitbox_ws_window_get_counts (caller->window, &counts);
  while (counts.kept_units > 0 && !caller->flushing && !caller->stopping
         && caller->state != PITBOX_SRT_FAILED
         && g_cond_wait_until (&caller->cond, &caller->lock, until))
    pitbox_ws_window_get_counts (caller->window, &counts);
  caller->draining = FALSE;
  g_mutex_unlock (&caller->lock);
}

/* A new structure; the fields are in elements/net/README.md. Any thread. */
GstStructure *
pitbox_ws_caller_get_stats (PitboxWsCaller *caller)
{
  PitboxWsCounts n;
  GstStructure *s;
  guint kept_ms = 0;

  g_mutex_lock (&caller->lock);
  pitbox_ws_window_get_counts (caller->window, &n);
  if (n.kept_since_us != 0)
    kept_ms = (guint) ((g_get_monotonic_time () - n.kept_since_us) / 1000);
  s = gst_structure_new ("pitbox-ws-stats", "state", G_TYPE_STRING,
      pitbox_srt_state_name (caller->state), "connections", G_TYPE_UINT64,
      caller->connections, "messages-sent", G_TYPE_UINT64,
      caller->messages_sent, "bytes-sent", G_TYPE_UINT64, caller->bytes_sent,
      "messages-sent-again", G_TYPE_UINT64, n.sent_again, "acknowledged-rows",
      G_TYPE_UINT64, n.acknowledged_rows, "dropped-rows", G_TYPE_UINT64,
      n.dropped_rows, "kept-units", G_TYPE_UINT, n.kept_units, "kept-bytes",
      G_TYPE_UINT64, (guint64) n.kept_bytes, "kept-ms", G_TYPE_UINT, kept_ms,
      "in-flight-units", G_TYPE_UINT, n.flight_units, NULL);
  g_mutex_unlock (&caller->lock);
  return s;
}
