/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The sessions of an event: how each begins, ends, and hands on to the next. */
#pragma once

#include "rs-race.h"

void rs_sessions_init (RsRace *race);
void rs_sessions_take_results (RsRace *race);
void rs_sessions_end (RsRace *race);
