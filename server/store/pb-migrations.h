/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The database's tables, brought from any older version to this one; for the
 * store only. */
#pragma once

#include <gio/gio.h>
#include <sqlite3.h>

G_BEGIN_DECLS

gboolean pb_store_migrate (sqlite3 *db, gint *version, GError **error);

G_END_DECLS
