/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What devices and readers have in common: a name, a passphrase that SRT needs
 * in words, and whom it is for; for the store only. */
#include "store/pb-keys.h"
#include "store/pb-store-private.h"

/* 24 random bytes are 32 characters; SRT takes 10 to 79. */
#define PASSPHRASE_RANDOM_BYTES 24

static gboolean
insert (PbStore *store, const PbKeyTable *table, const gchar *name,
    const gchar *whom_for, GBytes *sealed, GError **error)
{
  gboolean done;
  sqlite3_stmt *stmt = pb_store_begin (store, table->insert, error);

  if (!stmt)
    return FALSE;
  sqlite3_bind_text (stmt, 1, name, -1, SQLITE_TRANSIENT);
  sqlite3_bind_text (stmt, 2, whom_for, -1, SQLITE_TRANSIENT);
  sqlite3_bind_blob (stmt, 3, g_bytes_get_data (sealed, NULL),
      g_bytes_get_size (sealed), SQLITE_TRANSIENT);
  sqlite3_bind_int64 (stmt, 4, g_get_real_time ());
  done = pb_store_finish (store, stmt, error);
  if (done && pb_store_get_changes (store) == 0) {
    g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_EXISTS,
        "there is a %s '%s' already. Remove it first for a new passphrase: "
        "pitbox-server %s remove %s",
        table->what, name, table->what, name);
    return FALSE;
  }
  return done;
}

/* Any thread.
 *
 * Returns: (transfer full): the new passphrase, for pb_secret_free(); %NULL
 * with @error set, also if there is one of that name */
gchar *
pb_key_add (PbStore *store, const PbKeyTable *table, PbSeal *seal,
    const gchar *name, const gchar *whom_for, GError **error)
{
  gchar *passphrase = pb_secret_new (PASSPHRASE_RANDOM_BYTES);
  g_autoptr (GBytes) sealed = pb_seal_close (seal, passphrase);
  gboolean done;

  pb_store_lock (store);
  done = insert (store, table, name, whom_for, sealed, error);
  pb_store_unlock (store);
  if (!done)
    g_clear_pointer (&passphrase, pb_secret_free);
  return passphrase;
}

/* Any thread.
 *
 * Returns: %FALSE with @error set if there is none of that name */
gboolean
pb_key_remove (
    PbStore *store, const PbKeyTable *table, const gchar *name, GError **error)
{
  gboolean done;
  gint changes;
  sqlite3_stmt *stmt = pb_store_begin (store, table->remove, error);

  if (!stmt)
    return FALSE;
  sqlite3_bind_text (stmt, 1, name, -1, SQLITE_TRANSIENT);
  pb_store_lock (store);
  done = pb_store_finish (store, stmt, error);
  changes = pb_store_get_changes (store);
  pb_store_unlock (store);
  if (done && changes == 0) {
    g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_NOT_FOUND,
        "there is no %s '%s'. pitbox-server %s list shows all", table->what,
        name, table->what);
    return FALSE;
  }
  return done;
}

static gpointer
read_key (
    const PbKeyTable *table, sqlite3_stmt *stmt, PbSeal *seal, PbKeyRead read)
{
  gchar *name = pb_store_dup_text (stmt, 0);
  gchar *passphrase = NULL;

  if (seal) {
    g_autoptr (GBytes) sealed = g_bytes_new (
        sqlite3_column_blob (stmt, 2), sqlite3_column_bytes (stmt, 2));
    g_autoptr (GError) error = NULL;

    passphrase = pb_seal_open (seal, sealed, &error);
    if (!passphrase)
      g_warning ("%s %s: %s", table->what, name, error->message);
  }
  return read (name, pb_store_dup_text (stmt, 1), passphrase,
      sqlite3_column_int64 (stmt, 3));
}

/* @seal opens the passphrases; %NULL leaves them out, and one that cannot be
 * opened is %NULL. Any thread.
 *
 * Returns: (transfer full): what @read made of each, by name; %NULL with
 * @error set */
GPtrArray *
pb_key_list (PbStore *store, const PbKeyTable *table, PbSeal *seal,
    PbKeyRead read, GDestroyNotify free_item, GError **error)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func (free_item);
  gboolean has_row = TRUE;
  gboolean done;
  sqlite3_stmt *stmt = pb_store_begin_read (store, table->list, error);

  if (!stmt)
    return NULL;
  while ((done = pb_store_step (store, stmt, &has_row, error)) && has_row)
    g_ptr_array_add (keys, read_key (table, stmt, seal, read));
  pb_store_end (store, stmt);
  return done ? g_steal_pointer (&keys) : NULL;
}
