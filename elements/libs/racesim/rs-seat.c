/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What only the one who sits in a car knows. */
#include "rs-seat.h"

#include <math.h>

/* Notes what the crew sees at the tyres while the car stands in its box. */
static void
look_at_tyres (RsGarage *garage, const RsCar *car)
{
  for (guint w = 0; w < RS_WHEELS; w++)
    for (guint k = 0; k < 3; k++) {
      garage->carcass_c[w][k] = car->wheel[w].carcass_c;
      garage->wear[w][k] = car->wheel[w].wear[k];
    }
}

void
rs_seat_init (RsSeat *seat, guint entry, const RsCar *car, guint64 seed)
{
  seat->entry = entry;
  seat->water_c = seat->oil_c = 77;
  rs_body_init (&seat->body, car, seed);
  look_at_tyres (&seat->garage, car);
  rs_seat_begin (seat);
}

/* A new session: nothing to compare with yet. */
void
rs_seat_begin (RsSeat *seat)
{
  seat->to_best = seat->to_optimal = seat->to_last = (RsDelta){ 0 };
  rs_trace_init (&seat->trace);
}

/* Notes what the car does now as sample k of the row; dt: since the last. */
void
rs_seat_sample (RsSeat *seat, const RsCar *car, guint k, double dt)
{
  const double trail_m = 0.030, reduction = 1.7;
  const double slip = car->sideslip_rad;
  RsSample *sample = &seat->sample[k];
  RsBody *body = &seat->body;

  rs_body_step (body, car, dt);
  sample->velocity_x = car->speed * cos (slip);
  sample->velocity_y = car->speed * sin (slip);
  sample->velocity_z = body->heave_mps;
  sample->yaw_rate = body->yaw_rate;
  sample->pitch_rate = body->pitch_rate;
  sample->roll_rate = body->roll_rate;
  sample->vert_accel = body->vert_accel;
  sample->lat_accel = car->lat_accel;
  /* An accelerometer on a slope feels gravity too. */
  sample->long_accel = car->accel + RS_GRAVITY * car->at.grade;
  if (rs_car_spinning (car)) {
    /* It turns with the body, the forces stay with the course. */
    const double along = sample->long_accel, across = sample->lat_accel;
    const double turn = rs_car_spin_angle (car);

    sample->long_accel = along * cos (turn) - across * sin (turn);
    sample->lat_accel = along * sin (turn) + across * cos (turn);
  }
  sample->steering_nm =
      -trail_m / reduction
          * (car->wheel[RS_LF].force_y_n + car->wheel[RS_RF].force_y_n)
      + 4.0 * (body->road_mps[RS_LF] - body->road_mps[RS_RF]);
  for (guint w = 0; w < RS_WHEELS; w++) {
    sample->shock_m[w] = rs_body_shock_m (body, w);
    sample->shock_mps[w] = rs_body_shock_mps (body, w);
  }
}

static void
step_trace (
    RsSeat *seat, const RsEntry *me, double time_s, int lap_before, double dt)
{
  const double pct = me->car.s / me->car.track->length_m;
  const double lap_s = time_s - me->timer.start_s;
  RsTrace *trace = &seat->trace;

  if (me->timer.lap != lap_before) {
    if (me->timer.late_time_s > 0)
      rs_trace_finish (trace, me->timer.late_time_s);
    rs_trace_begin (trace, pct, lap_s);
  } else {
    rs_trace_move (trace, pct, lap_s);
  }
  rs_trace_compare (trace, trace->best, trace->have_best, dt, &seat->to_best);
  rs_trace_compare (
      trace, trace->optimal, trace->have_best, dt, &seat->to_optimal);
  rs_trace_compare (trace, trace->last, trace->have_last, dt, &seat->to_last);
}

/* Counts one row; time_s: the session's, after it. */
void
rs_seat_step (
    RsSeat *seat, const RsEntry *me, double time_s, int lap_before, double dt)
{
  const RsCar *car = &me->car;
  const double load = car->throttle * car->rpm / car->spec->redline_rpm;

  step_trace (seat, me, time_s, lap_before, dt);
  seat->water_c += dt * 0.02 * (74 + 16 * load - seat->water_c);
  seat->oil_c += dt * 0.012 * (78 + 30 * load - seat->oil_c);
  seat->blank_rows = MAX (0, seat->blank_rows - 1);
  if (car->in_stall)
    look_at_tyres (&seat->garage, car);
}
