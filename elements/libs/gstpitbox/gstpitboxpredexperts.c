/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Codec 2: the predictors. Every channel has several experts; the one with the
 * smallest recent error speaks for it. */
#include "gstpitboxpredictive.h"

/* Standard gravity; a local deviation goes into the learnt bias. */
#define GRAVITY 9.80665
#define GAIN_MEMORY 0.98

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

static gdouble
trend (const Pred *self, guint body, guint age)
{
  const PredChannel *ch = &self->channels[self->body[body]];

  return age != 0 ? ch->v[self->t[age]]
                  : 2 * pred_h1 (self, ch) - pred_h2 (self, ch);
}

static void
get_motion (const Pred *self, guint age, Motion *m)
{
  const PredChannel *ch = self->channels;
  const guint16 *k = self->body;
  guint t = self->t[age];

  m->p = ch[k[BODY_ROLL_RATE]].v[t];
  m->q = ch[k[BODY_PITCH_RATE]].v[t];
  m->r = ch[k[BODY_YAW_RATE]].v[t];
  m->x = trend (self, BODY_X, age);
  m->y = trend (self, BODY_Y, age);
  m->z = trend (self, BODY_Z, age);
  m->roll = trend (self, BODY_ROLL, age);
  m->pitch = trend (self, BODY_PITCH, age);
}

/* Velocity in the body's frame changes by acceleration, by the frame's own
 * turning and by gravity along the axis: dv/dt = a - w x v - g. This is what
 * turning and gravity do; Adams-Moulton of third order, nearly: the simulator's
 * own steps are finer. */
static void
find_turns (Pred *self)
{
  static const gdouble weights[3] = { 0.43, 0.65, -0.08 };
  gdouble *turns = self->turns;

  self->has_turns = TRUE;
  memset (turns, 0, sizeof self->turns);
  for (guint age = 0; age < 3; age++) {
    gdouble w = weights[age], sine, cosine, across;
    Motion m;

    get_motion (self, age, &m);
    sine = small_sine (m.roll);
    cosine = small_cosine (m.roll);
    across = m.q * sine + m.r * cosine;
    turns[EXPERT_ROLL - EXPERT_ROLL] +=
        w * (m.p + across * small_tangent (m.pitch));
    turns[EXPERT_PITCH - EXPERT_ROLL] += w * (m.q * cosine - m.r * sine);
    turns[EXPERT_YAW - EXPERT_ROLL] +=
        w * (across * (1 + 0.5 * m.pitch * m.pitch));
    turns[EXPERT_VELOCITY_X - EXPERT_ROLL] +=
        w * (m.r * m.y - m.q * m.z + GRAVITY * small_sine (m.pitch));
    turns[EXPERT_VELOCITY_Y - EXPERT_ROLL] +=
        w * (m.p * m.z - m.r * m.x - GRAVITY * sine);
    turns[EXPERT_VELOCITY_Z - EXPERT_ROLL] +=
        w * (m.q * m.x - m.p * m.y - GRAVITY);
  }
}

/* Some builds sample acceleration: the mean suits; others difference the
 * velocity: then this row's acceleration is the whole step. */
static gdouble
predict_body (Pred *self, const PredChannel *ch, const PredPartner *e)
{
  const PredChannel *a = &self->channels[e->a];
  gboolean step = e->type >= EXPERT_VELOCITY_X_STEP;
  guint type = step ? e->type - 3u : e->type;
  gdouble push = 0;

  if (!self->has_turns)
    find_turns (self);
  if (e->type >= EXPERT_VELOCITY_X)
    push = step ? pred_now (self, a)
                : 0.56 * pred_now (self, a) + 0.5 * pred_h1 (self, a)
                      - 0.06 * pred_h2 (self, a);
  return pred_h1 (self, ch)
         + self->dt * (push + self->turns[type - EXPERT_ROLL]) + e->bias;
}

static gdouble
linear (const Pred *self, const PredChannel *ch)
{
  return 2 * pred_h1 (self, ch) - pred_h2 (self, ch);
}

static gdouble
quadratic (const Pred *self, const PredChannel *ch)
{
  return 3 * (pred_h1 (self, ch) - pred_h2 (self, ch)) + pred_h3 (self, ch);
}

/* Samples of one tick: e->a is the sample before, at this tick or, for the
 * first one, at the row before. */
static gdouble
predict_series (const Pred *self, const PredPartner *e)
{
  const PredChannel *ch = self->channels;
  gdouble s1 = ch[e->a].v[self->t[e->series < 1]];
  gdouble s2 = ch[e->b].v[self->t[e->series < 2]];
  gdouble s3 = ch[e->c].v[self->t[e->series < 3]];

  return e->type == EXPERT_SERIES_LINEAR ? 2 * s1 - s2 : 3 * (s1 - s2) + s3;
}

static gdouble
predict_partner (Pred *self, const PredChannel *ch, const PredPartner *e)
{
  const PredChannel *a = &self->channels[e->a], *b;
  gdouble now = pred_now (self, a), h1 = pred_h1 (self, ch), z, square;

  switch (e->type) {
    case EXPERT_COPY:
      return now;
    case EXPERT_ABS:
      return now < 0 ? -now : now;
    case EXPERT_DIFF:
      return h1 + (now - pred_h1 (self, a));
    case EXPERT_NEGDIFF:
      return h1 - (now - pred_h1 (self, a));
    case EXPERT_GAIN:
      z = now - pred_h1 (self, a);
      if (e->b != PRED_NONE) {
        b = &self->channels[e->b];
        z = z + (pred_now (self, b) - pred_h1 (self, b));
      }
      return h1 + (e->sxx > 0 ? e->bias / e->sxx * z : 0);
    case EXPERT_RATIO:
      return e->sxx > 0 ? e->bias / e->sxx * now : h1;
    case EXPERT_INNOVATION:
      return quadratic (self, ch) + (now - quadratic (self, a));
    case EXPERT_TREND:
      return linear (self, ch) + (now - linear (self, a));
    case EXPERT_INTEGRAL:
      return h1
             + self->dt
                   * (0.44 * now + 0.63 * pred_h1 (self, a)
                       - 0.07 * pred_h2 (self, a))
             + e->bias;
    case EXPERT_NORM:
      z = pred_now (self, &self->channels[e->b]);
      square = now * now + z * z;
      return __builtin_sqrt (square);
    case EXPERT_SERIES_LINEAR:
    case EXPERT_SERIES_QUADRATIC:
      return predict_series (self, e);
    default:
      return predict_body (self, ch, e);
  }
}

static void
predict_own (Pred *self, const PredChannel *ch)
{
  gdouble *p = self->guesses;
  gdouble h1 = pred_h1 (self, ch), d = h1 - pred_h2 (self, ch);

  p[0] = h1;
  if (ch->mantissa != 0) {
    p[1] = h1 + 0.5 * d;
    p[2] = h1 + d;
    p[3] = 3 * d + pred_h3 (self, ch);
  } else {
    p[1] = linear (self, ch);
  }
}

/* Fills in every expert's prediction and chooses the one to believe, or two. */
void
gst_pitbox_pred_predict (Pred *self, PredChannel *ch)
{
  const PredPartner *e = &self->partners[ch->partners];
  gdouble h1 = pred_h1 (self, ch), *p = self->guesses;
  gint lowest = ch->costs[0], second = G_MAXINT, cost;
  guint best = 0, next = 0;
  /* Of the second best, by how much worse it is in 1/8 octave. */
  static const gdouble shares[8] = { 0.35, 0.3, 0.25, 0.2, 0.15, 0.15, 0.1,
    0.1 };

  predict_own (self, ch);
  for (guint i = 1; i < ch->n_experts; i++) {
    if (i < ch->n_own) {
      cost = ch->costs[i];
    } else {
      gdouble guess = predict_partner (self, ch, e);

      p[i] = guess > -1e300 && guess < 1e300 ? guess : h1;
      cost = e->cost;
      e++;
    }
    if (cost < lowest) {
      second = lowest;
      next = best;
      lowest = cost;
      best = i;
    } else if (cost < second) {
      second = cost;
      next = i;
    }
  }
  if (best != ch->best) {
    ch->scale += lowest - *pred_cost (self, ch, ch->best);
    ch->best = best;
  }
  self->p = p[best];
  /* Two that are about as good are better together. */
  if (second < lowest + 128
      && ch->scale > 128 * (pred_unit_exponent (ch, self->p) + 2))
    self->p += shares[(second - lowest) >> 4] * (p[next] - self->p);
  if (!(self->p > -1e300 && self->p < 1e300))
    self->p = h1;
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
learn_gain (const Pred *self, const PredChannel *ch, PredPartner *e)
{
  const PredChannel *a = &self->channels[e->a];
  gdouble x = pred_now (self, a), y = pred_now (self, ch);

  if (e->type == EXPERT_GAIN) {
    x -= pred_h1 (self, a);
    y -= pred_h1 (self, ch);
    if (e->b != PRED_NONE)
      x += pred_now (self, &self->channels[e->b])
           - pred_h1 (self, &self->channels[e->b]);
  }
  e->sxx = e->sxx * GAIN_MEMORY + x * x;
  e->bias = e->bias * GAIN_MEMORY + x * y;
  if (!(e->sxx < 1e300 && e->bias > -1e300 && e->bias < 1e300))
    e->sxx = e->bias = 0;
}

/* By the row after the key row. */
static void
learn_bias (const Pred *self, PredPartner *e, gdouble error)
{
  static const gdouble rates[] = { 0.8, 0.5, 0.4, 0.35, 0.3, 0.25, 0.2 };

  e->bias += rates[MIN (self->rows, G_N_ELEMENTS (rates)) - 1] * error;
  if (!(e->bias > -1e6 && e->bias < 1e6))
    e->bias = 0;
}

static gboolean
is_biased (const PredPartner *e)
{
  return e->type == EXPERT_INTEGRAL || e->type >= EXPERT_ROLL;
}

/* Nothing but the key row is known of the past: the error of an expert that
 * looks further back says nothing yet. */
static void
learn_first (Pred *self, PredChannel *ch, gdouble now, gint floor)
{
  PredPartner *e = &self->partners[ch->partners];
  gint last = MAX (log_error (now - self->guesses[0]), floor);

  ch->costs[0] += (last - ch->costs[0]) >> 1;
  for (guint i = ch->n_own; i < ch->n_experts; i++, e++) {
    if (is_biased (e))
      learn_bias (self, e, now - self->guesses[i]);
  }
}

/* Every expert learns from this row's value. An error below half a unit of the
 * value is none. */
void
gst_pitbox_pred_learn (Pred *self, PredChannel *ch)
{
  PredPartner *e = &self->partners[ch->partners];
  gint floor, step, size;
  gdouble now = pred_now (self, ch), error = now - self->p;

  for (guint i = ch->n_gains; i > 0; i--)
    learn_gain (self, ch, &e[ch->n_experts - ch->n_own - i]);
  if (!ch->changed)
    return;
  floor = 128 * (pred_unit_exponent (ch, now) - 1);
  step = MAX (log_error (error), floor) - ch->scale;
  ch->negative_error = error < 0;
  if (self->rows == 1 && ch->best != 0) {
    learn_first (self, ch, now, floor);
    return;
  }
  ch->volatility += (ABS (step) - ch->volatility) / 8;
  ch->scale += step > 0 ? step * 7 >> 4 : step * 5 >> 4;
  for (guint i = 0; i < ch->n_own; i++) {
    size = log_error (now - self->guesses[i]);
    ch->costs[i] += (MAX (size, floor) - ch->costs[i]) >> 4;
  }
  for (guint i = ch->n_own; i < ch->n_experts; i++, e++) {
    size = log_error (now - self->guesses[i]);
    e->cost += (MAX (size, floor) - e->cost) >> 4;
    if (is_biased (e))
      learn_bias (self, e, now - self->guesses[i]);
  }
}

/* Forgets the past but the value in v[0], and also how good each expert was
 * unless @keep_scales. */
void
gst_pitbox_pred_restart (Pred *self, PredChannel *ch, gboolean keep_scales)
{
  PredPartner *e = &self->partners[ch->partners];
  gint scale = pred_exponent (ch->v[0]);

  ch->v[1] = ch->v[2] = ch->v[3] = ch->v[0];
  ch->changed = FALSE;
  ch->negative_error = FALSE;
  ch->volatility = 100;
  scale = 128
          * MAX (scale, ch->mantissa == 0    ? 1
                        : ch->mantissa == 23 ? -20
                                             : -40);
  for (guint i = ch->n_own; i < ch->n_experts; i++, e++)
    e->bias = e->sxx = 0;
  if (!keep_scales) {
    for (guint i = 0; i < ch->n_experts; i++)
      *pred_cost (self, ch, i) = scale + (gint) i * 8;
    ch->scale = scale;
    ch->best = 0;
    ch->has_quantum = FALSE;
    ch->lattice = 0;
  }
  for (guint i = 0; i < 2; i++) {
    for (guint j = 0; j < 2; j++)
      ch->changes[i][j].fast = ch->changes[i][j].slow = i ? 50000 : 20000;
  }
}

/* After a key row: what its values alone can teach. */
void
gst_pitbox_pred_prime (Pred *self, PredChannel *ch)
{
  PredPartner *e = &self->partners[ch->partners];

  for (guint i = ch->n_own; i < ch->n_experts; i++, e++) {
    if (e->type == EXPERT_RATIO)
      learn_gain (self, ch, e);
  }
}
