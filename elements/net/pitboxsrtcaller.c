/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One thread connects, watches and connects again; any thread sends. */
#include "pitboxsrtcaller.h"

#include "pitboxsrtsilence.h"
#include "pitboxsrtudp.h"

#include <gstpitbox/gstpitboxbackoff.h>

/* libsrt's default; a server that is there answers in two round trips. */
#define CONNECT_TIMEOUT_MS 3000
/* How soon a stop is noticed while connecting. */
#define CONNECT_POLL_MS 20
/* A connection that held this long was a good one: the back-off starts anew. */
#define GOOD_CONNECTION_US (10 * G_USEC_PER_SEC)
/* libsrt drops what is older than about 1 s; 4 MiB is 1.3 s at 25 Mbit/s. */
#define SEND_BUFFER_BYTES (4 * 1024 * 1024)
/* How soon a receive that nothing comes for sees that it is to end. */
#define RECEIVE_POLL_MS 100
/* A server that refused will hardly think again within a second. */
#define REFUSED_DELAY_FACTOR 8

struct _PitboxSrtCaller {
  PitboxSrtCallerConfig config;
  PitboxSrtStateFunc func;
  gpointer user_data;
  GThread *thread;
  GCancellable *cancellable;

  /* Protects all below; cond wakes the thread and whoever waits for a state. */
  GMutex lock;
  GCond cond;
  PitboxSrtState state;
  SRTSOCKET sock;
  gboolean stopping;
  gboolean flushing;
  gboolean lost;
  guint64 connections;
  guint64 messages_sent;
  guint64 bytes_sent;
  guint64 messages_dropped;
  guint64 bytes_dropped;
};

static void
set_state (PitboxSrtCaller *caller, PitboxSrtState state, SRTSOCKET sock,
    const GError *error, int code, guint retry_ms)
{
  g_mutex_lock (&caller->lock);
  caller->state = state;
  caller->sock = sock;
  caller->lost = FALSE;
  if (state == PITBOX_SRT_CONNECTED)
    caller->connections++;
  g_cond_broadcast (&caller->cond);
  g_mutex_unlock (&caller->lock);
  caller->func (state, error, code, retry_ms, caller->user_data);
}

static gboolean
is_stopping (PitboxSrtCaller *caller)
{
  gboolean stopping;

  g_mutex_lock (&caller->lock);
  stopping = caller->stopping;
  g_mutex_unlock (&caller->lock);
  return stopping;
}

static gboolean
set_options (PitboxSrtCaller *caller, SRTSOCKET sock, GError **error)
{
  const PitboxSrtCallerConfig *c = &caller->config;
  const gchar *id = c->stream_id, *pass = c->passphrase;

  return pitbox_srt_set_bool (sock, SRTO_SNDSYN, FALSE, "sending mode", error)
         && pitbox_srt_set_bool (
             sock, SRTO_RCVSYN, FALSE, "connecting mode", error)
         && pitbox_srt_set_int (
             sock, SRTO_CONNTIMEO, CONNECT_TIMEOUT_MS, "connect timeout", error)
         && pitbox_srt_set_int (
             sock, SRTO_LATENCY, (gint) c->latency_ms, "latency", error)
         && pitbox_srt_set_int (
             sock, SRTO_SNDBUF, SEND_BUFFER_BYTES, "send buffer size", error)
         && (id == NULL || *id == '\0'
             || pitbox_srt_set (
                 sock, SRTO_STREAMID, id, strlen (id), "stream id", error))
         && (pass == NULL || *pass == '\0'
             || (pitbox_srt_set_int (
                     sock, SRTO_PBKEYLEN, 16, "key length", error)
                 && pitbox_srt_set (sock, SRTO_PASSPHRASE, pass, strlen (pass),
                     "passphrase", error)));
}

/* Waits for the outcome of a connect in progress. */
static gboolean
wait_connected (PitboxSrtCaller *caller, SRTSOCKET sock, const gchar *peer,
    int *code, GError **error)
{
  const gchar *pass = caller->config.passphrase;
  gint64 broken_us = 0; /* since when */

  for (;;) {
    SRT_SOCKSTATUS status = srt_getsockstate (sock);
    int reason = srt_getrejectreason (sock);
    gint64 now_us = g_get_monotonic_time ();

    if (broken_us == 0 && status == SRTS_BROKEN)
      broken_us = now_us;
    switch (pitbox_srt_connect_result (
        status, reason, broken_us != 0 ? now_us - broken_us : 0)) {
      case PITBOX_SRT_CONNECT_DONE:
        return TRUE;
      case PITBOX_SRT_CONNECT_FAILED:
        *code = reason;
        g_propagate_error (
            error, pitbox_srt_reject_error (reason, caller->config.reads,
                       pass != NULL && *pass != '\0', peer));
        return FALSE;
      case PITBOX_SRT_CONNECT_UNDECIDED:
        break;
    }
    g_mutex_lock (&caller->lock);
    if (!caller->stopping)
      g_cond_wait_until (&caller->cond, &caller->lock,
          g_get_monotonic_time () + CONNECT_POLL_MS * 1000);
    if (caller->stopping) {
      g_mutex_unlock (&caller->lock);
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "stopped");
      return FALSE;
    }
    g_mutex_unlock (&caller->lock);
  }
}

static SRTSOCKET
connect_to (
    PitboxSrtCaller *caller, GSocketAddress *address, int *code, GError **error)
{
  struct sockaddr_storage native;
  g_autofree gchar *peer = NULL;
  SRTSOCKET sock;
  int size;

  if (!pitbox_srt_to_native (address, &native, &size, error))
    return SRT_INVALID_SOCK;
  peer = pitbox_srt_address_to_string ((struct sockaddr *) &native, size);
  sock = srt_create_socket ();
  if (sock == SRT_INVALID_SOCK) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT,
        "cannot create an SRT socket: %s", srt_getlasterror_str ());
    return SRT_INVALID_SOCK;
  }
  if (!set_options (caller, sock, error)) {
    srt_close (sock);
    return SRT_INVALID_SOCK;
  }
  pitbox_srt_bind_patient (sock, native.ss_family, !caller->config.reads);
  if (srt_connect (sock, (struct sockaddr *) &native, size) == SRT_ERROR) {
    g_set_error (error, GST_RESOURCE_ERROR,
        caller->config.reads ? GST_RESOURCE_ERROR_OPEN_READ
                             : GST_RESOURCE_ERROR_OPEN_WRITE,
        "%s: %s", peer, srt_getlasterror_str ());
    srt_close (sock);
    return SRT_INVALID_SOCK;
  }
  if (!wait_connected (caller, sock, peer, code, error)) {
    srt_close (sock);
    return SRT_INVALID_SOCK;
  }
  return sock;
}

/* Tries every address of the host; the error is the last one's. */
static SRTSOCKET
connect_once (PitboxSrtCaller *caller, int *code, GError **error)
{
  SRTSOCKET sock = SRT_INVALID_SOCK;
  g_autoptr (GError) last = NULL;
  GList *addresses;

  addresses = pitbox_srt_resolve (
      caller->config.host, caller->config.port, caller->cancellable, &last);
  if (addresses == NULL)
    g_prefix_error (&last, "%s:%u: ", caller->config.host, caller->config.port);
  for (GList *l = addresses; l != NULL && sock == SRT_INVALID_SOCK;
       l = l->next) {
    if (is_stopping (caller))
      break;
    g_clear_error (&last);
    *code = 0;
    sock = connect_to (caller, l->data, code, &last);
  }
  g_list_free_full (addresses, g_object_unref);
  if (sock == SRT_INVALID_SOCK)
    g_propagate_error (error, last != NULL
                                  ? g_steal_pointer (&last)
                                  : g_error_new_literal (G_IO_ERROR,
                                      G_IO_ERROR_CANCELLED, "stopped"));
  return sock;
}

/* From now on a receive waits. */
static gboolean
set_receiving (PitboxSrtCaller *caller, SRTSOCKET sock, GError **error)
{
  return !caller->config.reads
         || (pitbox_srt_set_bool (
                 sock, SRTO_RCVSYN, TRUE, "reading mode", error)
             && pitbox_srt_set_int (
                 sock, SRTO_RCVTIMEO, RECEIVE_POLL_MS, "read timeout", error));
}

static gboolean
is_silent (SRTSOCKET sock, PitboxSrtSilence *silence)
{
  SRT_TRACEBSTATS st;

  return srt_bistats (sock, &st, 0, 1) != SRT_ERROR
         && pitbox_srt_silence_look (silence, g_get_monotonic_time (),
             st.pktSentUniqueTotal,
             (gint64) st.pktRecvACKTotal + st.pktRecvNAKTotal, st.msRTT);
}

/* Returns when the connection is lost or the caller stops; why it is lost. A
 * send notices it at once. */
static const gchar *
watch (PitboxSrtCaller *caller, SRTSOCKET sock)
{
  PitboxSrtSilence silence = { 0 };
  gboolean silent = FALSE;

  g_mutex_lock (&caller->lock);
  while (!caller->stopping && !caller->lost && !silent
         && srt_getsockstate (sock) == SRTS_CONNECTED) {
    g_cond_wait_until (&caller->cond, &caller->lock,
        g_get_monotonic_time () + PITBOX_SRT_SILENCE_LOOK_US);
    /* Who only listens has nothing that could be answered. */
    silent = !caller->config.reads && is_silent (sock, &silence);
  }
  g_mutex_unlock (&caller->lock);
  return silent ? "the connection was lost: nothing came back any more"
                : "the connection was lost";
}

static void
wait_to_retry (PitboxSrtCaller *caller, guint delay_ms)
{
  gint64 until = g_get_monotonic_time () + (gint64) delay_ms * 1000;

  g_mutex_lock (&caller->lock);
  while (!caller->stopping
         && g_cond_wait_until (&caller->cond, &caller->lock, until))
    ;
  g_mutex_unlock (&caller->lock);
}

static gpointer
run (gpointer data)
{
  PitboxSrtCaller *caller = data;
  const PitboxSrtCallerConfig *c = &caller->config;
  guint failures = 0;

  while (!is_stopping (caller)) {
    g_autoptr (GError) error = NULL;
    gint64 since = g_get_monotonic_time ();
    guint delay_ms = 0, base_ms = c->delay_ms;
    gboolean retry = c->reconnect;
    const gchar *why;
    int code = 0;
    SRTSOCKET sock;

    set_state (caller, PITBOX_SRT_CONNECTING, SRT_INVALID_SOCK, NULL, 0, 0);
    sock = connect_once (caller, &code, &error);
    if (sock != SRT_INVALID_SOCK && !set_receiving (caller, sock, &error)) {
      srt_close (sock);
      sock = SRT_INVALID_SOCK;
    }
    if (sock != SRT_INVALID_SOCK) {
      since = g_get_monotonic_time ();
      set_state (caller, PITBOX_SRT_CONNECTED, sock, NULL, 0, 0);
      why = watch (caller, sock);
      if (g_get_monotonic_time () - since >= GOOD_CONNECTION_US)
        failures = 0;
      error = g_error_new (GST_RESOURCE_ERROR,
          c->reads ? GST_RESOURCE_ERROR_READ : GST_RESOURCE_ERROR_WRITE,
          "%s:%u: %s", c->host, c->port, why);
    } else if (code != 0 && code != SRT_REJ_TIMEOUT) {
      base_ms *= REFUSED_DELAY_FACTOR;
    }
    if (!is_stopping (caller)) {
      failures++;
      if (retry && c->may_retry != NULL)
        retry = c->may_retry (
            code == SRT_REJ_TIMEOUT ? 0 : code, caller->user_data);
      delay_ms = gst_pitbox_backoff_ms (failures, base_ms,
          MAX (base_ms, c->delay_max_ms), g_random_double ());
      set_state (caller, retry ? PITBOX_SRT_WAITING : PITBOX_SRT_FAILED,
          SRT_INVALID_SOCK, error, code, retry ? delay_ms : 0);
    }
    if (sock != SRT_INVALID_SOCK)
      srt_close (sock);
    if (!retry)
      break;
    wait_to_retry (caller, delay_ms);
  }
  return NULL;
}

/* Starts to connect at once, in a thread of its own. Fails only where libsrt
 * does. @config is copied. */
PitboxSrtCaller *
pitbox_srt_caller_new (const PitboxSrtCallerConfig *config,
    PitboxSrtStateFunc func, gpointer user_data, GError **error)
{
  PitboxSrtCaller *caller;

  if (!pitbox_srt_startup (error))
    return NULL;
  caller = g_new0 (PitboxSrtCaller, 1);
  caller->config = *config;
  caller->config.host = g_strdup (config->host);
  caller->config.stream_id = g_strdup (config->stream_id);
  caller->config.passphrase = g_strdup (config->passphrase);
  caller->func = func;
  caller->user_data = user_data;
  caller->cancellable = g_cancellable_new ();
  caller->sock = SRT_INVALID_SOCK;
  g_mutex_init (&caller->lock);
  g_cond_init (&caller->cond);
  caller->thread = g_thread_new ("pitbox-srt", run, caller);
  return caller;
}

/* Closes the connection and waits for the thread. No state is told any more
 * once this returns. */
void
pitbox_srt_caller_free (PitboxSrtCaller *caller)
{
  g_mutex_lock (&caller->lock);
  caller->stopping = TRUE;
  g_cond_broadcast (&caller->cond);
  g_mutex_unlock (&caller->lock);
  g_cancellable_cancel (caller->cancellable);
  g_thread_join (caller->thread);
  g_object_unref (caller->cancellable);
  g_mutex_clear (&caller->lock);
  g_cond_clear (&caller->cond);
  g_free (caller->config.host);
  g_free (caller->config.stream_id);
  pitbox_secret_free (caller->config.passphrase);
  g_free (caller);
  pitbox_srt_cleanup ();
}

/* Makes whoever waits in wait_connected() or drain() return at once. */
void
pitbox_srt_caller_set_flushing (PitboxSrtCaller *caller, gboolean flushing)
{
  g_mutex_lock (&caller->lock);
  caller->flushing = flushing;
  g_cond_broadcast (&caller->cond);
  g_mutex_unlock (&caller->lock);
}

/* Waits until connected or failed for good. FALSE where flushing ended the
 * wait. */
gboolean
pitbox_srt_caller_wait_connected (PitboxSrtCaller *caller)
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

/* Hands one message to libsrt; never blocks. Any thread. */
PitboxSrtSendResult
pitbox_srt_caller_send (PitboxSrtCaller *caller, const guint8 *data, gsize size)
{
  PitboxSrtSendResult result = PITBOX_SRT_DROPPED_DOWN;
  SRTSOCKET sock;
  gboolean lost = FALSE;

  g_mutex_lock (&caller->lock);
  sock = caller->lost ? SRT_INVALID_SOCK : caller->sock;
  g_mutex_unlock (&caller->lock);

  if (sock != SRT_INVALID_SOCK) {
    if (srt_sendmsg2 (sock, (const char *) data, (int) size, NULL) >= 0)
      result = PITBOX_SRT_SENT;
    else if (srt_getlasterror (NULL) == SRT_EASYNCSND)
      result = PITBOX_SRT_DROPPED_FULL;
    else
      lost = TRUE;
  }

  g_mutex_lock (&caller->lock);
  if (result == PITBOX_SRT_SENT) {
    caller->messages_sent++;
    caller->bytes_sent += size;
  } else {
    caller->messages_dropped++;
    caller->bytes_dropped += size;
  }
  if (lost && caller->sock == sock) {
    caller->lost = TRUE;
    g_cond_broadcast (&caller->cond);
  }
  g_mutex_unlock (&caller->lock);
  return result;
}

/* The connection in use, waited for; SRT_INVALID_SOCK where there will be none
 * or flushing ended the wait. */
static SRTSOCKET
wait_socket (PitboxSrtCaller *caller, guint64 *connection)
{
  SRTSOCKET sock = SRT_INVALID_SOCK;

  g_mutex_lock (&caller->lock);
  while (!caller->flushing && !caller->stopping
         && caller->state != PITBOX_SRT_FAILED
         && (caller->state != PITBOX_SRT_CONNECTED || caller->lost))
    g_cond_wait (&caller->cond, &caller->lock);
  if (!caller->flushing && !caller->stopping
      && caller->state == PITBOX_SRT_CONNECTED)
    sock = caller->sock;
  *connection = caller->connections;
  g_mutex_unlock (&caller->lock);
  return sock;
}

static void
note_lost (PitboxSrtCaller *caller, SRTSOCKET sock)
{
  g_mutex_lock (&caller->lock);
  if (caller->sock == sock) {
    caller->lost = TRUE;
    g_cond_broadcast (&caller->cond);
  }
  g_mutex_unlock (&caller->lock);
}

/* Waits for messages, through reconnections: see pitbox_srt_receive().
 * @connection counts connections, so that a new one is noticed. 0 where
 * flushing ended the wait or the caller failed for good. One thread. */
gsize
pitbox_srt_caller_receive (PitboxSrtCaller *caller, guint8 *data, gsize size,
    gint64 *age_us, guint64 *connection)
{
  for (;;) {
    SRTSOCKET sock = wait_socket (caller, connection);
    gsize n;

    if (sock == SRT_INVALID_SOCK)
      return 0;
    n = pitbox_srt_receive (sock, data, size, 0, age_us);
    if (n > 0)
      return n;
    if (srt_getsockstate (sock) != SRTS_CONNECTED)
      note_lost (caller, sock);
  }
}

/* Waits until the peer has all that was sent and had time to play it, so that
 * closing loses nothing. */
void
pitbox_srt_caller_drain (PitboxSrtCaller *caller, guint timeout_ms)
{
  gint64 until = g_get_monotonic_time () + (gint64) timeout_ms * 1000;
  gint64 played = 0;

  g_mutex_lock (&caller->lock);
  while (!caller->flushing && !caller->stopping && !caller->lost
         && caller->state == PITBOX_SRT_CONNECTED
         && g_get_monotonic_time () < until) {
    SRTSOCKET sock = caller->sock;
    gint64 now = g_get_monotonic_time ();
    size_t blocks = 0, bytes = 0;

    if (srt_getsndbuffer (sock, &blocks, &bytes) == SRT_ERROR)
      break;
    if (blocks > 0)
      played = 0;
    else if (played == 0)
      played =
          now + 1000 * pitbox_srt_get_int (sock, SRTO_PEERLATENCY, 0) + 20000;
    else if (now >= played)
      break;
    g_cond_wait_until (&caller->cond, &caller->lock, now + 5000);
  }
  g_mutex_unlock (&caller->lock);
}

/* A new structure; the fields are in elements/net/README.md. Any thread. */
GstStructure *
pitbox_srt_caller_get_stats (PitboxSrtCaller *caller)
{
  SRT_TRACEBSTATS st = { 0 };
  GstStructure *s;
  SRTSOCKET sock;

  g_mutex_lock (&caller->lock);
  sock = caller->sock;
  s = gst_structure_new ("pitbox-srt-stats", "state", G_TYPE_STRING,
      pitbox_srt_state_name (caller->state), "connections", G_TYPE_UINT64,
      caller->connections, "messages-sent", G_TYPE_UINT64,
      caller->messages_sent, "bytes-sent", G_TYPE_UINT64, caller->bytes_sent,
      "messages-dropped", G_TYPE_UINT64, caller->messages_dropped,
      "bytes-dropped", G_TYPE_UINT64, caller->bytes_dropped, NULL);
  g_mutex_unlock (&caller->lock);
  if (sock == SRT_INVALID_SOCK || srt_bistats (sock, &st, 0, 1) == SRT_ERROR)
    return s;
  if (caller->config.reads)
    gst_structure_set (s, "rtt-ms", G_TYPE_DOUBLE, st.msRTT, "latency-ms",
        G_TYPE_INT, st.msRcvTsbPdDelay, "receive-rate-mbps", G_TYPE_DOUBLE,
        st.mbpsRecvRate, "bytes-received", G_TYPE_UINT64, st.byteRecvTotal,
        "packets-received", G_TYPE_INT64, st.pktRecvTotal, "packets-lost",
        G_TYPE_INT, st.pktRcvLossTotal, "packets-retransmitted", G_TYPE_INT,
        st.pktRcvRetrans, "packets-dropped", G_TYPE_INT, st.pktRcvDropTotal,
        NULL);
  else
    gst_structure_set (s, "rtt-ms", G_TYPE_DOUBLE, st.msRTT, "send-buffer-ms",
        G_TYPE_INT, st.msSndBuf, "send-buffer-bytes", G_TYPE_INT, st.byteSndBuf,
        "latency-ms", G_TYPE_INT, st.msSndTsbPdDelay, "packets-sent",
        G_TYPE_INT64, st.pktSentTotal, "packets-lost", G_TYPE_INT,
        st.pktSndLossTotal, "packets-retransmitted", G_TYPE_INT,
        st.pktRetransTotal, "packets-dropped", G_TYPE_INT, st.pktSndDropTotal,
        "bytes-retransmitted", G_TYPE_UINT64, st.byteRetransTotal,
        "bandwidth-mbps", G_TYPE_DOUBLE, st.mbpsBandwidth, NULL);
  return s;
}
