/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Names of drivers who do not exist. */
#pragma once

#include "racesim-config.h"

char *rs_driver_name (const RaceSimConfig *config, int number, int driver);
