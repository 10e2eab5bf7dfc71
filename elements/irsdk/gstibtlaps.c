/* SPDX-License-Identifier: LGPL-2.1-or-later
 * First row of each lap, over rows without a place in them. */
#include "gstibtlaps.h"

/**
 * gst_ibt_laps_init:
 * @laps: (out): what to set up
 * @schema: layout of the rows; must outlive @laps
 */
void
gst_ibt_laps_init (GstIbtLaps *laps, const GstPitboxSchema *schema)
{
  laps->lap = gst_pitbox_schema_find (schema, "Lap");
  laps->surface = gst_pitbox_schema_find (schema, "PlayerTrackSurface");
  laps->lat = gst_pitbox_schema_find (schema, "Lat");
  laps->lon = gst_pitbox_schema_find (schema, "Lon");
  laps->starts = g_array_new (FALSE, FALSE, sizeof (guint64));
  laps->next_row = 0;
}

/**
 * gst_ibt_laps_clear:
 * @laps: what gst_ibt_laps_init() set up
 */
void
gst_ibt_laps_clear (GstIbtLaps *laps)
{
  g_clear_pointer (&laps->starts, g_array_unref);
}

/* The sim writes such a row first, and where a car is reset to the pits: its
 * Lap is 0 whatever lap it is. */
static gboolean
has_no_place (const GstIbtLaps *self, const guint8 *row)
{
  if (gst_pitbox_row_get_newest_int64 (row, self->surface, 0) == -1)
    return TRUE;
  return self->lat != NULL && self->lon != NULL
         && gst_pitbox_row_get_newest (row, self->lat) == 0
         && gst_pitbox_row_get_newest (row, self->lon) == 0;
}

/**
 * gst_ibt_laps_add:
 * @laps: laps
 * @index: number of the row
 * @row: the row
 *
 * Looks at a row if it is the next one in order; others tell nothing about
 * where a lap starts.
 */
void
gst_ibt_laps_add (GstIbtLaps *laps, guint64 index, const guint8 *row)
{
  const guint64 none = G_MAXUINT64;
  gint64 lap;

  if (index != laps->next_row)
    return;
  laps->next_row++;
  lap = gst_pitbox_row_get_newest_int64 (row, laps->lap, -1);
  if (lap < 0 || lap >= GST_IBT_MAX_LAPS || has_no_place (laps, row))
    return;
  while (laps->starts->len <= (guint) lap)
    g_array_append_val (laps->starts, none);
  if (g_array_index (laps->starts, guint64, lap) == none)
    g_array_index (laps->starts, guint64, lap) = index;
}

/**
 * gst_ibt_laps_find:
 * @laps: laps
 * @lap: number of a lap, as in the variable Lap
 * @index: (out): its first row
 *
 * Returns: whether a row of that lap has been seen
 */
gboolean
gst_ibt_laps_find (const GstIbtLaps *laps, gint64 lap, guint64 *index)
{
  if (lap < 0 || lap >= laps->starts->len
      || g_array_index (laps->starts, guint64, lap) == G_MAXUINT64)
    return FALSE;
  *index = g_array_index (laps->starts, guint64, lap);
  return TRUE;
}
