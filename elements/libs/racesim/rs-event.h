/* SPDX-License-Identifier: LGPL-2.1-or-later
 * An event from its configuration to its last tick: what happens in which order.
 */
#pragma once

#include "rs-race.h"

RsRace *rs_event_new (const RaceSimConfig *config, GError **error);
void rs_event_free (RsRace *race);
void rs_event_step (RsRace *race);
