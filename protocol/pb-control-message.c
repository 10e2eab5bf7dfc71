/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Messages of the control channel: bytes from outside become objects that fit
 * the schema. */
#include "pb-control-message.h"

#include "json/pb-json.h"
#include "pb-control-resources.h"
#include "pb-control-schema.h"

#define SCHEMA_PATH "/pitbox/protocol/control.schema.json"

G_DEFINE_QUARK (pb - control - error, pb_control_error)

/**
 * pb_control_error_to_code:
 * @error: of %PB_CONTROL_ERROR
 *
 * Returns: (transfer none): `code` of the error message that answers it
 */
const gchar *
pb_control_error_to_code (const GError *error)
{
  static const gchar *const codes[] = { "bad_json", "unknown_type", "invalid" };

  return codes[error->code];
}

/* Read once; never freed. */
static JsonObject *
get_schema (void)
{
  static gsize schema = 0;

  if (g_once_init_enter (&schema)) {
    g_autoptr (GBytes) file =
        g_resource_lookup_data (pb_control_get_resource (), SCHEMA_PATH,
            G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
    g_autoptr (JsonParser) parser = json_parser_new_immutable ();

    if (!json_parser_load_from_data (parser, g_bytes_get_data (file, NULL),
            (gssize) g_bytes_get_size (file), NULL))
      g_assert_not_reached ();
    g_once_init_leave (&schema, (gsize) json_object_ref (json_node_get_object (
                                    json_parser_get_root (parser))));
  }
  return (JsonObject *) schema;
}

/* The schema of messages of that type: those that "oneOf" lists. */
static JsonObject *
find_type (JsonObject *schema, const gchar *type)
{
  JsonArray *list = json_object_get_array_member (schema, "oneOf");
  g_autofree gchar *ref = g_strconcat ("#/$defs/", type, NULL);

  for (guint i = 0; i < json_array_get_length (list); i++)
    if (g_str_equal (ref, json_object_get_string_member (
                              json_array_get_object_element (list, i), "$ref")))
      return json_object_get_object_member (
          json_object_get_object_member (schema, "$defs"), type);
  return NULL;
}

/**
 * pb_control_message_check:
 * @type: of the message
 * @node: the message
 * @error: %PB_CONTROL_ERROR, in words for the sender
 *
 * Any thread.
 *
 * Returns: %FALSE with @error set
 */
gboolean
pb_control_message_check (const gchar *type, JsonNode *node, GError **error)
{
  JsonObject *root = get_schema ();
  JsonObject *schema = find_type (root, type);
  g_autofree gchar *problem = NULL;

  if (!schema) {
    g_set_error (error, PB_CONTROL_ERROR, PB_CONTROL_ERROR_UNKNOWN_TYPE,
        "There is no message of type \"%.64s\" in version %d of the protocol",
        type, PB_CONTROL_VERSION);
    return FALSE;
  }
  problem = pb_control_schema_check (root, schema, node);
  if (!problem)
    return TRUE;
  g_set_error (
      error, PB_CONTROL_ERROR, PB_CONTROL_ERROR_INVALID, "%s%s", type, problem);
  return FALSE;
}

/**
 * pb_control_message_parse:
 * @text: bytes from outside, whose number the caller has bounded
 * @size: of @text
 * @error: %PB_CONTROL_ERROR, in words for the sender
 *
 * Any thread.
 *
 * Returns: (transfer full) (nullable): a message as the schema has it; unknown
 *   members are in it still
 */
JsonObject *
pb_control_message_parse (const gchar *text, gsize size, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (JsonObject) object =
      pb_json_parse_object (text, size, PB_CONTROL_MAX_DEPTH, &problem);
  g_autoptr (JsonNode) node = NULL;
  const gchar *type;

  if (!object) {
    g_set_error (error, PB_CONTROL_ERROR, PB_CONTROL_ERROR_BAD_JSON,
        "A message is one JSON object: %s", problem->message);
    return NULL;
  }
  type = pb_json_get_text (object, "type");
  if (!type) {
    g_set_error_literal (error, PB_CONTROL_ERROR, PB_CONTROL_ERROR_INVALID,
        "A message has a member \"type\", a text");
    return NULL;
  }
  node = json_node_init_object (json_node_alloc (), object);
  return pb_control_message_check (type, node, error)
             ? g_steal_pointer (&object)
             : NULL;
}

/**
 * pb_control_message_copy_known:
 * @message: of pb_control_message_parse()
 *
 * Returns: (transfer full): a copy to pass on, without unknown members
 */
JsonNode *
pb_control_message_copy_known (JsonObject *message)
{
  JsonObject *root = get_schema ();
  g_autoptr (JsonNode) node =
      json_node_init_object (json_node_alloc (), message);

  return pb_control_schema_copy (
      root, find_type (root, pb_json_get_text (message, "type")), node);
}

/**
 * pb_control_message_to_text:
 * @builder: a whole object
 *
 * Returns: (transfer full): it, in one line
 */
gchar *
pb_control_message_to_text (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);

  return json_to_string (root, FALSE);
}

/**
 * pb_control_fit:
 * @peer_min: oldest version that the other side speaks
 * @peer_max: newest
 * @version: (out): the newest that both speak, if there is one
 *
 * Pure.
 *
 * Returns: whether there is one, else who must be updated
 */
PbControlFit
pb_control_fit (gint64 peer_min, gint64 peer_max, gint64 *version)
{
  *version = MIN (peer_max, PB_CONTROL_VERSION);
  if (peer_max < PB_CONTROL_VERSION_MIN || peer_max < peer_min)
    return PB_CONTROL_TOO_OLD;
  return peer_min > PB_CONTROL_VERSION ? PB_CONTROL_TOO_NEW : PB_CONTROL_FITS;
}
