/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbRegistry: all drivers the server knows of, by name. */
#include "session/pb-registry.h"

struct _PbRegistry {
  PbLiveLimits limits;
  GMutex lock; /* protects drivers */
  GHashTable *drivers; /* id → PbDriver */
};

/**
 * pb_registry_new:
 * @limits: (nullable): of each driver's hub
 *
 * Returns: (transfer full): a registry; thread safe
 */
PbRegistry *
pb_registry_new (const PbLiveLimits *limits)
{
  PbRegistry *self = g_new0 (PbRegistry, 1);

  if (limits)
    self->limits = *limits;
  g_mutex_init (&self->lock);
  self->drivers = g_hash_table_new_full (
      g_str_hash, g_str_equal, NULL, (GDestroyNotify) pb_driver_unref);
  return self;
}

void
pb_registry_free (PbRegistry *self)
{
  g_hash_table_unref (self->drivers);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/**
 * pb_registry_ensure:
 * @id: a valid name
 *
 * Returns: (transfer full): the driver of that name, made if it is new
 */
PbDriver *
pb_registry_ensure (PbRegistry *self, const gchar *id)
{
  PbDriver *driver;

  g_mutex_lock (&self->lock);
  driver = g_hash_table_lookup (self->drivers, id);
  if (!driver) {
    driver = pb_driver_new (id, &self->limits);
    g_hash_table_insert (
        self->drivers, (gpointer) pb_driver_get_id (driver), driver);
  }
  pb_driver_ref (driver);
  g_mutex_unlock (&self->lock);
  return driver;
}

/**
 * pb_registry_find:
 * @id: any text
 *
 * Returns: (transfer full) (nullable): the driver of that name
 */
PbDriver *
pb_registry_find (PbRegistry *self, const gchar *id)
{
  PbDriver *driver;

  g_mutex_lock (&self->lock);
  driver = g_hash_table_lookup (self->drivers, id);
  if (driver)
    pb_driver_ref (driver);
  g_mutex_unlock (&self->lock);
  return driver;
}

static gint
compare_ids (gconstpointer a, gconstpointer b)
{
  PbDriver *x = *(PbDriver *const *) a;
  PbDriver *y = *(PbDriver *const *) b;

  return g_strcmp0 (pb_driver_get_id (x), pb_driver_get_id (y));
}

/**
 * pb_registry_list:
 *
 * Returns: (transfer full) (element-type PbDriver): all drivers by name
 */
GPtrArray *
pb_registry_list (PbRegistry *self)
{
  GPtrArray *drivers =
      g_ptr_array_new_with_free_func ((GDestroyNotify) pb_driver_unref);
  GHashTableIter iter;
  gpointer driver;

  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->drivers);
  while (g_hash_table_iter_next (&iter, NULL, &driver))
    g_ptr_array_add (drivers, pb_driver_ref (driver));
  g_mutex_unlock (&self->lock);
  g_ptr_array_sort (drivers, compare_ids);
  return drivers;
}
