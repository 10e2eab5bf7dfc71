/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Drivers and the devices that may publish for them. */
#include "store/pb-devices.h"
#include "store/pb-store-private.h"

/* 24 random bytes are 32 characters; SRT takes 10 to 79. */
#define PASSPHRASE_RANDOM_BYTES 24

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

static gboolean
insert_device (PbStore *store, const gchar *name, const gchar *driver,
    GBytes *sealed, GError **error)
{
  gboolean done;
  sqlite3_stmt *stmt = pb_store_begin (store,
      "INSERT INTO devices (name, driver_id, sealed_passphrase, "
      "created_utc_us) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (name) DO NOTHING",
      error);

  if (!stmt)
    return FALSE;
  sqlite3_bind_text (stmt, 1, name, -1, SQLITE_TRANSIENT);
  sqlite3_bind_text (stmt, 2, driver, -1, SQLITE_TRANSIENT);
  sqlite3_bind_blob (stmt, 3, g_bytes_get_data (sealed, NULL),
      g_bytes_get_size (sealed), SQLITE_TRANSIENT);
  sqlite3_bind_int64 (stmt, 4, g_get_real_time ());
  done = pb_store_finish (store, stmt, error);
  if (done && pb_store_get_changes (store) == 0) {
    g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_EXISTS,
        "there is a device '%s' already. Remove it first for a new passphrase: "
        "pitbox-server device remove %s",
        name, name);
    return FALSE;
  }
  return done;
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
  g_autoptr (GBytes) sealed = NULL;
  gchar *passphrase;
  gboolean done;

  if (!pb_store_check_id (name, "device", error)
      || !pb_store_check_id (driver, "driver", error))
    return NULL;
  passphrase = pb_secret_new (PASSPHRASE_RANDOM_BYTES);
  sealed = pb_seal_close (seal, passphrase);
  pb_store_lock (store);
  done = add_driver (store, driver, error)
         && insert_device (store, name, driver, sealed, error);
  pb_store_unlock (store);
  if (!done)
    g_clear_pointer (&passphrase, pb_secret_free);
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
  gboolean done;
  gint changes;
  sqlite3_stmt *stmt =
      pb_store_begin (store, "DELETE FROM devices WHERE name = ?1", error);

  if (!stmt)
    return FALSE;
  sqlite3_bind_text (stmt, 1, name, -1, SQLITE_TRANSIENT);
  pb_store_lock (store);
  done = pb_store_finish (store, stmt, error);
  changes = pb_store_get_changes (store);
  pb_store_unlock (store);
  if (done && changes == 0) {
    g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_NOT_FOUND,
        "there is no device '%s'. pitbox-server device list shows all", name);
    return FALSE;
  }
  return done;
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
  g_autoptr (GPtrArray) devices =
      g_ptr_array_new_with_free_func ((GDestroyNotify) pb_device_free);
  gboolean has_row = TRUE;
  gboolean done = TRUE;
  sqlite3_stmt *stmt = pb_store_begin_read (store,
      "SELECT name, driver_id, sealed_passphrase, created_utc_us FROM devices "
      "ORDER BY name",
      error);

  if (!stmt)
    return NULL;
  while ((done = pb_store_step (store, stmt, &has_row, error)) && has_row) {
    PbDevice *device = g_new0 (PbDevice, 1);
    g_autoptr (GError) local = NULL;

    device->name = pb_store_dup_text (stmt, 0);
    device->driver = pb_store_dup_text (stmt, 1);
    device->created_utc_us = sqlite3_column_int64 (stmt, 3);
    if (seal) {
      g_autoptr (GBytes) sealed = g_bytes_new (
          sqlite3_column_blob (stmt, 2), sqlite3_column_bytes (stmt, 2));

      device->passphrase = pb_seal_open (seal, sealed, &local);
      if (!device->passphrase)
        g_warning ("device %s: %s", device->name, local->message);
    }
    g_ptr_array_add (devices, device);
  }
  pb_store_end (store, stmt);
  return done ? g_steal_pointer (&devices) : NULL;
}
