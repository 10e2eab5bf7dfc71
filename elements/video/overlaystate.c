/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the rows said so far, as far as a display shows it. */
#include "overlaystate.h"

#include <math.h>
#include <string.h>

/* A hole in the rows that a trace should not draw a line over. */
#define MAX_STEP_S 1.0
/* Full lock on a trace: 3 / 4 of a turn; faster cars hardly turn further. */
#define STEER_RANGE (1.5 * G_PI)

OverlayState *
overlay_state_new (void)
{
  OverlayState *state = g_new0 (OverlayState, 1);

  state->map = overlay_map_new ();
  state->time_s = NAN;
  scene_revs_reset (&state->revs);
  for (guint i = 0; i < SCENE_N_VALUES; i++)
    state->row.value[i] = NAN;
  return state;
}

void
overlay_state_free (OverlayState *state)
{
  g_clear_pointer (&state->sample, gst_pitbox_sample_unref);
  g_clear_pointer (&state->schema, gst_pitbox_schema_unref);
  g_clear_pointer (&state->info, gst_pitbox_driver_info_free);
  overlay_map_free (state->map);
  g_free (state);
}

static void
tell_revs (OverlayState *state)
{
  IrsdkSession session = { 0 };

  scene_revs_reset (&state->revs);
  if (state->info == NULL)
    return;
  session.shift_first_rpm = state->info->first_rpm;
  session.shift_rpm = state->info->shift_rpm;
  session.shift_last_rpm = state->info->last_rpm;
  session.shift_blink_rpm = state->info->blink_rpm;
  scene_revs_set_session (&state->revs, &session);
}

void
overlay_state_set_session (OverlayState *state, GBytes *text)
{
  GstPitboxDriverInfo *info = gst_pitbox_driver_info_new (text);
  gboolean moved = state->info != NULL
                   && (strcmp (state->info->track, info->track) != 0
                       || strcmp (state->info->config, info->config) != 0);

  if (moved)
    overlay_map_reset (state->map);
  if (state->info == NULL || state->info->class_color != info->class_color)
    state->class_version++;
  g_clear_pointer (&state->info, gst_pitbox_driver_info_free);
  state->info = info;
  tell_revs (state);
}

static void
set_schema (OverlayState *state, GstPitboxSchema *schema)
{
  g_clear_pointer (&state->schema, gst_pitbox_schema_unref);
  state->schema = gst_pitbox_schema_ref (schema);
  scene_vars_bind (&state->vars, schema);
  state->forward = gst_pitbox_schema_find (schema, "VelocityX");
  state->left = gst_pitbox_schema_find (schema, "VelocityY");
  tell_revs (state);
}

static void
add_trail (OverlayState *state)
{
  OverlayTrail *trail = &state->trail[state->n_trail++ % OVERLAY_HISTORY];
  const SceneRow *row = &state->row;

  trail->time_s = state->time_s;
  trail->channel[0] = (gfloat) scene_row_get (row, SCENE_THROTTLE, 0);
  trail->channel[1] = (gfloat) scene_row_get (row, SCENE_BRAKE, 0);
  trail->channel[2] = (gfloat) (1 - scene_row_get (row, SCENE_CLUTCH, 1));
  trail->channel[3] =
      (gfloat) (scene_row_get (row, SCENE_STEER, 0) / STEER_RANGE);
  for (guint i = 0; i < 4; i++)
    trail->channel[i] = CLAMP (trail->channel[i], i == 3 ? -1.0f : 0.0f, 1.0f);
}

static void
step_map (OverlayState *state, gdouble dt)
{
  const SceneRow *row = &state->row;
  gdouble speed = scene_row_get (row, SCENE_SPEED, NAN);
  gdouble forward = gst_pitbox_row_get_newest (state->data, state->forward);
  gdouble left = gst_pitbox_row_get_newest (state->data, state->left);
  gdouble north = row->value[SCENE_YAW_NORTH];
  OverlayMapStep step = {
    .pct = row->value[SCENE_PCT],
    .placed = row->placed,
    .lat = row->value[SCENE_LAT],
    .lon = row->value[SCENE_LON],
    .forward = fabs (forward) < 1000 ? forward : speed,
    .left = fabs (left) < 1000 ? left : 0,
    /* North is up where the car says where it is. */
    .yaw = isfinite (north) ? G_PI / 2 - north : row->value[SCENE_YAW],
    .dt = dt,
  };

  overlay_map_step (state->map, &step);
}

/* Takes in the row of a picture; FALSE if it is the row before once more. The
 * sample is kept until the next. */
gboolean
overlay_state_step (OverlayState *state, GstPitboxSample *sample)
{
  gdouble time = (gdouble) sample->time / GST_SECOND, dt;

  if (state->sample != NULL
      && (sample == state->sample
          || (sample->schema == state->schema && time == state->time_s
              && sample->tick == state->sample->tick)))
    return FALSE;
  if (state->schema != sample->schema
      && (state->schema == NULL
          || !gst_pitbox_schema_equal (state->schema, sample->schema)))
    set_schema (state, sample->schema);
  gst_pitbox_sample_ref (sample);
  g_clear_pointer (&state->sample, gst_pitbox_sample_unref);
  state->sample = sample;
  state->data = g_bytes_get_data (sample->row, NULL);
  scene_row_read (&state->row, &state->vars, state->data);
  scene_revs_step (&state->revs, &state->row);
  dt = time - state->time_s;
  if (!(dt >= 0 && dt < MAX_STEP_S))
    state->n_trail = 0;
  state->time_s = time;
  add_trail (state);
  step_map (state, dt);
  return TRUE;
}

/* Row @number counted from the newest, 0; NULL if there is none. */
const OverlayTrail *
overlay_state_get_trail (const OverlayState *state, guint64 number)
{
  if (number >= state->n_trail || number >= OVERLAY_HISTORY)
    return NULL;
  return &state->trail[(state->n_trail - 1 - number) % OVERLAY_HISTORY];
}
