/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Laps out of the rows on disk, whichever way they came there. */
#pragma once

#include "analysis/pb-laps.h"
#include "store/pb-store.h"

G_BEGIN_DECLS

PbLaps *pb_lap_rows_read (PbStore *store, const gchar *recordings,
    const gchar *driver, gint64 from_utc_us, gint64 to_utc_us, const gint *stop,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
