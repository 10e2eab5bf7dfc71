/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Private: the state behind codec 2, shared by the files gstpitboxpred*.c. */
#pragma once

#include "gstpitboxbytes.h"
#include "gstpitboxrangecoder.h"
#include "gstpitboxschema.h"

#include <float.h>

/* Both sides must compute the same predictions to the last bit: IEEE doubles
 * without excess precision. The library is built with -ffp-contract=off. */
#if !defined(FLT_EVAL_METHOD) || FLT_EVAL_METHOD != 0
#error "codec 2 needs strict double arithmetic (e.g. -msse2 -mfpmath=sse)"
#endif

G_BEGIN_DECLS

typedef enum { KIND_U8, KIND_I32, KIND_F32, KIND_F64, N_KINDS } PredKind;

/* How an expert predicts; x is its channel, a and b its partners, a ' the value
 * of the row before. */
typedef enum {
  EXPERT_LAST, /* x' */
  EXPERT_AVERAGE, /* x' + (x' - x'') / 2 */
  EXPERT_LINEAR, /* x' + (x' - x'') */
  EXPERT_QUADRATIC,
  EXPERT_COPY, /* a */
  EXPERT_ABS, /* |a| */
  EXPERT_DIFF, /* x' + (a - a') */
  EXPERT_NEGDIFF, /* x' - (a - a') */
  EXPERT_GAIN, /* x' + g (a + b - a' - b'), g learnt */
  EXPERT_RATIO, /* g a, g learnt */
  EXPERT_INNOVATION, /* quadratic + (a - a's quadratic) */
  EXPERT_TREND, /* linear + (a - a's linear) */
  EXPERT_INTEGRAL, /* x' + dt times a, third order, bias learnt */
  EXPERT_NORM, /* |(a, b)| */
  EXPERT_SERIES_LINEAR, /* a, b: the two samples before x within a tick */
  EXPERT_SERIES_QUADRATIC,
  EXPERT_ROLL, /* rigid body: Euler angles from rates, bias learnt */
  EXPERT_PITCH,
  EXPERT_YAW,
  EXPERT_VELOCITY_X, /* rigid body, bias learnt; see gstpitboxpredexperts.c */
  EXPERT_VELOCITY_Y,
  EXPERT_VELOCITY_Z,
  EXPERT_VELOCITY_X_STEP,
  EXPERT_VELOCITY_Y_STEP,
  EXPERT_VELOCITY_Z_STEP,
} PredExpertType;

#define MAX_EXPERTS 12
/* The first experts of a channel know nothing but the channel itself. */
#define MAX_OWN_EXPERTS 4
/* Values that the search for a lattice works on. */
#define PRED_LATTICE_VALUES 16
/* Row offsets and channels are below GST_PITBOX_MAX_ROW_BYTES. */
#define PRED_NONE G_MAXUINT16

/* An expert that looks at other channels. */
typedef struct {
  guint8 type;
  guint8 series; /* samples before this one within the tick */
  guint16 a, b, c;
  gint cost; /* log2 |error| in 1/128 octave, over some time */
  gdouble bias; /* or sum of x y, of those that learn a gain */
  gdouble sxx;
} PredPartner;

/* What each row looks at. Rows come when the caches hold what other processes
 * do, and then memory is most of what coding costs: nothing else in here. */
typedef struct {
  gdouble v[4]; /* this row's value and the ones before; see pred_now() */
  gint costs[MAX_OWN_EXPERTS]; /* as PredPartner's */
  GstPitboxBit changes[2][2];
  gint scale; /* log2 |error| of the prediction in 1/128 octave: recent */
  gint volatility;
  guint32 partners; /* the first one in Pred.partners */
  guint16 offset;
  guint16 gate; /* channel whose change goes with this one's, or none */
  gint16 quantum; /* every value is a multiple of 2^quantum */
  guint16 lattice; /* values are fractions of it, or 0 */
  guint8 kind;
  guint8 bytes;
  guint8 mantissa; /* bits below the leading one; 0 for whole numbers */
  guint8 best;
  guint8 n_own;
  guint8 n_experts;
  guint8 n_gains; /* the last so many of them learn a gain */
  gint8 grid; /* of grids, or -1 */
  guint8 changed; /* in the last row */
  guint8 negative_error;
  guint8 has_quantum;
  /* Encoder only, for the next key row. */
  guint8 n_changed; /* up to 255 */
  guint8 n_recent; /* values in PredRest since the last look at them */
  gint16 lowest_bit;
  gint16 lowest_exponent;
  guint n_in_period; /* changes since the last key row */
} PredChannel;

/* The rest of a channel. */
typedef struct {
  guint16 reference; /* channel that a key row compares with, or none */
  gboolean in_array; /* and not its first element */
  gdouble shift; /* values lie so far beside the lattice */
  /* Encoder only. */
  gfloat recent[PRED_LATTICE_VALUES]; /* changed values */
  guint lattice_found;
  guint lattice_seen;
  guint n_seen; /* how often in a row */
  guint strays; /* values lately that the lattice did not fit */
} PredRest;

/* Where a channel lies, for those that see whether it is idle. */
typedef struct {
  guint16 offset;
  guint8 bytes;
  guint8 active;
} PredPlace;

/* Channels of the car's motion. */
enum {
  BODY_X,
  BODY_Y,
  BODY_Z,
  BODY_ROLL_RATE,
  BODY_PITCH_RATE,
  BODY_YAW_RATE,
  BODY_PITCH,
  BODY_ROLL,
  N_BODY
};

/* Values that the search for a grid works on. */
#define PRED_GRID_VALUES 128

/* Encoder only: what has been found out about a grid. */
typedef struct {
  guint n;
  gint32 k[PRED_GRID_VALUES];
  gdouble x[PRED_GRID_VALUES];
  gint32 last_k; /* of the newest value, kept or not */
  gdouble last_x;
  gboolean found, given_up;
  gint32 zero, next_zero;
  gdouble coarse, origin, scale;
} PredGridSearch;

typedef struct {
  gint channel; /* or -1 */
  gboolean is_latitude;
  gboolean on;
  gdouble origin, scale; /* of the last key row */
  gint per_unit; /* 1/128 octaves of steps in a degree */
  gint miss; /* of the last value on the grid */
  guint failures;
  PredGridSearch search;
} PredGrid;

#define N_GRIDS 2

#define N_SCALES 20
/* By how much the error jumps, and whether it grows or shrinks. */
#define N_CLIMATES 9
/* In the first row after a key row: what the best expert looks at, scales. */
#define N_PASTS 4
#define N_FIRST_SCALES 4
/* Bit lengths of a residual: the common ones by shape, the rest together. */
#define NEAR_CLASSES 14
#define MAX_CLASS 40

/* Shape of the residuals of a scale; all channels of all kinds share it. */
typedef struct {
  GstPitboxBit zero;
  GstPitboxBit sign[2];
  GstPitboxBit more[NEAR_CLASSES];
} PredShape;

/* Everything adaptive that is not a channel's own. */
typedef struct {
  PredShape shapes[N_SCALES][N_CLIMATES];
  PredShape first[N_PASTS][N_FIRST_SCALES];
  GstPitboxBit far[MAX_CLASS + 1];
  GstPitboxBit top[MAX_CLASS + 1][3];
  GstPitboxBit irregular[N_KINDS];
  GstPitboxBit exact_zero;
  GstPitboxBit tiny[16];
  GstPitboxBit statics[2];
  GstPitboxBit group[2];
  GstPitboxBit member[2];
  /* Key rows. */
  GstPitboxBit same[N_KINDS][2][2];
  GstPitboxBit zero[N_KINDS][2];
  GstPitboxBit negative[N_KINDS];
  GstPitboxBit exponent[256];
  GstPitboxBit shorter[3];
  GstPitboxBit width[33];
  GstPitboxBit byte[256];
  GstPitboxBit active[N_KINDS][2];
  GstPitboxBit best[N_KINDS][16];
  GstPitboxBit steps[2][32];
  GstPitboxBit number[4][24];
  GstPitboxBit grid;
  GstPitboxBit change_class[4];
  GstPitboxBit quantum;
  GstPitboxBit lattice;
  GstPitboxBit lattice_hit;
  GstPitboxBit lattice_miss[24];
} PredContexts;

#define PRED_N_CONTEXTS (sizeof (PredContexts) / sizeof (GstPitboxBit))

typedef struct {
  guint row_bytes;
  gdouble dt;
  guint n_channels;
  PredChannel *channels; /* in coding order: partners first */
  PredRest *rest; /* of each channel */
  PredPlace *places; /* of each channel */
  PredPartner *partners;
  guint16 *active; /* indexes of active channels, ascending */
  guint n_active;
  guint rows; /* since the key row; the key row is row 0 */
  guint t[4]; /* where in PredChannel.v this row is, and those before */
  gboolean statics_changed;
  gboolean has_turns;
  guint8 *last; /* the row before */
  guint8 *idle_mask; /* 0xff for bytes of channels that are not active */
  /* Of the channel in hand: each expert's prediction and what came of them. */
  gdouble guesses[MAX_EXPERTS];
  gdouble p;
  gdouble turns[6]; /* of this row, by expert from EXPERT_ROLL on */
  guint16 body[N_BODY];
  GstPitboxRange range;
  PredContexts ctx;
  PredGrid grids[N_GRIDS]; /* Lat, Lon */
} Pred;

/* gstpitboxpredchannels.c */
G_GNUC_INTERNAL Pred *gst_pitbox_pred_new (const GstPitboxSchema *schema);
G_GNUC_INTERNAL void gst_pitbox_pred_free (Pred *self);

/* gstpitboxpredexperts.c */
G_GNUC_INTERNAL void gst_pitbox_pred_predict (Pred *self, PredChannel *ch);
G_GNUC_INTERNAL void gst_pitbox_pred_learn (Pred *self, PredChannel *ch);
G_GNUC_INTERNAL void gst_pitbox_pred_restart (
    Pred *self, PredChannel *ch, gboolean keep_scales);
G_GNUC_INTERNAL void gst_pitbox_pred_prime (Pred *self, PredChannel *ch);

/* gstpitboxpredgrid.c */
G_GNUC_INTERNAL gboolean gst_pitbox_pred_grid_code (
    Pred *self, PredGrid *grid, PredChannel *ch, guint64 *bits);
G_GNUC_INTERNAL gboolean gst_pitbox_pred_grid_code_place (
    Pred *self, PredGrid *grid, guint64 *bits);
G_GNUC_INTERNAL void gst_pitbox_pred_grid_code_key (Pred *self, PredGrid *grid);
G_GNUC_INTERNAL void gst_pitbox_pred_grid_learn (
    PredGrid *grid, gdouble value, gdouble latitude);

/* gstpitboxpredlattice.c */
G_GNUC_INTERNAL gboolean gst_pitbox_pred_lattice_code (
    Pred *self, PredChannel *ch, guint64 *bits);
G_GNUC_INTERNAL void gst_pitbox_pred_lattice_code_key (
    Pred *self, PredChannel *ch);
G_GNUC_INTERNAL void gst_pitbox_pred_lattice_learn (
    Pred *self, const PredChannel *ch);
G_GNUC_INTERNAL void gst_pitbox_pred_lattice_search (
    Pred *self, PredChannel *ch);

/* gstpitboxpredpriors.c */
G_GNUC_INTERNAL extern const guint16 gst_pitbox_pred_priors[];

/* gstpitboxpredvalue.c */
G_GNUC_INTERNAL void gst_pitbox_pred_note (
    PredChannel *ch, gdouble now, guint64 bits);
G_GNUC_INTERNAL void gst_pitbox_pred_contexts_init (PredContexts *ctx);
G_GNUC_INTERNAL guint64 gst_pitbox_pred_code_value (
    Pred *self, PredChannel *ch, guint64 bits);
G_GNUC_INTERNAL gint64 gst_pitbox_pred_code_steps (
    Pred *self, PredChannel *ch, gint per_unit, gint64 j);

/* gstpitboxpredkey.c */
G_GNUC_INTERNAL void gst_pitbox_pred_code_key (Pred *self, guint8 *row);

static inline guint64
pred_load (guint offset, guint bytes, const guint8 *row)
{
  const guint8 *p = row + offset;

  return bytes == 4   ? gst_pitbox_get_u32 (p)
         : bytes == 1 ? *p
                      : gst_pitbox_get_u64 (p);
}

static inline void
pred_store (const PredChannel *ch, guint8 *row, guint64 bits)
{
  guint8 *p = row + ch->offset;

  if (ch->bytes == 1)
    *p = bits;
  else if (ch->bytes == 4)
    gst_pitbox_set_u32 (p, bits);
  else
    gst_pitbox_set_u64 (p, bits);
}

/* A row's values take the place of those of four rows before, so that nothing
 * moves. All four are the same while a channel is idle. */
static inline void
pred_set_row (Pred *self, guint rows)
{
  self->rows = rows;
  for (guint age = 0; age < 4; age++)
    self->t[age] = (rows - age) & 3;
  self->has_turns = FALSE;
}

/* The value of this row, and those of 1 to 3 rows before. */
static inline gdouble
pred_now (const Pred *self, const PredChannel *ch)
{
  return ch->v[self->t[0]];
}

static inline gdouble
pred_h1 (const Pred *self, const PredChannel *ch)
{
  return ch->v[self->t[1]];
}

static inline gdouble
pred_h2 (const Pred *self, const PredChannel *ch)
{
  return ch->v[self->t[2]];
}

static inline gdouble
pred_h3 (const Pred *self, const PredChannel *ch)
{
  return ch->v[self->t[3]];
}

static inline PredRest *
pred_rest (const Pred *self, const PredChannel *ch)
{
  return &self->rest[ch - self->channels];
}

static inline gint *
pred_cost (const Pred *self, PredChannel *ch, guint expert)
{
  return expert < ch->n_own
             ? &ch->costs[expert]
             : &self->partners[ch->partners + expert - ch->n_own].cost;
}

static inline guint
pred_expert_type (const Pred *self, const PredChannel *ch, guint expert)
{
  if (expert >= ch->n_own)
    return self->partners[ch->partners + expert - ch->n_own].type;
  return ch->mantissa == 0 && expert == 1 ? EXPERT_LINEAR : expert;
}

/* Number of the highest and of the lowest set bit; @x is not 0. */
static inline gint
pred_highest_bit (guint64 x)
{
  return 63 - __builtin_clzll (x);
}

static inline gint
pred_lowest_bit (guint64 x)
{
  return __builtin_ctzll (x);
}

/* Exponent of @value's leading bit; about -1023 for zero. */
static inline gint
pred_exponent (gdouble value)
{
  guint64 bits;

  memcpy (&bits, &value, 8);
  return (gint) (bits >> 52 & 0x7ff) - 1023;
}

/* Codes a signed number, small ones cheap; |value| < 2^20. */
static inline gint
pred_code_number (GstPitboxRange *r, GstPitboxBit *bits, gint value)
{
  guint m = value < 0 ? 2 * (guint) -value - 1 : 2 * (guint) value, nb = 0;

  m++;
  while (
      nb < 21
      && gst_pitbox_range_bit (r, &bits[nb], (gint) nb < pred_highest_bit (m)))
    nb++;
  m = (1u << nb) | gst_pitbox_range_raw (r, m & ((1u << nb) - 1), nb);
  m--;
  return (m & 1) != 0 ? -(gint) ((m + 1) / 2) : (gint) (m / 2);
}

/* 2^e for -1022 <= e <= 1023. */
static inline gdouble
pred_power (gint e)
{
  guint64 bits = (guint64) (e + 1023) << 52;
  gdouble value;

  memcpy (&value, &bits, 8);
  return value;
}

/* Lowest exponent that the channel can hold near @value. */
static inline gint
pred_unit_exponent (const PredChannel *ch, gdouble value)
{
  gint e;

  if (ch->mantissa == 0)
    return 0;
  e = pred_exponent (value);
  e = MAX (e, ch->mantissa == 23 ? -126 : -800) - ch->mantissa;
  return ch->has_quantum ? MAX (e, ch->quantum) : e;
}

/* Also 0 for NaN: neither that nor infinity may spread through predictions. */
static inline gdouble
pred_to_double (guint kind, guint64 bits)
{
  gdouble d = 0;

  if (kind == KIND_F32) {
    guint32 word = bits;
    gfloat f;

    memcpy (&f, &word, 4);
    d = f;
  } else if (kind == KIND_U8) {
    return bits;
  } else if (kind == KIND_I32) {
    return (gint32) (guint32) bits;
  } else {
    memcpy (&d, &bits, 8);
  }
  return d > -1e300 && d < 1e300 ? d : 0;
}

G_END_DECLS
