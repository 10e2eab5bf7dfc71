/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the words of a layout mean: numbers, colours, choices. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Each: FALSE where @text is no such thing. */
gboolean overlay_value_number (const gchar *text, gdouble *value);
gboolean overlay_value_extent (
    const gchar *text, gdouble *value, gboolean *percent);
gboolean overlay_value_bool (const gchar *text, gboolean *value);
gboolean overlay_value_color (const gchar *text, guint32 *color);
gboolean overlay_value_choice (
    const gchar *text, const gchar *const *choices, gint *choice);

G_END_DECLS
