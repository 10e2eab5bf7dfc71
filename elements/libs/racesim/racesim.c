/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A racing simulator without pictures: rows and session text as iRacing writes
 * them, from cars and tracks of our own making. */
#include "racesim.h"

#include "rs-session.h"
#include "rs-vars.h"

struct _RaceSim {
  RsRace *race;
  RsLayout *layout;
  RsFrame *frame;
  RsGarage garage;
  gboolean begun;
  GBytes *text;
  guint text_update;
};

G_DEFINE_QUARK (race - sim - error - quark, race_sim_error)

/**
 * race_sim_config_init:
 * @config: (out): the configuration
 *
 * Sets everything to its default: seed 1, default track, live shape with 360
 * Hz arrays, 12 cars, rolling start at 0.9 of a lap, 60 litres, unevenness 1.
 */
void
race_sim_config_init (RaceSimConfig *config)
{
  *config = (RaceSimConfig){
    .seed = 1,
    .shape = RACE_SIM_SHAPE_LIVE,
    .n_cars = 12,
    .start = RACE_SIM_START_ROLLING,
    .lap_start = 0.9,
    .fuel_l = 60,
    .unevenness = 1,
    .with_360hz = TRUE,
  };
}

/**
 * race_sim_new:
 * @config: what to simulate; not used after the call
 * @error: %RACE_SIM_ERROR_CONFIG if a value is out of its range or there is no
 *   such track
 *
 * Not thread safe: one simulator, one thread.
 *
 * Returns: (transfer full): a simulator before its first row, or %NULL
 */
RaceSim *
race_sim_new (const RaceSimConfig *config, GError **error)
{
  RsRace *race = rs_race_new (config, error);
  RaceSim *sim;

  if (race == NULL)
    return NULL;
  sim = g_new0 (RaceSim, 1);
  sim->race = race;
  sim->layout = rs_layout_new (race);
  sim->frame = g_new0 (RsFrame, 1);
  rs_garage_look (&sim->garage, &race->cars[race->player].car);
  return sim;
}

/**
 * race_sim_free:
 * @sim: (transfer full) (nullable): a simulator
 */
void
race_sim_free (RaceSim *sim)
{
  if (sim == NULL)
    return;
  g_clear_pointer (&sim->text, g_bytes_unref);
  rs_layout_free (sim->layout);
  rs_race_free (sim->race);
  g_free (sim->frame);
  g_free (sim);
}

/**
 * race_sim_get_vars:
 * @sim: a simulator
 * @n_vars: (out): number of variables
 *
 * Returns: (array length=n_vars): the variables in the order of the row, valid
 * as long as @sim
 */
const RaceSimVar *
race_sim_get_vars (const RaceSim *sim, guint *n_vars)
{
  *n_vars = sim->layout->n_vars;
  return sim->layout->vars;
}

/**
 * race_sim_get_row_bytes:
 * @sim: a simulator
 *
 * Returns: size of a row in bytes
 */
guint
race_sim_get_row_bytes (const RaceSim *sim)
{
  return sim->layout->row_bytes;
}

/**
 * race_sim_next_row:
 * @sim: a simulator
 * @row: (out caller-allocates): race_sim_get_row_bytes() bytes
 *
 * Goes on by one tick of 1/60 s and writes its row. The first row has no place
 * yet, as the simulator's own first rows have none.
 */
void
race_sim_next_row (RaceSim *sim, guint8 *row)
{
  const RsEntry *me = &sim->race->cars[sim->race->player];

  if (sim->begun)
    rs_race_step (sim->race);
  sim->begun = TRUE;
  if (me->car.in_stall)
    rs_garage_look (&sim->garage, &me->car);
  rs_frame_fill (sim->frame, sim->race, &sim->garage);
  rs_layout_write (sim->layout, sim->frame, row);
}

/**
 * race_sim_get_tick:
 * @sim: a simulator
 *
 * Returns: SessionTick of the last row written; 1 is the first
 */
gint64
race_sim_get_tick (const RaceSim *sim)
{
  return sim->race->tick;
}

/**
 * race_sim_get_session_time:
 * @sim: a simulator
 *
 * Returns: SessionTime of the last row written, in seconds
 */
gdouble
race_sim_get_session_time (const RaceSim *sim)
{
  return sim->race->time_s;
}

/**
 * race_sim_get_session_text:
 * @sim: a simulator
 * @update: (out) (optional): number of this version, from 1; it rises with
 *   laps that are finished, by one every 2 s at most
 *
 * Returns: (transfer full): the session text in ISO-8859-1
 */
GBytes *
race_sim_get_session_text (RaceSim *sim, guint *update)
{
  if (sim->text == NULL || sim->text_update != sim->race->text_update) {
    g_clear_pointer (&sim->text, g_bytes_unref);
    sim->text = rs_session_text (sim->race);
    sim->text_update = sim->race->text_update;
  }
  if (update != NULL)
    *update = sim->text_update;
  return g_bytes_ref (sim->text);
}

/**
 * race_sim_track_name:
 * @index: 0, 1, ...
 *
 * Returns: (nullable): name of a track that is built in, %NULL past the last
 */
const gchar *
race_sim_track_name (guint index)
{
  const RsTrackSpec *spec = rs_track_spec (index);

  return spec != NULL ? spec->name : NULL;
}
