/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What pitbox-sim was asked to do. */
#pragma once

#include "sim-out.h"

/* No number that could be said. */
#define SPEED_NOT_SAID (-G_MAXDOUBLE)

typedef struct {
  RaceSimConfig race;
  SimShmConfig shm;
  gchar *track, *start, *event, *weather;
  gchar *ibt, *write_ibt, *write_live, *truth, *control, *shm_name;
  gchar *tell, **words; /* the other end of the control socket, what is said */
  gdouble speed; /* 0 = as fast as it can, or SPEED_NOT_SAID */
  gdouble duration_s; /* 0 = without end */
  gint64 seed, burden_pid; /* whose work slows the game; 0 = nobody's */
  gdouble burden_fps; /* by so much for each core of it */
  gint cars, header_version, buffers, drivers, classes, laps, team_drivers;
  gboolean once, no_360hz, quiet, list_tracks, version;
} SimOptions;

void sim_options_init (SimOptions *options);
void sim_options_clear (SimOptions *options);
gboolean sim_options_parse (
    SimOptions *options, int *argc, char ***argv, GError **error);
gboolean sim_options_only_files (const SimOptions *options);
