/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbLapRepair: laps that had a hole until its rows followed. */
#pragma once

#include "session/pb-registry.h"

G_BEGIN_DECLS

/* Main thread only, but for pb_lap_repair_note(). */
typedef struct _PbLapRepair PbLapRepair;

PbLapRepair *pb_lap_repair_new (
    PbStore *store, const gchar *recordings, PbRegistry *registry);
void pb_lap_repair_free (PbLapRepair *repair);
void pb_lap_repair_note (PbLapRepair *repair, const gchar *driver,
    gint64 from_utc_us, gint64 to_utc_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbLapRepair, pb_lap_repair_free)

G_END_DECLS
