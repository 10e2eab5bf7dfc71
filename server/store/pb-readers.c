/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who may read drivers' streams at the SRT port. */
#include "store/pb-readers.h"
#include "store/pb-passphrases.h"
#include "store/pb-store-private.h"

static const PbPassphraseTable readers = {
  .what = "reader",
  .insert = "INSERT INTO readers (name, drivers, sealed_passphrase, "
            "created_utc_us, team) SELECT ?1, ?2, ?3, ?4, ?5 "
            "WHERE EXISTS (SELECT 1 FROM teams WHERE id = ?5) "
            "AND (SELECT count(*) FROM readers WHERE team = ?5) < ?6 "
            "AND NOT EXISTS (SELECT 1 FROM drivers WHERE team <> ?5 "
            "AND instr(',' || ?2 || ',', ',' || id || ',') > 0) "
            "ON CONFLICT (name) DO NOTHING",
  .remove = "DELETE FROM readers WHERE name = ?1 AND (?2 IS NULL OR team = ?2)",
  .rotate = "UPDATE readers SET sealed_passphrase = ?3 WHERE name = ?1 "
            "AND (?2 IS NULL OR team = ?2)",
  .exists = "SELECT 1 FROM readers WHERE name = ?1",
  .list = "SELECT name, sealed_passphrase, drivers, team, created_utc_us "
          "FROM readers ORDER BY name",
};

void
pb_reader_free (PbReader *reader)
{
  g_free (reader->name);
  g_strfreev (reader->drivers);
  g_free (reader->team);
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

/**
 * pb_store_add_reader:
 * @store: a store
 * @seal: seals the passphrase
 * @name: the reader
 * @drivers: (nullable) (array zero-terminated=1): the drivers it may read;
 *   %NULL or empty for all of its team, also those still to come
 * @team: whose it is; a driver of another one is refused
 *
 * Any thread.
 *
 * Returns: (transfer full): the new passphrase, for pb_secret_free(); %NULL
 *   with @error set
 */
gchar *
pb_store_add_reader (PbStore *store, PbSeal *seal, const gchar *name,
    const gchar *const *drivers, const gchar *team, GError **error)
{
  g_autofree gchar *list = NULL;

  if (!check_names (name, drivers, error))
    return NULL;
  list = drivers ? g_strjoinv (",", (gchar **) drivers) : g_strdup ("");
  return pb_passphrase_add (store, &readers, seal, name, list, team, error);
}

/**
 * pb_store_remove_reader:
 * @store: a store
 * @name: a reader
 * @team: (nullable): whose it must be
 *
 * Any thread.
 *
 * Returns: %FALSE with @error set if there is none of that name
 */
gboolean
pb_store_remove_reader (
    PbStore *store, const gchar *name, const gchar *team, GError **error)
{
  return pb_passphrase_remove (store, &readers, name, team, error);
}

static gpointer
read_reader (sqlite3_stmt *stmt, gchar *passphrase)
{
  PbReader *reader = g_new (PbReader, 1);

  *reader = (PbReader){
    .name = pb_store_dup_text (stmt, 0),
    .drivers =
        g_strsplit ((const gchar *) sqlite3_column_text (stmt, 2), ",", -1),
    .team = pb_store_dup_text (stmt, 3),
    .passphrase = passphrase,
    .created_utc_us = sqlite3_column_int64 (stmt, 4),
  };
  return reader;
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
  return pb_passphrase_list (store, &readers, seal, read_reader,
      (GDestroyNotify) pb_reader_free, error);
}
