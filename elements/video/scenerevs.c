/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which shift lights are on. */
#include "scenerevs.h"

#include <string.h>

/* What an unknown car has until it revs higher. */
#define GUESS_RPM 6000.0

static void
set_limits (SceneRevs *revs, gdouble first, gdouble last, gdouble blink)
{
  if (!(first > 100 && last >= first && last < 50000))
    return;
  revs->first_rpm = first;
  revs->last_rpm = MAX (last, first + 1);
  revs->blink_rpm = blink > revs->last_rpm ? blink : revs->last_rpm * 1.01;
  revs->scale_rpm = MAX (revs->blink_rpm, revs->seen_rpm) * 1.02;
  revs->told = TRUE;
}

void
scene_revs_reset (SceneRevs *revs)
{
  memset (revs, 0, sizeof *revs);
  revs->seen_rpm = GUESS_RPM;
  scene_revs_step (revs, NULL);
}

/* The limits as the session string says them; missing ones are NaN. */
void
scene_revs_set_session (SceneRevs *revs, const IrsdkSession *session)
{
  set_limits (revs, session->shift_first_rpm, session->shift_last_rpm,
      session->shift_blink_rpm);
}

/* row may be NULL: only settle the limits. */
void
scene_revs_step (SceneRevs *revs, const SceneRow *row)
{
  if (row != NULL) {
    revs->seen_rpm = MAX (revs->seen_rpm, scene_row_get (row, SCENE_RPM, 0));
    revs->seen_rpm = MIN (revs->seen_rpm, 50000);
    set_limits (revs, row->value[SCENE_RPM_FIRST], row->value[SCENE_RPM_LAST],
        row->value[SCENE_RPM_BLINK]);
  }
  if (revs->told)
    return;
  revs->first_rpm = revs->seen_rpm * 0.82;
  revs->last_rpm = revs->seen_rpm * 0.97;
  revs->blink_rpm = revs->seen_rpm * 0.995;
  revs->scale_rpm = revs->seen_rpm * 1.03;
}

/* Lights that are on, of n_lights. */
guint
scene_revs_lights (const SceneRevs *revs, const SceneRow *row, guint n_lights)
{
  gdouble rpm = scene_row_get (row, SCENE_RPM, 0);
  gdouble share = (rpm - revs->first_rpm) / (revs->last_rpm - revs->first_rpm);

  if (!(share >= 0))
    return 0;
  return MIN (n_lights, 1 + (guint) (MIN (share, 1.0) * (n_lights - 1)));
}

gboolean
scene_revs_blink (const SceneRevs *revs, const SceneRow *row)
{
  return scene_row_get (row, SCENE_RPM, 0) >= revs->blink_rpm;
}
