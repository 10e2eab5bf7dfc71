/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Statements with their parameters in one call; for the store only.
 *
 * @types has a letter for each parameter that follows: t text, i gint64, n a
 * gint64 of which 0 is NULL, b GBytes; texts and bytes may be %NULL. @sql must
 * be a literal. */
#pragma once

#include "store/pb-store-private.h"

G_BEGIN_DECLS

/* Returns: (transfer full): what a row says; never %NULL */
typedef gpointer (*PbSqlRead) (sqlite3_stmt *stmt);
/* Sets the members of @row, which is zeroed. */
typedef void (*PbSqlFill) (sqlite3_stmt *stmt, gpointer row);

gboolean pb_sql_run (PbStore *store, gint *n_changes, GError **error,
    const gchar *sql, const gchar *types, ...);
GPtrArray *pb_sql_list (PbStore *store, PbSqlRead read, GDestroyNotify free_row,
    GError **error, const gchar *sql, const gchar *types,
    ...) G_GNUC_WARN_UNUSED_RESULT;
GArray *pb_sql_array (PbStore *store, PbSqlFill fill, guint row_bytes,
    GError **error, const gchar *sql, const gchar *types,
    ...) G_GNUC_WARN_UNUSED_RESULT;
GBytes *pb_sql_hash_token (const gchar *token);
GBytes *pb_sql_dup_bytes (sqlite3_stmt *stmt, gint column);

G_END_DECLS
