/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbUnits: messages of pitbox-units.1 become MPEG-TS; what came before is left
 * out. No socket, no clock. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PbUnitsPlace:
 * @is_known: rows of a run were taken
 * @run_id: which run
 * @next: number of the first row that was not, modulo 2^32
 *
 * Up to where a driver's rows have come, over all connections.
 */
typedef struct {
  gboolean is_known;
  guint32 run_id;
  guint32 next;
} PbUnitsPlace;

/**
 * PbUnitsResult:
 * @PB_UNITS_TAKEN: it goes on as MPEG-TS
 * @PB_UNITS_DUPLICATE: its rows came before
 * @PB_UNITS_BAD: the connection should be closed
 */
typedef enum {
  PB_UNITS_TAKEN,
  PB_UNITS_DUPLICATE,
  PB_UNITS_BAD,
} PbUnitsResult;

/**
 * PbUnitsStats:
 * @units: taken
 * @rows: in them
 * @duplicate_rows: that came before and were left out
 * @missing_rows: that never came, by the numbers of those that did
 */
typedef struct {
  guint64 units;
  guint64 rows;
  guint64 duplicate_rows;
  guint64 missing_rows;
} PbUnitsStats;

typedef struct _PbUnits PbUnits;

/* What becomes of rows by their numbers: %PB_UNITS_BAD where some of them are
 * wanted and some are not. */
typedef PbUnitsResult (*PbUnitsFilter) (
    guint32 first, guint n_rows, gpointer user_data);

PbUnits *pb_units_new (const PbUnitsPlace *place);
PbUnits *pb_units_new_backfill (
    guint32 run_id, PbUnitsFilter filter, gpointer user_data);
void pb_units_free (PbUnits *units);
PbUnitsResult pb_units_take (PbUnits *units, const guint8 *message, gsize size,
    guint64 now_ns, GByteArray *ts, guint64 *time_ns, guint *n_units,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
const PbUnitsPlace *pb_units_get_place (const PbUnits *units);
const PbUnitsStats *pb_units_get_stats (const PbUnits *units);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbUnits, pb_units_free)

G_END_DECLS
