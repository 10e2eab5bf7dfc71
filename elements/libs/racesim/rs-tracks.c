/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The shipped tracks. Every line, place and name here is invented. */
#include "rs-track.h"

#include <string.h>

/* A road course on a hillside: thirteen corners, 32 m of climb. */
static const double cinder_ridge[][3] = {
  { 0, 0, 12 },
  { 140, 0, 13 },
  { 290, 0, 15 },
  { 400, 0, 17 },
  { 452, -18, 18 },
  { 472, -60, 18 },
  { 455, -105, 17 },
  { 410, -150, 16 },
  { 368, -190, 15 },
  { 350, -235, 14 },
  { 366, -278, 13 },
  { 415, -300, 13 },
  { 510, -302, 16 },
  { 610, -305, 20 },
  { 700, -312, 24 },
  { 775, -335, 26 },
  { 808, -368, 27 },
  { 800, -405, 28 },
  { 765, -420, 29 },
  { 700, -415, 30 },
  { 620, -425, 31 },
  { 560, -465, 32 },
  { 500, -500, 33 },
  { 430, -500, 33 },
  { 380, -470, 33 },
  { 330, -470, 32 },
  { 280, -510, 30 },
  { 235, -570, 27 },
  { 180, -615, 24 },
  { 105, -622, 21 },
  { 50, -590, 18 },
  { 25, -535, 16 },
  { 45, -475, 13 },
  { 95, -425, 10 },
  { 112, -372, 8 },
  { 85, -325, 6 },
  { 25, -305, 4 },
  { -60, -305, 2 },
  { -130, -305, 1 },
  { -172, -290, 1 },
  { -205, -300, 1 },
  { -250, -330, 2 },
  { -310, -345, 3 },
  { -375, -330, 4 },
  { -415, -280, 5 },
  { -412, -220, 6 },
  { -375, -180, 7 },
  { -362, -145, 7 },
  { -385, -110, 8 },
  { -430, -95, 8 },
  { -462, -65, 9 },
  { -460, -25, 9 },
  { -425, -2, 9 },
  { -350, 0, 9 },
  { -240, 0, 10 },
  { -120, 0, 11 },
};

/* A short one for practice and for tests: five corners, half a minute. */
static const double pinwheel[][3] = {
  { 0, 0, 3 },
  { 60, 0, 3 },
  { 130, -2, 3 },
  { 185, -20, 4 },
  { 205, -65, 5 },
  { 175, -105, 6 },
  { 120, -115, 6 },
  { 75, -135, 5 },
  { 60, -175, 4 },
  { 20, -205, 3 },
  { -30, -190, 2 },
  { -60, -150, 2 },
  { -105, -135, 2 },
  { -150, -150, 2 },
  { -195, -130, 2 },
  { -210, -80, 2 },
  { -190, -30, 2 },
  { -140, -3, 2 },
  { -70, 0, 3 },
};

static const RsTrackSpec specs[] = {
  {
      .name = "cinderridge full",
      .display_name = "Cinder Ridge",
      .short_name = "Cinder Ridge",
      .config_name = "Full Course",
      .id = 9001,
      .points = cinder_ridge,
      .n_points = G_N_ELEMENTS (cinder_ridge),
      .smooth_m = 8,
      .latitude_deg = 38.0,
      .longitude_deg = -35.0,
      .altitude_m = 140,
      .north_offset_rad = 1.0472,
      .pit_entry_m = 330,
      .pit_exit_m = 280,
      .pit_side_m = 18,
      .pit_speed_kph = 72,
      .sector_start = { 0.0, 0.337, 0.685 },
      .n_sectors = 3,
  },
  {
      .name = "pinwheel short",
      .display_name = "Pinwheel",
      .short_name = "Pinwheel",
      .config_name = "Short",
      .id = 9002,
      .points = pinwheel,
      .n_points = G_N_ELEMENTS (pinwheel),
      .smooth_m = 5,
      .latitude_deg = 38.2,
      .longitude_deg = -35.4,
      .altitude_m = 60,
      .north_offset_rad = 0.35,
      .pit_entry_m = 110,
      .pit_exit_m = 110,
      .pit_side_m = 12,
      .pit_speed_kph = 50,
      .sector_start = { 0.0, 0.36, 0.68 },
      .n_sectors = 3,
  },
};

/* Returns the track with that number, or NULL past the last. */
const RsTrackSpec *
rs_track_spec (guint index)
{
  return index < G_N_ELEMENTS (specs) ? &specs[index] : NULL;
}

/*
 * Finds a track by its full name or by the first word of it; NULL means the
 * first. Returns NULL if there is none of that name.
 */
const RsTrackSpec *
rs_track_spec_find (const char *name)
{
  if (name == NULL)
    return &specs[0];
  for (guint i = 0; i < G_N_ELEMENTS (specs); i++) {
    const gsize word = strcspn (specs[i].name, " ");

    if (strcmp (name, specs[i].name) == 0
        || (strlen (name) == word && strncmp (name, specs[i].name, word) == 0))
      return &specs[i];
  }
  return NULL;
}
