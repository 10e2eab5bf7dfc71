/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which rows of those that somebody has are not on disk here; pure. */
#pragma once

#include <gstpitbox/gstpitbox.h>

#include "ingest/pb-units.h"
#include "store/pb-row-range.h"

G_BEGIN_DECLS

void pb_backfill_lack_add (
    GArray *lack, const GArray *asked, const GArray *have);
guint64 pb_backfill_lack_count (const GArray *lack);
PbUnitsResult pb_backfill_lack_find (
    const GArray *lack, guint32 first, guint n_rows);
void pb_backfill_lack_remove (GArray *lack, guint32 first, guint n_rows);
void pb_backfill_lack_note (GArray *came, guint32 first, guint n_rows);

G_END_DECLS
