/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Drivers and the devices that may publish for them. */
#include "store/pb-devices.h"
#include "store/pb-keys.h"
#include "store/pb-store-private.h"

static const PbKeyTable devices = {
  .what = "device",
  .insert = "INSERT INTO devices (name, driver_id, sealed_passphrase, "
            "created_utc_us) VALUES (?1, ?2, ?3, ?4) "
            "ON CONFLICT (name) DO NOTHING",
  .remove = "DELETE FROM devices WHERE name = ?1",
  .list = "SELECT name, driver_id, sealed_passphrase, created_utc_us "
          "FROM devices ORDER BY name",
};

void
pb_device_free (PbDevice *device)
{
  g_free (device->name);
  g_free (device->driver);
  pb_secret_free (device->passphrase);
  g_free (device);
}

static gboolean
add_driver (PbStore *store, const gchar *id, GError **error)
{
  sqlite3_stmt *stmt = pb_store_begin (store,
      "INSERT INTO drivers (id, name, created_utc_us) VALUES (?1, ?1, ?2) "
      "ON CONFLICT (id) DO NOTHING",
      error);

  if (!stmt)
    return FALSE;
  sqlite3_bind_text (stmt, 1, id, -1, SQLITE_TRANSIENT);
  sqlite3_bind_int64 (stmt, 2, g_get_real_time ());
  return pb_store_finish (store, stmt, error);
}

/**
 * pb_store_add_device:
 * @store: a store
 * @seal: seals the passphrase
 * @name: the device
 * @driver: the driver it publishes for; made if new
 *
 * Any thread.
 *
 * Returns: (transfer full): the new passphrase, for pb_secret_free(); %NULL
 *   with @error set
 */
gchar *
pb_store_add_device (PbStore *store, PbSeal *seal, const gchar *name,
    const gchar *driver, GError **error)
{
  gchar *passphrase = NULL;

  if (!pb_store_check_id (name, "device", error)
      || !pb_store_check_id (driver, "driver", error))
    return NULL;
  pb_store_lock (store);
  if (add_driver (store, driver, error))
    passphrase = pb_key_add (store, &devices, seal, name, driver, error);
  pb_store_unlock (store);
  return passphrase;
}

/**
 * pb_store_remove_device:
 * @store: a store
 * @name: a device
 *
 * Its driver and what was recorded stay. Any thread.
 *
 * Returns: %FALSE with @error set if there is none of that name
 */
gboolean
pb_store_remove_device (PbStore *store, const gchar *name, GError **error)
{
  return pb_key_remove (store, &devices, name, error);
}

static gpointer
read_device (
    gchar *name, gchar *driver, gchar *passphrase, gint64 created_utc_us)
{
  PbDevice *device = g_new (PbDevice, 1);

  *device = (PbDevice){
    .name = name,
    .driver = driver,
    .passphrase = passphrase,
    .created_utc_us = created_utc_us,
  };
  return device;
}

/**
 * pb_store_list_devices:
 * @store: a store
 * @seal: (nullable): opens the passphrases; %NULL leaves them out
 *
 * A device whose passphrase cannot be opened has none. Any thread.
 *
 * Returns: (transfer full) (element-type PbDevice): all devices by name
 */
GPtrArray *
pb_store_list_devices (PbStore *store, PbSeal *seal, GError **error)
{
  return pb_key_list (store, &devices, seal, read_device,
      (GDestroyNotify) pb_device_free, error);
}
