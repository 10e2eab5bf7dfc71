/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The values of one row that tell of all cars. */
#pragma once

#include "rs-frame-fields.h"

void rs_frame_fill_cars (
    RsFrame *frame, const RsRace *race, const RsSeat *seat);
