/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What goes wrong: off the road, spins, contact, crashes, tows, penalties,
 * and cars that are not there any more. */
#pragma once

#include "rs-race.h"

void rs_trouble_step (RsRace *race, RsEntry *entry, double dt);
void rs_trouble_wide (RsRace *race, RsEntry *entry, gboolean cut);
void rs_trouble_spin (RsRace *race, RsEntry *entry);
void rs_trouble_crash (RsRace *race, RsEntry *entry);
void rs_trouble_tow (RsRace *race, RsEntry *entry);
void rs_trouble_leave (RsRace *race, RsEntry *entry, gboolean disconnected);
void rs_trouble_return (RsRace *race, RsEntry *entry);
