/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbListener: a TCP socket that takes whoever comes, and rests for as long as
 * there is no descriptor. */
#include "http/pb-listener.h"

/* A log that tells of each try would fill the disk of a server in trouble. */
#define COMPLAIN_S 60
/* GIO's 10 makes the eleventh of a crowd wait a second for its next try. */
#define BACKLOG 1024

struct _PbListener {
  GSocket *socket;
  guint16 port;
  GSource *pending; /* NULL = resting */
  gint64 complain_after;
  PbListenerTake take;
  PbListenerMakeRoom make_room;
  gpointer user_data;
};

static void
stop (PbListener *self)
{
  if (self->pending)
    g_source_destroy (self->pending);
  g_clear_pointer (&self->pending, g_source_unref);
}

/* Who waits stays in the kernel's queue, and would wake us up all the time. */
static void
rest (PbListener *self, const GError *why)
{
  const gint64 now = g_get_monotonic_time ();

  stop (self);
  self->make_room (self->user_data);
  if (now < self->complain_after)
    return;
  self->complain_after = now + COMPLAIN_S * G_USEC_PER_SEC;
  g_warning ("HTTP: no connection can be taken, trying again each second: %s",
      why->message);
}

static gboolean
accept_one (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  PbListener *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) caller = g_socket_accept (socket, NULL, &error);
  g_autoptr (GSocketConnection) connection =
      caller ? g_socket_connection_factory_create_connection (caller) : NULL;

  if (connection)
    self->take (connection, self->user_data);
  /* One that has left while it waited is none. */
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)
           && !g_error_matches (
               error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED))
    rest (self, error);
  return G_SOURCE_CONTINUE;
}

/**
 * pb_listener_go_on:
 *
 * Each second: ends the rest of one that rests.
 */
void
pb_listener_go_on (PbListener *self)
{
  if (self->pending)
    return;
  self->pending = g_socket_create_source (self->socket, G_IO_IN, NULL);
  g_source_set_callback (
      self->pending, (GSourceFunc) (void (*) (void)) accept_one, self, NULL);
  g_source_attach (self->pending, NULL);
}

static GSocket *
listen_at (const gchar *address, guint16 port, GError **error)
{
  g_autoptr (GSocketAddress) where =
      g_inet_socket_address_new_from_string (address, port);
  g_autoptr (GSocket) socket = NULL;

  if (!where) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "%s is no address", address);
    return NULL;
  }
  socket = g_socket_new (g_socket_address_get_family (where),
      G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);
  if (!socket || !g_socket_bind (socket, where, TRUE, error))
    return NULL;
  g_socket_set_blocking (socket, FALSE);
  g_socket_set_listen_backlog (socket, BACKLOG);
  return g_socket_listen (socket, error) ? g_steal_pointer (&socket) : NULL;
}

/**
 * pb_listener_new:
 * @address: IPv4 or IPv6, in numbers
 * @port: 0 takes any
 * @take: called for whoever comes
 * @make_room: called where there is no descriptor
 * @user_data: for both; outlives the listener
 *
 * Returns: (transfer full): one that takes connections as soon as the main loop
 *   runs, or %NULL with @error set
 */
PbListener *
pb_listener_new (const gchar *address, guint16 port, PbListenerTake take,
    PbListenerMakeRoom make_room, gpointer user_data, GError **error)
{
  g_autoptr (GSocket) socket = listen_at (address, port, error);
  g_autoptr (GSocketAddress) effective =
      socket ? g_socket_get_local_address (socket, error) : NULL;
  PbListener *self;

  if (!effective)
    return NULL;
  self = g_new0 (PbListener, 1);
  self->socket = g_steal_pointer (&socket);
  self->port =
      g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (effective));
  self->take = take;
  self->make_room = make_room;
  self->user_data = user_data;
  pb_listener_go_on (self);
  return self;
}

/**
 * pb_listener_free:
 *
 * Closes the port; connections go on.
 */
void
pb_listener_free (PbListener *self)
{
  stop (self);
  g_socket_close (self->socket, NULL);
  g_object_unref (self->socket);
  g_free (self);
}

/**
 * pb_listener_get_port:
 *
 * Returns: the TCP port it listens on
 */
guint16
pb_listener_get_port (PbListener *self)
{
  return self->port;
}
