/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A GstStructure becomes a JSON object, member by member. */
#include "pb-stats.h"

#include "json/pb-json.h"

static void
add_value (JsonBuilder *b, const gchar *name, const GValue *value)
{
  g_auto (GValue) number = G_VALUE_INIT;

  if (G_VALUE_HOLDS_STRING (value)) {
    pb_json_add_known_text (b, name, g_value_get_string (value));
  } else if (G_VALUE_HOLDS_BOOLEAN (value)) {
    pb_json_add_bool (b, name, g_value_get_boolean (value));
  } else {
    g_value_init (&number, G_TYPE_DOUBLE);
    if (g_value_transform (value, &number))
      pb_json_add_double (b, name, g_value_get_double (&number));
    else
      pb_json_add_null (b, name);
  }
}

/* "send-buffer-ms" in a GstStructure is "send_buffer_ms" in JSON. */
static gboolean
add_field (GQuark id, const GValue *value, gpointer user_data)
{
  g_autofree gchar *name =
      g_strdelimit (g_strdup (g_quark_to_string (id)), "-", '_');

  add_value (user_data, name, value);
  return TRUE;
}

/**
 * pb_stats_add:
 * @b: inside an object
 * @name: of the member
 * @stats: (nullable): strings, booleans and numbers; what is none of them, NaN
 *   and infinity are null; %NULL is an empty object
 */
void
pb_stats_add (JsonBuilder *b, const gchar *name, const GstStructure *stats)
{
  pb_json_begin_object (b, name);
  if (stats != NULL)
    gst_structure_foreach (stats, add_field, b);
  json_builder_end_object (b);
}
