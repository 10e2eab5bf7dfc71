/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What cars lose lies on the road until the marshals have fetched it. */
#pragma once

#include "rs-race.h"

void rs_debris_leave (RsRace *race, const RsEntry *entry);
void rs_debris_step (RsRace *race);
gboolean rs_debris_ahead (const RsRace *race, const RsEntry *me);
