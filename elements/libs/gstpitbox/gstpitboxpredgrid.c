/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Codec 2: positions on a grid.
 *
 * The simulator writes Lat and Lon as origin + scale * (float) (k * 0.01f), k a
 * whole number of centimetres from the track's origin. Once the encoder has
 * found origin, scale and the zero of k, a double of 52 mantissa bits is worth
 * a small whole number; until then, and wherever the rule fails, the value goes
 * the ordinary way. Origin and scale stand in key rows. */
#include "gstpitboxpredictive.h"

#include <math.h>

#define CENTIMETRE 0.01f
/* Metres of one degree lie within this on any planet the simulator has. */
#define MIN_SCALE 1e-7
#define MAX_SCALE 1e-2
#define MAX_K (1 << 24)
/* Units in the last place by which a value may miss its grid point. */
#define MAX_MISS 6
/* In key rows: centimetres from the origin, and bits of the scale that make no
 * difference at that distance. */
#define PLACE_BITS 21
#define PLACE_LIMIT (1 << (PLACE_BITS - 1))
#define SCALE_DROP 8
/* The search. */
#define MIN_SPAN 300
#define MIN_VALUES 64
/* Values kept lie so many centimetres apart: where the car has been tells one
 * zero from another, how often it was asked there does not. */
#define MIN_SPACING 70
#define ZEROS_PER_ROW 500
#define MAX_ZERO 1500000
#define PAIR_TOLERANCE 1e-6
#define FIT_TOLERANCE 1.5
#define MAX_FAILURES 6

static gdouble
value_of (const PredGrid *grid, gint32 k)
{
  gfloat metres = (gfloat) k * CENTIMETRE;

  return grid->origin + grid->scale * (gdouble) metres;
}

/* The grid point next to @value. */
static gint32
nearest (const PredGrid *grid, gdouble value)
{
  gdouble k = (value - grid->origin) / (grid->scale * 0.01);

  if (!(k > -MAX_K && k < MAX_K))
    return 0;
  return (gint32) (k < 0 ? k - 0.5 : k + 0.5);
}

/* Units in the last place between two doubles of one sign, or a large number. */
static gint64
distance (guint64 bits, gdouble value)
{
  guint64 other;

  memcpy (&other, &value, 8);
  if (((bits ^ other) >> 52) != 0)
    return G_MAXINT32;
  return (gint64) bits - (gint64) other;
}

/* Codes a value near @p, or says that it does not lie on the grid. */
gboolean
gst_pitbox_pred_grid_code (
    Pred *self, PredGrid *grid, PredChannel *ch, guint64 *bits)
{
  GstPitboxRange *r = &self->range;
  gint32 near = nearest (grid, self->p), k = near, miss = 0;
  gboolean hit = FALSE;
  gdouble value;
  gint64 far;

  if (!r->decoding) {
    gdouble x = pred_to_double (KIND_F64, *bits);
    gint64 d;

    k = nearest (grid, x);
    d = distance (*bits, value_of (grid, k));
    hit = ABS (d) <= MAX_MISS && ABS (k - near) < (1 << 18);
    miss = hit ? (gint32) d : 0;
    grid->failures += !hit;
  }
  if (!gst_pitbox_range_bit (r, &self->ctx.grid, hit))
    return FALSE;
  far =
      gst_pitbox_pred_code_steps (self, ch, grid->per_unit, (gint64) k - near);
  /* Only damaged input goes beyond. */
  k = near + (gint32) CLAMP (far, -(1 << 18), 1 << 18);
  miss =
      grid->miss + pred_code_number (r, self->ctx.number[3], miss - grid->miss);
  grid->miss = CLAMP (miss, -MAX_MISS, MAX_MISS);
  if (r->decoding) {
    value = value_of (grid, k);
    memcpy (bits, &value, 8);
    *bits += (guint64) (gint64) miss;
  }
  return TRUE;
}

/* The same without a prediction, in a key row. */
gboolean
gst_pitbox_pred_grid_code_place (Pred *self, PredGrid *grid, guint64 *bits)
{
  GstPitboxRange *r = &self->range;
  gint32 k = 0, miss = 0;
  gboolean hit = FALSE;
  gdouble value;

  if (!r->decoding) {
    gint64 d;

    k = nearest (grid, pred_to_double (KIND_F64, *bits));
    d = distance (*bits, value_of (grid, k));
    hit = ABS (d) <= MAX_MISS && ABS (k) < PLACE_LIMIT;
    miss = hit ? (gint32) d : 0;
  }
  if (!gst_pitbox_range_bit (r, &self->ctx.grid, hit))
    return FALSE;
  k = (gint32) gst_pitbox_range_raw (r, (guint32) (k + PLACE_LIMIT), PLACE_BITS)
      - PLACE_LIMIT;
  miss = pred_code_number (r, self->ctx.number[3], miss);
  grid->miss = CLAMP (miss, -MAX_MISS, MAX_MISS);
  if (r->decoding) {
    value = value_of (grid, k);
    memcpy (bits, &value, 8);
    *bits += (guint64) (gint64) miss;
  }
  return TRUE;
}

/* A number whose last @drop bits do not matter. */
static gdouble
code_short (GstPitboxRange *r, gdouble value, guint drop)
{
  guint64 bits;

  memcpy (&bits, &value, 8);
  bits = gst_pitbox_range_raw (r, bits >> drop, 64 - drop) << drop;
  memcpy (&value, &bits, 8);
  return value;
}

/* Least squares of value over metres. Returns the error in units in the last
 * place of the values, root mean square. */
static gdouble
fit (const PredGridSearch *s, gint32 zero, gdouble *origin, gdouble *scale)
{
  gdouble n = s->n, my = 0, mx = 0, syy = 0, sxy = 0, see = 0, unit;
  gdouble metres[PRED_GRID_VALUES];

  for (guint i = 0; i < s->n; i++) {
    metres[i] = (gfloat) (s->k[i] + zero) * CENTIMETRE;
    my += metres[i];
    mx += s->x[i] - s->x[0];
  }
  my /= n;
  mx /= n;
  for (guint i = 0; i < s->n; i++) {
    syy += (metres[i] - my) * (metres[i] - my);
    sxy += (metres[i] - my) * (s->x[i] - s->x[0] - mx);
  }
  if (!(syy > 0))
    return HUGE_VAL;
  *scale = sxy / syy;
  *origin = s->x[0] + mx - *scale * my;
  for (guint i = 0; i < s->n; i++) {
    gdouble e = *origin + *scale * metres[i] - s->x[i];

    see += e * e;
  }
  unit = pred_power (pred_exponent (s->x[0]) - 52);
  return sqrt (see / n) / unit;
}

/* Encoder: the rule again from the newest values. */
static void
fit_again (PredGrid *grid)
{
  PredGridSearch *s = &grid->search;
  gdouble origin, scale;

  if (grid->failures > MAX_FAILURES) {
    /* The zero was off by what only now makes a difference. */
    s->found = FALSE;
    s->next_zero = 0;
  } else if (s->n >= MIN_VALUES
             && fit (s, s->zero, &origin, &scale) < FIT_TOLERANCE) {
    s->origin = origin;
    s->scale = scale;
  }
  grid->failures = 0;
}

/* Part of a key row. */
void
gst_pitbox_pred_grid_code_key (Pred *self, PredGrid *grid)
{
  GstPitboxRange *r = &self->range;

  grid->on = FALSE;
  if (grid->channel < 0)
    return;
  if (!r->decoding && grid->search.found)
    fit_again (grid);
  grid->on = gst_pitbox_range_raw (r, grid->search.found, 1);
  if (!grid->on)
    return;
  grid->origin = code_short (r, grid->search.origin, 0);
  grid->scale = code_short (r, grid->search.scale, SCALE_DROP);
  grid->miss = 0;
  grid->per_unit = -128 * pred_exponent (grid->scale * 0.01);
  grid->on = grid->scale > MIN_SCALE * 1e-3 && grid->scale < MAX_SCALE
             && grid->origin > -400 && grid->origin < 400;
}

/* Steps between neighbours must round as they would on this zero. */
static gboolean
zero_is_possible (const PredGridSearch *s, gint32 zero, gdouble scale)
{
  for (guint i = 1; i < s->n; i++) {
    gdouble step = (gdouble) ((gfloat) (s->k[i] + zero) * CENTIMETRE)
                   - (gdouble) ((gfloat) (s->k[i - 1] + zero) * CENTIMETRE);
    gdouble error = (s->x[i] - s->x[i - 1]) / scale - step;

    if (error > PAIR_TOLERANCE || error < -PAIR_TOLERANCE)
      return FALSE;
  }
  return TRUE;
}

static void
look_for_zero (PredGridSearch *s)
{
  gdouble origin, scale, coarse_origin, coarse, best = FIT_TOLERANCE, error;

  if (s->next_zero == 0) {
    fit (s, 0, &coarse_origin, &coarse);
    s->coarse = coarse;
  }
  for (guint i = 0; i < ZEROS_PER_ROW && s->next_zero < MAX_ZERO; i++) {
    gint32 half = s->next_zero++;
    gint32 zero = s->zero + ((half & 1) != 0 ? -(half + 1) / 2 : half / 2);

    if (!zero_is_possible (s, zero, s->coarse))
      continue;
    error = fit (s, zero, &origin, &scale);
    if (error < best) {
      best = error;
      s->found = TRUE;
      s->origin = origin;
      s->scale = scale;
      s->zero = zero;
      return;
    }
  }
  if (s->next_zero >= MAX_ZERO)
    s->given_up = TRUE;
}

/* Encoder: takes a new value into the search. @latitude in degrees. */
void
gst_pitbox_pred_grid_learn (PredGrid *grid, gdouble value, gdouble latitude)
{
  PredGridSearch *s = &grid->search;
  gdouble radius =
      grid->is_latitude ? 6357500.0 : 6384000.0 * cos (latitude * G_PI / 180.0);
  gdouble step = 0.01 / MAX (radius, 1000.0) * 180.0 / G_PI;
  gdouble steps;
  guint last;

  if (s->n == 0) {
    s->k[0] = s->last_k = 0;
    s->x[0] = s->last_x = value;
    s->n = 1;
    return;
  }
  last = s->n - 1;
  steps = (value - s->last_x) / step;
  if (steps == 0)
    return;
  /* More than 3 m in a tick is no driving: begin again from here. */
  if (!(steps > -300 && steps < 300)) {
    s->n = 0;
    s->found = FALSE;
    s->next_zero = 0;
    s->zero = 0;
    return;
  }
  s->last_k += (gint32) rint (steps);
  s->last_x = value;
  if (ABS (s->last_k - s->k[last]) >= MIN_SPACING) {
    if (s->n == PRED_GRID_VALUES) {
      memmove (s->k, s->k + 1, last * sizeof s->k[0]);
      memmove (s->x, s->x + 1, last * sizeof s->x[0]);
      s->n--;
    }
    s->k[s->n] = s->last_k;
    s->x[s->n++] = value;
  }
  if (s->found || s->given_up || s->n < MIN_VALUES
      || ABS (s->k[s->n - 1] - s->k[0]) < MIN_SPAN)
    return;
  look_for_zero (s);
}
