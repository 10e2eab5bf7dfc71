/* SPDX-License-Identifier: LGPL-2.1-or-later
 * MPEG-TS by SRT: all drivers share one UDP port of ours, and so libsrt's two
 * threads. */
#include "pb-load-sender.h"

#include <gio/gio.h>
#include <srt/srt.h>
#include <stdbool.h>
#include <string.h>

#define LATENCY_MS 120

struct _PbLoadSrt {
  SRTSOCKET socket;
};

static gboolean is_started;

static gboolean
fail (GError **error, const gchar *driver)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: %s", driver,
      srt_getlasterror_str ());
  return FALSE;
}

static gboolean
set_options (SRTSOCKET socket, const PbLoadTarget *target)
{
  g_autofree gchar *id = target->driver != NULL
                             ? g_strdup_printf ("#!::r=%s,m=publish,u=%s",
                                 target->driver, target->device)
                             : NULL;
  int latency = LATENCY_MS;
  gboolean is_set;

  is_set = srt_setsockflag (socket, SRTO_LATENCY, &latency, sizeof latency) == 0
           && srt_setsockflag (socket, SRTO_PASSPHRASE, target->secret,
                  (int) strlen (target->secret))
                  == 0;
  if (is_set && id != NULL)
    is_set =
        srt_setsockflag (socket, SRTO_STREAMID, id, (int) strlen (id)) == 0;
  return is_set;
}

static gboolean
call (SRTSOCKET socket, const PbLoadTarget *target)
{
  struct sockaddr_storage here, there;
  bool wait = false;
  int size = sizeof here;
  g_autoptr (GSocketAddress) from =
      g_inet_socket_address_new_from_string ("127.0.0.1", *target->local_port);
  g_autoptr (GSocketAddress) to =
      g_inet_socket_address_new_from_string (target->host, target->port);

  if (!g_socket_address_to_native (from, &here, sizeof here, NULL)
      || !g_socket_address_to_native (to, &there, sizeof there, NULL)
      || srt_bind (
             socket, (struct sockaddr *) &here, sizeof (struct sockaddr_in))
             != 0
      || srt_connect (
             socket, (struct sockaddr *) &there, sizeof (struct sockaddr_in))
             != 0)
    return FALSE;
  if (srt_getsockname (socket, (struct sockaddr *) &here, &size) == 0) {
    g_autoptr (GSocketAddress) bound =
        g_socket_address_new_from_native (&here, (gsize) size);

    *target->local_port =
        g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  }
  return srt_setsockflag (socket, SRTO_SNDSYN, &wait, sizeof wait) == 0;
}

/* Without a driver there is no stream id, as a stock listener wants it. */
PbLoadSrt *
pb_load_srt_new (const PbLoadTarget *target, GError **error)
{
  PbLoadSrt *srt = g_new0 (PbLoadSrt, 1);

  /* Counted: as often as pb_load_srt_end(). */
  if (!is_started)
    srt_startup ();
  is_started = TRUE;
  srt->socket = srt_create_socket ();
  if (srt->socket != SRT_INVALID_SOCK && set_options (srt->socket, target)
      && call (srt->socket, target))
    return srt;
  fail (error, target->driver != NULL ? target->driver : "a listener");
  pb_load_srt_free (srt);
  return NULL;
}

void
pb_load_srt_free (PbLoadSrt *srt)
{
  if (srt->socket != SRT_INVALID_SOCK)
    srt_close (srt->socket);
  g_free (srt);
}

PbLoadOutcome
pb_load_srt_send (PbLoadSrt *srt, const PbLoadMedia *media, guint message)
{
  gsize size;
  const gchar *data =
      g_bytes_get_data (g_ptr_array_index (media->messages, message), &size);

  if (srt_sendmsg (srt->socket, data, (int) size, -1, 1) >= 0)
    return PB_LOAD_SENT;
  return srt_getlasterror (NULL) == SRT_EASYNCSND ? PB_LOAD_FULL
                                                  : PB_LOAD_ENDED;
}

/* Packets that SRT gave up as too late. */
guint64
pb_load_srt_get_dropped (PbLoadSrt *srt)
{
  SRT_TRACEBSTATS stats;

  return srt_bstats (srt->socket, &stats, 0) == 0
             ? (guint64) stats.pktSndDropTotal
             : 0;
}

/* Behind the last one: libsrt's threads must not outlive main(). */
void
pb_load_srt_end (void)
{
  if (is_started)
    srt_cleanup ();
  is_started = FALSE;
}
