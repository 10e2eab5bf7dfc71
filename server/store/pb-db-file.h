/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbDbFile: whether the database's file is still the one that was opened; for
 * the store only. */
#pragma once

#include <sqlite3.h>

#include "store/pb-store-types.h"

G_BEGIN_DECLS

typedef struct _PbDbFile PbDbFile;

PbDbFile *pb_db_file_new (sqlite3 *db, const gchar *path);
void pb_db_file_free (PbDbFile *file);
gboolean pb_db_file_check (PbDbFile *file, GError **error);
void pb_db_file_abandon (PbDbFile *file);

G_END_DECLS
