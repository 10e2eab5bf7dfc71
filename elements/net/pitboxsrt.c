/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What both ends of an SRT connection share. */
#include "pitboxsrt.h"

#include <errno.h>
#include <string.h>

#include "pitboxsrtudp.h"

GST_DEBUG_CATEGORY_STATIC (pitbox_srt_lib_debug);
#define GST_CAT_DEFAULT pitbox_srt_lib_debug

/* libsrt 1.5.4 counts only the first srt_startup(): the first srt_cleanup() of
 * anybody in the process then takes every socket away, listening ones too. So
 * users are counted here, and that version is left running after the last one:
 * GStreamer's own SRT elements may be in the same process. */
#define MISCOUNTING_VERSION SRT_MAKE_VERSION_VALUE (1, 5, 4)

/* 20 callers' bursts of key frames until this process gets a core. */
#define UDP_BUFFER_BYTES (8 * 1024 * 1024)

/* Far longer than a thread waits for a lock, and less than anybody notices. */
#define BROKEN_PATIENCE_US (500 * G_TIME_SPAN_MILLISECOND)

/* WSAEADDRINUSE and WSAEADDRNOTAVAIL: what libsrt hands on there. */
#define WINSOCK_ADDRESS_IN_USE 10048
#define WINSOCK_NO_SUCH_ADDRESS 10049

static GMutex users_lock;
static gint n_users; /* changes under the lock, read by any thread */

/* libsrt's own lines go where ours go. It never prints a passphrase. Its
 * errors are about one peer of many, or about nothing (an accept that finds no
 * caller), so only what it calls critical is a warning here. */
static void
log_handler (void *opaque, int level, const char *file, int line,
    const char *area, const char *message)
{
  GstDebugLevel gst_level = level <= LOG_CRIT  ? GST_LEVEL_WARNING
                            : level <= LOG_ERR ? GST_LEVEL_INFO
                                               : GST_LEVEL_LOG;

  /* What is left of it at the end of a process outlives GStreamer. */
  if (g_atomic_int_get (&n_users) == 0)
    return;
  gst_debug_log (GST_CAT_DEFAULT, gst_level, file, area, line, NULL, "%.*s",
      (int) strcspn (message, "\r\n"), message);
}

/* Starts libsrt, or counts one more user of it. Each success is given back by
 * pitbox_srt_cleanup(). Any thread. */
gboolean
pitbox_srt_startup (GError **error)
{
  static gsize once = 0;
  gboolean ok;

  if (g_once_init_enter (&once)) {
    GST_DEBUG_CATEGORY_INIT (
        pitbox_srt_lib_debug, "pitboxsrtlib", 0, "libsrt's own messages");
    srt_setlogflags (SRT_LOGF_DISABLE_TIME | SRT_LOGF_DISABLE_THREADNAME
                     | SRT_LOGF_DISABLE_SEVERITY | SRT_LOGF_DISABLE_EOL);
    srt_setloghandler (NULL, log_handler);
    g_once_init_leave (&once, 1);
  }
  g_mutex_lock (&users_lock);
  ok = n_users > 0 || srt_startup () >= 0;
  if (ok)
    g_atomic_int_inc (&n_users);
  g_mutex_unlock (&users_lock);
  if (!ok)
    g_set_error (error, GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_INIT,
        "libsrt does not start: %s", srt_getlasterror_str ());
  return ok;
}

/* One user less. The last one ends libsrt, which closes what is still open.
 * Any thread. */
void
pitbox_srt_cleanup (void)
{
  g_mutex_lock (&users_lock);
  if (g_atomic_int_dec_and_test (&n_users)
      && srt_getversion () != MISCOUNTING_VERSION)
    srt_cleanup ();
  g_mutex_unlock (&users_lock);
}

gboolean
pitbox_srt_set (SRTSOCKET sock, SRT_SOCKOPT option, const void *value,
    gsize size, const gchar *what, GError **error)
{
  if (srt_setsockflag (sock, option, value, (int) size) == 0)
    return TRUE;
  g_set_error (error, GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_SETTINGS,
      "cannot set %s: %s", what, srt_getlasterror_str ());
  return FALSE;
}

gboolean
pitbox_srt_set_int (SRTSOCKET sock, SRT_SOCKOPT option, gint value,
    const gchar *what, GError **error)
{
  return pitbox_srt_set (sock, option, &value, sizeof value, what, error);
}

gboolean
pitbox_srt_set_bool (SRTSOCKET sock, SRT_SOCKOPT option, gboolean value,
    const gchar *what, GError **error)
{
  _Bool flag = value != FALSE;

  return pitbox_srt_set (sock, option, &flag, sizeof flag, what, error);
}

gint
pitbox_srt_get_int (SRTSOCKET sock, SRT_SOCKOPT option, gint fallback)
{
  gint value = 0;
  int size = sizeof value;

  return srt_getsockflag (sock, option, &value, &size) == 0 ? value : fallback;
}

/* What a connect that does not wait has come to. A socket that is just being
 * connected looks broken for a moment: libsrt (1.5.1 to 1.5.5, postConnect())
 * says that it connects no more, takes a lock, and then says that it is
 * connected. One that has failed has a reason by then, so without one it is
 * looked at again, for @broken_us, how long it has looked broken. */
PitboxSrtConnect
pitbox_srt_connect_result (SRT_SOCKSTATUS status, int reason, gint64 broken_us)
{
  if (status == SRTS_CONNECTED)
    return PITBOX_SRT_CONNECT_DONE;
  if (status == SRTS_CONNECTING
      || (status == SRTS_BROKEN && reason == SRT_REJ_UNKNOWN
          && broken_us < BROKEN_PATIENCE_US))
    return PITBOX_SRT_CONNECT_UNDECIDED;
  return PITBOX_SRT_CONNECT_FAILED;
}

/* Addresses of a literal or a name, in the resolver's order of preference. */
GList *
pitbox_srt_resolve (
    const gchar *host, guint port, GCancellable *cancellable, GError **error)
{
  g_autoptr (GInetAddress) literal = g_inet_address_new_from_string (host);
  g_autoptr (GResolver) resolver = NULL;
  GList *names, *result = NULL;

  if (literal != NULL)
    return g_list_append (
        NULL, g_inet_socket_address_new (literal, (guint16) port));
  resolver = g_resolver_get_default ();
  names = g_resolver_lookup_by_name (resolver, host, cancellable, error);
  for (GList *l = names; l != NULL; l = l->next)
    result = g_list_append (
        result, g_inet_socket_address_new (l->data, (guint16) port));
  g_resolver_free_addresses (names);
  return result;
}

gboolean
pitbox_srt_to_native (GSocketAddress *address, struct sockaddr_storage *native,
    int *size, GError **error)
{
  *size = (int) g_socket_address_get_native_size (address);
  return g_socket_address_to_native (address, native, sizeof *native, error);
}

/* "192.0.2.1:9000" or "[2001:db8::1]:9000". */
gchar *
pitbox_srt_address_to_string (const struct sockaddr *address, int size)
{
  g_autoptr (GSocketAddress) object =
      g_socket_address_new_from_native ((gpointer) address, (gsize) size);

  if (!G_IS_INET_SOCKET_ADDRESS (object))
    return g_strdup ("unknown address");
  return g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (object));
}

static gboolean
set_listening (SRTSOCKET sock, gboolean v6, guint latency_ms, GError **error)
{
  /* "::" takes IPv4 callers too. */
  return (!v6
             || pitbox_srt_set_int (
                 sock, SRTO_IPV6ONLY, 0, "IPv4 on an IPv6 port", error))
         && pitbox_srt_set_bool (sock, SRTO_RCVSYN, FALSE, "accept mode", error)
         && pitbox_srt_set_int (
             sock, SRTO_LATENCY, (gint) latency_ms, "latency", error)
         && pitbox_srt_set_int (sock, SRTO_UDP_RCVBUF, UDP_BUFFER_BYTES,
             "UDP receive buffer", error);
}

static guint
bound_port (SRTSOCKET sock)
{
  struct sockaddr_storage native = { 0 };
  int size = sizeof native;

  srt_getsockname (sock, (struct sockaddr *) &native, &size);
  return g_ntohs (native.ss_family == AF_INET6
                      ? ((struct sockaddr_in6 *) &native)->sin6_port
                      : ((struct sockaddr_in *) &native)->sin_port);
}

static gboolean
bind_and_listen (SRTSOCKET sock, const struct sockaddr_storage *native,
    int size, int backlog, srt_listen_callback_fn *callback, gpointer opaque,
    int *fd)
{
  return pitbox_srt_bind_listener (
             sock, (const struct sockaddr *) native, size, fd)
         && srt_listen_callback (sock, callback, opaque) != SRT_ERROR
         && srt_listen (sock, backlog) != SRT_ERROR;
}

/* libsrt itself says "unable to create/configure SRT socket" of all of these. */
static void
set_listen_error (const gchar *address, guint port, GError **error)
{
  int system = 0;
  int code = srt_getlasterror (&system);

  if (code == SRT_EDUPLISTEN || system == EADDRINUSE
      || system == WINSOCK_ADDRESS_IN_USE)
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY,
        "cannot listen on %s: UDP port %u is in use; end the program that has "
        "it, or set another port",
        address, port);
  else if (system == EADDRNOTAVAIL || system == WINSOCK_NO_SUCH_ADDRESS)
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "cannot listen on %s: this machine has no such address; set one of its "
        "own, or :: for all",
        address);
  else
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ,
        "cannot listen on %s port %u: %s%s%s", address, port,
        srt_getlasterror_str (), system != 0 ? ": " : "",
        system != 0 ? g_strerror (system) : "");
}

/* A socket that listens, whose accepts do not wait; @bound is its UDP port and
 * @fd for pitbox_srt_hear_all_but(), set before the first caller.
 * SRT_INVALID_SOCK where it cannot be had. */
SRTSOCKET
pitbox_srt_listen (const gchar *address, guint port, guint latency_ms,
    int backlog, srt_listen_callback_fn *callback, gpointer opaque,
    guint *bound, int *fd, GError **error)
{
  GList *addresses = pitbox_srt_resolve (address, port, NULL, error);
  struct sockaddr_storage native;
  SRTSOCKET sock;
  gboolean ok;
  int size;

  if (addresses == NULL)
    return SRT_INVALID_SOCK;
  ok = pitbox_srt_to_native (addresses->data, &native, &size, error);
  g_list_free_full (addresses, g_object_unref);
  if (!ok)
    return SRT_INVALID_SOCK;
  sock = srt_create_socket ();
  ok = set_listening (sock, native.ss_family == AF_INET6, latency_ms, error);
  if (ok
      && !bind_and_listen (
          sock, &native, size, backlog, callback, opaque, fd)) {
    set_listen_error (address, port, error);
    ok = FALSE;
  }
  if (!ok) {
    srt_close (sock);
    return SRT_INVALID_SOCK;
  }
  *bound = bound_port (sock);
  return sock;
}

/* Whether a receive returns at once: with a message, or, where the connection
 * is lost, with what is left. */
static gboolean
is_readable (SRTSOCKET sock)
{
  return (pitbox_srt_get_int (sock, SRTO_EVENT, SRT_EPOLL_ERR)
             & (SRT_EPOLL_IN | SRT_EPOLL_ERR))
         != 0;
}

/* One message; 0 where there is none. libsrt itself answers 0 for a lost
 * connection whose last messages have holes (1.5.1, when the receive buffer was
 * full), so only the socket's state says whether it is the end. */
static gsize
receive_one (SRTSOCKET sock, guint8 *data, SRT_MSGCTRL *ctrl)
{
  int n;

  srt_msgctrl_init (ctrl);
  n = srt_recvmsg2 (sock, (char *) data, PITBOX_SRT_RECEIVE_BYTES, ctrl);
  return n > 0 ? (gsize) n : 0;
}

/* Waits for a message as long as the socket does, then takes what else is there
 * or comes within @batch_ms: one buffer a wake-up costs less than one a message
 * (measured: 21 against 45 % of a core for 10 callers). @age_us is how long ago
 * the first message was due by SRT's own clock, which is free of this thread's
 * delays. 0 where nothing came. @size: at least %PITBOX_SRT_RECEIVE_BYTES. The
 * nap is a plain one of at most 5 ms: nothing may end it early, since waking up
 * is what it saves, and a stop waits as long for libsrt's threads. */
gsize
pitbox_srt_receive (
    SRTSOCKET sock, guint8 *data, gsize size, guint batch_ms, gint64 *age_us)
{
  SRT_MSGCTRL ctrl;
  gboolean napped = batch_ms == 0;
  gsize fill = receive_one (sock, data, &ctrl);

  if (fill == 0)
    return 0;
  *age_us = ctrl.srctime > 0 ? srt_time_now () - ctrl.srctime : 0;
  while (fill + PITBOX_SRT_RECEIVE_BYTES <= size) {
    gsize n;

    if (!is_readable (sock)) {
      if (napped)
        break;
      napped = TRUE;
      g_usleep (batch_ms * 1000);
      continue;
    }
    n = receive_one (sock, data + fill, &ctrl);
    if (n == 0)
      break;
    fill += n;
  }
  return fill;
}
