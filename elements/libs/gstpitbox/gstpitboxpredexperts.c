/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Codec 2: the predictors. Every channel has several experts; the one with the
 * smallest recent error speaks for it. */
#include "gstpitboxpredictive.h"

/* Standard gravity; a local deviation goes into the learnt bias. */
#define GRAVITY 9.80665
#define GAIN_MEMORY 0.98

/* Lowest exponent that the channel can hold near @value. */
gint
gst_pitbox_pred_unit_exponent (const PredChannel *ch, gdouble value)
{
  gint e;

  if (ch->mantissa == 0)
    return 0;
  e = pred_exponent (value);
  e = MAX (e, ch->mantissa == 23 ? -126 : -800) - ch->mantissa;
  return ch->has_quantum ? MAX (e, ch->quantum) : e;
}

/* x - x^3 / 6: exact enough for the slopes a car stands on. */
static gdouble
small_sine (gdouble x)
{
  return x - x * x * x * (1.0 / 6.0);
}

/* 1 - x^2 / 2 and x + x^3 / 3, likewise. */
static gdouble
small_cosine (gdouble x)
{
  return 1 - 0.5 * x * x;
}

static gdouble
small_tangent (gdouble x)
{
  return x + x * x * x * (1.0 / 3.0);
}

/* What is known of the car's motion at the row @age rows before this one. Of
 * this row only the rates are known for sure: the rest follows its trend. */
typedef struct {
  gdouble p, q, r, x, y, z, roll, pitch;
} Motion;

static void
get_motion (const Pred *self, guint age, Motion *m)
{
  const PredChannel *ch = self->channels;
  const gint *k = self->body;

#define AT(c) (age == 0 ? (c)->now : age == 1 ? (c)->h1 : (c)->h2)
#define TREND(c) \
  (age == 0 ? 2 * (c)->h1 - (c)->h2 : age == 1 ? (c)->h1 : (c)->h2)
  m->p = AT (&ch[k[BODY_ROLL_RATE]]);
  m->q = AT (&ch[k[BODY_PITCH_RATE]]);
  m->r = AT (&ch[k[BODY_YAW_RATE]]);
  m->x = TREND (&ch[k[BODY_X]]);
  m->y = TREND (&ch[k[BODY_Y]]);
  m->z = TREND (&ch[k[BODY_Z]]);
  m->roll = TREND (&ch[k[BODY_ROLL]]);
  m->pitch = TREND (&ch[k[BODY_PITCH]]);
#undef TREND
#undef AT
}

/* Velocity in the body's frame changes by acceleration, by the frame's own
 * turning and by gravity along the axis: dv/dt = a - w x v - g. This is what
 * turning and gravity do. */
static gdouble
motion_rate (const Motion *m, guint type)
{
  switch (type) {
    case EXPERT_ROLL:
      return m->p
             + (m->q * small_sine (m->roll) + m->r * small_cosine (m->roll))
                   * small_tangent (m->pitch);
    case EXPERT_PITCH:
      return m->q * small_cosine (m->roll) - m->r * small_sine (m->roll);
    case EXPERT_YAW:
      return (m->q * small_sine (m->roll) + m->r * small_cosine (m->roll))
             * (1 + 0.5 * m->pitch * m->pitch);
    case EXPERT_VELOCITY_X:
      return m->r * m->y - m->q * m->z + GRAVITY * small_sine (m->pitch);
    case EXPERT_VELOCITY_Y:
      return m->p * m->z - m->r * m->x - GRAVITY * small_sine (m->roll);
    default:
      return m->q * m->x - m->p * m->y - GRAVITY;
  }
}

/* Adams-Moulton of third order, nearly: the simulator's own steps are finer.
 * Some builds sample acceleration: the mean suits; others difference the
 * velocity: then this row's acceleration is the whole step. */
static gdouble
predict_body (const Pred *self, const PredChannel *ch, const PredExpert *e)
{
  const PredChannel *a = &self->channels[e->a];
  gboolean step = e->type >= EXPERT_VELOCITY_X_STEP;
  guint type = step ? e->type - 3u : e->type;
  static const gdouble weights[3] = { 0.43, 0.65, -0.08 };
  gdouble turn = 0, push = 0;
  Motion m;

  for (guint age = 0; age < 3; age++) {
    get_motion (self, age, &m);
    turn += weights[age] * motion_rate (&m, type);
  }
  if (e->type >= EXPERT_VELOCITY_X)
    push = step ? a->now : 0.56 * a->now + 0.5 * a->h1 - 0.06 * a->h2;
  return ch->h1 + self->dt * (push + turn) + e->bias;
}

static gdouble
predict_own (const PredChannel *ch, guint type)
{
  switch (type) {
    case EXPERT_AVERAGE:
      return ch->h1 + 0.5 * (ch->h1 - ch->h2);
    case EXPERT_LINEAR:
      return 2 * ch->h1 - ch->h2;
    case EXPERT_QUADRATIC:
      return 3 * (ch->h1 - ch->h2) + ch->h3;
    default:
      return ch->h1;
  }
}

static gdouble
predict_partner (const Pred *self, const PredChannel *ch, const PredExpert *e)
{
  const PredChannel *a = &self->channels[e->a];
  const PredChannel *b = e->b >= 0 ? &self->channels[e->b] : NULL;
  const PredChannel *c = e->c >= 0 ? &self->channels[e->c] : NULL;
  gdouble z, square;

  switch (e->type) {
    case EXPERT_COPY:
      return a->now;
    case EXPERT_ABS:
      return a->now < 0 ? -a->now : a->now;
    case EXPERT_DIFF:
      return ch->h1 + (a->now - a->h1);
    case EXPERT_NEGDIFF:
      return ch->h1 - (a->now - a->h1);
    case EXPERT_GAIN:
      z = a->now - a->h1 + (b != NULL ? b->now - b->h1 : 0);
      return ch->h1 + (e->sxx > 0 ? e->sxy / e->sxx * z : 0);
    case EXPERT_RATIO:
      return e->sxx > 0 ? e->sxy / e->sxx * a->now : ch->h1;
    case EXPERT_INNOVATION:
      return predict_own (ch, EXPERT_QUADRATIC)
             + (a->now - predict_own (a, EXPERT_QUADRATIC));
    case EXPERT_TREND:
      return predict_own (ch, EXPERT_LINEAR)
             + (a->now - predict_own (a, EXPERT_LINEAR));
    case EXPERT_INTEGRAL:
      return ch->h1 + self->dt * (0.44 * a->now + 0.63 * a->h1 - 0.07 * a->h2)
             + e->bias;
    case EXPERT_NORM:
      square = a->now * a->now + b->now * b->now;
      return __builtin_sqrt (square);
    /* Samples of one tick: e->b is the sample before, at this tick or, for the
     * first one, at the row before. */
    case EXPERT_SERIES_LINEAR:
    case EXPERT_SERIES_QUADRATIC: {
      gdouble s1 = e->series >= 1 ? a->now : a->h1;
      gdouble s2 = e->series >= 2 ? b->now : b->h1;
      gdouble s3 = e->series >= 3 ? c->now : c->h1;

      return e->type == EXPERT_SERIES_LINEAR ? 2 * s1 - s2 : 3 * (s1 - s2) + s3;
    }
    default:
      return predict_body (self, ch, e);
  }
}

/* Fills in every expert's prediction and chooses the one to believe, or two.
 * The own experts come first, in the order of their types. */
void
gst_pitbox_pred_predict (const Pred *self, PredChannel *ch)
{
  PredExpert *e = ch->experts;
  const PredExpert *end = e + ch->n_experts;
  gint lowest = e->cost, second = G_MAXINT;
  guint best = 0, next = 0, own = 1;
  /* Of the second best, by how much worse it is in 1/8 octave. */
  static const gdouble shares[8] = { 0.35, 0.3, 0.25, 0.2, 0.15, 0.15, 0.1,
    0.1 };

  e->p = ch->h1;
  if (ch->mantissa != 0) {
    gdouble d = ch->h1 - ch->h2;

    e[1].p = ch->h1 + 0.5 * d;
    e[2].p = ch->h1 + d;
    e[3].p = 3 * d + ch->h3;
    own = 4;
  } else if (ch->kind == KIND_I32) {
    e[1].p = 2 * ch->h1 - ch->h2;
    own = 2;
  }
  for (e += own; e < end; e++) {
    e->p = predict_partner (self, ch, e);
    if (!(e->p > -1e300 && e->p < 1e300))
      e->p = ch->h1;
  }
  for (guint i = 1; i < ch->n_experts; i++) {
    if (ch->experts[i].cost < lowest) {
      second = lowest;
      next = best;
      lowest = ch->experts[i].cost;
      best = i;
    } else if (ch->experts[i].cost < second) {
      second = ch->experts[i].cost;
      next = i;
    }
  }
  if (best != ch->best) {
    ch->scale += lowest - ch->experts[ch->best].cost;
    ch->best = best;
  }
  ch->p = ch->experts[best].p;
  /* Two that are about as good are better together. */
  if (second < lowest + 128
      && ch->scale > 128 * (gst_pitbox_pred_unit_exponent (ch, ch->p) + 2))
    ch->p += shares[(second - lowest) >> 4] * (ch->experts[next].p - ch->p);
  if (!(ch->p > -1e300 && ch->p < 1e300))
    ch->p = ch->h1;
}

/* log2 of an error in 1/128 octave, told to an eighth. */
static gint
log_error (gdouble error)
{
  guint64 bits;

  memcpy (&bits, &error, 8);
  return ((gint) (bits >> 49 & 0x3fff) - 8 * 1023) * 16;
}

static void
learn_gain (const Pred *self, PredChannel *ch, PredExpert *e)
{
  const PredChannel *a = &self->channels[e->a];
  gdouble x = a->now, y = ch->now;

  if (e->type == EXPERT_GAIN) {
    x -= a->h1;
    y -= ch->h1;
    if (e->b >= 0)
      x += self->channels[e->b].now - self->channels[e->b].h1;
  }
  e->sxx = e->sxx * GAIN_MEMORY + x * x;
  e->sxy = e->sxy * GAIN_MEMORY + x * y;
  if (!(e->sxx < 1e300 && e->sxy > -1e300 && e->sxy < 1e300))
    e->sxx = e->sxy = 0;
}

/* By the row after the key row. */
static void
learn_bias (const Pred *self, PredExpert *e, gdouble error)
{
  static const gdouble rates[] = { 0.8, 0.5, 0.4, 0.35, 0.3, 0.25, 0.2 };

  e->bias += rates[MIN (self->rows, G_N_ELEMENTS (rates)) - 1] * error;
  if (!(e->bias > -1e6 && e->bias < 1e6))
    e->bias = 0;
}

static gboolean
is_biased (const PredExpert *e)
{
  return e->type == EXPERT_INTEGRAL || e->type >= EXPERT_ROLL;
}

/* Nothing but the key row is known of the past: the error of an expert that
 * looks further back says nothing yet. */
static void
learn_first (const Pred *self, PredChannel *ch, gint floor)
{
  PredExpert *last = &ch->experts[0];

  last->cost += (MAX (log_error (ch->now - last->p), floor) - last->cost) >> 1;
  for (guint i = 1; i < ch->n_experts; i++) {
    if (is_biased (&ch->experts[i]))
      learn_bias (self, &ch->experts[i], ch->now - ch->experts[i].p);
  }
}

/* Every expert learns from this row's value. An error below half a unit of the
 * value is none. */
void
gst_pitbox_pred_learn (const Pred *self, PredChannel *ch)
{
  gint floor, step;
  gdouble now = ch->now, error = now - ch->p;

  for (guint i = ch->n_gains; i > 0; i--)
    learn_gain (self, ch, &ch->experts[ch->n_experts - i]);
  if (!ch->changed)
    return;
  floor = 128 * (gst_pitbox_pred_unit_exponent (ch, now) - 1);
  step = MAX (log_error (error), floor) - ch->scale;
  ch->negative_error = error < 0;
  if (self->rows == 1 && ch->best != 0) {
    learn_first (self, ch, floor);
    return;
  }
  ch->volatility += (ABS (step) - ch->volatility) / 8;
  ch->scale += step > 0 ? step * 7 >> 4 : step * 5 >> 4;
  for (guint i = 0; i < ch->n_experts; i++) {
    PredExpert *e = &ch->experts[i];
    gint size = log_error (now - e->p);

    e->cost += (MAX (size, floor) - e->cost) >> 4;
    if (is_biased (e))
      learn_bias (self, e, now - e->p);
  }
}

/* Forgets the past but this row's value, and also how good each expert was
 * unless @keep_scales. */
void
gst_pitbox_pred_restart (PredChannel *ch, gboolean keep_scales)
{
  gint scale = pred_exponent (ch->now);

  ch->h1 = ch->h2 = ch->h3 = ch->now;
  ch->changed = FALSE;
  ch->negative_error = FALSE;
  ch->volatility = 100;
  scale = 128
          * MAX (scale, ch->mantissa == 0    ? 1
                        : ch->mantissa == 23 ? -20
                                             : -40);
  for (guint i = 0; i < ch->n_experts; i++) {
    PredExpert *e = &ch->experts[i];

    e->bias = 0;
    e->sxx = e->sxy = 0;
    e->p = ch->now;
    if (keep_scales)
      continue;
    e->cost = scale + (gint) i * 8;
  }
  if (!keep_scales) {
    ch->scale = scale;
    ch->best = 0;
    ch->has_quantum = FALSE;
    ch->lattice = 0;
  }
  for (guint i = 0; i < 2; i++) {
    for (guint j = 0; j < 3; j++)
      ch->changes[i][j].fast = ch->changes[i][j].slow = i ? 50000 : 20000;
  }
}

/* After a key row: what its values alone can teach. */
void
gst_pitbox_pred_prime (const Pred *self, PredChannel *ch)
{
  for (guint i = 0; i < ch->n_experts; i++) {
    if (ch->experts[i].type == EXPERT_RATIO)
      learn_gain (self, ch, &ch->experts[i]);
  }
}
