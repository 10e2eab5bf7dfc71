/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbLeavers: clients that have been told to go, and may read why. */
#include "http/pb-leavers.h"

typedef struct {
  GSocketConnection *connection;
  GSource *source;
  gint64 deadline;
  gsize left;
} Leaver;

struct _PbLeavers {
  GQueue queue; /* of Leaver, oldest first */
  guint max;
};

static void
leaver_free (gpointer data)
{
  Leaver *leaver = data;

  g_source_destroy (leaver->source);
  g_source_unref (leaver->source);
  g_io_stream_close (G_IO_STREAM (leaver->connection), NULL, NULL);
  g_object_unref (leaver->connection);
  g_free (leaver);
}

static gboolean
read_away (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  Leaver *leaver = user_data;
  gchar bytes[16384];
  gssize n = g_socket_receive_with_blocking (
      socket, bytes, sizeof bytes, FALSE, NULL, NULL);

  if (n > 0 && (gsize) n < leaver->left) {
    leaver->left -= (gsize) n;
    return G_SOURCE_CONTINUE;
  }
  /* pb_leavers_drop() takes it away. */
  leaver->deadline = 0;
  return G_SOURCE_REMOVE;
}

/**
 * pb_leavers_new:
 * @max: of them at a time; one more ends the oldest
 *
 * Returns: (transfer full): none yet
 */
PbLeavers *
pb_leavers_new (guint max)
{
  PbLeavers *self = g_new0 (PbLeavers, 1);

  self->max = max;
  return self;
}

void
pb_leavers_free (PbLeavers *self)
{
  g_queue_clear_full (&self->queue, leaver_free);
  g_free (self);
}

/**
 * pb_leavers_add:
 * @connection: to which nothing more is written; what comes is read away
 */
void
pb_leavers_add (PbLeavers *self, GSocketConnection *connection)
{
  GSocket *socket = g_socket_connection_get_socket (connection);
  Leaver *leaver = g_new0 (Leaver, 1);

  g_socket_shutdown (socket, FALSE, TRUE, NULL);
  leaver->connection = g_object_ref (connection);
  leaver->deadline = g_get_monotonic_time () + PB_LEAVERS_S * G_USEC_PER_SEC;
  leaver->left = PB_LEAVERS_BYTES;
  leaver->source = g_socket_create_source (socket, G_IO_IN, NULL);
  g_source_set_callback (
      leaver->source, (GSourceFunc) (void (*) (void)) read_away, leaver, NULL);
  g_source_attach (leaver->source, NULL);
  g_queue_push_tail (&self->queue, leaver);
  if (self->queue.length > self->max)
    leaver_free (g_queue_pop_head (&self->queue));
}

/**
 * pb_leavers_drop:
 * @now: monotonic, in microseconds
 *
 * Closes those that have left, or whose time is over.
 */
void
pb_leavers_drop (PbLeavers *self, gint64 now)
{
  GList *next;

  for (GList *l = self->queue.head; l; l = next) {
    next = l->next;
    if (((Leaver *) l->data)->deadline > now)
      continue;
    leaver_free (l->data);
    g_queue_delete_link (&self->queue, l);
  }
}
