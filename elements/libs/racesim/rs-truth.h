/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The truth about a race as JSON: what readers of its rows should find. */
#pragma once

#include "rs-race.h"

char *rs_truth (const RsRace *race);
