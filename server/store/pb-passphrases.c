/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What devices and readers have in common: a name, a passphrase that SRT needs
 * in words, and whom it is for; for the store only. */
#include "store/pb-passphrases.h"
#include "store/pb-sql.h"

/* 24 random bytes are 32 characters; SRT takes 10 to 79. */
#define PASSPHRASE_RANDOM_BYTES 24

static gboolean
exists (PbStore *store, const PbPassphraseTable *table, const gchar *name)
{
  gboolean has_row = FALSE;
  sqlite3_stmt *stmt = pb_store_begin_read (store, table->exists, NULL);

  if (!stmt)
    return FALSE;
  sqlite3_bind_text (stmt, 1, name, -1, SQLITE_TRANSIENT);
  pb_store_step (store, stmt, &has_row, NULL);
  pb_store_end (store, stmt);
  return has_row;
}

/* Any thread.
 *
 * Returns: (transfer full): the new passphrase, for pb_secret_free(); %NULL
 * with @error set, also if there is one of that name */
gchar *
pb_passphrase_add (PbStore *store, const PbPassphraseTable *table, PbSeal *seal,
    const gchar *name, const gchar *whom_for, const gchar *team, GError **error)
{
  gchar *passphrase = pb_secret_new (PASSPHRASE_RANDOM_BYTES);
  g_autoptr (GBytes) sealed = pb_seal_close (seal, passphrase);
  gint changes = 0;

  if (pb_sql_run (store, &changes, error, table->insert, "ttbiti", name,
          whom_for, sealed, g_get_real_time (), team,
          (gint64) PB_PASSPHRASES_MAX)
      && changes > 0)
    return passphrase;
  pb_secret_free (passphrase);
  if (error && *error)
    return NULL;
  if (exists (store, table, name))
    g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_EXISTS,
        "there is a %s '%s' already", table->what, name);
  else
    g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_REFUSED,
        "%s %s: there is no team '%s', it has all it may have (%d %ss), or "
        "'%s' belongs to another one",
        table->what, name, team, PB_PASSPHRASES_MAX, table->what, whom_for);
  return NULL;
}

static gboolean
check_found (const PbPassphraseTable *table, const gchar *name, gint changes,
    GError **error)
{
  if (changes > 0)
    return TRUE;
  g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_NOT_FOUND,
      "there is no %s '%s'", table->what, name);
  return FALSE;
}

/* @team: (nullable): whose it must be. Any thread.
 *
 * Returns: %FALSE with @error set if there is none of that name */
gboolean
pb_passphrase_remove (PbStore *store, const PbPassphraseTable *table,
    const gchar *name, const gchar *team, GError **error)
{
  gint changes;

  return pb_sql_run (store, &changes, error, table->remove, "tt", name, team)
         && check_found (table, name, changes, error);
}

/* As pb_passphrase_remove(), and as pb_passphrase_add(). */
gchar *
pb_passphrase_rotate (PbStore *store, const PbPassphraseTable *table,
    PbSeal *seal, const gchar *name, const gchar *team, GError **error)
{
  gchar *passphrase = pb_secret_new (PASSPHRASE_RANDOM_BYTES);
  g_autoptr (GBytes) sealed = pb_seal_close (seal, passphrase);
  gint changes;

  if (!pb_sql_run (
          store, &changes, error, table->rotate, "ttb", name, team, sealed)
      || !check_found (table, name, changes, error))
    g_clear_pointer (&passphrase, pb_secret_free);
  return passphrase;
}

static gpointer
read_one (const PbPassphraseTable *table, sqlite3_stmt *stmt, PbSeal *seal,
    PbPassphraseRead read)
{
  gchar *passphrase = NULL;

  if (seal) {
    g_autoptr (GBytes) sealed = pb_sql_dup_bytes (stmt, 1);
    g_autoptr (GError) error = NULL;

    passphrase = pb_seal_open (seal, sealed, &error);
    if (!passphrase)
      g_warning ("%s %s: %s", table->what,
          (const gchar *) sqlite3_column_text (stmt, 0), error->message);
  }
  return read (stmt, passphrase);
}

/* @seal opens the passphrases; %NULL leaves them out, and one that cannot be
 * opened is %NULL. Any thread.
 *
 * Returns: (transfer full): what @read made of each, by name; %NULL with
 * @error set */
GPtrArray *
pb_passphrase_list (PbStore *store, const PbPassphraseTable *table,
    PbSeal *seal, PbPassphraseRead read, GDestroyNotify free_item,
    GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (free_item);
  gboolean has_row = TRUE;
  gboolean done;
  sqlite3_stmt *stmt = pb_store_begin_read (store, table->list, error);

  if (!stmt)
    return NULL;
  while ((done = pb_store_step (store, stmt, &has_row, error)) && has_row)
    g_ptr_array_add (list, read_one (table, stmt, seal, read));
  pb_store_end (store, stmt);
  return done ? g_steal_pointer (&list) : NULL;
}
