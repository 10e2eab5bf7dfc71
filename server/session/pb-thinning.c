/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Reads what telemetrydec's caps say of a stream that was made thinner. */
#include "session/pb-thinning.h"

/**
 * pb_thinning_set:
 * @thinning: (out): see #PbThinning
 * @schema: of the rows
 * @full_schema_id: of the simulator's own layout
 * @full_n_vars: variables in it
 * @rate_divisor: of the simulator's ticks one of so many comes
 *
 * Pure.
 */
void
pb_thinning_set (PbThinning *thinning, const GstPitboxSchema *schema,
    guint32 full_schema_id, guint full_n_vars, guint rate_divisor)
{
  const guint tick_rate = gst_pitbox_schema_get_tick_rate (schema);
  const gboolean is_part = full_schema_id != gst_pitbox_schema_get_id (schema);

  thinning->full_schema_id = full_schema_id;
  thinning->n_fields = gst_pitbox_schema_get_n_vars (schema);
  thinning->n_full =
      is_part ? MAX (full_n_vars, thinning->n_fields) : thinning->n_fields;
  thinning->rate_hz = tick_rate / (gdouble) MAX (rate_divisor, 1);
  thinning->is_thinned = is_part || rate_divisor > 1;
}

/**
 * pb_thinning_read:
 * @thinning: (out): see #PbThinning
 * @caps: of the rows
 * @schema: of the rows
 *
 * Pure. What the caps do not say is as the simulator has it.
 */
void
pb_thinning_read (
    PbThinning *thinning, const GstCaps *caps, const GstPitboxSchema *schema)
{
  const GstStructure *s = gst_caps_get_structure (caps, 0);
  const guint tick_rate = gst_pitbox_schema_get_tick_rate (schema);
  guint id = gst_pitbox_schema_get_id (schema);
  guint n_full = gst_pitbox_schema_get_n_vars (schema);
  gint num = 0, den = 1;

  gst_structure_get_uint (s, "full-schema-id", &id);
  gst_structure_get_uint (s, "full-n-vars", &n_full);
  thinning->full_schema_id = id;
  thinning->n_fields = gst_pitbox_schema_get_n_vars (schema);
  thinning->n_full = MAX (n_full, thinning->n_fields);
  thinning->rate_hz = tick_rate;
  if (gst_structure_get_fraction (s, "rate", &num, &den) && num > 0 && den > 0)
    thinning->rate_hz = num / (gdouble) den;
  thinning->is_thinned =
      id != gst_pitbox_schema_get_id (schema) || thinning->rate_hz < tick_rate;
}
