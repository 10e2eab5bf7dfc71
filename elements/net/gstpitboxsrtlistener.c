/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Devices, the listen callback, and the thread that accepts. */
#include "gstpitboxsrtlistener.h"

#include <gstpitbox/gstpitboxerror.h>
#include <gstpitbox/gstpitboxstreamid.h>
#include <string.h>

#include "gstpitboxsrtsession.h"

/* Approved callers whose handshake is not through. Bounds what a flood of
 * valid stream ids can hold; libsrt's backlog has the same size. */
#define MAX_HALF_OPEN 32
/* An approved handshake is through within the same packet; this is for a
 * machine that stands still. */
#define HALF_OPEN_US (3 * G_USEC_PER_SEC)
#define HALF_OPEN_POLL_US 2000
/* Refusals told of one by one; more than these in a second are told of
 * together. */
#define MAX_REFUSALS_PER_SECOND 20
/* Devices remembered as revoked, so that their owners are told so. */
#define MAX_REVOKED 4096
/* 20 callers' bursts of key frames until this process gets a core. */
#define UDP_BUFFER_BYTES (8 * 1024 * 1024)

typedef struct {
  gchar *driver;
  gchar *passphrase;
} Device;

typedef struct {
  SRTSOCKET sock;
  gint64 since_us;
  GstPitboxStreamMode mode;
  gchar *driver;
  gchar *user; /* the device or reader */
  gchar *peer;
} HalfOpen;

typedef struct {
  PitboxSrtReader *reader;
  const gchar *reason;
} GoneReader;

typedef struct {
  gchar *peer;
  const gchar *mode;
  gchar *user;
  int code;
  const gchar *reason;
  guint others;
} Refusal;

struct _PitboxSrtListener {
  /* Set in start(), before other threads exist. */
  PitboxSrtListenerConfig config;
  PitboxSrtListenerFuncs funcs;
  gpointer user_data;
  SRTSOCKET sock;
  GThread *thread;
  guint port;

  /* Has its own lock, which comes before this one's. */
  PitboxSrtReaders *readers;

  /* Protects all below. Never held across a call that could wait: the listen
   * callback, which serves all callers, takes it. */
  GMutex lock;
  GCond cond;
  GHashTable *devices; /* id -> Device */
  GHashTable *revoked; /* set of ids */
  GHashTable *sessions; /* device id -> PitboxSrtSession, the current one */
  GQueue half_open;
  GQueue refusals;
  gint64 refusals_since_us;
  guint n_refusals; /* told of since then */
  guint n_untold;
  GQueue done; /* PitboxSrtSession */
  GQueue gone_readers; /* GoneReader */
  gboolean accepting;
  gboolean stopping;
  guint64 n_accepted;
  guint64 n_refused;
  guint64 n_taken_over;
};

static void
device_free (Device *device)
{
  g_free (device->driver);
  pitbox_srt_free_secret (device->passphrase);
  g_free (device);
}

static void
half_open_free (HalfOpen *half)
{
  g_free (half->driver);
  g_free (half->user);
  g_free (half->peer);
  g_free (half);
}

static void
refusal_free (Refusal *refusal)
{
  g_free (refusal->peer);
  g_free (refusal->user);
  g_free (refusal);
}

/* What a handshake says of itself. */
typedef struct {
  GstPitboxStreamMode mode;
  gchar *driver;
  gchar *user;
  const gchar *peer;
} Caller;

static const gchar *
mode_name (GstPitboxStreamMode mode)
{
  return mode == GST_PITBOX_STREAM_REQUEST ? "request" : "publish";
}

static void
gone_reader_free (GoneReader *gone)
{
  pitbox_srt_reader_unref (gone->reader);
  g_free (gone);
}

PitboxSrtListener *
pitbox_srt_listener_new (void)
{
  PitboxSrtListener *listener = g_new0 (PitboxSrtListener, 1);

  g_mutex_init (&listener->lock);
  g_cond_init (&listener->cond);
  listener->sock = SRT_INVALID_SOCK;
  listener->devices = g_hash_table_new_full (
      g_str_hash, g_str_equal, g_free, (GDestroyNotify) device_free);
  listener->revoked =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  listener->sessions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
      (GDestroyNotify) pitbox_srt_session_unref);
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
      &listener->gone_readers, (GDestroyNotify) gone_reader_free);
  g_mutex_unlock (&listener->lock);
}

void
pitbox_srt_listener_free (PitboxSrtListener *listener)
{
  pitbox_srt_listener_stop (listener);
  forget_done (listener);
  g_hash_table_unref (listener->devices);
  g_hash_table_unref (listener->revoked);
  g_hash_table_unref (listener->sessions);
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
  Device *entry;

  if (!gst_pitbox_id_is_valid (device) || !gst_pitbox_id_is_valid (driver)) {
    g_set_error_literal (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
        "a device needs valid ids of itself and of its driver");
    return FALSE;
  }
  if (!pitbox_srt_passphrase_is_valid (passphrase)) {
    g_set_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
        "device %s: the passphrase must have 10 to 79 characters", device);
    return FALSE;
  }
  entry = g_new0 (Device, 1);
  entry->driver = g_strdup (driver);
  entry->passphrase = g_strdup (passphrase);
  g_mutex_lock (&listener->lock);
  g_hash_table_remove (listener->revoked, device);
  g_hash_table_replace (listener->devices, g_strdup (device), entry);
  g_mutex_unlock (&listener->lock);
  return TRUE;
}

/* See pitbox_srt_readers_add(). Any thread. */
gboolean
pitbox_srt_listener_add_reader (PitboxSrtListener *listener, const gchar *name,
    const gchar *drivers, const gchar *passphrase, GError **error)
{
  return pitbox_srt_readers_add (
      listener->readers, name, drivers, passphrase, error);
}

/* See pitbox_srt_readers_remove(). Any thread. */
void
pitbox_srt_listener_remove_reader (
    PitboxSrtListener *listener, const gchar *name)
{
  pitbox_srt_readers_remove (listener->readers, name);
}

/* See pitbox_srt_readers_list(). Any thread. */
GPtrArray *
pitbox_srt_listener_list_readers (PitboxSrtListener *listener)
{
  return pitbox_srt_readers_list (listener->readers);
}

/* With the lock: whose place a connection of @device takes, or NULL: that of
 * its own older one, or of another device where a driver has but one place. */
static PitboxSrtSession *
find_holder (
    PitboxSrtListener *listener, const gchar *driver, const gchar *device)
{
  PitboxSrtSession *own = g_hash_table_lookup (listener->sessions, device);
  PitboxSrtSession *other;
  GHashTableIter iter;

  if (!listener->config.one_per_driver
      || (own != NULL && pitbox_srt_session_is_connected (own)))
    return own;
  g_hash_table_iter_init (&iter, listener->sessions);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &other))
    if (g_str_equal (pitbox_srt_session_get_driver (other), driver)
        && pitbox_srt_session_is_connected (other))
      return other;
  return own;
}

/* The connection of @device, with a reference. */
static PitboxSrtSession *
find_session (PitboxSrtListener *listener, const gchar *device)
{
  PitboxSrtSession *session;

  g_mutex_lock (&listener->lock);
  session = g_hash_table_lookup (listener->sessions, device);
  if (session != NULL)
    pitbox_srt_session_ref (session);
  g_mutex_unlock (&listener->lock);
  return session;
}

/* Forgets a device and ends its connection at once. Any thread. */
void
pitbox_srt_listener_remove_device (
    PitboxSrtListener *listener, const gchar *device)
{
  PitboxSrtSession *session;

  if (device == NULL)
    return;
  g_mutex_lock (&listener->lock);
  if (g_hash_table_remove (listener->devices, device)
      && g_hash_table_size (listener->revoked) < MAX_REVOKED)
    g_hash_table_add (listener->revoked, g_strdup (device));
  g_mutex_unlock (&listener->lock);
  session = find_session (listener, device);
  if (session != NULL) {
    pitbox_srt_session_close (session);
    pitbox_srt_session_unref (session);
  }
}

/* With the lock. A flood of refusals must not become one of messages. */
static void
queue_refusal (PitboxSrtListener *listener, const gchar *peer,
    const gchar *mode, const gchar *user, int code, const gchar *reason)
{
  gint64 now = g_get_monotonic_time ();
  Refusal *refusal;

  listener->n_refused++;
  if (now - listener->refusals_since_us >= G_USEC_PER_SEC) {
    listener->refusals_since_us = now;
    listener->n_refusals = 0;
  }
  if (listener->n_refusals >= MAX_REFUSALS_PER_SECOND) {
    listener->n_untold++;
    return;
  }
  listener->n_refusals++;
  refusal = g_new0 (Refusal, 1);
  refusal->peer = g_strdup (peer);
  refusal->mode = mode;
  refusal->user = g_strdup (user);
  refusal->code = code;
  refusal->reason = reason;
  refusal->others = listener->n_untold;
  listener->n_untold = 0;
  g_queue_push_tail (&listener->refusals, refusal);
  g_cond_signal (&listener->cond);
}

static guint
count_half_open (PitboxSrtListener *listener, GstPitboxStreamMode mode)
{
  guint n = 0;

  for (GList *l = listener->half_open.head; l != NULL; l = l->next)
    n += ((HalfOpen *) l->data)->mode == mode;
  return n;
}

/* With the lock: whether a device of that driver may come. */
static gboolean
knows_driver (PitboxSrtListener *listener, const gchar *driver)
{
  GHashTableIter iter;
  const Device *device;

  if (listener->config.accept_any)
    return TRUE;
  g_hash_table_iter_init (&iter, listener->devices);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &device))
    if (g_str_equal (device->driver, driver))
      return TRUE;
  return FALSE;
}

/* As decide_publish(), for one who wants to read. Without the lock. */
static int
decide_request (PitboxSrtListener *listener, const gchar *driver,
    const gchar *name, gchar **passphrase)
{
  gboolean ready, full, known;
  guint n_coming;
  int code;

  g_mutex_lock (&listener->lock);
  ready = listener->accepting && !listener->stopping;
  full = listener->half_open.length >= MAX_HALF_OPEN;
  n_coming = count_half_open (listener, GST_PITBOX_STREAM_REQUEST);
  known = knows_driver (listener, driver);
  g_mutex_unlock (&listener->lock);
  if (!ready)
    return PITBOX_SRT_REJECT_NOT_READY;
  if (full)
    return PITBOX_SRT_REJECT_FULL;
  code = pitbox_srt_readers_decide (listener->readers, name, driver,
      listener->config.accept_any, known, n_coming, passphrase);
  if (code == 0 && *passphrase == NULL)
    *passphrase = g_strdup (listener->config.passphrase);
  return code;
}

/* With the lock: 0 to approve, with the passphrase to ask for, or the code to
 * refuse with. */
static int
decide_publish (PitboxSrtListener *listener, const gchar *driver,
    const gchar *device, gchar **passphrase)
{
  const Device *entry = g_hash_table_lookup (listener->devices, device);
  PitboxSrtSession *holder = find_holder (listener, driver, device);

  if (!listener->accepting || listener->stopping)
    return PITBOX_SRT_REJECT_NOT_READY;
  if (entry == NULL && !listener->config.accept_any)
    return g_hash_table_contains (listener->revoked, device)
               ? PITBOX_SRT_REJECT_REVOKED
               : PITBOX_SRT_REJECT_UNKNOWN_DEVICE;
  if (entry != NULL && !g_str_equal (entry->driver, driver))
    return PITBOX_SRT_REJECT_DRIVER;
  /* Who takes a place over needs no further one. */
  if (listener->half_open.length >= MAX_HALF_OPEN
      || (holder == NULL
          && g_hash_table_size (listener->sessions)
                     + count_half_open (listener, GST_PITBOX_STREAM_PUBLISH)
                 >= listener->config.max_callers))
    return PITBOX_SRT_REJECT_FULL;
  if (holder != NULL && pitbox_srt_session_is_connected (holder)
      && !pitbox_srt_contest_try (
          pitbox_srt_session_get_contest (holder), g_get_monotonic_time ()))
    return PITBOX_SRT_REJECT_CONTESTED;
  if (entry != NULL && entry->passphrase != NULL && *entry->passphrase != '\0')
    *passphrase = g_strdup (entry->passphrase);
  else
    *passphrase = g_strdup (listener->config.passphrase);
  return 0;
}

static gboolean
set_passphrase (SRTSOCKET sock, const gchar *passphrase)
{
  g_autoptr (GError) error = NULL;

  return passphrase == NULL || *passphrase == '\0'
         || pitbox_srt_set (sock, SRTO_PASSPHRASE, passphrase,
             strlen (passphrase), "passphrase", &error);
}

/* The handshake of a caller that may come, if its passphrase is right. */
static void
add_half_open (
    PitboxSrtListener *listener, SRTSOCKET sock, const Caller *caller)
{
  HalfOpen *half = g_new0 (HalfOpen, 1);

  half->sock = sock;
  half->since_us = g_get_monotonic_time ();
  half->mode = caller->mode;
  half->driver = g_strdup (caller->driver);
  half->user = g_strdup (caller->user);
  half->peer = g_strdup (caller->peer);
  g_mutex_lock (&listener->lock);
  g_queue_push_tail (&listener->half_open, half);
  g_cond_signal (&listener->cond);
  g_mutex_unlock (&listener->lock);
}

static int
approve (PitboxSrtListener *listener, SRTSOCKET sock, int hs_version,
    const gchar *stream_id, Caller *caller)
{
  g_autoptr (GError) error = NULL;
  gchar *passphrase = NULL;
  gboolean set;
  int code;

  if (hs_version < 5)
    return PITBOX_SRT_REJECT_STREAM_ID;
  if (!gst_pitbox_stream_id_parse (
          stream_id, &caller->mode, &caller->driver, &caller->user, &error))
    return g_error_matches (
               error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_UNSUPPORTED)
               ? PITBOX_SRT_REJECT_MODE
               : PITBOX_SRT_REJECT_STREAM_ID;
  if (caller->mode == GST_PITBOX_STREAM_REQUEST) {
    code = decide_request (listener, caller->driver, caller->user, &passphrase);
  } else {
    g_mutex_lock (&listener->lock);
    code = decide_publish (listener, caller->driver, caller->user, &passphrase);
    g_mutex_unlock (&listener->lock);
  }
  if (code != 0)
    return code;
  set = set_passphrase (sock, passphrase);
  pitbox_srt_free_secret (passphrase);
  if (!set)
    return PITBOX_SRT_REJECT_INTERNAL;
  add_half_open (listener, sock, caller);
  return 0;
}

static const gchar *
refusal_words (GstPitboxStreamMode mode, int code)
{
  return mode == GST_PITBOX_STREAM_REQUEST
             ? pitbox_srt_reader_reject_words (code, TRUE)
             : pitbox_srt_reject_words (code, TRUE);
}

/* libsrt's receiving thread, which serves every caller of the port: a look-up,
 * nothing that waits. */
static int
listen_callback (void *opaque, SRTSOCKET sock, int hs_version,
    const struct sockaddr *address, const char *stream_id)
{
  PitboxSrtListener *listener = opaque;
  g_autofree gchar *peer = pitbox_srt_address_to_string (
      address, address->sa_family == AF_INET ? sizeof (struct sockaddr_in)
                                             : sizeof (struct sockaddr_in6));
  Caller caller = { .peer = peer };
  int code = approve (listener, sock, hs_version, stream_id, &caller);

  if (code != 0) {
    srt_setrejectreason (sock, code);
    g_mutex_lock (&listener->lock);
    queue_refusal (listener, peer,
        caller.user != NULL ? mode_name (caller.mode) : "",
        caller.user != NULL ? caller.user : "", code,
        refusal_words (caller.mode, code));
    g_mutex_unlock (&listener->lock);
  }
  g_free (caller.driver);
  g_free (caller.user);
  return code == 0 ? 0 : -1;
}

/* With the lock: the approved handshake that became @sock. */
static HalfOpen *
take_half_open (PitboxSrtListener *listener, SRTSOCKET sock)
{
  for (GList *l = listener->half_open.head; l != NULL; l = l->next) {
    HalfOpen *half = l->data;

    if (half->sock == sock) {
      g_queue_delete_link (&listener->half_open, l);
      return half;
    }
  }
  return NULL;
}

/* With the lock: makes @session its device's current one and @old's successor,
 * unless the device was removed or its place became contested while @session
 * shook hands. */
static gboolean
register_session (PitboxSrtListener *listener, PitboxSrtSession *session,
    PitboxSrtSession *old, gboolean take_over)
{
  const gchar *device = pitbox_srt_session_get_device (session);
  gint64 now = g_get_monotonic_time ();

  if (listener->stopping
      || (!listener->config.accept_any
          && !g_hash_table_contains (listener->devices, device)))
    return FALSE;
  if (take_over) {
    PitboxSrtContest *contest = pitbox_srt_session_get_contest (old);

    if (!pitbox_srt_contest_try (contest, now))
      return FALSE;
    pitbox_srt_contest_pass_on (
        contest, pitbox_srt_session_get_contest (session), now);
    listener->n_taken_over++;
  }
  g_hash_table_replace (
      listener->sessions, g_strdup (device), pitbox_srt_session_ref (session));
  listener->n_accepted++;
  return TRUE;
}

/* A device is through: it takes the place of an older connection. */
static void
admit_session (
    PitboxSrtListener *listener, SRTSOCKET sock, const HalfOpen *half)
{
  PitboxSrtSession *session =
      pitbox_srt_session_new (sock, half->driver, half->user, half->peer);
  PitboxSrtSession *old;
  gboolean take_over, registered;

  g_mutex_lock (&listener->lock);
  old = find_holder (listener, half->driver, half->user);
  if (old != NULL)
    pitbox_srt_session_ref (old);
  g_mutex_unlock (&listener->lock);
  take_over = old != NULL && pitbox_srt_session_is_connected (old);
  g_mutex_lock (&listener->lock);
  registered = register_session (listener, session, old, take_over);
  g_mutex_unlock (&listener->lock);
  if (old != NULL && registered)
    pitbox_srt_session_close (old);
  if (registered)
    listener->funcs.joined (session, listener->user_data);
  else
    pitbox_srt_session_close (session);
  g_clear_pointer (&old, pitbox_srt_session_unref);
  pitbox_srt_session_unref (session);
}

static void
admit_reader (PitboxSrtListener *listener, SRTSOCKET sock, const HalfOpen *half)
{
  PitboxSrtReader *reader = pitbox_srt_readers_admit (listener->readers, sock,
      half->driver, half->user, half->peer, listener->config.accept_any);

  if (reader == NULL)
    return;
  g_mutex_lock (&listener->lock);
  listener->n_accepted++;
  g_mutex_unlock (&listener->lock);
  listener->funcs.reader_joined (reader, listener->user_data);
  pitbox_srt_readers_start (listener->readers, reader);
  pitbox_srt_reader_unref (reader);
}

static void
admit (PitboxSrtListener *listener, SRTSOCKET sock)
{
  HalfOpen *half;

  g_mutex_lock (&listener->lock);
  half = take_half_open (listener, sock);
  g_mutex_unlock (&listener->lock);
  if (half == NULL) {
    srt_close (sock);
    return;
  }
  if (half->mode == GST_PITBOX_STREAM_REQUEST)
    admit_reader (listener, sock, half);
  else
    admit_session (listener, sock, half);
  half_open_free (half);
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
  SRTSOCKET socks[MAX_HALF_OPEN];
  guint n = 0;

  g_mutex_lock (&listener->lock);
  for (GList *l = listener->half_open.head; l != NULL; l = l->next)
    if (n < MAX_HALF_OPEN)
      socks[n++] = ((HalfOpen *) l->data)->sock;
  g_mutex_unlock (&listener->lock);

  for (guint i = 0; i < n; i++) {
    gboolean gone = srt_getsockstate (socks[i]) >= SRTS_BROKEN;
    HalfOpen *half;

    g_mutex_lock (&listener->lock);
    half = take_half_open (listener, socks[i]);
    if (half != NULL && !gone && now - half->since_us <= HALF_OPEN_US) {
      g_queue_push_tail (&listener->half_open, half);
    } else if (half != NULL) {
      queue_refusal (listener, half->peer, mode_name (half->mode), half->user,
          SRT_REJ_BADSECRET, "wrong or missing passphrase");
      half_open_free (half);
    }
    g_mutex_unlock (&listener->lock);
  }
}

static void
tell_refusals (PitboxSrtListener *listener, GQueue *refusals)
{
  Refusal *refusal;

  while ((refusal = g_queue_pop_head (refusals)) != NULL) {
    listener->funcs.refused (refusal->peer, refusal->mode, refusal->user,
        refusal->code, refusal->reason, refusal->others, listener->user_data);
    refusal_free (refusal);
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
  GoneReader *gone;

  while ((gone = g_queue_pop_head (gone_readers)) != NULL) {
    pitbox_srt_reader_close (gone->reader);
    listener->funcs.reader_left (
        gone->reader, gone->reason, listener->user_data);
    gone_reader_free (gone);
  }
}

/* Any thread, with the readers' lock. */
static void
reader_done (PitboxSrtReader *reader, const gchar *reason, gpointer user_data)
{
  PitboxSrtListener *listener = user_data;
  GoneReader *gone = g_new (GoneReader, 1);

  *gone = (GoneReader){ pitbox_srt_reader_ref (reader), reason };
  g_mutex_lock (&listener->lock);
  g_queue_push_tail (&listener->gone_readers, gone);
  g_cond_signal (&listener->cond);
  g_mutex_unlock (&listener->lock);
}

static gpointer
run (gpointer data)
{
  PitboxSrtListener *listener = data;

  g_mutex_lock (&listener->lock);
  while (!listener->stopping) {
    GQueue refusals = listener->refusals, done = listener->done;
    GQueue gone_readers = listener->gone_readers;
    gboolean half_open = listener->half_open.length > 0;

    if (refusals.length == 0 && done.length == 0 && gone_readers.length == 0
        && !half_open) {
      g_cond_wait (&listener->cond, &listener->lock);
      continue;
    }
    g_queue_init (&listener->refusals);
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

static gboolean
bind_and_listen (PitboxSrtListener *listener, SRTSOCKET sock, GError **error)
{
  const PitboxSrtListenerConfig *c = &listener->config;
  struct sockaddr_storage native;
  GList *addresses;
  gboolean ok;
  int size;

  addresses = pitbox_srt_resolve (c->address, c->port, NULL, error);
  if (addresses == NULL)
    return FALSE;
  ok = pitbox_srt_to_native (addresses->data, &native, &size, error);
  g_list_free_full (addresses, g_object_unref);
  if (!ok)
    return FALSE;
  /* "::" takes IPv4 callers too. */
  if (native.ss_family == AF_INET6
      && !pitbox_srt_set_int (
          sock, SRTO_IPV6ONLY, 0, "IPv4 on an IPv6 port", error))
    return FALSE;
  if (!pitbox_srt_set_bool (sock, SRTO_RCVSYN, FALSE, "accept mode", error)
      || !pitbox_srt_set_int (
          sock, SRTO_LATENCY, (gint) c->latency_ms, "latency", error)
      || !pitbox_srt_set_int (
          sock, SRTO_UDP_RCVBUF, UDP_BUFFER_BYTES, "UDP receive buffer", error))
    return FALSE;
  if (srt_bind (sock, (struct sockaddr *) &native, size) == SRT_ERROR
      || srt_listen_callback (sock, listen_callback, listener) == SRT_ERROR
      || srt_listen (sock, MAX_HALF_OPEN) == SRT_ERROR) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ,
        "cannot listen on %s port %u: %s", c->address, c->port,
        srt_getlasterror_str ());
    return FALSE;
  }
  size = sizeof native;
  srt_getsockname (sock, (struct sockaddr *) &native, &size);
  g_mutex_lock (&listener->lock);
  listener->port = g_ntohs (native.ss_family == AF_INET6
                                ? ((struct sockaddr_in6 *) &native)->sin6_port
                                : ((struct sockaddr_in *) &native)->sin_port);
  g_mutex_unlock (&listener->lock);
  return TRUE;
}

static void
clear_config (PitboxSrtListenerConfig *config)
{
  g_clear_pointer (&config->address, g_free);
  g_clear_pointer (&config->passphrase, pitbox_srt_free_secret);
  g_clear_pointer (&config->hub, g_free);
}

/* Binds and listens; callers are refused until set_accepting(). @config is
 * copied. */
gboolean
pitbox_srt_listener_start (PitboxSrtListener *listener,
    const PitboxSrtListenerConfig *config, const PitboxSrtListenerFuncs *funcs,
    gpointer user_data, GError **error)
{
  SRTSOCKET sock;

  g_return_val_if_fail (listener->sock == SRT_INVALID_SOCK, FALSE);

  if (!pitbox_srt_passphrase_is_valid (config->passphrase)) {
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
  listener->accepting = FALSE;
  listener->refusals_since_us = 0;
  listener->n_untold = 0;
  sock = srt_create_socket ();
  if (!bind_and_listen (listener, sock, error)) {
    srt_close (sock);
    clear_config (&listener->config);
    pitbox_srt_cleanup ();
    return FALSE;
  }
  listener->sock = sock;
  pitbox_srt_readers_open (listener->readers, config->hub, config->max_readers,
      reader_done, listener);
  listener->thread = g_thread_new ("pitbox-srt-listen", run, listener);
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
  g_cond_signal (&listener->cond);
  g_mutex_unlock (&listener->lock);
  /* No callback runs once this returns. */
  srt_close (sock);
  g_thread_join (g_steal_pointer (&listener->thread));
  pitbox_srt_readers_close (listener->readers);
  pitbox_srt_listener_close_sessions (listener);
  /* Readers that see the end now say so: pitbox_srt_listener_session_done(). */
  g_mutex_lock (&listener->lock);
  g_hash_table_remove_all (listener->sessions);
  g_mutex_unlock (&listener->lock);
  g_queue_clear_full (&listener->half_open, (GDestroyNotify) half_open_free);
  g_queue_clear_full (&listener->refusals, (GDestroyNotify) refusal_free);
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
  listener->accepting = accepting;
  g_mutex_unlock (&listener->lock);
}

/* Ends every connection. Any thread. */
void
pitbox_srt_listener_close_sessions (PitboxSrtListener *listener)
{
  GList *sessions;

  g_mutex_lock (&listener->lock);
  sessions = g_hash_table_get_values (listener->sessions);
  for (GList *l = sessions; l != NULL; l = l->next)
    pitbox_srt_session_ref (l->data);
  g_mutex_unlock (&listener->lock);
  for (GList *l = sessions; l != NULL; l = l->next)
    pitbox_srt_session_close (l->data);
  g_list_free_full (sessions, (GDestroyNotify) pitbox_srt_session_unref);
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
  if (g_hash_table_lookup (listener->sessions, device) == session)
    g_hash_table_remove (listener->sessions, device);
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
  guint n_readers = pitbox_srt_readers_count (listener->readers);
  GstStructure *s;

  g_mutex_lock (&listener->lock);
  s = gst_structure_new ("pitbox-srt-stats", "callers", G_TYPE_UINT,
      g_hash_table_size (listener->sessions), "readers", G_TYPE_UINT, n_readers,
      "accepted", G_TYPE_UINT64, listener->n_accepted, "refused", G_TYPE_UINT64,
      listener->n_refused, "taken-over", G_TYPE_UINT64, listener->n_taken_over,
      NULL);
  g_mutex_unlock (&listener->lock);
  return s;
}
