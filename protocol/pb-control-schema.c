/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Holds JSON against the part of JSON Schema 2020-12 that our schemas use, so
 * that the file that people read is what both sides check by. */
#include "pb-control-schema.h"

#include "json/pb-json.h"

#include <math.h>
#include <string.h>

#define DEFS "#/$defs/"

/* All that the check knows, and what tells only people something. */
static const gchar *const keywords[] = { "$ref", "anyOf", "const", "enum",
  "items", "maxItems", "maxLength", "maximum", "minimum", "pattern",
  "properties", "additionalProperties", "required", "type", "$schema", "$id",
  "$defs", "title", "description", "oneOf", NULL };

static gchar *check (JsonObject *root, JsonObject *schema, JsonNode *node);

static gboolean
is_number (JsonNode *node)
{
  GType type = json_node_get_value_type (node);

  return JSON_NODE_HOLDS_VALUE (node)
         && (type == G_TYPE_INT64 || type == G_TYPE_DOUBLE);
}

static gboolean
is_text (JsonNode *node)
{
  return JSON_NODE_HOLDS_VALUE (node)
         && json_node_get_value_type (node) == G_TYPE_STRING;
}

static gboolean
is_of (JsonNode *node, const gchar *type)
{
  if (g_str_equal (type, "object"))
    return JSON_NODE_HOLDS_OBJECT (node);
  if (g_str_equal (type, "array"))
    return JSON_NODE_HOLDS_ARRAY (node);
  if (g_str_equal (type, "null"))
    return JSON_NODE_HOLDS_NULL (node);
  if (!JSON_NODE_HOLDS_VALUE (node))
    return FALSE;
  if (g_str_equal (type, "string"))
    return is_text (node);
  if (g_str_equal (type, "boolean"))
    return json_node_get_value_type (node) == G_TYPE_BOOLEAN;
  if (g_str_equal (type, "integer"))
    return json_node_get_value_type (node) == G_TYPE_INT64;
  return g_str_equal (type, "number") && is_number (node);
}

static gchar *
check_type (JsonNode *types, JsonNode *node)
{
  JsonArray *list;

  if (is_text (types))
    return is_of (node, json_node_get_string (types))
               ? NULL
               : g_strdup_printf (
                   ": it must be of type %s", json_node_get_string (types));
  list = json_node_get_array (types);
  for (guint i = 0; i < json_array_get_length (list); i++)
    if (is_of (node, json_array_get_string_element (list, i)))
      return NULL;
  return g_strdup (": it is of a wrong type");
}

static gchar *
check_enum (JsonArray *values, JsonNode *node)
{
  for (guint i = 0; i < json_array_get_length (values); i++)
    if (json_node_equal (json_array_get_element (values, i), node))
      return NULL;
  return g_strdup (": it is none of the values that it may have");
}

static gchar *
check_number (JsonObject *schema, JsonNode *node)
{
  const gdouble value = json_node_get_double (node);

  /* As it came it has more digits than a double: what is handed on would be
   * no JSON, for all who get it. */
  if (!isfinite (value))
    return g_strdup (": it is too large");
  if (json_object_has_member (schema, "minimum")
      && value < json_object_get_double_member (schema, "minimum"))
    return g_strdup_printf (": it must be %.15g or more",
        json_object_get_double_member (schema, "minimum"));
  if (json_object_has_member (schema, "maximum")
      && value > json_object_get_double_member (schema, "maximum"))
    return g_strdup_printf (": it must be %.15g or less",
        json_object_get_double_member (schema, "maximum"));
  return NULL;
}

static gchar *
check_text (JsonObject *schema, const gchar *text)
{
  if (json_object_has_member (schema, "maxLength")
      && g_utf8_strlen (text, -1)
             > json_object_get_int_member (schema, "maxLength"))
    return g_strdup_printf (": it has more than %" G_GINT64_FORMAT
                            " characters",
        json_object_get_int_member (schema, "maxLength"));
  if (json_object_has_member (schema, "pattern")
      && !g_regex_match_simple (
          json_object_get_string_member (schema, "pattern"), text,
          G_REGEX_DOLLAR_ENDONLY, 0))
    return g_strdup_printf (": it must match %s",
        json_object_get_string_member (schema, "pattern"));
  return NULL;
}

/* What is wrong with a part, with its name in front. */
static gchar *
prefix (const gchar *name, gchar *problem)
{
  gchar *text = problem ? g_strdup_printf (".%s%s", name, problem) : NULL;

  g_free (problem);
  return text;
}

static gchar *
check_array (JsonObject *root, JsonObject *schema, JsonArray *array)
{
  const guint n = json_array_get_length (array);
  gchar *problem = NULL;

  if (json_object_has_member (schema, "maxItems")
      && n > json_object_get_int_member (schema, "maxItems"))
    return g_strdup_printf (": it has more than %" G_GINT64_FORMAT " items",
        json_object_get_int_member (schema, "maxItems"));
  if (!json_object_has_member (schema, "items"))
    return NULL;
  for (guint i = 0; i < n && !problem; i++)
    problem = check (root, json_object_get_object_member (schema, "items"),
        json_array_get_element (array, i));
  return prefix ("item", problem);
}

static gchar *
check_required (JsonArray *names, JsonObject *object)
{
  for (guint i = 0; i < json_array_get_length (names); i++) {
    const gchar *name = json_array_get_string_element (names, i);

    if (!json_object_has_member (object, name))
      return g_strdup_printf (".%s: it is missing", name);
  }
  return NULL;
}

static gchar *
check_object (JsonObject *root, JsonObject *schema, JsonObject *object)
{
  JsonObject *properties =
      json_object_has_member (schema, "properties")
          ? json_object_get_object_member (schema, "properties")
          : NULL;
  JsonObject *others =
      json_object_has_member (schema, "additionalProperties")
          ? json_object_get_object_member (schema, "additionalProperties")
          : NULL;
  gchar *problem =
      json_object_has_member (schema, "required") ? check_required (
          json_object_get_array_member (schema, "required"), object)
                                                  : NULL;
  JsonObjectIter iter;
  const gchar *name;
  JsonNode *node;

  json_object_iter_init (&iter, object);
  while (!problem && json_object_iter_next (&iter, &name, &node)) {
    if (properties && json_object_has_member (properties, name))
      problem = prefix (name,
          check (root, json_object_get_object_member (properties, name), node));
    else if (others)
      problem = prefix ("member", check (root, others, node));
  }
  return problem;
}

static gchar *
check_any (JsonObject *root, JsonArray *schemas, JsonNode *node)
{
  gchar *problem = NULL;

  for (guint i = 0; i < json_array_get_length (schemas); i++) {
    g_free (problem);
    problem = check (root, json_array_get_object_element (schemas, i), node);
    if (!problem)
      return NULL;
  }
  return problem;
}

static JsonObject *
find_def (JsonObject *root, const gchar *ref)
{
  g_return_val_if_fail (g_str_has_prefix (ref, DEFS), NULL);
  return json_object_get_object_member (
      json_object_get_object_member (root, "$defs"), ref + strlen (DEFS));
}

static gchar *
check_values (JsonObject *root, JsonObject *schema, JsonNode *node)
{
  if (json_object_has_member (schema, "type")) {
    gchar *problem = check_type (json_object_get_member (schema, "type"), node);

    if (problem)
      return problem;
  }
  if (json_object_has_member (schema, "const")
      && !json_node_equal (json_object_get_member (schema, "const"), node))
    return g_strdup (": it is not what it must be");
  if (json_object_has_member (schema, "enum"))
    return check_enum (json_object_get_array_member (schema, "enum"), node);
  if (is_number (node))
    return check_number (schema, node);
  if (is_text (node))
    return check_text (schema, json_node_get_string (node));
  if (JSON_NODE_HOLDS_ARRAY (node))
    return check_array (root, schema, json_node_get_array (node));
  if (JSON_NODE_HOLDS_OBJECT (node))
    return check_object (root, schema, json_node_get_object (node));
  return NULL;
}

static gchar *
check (JsonObject *root, JsonObject *schema, JsonNode *node)
{
  gchar *problem = NULL;

  if (json_object_has_member (schema, "$ref"))
    problem = check (root,
        find_def (root, json_object_get_string_member (schema, "$ref")), node);
  if (!problem && json_object_has_member (schema, "anyOf"))
    problem =
        check_any (root, json_object_get_array_member (schema, "anyOf"), node);
  return problem ? problem : check_values (root, schema, node);
}

/**
 * pb_control_schema_check:
 * @root: the whole document, where its $defs are
 * @schema: a schema of it; one that pb_control_schema_find_unknown() has
 *   nothing against
 * @node: from outside, bounded in size and depth
 *
 * Pure. Any thread.
 *
 * Returns: (transfer full) (nullable): where and what is wrong, as
 *   ".args.mode: it is missing"; %NULL if nothing is
 */
gchar *
pb_control_schema_check (JsonObject *root, JsonObject *schema, JsonNode *node)
{
  return check (root, schema, node);
}

static JsonNode *
copy_array (JsonObject *root, JsonObject *items, JsonArray *array)
{
  JsonArray *copy = json_array_new ();
  JsonNode *node = json_node_alloc ();

  for (guint i = 0; i < json_array_get_length (array); i++)
    json_array_add_element (copy, pb_control_schema_copy (root, items,
                                      json_array_get_element (array, i)));
  json_node_init_array (node, copy);
  json_array_unref (copy);
  return node;
}

static JsonNode *
copy_object (JsonObject *root, JsonObject *properties, JsonObject *object)
{
  JsonObject *copy = json_object_new ();
  JsonNode *node = json_node_alloc ();
  JsonObjectIter iter;
  const gchar *name;
  JsonNode *member;

  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &name, &member))
    if (json_object_has_member (properties, name))
      json_object_set_member (copy, name,
          pb_control_schema_copy (
              root, json_object_get_object_member (properties, name), member));
  json_node_init_object (node, copy);
  json_object_unref (copy);
  return node;
}

/**
 * pb_control_schema_copy:
 * @root: the whole document
 * @schema: a schema of it
 * @node: what pb_control_schema_check() has nothing against
 *
 * For what is handed on: without the members that the schema does not name.
 *
 * Returns: (transfer full): a copy
 */
JsonNode *
pb_control_schema_copy (JsonObject *root, JsonObject *schema, JsonNode *node)
{
  if (json_object_has_member (schema, "$ref"))
    schema = find_def (root, json_object_get_string_member (schema, "$ref"));
  if (JSON_NODE_HOLDS_OBJECT (node)
      && json_object_has_member (schema, "properties"))
    return copy_object (root,
        json_object_get_object_member (schema, "properties"),
        json_node_get_object (node));
  if (JSON_NODE_HOLDS_ARRAY (node) && json_object_has_member (schema, "items"))
    return copy_array (root, json_object_get_object_member (schema, "items"),
        json_node_get_array (node));
  return JSON_NODE_HOLDS_VALUE (node) ? pb_json_copy_value (node)
                                      : json_node_copy (node);
}

static gboolean
is_map_of_schemas (const gchar *keyword)
{
  return g_str_equal (keyword, "properties") || g_str_equal (keyword, "$defs");
}

static gchar *
find_in_array (JsonArray *array)
{
  gchar *unknown = NULL;

  for (guint i = 0; i < json_array_get_length (array) && !unknown; i++)
    unknown =
        pb_control_schema_find_unknown (json_array_get_element (array, i));
  return unknown;
}

static gchar *
find_in_map (JsonObject *map)
{
  gchar *unknown = NULL;
  JsonObjectIter iter;
  JsonNode *node;

  json_object_iter_init (&iter, map);
  while (!unknown && json_object_iter_next (&iter, NULL, &node))
    unknown = pb_control_schema_find_unknown (node);
  return unknown;
}

/**
 * pb_control_schema_find_unknown:
 * @schema: a schema
 *
 * A keyword that the check does not know would be passed over in silence.
 *
 * Returns: (transfer full) (nullable): the first such; %NULL if there is none
 */
gchar *
pb_control_schema_find_unknown (JsonNode *schema)
{
  gchar *unknown = NULL;
  JsonObjectIter iter;
  const gchar *name;
  JsonNode *node;

  if (!JSON_NODE_HOLDS_OBJECT (schema))
    return NULL;
  json_object_iter_init (&iter, json_node_get_object (schema));
  while (!unknown && json_object_iter_next (&iter, &name, &node)) {
    if (!g_strv_contains (keywords, name))
      unknown = g_strdup (name);
    else if (is_map_of_schemas (name))
      unknown = find_in_map (json_node_get_object (node));
    else if (JSON_NODE_HOLDS_OBJECT (node))
      unknown = pb_control_schema_find_unknown (node);
    else if (JSON_NODE_HOLDS_ARRAY (node))
      unknown = find_in_array (json_node_get_array (node));
  }
  return unknown;
}
