/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What drivers do about each other: follow, pass, make way, drive in convoy. */
#pragma once

#include "rs-race.h"

void rs_traffic_step (RsRace *race);
double rs_traffic_gap_m (
    const RsRace *race, const RsEntry *from, const RsEntry *to);
double rs_traffic_trouble_m (const RsRace *race, const RsEntry *me);
