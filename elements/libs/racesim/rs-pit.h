/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Pit stops: why, how a car gets to its box, and what is done there. */
#pragma once

#include "rs-race.h"

void rs_pit_step (RsRace *race, RsEntry *entry, double dt);
void rs_pit_stand_in_box (RsRace *race, RsEntry *entry);
void rs_pit_serve (RsRace *race, RsEntry *entry);
void rs_pit_penalise (RsRace *race, RsEntry *entry);
int rs_pit_status (const RsEntry *entry);
