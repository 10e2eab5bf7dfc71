/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who may read drivers' streams at the SRT port. */
#include "store/pb-readers.h"
#include "store/pb-keys.h"
#include "store/pb-store-private.h"

static const PbKeyTable readers = {
  .what = "reader",
  .insert = "INSERT INTO readers (name, drivers, sealed_passphrase, "
            "created_utc_us) VALUES (?1, ?2, ?3, ?4) "
            "ON CONFLICT (name) DO NOTHING",
  .remove = "DELETE FROM readers WHERE name = ?1",
  .list = "SELECT name, drivers, sealed_passphrase, created_utc_us "
          "FROM readers ORDER BY name",
};

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
  g_autofree gchar *list = NULL;

  if (!check_names (name, drivers, error))
    return NULL;
  list = drivers ? g_strjoinv (",", (gchar **) drivers) : g_strdup ("");
  return pb_key_add (store, &readers, seal, name, list, error);
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
  return pb_key_remove (store, &readers, name, error);
}

static gpointer
read_reader (
    gchar *name, gchar *drivers, gchar *passphrase, gint64 created_utc_us)
{
  PbReader *reader = g_new (PbReader, 1);

  *reader = (PbReader){
    .name = name,
    .drivers = g_strsplit (drivers, ",", -1),
    .passphrase = passphrase,
    .created_utc_us = created_utc_us,
  };
  g_free (drivers);
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
  return pb_key_list (store, &readers, seal, read_reader,
      (GDestroyNotify) pb_reader_free, error);
}
