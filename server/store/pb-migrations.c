/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The database's tables, brought from any older version to this one. */
#include "store/pb-migrations.h"

#include <string.h>

#include "store/pb-connection.h"

#include "pb-store-resources.h"

#define MIGRATIONS "/pitbox/store"

static gboolean
exec (sqlite3 *db, const gchar *sql, GError **error)
{
  if (sqlite3_exec (db, sql, NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;
  pb_connection_set_error (db, error, "database");
  return FALSE;
}

static gboolean
migrate_one (sqlite3 *db, const gchar *name, gint version, GError **error)
{
  g_autofree gchar *path = g_strdup_printf (MIGRATIONS "/%s", name);
  g_autoptr (GBytes) sql = NULL;
  g_autofree gchar *text = NULL;
  g_autofree gchar *tail = NULL;

  sql = g_resource_lookup_data (
      pb_store_get_resource (), path, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  if (!sql)
    return FALSE;
  text = g_strndup (g_bytes_get_data (sql, NULL), g_bytes_get_size (sql));
  tail = g_strdup_printf ("PRAGMA user_version = %d; COMMIT;", version);
  if (exec (db, "BEGIN IMMEDIATE", error) && exec (db, text, error)
      && exec (db, tail, error))
    return TRUE;
  sqlite3_exec (db, "ROLLBACK", NULL, NULL, NULL);
  g_prefix_error (error, "migration %s: ", name);
  return FALSE;
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const gchar *const *) a, *(const gchar *const *) b);
}

/* Brings the database up to date. Files are named <three digits>-<what>.sql;
 * the number is user_version, and @version's when it returns %TRUE. */
gboolean
pb_store_migrate (sqlite3 *db, gint *version, GError **error)
{
  g_auto (GStrv) names =
      g_resource_enumerate_children (pb_store_get_resource (), MIGRATIONS,
          G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  gint newest = 0;

  if (!names)
    return FALSE;
  qsort (names, g_strv_length (names), sizeof *names, compare_names);
  *version = pb_connection_read_number (db, "PRAGMA user_version");
  for (guint i = 0; names[i]; i++) {
    newest = strtol (names[i], NULL, 10);
    if (newest <= *version)
      continue;
    if (!migrate_one (db, names[i], newest, error))
      return FALSE;
    *version = newest;
  }
  if (*version > newest) {
    g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_NEWER,
        "the database has version %d, this pitbox-server knows %d. Run the "
        "newer pitbox-server, or give another --data-dir",
        *version, newest);
    return FALSE;
  }
  return TRUE;
}
