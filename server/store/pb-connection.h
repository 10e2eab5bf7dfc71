/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbConnection: one connection to the database and what belongs to it; for the
 * store only. */
#pragma once

#include <sqlite3.h>

#include "store/pb-store-types.h"

G_BEGIN_DECLS

typedef struct {
  GRecMutex lock; /* protects all below */
  sqlite3 *db;
  GHashTable *statements; /* SQL literal → sqlite3_stmt */
} PbConnection;

void pb_connection_init (PbConnection *connection);
void pb_connection_clear (PbConnection *connection);
gboolean pb_connection_open (PbConnection *connection, const gchar *path,
    gint timeout_ms, GError **error) G_GNUC_WARN_UNUSED_RESULT;
sqlite3_stmt *pb_connection_begin (PbConnection *connection, const gchar *sql,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;

void pb_connection_set_error (sqlite3 *db, GError **error, const gchar *doing);
gint64 pb_connection_read_number (sqlite3 *db, const gchar *sql);

G_END_DECLS
