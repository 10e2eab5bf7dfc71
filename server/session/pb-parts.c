/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who comes takes the places of what it brings, and no others. */
#include "session/pb-parts.h"

/**
 * pb_parts_to_string:
 *
 * Returns: (transfer none): "telemetry", "picture", "both" or "none"
 */
const gchar *
pb_parts_to_string (PbParts parts)
{
  static const gchar *const names[] = { "none", "telemetry", "picture",
    "both" };

  return names[parts & PB_PART_BOTH];
}

/**
 * pb_places_get:
 * @part: one part
 *
 * Returns: (transfer none) (nullable): who has its place
 */
gpointer
pb_places_get (const PbPlaces *places, PbParts part)
{
  for (guint i = 0; i < PB_N_PARTS; i++)
    if (part == 1u << i)
      return places->holders[i];
  return NULL;
}

/**
 * pb_places_of:
 * @who: a sender
 *
 * Returns: the places that @who has
 */
PbParts
pb_places_of (const PbPlaces *places, gconstpointer who)
{
  PbParts parts = PB_PART_NONE;

  for (guint i = 0; i < PB_N_PARTS; i++)
    if (who != NULL && places->holders[i] == who)
      parts |= 1u << i;
  return parts;
}

/**
 * pb_places_taken:
 * @but: (nullable): whose places do not count
 *
 * Returns: the places that somebody has
 */
PbParts
pb_places_taken (const PbPlaces *places, gconstpointer but)
{
  PbParts parts = PB_PART_NONE;

  for (guint i = 0; i < PB_N_PARTS; i++)
    if (places->holders[i] != NULL && places->holders[i] != but)
      parts |= 1u << i;
  return parts;
}

/**
 * pb_places_take:
 * @who: a sender
 * @parts: what it brings
 * @pushed_out: (out): the senders that have lost their last place by it, each
 *   once; %NULL where there is none
 */
void
pb_places_take (PbPlaces *places, gpointer who, PbParts parts,
    gpointer pushed_out[PB_N_PARTS])
{
  const PbPlaces before = *places;

  for (guint i = 0; i < PB_N_PARTS; i++)
    if (parts & (1u << i))
      places->holders[i] = who;
  for (guint i = 0; i < PB_N_PARTS; i++) {
    gpointer old = before.holders[i];

    pushed_out[i] = NULL;
    if (old == NULL || old == who || pb_places_of (places, old) != 0
        || (i > 0 && pushed_out[0] == old))
      continue;
    pushed_out[i] = old;
  }
}

/**
 * pb_places_leave:
 * @who: a sender that has gone
 *
 * Returns: the places that are free by it
 */
PbParts
pb_places_leave (PbPlaces *places, gconstpointer who)
{
  const PbParts parts = pb_places_of (places, who);

  for (guint i = 0; i < PB_N_PARTS; i++)
    if (parts & (1u << i))
      places->holders[i] = NULL;
  return parts;
}
