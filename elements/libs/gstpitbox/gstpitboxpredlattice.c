/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Codec 2: floats that are fractions.
 *
 * A pedal of 164 steps or a load told in 1/3000 arrives as (float) (k / n), a
 * few units in the last place off. The encoder finds n, which then stands in key
 * rows; a value that lies near such a fraction costs its k and its miss. */
#include "gstpitboxpredictive.h"

#define MIN_STEPS 3
#define MAX_STEPS 16383
#define MAX_K (1 << 22)
/* Units in the last place by which a value may miss its fraction. */
#define MAX_MISS 255
/* In the search: share of the largest value. */
#define TOLERANCE 3e-7
/* Steps finer than this share of the values are noise. */
#define FINEST (1.0 / 131072)
/* Values of PRED_LATTICE_VALUES that may lie elsewhere. */
#define MAX_STRAYS 2
/* The smallest difference may be so many steps. */
#define MAX_MULTIPLE 6
#define ENOUGH_LOOKS 3

static gint32
nearest (gdouble x)
{
  if (!(x > -MAX_K && x < MAX_K))
    return 0;
  return (gint32) (x < 0 ? x - 0.5 : x + 0.5);
}

static guint32
float_bits (gint32 k, guint n, gdouble shift)
{
  gfloat f = (gfloat) ((gdouble) k / n + shift);
  guint32 bits;

  memcpy (&bits, &f, 4);
  return bits;
}

/* Codes a value near the prediction, or says that it is no fraction. */
gboolean
gst_pitbox_pred_lattice_code (Pred *self, PredChannel *ch, guint64 *bits)
{
  GstPitboxRange *r = &self->range;
  PredRest *rest = pred_rest (self, ch);
  guint n = ch->lattice;
  gint32 near = nearest ((self->p - rest->shift) * n), k = 0, miss = 0;
  gint64 far;
  gboolean hit = FALSE;

  if (!r->decoding) {
    k = nearest ((pred_to_double (KIND_F32, *bits) - rest->shift) * n);
    miss = (gint32) ((guint32) *bits - float_bits (k, n, rest->shift));
    hit = miss >= -MAX_MISS && miss <= MAX_MISS;
    rest->strays = hit ? MAX (rest->strays, 1) - 1 : rest->strays + 4;
  }
  if (!gst_pitbox_range_bit (r, &self->ctx.lattice_hit, hit))
    return FALSE;
  far = near
        + gst_pitbox_pred_code_steps (
            self, ch, 128 * pred_highest_bit (n) + 64, (gint64) k - near);
  /* Only damaged input goes beyond. */
  k = (gint32) CLAMP (far, -MAX_K, MAX_K);
  miss = pred_code_number (r, self->ctx.lattice_miss, miss);
  if (r->decoding)
    *bits = (guint32) (float_bits (k, n, rest->shift) + (guint32) miss);
  return TRUE;
}

/* What all values are beside their fractions, from the newest one. */
void
gst_pitbox_pred_lattice_learn (Pred *self, const PredChannel *ch)
{
  gdouble now = pred_now (self, ch);

  pred_rest (self, ch)->shift =
      now - (gdouble) nearest (now * ch->lattice) / ch->lattice;
}

/* Part of a key row. */
void
gst_pitbox_pred_lattice_code_key (Pred *self, PredChannel *ch)
{
  GstPitboxRange *r = &self->range;
  guint n = pred_rest (self, ch)->lattice_found;

  ch->lattice = 0;
  if (ch->kind != KIND_F32
      || !gst_pitbox_range_bit (r, &self->ctx.lattice, n != 0))
    return;
  n = gst_pitbox_range_raw (r, n, 14);
  ch->lattice = MAX (n, 1);
  gst_pitbox_pred_lattice_learn (self, ch);
}

static gboolean
fits (const PredRest *rest, guint n, gdouble tolerance)
{
  gint32 lowest = G_MAXINT32, highest = G_MININT32;
  guint strays = 0;
  gdouble first = rest->recent[0];
  gdouble shift = first - (gdouble) nearest (first * n) / n;

  for (guint i = 0; i < PRED_LATTICE_VALUES; i++) {
    gdouble x = (gdouble) rest->recent[i] - shift;
    gint32 k = nearest (x * n);
    gdouble error = x - (gdouble) k / n;

    if (error < -tolerance || error > tolerance) {
      if (++strays > MAX_STRAYS)
        return FALSE;
      continue;
    }
    lowest = MIN (lowest, k);
    highest = MAX (highest, k);
  }
  return highest - lowest >= MIN_STEPS;
}

/* What is foretold to a small part of a step is better off without. */
static gboolean
pays (const PredChannel *ch, guint n)
{
  return ch->scale > -128 * (pred_highest_bit (n) + 1);
}

/* Encoder: looks at the newest values, between rows. */
void
gst_pitbox_pred_lattice_search (Pred *self, PredChannel *ch)
{
  PredRest *rest = pred_rest (self, ch);
  gdouble largest = 0, least = 1e30, span = 0;

  if (rest->lattice_found != 0 && rest->strays > 16)
    rest->lattice_found = ch->n_recent = 0;
  if (rest->lattice_found != 0 || ch->kind != KIND_F32
      || ch->n_recent < PRED_LATTICE_VALUES)
    return;
  ch->n_recent = 0;
  for (guint i = 0; i < PRED_LATTICE_VALUES; i++)
    largest = MAX (largest, ABS ((gdouble) rest->recent[i]));
  /* A ramp is a lattice for a while; a real one still is one later. */
  if (rest->n_seen > 0 && fits (rest, rest->lattice_seen, TOLERANCE * largest)
      && pays (ch, rest->lattice_seen)) {
    if (++rest->n_seen == ENOUGH_LOOKS) {
      rest->lattice_found = rest->lattice_seen;
      rest->n_seen = rest->strays = 0;
    }
    return;
  }
  rest->n_seen = 0;
  for (guint i = 1; i < PRED_LATTICE_VALUES; i++) {
    for (guint k = 0; k < i; k++) {
      gdouble d = ABS ((gdouble) rest->recent[i] - (gdouble) rest->recent[k]);

      span = MAX (span, d);
      if (d > largest * FINEST)
        least = MIN (least, d);
    }
  }
  if (!(span > 0 && least <= span && largest < 1e6))
    return;
  for (guint multiple = 1; multiple <= MAX_MULTIPLE; multiple++) {
    /* The widest difference tells the step more exactly. */
    gdouble steps = multiple / least;
    gint32 across = nearest (span * steps);
    guint n;

    steps = across / span;
    if (!(steps > 1.5 && steps < MAX_STEPS))
      continue;
    n = (guint) (steps + 0.5);
    /* Halves, quarters and so on have a common unit anyway. */
    if ((n & (n - 1)) != 0 && fits (rest, n, TOLERANCE * largest)) {
      rest->lattice_seen = n;
      rest->n_seen = 1;
      return;
    }
  }
}
