/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Commands that steer a running pitbox-sim: what a line means, now or later. */
#pragma once

#include <racesim/racesim.h>

/* Wishes of the one who steers, for the loop that makes rows. */
typedef struct {
  RaceSim *race; /* NULL while a recording is played */
  gboolean paused, quit, crash;
  gdouble speed; /* times real time, 0 = as fast as it can */
  gint64 burden_pid; /* the process that slows the game; 0 = none */
  gint64 tick; /* of the last row */
  GArray *waiting; /* commands for later ticks */
} SimSteer;

void sim_steer_init (SimSteer *steer, RaceSim *race, gdouble speed);
void sim_steer_clear (SimSteer *steer);
gchar *sim_steer_line (SimSteer *steer, const gchar *line);
void sim_steer_tick (SimSteer *steer, gint64 tick);
