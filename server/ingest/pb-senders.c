/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbSenders: who may publish at the SRT port. */
#include "ingest/pb-senders.h"

#include "session/pb-driver.h"

struct _PbSenders {
  PbStore *store;
  PbSeal *seal;
  PbRegistry *registry;
  GstElement *source;
  GHashTable *devices; /* name → PbDevice: what the source knows */
};

/**
 * pb_senders_new:
 * @store: holds the devices
 * @seal: (nullable): opens their passphrases; outlives the senders
 * @registry: gets their drivers; outlives the senders
 * @source: a pitboxsrtsrc
 *
 * Returns: (transfer full): a table that nobody is in
 */
PbSenders *
pb_senders_new (
    PbStore *store, PbSeal *seal, PbRegistry *registry, GstElement *source)
{
  PbSenders *self = g_new0 (PbSenders, 1);

  self->store = pb_store_ref (store);
  self->seal = seal;
  self->registry = registry;
  self->source = gst_object_ref (source);
  self->devices = g_hash_table_new_full (
      g_str_hash, g_str_equal, NULL, (GDestroyNotify) pb_device_free);
  return self;
}

void
pb_senders_free (PbSenders *self)
{
  g_hash_table_unref (self->devices);
  gst_object_unref (self->source);
  pb_store_unref (self->store);
  g_free (self);
}

/**
 * pb_senders_get_driver:
 * @device: a name
 *
 * Returns: (transfer none) (nullable): whose device it is; lives up to the next
 *   pb_senders_load()
 */
const gchar *
pb_senders_get_driver (PbSenders *self, const gchar *device)
{
  const PbDevice *found = pb_senders_find (self, device);

  return found ? found->driver : NULL;
}

/**
 * pb_senders_find:
 * @device: a name
 *
 * Returns: (transfer none) (nullable): the device; lives up to the next
 *   pb_senders_load()
 */
const PbDevice *
pb_senders_find (PbSenders *self, const gchar *device)
{
  return g_hash_table_lookup (self->devices, device);
}

/**
 * pb_senders_find_key:
 * @driver: a name
 * @key: somebody shows
 *
 * Returns: (transfer none) (nullable): the device of @driver that has @key; as
 *   pb_senders_find()
 */
const PbDevice *
pb_senders_find_key (PbSenders *self, const gchar *driver, const gchar *key)
{
  const PbDevice *found = NULL;
  GHashTableIter iter;
  const PbDevice *device;

  g_hash_table_iter_init (&iter, self->devices);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &device))
    if (device->passphrase && g_str_equal (device->driver, driver)
        && pb_secret_is_same (key, device->passphrase))
      found = device;
  return found;
}

static gboolean
same_device (const PbDevice *a, const PbDevice *b)
{
  return a->created_utc_us == b->created_utc_us
         && g_str_equal (a->driver, b->driver);
}

/* Its passphrase was rotated: the stream that runs goes on. */
static gboolean
same_passphrase (const PbDevice *a, const PbDevice *b)
{
  return g_strcmp0 (a->passphrase, b->passphrase) == 0;
}

static void
add_device (PbSenders *self, const PbDevice *device)
{
  pb_driver_unref (pb_registry_ensure (self->registry, device->driver));
  /* One that cannot be opened was warned about: it stays unknown. */
  if (device->passphrase)
    g_signal_emit_by_name (self->source, "add-device", device->name,
        device->driver, device->passphrase);
}

/**
 * pb_senders_load:
 *
 * Tells the source what has changed since it was told last, and the registry
 * of drivers that are new. Devices that were removed are cut off.
 *
 * Returns: %FALSE with @error set if the store cannot be read
 */
gboolean
pb_senders_load (PbSenders *self, GError **error)
{
  g_autoptr (GPtrArray) list =
      pb_store_list_devices (self->store, self->seal, error);
  GHashTable *now;
  GHashTableIter iter;
  PbDevice *device;

  if (!list)
    return FALSE;
  now = g_hash_table_new_full (
      g_str_hash, g_str_equal, NULL, (GDestroyNotify) pb_device_free);
  while (list->len > 0) {
    device = g_ptr_array_steal_index_fast (list, 0);
    g_hash_table_insert (now, device->name, device);
  }
  g_hash_table_iter_init (&iter, self->devices);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &device)) {
    const PbDevice *still = g_hash_table_lookup (now, device->name);

    if (!still || !same_device (still, device))
      g_signal_emit_by_name (self->source, "remove-device", device->name);
  }
  g_hash_table_iter_init (&iter, now);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &device)) {
    const PbDevice *known = g_hash_table_lookup (self->devices, device->name);

    if (!known || !same_device (known, device)
        || !same_passphrase (known, device))
      add_device (self, device);
  }
  g_hash_table_unref (self->devices);
  self->devices = now;
  return TRUE;
}
