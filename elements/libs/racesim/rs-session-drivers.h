/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The session text's DriverInfo: the driven car and the list of entries. */
#pragma once

#include "rs-race.h"

void rs_session_add_drivers (
    GString *text, const RsRace *race, const RsSeat *seat);
