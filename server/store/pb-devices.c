/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Drivers and the devices that may publish for them. */
#include "store/pb-devices.h"
#include "auth/pb-principal.h"
#include "auth/pb-token.h"
#include "store/pb-passphrases.h"
#include "store/pb-sql.h"

static const PbPassphraseTable devices = {
  .what = "device",
  .insert = "INSERT INTO devices (name, driver_id, sealed_passphrase, "
            "created_utc_us, team) SELECT ?1, ?2, ?3, ?4, ?5 "
            "WHERE EXISTS (SELECT 1 FROM drivers WHERE id = ?2 AND team = ?5) "
            "AND (SELECT count(*) FROM devices WHERE team = ?5) < ?6 "
            "ON CONFLICT (name) DO NOTHING",
  .remove = "DELETE FROM devices WHERE name = ?1 AND (?2 IS NULL OR team = ?2)",
  .rotate = "UPDATE devices SET sealed_passphrase = ?3 WHERE name = ?1 "
            "AND (?2 IS NULL OR team = ?2)",
  .exists = "SELECT 1 FROM devices WHERE name = ?1",
  .list = "SELECT name, sealed_passphrase, driver_id, team, created_utc_us, "
          "last_seen_utc_us, version, address, token_id IS NOT NULL "
          "FROM devices ORDER BY name",
};

void
pb_device_free (PbDevice *device)
{
  g_free (device->name);
  g_free (device->driver);
  g_free (device->team);
  g_free (device->version);
  g_free (device->address);
  pb_secret_free (device->passphrase);
  g_free (device);
}

/* One that is there already is none more. Drivers stay when their devices go,
 * for what was recorded of them. */
static gboolean
add_driver (PbStore *store, const gchar *id, const gchar *team, GError **error)
{
  return pb_sql_run (store, NULL, error,
      "INSERT INTO drivers (id, name, created_utc_us, team) "
      "SELECT ?1, ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM teams WHERE id = ?3) "
      "AND (SELECT count(*) FROM drivers WHERE team = ?3) "
      "< " G_STRINGIFY (PB_DRIVERS_MAX) " "
                                        "ON CONFLICT (id) DO NOTHING",
      "tit", id, g_get_real_time (), team);
}

/* Who has another's name has its limits, too. */
static gboolean
check_name (const gchar *name, GError **error)
{
  if (!pb_store_check_id (name, "device", error))
    return FALSE;
  if (!pb_principal_reserves (name))
    return TRUE;
  g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_INVALID,
      "'%s' cannot name a device: local and key-... are what senders without a "
      "device are called. Choose another name",
      name);
  return FALSE;
}

/**
 * pb_store_add_device:
 * @store: a store
 * @seal: seals the passphrase
 * @name: the device
 * @driver: the driver it publishes for; made if new
 * @team: the team of both
 *
 * Any thread.
 *
 * Returns: (transfer full): the new passphrase, for pb_secret_free(); %NULL
 *   with @error set
 */
gchar *
pb_store_add_device (PbStore *store, PbSeal *seal, const gchar *name,
    const gchar *driver, const gchar *team, GError **error)
{
  gchar *passphrase = NULL;

  if (!check_name (name, error) || !pb_store_check_id (driver, "driver", error))
    return NULL;
  pb_store_lock (store);
  if (add_driver (store, driver, team, error))
    passphrase =
        pb_passphrase_add (store, &devices, seal, name, driver, team, error);
  pb_store_unlock (store);
  return passphrase;
}

/**
 * pb_store_replace_device:
 * @replaced: (out): whether there was one of that name
 *
 * As pb_store_add_device(), for a name that a device of @team may have: that one
 * is taken back, with all its secrets. Within a pb_store_begin_change().
 *
 * Returns: as pb_store_add_device()
 */
gchar *
pb_store_replace_device (PbStore *store, PbSeal *seal, const gchar *name,
    const gchar *driver, const gchar *team, gboolean *replaced, GError **error)
{
  gint changes;

  if (!pb_sql_run (store, &changes, error,
          "DELETE FROM devices WHERE name = ?1 AND team = ?2", "tt", name,
          team))
    return NULL;
  *replaced = changes > 0;
  return pb_store_add_device (store, seal, name, driver, team, error);
}

/**
 * pb_store_remove_device:
 * @store: a store
 * @name: a device
 * @team: (nullable): whose it must be
 *
 * Its driver and what was recorded stay. Any thread.
 *
 * Returns: %FALSE with @error set if there is none of that name
 */
gboolean
pb_store_remove_device (
    PbStore *store, const gchar *name, const gchar *team, GError **error)
{
  return pb_passphrase_remove (store, &devices, name, team, error);
}

/**
 * pb_store_rotate_device:
 * @store: a store
 * @seal: seals the passphrase
 * @name: a device
 * @team: (nullable): whose it must be
 *
 * A stream that runs goes on; the next one needs the new passphrase. Any
 * thread.
 *
 * Returns: (transfer full): the new passphrase, for pb_secret_free(); %NULL
 *   with @error set
 */
gchar *
pb_store_rotate_device (PbStore *store, PbSeal *seal, const gchar *name,
    const gchar *team, GError **error)
{
  return pb_passphrase_rotate (store, &devices, seal, name, team, error);
}

/* What changes one device, or says that there is none. */
static gboolean
check_one (const gchar *name, gint changes, GError **error)
{
  if (changes > 0)
    return TRUE;
  g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_NOT_FOUND,
      "there is no device '%s', or the driver belongs to another team", name);
  return FALSE;
}

/**
 * pb_store_set_device_driver:
 * @store: a store
 * @name: a device
 * @driver: the driver it publishes for from now on; made if new
 * @team: the team of all three
 *
 * Any thread.
 *
 * Returns: %FALSE with @error set if they are not of that team
 */
gboolean
pb_store_set_device_driver (PbStore *store, const gchar *name,
    const gchar *driver, const gchar *team, GError **error)
{
  gint changes = 0;

  return pb_store_check_id (driver, "driver", error)
         && add_driver (store, driver, team, error)
         && pb_sql_run (store, &changes, error,
             "UPDATE devices SET driver_id = ?2 WHERE name = ?1 AND team = ?3 "
             "AND EXISTS (SELECT 1 FROM drivers WHERE id = ?2 AND team = ?3)",
             "ttt", name, driver, team)
         && check_one (name, changes, error);
}

/**
 * pb_store_give_device_token:
 * @store: a store
 * @name: a device
 *
 * A paired agent's: it has one at a time. Any thread.
 *
 * Returns: (transfer full): the token, for pb_secret_free(); %NULL with @error
 *   set
 */
gchar *
pb_store_give_device_token (PbStore *store, const gchar *name, GError **error)
{
  g_autofree gchar *id = pb_id_new ();
  gchar *token = pb_token_new (PB_TOKEN_DEVICE, id);
  g_autoptr (GBytes) hash = pb_sql_hash_token (token);
  gint changes;

  if (!pb_sql_run (store, &changes, error,
          "UPDATE devices SET token_id = ?2, token_hash = ?3 WHERE name = ?1",
          "ttb", name, id, hash)
      || !check_one (name, changes, error))
    g_clear_pointer (&token, pb_secret_free);
  return token;
}

typedef struct {
  gchar *name;
  gchar *address;
  gchar *version;
} Seen;

static void
seen_free (gpointer data)
{
  Seen *seen = data;

  g_free (seen->name);
  g_free (seen->address);
  g_free (seen->version);
  g_free (seen);
}

static gboolean
write_seen (PbStore *store, gpointer data, GError **error)
{
  Seen *seen = data;

  return pb_sql_run (store, NULL, error,
      "UPDATE devices SET last_seen_utc_us = ?2, address = ?3, "
      "version = coalesce(?4, version) WHERE name = ?1",
      "titt", seen->name, g_get_real_time (), seen->address, seen->version);
}

/**
 * pb_store_note_device:
 * @store: a store
 * @name: a device that is there
 * @address: where it is
 * @version: (nullable): of its program; %NULL leaves what is known
 *
 * Any thread. Waits for nobody.
 */
void
pb_store_note_device (PbStore *store, const gchar *name, const gchar *address,
    const gchar *version)
{
  Seen *seen = g_new (Seen, 1);

  *seen = (Seen){ g_strdup (name), g_strdup (address), g_strdup (version) };
  pb_store_queue (store, write_seen, seen, seen_free);
}

static gpointer
read_device (sqlite3_stmt *stmt, gchar *passphrase)
{
  PbDevice *device = g_new (PbDevice, 1);

  *device = (PbDevice){
    .name = pb_store_dup_text (stmt, 0),
    .driver = pb_store_dup_text (stmt, 2),
    .team = pb_store_dup_text (stmt, 3),
    .passphrase = passphrase,
    .created_utc_us = sqlite3_column_int64 (stmt, 4),
    .last_seen_utc_us = sqlite3_column_int64 (stmt, 5),
    .version = pb_store_dup_text (stmt, 6),
    .address = pb_store_dup_text (stmt, 7),
    .is_paired = sqlite3_column_int (stmt, 8),
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
  return pb_passphrase_list (store, &devices, seal, read_device,
      (GDestroyNotify) pb_device_free, error);
}

void
pb_driver_team_free (PbDriverTeam *pair)
{
  g_free (pair->driver);
  g_free (pair->team);
  g_free (pair);
}

static gpointer
read_driver_team (sqlite3_stmt *stmt)
{
  PbDriverTeam *pair = g_new (PbDriverTeam, 1);

  *pair = (PbDriverTeam){ pb_store_dup_text (stmt, 0),
    pb_store_dup_text (stmt, 1) };
  return pair;
}

/**
 * pb_store_list_driver_teams:
 *
 * Any thread.
 *
 * Returns: (transfer full) (element-type PbDriverTeam): every driver that a
 *   device was ever added for, by name
 */
GPtrArray *
pb_store_list_driver_teams (PbStore *store, GError **error)
{
  return pb_sql_list (store, read_driver_team,
      (GDestroyNotify) pb_driver_team_free, error,
      "SELECT id, team FROM drivers ORDER BY id", "");
}

/* Whose it is: the server's own team's where only its recordings know it. */
static gchar *
dup_driver_team (PbStore *store, const gchar *id, GError **error)
{
  g_autoptr (GPtrArray) pairs = pb_sql_list (store, read_driver_team,
      (GDestroyNotify) pb_driver_team_free, error,
      "SELECT id, team FROM drivers WHERE id = ?1 UNION ALL "
      "SELECT * FROM (SELECT driver_id, '" PB_TEAM_DEFAULT
      "' FROM sessions WHERE driver_id = ?1 LIMIT 1)",
      "t", id);
  const PbDriverTeam *pair;

  if (!pairs)
    return NULL;
  if (pairs->len == 0) {
    g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_NOT_FOUND,
        "there is no driver '%s'", id);
    return NULL;
  }
  pair = g_ptr_array_index (pairs, 0);
  return g_strdup (pair->team);
}

static gboolean
check_no_device (PbStore *store, const gchar *id, GError **error)
{
  g_autoptr (GPtrArray) list = pb_store_list_devices (store, NULL, error);

  for (guint i = 0; list && i < list->len; i++) {
    const PbDevice *device = g_ptr_array_index (list, i);

    if (!g_str_equal (device->driver, id))
      continue;
    g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_REFUSED,
        "device '%s' still publishes for driver '%s'. First: pitbox-server "
        "device remove %s",
        device->name, id, device->name);
    return FALSE;
  }
  return list != NULL;
}

/**
 * pb_store_remove_driver:
 * @store: a store
 * @id: a driver without devices
 *
 * With its sessions, links to them and what was trimmed. After
 * pb_store_begin_change(); its recordings are the caller's to delete, before
 * pb_store_end_change().
 *
 * Returns: (transfer full): the team that it was of; %NULL with @error set
 */
gchar *
pb_store_remove_driver (PbStore *store, const gchar *id, GError **error)
{
  g_autofree gchar *team = NULL;

  if (!pb_store_check_id (id, "driver", error)
      || !check_no_device (store, id, error)
      || !(team = dup_driver_team (store, id, error))
      || !pb_sql_run (store, NULL, error,
          "DELETE FROM shares WHERE driver = ?1 OR session IN "
          "(SELECT id FROM sessions WHERE driver_id = ?1)",
          "t", id)
      || !pb_sql_run (store, NULL, error,
          "DELETE FROM sessions WHERE driver_id = ?1", "t", id)
      || !pb_sql_run (store, NULL, error,
          "DELETE FROM sync_offsets WHERE driver_id = ?1", "t", id)
      || !pb_sql_run (
          store, NULL, error, "DELETE FROM drivers WHERE id = ?1", "t", id))
    return NULL;
  return g_steal_pointer (&team);
}
