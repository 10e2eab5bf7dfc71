/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who may read drivers' streams at the SRT port. */
#include "store/pb-readers.h"
#include "store/pb-store-private.h"

/* 24 random bytes are 32 characters; SRT takes 10 to 79. */
#define PASSPHRASE_RANDOM_BYTES 24

void
pb_reader_free (PbReader *reader)
{
  g_free (reader->name);
  g_strfreev (reader->drivers);
  pb_secret_free (reader->passphrase);
  g_free (reader);
}

static gboolean
check_names (const gchar *name, const gchar *const *drivers, GError **error)
{
  if (!pb_store_check_id (name, "reader", error))
    return FALSE;
  for (guint i = 0; drivers && drivers[i]; i++)
    if (!pb_store_check_id (drivers[i], "driver", error))
      return FALSE;
  return TRUE;
}

static gboolean
insert (PbStore *store, const gchar *name, const gchar *drivers, GBytes *sealed,
    GError **error)
{
  gboolean done;
  sqlite3_stmt *stmt = pb_store_begin (store,
      "INSERT INTO readers (name, drivers, sealed_passphrase, created_utc_us) "
      "VALUES (?1, ?2, ?3, ?4) ON CONFLICT (name) DO NOTHING",
      error);

  if (!stmt)
    return FALSE;
  sqlite3_bind_text (stmt, 1, name, -1, SQLITE_TRANSIENT);
  sqlite3_bind_text (stmt, 2, drivers, -1, SQLITE_TRANSIENT);
  sqlite3_bind_blob (stmt, 3, g_bytes_get_data (sealed, NULL),
      g_bytes_get_size (sealed), SQLITE_TRANSIENT);
  sqlite3_bind_int64 (stmt, 4, g_get_real_time ());
  done = pb_store_finish (store, stmt, error);
  if (done && pb_store_get_changes (store) == 0) {
    g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_EXISTS,
        "there is a reader '%s' already. Remove it first for a new passphrase: "
        "pitbox-server reader remove %s",
        name, name);
    return FALSE;
  }
  return done;
}

/**
 * pb_store_add_reader:
 * @store: a store
 * @seal: seals the passphrase
 * @name: the reader
 * @drivers: (nullable) (array zero-terminated=1): the drivers it may read;
 *   %NULL or empty for all, also those still to come
 *
 * Any thread.
 *
 * Returns: (transfer full): the new passphrase, for pb_secret_free(); %NULL
 *   with @error set
 */
gchar *
pb_store_add_reader (PbStore *store, PbSeal *seal, const gchar *name,
    const gchar *const *drivers, GError **error)
{
  g_autoptr (GBytes) sealed = NULL;
  g_autofree gchar *list = NULL;
  gchar *passphrase;
  gboolean done;

  if (!check_names (name, drivers, error))
    return NULL;
  list = drivers ? g_strjoinv (",", (gchar **) drivers) : g_strdup ("");
  passphrase = pb_secret_new (PASSPHRASE_RANDOM_BYTES);
  sealed = pb_seal_close (seal, passphrase);
  pb_store_lock (store);
  done = insert (store, name, list, sealed, error);
  pb_store_unlock (store);
  if (!done)
    g_clear_pointer (&passphrase, pb_secret_free);
  return passphrase;
}

/**
 * pb_store_remove_reader:
 * @store: a store
 * @name: a reader
 *
 * Any thread.
 *
 * Returns: %FALSE with @error set if there is none of that name
 */
gboolean
pb_store_remove_reader (PbStore *store, const gchar *name, GError **error)
{
  gboolean done;
  gint changes;
  sqlite3_stmt *stmt;

  pb_store_lock (store);
  stmt = pb_store_begin (store, "DELETE FROM readers WHERE name = ?1", error);
  if (!stmt) {
    pb_store_unlock (store);
    return FALSE;
  }
  sqlite3_bind_text (stmt, 1, name, -1, SQLITE_TRANSIENT);
  done = pb_store_finish (store, stmt, error);
  changes = pb_store_get_changes (store);
  pb_store_unlock (store);
  if (done && changes == 0) {
    g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_NOT_FOUND,
        "there is no reader '%s'. pitbox-server reader list shows all", name);
    return FALSE;
  }
  return done;
}

/**
 * pb_store_list_readers:
 * @store: a store
 * @seal: (nullable): opens the passphrases; %NULL leaves them out
 *
 * A reader whose passphrase cannot be opened has none. Any thread.
 *
 * Returns: (transfer full) (element-type PbReader): all readers by name
 */
GPtrArray *
pb_store_list_readers (PbStore *store, PbSeal *seal, GError **error)
{
  g_autoptr (GPtrArray) readers =
      g_ptr_array_new_with_free_func ((GDestroyNotify) pb_reader_free);
  gboolean has_row = TRUE;
  gboolean done = TRUE;
  sqlite3_stmt *stmt = pb_store_begin_read (store,
      "SELECT name, drivers, sealed_passphrase, created_utc_us FROM readers "
      "ORDER BY name",
      error);

  if (!stmt)
    return NULL;
  while ((done = pb_store_step (store, stmt, &has_row, error)) && has_row) {
    PbReader *reader = g_new0 (PbReader, 1);
    g_autofree gchar *drivers = pb_store_dup_text (stmt, 1);
    g_autoptr (GError) local = NULL;

    reader->name = pb_store_dup_text (stmt, 0);
    reader->drivers = g_strsplit (drivers, ",", -1);
    reader->created_utc_us = sqlite3_column_int64 (stmt, 3);
    if (seal) {
      g_autoptr (GBytes) sealed = g_bytes_new (
          sqlite3_column_blob (stmt, 2), sqlite3_column_bytes (stmt, 2));

      reader->passphrase = pb_seal_open (seal, sealed, &local);
      if (!reader->passphrase)
        g_warning ("reader %s: %s", reader->name, local->message);
    }
    g_ptr_array_add (readers, reader);
  }
  pb_store_end (store, stmt);
  return done ? g_steal_pointer (&readers) : NULL;
}
