/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The parts of a driver's stream, and who brings which; pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PbParts:
 * @PB_PART_NONE: nothing that is known yet
 * @PB_PART_TELEMETRY: rows
 * @PB_PART_PICTURE: H.264 or H.265
 * @PB_PART_BOTH: both
 *
 * What a sender brings, or which places it has.
 */
typedef enum {
  PB_PART_NONE = 0,
  PB_PART_TELEMETRY = 1 << 0,
  PB_PART_PICTURE = 1 << 1,
  PB_PART_BOTH = PB_PART_TELEMETRY | PB_PART_PICTURE,
} PbParts;

#define PB_N_PARTS 2

/**
 * PbPlaces:
 * @holders: (nullable): who has the place of part 1 << n
 *
 * A driver has one place for each part. Zeroed memory is: all are free. Senders
 * are compared, never looked at.
 */
typedef struct {
  gpointer holders[PB_N_PARTS];
} PbPlaces;

const gchar *pb_parts_to_string (PbParts parts);
gpointer pb_places_get (const PbPlaces *places, PbParts part);
PbParts pb_places_of (const PbPlaces *places, gconstpointer who);
PbParts pb_places_taken (const PbPlaces *places, gconstpointer but);
void pb_places_take (PbPlaces *places, gpointer who, PbParts parts,
    gpointer pushed_out[PB_N_PARTS]);
PbParts pb_places_leave (PbPlaces *places, gconstpointer who);

G_END_DECLS
