/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the public functions share. */
#pragma once

#include "racesim.h"
#include "rs-race.h"

struct _RaceSim {
  RsRace *race;
  RaceSimView *view; /* the configured one */
  gboolean begun;
};
