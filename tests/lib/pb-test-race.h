/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A reader of simulated rows that knows nothing but their variable table. */
#pragma once

#include <racesim/racesim.h>

#define PB_TEST_TICK_S (1.0 / 60)
/* Rows of a little more than two laps of the short track. */
#define PB_TEST_TWO_LAPS 3700

typedef struct {
  RaceSim *sim;
  const RaceSimVar *vars;
  guint n_vars;
  gsize row_bytes;
  guint8 *row;
} PbTestRace;

RaceSimConfig pb_test_race_short_track (RaceSimShape shape);
void pb_test_race_start (PbTestRace *race, const RaceSimConfig *config);
void pb_test_race_stop (PbTestRace *race);
void pb_test_race_next (PbTestRace *race);
gboolean pb_test_race_has (const PbTestRace *race, const gchar *name);
const RaceSimVar *pb_test_race_find (const PbTestRace *race, const gchar *name);
gdouble pb_test_race_value (
    const PbTestRace *race, const RaceSimVar *var, guint index);
gdouble pb_test_race_get (const PbTestRace *race, const gchar *name);
gdouble pb_test_race_get_at (
    const PbTestRace *race, const gchar *name, guint index);
