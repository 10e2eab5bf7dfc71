/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who takes part, and where everyone stands when a session begins. */
#pragma once

#include "rs-race.h"

void rs_field_init (RsRace *race);
void rs_field_place_run (RsRace *race);
void rs_field_place_boxes (RsRace *race);
void rs_field_place_grid (RsRace *race);
void rs_field_renew (RsRace *race, RsEntry *entry);
void rs_field_stand (RsRace *race, RsEntry *entry, double s, double until_s);
