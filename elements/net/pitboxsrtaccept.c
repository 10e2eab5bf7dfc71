/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The listen callback, and the thread that lets in whom it has approved. */
#include "pitboxsrtaccept.h"

#include <string.h>

#include "pitboxsrtudp.h"

/* An approved handshake is through within the same packet; this is for a
 * machine that stands still. */
#define HALF_OPEN_US (3 * G_USEC_PER_SEC)
#define HALF_OPEN_POLL_US 2000

void
pitbox_srt_half_open_free (PitboxSrtHalfOpen *half)
{
  pitbox_srt_visitor_clear (&half->visitor);
  g_free (half->peer);
  g_free (half);
}

void
pitbox_srt_gone_reader_free (PitboxSrtGoneReader *gone)
{
  pitbox_srt_reader_unref (gone->reader);
  g_free (gone);
}

static gboolean
set_passphrase (SRTSOCKET sock, const gchar *passphrase)
{
  g_autoptr (GError) error = NULL;

  return passphrase == NULL || *passphrase == '\0'
         || pitbox_srt_set (sock, SRTO_PASSPHRASE, passphrase,
             strlen (passphrase), "passphrase", &error);
}

/* With the lock: the port hears whom it should. */
static void
hear (PitboxSrtListener *listener)
{
  guint n;
  const PitboxSrtOrigin *origins = pitbox_srt_shun_list (listener->shun, &n);

  pitbox_srt_hear_all_but (listener->fd, origins, n);
}

/* With the lock. */
static void
note_refusal (PitboxSrtListener *listener, const PitboxSrtOrigin *origin,
    const gchar *peer, const PitboxSrtVisitor *visitor, int code)
{
  const gint64 now_us = g_get_monotonic_time ();

  pitbox_srt_refusals_add (&listener->refusals, peer, visitor, code, now_us);
  if (pitbox_srt_shun_refused (listener->shun, origin, now_us))
    hear (listener);
}

/* With the lock: 0 for a caller that may come if its passphrase is right. Takes
 * @visitor then. */
static int
approve (PitboxSrtListener *listener, SRTSOCKET sock, const gchar *stream_id,
    const PitboxSrtOrigin *origin, const gchar *peer, PitboxSrtVisitor *visitor)
{
  gint64 now_us = g_get_monotonic_time ();
  gchar *passphrase = NULL;
  int code = pitbox_srt_gate_ask (
      listener->gate, stream_id, now_us, visitor, &passphrase);
  PitboxSrtHalfOpen *half;

  if (code == 0) {
    if (!pitbox_srt_guesses_may (
            listener->guesses, peer, visitor->user, now_us))
      code = PITBOX_SRT_REJECT_TOO_MANY;
    else if (!set_passphrase (sock, passphrase))
      code = PITBOX_SRT_REJECT_INTERNAL;
    if (code != 0)
      pitbox_srt_gate_give_up (listener->gate, visitor);
  }
  pitbox_secret_free (passphrase);
  if (code != 0)
    return code;
  half = g_new0 (PitboxSrtHalfOpen, 1);
  half->sock = sock;
  half->since_us = now_us;
  half->visitor = *visitor;
  *visitor = (PitboxSrtVisitor){ 0 };
  half->peer = g_strdup (peer);
  half->origin = *origin;
  g_queue_push_tail (&listener->half_open, half);
  return 0;
}

/* libsrt's receiving thread, which serves every caller of the port: a look-up,
 * nothing that waits. */
int
pitbox_srt_listen_callback (void *opaque, SRTSOCKET sock, int hs_version,
    const struct sockaddr *address, const char *stream_id)
{
  PitboxSrtListener *listener = opaque;
  g_autofree gchar *peer = pitbox_srt_address_to_string (
      address, address->sa_family == AF_INET ? sizeof (struct sockaddr_in)
                                             : sizeof (struct sockaddr_in6));
  const PitboxSrtOrigin origin = pitbox_srt_origin_of (address);
  PitboxSrtVisitor visitor = { 0 };
  int code;

  g_mutex_lock (&listener->lock);
  /* Before version 5 there are no stream ids. */
  code = approve (
      listener, sock, hs_version < 5 ? "" : stream_id, &origin, peer, &visitor);
  if (code != 0)
    note_refusal (listener, &origin, peer, &visitor, code);
  g_cond_signal (&listener->cond);
  g_mutex_unlock (&listener->lock);
  pitbox_srt_visitor_clear (&visitor);
  if (code != 0)
    srt_setrejectreason (sock, code);
  return code == 0 ? 0 : -1;
}

/* With the lock: the approved handshake that became @sock. */
static PitboxSrtHalfOpen *
take_half_open (PitboxSrtListener *listener, SRTSOCKET sock)
{
  for (GList *l = listener->half_open.head; l != NULL; l = l->next) {
    PitboxSrtHalfOpen *half = l->data;

    if (half->sock == sock) {
      g_queue_delete_link (&listener->half_open, l);
      return half;
    }
  }
  return NULL;
}

/* A device is through: it takes the place of an older connection. */
static void
admit_session (
    PitboxSrtListener *listener, SRTSOCKET sock, const PitboxSrtHalfOpen *half)
{
  const PitboxSrtVisitor *visitor = &half->visitor;
  PitboxSrtSession *session =
      pitbox_srt_session_new (sock, visitor->driver, visitor->user, half->peer);
  gboolean entered, takes_over;
  gpointer old;

  g_mutex_lock (&listener->lock);
  entered = pitbox_srt_gate_enter (listener->gate, visitor, session,
      g_get_monotonic_time (), &old, &takes_over);
  listener->n_accepted += entered;
  listener->n_taken_over += entered && takes_over;
  g_mutex_unlock (&listener->lock);
  if (old != NULL)
    pitbox_srt_session_close (old);
  if (entered)
    listener->funcs.joined (session, listener->user_data);
  else
    pitbox_srt_session_close (session);
  g_clear_pointer (&old, pitbox_srt_session_unref);
  pitbox_srt_session_unref (session);
}

static void
admit_reader (
    PitboxSrtListener *listener, SRTSOCKET sock, const PitboxSrtHalfOpen *half)
{
  const PitboxSrtVisitor *visitor = &half->visitor;
  PitboxSrtReader *reader;
  gboolean entered;

  g_mutex_lock (&listener->lock);
  entered = pitbox_srt_gate_enter_reader (listener->gate, visitor);
  listener->n_accepted += entered;
  g_mutex_unlock (&listener->lock);
  if (!entered) {
    srt_close (sock);
    return;
  }
  reader = pitbox_srt_readers_admit (
      listener->readers, sock, visitor->driver, visitor->user, half->peer);
  listener->funcs.reader_joined (reader, listener->user_data);
  pitbox_srt_readers_start (listener->readers, reader);
  pitbox_srt_reader_unref (reader);
}

static void
admit (PitboxSrtListener *listener, SRTSOCKET sock)
{
  PitboxSrtHalfOpen *half;

  g_mutex_lock (&listener->lock);
  half = take_half_open (listener, sock);
  g_mutex_unlock (&listener->lock);
  if (half == NULL) {
    srt_close (sock);
    return;
  }
  if (half->visitor.mode == GST_PITBOX_STREAM_REQUEST)
    admit_reader (listener, sock, half);
  else
    admit_session (listener, sock, half);
  pitbox_srt_half_open_free (half);
}

static void
accept_all (PitboxSrtListener *listener)
{
  for (;;) {
    struct sockaddr_storage address;
    int size = sizeof address;
    SRTSOCKET sock =
        srt_accept (listener->sock, (struct sockaddr *) &address, &size);

    if (sock == SRT_INVALID_SOCK)
      return;
    admit (listener, sock);
  }
}

/* Drops approved handshakes that failed. libsrt tells nobody that a passphrase
 * was wrong; the socket is just gone. */
static void
reap_half_open (PitboxSrtListener *listener)
{
  gint64 now = g_get_monotonic_time ();
  SRTSOCKET socks[PITBOX_SRT_MAX_EXPECTED];
  guint n = 0;

  g_mutex_lock (&listener->lock);
  for (GList *l = listener->half_open.head; l != NULL; l = l->next)
    if (n < PITBOX_SRT_MAX_EXPECTED)
      socks[n++] = ((PitboxSrtHalfOpen *) l->data)->sock;
  g_mutex_unlock (&listener->lock);

  for (guint i = 0; i < n; i++) {
    gboolean gone = srt_getsockstate (socks[i]) >= SRTS_BROKEN;
    PitboxSrtHalfOpen *half;

    g_mutex_lock (&listener->lock);
    half = take_half_open (listener, socks[i]);
    if (half != NULL && !gone && now - half->since_us <= HALF_OPEN_US) {
      g_queue_push_tail (&listener->half_open, half);
    } else if (half != NULL) {
      pitbox_srt_gate_give_up (listener->gate, &half->visitor);
      if (gone)
        pitbox_srt_guesses_wrong (
            listener->guesses, half->peer, half->visitor.user, now);
      note_refusal (listener, &half->origin, half->peer, &half->visitor,
          PITBOX_SRT_REJECT_SECRET);
      pitbox_srt_half_open_free (half);
    }
    g_mutex_unlock (&listener->lock);
  }
}

static void
tell_refusals (PitboxSrtListener *listener, GQueue *refusals)
{
  PitboxSrtRefusal *refusal;

  while ((refusal = g_queue_pop_head (refusals)) != NULL) {
    listener->funcs.refused (refusal, listener->user_data);
    pitbox_srt_refusal_free (refusal);
  }
}

static void
tell_done (PitboxSrtListener *listener, GQueue *done)
{
  PitboxSrtSession *session;

  while ((session = g_queue_pop_head (done)) != NULL) {
    pitbox_srt_session_close (session);
    listener->funcs.left (session, listener->user_data);
    pitbox_srt_session_unref (session);
  }
}

static void
tell_gone_readers (PitboxSrtListener *listener, GQueue *gone_readers)
{
  PitboxSrtGoneReader *gone;

  while ((gone = g_queue_pop_head (gone_readers)) != NULL) {
    pitbox_srt_reader_close (gone->reader);
    listener->funcs.reader_left (
        gone->reader, gone->reason, listener->user_data);
    pitbox_srt_gone_reader_free (gone);
  }
}

/* Any thread, with the readers' lock. */
void
pitbox_srt_listener_reader_done (
    PitboxSrtReader *reader, const gchar *reason, gpointer user_data)
{
  PitboxSrtListener *listener = user_data;
  PitboxSrtGoneReader *gone = g_new (PitboxSrtGoneReader, 1);

  *gone = (PitboxSrtGoneReader){ pitbox_srt_reader_ref (reader), reason };
  g_mutex_lock (&listener->lock);
  pitbox_srt_gate_leave_reader (
      listener->gate, pitbox_srt_reader_get_name (reader));
  g_queue_push_tail (&listener->gone_readers, gone);
  g_cond_signal (&listener->cond);
  g_mutex_unlock (&listener->lock);
}

/* With the lock: until something is to be told, or somebody to be heard again. */
static void
wait_for_work (PitboxSrtListener *listener)
{
  const gint64 end_us = pitbox_srt_shun_get_end_us (listener->shun);

  if (end_us == 0)
    g_cond_wait (&listener->cond, &listener->lock);
  else
    g_cond_wait_until (&listener->cond, &listener->lock, end_us);
}

gpointer
pitbox_srt_listener_run (gpointer data)
{
  PitboxSrtListener *listener = data;

  g_mutex_lock (&listener->lock);
  while (!listener->stopping) {
    GQueue refusals = listener->refusals.queue, done = listener->done;
    GQueue gone_readers = listener->gone_readers;
    gboolean half_open = listener->half_open.length > 0;

    if (pitbox_srt_shun_expire (listener->shun, g_get_monotonic_time ()))
      hear (listener);
    if (refusals.length == 0 && done.length == 0 && gone_readers.length == 0
        && !half_open) {
      wait_for_work (listener);
      continue;
    }
    g_queue_init (&listener->refusals.queue);
    g_queue_init (&listener->done);
    g_queue_init (&listener->gone_readers);
    g_mutex_unlock (&listener->lock);
    tell_refusals (listener, &refusals);
    tell_done (listener, &done);
    tell_gone_readers (listener, &gone_readers);
    if (half_open) {
      accept_all (listener);
      reap_half_open (listener);
    }
    g_mutex_lock (&listener->lock);
    if (listener->half_open.length > 0 && !listener->stopping)
      g_cond_wait_until (&listener->cond, &listener->lock,
          g_get_monotonic_time () + HALF_OPEN_POLL_US);
  }
  g_mutex_unlock (&listener->lock);
  return NULL;
}
