/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Feet and gearbox: what makes a car follow its driver's plan. */
#pragma once

#include "rs-carstate.h"

void rs_pedals_step (RsCar *car, double dt);
void rs_gearbox_step (RsCar *car, double dt);
void rs_gearbox_follow (RsCar *car);
