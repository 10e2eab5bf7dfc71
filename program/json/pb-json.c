/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Members of a JSON object, one call each; and objects from outside. */
#include "json/pb-json.h"

#include <math.h>
#include <string.h>

/**
 * pb_json_add_text:
 * @b: inside an object
 * @name: of the member
 * @text: (nullable): any bytes; what is not UTF-8 is replaced, none is ""
 *
 * json-glib 1.6 and 1.8 write U+001F as it is, which no reader of JSON takes: it
 * becomes a blank.
 */
void
pb_json_add_text (JsonBuilder *b, const gchar *name, const gchar *text)
{
  g_autofree gchar *valid = g_utf8_make_valid (text ? text : "", -1);

  g_strdelimit (valid, "\x1f", ' ');
  json_builder_set_member_name (b, name);
  json_builder_add_string_value (b, valid);
}

/**
 * pb_json_add_int:
 * @b: inside an object
 * @name: of the member
 * @value: value
 */
void
pb_json_add_int (JsonBuilder *b, const gchar *name, gint64 value)
{
  json_builder_set_member_name (b, name);
  json_builder_add_int_value (b, value);
}

/**
 * pb_json_add_known_int:
 * @b: inside an object
 * @name: of the member
 * @value: value; negative = not known, which is null
 */
void
pb_json_add_known_int (JsonBuilder *b, const gchar *name, gint64 value)
{
  if (value < 0)
    pb_json_add_null (b, name);
  else
    pb_json_add_int (b, name, value);
}

/**
 * pb_json_add_known_text:
 * @b: inside an object
 * @name: of the member
 * @text: (nullable): as of pb_json_add_text(); none is null
 */
void
pb_json_add_known_text (JsonBuilder *b, const gchar *name, const gchar *text)
{
  if (text)
    pb_json_add_text (b, name, text);
  else
    pb_json_add_null (b, name);
}

/**
 * pb_json_add_utc_ms:
 * @b: inside an object
 * @name: of the member
 * @utc_us: microseconds since 1970; 0 = never, which is null
 */
void
pb_json_add_utc_ms (JsonBuilder *b, const gchar *name, gint64 utc_us)
{
  pb_json_add_known_int (b, name, utc_us != 0 ? utc_us / 1000 : -1);
}

/* json-glib appends ".0" where it sees no decimal point, also to 1e+300, and
 * that is no JSON: one driver's value would spoil the list of all. The
 * neighbouring double has a point. */
static gdouble
with_a_point (gdouble value)
{
  gchar text[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_dtostr (text, sizeof text, value);
  return strchr (text, 'e') && !strchr (text, '.') ? nextafter (value, 0.0)
                                                   : value;
}

/**
 * pb_json_add_number:
 * @b: inside an array, or behind a member's name
 * @value: value
 *
 * JSON has no NaN and no infinity: both are null. Some numbers that need an
 * exponent differ in the last of 53 bits.
 */
void
pb_json_add_number (JsonBuilder *b, gdouble value)
{
  if (isfinite (value))
    json_builder_add_double_value (b, with_a_point (value));
  else
    json_builder_add_null_value (b);
}

/**
 * pb_json_copy_value:
 * @node: a text, a number that is finite, a boolean or null
 *
 * For what came from outside and is handed on: as pb_json_add_text() and
 * pb_json_add_number() write it.
 *
 * Returns: (transfer full): a copy that every reader of JSON takes
 */
JsonNode *
pb_json_copy_value (JsonNode *node)
{
  const GType type = json_node_get_value_type (node);
  g_autofree gchar *text = NULL;

  if (type == G_TYPE_DOUBLE)
    return json_node_init_double (
        json_node_alloc (), with_a_point (json_node_get_double (node)));
  if (type != G_TYPE_STRING)
    return json_node_copy (node);
  text = g_strdelimit (json_node_dup_string (node), "\x1f", ' ');
  return json_node_init_string (json_node_alloc (), text);
}

/**
 * pb_json_add_double:
 * @b: inside an object
 * @name: of the member
 * @value: value, see pb_json_add_number()
 */
void
pb_json_add_double (JsonBuilder *b, const gchar *name, gdouble value)
{
  json_builder_set_member_name (b, name);
  pb_json_add_number (b, value);
}

/**
 * pb_json_add_bool:
 * @b: inside an object
 * @name: of the member
 * @value: value
 */
void
pb_json_add_bool (JsonBuilder *b, const gchar *name, gboolean value)
{
  json_builder_set_member_name (b, name);
  json_builder_add_boolean_value (b, value);
}

/**
 * pb_json_add_null:
 * @b: inside an object
 * @name: of the member
 */
void
pb_json_add_null (JsonBuilder *b, const gchar *name)
{
  json_builder_set_member_name (b, name);
  json_builder_add_null_value (b);
}

/**
 * pb_json_begin_object:
 * @b: inside an object
 * @name: of the member
 *
 * End it with json_builder_end_object().
 */
void
pb_json_begin_object (JsonBuilder *b, const gchar *name)
{
  json_builder_set_member_name (b, name);
  json_builder_begin_object (b);
}

/**
 * pb_json_begin_array:
 * @b: inside an object
 * @name: of the member
 *
 * End it with json_builder_end_array().
 */
void
pb_json_begin_array (JsonBuilder *b, const gchar *name)
{
  json_builder_set_member_name (b, name);
  json_builder_begin_array (b);
}

/* json-glib goes down by recursion, as deep as it is led. */
static gboolean
is_shallow (const gchar *text, gsize size, guint max_depth)
{
  gboolean in_string = FALSE;
  guint depth = 0;

  for (gsize i = 0; i < size; i++) {
    if (in_string) {
      if (text[i] == '\\')
        i++;
      else if (text[i] == '"')
        in_string = FALSE;
    } else if (text[i] == '"') {
      in_string = TRUE;
    } else if (text[i] == '{' || text[i] == '[') {
      if (++depth > max_depth)
        return FALSE;
    } else if ((text[i] == '}' || text[i] == ']') && depth > 0) {
      depth--;
    }
  }
  return TRUE;
}

/* The four hex digits at @at, or -1. */
static gint
read_unit (const gchar *at, const gchar *end)
{
  gint unit = 0;

  if (end - at < 4)
    return -1;
  for (guint i = 0; i < 4; i++) {
    gint digit = g_ascii_xdigit_value (at[i]);

    if (digit < 0)
      return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

/* Of an escape by number at @at: how many bytes it has, with its second half where it needs
 * one; 0 if it is no character. */
static gsize
measure_character (const gchar *at, const gchar *end)
{
  const gint unit = read_unit (at + 2, end);
  gint low;

  if (unit < 0 || (unit >= 0xdc00 && unit <= 0xdfff))
    return 0;
  if (unit < 0xd800 || unit > 0xdbff)
    return 6;
  if (end - at < 12 || at[6] != '\\' || at[7] != 'u')
    return 0;
  low = read_unit (at + 8, end);
  return low >= 0xdc00 && low <= 0xdfff ? 12 : 0;
}

/* json-glib 1.6 takes three digits of four and makes of them what is no UTF-8,
 * and what it would not take again. Backslashes are in strings alone, or it is no JSON. */
static gboolean
has_whole_escapes (const gchar *text, gsize size)
{
  const gchar *end = text + size;
  const gchar *at = text;

  while (at < end && (at = memchr (at, '\\', (gsize) (end - at))) != NULL) {
    gsize n = 2;

    if (end - at < 2 || at[1] == '\0' || !strchr ("\"\\/bfnrtu", at[1]))
      return FALSE;
    if (at[1] == 'u')
      n = measure_character (at, end);
    if (n == 0)
      return FALSE;
    at += n;
  }
  return TRUE;
}

/**
 * pb_json_parse_object:
 * @text: bytes from outside, whose number the caller has bounded
 * @max_depth: most objects and arrays within each other
 *
 * Returns: (transfer full): the object, or %NULL with @error set, saying what
 *   is wrong, if it is none
 */
JsonObject *
pb_json_parse_object (
    const gchar *text, gsize size, guint max_depth, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonNode *root;

  if (!g_utf8_validate (text, (gssize) size, NULL)
      || !has_whole_escapes (text, size)
      || !is_shallow (text, size, max_depth)) {
    g_set_error (error, JSON_PARSER_ERROR, JSON_PARSER_ERROR_PARSE,
        "it is not UTF-8, escapes what is no character, or is deeper than %u",
        max_depth);
    return NULL;
  }
  if (!json_parser_load_from_data (parser, text, (gssize) size, error))
    return NULL;
  root = json_parser_get_root (parser);
  if (root && JSON_NODE_HOLDS_OBJECT (root))
    return json_object_ref (json_node_get_object (root));
  g_set_error (error, JSON_PARSER_ERROR, JSON_PARSER_ERROR_PARSE,
      "it is no JSON object");
  return NULL;
}

/**
 * pb_json_get_text:
 * @object: (nullable): of pb_json_parse_object()
 *
 * Returns: (transfer none) (nullable): the member; %NULL if it is not there or
 *   no text
 */
const gchar *
pb_json_get_text (JsonObject *object, const gchar *name)
{
  JsonNode *node = object ? json_object_get_member (object, name) : NULL;

  return node && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

/**
 * pb_json_read_text:
 * @object: of pb_json_parse_object()
 * @text: (out) (transfer none) (nullable): the member; %NULL if it is not there
 *
 * Returns: %FALSE if it is there and no text
 */
gboolean
pb_json_read_text (JsonObject *object, const gchar *name, const gchar **text)
{
  *text = pb_json_get_text (object, name);
  return *text || !json_object_has_member (object, name);
}

/**
 * pb_json_read_bool:
 * @object: of pb_json_parse_object()
 * @value: (out): the member; %FALSE if it is not there
 *
 * Returns: %FALSE if it is there and neither true nor false
 */
gboolean
pb_json_read_bool (JsonObject *object, const gchar *name, gboolean *value)
{
  JsonNode *node = json_object_get_member (object, name);

  *value = FALSE;
  if (!node)
    return TRUE;
  if (json_node_get_value_type (node) != G_TYPE_BOOLEAN)
    return FALSE;
  *value = json_node_get_boolean (node);
  return TRUE;
}

/**
 * pb_json_get_int:
 * @object: (nullable): of pb_json_parse_object()
 * @value: (out): unchanged if it returns %FALSE
 *
 * Returns: %TRUE if the member is a whole number of that range
 */
gboolean
pb_json_get_int (JsonObject *object, const gchar *name, gint64 min, gint64 max,
    gint64 *value)
{
  JsonNode *node = object ? json_object_get_member (object, name) : NULL;
  gint64 number;

  if (!node || json_node_get_value_type (node) != G_TYPE_INT64)
    return FALSE;
  number = json_node_get_int (node);
  if (number < min || number > max)
    return FALSE;
  *value = number;
  return TRUE;
}
