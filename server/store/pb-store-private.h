/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of the store share; for nobody else. */
#pragma once

#include <sqlite3.h>

#include "store/pb-store.h"

G_BEGIN_DECLS

sqlite3_stmt *pb_store_begin (
    PbStore *store, const gchar *sql, GError **error) G_GNUC_WARN_UNUSED_RESULT;
sqlite3_stmt *pb_store_begin_read (
    PbStore *store, const gchar *sql, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pb_store_step (
    PbStore *store, sqlite3_stmt *stmt, gboolean *has_row, GError **error);
gboolean pb_store_finish (PbStore *store, sqlite3_stmt *stmt, GError **error);
void pb_store_end (PbStore *store, sqlite3_stmt *stmt);
gboolean pb_store_exec (PbStore *store, const gchar *sql, GError **error);
gint pb_store_get_changes (PbStore *store);
gint64 pb_store_get_last_rowid (PbStore *store);
sqlite3 *pb_store_get_db (PbStore *store);
void pb_store_lock (PbStore *store);
void pb_store_unlock (PbStore *store);
void pb_store_bind_text_or_null (
    sqlite3_stmt *stmt, gint index, const gchar *text);
gboolean pb_store_check_id (const gchar *id, const gchar *what, GError **error);
gchar *pb_store_dup_text (sqlite3_stmt *stmt, gint column);

G_END_DECLS
