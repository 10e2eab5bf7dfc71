/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Cells of the tables that decisions are recorded in: pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean pb_cell_parse_count (const gchar *text, guint64 most, guint64 *count);
gboolean pb_cell_parse_number (const gchar *text, gdouble *value);
gboolean pb_cell_parse_word (const gchar *text,
    const gchar *(*to_string) (guint), guint n, guint *value);
const gchar *pb_cell_step_word (guint step);

G_END_DECLS
