/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Codec 2: one value against its prediction.
 *
 * The number line is cut into cells of 2^c, c a little below the recent error.
 * The cell is coded as a distance from the prediction's cell; where in the cell
 * the value lies is as likely anywhere and goes raw. Near zero, where floats lie
 * ever denser, the exponent is coded first, so a value costs what its distance
 * from the prediction is worth and not what its bit pattern suggests. */
#include "gstpitboxpredictive.h"

/* Octaves between the recent error and the cell size. */
#define CELL_SHIFT 2
#define MAX_EXPONENT 800
/* A prediction is below 2^997: its cell number must fit in 60 bits. */
#define MAX_CELL 950
/* Cells beyond this shift go raw. */
#define MAX_CELL_BITS 60
/* Lowest scale context: one octave below a cell that cannot be smaller. */
#define LOWEST_SCALE (-8)

typedef struct {
  gboolean negative;
  gboolean zero;
  gint exponent;
  guint64 mantissa; /* leading one included */
} Parts;

/* FALSE for what is no ordinary number: NaN, infinity, denormals, extremes. */
static inline gboolean
split (const PredChannel *ch, guint64 bits, Parts *parts)
{
  guint mantissa = ch->mantissa;
  guint exponent;
  gint bias;

  if (mantissa == 0) {
    gint64 x = ch->kind == KIND_U8 ? (gint64) bits : (gint32) (guint32) bits;

    parts->negative = x < 0;
    parts->mantissa = x < 0 ? -x : x;
    parts->zero = x == 0;
    parts->exponent = x == 0 ? 0 : pred_highest_bit (parts->mantissa);
    return TRUE;
  }
  parts->negative = bits >> (8 * ch->bytes - 1);
  exponent = bits >> mantissa & (mantissa == 23 ? 0xff : 0x7ff);
  bias = mantissa == 23 ? 127 : 1023;
  parts->mantissa = bits & ((G_GUINT64_CONSTANT (1) << mantissa) - 1);
  parts->zero = exponent == 0 && parts->mantissa == 0;
  parts->exponent = (gint) exponent - bias;
  if (parts->zero)
    return TRUE;
  parts->mantissa |= G_GUINT64_CONSTANT (1) << mantissa;
  return exponent != 0 && parts->exponent <= bias
         && ABS (parts->exponent) <= MAX_EXPONENT;
}

static guint64
join (const PredChannel *ch, const Parts *parts)
{
  guint mantissa = ch->mantissa;
  guint64 bits;

  if (mantissa == 0) {
    bits = parts->negative ? -parts->mantissa : parts->mantissa;
    return ch->bytes == 1 ? bits & 0xff : bits & 0xffffffffu;
  }
  bits = (guint64) parts->negative << (8 * ch->bytes - 1);
  if (parts->zero)
    return bits;
  return bits
         | (guint64) (parts->exponent + (mantissa == 23 ? 127 : 1023))
               << mantissa
         | (parts->mantissa & ((G_GUINT64_CONSTANT (1) << mantissa) - 1));
}

/* Exponent of the lowest set bit of a value that is not zero. */
static gint
lowest_bit (const PredChannel *ch, const Parts *parts)
{
  return (ch->mantissa == 0 ? 0 : parts->exponent - ch->mantissa)
         + pred_lowest_bit (parts->mantissa);
}

/* Bits of a value of exponent @e that lie below a cell of 2^@c. */
static gint
loose_bits (const PredChannel *ch, gint e, gint c)
{
  gint floor = ch->mantissa == 0 ? 0 : e - ch->mantissa;

  if (ch->has_quantum && ch->quantum > floor)
    floor = ch->quantum;
  return MAX (MIN (c, e) - floor, 0);
}

/* What stands below the leading bits: @n of them, above a run of zeros. */
static void
code_loose (GstPitboxRange *r, Parts *parts, gint shift, gint n)
{
  guint64 below = parts->mantissa >> shift;

  below =
      gst_pitbox_range_raw (r, below & ((G_GUINT64_CONSTANT (1) << n) - 1), n);
  if (r->decoding)
    parts->mantissa |= below << shift;
}

/* A value below the first cell: by exponent, each octave half as likely. */
static void
code_tiny (Pred *self, const PredChannel *ch, Parts *parts, gint c)
{
  PredContexts *ctx = &self->ctx;
  GstPitboxRange *r = &self->range;
  gint lowest = ch->mantissa == 0    ? 0
                : ch->mantissa == 23 ? -126
                                     : -MAX_EXPONENT;
  gint e = c - 1, n, bits = ch->mantissa != 0 ? ch->mantissa : 0;

  if (ch->has_quantum && ch->quantum > lowest)
    lowest = ch->quantum;
  if (e < lowest)
    parts->zero = TRUE;
  else
    parts->zero = gst_pitbox_range_bit (r, &ctx->exact_zero, parts->zero);
  if (parts->zero)
    return;
  for (; e > lowest; e--) {
    guint k = MIN (c - 1 - e, 15);

    if (gst_pitbox_range_bit (r, &ctx->tiny[k], parts->exponent == e))
      break;
  }
  parts->exponent = e;
  n = loose_bits (ch, e, e);
  if (ch->mantissa == 0)
    bits = e;
  if (r->decoding)
    parts->mantissa = G_GUINT64_CONSTANT (1) << bits;
  code_loose (r, parts, bits - n, n);
}

static guint64
cell_of_parts (const PredChannel *ch, const Parts *parts, gint c)
{
  gint shift = parts->exponent - c, own = ch->mantissa;

  if (ch->mantissa == 0)
    own = parts->exponent;
  if (parts->zero || shift < 0)
    return 0;
  return shift >= own ? parts->mantissa << (shift - own)
                      : parts->mantissa >> (own - shift);
}

/* The rest of a value whose cell is known and is not the first. */
static void
code_rest (
    Pred *self, const PredChannel *ch, Parts *parts, guint64 cell, gint c)
{
  gint msb = pred_highest_bit (cell), own, n;

  parts->zero = FALSE;
  parts->exponent = c + msb;
  own = ch->mantissa == 0 ? parts->exponent : ch->mantissa;
  n = loose_bits (ch, parts->exponent, c);
  if (self->range.decoding)
    parts->mantissa = msb >= own ? cell >> (msb - own) : cell << (own - msb);
  if (msb < own)
    code_loose (&self->range, parts, own - msb - n, n);
}

/* A signed distance in cells. */
static gint64
code_distance (Pred *self, PredShape *shape, gboolean last_negative, gint64 j)
{
  GstPitboxRange *r = &self->range;
  guint64 m = j < 0 ? -(guint64) j : (guint64) j, low;
  guint nb = 1, wanted, negative;

  if (gst_pitbox_range_bit (r, &shape->zero, j == 0))
    return 0;
  negative = gst_pitbox_range_bit (r, &shape->sign[last_negative], j < 0);
  wanted = m != 0 ? pred_highest_bit (m) + 1 : 0;
  while (nb < MAX_CLASS
         && gst_pitbox_range_bit (r,
             nb < NEAR_CLASSES ? &shape->more[nb] : &self->ctx.far[nb],
             wanted > nb))
    nb++;
  low = G_GUINT64_CONSTANT (1);
  if (nb > 1) {
    guint b = m >> (nb - 2) & 1;

    b = gst_pitbox_range_bit (r, &self->ctx.top[nb][0], b);
    low = low << 1 | b;
    if (nb > 2) {
      guint c = m >> (nb - 3) & 1;

      c = gst_pitbox_range_bit (r, &self->ctx.top[nb][1 + b], c);
      low = low << 1 | c;
    }
    if (nb > 3)
      low = low << (nb - 3)
            | gst_pitbox_range_raw (
                r, m & ((G_GUINT64_CONSTANT (1) << (nb - 3)) - 1), nb - 3);
  }
  return negative ? -(gint64) low : (gint64) low;
}

/* Cells on both sides of zero: 0, 1, … and -1, -2, …. */
static gint64
signed_cell (gboolean negative, guint64 cell)
{
  return negative ? -1 - (gint64) cell : (gint64) cell;
}

/* The width of the distribution is told by the recent error and by the best
 * expert's over some time, its form by how they differ. */
static PredShape *
find_shape (Pred *self, PredChannel *ch, gint scale, gint c)
{
  gint slow = *pred_cost (self, ch, ch->best) - ch->scale,
       span = 8 * (CELL_SHIFT + 1) - LOWEST_SCALE;
  gint t =
      CLAMP (((scale + (slow >> 1)) >> 4) - 8 * c - LOWEST_SCALE, 0, span - 1);
  guint jumps = ch->volatility < 70 ? 0 : ch->volatility < 130 ? 1 : 2;
  guint grows = slow < -64 ? 0 : slow < 64 ? 1 : 2;

  if (self->rows == 1 && ch->best != 0) {
    guint past = pred_expert_type (self, ch, ch->best) - 1;

    return &self->ctx
                .first[MIN (past, N_PASTS - 1u)][t * N_FIRST_SCALES / span];
  }
  return &self->ctx.shapes[t * N_SCALES / span][jumps * 3 + grows];
}

/* Codes a distance in steps of which 2^(@per_unit / 128) make a unit. */
gint64
gst_pitbox_pred_code_steps (
    Pred *self, PredChannel *ch, gint per_unit, gint64 j)
{
  return code_distance (self, find_shape (self, ch, ch->scale + per_unit, 0),
      ch->negative_error, j);
}

/* Codes @bits, or returns what was coded, with the channel's best expert. */
guint64
gst_pitbox_pred_code_value (Pred *self, PredChannel *ch, guint64 bits)
{
  GstPitboxRange *r = &self->range;
  gdouble p = self->p;
  gint finest = pred_unit_exponent (ch, p);
  gint c = (ch->scale >> 7) - CELL_SHIFT;
  gboolean clamped = c <= finest;
  Parts parts = { 0 };
  gint64 from, j = 0;
  guint64 cell = 0;
  gboolean regular = TRUE;

  c = CLAMP (clamped ? finest : c, -900, MAX_CELL);
  from = signed_cell (p < 0,
      (guint64) ((p < 0 ? -p : p) * pred_power (-c) + (clamped ? 0.5 : 0)));
  if (!r->decoding) {
    regular = split (ch, bits, &parts);
    if (regular && !parts.zero)
      regular = parts.exponent - c <= MAX_CELL_BITS
                && (!ch->has_quantum || lowest_bit (ch, &parts) >= ch->quantum);
    if (regular) {
      cell = cell_of_parts (ch, &parts, c);
      j = signed_cell (parts.negative, cell) - from;
      regular = ABS (j) < (G_GINT64_CONSTANT (1) << (MAX_CLASS - 1));
    }
  }
  if (gst_pitbox_range_bit (r, &self->ctx.irregular[ch->kind], !regular)) {
    bits = gst_pitbox_range_raw (r, bits, 8 * ch->bytes);
    if (ch->has_quantum && split (ch, bits, &parts) && !parts.zero
        && lowest_bit (ch, &parts) < ch->quantum)
      ch->has_quantum = FALSE;
    return bits;
  }
  j = code_distance (
      self, find_shape (self, ch, ch->scale, c), ch->negative_error, j);
  if (r->decoding) {
    gint64 to = (gint64) ((guint64) from + (guint64) j);

    parts.negative = to < 0;
    cell = to < 0 ? (guint64) (-1 - to) : (guint64) to;
  }
  if (cell == 0)
    code_tiny (self, ch, &parts, c);
  else
    code_rest (self, ch, &parts, cell, c);
  return r->decoding ? join (ch, &parts) : bits;
}

/* Encoder: keeps the finest unit that the channel's values have used. */
void
gst_pitbox_pred_note (PredChannel *ch, gdouble now, guint64 bits)
{
  guint mantissa = ch->mantissa;
  guint64 leading = G_GUINT64_CONSTANT (1) << mantissa;
  gint e, lowest;

  /* Zero also stands for what is no ordinary number. */
  if (mantissa == 0 || now == 0)
    return;
  e = pred_exponent (now);
  lowest = e - (gint) mantissa + pred_lowest_bit (bits | leading);
  if (ch->n_changed == 0) {
    ch->lowest_bit = lowest;
    ch->lowest_exponent = e;
  }
  if (ch->n_changed < G_MAXUINT8)
    ch->n_changed++;
  ch->lowest_bit = MIN (ch->lowest_bit, lowest);
  ch->lowest_exponent = MIN (ch->lowest_exponent, e);
}

void
gst_pitbox_pred_contexts_init (PredContexts *ctx)
{
  GstPitboxBit *bits = (GstPitboxBit *) ctx;

  for (guint i = 0; i < PRED_N_CONTEXTS; i++)
    bits[i].fast = bits[i].slow = gst_pitbox_pred_priors[i];
}
