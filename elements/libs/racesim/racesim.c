/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A racing simulator without pictures: rows and session text as iRacing writes
 * them, from cars and tracks of our own making. */
#include "racesim-private.h"
#include "rs-command.h"
#include "rs-event.h"
#include "rs-frame.h"
#include "rs-session.h"
#include "rs-truth.h"
#include "rs-vars.h"

struct _RaceSimView {
  RaceSim *sim;
  guint seat;
  RsLayout *layout;
  RsFrame *frame;
  GBytes *text;
  guint text_update;
};

/**
 * race_sim_new:
 * @config: what to simulate; not used after the call
 * @error: %RACE_SIM_ERROR_CONFIG if a value is out of its range or there is no
 *   such track
 *
 * Not thread safe: one simulator and its views, one thread.
 *
 * Returns: (transfer full): a simulator before its first row, or %NULL
 */
RaceSim *
race_sim_new (const RaceSimConfig *config, GError **error)
{
  RsRace *race = rs_event_new (config, error);
  RaceSim *sim;

  if (race == NULL)
    return NULL;
  sim = g_new0 (RaceSim, 1);
  sim->race = race;
  sim->view = race_sim_view_new (sim, 0, config->shape);
  return sim;
}

/**
 * race_sim_free:
 * @sim: (transfer full) (nullable): a simulator; its views must be gone
 */
void
race_sim_free (RaceSim *sim)
{
  if (sim == NULL)
    return;
  race_sim_view_free (sim->view);
  rs_event_free (sim->race);
  g_free (sim);
}

/**
 * race_sim_get_vars:
 * @sim: a simulator
 * @n_vars: (out): number of variables
 *
 * Returns: (array length=n_vars): the variables of the first seat's rows in
 * their order, valid as long as @sim
 */
const RaceSimVar *
race_sim_get_vars (const RaceSim *sim, guint *n_vars)
{
  return race_sim_view_get_vars (sim->view, n_vars);
}

/**
 * race_sim_get_row_bytes:
 * @sim: a simulator
 *
 * Returns: size of the first seat's rows in bytes
 */
guint
race_sim_get_row_bytes (const RaceSim *sim)
{
  return race_sim_view_get_row_bytes (sim->view);
}

/**
 * race_sim_step:
 * @sim: a simulator
 *
 * Goes on by one tick of 1/60 s; the first call makes tick 1.
 */
void
race_sim_step (RaceSim *sim)
{
  if (sim->begun)
    rs_event_step (sim->race);
  sim->begun = TRUE;
}

/**
 * race_sim_next_row:
 * @sim: a simulator
 * @row: (out caller-allocates): race_sim_get_row_bytes() bytes
 *
 * Goes on by one tick and writes the first seat's row. The first row has no
 * place yet, as the simulator's own first rows have none.
 */
void
race_sim_next_row (RaceSim *sim, guint8 *row)
{
  race_sim_step (sim);
  race_sim_view_write_row (sim->view, row);
}

/**
 * race_sim_get_tick:
 * @sim: a simulator
 *
 * Returns: SessionTick of the last tick made; 1 is the first
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
 * Returns: seconds since the running session began; starts again at 0 with
 * each session
 */
gdouble
race_sim_get_session_time (const RaceSim *sim)
{
  return sim->race->time_s;
}

/**
 * race_sim_is_over:
 * @sim: a simulator
 *
 * Returns: whether the last session has ended; never in a run without race
 * control
 */
gboolean
race_sim_is_over (const RaceSim *sim)
{
  return sim->race->over;
}

/**
 * race_sim_get_seat_car_idx:
 * @sim: a simulator
 * @seat: 0 to n_seats - 1 of the configuration
 *
 * Returns: the CarIdx of the car this driver sits in
 */
guint
race_sim_get_seat_car_idx (const RaceSim *sim, guint seat)
{
  const RsRace *race = sim->race;

  g_return_val_if_fail (seat < race->n_seats, 0);
  return (guint) race->first_idx + race->seats[seat].entry;
}

/**
 * race_sim_command:
 * @sim: a simulator
 * @command: pit, tow, spin, wreck, off-track (@value 1: a cut), penalty,
 *   damage (@value 0 to 1), disconnect (@value: seconds), leave, return,
 *   replay (@value 1 on, 0 off), weather (@value: rain 0 to 1, -1 as it was),
 *   caution (@value 1 on, 0 green at the line), red (@value 1 on, 0 on behind
 *   the pace car), debris, next-session
 * @car_idx: which car, -1 for the first seat's
 * @value: see @command
 * @error: %RACE_SIM_ERROR_COMMAND with the reason why not
 *
 * Interferes with the race; the next row shows it.
 *
 * Returns: whether it was possible
 */
gboolean
race_sim_command (RaceSim *sim, const gchar *command, gint car_idx,
    gdouble value, GError **error)
{
  return rs_command (sim->race, command, car_idx, value, error);
}

/**
 * race_sim_get_truth:
 * @sim: a simulator
 *
 * What has happened so far, as the JSON that elements/tools/README.md describes.
 *
 * Returns: (transfer full): the text, in UTF-8
 */
gchar *
race_sim_get_truth (const RaceSim *sim)
{
  return rs_truth (sim->race);
}

/**
 * race_sim_get_session_text:
 * @sim: a simulator
 * @update: (out) (optional): number of this version, from 1; it rises with
 *   results, drivers and sessions, by one every 2 s at most
 *
 * Returns: (transfer full): the session text of the first seat in ISO-8859-1
 */
GBytes *
race_sim_get_session_text (RaceSim *sim, guint *update)
{
  return race_sim_view_get_session_text (sim->view, update);
}

/**
 * race_sim_view_new:
 * @sim: a simulator, which must outlive the view
 * @seat: whose rows, 0 to n_seats - 1 of the configuration
 * @shape: which variables they have
 *
 * Several views show the same ticks of the same race.
 *
 * Returns: (transfer full): a view
 */
RaceSimView *
race_sim_view_new (RaceSim *sim, guint seat, RaceSimShape shape)
{
  RaceSimView *view;

  g_return_val_if_fail (seat < sim->race->n_seats, NULL);
  view = g_new0 (RaceSimView, 1);
  view->sim = sim;
  view->seat = seat;
  view->layout = rs_layout_new (sim->race, &sim->race->seats[seat], shape);
  view->frame = g_new0 (RsFrame, 1);
  return view;
}

/**
 * race_sim_view_free:
 * @view: (transfer full) (nullable): a view
 */
void
race_sim_view_free (RaceSimView *view)
{
  if (view == NULL)
    return;
  g_clear_pointer (&view->text, g_bytes_unref);
  rs_layout_free (view->layout);
  g_free (view->frame);
  g_free (view);
}

/**
 * race_sim_view_get_vars:
 * @view: a view
 * @n_vars: (out): number of variables
 *
 * Returns: (array length=n_vars): the variables in the order of the row, valid
 * as long as @view
 */
const RaceSimVar *
race_sim_view_get_vars (const RaceSimView *view, guint *n_vars)
{
  *n_vars = view->layout->n_vars;
  return view->layout->vars;
}

/**
 * race_sim_view_get_row_bytes:
 * @view: a view
 *
 * Returns: size of a row in bytes
 */
guint
race_sim_view_get_row_bytes (const RaceSimView *view)
{
  return view->layout->row_bytes;
}

/**
 * race_sim_view_write_row:
 * @view: a view
 * @row: (out caller-allocates): race_sim_view_get_row_bytes() bytes
 *
 * Writes the row of the tick that race_sim_step() made last.
 */
void
race_sim_view_write_row (RaceSimView *view, guint8 *row)
{
  const RsRace *race = view->sim->race;

  rs_frame_fill (view->frame, race, &race->seats[view->seat]);
  rs_layout_write (view->layout, view->frame, row);
}

/**
 * race_sim_view_get_session_text:
 * @view: a view
 * @update: (out) (optional): number of this version, from 1
 *
 * Returns: (transfer full): the session text of that seat in ISO-8859-1
 */
GBytes *
race_sim_view_get_session_text (RaceSimView *view, guint *update)
{
  const RsRace *race = view->sim->race;

  if (view->text == NULL || view->text_update != race->text_update) {
    g_clear_pointer (&view->text, g_bytes_unref);
    view->text = rs_session_text (race, &race->seats[view->seat]);
    view->text_update = race->text_update;
  }
  if (update != NULL)
    *update = view->text_update;
  return g_bytes_ref (view->text);
}
