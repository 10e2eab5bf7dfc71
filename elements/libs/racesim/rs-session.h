/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The session text of a race, in the simulator's structure and encoding. */
#pragma once

#include "rs-race.h"

GBytes *rs_session_text (const RsRace *race, const RsSeat *seat);

/* Parts of it, in files of their own. */
void rs_session_add_drivers (
    GString *text, const RsRace *race, const RsSeat *seat);
void rs_session_add_sessions (GString *text, const RsRace *race);
void rs_session_add_value (GString *text, const char *key, const char *format,
    double value, const char *unit);
const char *rs_session_kind_name (RsSessionKind kind);
