/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Members of a JSON object, one call each. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

void pb_json_add_text (JsonBuilder *b, const gchar *name, const gchar *text);
void pb_json_add_int (JsonBuilder *b, const gchar *name, gint64 value);
void pb_json_add_known_int (JsonBuilder *b, const gchar *name, gint64 value);
void pb_json_add_number (JsonBuilder *b, gdouble value);
void pb_json_add_double (JsonBuilder *b, const gchar *name, gdouble value);
void pb_json_add_bool (JsonBuilder *b, const gchar *name, gboolean value);
void pb_json_begin_object (JsonBuilder *b, const gchar *name);
void pb_json_begin_array (JsonBuilder *b, const gchar *name);
void pb_json_add_null (JsonBuilder *b, const gchar *name);

G_END_DECLS
