/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The session text's SessionInfo: which sessions there are and how they stand
 * or ended. */
#pragma once

#include "rs-race.h"

void rs_session_add_sessions (GString *text, const RsRace *race);
const char *rs_session_kind_name (RsSessionKind kind);
