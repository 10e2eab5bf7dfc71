/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What can be asked of a race while it runs. */
#pragma once

#include "rs-race.h"

gboolean rs_command (RsRace *race, const char *command, int car_idx,
    double value, GError **error);
