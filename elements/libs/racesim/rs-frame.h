/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The values of one row, from the state of the driven car. */
#pragma once

#include "rs-frame-fields.h"

void rs_frame_fill (RsFrame *frame, const RsRace *race, const RsSeat *seat);
