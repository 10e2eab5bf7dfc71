/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What cars lose lies on the road until the marshals have fetched it. */
#include "rs-debris.h"

/* Between cars that pass by. */
#define FETCHED_AFTER_S 75.0
/* So far before it the flag is shown. */
#define SHOWN_M 450.0

static void
fetch_oldest (RsRace *race)
{
  rs_race_note (
      race, "debris-gone", NULL, race->debris[0].s / race->track->length_m);
  race->n_debris--;
  for (guint i = 0; i < race->n_debris; i++)
    race->debris[i] = race->debris[i + 1];
}

/* Leaves a part of the car where it is. */
void
rs_debris_leave (RsRace *race, const RsEntry *entry)
{
  if (race->n_debris == RS_MAX_DEBRIS)
    fetch_oldest (race);
  race->debris[race->n_debris++] =
      (RsDebris){ entry->car.s, race->time_s + FETCHED_AFTER_S };
  rs_race_note (race, "debris", entry, entry->car.s / race->track->length_m);
}

/* One tick. */
void
rs_debris_step (RsRace *race)
{
  while (race->n_debris > 0 && race->debris[0].until_s <= race->time_s)
    fetch_oldest (race);
}

/* Whether this car's driver is shown the flag. */
gboolean
rs_debris_ahead (const RsRace *race, const RsEntry *me)
{
  for (guint i = 0; i < race->n_debris; i++)
    if (rs_track_wrap (race->track, race->debris[i].s - me->car.s) < SHOWN_M)
      return TRUE;
  return FALSE;
}
