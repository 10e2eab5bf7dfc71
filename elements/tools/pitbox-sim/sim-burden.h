/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A game that another program's work slows: frames it does not draw. */
#pragma once

#include "sim-feed.h"

typedef struct SimBurden SimBurden;

SimBurden *sim_burden_new (SimFeed *feed, gdouble fps_a_core);
void sim_burden_free (SimBurden *burden);
const guint8 *sim_burden_put (
    SimBurden *burden, gint64 pid, const guint8 *row, gint64 now_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimBurden, sim_burden_free)
