/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Where a driver's rows have come to outlives connections; after a start the
 * recordings say it. */
#include "ingest/pb-units-port.h"

#include <gstpitbox/gstpitbox.h>

#include "ingest/pb-holds.h"
#include "ingest/pb-units-socket.h"
#include "recording/pb-last-rows.h"

#define TICK_MS 1000
/* The thread that answers requests takes no rows; two take those of 500. */
#define N_LOOPS 2

struct _PbUnitsPort {
  PbDoor *door;
  PbUnitsLoop *loops[N_LOOPS];
  GPtrArray *sockets; /* of PbUnitsSocket */
  PbHolds *holds;
  GHashTable *places; /* driver → PbUnitsPlace, of those that are not here */
  PbUnitsStats past; /* of sockets that are over */
  guint max_sockets;
  guint tick;
};

static gboolean
tick (gpointer user_data)
{
  PbUnitsPort *self = user_data;

  /* Backwards: one that is over leaves the list. */
  for (guint i = self->sockets->len; i-- > 0;)
    pb_units_socket_tick (
        g_ptr_array_index (self->sockets, i), g_get_monotonic_time ());
  return G_SOURCE_CONTINUE;
}

/**
 * pb_units_port_limit:
 * @n_files: descriptors that the process may have; 0 = as many as it likes
 *
 * Returns: sockets at a time; a session has a recording's file, too
 */
guint
pb_units_port_limit (guint n_files)
{
  return n_files == 0 ? PB_UNITS_MAX_SOCKETS
                      : CLAMP (n_files / 8, 4, PB_UNITS_MAX_SOCKETS);
}

/**
 * pb_units_port_new:
 * @door: lets senders in; outlives the port
 * @max_sockets: at a time
 *
 * Returns: (transfer full): a port that nobody is at
 */
PbUnitsPort *
pb_units_port_new (PbDoor *door, guint max_sockets)
{
  PbUnitsPort *self = g_new0 (PbUnitsPort, 1);

  self->door = door;
  self->max_sockets = max_sockets;
  for (guint i = 0; i < N_LOOPS; i++)
    self->loops[i] = pb_units_loop_new ();
  self->sockets =
      g_ptr_array_new_with_free_func ((GDestroyNotify) pb_units_socket_free);
  self->holds = pb_holds_new (PB_DOOR_HOLD_S);
  self->places =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->tick = g_timeout_add (TICK_MS, tick, self);
  return self;
}

/**
 * pb_units_port_free:
 *
 * Ends all sessions and closes all sockets.
 */
void
pb_units_port_free (PbUnitsPort *self)
{
  g_source_remove (self->tick);
  g_ptr_array_unref (self->sockets);
  for (guint i = 0; i < N_LOOPS; i++)
    pb_units_loop_free (self->loops[i]);
  pb_holds_free (self->holds);
  g_hash_table_unref (self->places);
  g_free (self);
}

/**
 * pb_units_port_has_room:
 * @principal: who wants another socket
 *
 * Returns: %FALSE if it would be one too many
 */
gboolean
pb_units_port_has_room (PbUnitsPort *self, const PbPrincipal *principal)
{
  const guint max = principal->kind == PB_PRINCIPAL_DEVICE
                        ? PB_UNITS_MAX_OF_DEVICE
                        : PB_UNITS_MAX_OF_KEY;
  guint n = 0;

  for (guint i = 0; i < self->sockets->len; i++)
    n += pb_principal_is_same (principal,
        pb_units_socket_get_principal (g_ptr_array_index (self->sockets, i)));
  return self->sockets->len < self->max_sockets && n < max;
}

/**
 * pb_units_port_may_enter:
 * @driver: whose place somebody wants
 *
 * Counts as a try; see pb_door_may_enter().
 */
gboolean
pb_units_port_may_enter (PbUnitsPort *self, const gchar *driver)
{
  return pb_door_may_enter (self->door, driver, PB_PART_TELEMETRY);
}

static PbUnitsSocket *
find_socket (PbUnitsPort *self, const gchar *driver)
{
  for (guint i = self->sockets->len; i-- > 0;) {
    PbUnitsSocket *socket = g_ptr_array_index (self->sockets, i);

    if (g_str_equal (pb_units_socket_get_driver (socket), driver))
      return socket;
  }
  return NULL;
}

/* Said by whoever has the driver's place now, or had it last. */
static PbUnitsPlace
find_place (PbUnitsPort *self, const gchar *driver)
{
  PbUnitsSocket *socket = find_socket (self, driver);
  const PbUnitsPlace *past = g_hash_table_lookup (self->places, driver);
  PbUnitsPlace place = { 0 };

  if (socket) {
    pb_units_socket_get_place (socket, &place);
    return place;
  }
  if (past)
    return *past;
  place.is_known = pb_last_rows_find (
      pb_door_get_recordings (self->door), driver, &place.run_id, &place.next);
  return place;
}

/**
 * pb_units_port_get_hold_s:
 * @principal: who wants to come back
 *
 * Returns: for how long it may not, because it sent more than it may; 0: it may
 */
guint
pb_units_port_get_hold_s (PbUnitsPort *self, const PbPrincipal *principal)
{
  g_autofree gchar *device = pb_principal_dup_device (principal);

  /* The one that is about to be closed, and those that were. */
  for (guint i = 0; i < self->sockets->len; i++) {
    PbUnitsSocket *socket = g_ptr_array_index (self->sockets, i);

    if (pb_units_socket_sent_too_much (socket)
        && pb_principal_is_same (
            principal, pb_units_socket_get_principal (socket)))
      return PB_DOOR_HOLD_S;
  }
  return pb_holds_get_s (self->holds, device, g_get_monotonic_time ());
}

static void
add_stats (PbUnitsStats *sum, PbUnitsSocket *socket)
{
  PbUnitsStats one;

  pb_units_socket_get_stats (socket, &one);
  sum->units += one.units;
  sum->rows += one.rows;
  sum->duplicate_rows += one.duplicate_rows;
  sum->missing_rows += one.missing_rows;
}

static void
on_closed (PbUnitsSocket *socket, gpointer user_data)
{
  PbUnitsPort *self = user_data;
  g_autofree gchar *driver = g_strdup (pb_units_socket_get_driver (socket));
  g_autofree gchar *device =
      pb_principal_dup_device (pb_units_socket_get_principal (socket));
  PbUnitsPlace place;

  pb_units_socket_get_place (socket, &place);
  add_stats (&self->past, socket);
  if (pb_units_socket_sent_too_much (socket))
    pb_holds_add (self->holds, device, g_get_monotonic_time ());
  if (find_socket (self, driver) == socket)
    g_hash_table_replace (self->places, g_steal_pointer (&driver),
        g_memdup2 (&place, sizeof place));
  g_ptr_array_remove (self->sockets, socket);
}

static PbUnitsLoop *
choose_loop (PbUnitsPort *self)
{
  PbUnitsLoop *best = self->loops[0];

  for (guint i = 1; i < N_LOOPS; i++)
    if (pb_units_loop_count (self->loops[i]) < pb_units_loop_count (best))
      best = self->loops[i];
  return best;
}

/**
 * pb_units_port_add:
 * @stream: of a client, which has just become a WebSocket's; nobody else reads
 *   or writes it any more
 * @uri: that was asked for
 * @principal: (transfer full): whose it is
 * @driver: valid id of whom it sends as
 * @peer: (nullable): from where
 */
void
pb_units_port_add (PbUnitsPort *self, GIOStream *stream, GUri *uri,
    PbPrincipal *principal, const gchar *driver, const gchar *peer)
{
  PbUnitsSocket *before = find_socket (self, driver);
  PbUnitsPlace place = find_place (self, driver);
  g_autofree gchar *device = pb_principal_dup_device (principal);
  const PbDoorGuest guest = { driver, device, peer, "websocket", TRUE, TRUE,
    PB_PART_TELEMETRY };
  g_autoptr (GError) error = NULL;
  PbUnitsSocket *socket = pb_units_socket_new (stream, uri, principal,
      self->door, choose_loop (self), &guest, on_closed, self);

  if (!pb_units_socket_open (socket, &error))
    g_warning ("driver %s: a session cannot begin: %s", driver, error->message);
  /* What it took meanwhile; now it takes no more. */
  else if (before)
    pb_units_socket_get_place (before, &place);
  /* The newest of a driver is behind the others. */
  g_ptr_array_add (self->sockets, socket);
  pb_units_socket_start (socket, &place, error ? error->message : NULL);
}

/**
 * pb_units_port_revise:
 * @keep: asked of each socket
 * @user_data: for @keep
 *
 * After each change of people, keys and devices.
 */
void
pb_units_port_revise (PbUnitsPort *self, PbUnitsKeep keep, gpointer user_data)
{
  for (guint i = self->sockets->len; i-- > 0;) {
    PbUnitsSocket *socket = g_ptr_array_index (self->sockets, i);

    if (!keep (pb_units_socket_get_principal (socket),
            pb_units_socket_get_driver (socket), user_data))
      pb_units_socket_end (socket, GST_PITBOX_UNITS_CLOSE_WITHDRAWN,
          "what this connection was opened with has been withdrawn");
  }
}

/**
 * pb_units_port_get_stats:
 * @stats: (out): of all connections since the start
 */
void
pb_units_port_get_stats (PbUnitsPort *self, PbUnitsStats *stats)
{
  *stats = self->past;
  for (guint i = 0; i < self->sockets->len; i++)
    add_stats (stats, g_ptr_array_index (self->sockets, i));
}

/**
 * pb_units_port_count:
 *
 * Returns: connections that are open
 */
guint
pb_units_port_count (PbUnitsPort *self)
{
  return self->sockets->len;
}
