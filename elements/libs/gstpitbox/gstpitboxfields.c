/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Reduced field sets: which variables stay, and copying them out of a row. */
#include "gstpitboxfields.h"

#include "gstpitboxcaps.h"
#include "gstpitboxerror.h"
#include "gstpitboxfieldlist.h"

#include <string.h>

/* Names that @full lacks are passed over: one list serves all cars. */
static gboolean
field_wanted (gchar **names, const gchar *name)
{
  for (guint i = 0; names[i] != NULL; i++)
    if (gst_pitbox_name_match (g_strstrip (names[i]), name))
      return TRUE;
  return FALSE;
}

GstPitboxFieldMap *
gst_pitbox_field_map_new (
    const GstPitboxSchema *full, const gchar *fields, GError **error)
{
  g_auto (GStrv) names = g_strsplit (fields, ",", -1);
  guint n_vars = gst_pitbox_schema_get_n_vars (full);
  g_autofree GstPitboxVar *vars = g_new0 (GstPitboxVar, n_vars);
  GstPitboxFieldMap *map = g_new0 (GstPitboxFieldMap, 1);
  guint n = 0, offset = 0;

  map->from = g_new0 (guint, n_vars);
  map->bytes = g_new0 (guint, n_vars);
  for (guint i = 0; i < n_vars; i++) {
    const GstPitboxVar *v = gst_pitbox_schema_get_var (full, i);
    guint bytes = v->count * gst_pitbox_var_type_size (v->type);

    /* Variables may overlap in a schema, so copies of them can outgrow it. */
    if (!field_wanted (names, v->name)
        || offset + bytes > GST_PITBOX_MAX_ROW_BYTES)
      continue;
    vars[n] = *v;
    vars[n].offset = offset;
    map->from[n] = v->offset;
    map->bytes[n] = bytes;
    offset += bytes;
    n++;
  }
  if (n == 0)
    g_set_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
        "None of the fields \"%s\" is in this car's telemetry", fields);
  else
    map->schema = gst_pitbox_schema_new (gst_pitbox_schema_get_sim (full),
        gst_pitbox_schema_get_tick_rate (full), offset, vars, n, error);
  if (map->schema == NULL)
    g_clear_pointer (&map, gst_pitbox_field_map_free);
  return map;
}

void
gst_pitbox_field_map_free (GstPitboxFieldMap *map)
{
  g_clear_pointer (&map->schema, gst_pitbox_schema_unref);
  g_free (map->from);
  g_free (map->bytes);
  g_free (map);
}

void
gst_pitbox_field_map_apply (
    const GstPitboxFieldMap *map, const guint8 *full_row, guint8 *row)
{
  guint n = gst_pitbox_schema_get_n_vars (map->schema);

  for (guint i = 0; i < n; i++) {
    memcpy (row, full_row + map->from[i], map->bytes[i]);
    row += map->bytes[i];
  }
}
