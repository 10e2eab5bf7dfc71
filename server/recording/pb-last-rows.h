/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which rows of a driver's newest run are on disk. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean pb_last_rows_find (const gchar *recordings, const gchar *driver,
    guint32 *run_id, guint32 *next);

G_END_DECLS
