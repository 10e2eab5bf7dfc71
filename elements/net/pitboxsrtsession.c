/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One accepted connection: reads whole batches, knows its figures. */
#include "pitboxsrtsession.h"

/* A stuck reader would notice a closed socket by this at the latest. */
#define READ_TIMEOUT_MS 1000
/* 5 ms at 50 Mbit/s are 31 KB; a larger burst becomes several buffers. */
#define MAX_BATCH_BYTES 65536

/* A sender that was cut off calls again after a second at the earliest, and
 * libsrt ends its old connection after five. */
#define SILENT_US (500 * G_TIME_SPAN_MILLISECOND)
#define SILENT_MOST_US (6 * G_USEC_PER_SEC)

struct _PitboxSrtSession {
  gatomicrefcount ref_count;
  gchar *driver;
  gchar *device;
  gchar *peer;
  SRTSOCKET sock;

  /* Reading thread only. */
  guint8 *batch;

  /* Protects what follows. */
  GMutex lock;
  gboolean closed;
  gint64 heard_us; /* 0: it has sent nothing yet */
  SRT_TRACEBSTATS last;
  gint latency_ms;
};

PitboxSrtSession *
pitbox_srt_session_new (
    SRTSOCKET sock, const gchar *driver, const gchar *device, const gchar *peer)
{
  PitboxSrtSession *session = g_new0 (PitboxSrtSession, 1);
  g_autoptr (GError) error = NULL;

  /* The socket outlives the listener where a reader still holds it. It is
   * one user more of a libsrt that runs, which cannot fail. */
  if (!pitbox_srt_startup (&error))
    g_error ("%s", error->message);
  g_atomic_ref_count_init (&session->ref_count);
  g_mutex_init (&session->lock);
  session->sock = sock;
  session->driver = g_strdup (driver);
  session->device = g_strdup (device);
  session->peer = g_strdup (peer);
  session->batch = g_malloc (MAX_BATCH_BYTES);
  session->latency_ms = pitbox_srt_get_int (sock, SRTO_RCVLATENCY, 0);
  /* An accepted socket takes both; were one refused, the first read ends the
   * session. */
  if (!pitbox_srt_set_bool (sock, SRTO_RCVSYN, TRUE, "reading mode", &error)
      || !pitbox_srt_set_int (
          sock, SRTO_RCVTIMEO, READ_TIMEOUT_MS, "read timeout", &error))
    pitbox_srt_session_close (session);
  return session;
}

PitboxSrtSession *
pitbox_srt_session_ref (PitboxSrtSession *session)
{
  g_atomic_ref_count_inc (&session->ref_count);
  return session;
}

void
pitbox_srt_session_unref (PitboxSrtSession *session)
{
  if (!g_atomic_ref_count_dec (&session->ref_count))
    return;
  pitbox_srt_session_close (session);
  g_mutex_clear (&session->lock);
  g_free (session->driver);
  g_free (session->device);
  g_free (session->peer);
  g_free (session->batch);
  g_free (session);
  pitbox_srt_cleanup ();
}

/* Ends the connection; a read in progress returns. Its last figures stay. Any
 * thread, any number of times. */
void
pitbox_srt_session_close (PitboxSrtSession *session)
{
  SRT_TRACEBSTATS st;
  gboolean closed;

  g_mutex_lock (&session->lock);
  closed = session->closed;
  if (!closed && srt_bistats (session->sock, &st, 0, 1) != SRT_ERROR)
    session->last = st;
  session->closed = TRUE;
  g_mutex_unlock (&session->lock);
  if (!closed)
    srt_close (session->sock);
}

const gchar *
pitbox_srt_session_get_driver (const PitboxSrtSession *session)
{
  return session->driver;
}

const gchar *
pitbox_srt_session_get_device (const PitboxSrtSession *session)
{
  return session->device;
}

const gchar *
pitbox_srt_session_get_peer (const PitboxSrtSession *session)
{
  return session->peer;
}

static gboolean
is_closed (PitboxSrtSession *session)
{
  gboolean closed;

  g_mutex_lock (&session->lock);
  closed = session->closed;
  g_mutex_unlock (&session->lock);
  return closed;
}

/* Neither closed here nor there, nor lost. Any thread. */
gboolean
pitbox_srt_session_is_connected (PitboxSrtSession *session)
{
  return !is_closed (session)
         && srt_getsockstate (session->sock) == SRTS_CONNECTED;
}

/* It sent, and has stopped just now. One that has nothing to send for long is
 * not silent: libsrt still hears it. Any thread. */
gboolean
pitbox_srt_session_is_silent (PitboxSrtSession *session)
{
  gint64 heard_us, past_us;

  g_mutex_lock (&session->lock);
  heard_us = session->heard_us;
  g_mutex_unlock (&session->lock);
  past_us = g_get_monotonic_time () - heard_us;
  return heard_us != 0 && past_us >= SILENT_US && past_us <= SILENT_MOST_US;
}

/* Waits for messages: see pitbox_srt_receive(). NULL at the end of the
 * connection. One thread. */
GstBuffer *
pitbox_srt_session_read (
    PitboxSrtSession *session, guint batch_ms, gint64 *age_us)
{
  gsize fill;

  while ((fill = pitbox_srt_receive (
              session->sock, session->batch, MAX_BATCH_BYTES, batch_ms, age_us))
         == 0)
    if (!pitbox_srt_session_is_connected (session))
      return NULL;
  g_mutex_lock (&session->lock);
  session->heard_us = g_get_monotonic_time ();
  g_mutex_unlock (&session->lock);
  return gst_buffer_new_memdup (session->batch, fill);
}

/* A new structure; the fields are in elements/net/README.md. Any thread. */
GstStructure *
pitbox_srt_session_get_stats (PitboxSrtSession *session)
{
  SRT_TRACEBSTATS st;
  gboolean connected;

  g_mutex_lock (&session->lock);
  connected =
      !session->closed && srt_bistats (session->sock, &st, 0, 1) != SRT_ERROR;
  if (connected)
    session->last = st;
  else
    st = session->last;
  g_mutex_unlock (&session->lock);
  return gst_structure_new ("pitbox-srt-stats", "connected", G_TYPE_BOOLEAN,
      connected, "rtt-ms", G_TYPE_DOUBLE, st.msRTT, "latency-ms", G_TYPE_INT,
      session->latency_ms, "receive-rate-mbps", G_TYPE_DOUBLE, st.mbpsRecvRate,
      "bytes-received", G_TYPE_UINT64, st.byteRecvTotal, "packets-received",
      G_TYPE_INT64, st.pktRecvTotal, "packets-lost", G_TYPE_INT,
      st.pktRcvLossTotal, "packets-retransmitted", G_TYPE_INT, st.pktRcvRetrans,
      "packets-dropped", G_TYPE_INT, st.pktRcvDropTotal, "packets-undecrypted",
      G_TYPE_INT, st.pktRcvUndecryptTotal, "receive-buffer-ms", G_TYPE_INT,
      st.msRcvBuf, NULL);
}
