/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The session text of a race, in the simulator's structure and encoding. */
#pragma once

#include "rs-race.h"

GBytes *rs_session_text (const RsRace *race, const RsSeat *seat);
