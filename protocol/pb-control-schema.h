/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Holds JSON against the part of JSON Schema 2020-12 that our schemas use. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

gchar *pb_control_schema_check (
    JsonObject *root, JsonObject *schema, JsonNode *node);
JsonNode *pb_control_schema_copy (
    JsonObject *root, JsonObject *schema, JsonNode *node);
gchar *pb_control_schema_find_unknown (JsonNode *schema);

G_END_DECLS
