/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Tyre temperature and wear from the power that slip turns into heat. */
#pragma once

#include "rs-carstate.h"

void rs_tyres_step (RsCar *car, double dt);
