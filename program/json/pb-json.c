/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Members of a JSON object, one call each. */
#include "json/pb-json.h"

#include <math.h>
#include <string.h>

/**
 * pb_json_add_text:
 * @b: inside an object
 * @name: of the member
 * @text: (nullable): any bytes; what is not UTF-8 is replaced, none is ""
 */
void
pb_json_add_text (JsonBuilder *b, const gchar *name, const gchar *text)
{
  g_autofree gchar *valid = g_utf8_make_valid (text ? text : "", -1);

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
