/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Race control: sessions one after the other, start, flags, finish. */
#pragma once

#include "rs-race.h"

void rs_control_step (RsRace *race);
void rs_control_crossed (RsRace *race, RsEntry *entry, double cross_s);
gboolean rs_control_caution (RsRace *race, gboolean on);
gboolean rs_control_red (RsRace *race, gboolean on);
void rs_control_next (RsRace *race);
guint32 rs_control_flags (const RsRace *race, const RsEntry *me);
