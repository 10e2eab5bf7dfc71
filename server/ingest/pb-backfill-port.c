/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Recordings are closed by a thread of their own; until one is, nobody is told
 * what is missing of its driver. */
#include "ingest/pb-backfill-port.h"

#include <gstpitbox/gstpitbox.h>

#include "ingest/pb-backfill-socket.h"
#include "ingest/pb-holds.h"

#define TICK_MS 1000
/* Closing one waits for the disk. */
#define CLOSERS 2

struct _PbBackfillPort {
  PbDoor *door;
  PbLapRepair *repair;
  GPtrArray *sockets; /* of PbBackfillSocket */
  GHashTable *drivers; /* id → Driver, of those that were here */
  PbHolds *holds;
  GThreadPool *closers;
  guint64 past_rows; /* of sockets that are over */
  guint max_sockets;
  guint tick;
};

/* Lives as long as the port: there are no more than the server has drivers. */
typedef struct {
  gint n_closing; /* atomic: recordings being closed */
  PbBackfillQuota quota;
} Driver;

typedef struct {
  PbBackfillRecord *record;
  Driver *driver;
  gchar *id; /* its */
} Close;

static void
close_record (gpointer data, gpointer user_data)
{
  PbBackfillPort *self = user_data;
  Close *job = data;
  gint64 from_utc_us, to_utc_us;

  pb_backfill_record_get_time (job->record, &from_utc_us, &to_utc_us);
  pb_backfill_record_close (job->record);
  pb_lap_repair_note (self->repair, job->id, from_utc_us, to_utc_us);
  g_atomic_int_add (&job->driver->n_closing, -1);
  g_free (job->id);
  g_free (job);
}

static Driver *
get_driver (PbBackfillPort *self, const gchar *id)
{
  Driver *driver = g_hash_table_lookup (self->drivers, id);

  if (!driver) {
    driver = g_new0 (Driver, 1);
    g_hash_table_insert (self->drivers, g_strdup (id), driver);
  }
  return driver;
}

static gboolean
tick (gpointer user_data)
{
  PbBackfillPort *self = user_data;

  /* Backwards: one that is over leaves the list. */
  for (guint i = self->sockets->len; i-- > 0;)
    pb_backfill_socket_tick (
        g_ptr_array_index (self->sockets, i), g_get_monotonic_time ());
  return G_SOURCE_CONTINUE;
}

/**
 * pb_backfill_port_new:
 * @door: knows where recordings go; outlives the port
 * @repair: told of what has followed; outlives the port
 * @max_sockets: at a time
 *
 * Returns: (transfer full): a port that nobody is at
 */
PbBackfillPort *
pb_backfill_port_new (PbDoor *door, PbLapRepair *repair, guint max_sockets)
{
  PbBackfillPort *self = g_new0 (PbBackfillPort, 1);

  self->door = door;
  self->repair = repair;
  self->max_sockets = max_sockets;
  self->sockets =
      g_ptr_array_new_with_free_func ((GDestroyNotify) pb_backfill_socket_free);
  self->drivers =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->holds = pb_holds_new (PB_DOOR_HOLD_S);
  self->closers = g_thread_pool_new (close_record, self, CLOSERS, FALSE, NULL);
  self->tick = g_timeout_add (TICK_MS, tick, self);
  return self;
}

/**
 * pb_backfill_port_free:
 *
 * Closes all sockets, and waits until their recordings are closed.
 */
void
pb_backfill_port_free (PbBackfillPort *self)
{
  g_source_remove (self->tick);
  g_ptr_array_unref (self->sockets);
  g_thread_pool_free (self->closers, FALSE, TRUE);
  g_hash_table_unref (self->drivers);
  pb_holds_free (self->holds);
  g_free (self);
}

/**
 * pb_backfill_port_get_hold_s:
 * @principal: who wants to come back
 *
 * Returns: for how long it may not, because it sent more than it may; 0: it may
 */
guint
pb_backfill_port_get_hold_s (PbBackfillPort *self, const PbPrincipal *principal)
{
  g_autofree gchar *device = pb_principal_dup_device (principal);

  /* One that is about to be closed, and those that were. */
  for (guint i = 0; i < self->sockets->len; i++) {
    PbBackfillSocket *socket = g_ptr_array_index (self->sockets, i);

    if (pb_backfill_socket_sent_too_much (socket)
        && pb_principal_is_same (
            principal, pb_backfill_socket_get_principal (socket)))
      return PB_DOOR_HOLD_S;
  }
  return pb_holds_get_s (self->holds, device, g_get_monotonic_time ());
}

/**
 * pb_backfill_port_has_room:
 *
 * Returns: %FALSE if one more would be too many
 */
gboolean
pb_backfill_port_has_room (PbBackfillPort *self)
{
  return self->sockets->len < self->max_sockets;
}

static gboolean
may_ask (PbBackfillSocket *socket, gpointer user_data)
{
  PbBackfillPort *self = user_data;

  Driver *driver = get_driver (self, pb_backfill_socket_get_driver (socket));

  return g_atomic_int_get (&driver->n_closing) == 0;
}

static void
on_ended (
    PbBackfillSocket *socket, PbBackfillRecord *record, gpointer user_data)
{
  PbBackfillPort *self = user_data;
  Close *job = g_new (Close, 1);

  job->record = record;
  job->id = g_strdup (pb_backfill_socket_get_driver (socket));
  job->driver = get_driver (self, pb_backfill_socket_get_driver (socket));
  g_atomic_int_inc (&job->driver->n_closing);
  g_thread_pool_push (self->closers, job, NULL);
}

static void
on_closed (PbBackfillSocket *socket, gpointer user_data)
{
  PbBackfillPort *self = user_data;
  g_autofree gchar *device =
      pb_principal_dup_device (pb_backfill_socket_get_principal (socket));

  self->past_rows += pb_backfill_socket_get_rows (socket);
  if (pb_backfill_socket_sent_too_much (socket))
    pb_holds_add (self->holds, device, g_get_monotonic_time ());
  g_ptr_array_remove (self->sockets, socket);
}

/**
 * pb_backfill_port_add:
 * @connection: that has just been opened
 * @principal: (transfer full): whose it is
 * @driver: valid id of whom it sends as
 *
 * The one before it of the same driver ends.
 */
void
pb_backfill_port_add (PbBackfillPort *self, SoupWebsocketConnection *connection,
    PbPrincipal *principal, const gchar *driver)
{
  static const PbBackfillSocketEvents events = { may_ask, on_ended, on_closed };
  g_autofree gchar *device = pb_principal_dup_device (principal);
  const PbBackfillSocketConfig config = {
    .store = pb_door_get_store (self->door),
    .recordings = pb_door_get_recordings (self->door),
    .recorder = pb_door_get_recorder (self->door),
    .quota = &get_driver (self, driver)->quota,
    .driver = driver,
    .device = device,
  };

  for (guint i = self->sockets->len; i-- > 0;) {
    PbBackfillSocket *old = g_ptr_array_index (self->sockets, i);

    if (g_str_equal (pb_backfill_socket_get_driver (old), driver))
      pb_backfill_socket_end (
          old, GST_PITBOX_UNITS_CLOSE_REPLACED, PB_DOOR_TAKEN_OVER);
  }
  g_ptr_array_add (self->sockets,
      pb_backfill_socket_new (connection, principal, &config, &events, self));
}

/**
 * pb_backfill_port_revise:
 * @keep: asked of each socket
 * @user_data: for @keep
 *
 * After each change of people, keys and devices.
 */
void
pb_backfill_port_revise (
    PbBackfillPort *self, PbUnitsKeep keep, gpointer user_data)
{
  for (guint i = self->sockets->len; i-- > 0;) {
    PbBackfillSocket *socket = g_ptr_array_index (self->sockets, i);

    if (!keep (pb_backfill_socket_get_principal (socket),
            pb_backfill_socket_get_driver (socket), user_data))
      pb_backfill_socket_end (socket, GST_PITBOX_UNITS_CLOSE_WITHDRAWN,
          "what this connection was opened with has been withdrawn");
  }
}

/**
 * pb_backfill_port_get_progress:
 * @driver: whose
 * @rows_came: (out): by the present connection
 * @rows_left: (out): that its sender has and that are missing, as far as it has
 *   asked
 *
 * Returns: %FALSE while nothing is back-filled
 */
gboolean
pb_backfill_port_get_progress (PbBackfillPort *self, const gchar *driver,
    guint64 *rows_came, guint64 *rows_left)
{
  *rows_came = *rows_left = 0;
  for (guint i = self->sockets->len; i-- > 0;) {
    PbBackfillSocket *socket = g_ptr_array_index (self->sockets, i);

    if (g_str_equal (pb_backfill_socket_get_driver (socket), driver)) {
      *rows_came = pb_backfill_socket_get_rows (socket);
      *rows_left = pb_backfill_socket_get_rows_left (socket);
      return *rows_left > 0;
    }
  }
  return FALSE;
}

/**
 * pb_backfill_port_get_rows:
 *
 * Returns: rows that were back-filled since the start
 */
guint64
pb_backfill_port_get_rows (PbBackfillPort *self)
{
  guint64 rows = self->past_rows;

  for (guint i = 0; i < self->sockets->len; i++)
    rows += pb_backfill_socket_get_rows (g_ptr_array_index (self->sockets, i));
  return rows;
}

/**
 * pb_backfill_port_count:
 *
 * Returns: connections that are open
 */
guint
pb_backfill_port_count (PbBackfillPort *self)
{
  return self->sockets->len;
}
