/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One line for each driver and device. */
#include "store/pb-sync-offsets.h"

#include "store/pb-sql.h"

void
pb_sync_offset_free (PbSyncOffset *offset)
{
  g_free (offset->driver);
  g_free (offset->device);
  g_free (offset);
}

/**
 * pb_store_set_sync_offset:
 * @driver: whose pictures
 * @device: what sends them
 * @offset_us: how much later they come than the connection says
 *
 * Any thread.
 */
gboolean
pb_store_set_sync_offset (PbStore *store, const gchar *driver,
    const gchar *device, gint64 offset_us, GError **error)
{
  return pb_sql_run (store, NULL, error,
      "INSERT INTO sync_offsets VALUES (?1, ?2, ?3, ?4) "
      "ON CONFLICT DO UPDATE SET offset_us = ?3, changed_utc_us = ?4",
      "ttii", driver, device, offset_us, g_get_real_time ());
}

static gpointer
read_offset (sqlite3_stmt *stmt)
{
  PbSyncOffset *offset = g_new0 (PbSyncOffset, 1);

  offset->driver = pb_store_dup_text (stmt, 0);
  offset->device = pb_store_dup_text (stmt, 1);
  offset->offset_us = sqlite3_column_int64 (stmt, 2);
  offset->changed_utc_us = sqlite3_column_int64 (stmt, 3);
  return offset;
}

/**
 * pb_store_list_sync_offsets:
 * @driver: (nullable): only of this one
 *
 * Any thread.
 *
 * Returns: (transfer full) (element-type PbSyncOffset): all that were trimmed
 */
GPtrArray *
pb_store_list_sync_offsets (PbStore *store, const gchar *driver, GError **error)
{
  return pb_sql_list (store, read_offset, (GDestroyNotify) pb_sync_offset_free,
      error,
      "SELECT driver_id, device, offset_us, changed_utc_us FROM sync_offsets "
      "WHERE ?1 IS NULL OR driver_id = ?1 ORDER BY driver_id, device",
      "t", driver);
}
