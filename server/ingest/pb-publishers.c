/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Looked at once a second; what is over is taken apart beside the main loop. */
#include "ingest/pb-publishers.h"

#include "ingest/pb-holds.h"

#define TICK_MS 1000
/* A device's older ones are about to end; a key may be several drivers'. */
#define MAX_OF_DEVICE 16
#define MAX_CLOSERS 4

typedef struct {
  PbPublisher *publisher;
  PbPrincipal *principal; /* NULL: the device's own key let it in */
  gint64 device_created_us; /* of that device */
} Entry;

struct _PbPublishers {
  PbIngest *ingest;
  guint max;
  GHashTable *entries; /* id → Entry */
  PbHolds *holds;
  GThreadPool *closers;
  PbPublishersOver over;
  gpointer user_data;
  gboolean is_patient;
  guint tick;
};

static void
close_publisher (gpointer data, gpointer user_data)
{
  pb_publisher_free (data);
}

static void
entry_free (Entry *entry)
{
  g_clear_pointer (&entry->principal, pb_principal_free);
  g_free (entry);
}

/* @iter stands at the entry. */
static void
remove_entry (PbPublishers *self, GHashTableIter *iter, const gchar *id)
{
  Entry *entry = g_hash_table_lookup (self->entries, id);
  PbPublisher *publisher = entry->publisher;
  g_autofree gchar *name = g_strdup (id);

  if (pb_publisher_sent_too_much (publisher))
    pb_holds_add (self->holds, pb_publisher_get_device (publisher),
        g_get_monotonic_time ());
  if (iter)
    g_hash_table_iter_remove (iter);
  else
    g_hash_table_remove (self->entries, name);
  g_thread_pool_push (self->closers, publisher, NULL);
  if (self->over)
    self->over (name, self->user_data);
}

/* Who came by its own key goes when the device is taken back, or is another
 * driver's now; of others the guard knows. */
static gboolean
is_alive (PbPublishers *self, const Entry *entry)
{
  const PbDevice *device;

  if (entry->principal)
    return TRUE;
  device = pb_ingest_find_device (
      self->ingest, pb_publisher_get_device (entry->publisher));
  return device && device->created_utc_us == entry->device_created_us
         && g_str_equal (
             device->driver, pb_publisher_get_driver (entry->publisher));
}

static gboolean
tick (gpointer user_data)
{
  PbPublishers *self = user_data;
  GHashTableIter iter;
  const gchar *id;
  Entry *entry;

  g_hash_table_iter_init (&iter, self->entries);
  while (
      g_hash_table_iter_next (&iter, (gpointer *) &id, (gpointer *) &entry)) {
    if (!is_alive (self, entry))
      pb_publisher_end (entry->publisher, "the device has been taken back");
    if (!pb_publisher_tick (entry->publisher, g_get_monotonic_time ()))
      remove_entry (self, &iter, id);
  }
  return G_SOURCE_CONTINUE;
}

/**
 * pb_publishers_new:
 * @ingest: has the door and knows the devices; outlives this
 * @max: at a time
 *
 * Returns: (transfer full): a table that nobody is in
 */
PbPublishers *
pb_publishers_new (PbIngest *ingest, guint max)
{
  PbPublishers *self = g_new0 (PbPublishers, 1);

  self->ingest = ingest;
  self->max = max;
  self->entries = g_hash_table_new_full (
      g_str_hash, g_str_equal, g_free, (GDestroyNotify) entry_free);
  self->holds = pb_holds_new (PB_DOOR_HOLD_S);
  self->closers =
      g_thread_pool_new (close_publisher, NULL, MAX_CLOSERS, FALSE, NULL);
  self->tick = g_timeout_add (TICK_MS, tick, self);
  return self;
}

/**
 * pb_publishers_free:
 *
 * Ends all of them and waits until they are taken apart.
 */
void
pb_publishers_free (PbPublishers *self)
{
  GHashTableIter iter;
  const gchar *id;
  Entry *entry;

  g_source_remove (self->tick);
  self->over = NULL;
  g_hash_table_iter_init (&iter, self->entries);
  while (
      g_hash_table_iter_next (&iter, (gpointer *) &id, (gpointer *) &entry)) {
    pb_publisher_end (entry->publisher, "the server stops");
    remove_entry (self, &iter, id);
  }
  g_thread_pool_free (self->closers, FALSE, TRUE);
  g_hash_table_unref (self->entries);
  pb_holds_free (self->holds);
  g_free (self);
}

/**
 * pb_publishers_set_over:
 * @over: called for each that is over
 * @user_data: for @over
 */
void
pb_publishers_set_over (
    PbPublishers *self, PbPublishersOver over, gpointer user_data)
{
  self->over = over;
  self->user_data = user_data;
}

/**
 * pb_publishers_set_patient:
 *
 * Whoever comes from now on is not over by sending nothing; the caller ends it.
 */
void
pb_publishers_set_patient (PbPublishers *self)
{
  self->is_patient = TRUE;
}

/**
 * pb_publishers_has_room:
 * @device: what wants to publish
 *
 * Returns: %FALSE if it would be one too many
 */
gboolean
pb_publishers_has_room (PbPublishers *self, const gchar *device)
{
  GHashTableIter iter;
  Entry *entry;
  guint n = 0;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &entry))
    n += g_str_equal (pb_publisher_get_device (entry->publisher), device);
  return g_hash_table_size (self->entries) < self->max && n < MAX_OF_DEVICE;
}

/**
 * pb_publishers_get_hold_s:
 * @device: what wants to come back
 *
 * Returns: for how long it may not, because it sent more than it may; 0: it may
 */
guint
pb_publishers_get_hold_s (PbPublishers *self, const gchar *device)
{
  return pb_holds_get_s (self->holds, device, g_get_monotonic_time ());
}

/**
 * pb_publishers_add:
 * @id: nobody else's
 * @guest: who it is
 * @principal: (nullable) (transfer none): what let it in; %NULL: the device's
 *   own key
 * @graph: see pb_publisher_new()
 *
 * Opens a session and starts the graph; whoever had the driver's place is over.
 *
 * Returns: %FALSE with @error set: %PB_STORE_ERROR_EXISTS if another sender
 *   keeps the place
 */
gboolean
pb_publishers_add (PbPublishers *self, const gchar *id,
    const PbDoorGuest *guest, const PbPrincipal *principal, GstElement *graph,
    GError **error)
{
  const PbDevice *device = pb_ingest_find_device (self->ingest, guest->device);
  PbPublisher *publisher =
      pb_publisher_new (pb_ingest_get_door (self->ingest), guest, graph, error);
  Entry *entry;

  if (!publisher)
    return FALSE;
  if (self->is_patient)
    pb_publisher_set_patient (publisher);
  if (!pb_publisher_start (publisher, error)) {
    pb_publisher_end (publisher, (*error)->message);
    g_thread_pool_push (self->closers, publisher, NULL);
    return FALSE;
  }
  entry = g_new0 (Entry, 1);
  entry->publisher = publisher;
  entry->principal = principal ? pb_principal_copy (principal) : NULL;
  entry->device_created_us = device ? device->created_utc_us : 0;
  g_hash_table_insert (self->entries, g_strdup (id), entry);
  return TRUE;
}

/**
 * pb_publishers_find:
 *
 * Returns: (transfer none) (nullable): who is there and not over
 */
PbPublisher *
pb_publishers_find (PbPublishers *self, const gchar *id)
{
  Entry *entry = g_hash_table_lookup (self->entries, id);

  return entry && pb_publisher_tick (entry->publisher, g_get_monotonic_time ())
             ? entry->publisher
             : NULL;
}

/**
 * pb_publishers_end:
 * @id: may be nobody's
 * @reason: in words
 */
void
pb_publishers_end (PbPublishers *self, const gchar *id, const gchar *reason)
{
  Entry *entry = g_hash_table_lookup (self->entries, id);

  if (!entry)
    return;
  pb_publisher_end (entry->publisher, reason);
  remove_entry (self, NULL, id);
}

/**
 * pb_publishers_revise:
 * @keep: asked of each that a principal let in
 * @user_data: for @keep
 *
 * After each change of people, keys and devices.
 */
void
pb_publishers_revise (
    PbPublishers *self, PbPublishersKeep keep, gpointer user_data)
{
  GHashTableIter iter;
  const gchar *id;
  Entry *entry;

  g_hash_table_iter_init (&iter, self->entries);
  while (
      g_hash_table_iter_next (&iter, (gpointer *) &id, (gpointer *) &entry)) {
    const gchar *driver = pb_publisher_get_driver (entry->publisher);

    if (entry->principal ? keep (entry->principal, driver, user_data)
                         : is_alive (self, entry))
      continue;
    pb_publisher_end (entry->publisher,
        "what this stream was let in with has been withdrawn");
    remove_entry (self, &iter, id);
  }
}
