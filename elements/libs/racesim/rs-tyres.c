/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Tyre temperature and wear from the power that slip turns into heat. */
#include "rs-tyres.h"

#include <math.h>

/* Tread of one third of a tyre, J/K; the carcass is five times as heavy. */
#define TREAD_J_PER_K 2600.0
/* Share of the slip power that stays in the tyre; the road takes the rest. */
#define HEAT_SHARE 0.56
#define AIR_C 24.0
#define TRACK_C 36.0
/* Tread is gone after this much slip work on one third of a tyre. */
#define WEAR_J 3.5e7

/*
 * Camber loads the inner third more and cornering the outer third of the outer
 * tyres. k: 0 left, 1 middle, 2 right.
 */
static double
tread_share (const RsCar *car, guint w, guint k)
{
  const double outward = w == RS_LF || w == RS_LR ? -1.0 : 1.0;
  const double lean = CLAMP (car->lat_accel / 16, -1, 1);
  const double side = k == 0 ? -1.0 : k == 2 ? 1.0 : 0.0;

  return (1 - 0.09 * side * outward + 0.10 * side * lean) / 3;
}

void
rs_tyres_step (RsCar *car, double dt)
{
  const double v = car->speed;

  for (guint w = 0; w < RS_WHEELS; w++) {
    RsWheel *wheel = &car->wheel[w];
    const double work_w = v
                          * (fabs (wheel->force_y_n * wheel->slip_angle_rad)
                              + fabs (wheel->force_x_n * wheel->slip_ratio));
    double flow = 0;

    for (guint k = 0; k < 3; k++) {
      const double share = work_w * tread_share (car, w, k);
      const double to_carcass =
          0.045 * (wheel->surface_c[k] - wheel->carcass_c);
      const double to_outside =
          (0.002 + 0.00011 * v) * (wheel->surface_c[k] - AIR_C)
          + 0.0001 * v * (wheel->surface_c[k] - TRACK_C);

      wheel->surface_c[k] +=
          dt * (HEAT_SHARE * share / TREAD_J_PER_K - to_carcass - to_outside);
      wheel->wear[k] = MAX (0, wheel->wear[k] - dt * share / WEAR_J);
      flow += to_carcass / 3;
    }
    wheel->carcass_c +=
        dt * (0.45 * flow - 0.0006 * (wheel->carcass_c - AIR_C));
  }
}
