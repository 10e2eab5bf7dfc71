/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What both ends of an SRT connection share. */
#include "gstpitboxsrt.h"

#include <string.h>

GST_DEBUG_CATEGORY_STATIC (pitbox_srt_lib_debug);
#define GST_CAT_DEFAULT pitbox_srt_lib_debug

/* libsrt 1.5.4 counts only the first srt_startup(): the first srt_cleanup() of
 * anybody in the process then takes every socket away, listening ones too. So
 * users are counted here, and that version is left running after the last one:
 * GStreamer's own SRT elements may be in the same process. */
#define MISCOUNTING_VERSION SRT_MAKE_VERSION_VALUE (1, 5, 4)

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

/* Why a connection was refused, for a person. @with_passphrase says whether
 * the caller gave one. */
const gchar *
pitbox_srt_reject_words (int code, gboolean with_passphrase)
{
  switch (code) {
    case SRT_REJ_TIMEOUT:
      return "no answer";
    case SRT_REJ_BADSECRET:
      return "wrong passphrase";
    case SRT_REJ_UNSECURE:
      return with_passphrase
                 ? "the server expects no passphrase for this device"
                 : "a passphrase is needed and none was given";
    case SRT_REJ_BACKLOG:
    case SRT_REJ_RESOURCE:
      return "the server has no room for another connection now";
    case SRT_REJ_VERSION:
      return "the other side's SRT version is too old";
    case SRT_REJ_CLOSE:
      return "the server is closing";
    case PITBOX_SRT_REJECT_STREAM_ID:
      return "the server does not understand the stream id";
    case PITBOX_SRT_REJECT_REVOKED:
      return "this device was revoked";
    case PITBOX_SRT_REJECT_FULL:
      return "the server takes no more callers";
    case PITBOX_SRT_REJECT_DRIVER:
      return "this device belongs to another driver";
    case PITBOX_SRT_REJECT_UNKNOWN_DEVICE:
      return "the server does not know this device";
    case PITBOX_SRT_REJECT_MODE:
      return "the server only takes streams that publish";
    case PITBOX_SRT_REJECT_CONTESTED:
      return "another sender uses this device's key or publishes for its "
             "driver; it keeps the place until it stops";
    case PITBOX_SRT_REJECT_INTERNAL:
      return "the server had an internal error";
    case PITBOX_SRT_REJECT_NOT_READY:
      return "the server is not ready";
    default:
      return "refused by the server";
  }
}

/* The same for one who wants to read. */
const gchar *
pitbox_srt_reader_reject_words (int code, gboolean with_passphrase)
{
  switch (code) {
    case PITBOX_SRT_REJECT_REVOKED:
      return "this reader's key was revoked";
    case PITBOX_SRT_REJECT_FULL:
      return "the server takes no more readers";
    case PITBOX_SRT_REJECT_DRIVER:
      return "this reader's key is not for this driver";
    case PITBOX_SRT_REJECT_UNKNOWN_DEVICE:
      return "the server does not know this reader";
    case PITBOX_SRT_REJECT_MODE:
      return "nobody may read at this port";
    case PITBOX_SRT_REJECT_UNKNOWN_DRIVER:
      return "the server does not know this driver";
    case PITBOX_SRT_REJECT_NOT_LIVE:
      return "this driver is not live";
    default:
      return pitbox_srt_reject_words (code, with_passphrase);
  }
}

static gint
reject_error_code (int code, gboolean reads)
{
  switch (code) {
    case SRT_REJ_BADSECRET:
    case SRT_REJ_UNSECURE:
    case PITBOX_SRT_REJECT_REVOKED:
    case PITBOX_SRT_REJECT_DRIVER:
      return GST_RESOURCE_ERROR_NOT_AUTHORIZED;
    case PITBOX_SRT_REJECT_UNKNOWN_DEVICE:
    case PITBOX_SRT_REJECT_UNKNOWN_DRIVER:
    case PITBOX_SRT_REJECT_NOT_LIVE:
      return GST_RESOURCE_ERROR_NOT_FOUND;
    case PITBOX_SRT_REJECT_STREAM_ID:
    case PITBOX_SRT_REJECT_MODE:
      return GST_RESOURCE_ERROR_SETTINGS;
    case PITBOX_SRT_REJECT_FULL:
    case PITBOX_SRT_REJECT_CONTESTED:
      return GST_RESOURCE_ERROR_BUSY;
    default:
      return reads ? GST_RESOURCE_ERROR_OPEN_READ
                   : GST_RESOURCE_ERROR_OPEN_WRITE;
  }
}

/* The same as an error that names the peer and the code, for one who publishes
 * or @reads. */
GError *
pitbox_srt_reject_error (
    int code, gboolean reads, gboolean with_passphrase, const gchar *peer)
{
  const gchar *words =
      reads ? pitbox_srt_reader_reject_words (code, with_passphrase)
            : pitbox_srt_reject_words (code, with_passphrase);

  return g_error_new (GST_RESOURCE_ERROR, reject_error_code (code, reads),
      "%s: %s (SRT %d)", peer, words, code);
}

/* libsrt takes 10 to 79 bytes; an empty one means no encryption. */
gboolean
pitbox_srt_passphrase_is_valid (const gchar *passphrase)
{
  gsize n = passphrase != NULL ? strlen (passphrase) : 0;

  return n == 0 || (n >= 10 && n <= 79);
}

/* g_free() that leaves nothing readable behind. */
void
pitbox_srt_free_secret (gchar *secret)
{
  if (secret == NULL)
    return;
  for (volatile gchar *p = secret; *p != '\0'; p++)
    *p = '\0';
  g_free (secret);
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
 * delays. 0 where nothing came. @size: at least %PITBOX_SRT_RECEIVE_BYTES. */
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
