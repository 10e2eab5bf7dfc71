/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Members of a JSON object, one call each; and objects from outside. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

void pb_json_add_text (JsonBuilder *b, const gchar *name, const gchar *text);
void pb_json_add_int (JsonBuilder *b, const gchar *name, gint64 value);
void pb_json_add_known_text (
    JsonBuilder *b, const gchar *name, const gchar *text);
void pb_json_add_utc_ms (JsonBuilder *b, const gchar *name, gint64 utc_us);
void pb_json_add_known_int (JsonBuilder *b, const gchar *name, gint64 value);
void pb_json_add_number (JsonBuilder *b, gdouble value);
JsonNode *pb_json_copy_value (JsonNode *node) G_GNUC_WARN_UNUSED_RESULT;
void pb_json_add_double (JsonBuilder *b, const gchar *name, gdouble value);
void pb_json_add_bool (JsonBuilder *b, const gchar *name, gboolean value);
void pb_json_begin_object (JsonBuilder *b, const gchar *name);
void pb_json_begin_array (JsonBuilder *b, const gchar *name);
void pb_json_add_null (JsonBuilder *b, const gchar *name);

JsonObject *pb_json_parse_object (const gchar *text, gsize size,
    guint max_depth, GError **error) G_GNUC_WARN_UNUSED_RESULT;
const gchar *pb_json_get_text (JsonObject *object, const gchar *name);
gboolean pb_json_read_text (
    JsonObject *object, const gchar *name, const gchar **text);
gboolean pb_json_read_bool (
    JsonObject *object, const gchar *name, gboolean *value);
gboolean pb_json_get_int (JsonObject *object, const gchar *name, gint64 min,
    gint64 max, gint64 *value);

G_END_DECLS
