/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Codec 2: key rows. A key row holds every value, and of each channel that has
 * been changing how well which expert did, so that a decoder that begins here
 * and one that has been there all the time go on alike. */
#include "gstpitboxpredictive.h"

/* A value is called short if so many of its low mantissa bits are zero. */
#define SHORT_BITS_F32 12
#define SHORT_BITS_F64 29
/* Errors are told in octaves. */
#define SCALE_STEP 128
/* Above the channel's unit they are mostly between these. */
#define FEWEST_STEPS (-4)
#define N_STEPS 31
/* What a channel's experts that are not the best are thought to be worse. */
#define OTHERS_WORSE 128
/* Values a channel must have had before a common unit is believed in. */
#define ENOUGH_VALUES 24

static guint
code_tree (GstPitboxRange *r, GstPitboxBit *bits, guint n, guint value)
{
  guint node = 1;

  for (guint i = n; i > 0; i--)
    node =
        node << 1 | gst_pitbox_range_bit (r, &bits[node], value >> (i - 1) & 1);
  return node - (1u << n);
}

static guint64
code_float (Pred *self, const PredChannel *ch, guint64 bits)
{
  PredContexts *ctx = &self->ctx;
  GstPitboxRange *r = &self->range;
  gboolean is_double = ch->kind == KIND_F64;
  guint mantissa = ch->mantissa;
  guint small = is_double ? SHORT_BITS_F64 : SHORT_BITS_F32;
  gint bias = is_double ? 1023 : 127, e;
  guint64 fraction = bits & ((G_GUINT64_CONSTANT (1) << mantissa) - 1);
  guint negative, exponent, is_short;

  exponent = bits >> mantissa & (is_double ? 0x7ff : 0xff);
  e = (gint) exponent - bias;
  if (gst_pitbox_range_bit (
          r, &ctx->irregular[ch->kind], exponent == 0 || e < -127 || e > 127))
    return gst_pitbox_range_raw (r, bits, 8 * ch->bytes);
  negative = gst_pitbox_range_bit (
      r, &ctx->negative[ch->kind], bits >> (8 * ch->bytes - 1));
  e = (gint) code_tree (r, ctx->exponent, 8, (guint) (e + 128) & 0xff) - 128;
  is_short = gst_pitbox_range_bit (r, &ctx->shorter[is_double],
      (fraction & ((G_GUINT64_CONSTANT (1) << small) - 1)) == 0);
  if (is_short)
    fraction = gst_pitbox_range_raw (r, fraction >> small, mantissa - small)
               << small;
  else
    fraction = gst_pitbox_range_raw (r, fraction, mantissa);
  return (guint64) negative << (8 * ch->bytes - 1)
         | (guint64) (e + bias) << mantissa | fraction;
}

static guint64
code_whole (Pred *self, const PredChannel *ch, guint64 bits)
{
  PredContexts *ctx = &self->ctx;
  GstPitboxRange *r = &self->range;
  gint32 value = (gint32) (guint32) bits;
  guint32 m = value < 0 ? -(guint32) value : (guint32) value;
  guint negative, nb = 0;

  if (ch->kind == KIND_U8)
    return code_tree (r, ctx->byte, 8, bits);
  negative = gst_pitbox_range_bit (r, &ctx->negative[ch->kind], value < 0);
  while (nb < 32
         && gst_pitbox_range_bit (
             r, &ctx->width[nb], m != 0 && (gint) nb <= pred_highest_bit (m)))
    nb++;
  m = nb == 0
          ? 0
          : (1u << (nb - 1))
                | gst_pitbox_range_raw (r, m & ((1u << (nb - 1)) - 1), nb - 1);
  return negative ? (guint32) -m : m;
}

static guint64
code_key_value (Pred *self, PredChannel *ch, const guint8 *row, guint *was_same)
{
  PredContexts *ctx = &self->ctx;
  GstPitboxRange *r = &self->range;
  const PredRest *rest = pred_rest (self, ch);
  const PredChannel *reference =
      rest->reference != PRED_NONE ? &self->channels[rest->reference] : NULL;
  gboolean has_reference = reference != NULL && reference->kind == ch->kind;
  guint64 bits = r->decoding ? 0 : pred_load (ch->offset, ch->bytes, row);
  guint64 other =
      has_reference ? pred_load (reference->offset, ch->bytes, row) : 0;
  gboolean tied = ch->gate != PRED_NONE || rest->in_array;

  if (has_reference
      && gst_pitbox_range_bit (
          r, &ctx->same[ch->kind][tied][*was_same], bits == other)) {
    *was_same = 1;
    return other;
  }
  *was_same = 0;
  if (gst_pitbox_range_bit (
          r, &ctx->zero[ch->kind][has_reference && other == 0], bits == 0))
    return 0;
  if (ch->grid >= 0 && self->grids[ch->grid].on
      && gst_pitbox_pred_grid_code_place (self, &self->grids[ch->grid], &bits))
    return bits;
  return ch->mantissa != 0 ? code_float (self, ch, bits)
                           : code_whole (self, ch, bits);
}

/* The best expert by its recent error; the decoder has no say here. */
static guint
best_expert (const Pred *self, PredChannel *ch)
{
  guint best = 0;

  for (guint i = 1; i < ch->n_experts; i++) {
    if (*pred_cost (self, ch, i) < *pred_cost (self, ch, best))
      best = i;
  }
  return best;
}

static gint
code_scale (Pred *self, const PredChannel *ch, gint scale, gint base)
{
  gint limit = 128 * (ch->mantissa == 0 ? 34 : ch->mantissa == 23 ? 160 : 810);
  gint steps = (scale - base + SCALE_STEP * 4096) / SCALE_STEP - 4096;
  gint near;

  steps -= FEWEST_STEPS;
  near = code_tree (&self->range, self->ctx.steps[ch->mantissa != 0], 5,
      steps >= 0 && steps < N_STEPS ? steps : N_STEPS);
  steps = near < N_STEPS
              ? near
              : pred_code_number (&self->range, self->ctx.number[0], steps);
  steps += FEWEST_STEPS;
  return CLAMP (base + steps * SCALE_STEP, -limit, limit);
}

/* How much further off the last value is than the best expert: not told. */
static gint
guess_last (guint type, gint scale)
{
  return scale + 256 * (type < EXPERT_COPY ? (gint) type : 2);
}

static void
code_quantum (Pred *self, PredChannel *ch, gint unit)
{
  gboolean has = ch->n_changed >= ENOUGH_VALUES
                 && ch->lowest_bit > ch->lowest_exponent - ch->mantissa
                 && ch->mantissa != 0;

  if (ch->mantissa == 0)
    return;
  has = gst_pitbox_range_bit (&self->range, &self->ctx.quantum, has);
  if (has) {
    gint q = pred_code_number (
        &self->range, self->ctx.number[1], ch->lowest_bit - unit);

    ch->quantum = CLAMP (unit + q, -900, 900);
  }
  ch->has_quantum = has;
}

static void
code_activity (Pred *self, PredChannel *ch)
{
  PredContexts *ctx = &self->ctx;
  GstPitboxRange *r = &self->range;
  gint unit, last;
  guint best = best_expert (self, ch), seen = MAX (self->rows, 1);
  guint rate = 4 * ch->n_in_period / seen;
  gint scale =
      ch->scale + *pred_cost (self, ch, best) - *pred_cost (self, ch, ch->best);
  static const guint16 change_odds[4] = { 6000, 24000, 44000, 64000 };

  ch->has_quantum = FALSE;
  unit = pred_unit_exponent (ch, ch->v[0]);
  code_quantum (self, ch, unit);
  gst_pitbox_pred_lattice_code_key (self, ch);
  unit = pred_unit_exponent (ch, ch->v[0]);
  best = code_tree (r, ctx->best[ch->kind], 4, best);
  best = MIN (best, ch->n_experts - 1u);
  scale = code_scale (self, ch, scale, 128 * unit);
  last = guess_last (pred_expert_type (self, ch, best), scale);
  rate = code_tree (r, ctx->change_class, 2, MIN (rate, 3));
  gst_pitbox_pred_restart (self, ch, TRUE);
  for (guint i = 0; i < ch->n_experts; i++)
    *pred_cost (self, ch, i) = scale + OTHERS_WORSE + (gint) i * 4;
  ch->costs[0] = last;
  *pred_cost (self, ch, best) = scale;
  ch->scale = scale;
  ch->best = best;
  for (guint i = 0; i < 2; i++) {
    ch->changes[0][i].fast = ch->changes[0][i].slow = change_odds[rate] / 2;
    ch->changes[1][i].fast = ch->changes[1][i].slow =
        (65535 + change_odds[rate]) / 2;
  }
}

/* Codes a whole row without looking at any row before; the decoder's values end
 * up in the channels. */
void
gst_pitbox_pred_code_key (Pred *self, guint8 *row)
{
  gboolean decoding = self->range.decoding;
  guint was_same = 0, was_active = 0;

  gst_pitbox_pred_contexts_init (&self->ctx);
  /* Values are in v[0] from here on. */
  self->t[0] = 0;
  for (guint i = 0; i < N_GRIDS; i++)
    gst_pitbox_pred_grid_code_key (self, &self->grids[i]);
  for (guint i = 0; i < self->n_channels; i++) {
    PredChannel *ch = &self->channels[i];
    guint64 bits = code_key_value (self, ch, row, &was_same);

    if (decoding)
      pred_store (ch, row, bits);
    ch->v[0] = pred_to_double (ch->kind, bits);
  }
  self->n_active = 0;
  memset (self->idle_mask, 0xff, self->row_bytes);
  for (guint i = 0; i < self->n_channels; i++) {
    PredChannel *ch = &self->channels[i];

    was_active = gst_pitbox_range_bit (&self->range,
        &self->ctx.active[ch->kind][was_active], ch->n_in_period > 0);
    self->places[i].active = was_active;
    if (was_active) {
      code_activity (self, ch);
      self->active[self->n_active++] = i;
      memset (self->idle_mask + ch->offset, 0, ch->bytes);
    } else {
      gst_pitbox_pred_restart (self, ch, FALSE);
    }
    ch->n_in_period = 0;
  }
  pred_set_row (self, 0);
  for (guint i = 0; i < self->n_channels; i++)
    gst_pitbox_pred_prime (self, &self->channels[i]);
}
