/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Codec 2: channels from a schema, and which variables foretell which. Part of
 * the format: both sides must bind the same experts in the same order. */
#include "gstpitboxpredictive.h"

/* Names are looked up in the schema; what a car lacks falls away. A leading
 * '*' in @name binds every variable that ends so, the same beginning replacing
 * the '*' of @a, @b and @c. */
typedef struct {
  const gchar *name;
  PredExpertType type;
  const gchar *a, *b, *c;
} Relation;

#define LAP_DELTA(name, type) \
  { "LapDelta" name, type, "LapDeltaToBestLap", NULL, NULL }, \
  { \
    "LapDelta" name "_DD", type, "LapDeltaToBestLap_DD", NULL, NULL \
  }

static const Relation relations[] = {
  { "Speed", EXPERT_NORM, "VelocityX", "VelocityY", NULL },
  { "VelocityX", EXPERT_VELOCITY_X, "LongAccel", NULL, NULL },
  { "VelocityY", EXPERT_VELOCITY_Y, "LatAccel", NULL, NULL },
  { "VelocityZ", EXPERT_VELOCITY_Z, "VertAccel", NULL, NULL },
  { "VelocityX", EXPERT_VELOCITY_X_STEP, "LongAccel", NULL, NULL },
  { "VelocityY", EXPERT_VELOCITY_Y_STEP, "LatAccel", NULL, NULL },
  { "VelocityZ", EXPERT_VELOCITY_Z_STEP, "VertAccel", NULL, NULL },
  { "Yaw", EXPERT_YAW, "YawRate", NULL, NULL },
  { "Pitch", EXPERT_PITCH, "PitchRate", NULL, NULL },
  { "Roll", EXPERT_ROLL, "RollRate", NULL, NULL },
  { "Yaw", EXPERT_INTEGRAL, "YawRate", NULL, NULL },
  { "Pitch", EXPERT_INTEGRAL, "PitchRate", NULL, NULL },
  { "Roll", EXPERT_INTEGRAL, "RollRate", NULL, NULL },
  { "YawNorth", EXPERT_NEGDIFF, "Yaw", NULL, NULL },
  { "YawNorth", EXPERT_DIFF, "Yaw", NULL, NULL },
  { "CRshockDefl", EXPERT_GAIN, "LRshockDefl", "RRshockDefl", NULL },
  { "CRshockVel", EXPERT_GAIN, "LRshockVel", "RRshockVel", NULL },
  { "CFshockDefl", EXPERT_GAIN, "LFshockDefl", "RFshockDefl", NULL },
  { "CFshockVel", EXPERT_GAIN, "LFshockVel", "RFshockVel", NULL },
  { "*shockDefl", EXPERT_INTEGRAL, "*shockVel", NULL, NULL },
  { "*shockDefl_ST", EXPERT_INTEGRAL, "*shockVel_ST", NULL, NULL },
  { "*tempL", EXPERT_INNOVATION, "*tempM", NULL, NULL },
  { "*tempL", EXPERT_DIFF, "*tempM", NULL, NULL },
  { "*tempL", EXPERT_TREND, "*tempM", NULL, NULL },
  { "*tempR", EXPERT_INNOVATION, "*tempM", NULL, NULL },
  { "*tempR", EXPERT_DIFF, "*tempM", NULL, NULL },
  { "*tempR", EXPERT_TREND, "*tempM", NULL, NULL },
  { "LapDist", EXPERT_INTEGRAL, "Speed", NULL, NULL },
  { "LapDistPct", EXPERT_GAIN, "LapDist", NULL, NULL },
  { "LapDistPct", EXPERT_RATIO, "LapDist", NULL, NULL },
  { "FuelLevelPct", EXPERT_RATIO, "FuelLevel", NULL, NULL },
  { "FuelLevelPct", EXPERT_GAIN, "FuelLevel", NULL, NULL },
  { "EnergyERSBatteryPct", EXPERT_RATIO, "EnergyERSBattery", NULL, NULL },
  { "SteeringWheelPctTorqueSign", EXPERT_RATIO, "SteeringWheelTorque", NULL,
      NULL },
  { "SteeringWheelPctTorqueSignStops", EXPERT_COPY,
      "SteeringWheelPctTorqueSign", NULL, NULL },
  { "SteeringWheelPctTorque", EXPERT_ABS, "SteeringWheelPctTorqueSign", NULL,
      NULL },
  { "Engine0_RPM", EXPERT_COPY, "RPM", NULL, NULL },
  { "Engine0_RPM", EXPERT_DIFF, "RPM", NULL, NULL },
  { "Throttle", EXPERT_COPY, "ThrottleRaw", NULL, NULL },
  { "Throttle", EXPERT_GAIN, "ThrottleRaw", NULL, NULL },
  { "Brake", EXPERT_COPY, "BrakeRaw", NULL, NULL },
  { "Brake", EXPERT_GAIN, "BrakeRaw", NULL, NULL },
  { "Clutch", EXPERT_COPY, "ClutchRaw", NULL, NULL },
  { "ShiftIndicatorPct", EXPERT_GAIN, "RPM", NULL, NULL },
  { "LFbrakeLinePress", EXPERT_COPY, "RFbrakeLinePress", NULL, NULL },
  { "LRbrakeLinePress", EXPERT_COPY, "RRbrakeLinePress", NULL, NULL },
  { "RRbrakeLinePress", EXPERT_RATIO, "RFbrakeLinePress", NULL, NULL },
  { "LRspeed", EXPERT_DIFF, "RRspeed", NULL, NULL },
  { "LRspeed", EXPERT_INNOVATION, "RRspeed", NULL, NULL },
  { "LRspeed", EXPERT_TREND, "RRspeed", NULL, NULL },
  { "LFspeed", EXPERT_TREND, "RFspeed", NULL, NULL },
  { "LRspeed", EXPERT_GAIN, "RRspeed", NULL, NULL },
  { "RPM", EXPERT_GAIN, "RRspeed", "LRspeed", NULL },
  { "LFspeed", EXPERT_INNOVATION, "RFspeed", NULL, NULL },
  { "SessionTimeRemain", EXPERT_NEGDIFF, "SessionTime", NULL, NULL },
  { "LapCurrentLapTime", EXPERT_DIFF, "SessionTime", NULL, NULL },
  { "SessionTimeOfDay", EXPERT_DIFF, "SessionTime", NULL, NULL },
  LAP_DELTA ("ToOptimalLap", EXPERT_COPY),
  LAP_DELTA ("ToOptimalLap", EXPERT_DIFF),
  LAP_DELTA ("ToOptimalLap", EXPERT_INNOVATION),
  LAP_DELTA ("ToOptimalLap", EXPERT_TREND),
  LAP_DELTA ("ToSessionBestLap", EXPERT_COPY),
  LAP_DELTA ("ToSessionBestLap", EXPERT_DIFF),
  LAP_DELTA ("ToSessionBestLap", EXPERT_INNOVATION),
  LAP_DELTA ("ToSessionBestLap", EXPERT_TREND),
  { "LapDeltaToBestLap", EXPERT_INTEGRAL, "LapDeltaToBestLap_DD", NULL, NULL },
  { "LapDeltaToOptimalLap", EXPERT_INTEGRAL, "LapDeltaToOptimalLap_DD", NULL,
      NULL },
  { "LapDeltaToSessionBestLap", EXPERT_INTEGRAL, "LapDeltaToSessionBestLap_DD",
      NULL, NULL },
  { "LapDeltaToSessionLastlLap", EXPERT_INTEGRAL,
      "LapDeltaToSessionLastlLap_DD", NULL, NULL },

  { "LapDeltaToSessionOptimalLap", EXPERT_COPY, "LapDeltaToOptimalLap", NULL,
      NULL },
  { "LapDeltaToSessionOptimalLap", EXPERT_DIFF, "LapDeltaToOptimalLap", NULL,
      NULL },
  { "LapDeltaToSessionOptimalLap", EXPERT_INNOVATION, "LapDeltaToOptimalLap",
      NULL, NULL },
  { "LapDeltaToSessionOptimalLap_DD", EXPERT_COPY, "LapDeltaToOptimalLap_DD",
      NULL, NULL },
  { "LapDeltaToSessionOptimalLap_DD", EXPERT_DIFF, "LapDeltaToOptimalLap_DD",
      NULL, NULL },
  LAP_DELTA ("ToSessionLastlLap", EXPERT_COPY),
  LAP_DELTA ("ToSessionLastlLap", EXPERT_DIFF),
  LAP_DELTA ("ToSessionLastlLap", EXPERT_INNOVATION),
  { "LapDeltaToSessionLastlLap", EXPERT_DIFF, "LapDeltaToSessionBestLap", NULL,
      NULL },
  { "LapDeltaToSessionLastlLap", EXPERT_INNOVATION, "LapDeltaToSessionBestLap",
      NULL, NULL },
  { "LapDeltaToSessionLastlLap", EXPERT_TREND, "LapDeltaToSessionBestLap", NULL,
      NULL },
  { "LapDeltaToSessionLastlLap_DD", EXPERT_DIFF, "LapDeltaToSessionBestLap_DD",
      NULL, NULL },
  { "LapDeltaToSessionLastlLap_DD", EXPERT_INNOVATION,
      "LapDeltaToSessionBestLap_DD", NULL, NULL },
  { "LapDeltaToSessionLastlLap_DD", EXPERT_TREND, "LapDeltaToSessionBestLap_DD",
      NULL, NULL },
};

static const gchar *const body_names[N_BODY] = { "VelocityX", "VelocityY",
  "VelocityZ", "RollRate", "PitchRate", "YawRate", "Pitch", "Roll" };

/* While binding: partners by their numbers, -1 for none. */
typedef struct {
  guint8 type;
  guint8 series;
  gint a, b, c;
} PredExpert;

typedef struct {
  guint8 kind;
  guint8 bytes;
  guint8 mantissa;
  gboolean chained; /* follows its neighbour within a tick */
  gboolean in_array;
  guint offset;
  gint reference, grid, gate;
  guint n_experts;
  guint n_gains;
  PredExpert *experts;
} BoundChannel;

/* Channels in row order, and where each variable's begin. */
typedef struct {
  const GstPitboxSchema *schema;
  BoundChannel *channels;
  guint n_channels;
  gint *first; /* by variable; -1 where its bytes belong to another one */
  GArray *experts; /* of Bound, in the order of binding */
  gint body[N_BODY];
} Binder;

typedef struct {
  guint channel;
  PredExpert expert;
} Bound;

static void
add_channel (Binder *b, PredKind kind, guint offset, gint reference)
{
  static const guint8 bytes[N_KINDS] = { 1, 4, 4, 8 };
  static const guint8 mantissa[N_KINDS] = { 0, 0, 23, 52 };
  BoundChannel *ch = &b->channels[b->n_channels++];

  memset (ch, 0, sizeof *ch);
  ch->kind = kind;
  ch->bytes = bytes[kind];
  ch->mantissa = mantissa[kind];
  ch->offset = offset;
  ch->reference = reference;
  ch->gate = -1;
  ch->grid = -1;
}

static PredKind
kind_of (GstPitboxVarType type)
{
  switch (type) {
    case GST_PITBOX_VAR_INT:
    case GST_PITBOX_VAR_BITFIELD:
      return KIND_I32;
    case GST_PITBOX_VAR_FLOAT:
      return KIND_F32;
    case GST_PITBOX_VAR_DOUBLE:
      return KIND_F64;
    default:
      return KIND_U8;
  }
}

static gboolean
is_free (const guint8 *covered, guint offset, guint bytes)
{
  for (guint i = 0; i < bytes; i++) {
    if (covered[offset + i])
      return FALSE;
  }
  return TRUE;
}

/* One channel for each element of each variable, one for each byte outside. */
static void
make_channels (Binder *b, guint row_bytes)
{
  g_autofree guint8 *covered = g_malloc0 (row_bytes);
  guint n = gst_pitbox_schema_get_n_vars (b->schema);

  b->channels = g_new (BoundChannel, row_bytes);
  b->first = g_new (gint, n);
  for (guint i = 0; i < n; i++) {
    const GstPitboxVar *v = gst_pitbox_schema_get_var (b->schema, i);
    guint size = gst_pitbox_var_type_size (v->type);

    b->first[i] = -1;
    if (!is_free (covered, v->offset, size * v->count))
      continue;
    memset (covered + v->offset, 1, size * v->count);
    b->first[i] = b->n_channels;
    for (guint k = 0; k < v->count; k++) {
      add_channel (
          b, kind_of (v->type), v->offset + k * size, (gint) b->n_channels - 1);
      b->channels[b->n_channels - 1].in_array = k > 0;
    }
  }
  for (guint i = 0; i < row_bytes; i++) {
    if (!covered[i])
      add_channel (b, KIND_U8, i, (gint) b->n_channels - 1);
  }
}

/* The channel that stands for a variable: its newest sample. */
static gint
find_channel (const Binder *b, const gchar *name)
{
  const GstPitboxVar *v;
  gint first;

  if (name == NULL)
    return -1;
  v = gst_pitbox_schema_find (b->schema, name);
  if (v == NULL)
    return -1;
  first = b->first[v - gst_pitbox_schema_get_var (b->schema, 0)];
  if (first < 0 || (v->count > 1 && !v->count_as_time))
    return -1;
  return first + (gint) v->count - 1;
}

static void
add_expert (
    Binder *binder, guint channel, PredExpertType type, gint a, gint b, gint c)
{
  BoundChannel *ch = &binder->channels[channel];
  Bound bound = { channel, { .type = type, .a = a, .b = b, .c = c } };

  if (ch->n_experts == MAX_EXPERTS)
    return;
  ch->n_experts++;
  g_array_append_val (binder->experts, bound);
}

static void
add_own_experts (Binder *b)
{
  for (guint i = 0; i < b->n_channels; i++) {
    BoundChannel *ch = &b->channels[i];

    add_expert (b, i, EXPERT_LAST, -1, -1, -1);
    if (ch->kind == KIND_U8)
      continue;
    if (ch->mantissa != 0)
      add_expert (b, i, EXPERT_AVERAGE, -1, -1, -1);
    add_expert (b, i, EXPERT_LINEAR, -1, -1, -1);
    if (ch->mantissa != 0)
      add_expert (b, i, EXPERT_QUADRATIC, -1, -1, -1);
  }
}

/* Samples within a tick follow each other at a multiple of the row rate; the
 * scalar of the same name repeats the newest. */
static void
bind_series (Binder *b)
{
  guint n = gst_pitbox_schema_get_n_vars (b->schema);

  for (guint i = 0; i < n; i++) {
    const GstPitboxVar *v = gst_pitbox_schema_get_var (b->schema, i);
    g_autofree gchar *plain = NULL;
    gint first = b->first[i], scalar;

    if (!v->count_as_time || v->count < 3 || first < 0)
      continue;
    for (gint k = 0; k < (gint) v->count; k++) {
      gint count = v->count;
      gint s1 = first + (k - 1 + count) % count;
      gint s2 = first + (k - 2 + count) % count;
      gint s3 = first + (k - 3 + count) % count;

      b->channels[first + k].chained = k > 0;
      if (b->channels[first + k].mantissa == 0)
        continue;
      add_expert (b, first + k, EXPERT_SERIES_LINEAR, s1, s2, s3);
      g_array_index (b->experts, Bound, b->experts->len - 1).expert.series =
          MIN (k, 3);
      add_expert (b, first + k, EXPERT_SERIES_QUADRATIC, s1, s2, s3);
      g_array_index (b->experts, Bound, b->experts->len - 1).expert.series =
          MIN (k, 3);
    }
    if (!g_str_has_suffix (v->name, "_ST"))
      continue;
    plain = g_strndup (v->name, strlen (v->name) - 3);
    scalar = find_channel (b, plain);
    if (scalar < 0)
      continue;
    add_expert (b, scalar, EXPERT_COPY, first + (gint) v->count - 1, -1, -1);
    b->channels[scalar].reference = first + (gint) v->count - 1;
  }
}

static void
bind_relation (Binder *b, const Relation *r, const gchar *name, const gchar *a)
{
  gint x = find_channel (b, name), ca = find_channel (b, a);
  gint cb = find_channel (b, r->b), cc = find_channel (b, r->c);
  BoundChannel *ch;

  if (x < 0 || ca < 0 || (r->b != NULL && cb < 0))
    return;
  ch = &b->channels[x];
  if (ch->mantissa == 0 || b->channels[ca].mantissa == 0)
    return;
  if (r->type == EXPERT_COPY) {
    ch->reference = ca;
    ch->gate = ca;
  }
  add_expert (b, x, r->type, ca, cb, cc);
}

static void
bind_relations (Binder *b, gboolean has_body)
{
  guint n = gst_pitbox_schema_get_n_vars (b->schema);

  for (guint i = 0; i < G_N_ELEMENTS (relations); i++) {
    const Relation *r = &relations[i];

    if (r->type >= EXPERT_ROLL && !has_body)
      continue;
    if (r->name[0] != '*') {
      bind_relation (b, r, r->name, r->a);
      continue;
    }
    for (guint k = 0; k < n; k++) {
      const gchar *name = gst_pitbox_schema_get_var (b->schema, k)->name;

      if (g_str_has_suffix (name, r->name + 1)) {
        gsize stem = strlen (name) - strlen (r->name + 1);
        g_autofree gchar *a =
            g_strdup_printf ("%.*s%s", (gint) stem, name, r->a + 1);

        bind_relation (b, r, name, a);
      }
    }
  }
}

/* Experts sorted by channel; only now they get their place in memory. */
static PredExpert *
collect_experts (Binder *b)
{
  PredExpert *experts = g_new0 (PredExpert, b->experts->len);
  guint n = 0;

  for (guint i = 0; i < b->n_channels; i++) {
    b->channels[i].experts = &experts[n];
    n += b->channels[i].n_experts;
    b->channels[i].n_experts = 0;
  }
  for (guint i = 0; i < b->experts->len; i++) {
    const Bound *bound = &g_array_index (b->experts, Bound, i);
    BoundChannel *ch = &b->channels[bound->channel];

    ch->experts[ch->n_experts++] = bound->expert;
  }
  return experts;
}

/* Partners first, else in row order. */
static void
place (const Binder *b, gint index, gint *position, BoundChannel *out, guint *n,
    guint depth)
{
  const BoundChannel *ch = &b->channels[index];

  if (position[index] >= 0)
    return;
  /* Longer than any chain of the table; what is left unordered falls away. */
  if (depth < 16) {
    if (ch->chained)
      place (b, index - 1, position, out, n, depth + 1);
    for (guint i = 0; i < ch->n_experts; i++) {
      const PredExpert *e = &ch->experts[i];

      if (e->type < EXPERT_COPY || e->series != 0
          || e->type == EXPERT_SERIES_LINEAR
          || e->type == EXPERT_SERIES_QUADRATIC)
        continue;
      place (b, e->a, position, out, n, depth + 1);
      if (e->b >= 0)
        place (b, e->b, position, out, n, depth + 1);
    }
  }
  if (position[index] >= 0)
    return;
  position[index] = *n;
  out[(*n)++] = *ch;
}

/* Whether an expert of channel @index looks only at what is coded before. */
static gboolean
is_ordered (const Binder *binder, const PredExpert *e, gint index)
{
  if (e->type == EXPERT_SERIES_LINEAR || e->type == EXPERT_SERIES_QUADRATIC)
    return (e->series < 1 || e->a < index) && (e->series < 2 || e->b < index)
           && (e->series < 3 || e->c < index);
  if (e->type >= EXPERT_ROLL) {
    /* Angles follow the rates, velocities the angles. */
    guint end = e->type < EXPERT_VELOCITY_X ? BODY_PITCH : N_BODY;

    for (guint i = BODY_ROLL_RATE; i < end; i++) {
      if (binder->body[i] >= index)
        return FALSE;
    }
  }
  return e->a < index && e->b < index && e->c < index;
}

static gint
moved (const gint *position, gint index)
{
  return index >= 0 ? position[index] : -1;
}

static void
gains_last (BoundChannel *ch)
{
  PredExpert sorted[MAX_EXPERTS];
  guint n = 0;

  for (guint gain = 0; gain < 2; gain++) {
    for (guint k = 0; k < ch->n_experts; k++) {
      PredExpertType type = ch->experts[k].type;

      if ((type == EXPERT_GAIN || type == EXPERT_RATIO) != (gain == 1))
        continue;
      sorted[n++] = ch->experts[k];
      ch->n_gains += gain;
    }
  }
  memcpy (ch->experts, sorted, n * sizeof *sorted);
}

static void
fix_partners (
    Binder *b, Pred *self, BoundChannel *channels, const gint *position)
{
  for (guint i = 0; i < N_BODY; i++)
    b->body[i] = moved (position, b->body[i]);
  for (guint i = 0; i < N_GRIDS; i++)
    self->grids[i].channel = moved (position, self->grids[i].channel);
  for (gint i = 0; i < (gint) b->n_channels; i++) {
    BoundChannel *ch = &channels[i];
    guint kept = 0;

    ch->reference = moved (position, ch->reference);
    if (ch->reference >= i)
      ch->reference = -1;
    ch->gate = moved (position, ch->gate);
    if (ch->gate >= i)
      ch->gate = -1;
    for (guint k = 0; k < ch->n_experts; k++) {
      PredExpert *e = &ch->experts[k];

      e->a = moved (position, e->a);
      e->b = moved (position, e->b);
      e->c = moved (position, e->c);
      if (is_ordered (b, e, i))
        ch->experts[kept++] = *e;
    }
    ch->n_experts = kept;
    gains_last (ch);
  }
}

static void
reorder (Binder *b, Pred *self)
{
  g_autofree gint *position = g_new (gint, b->n_channels);
  BoundChannel *channels = g_new (BoundChannel, b->n_channels);
  guint n = 0;

  memset (position, 0xff, b->n_channels * sizeof *position);
  for (guint i = BODY_ROLL_RATE; i < N_BODY; i++) {
    if (b->body[i] >= 0)
      place (b, b->body[i], position, channels, &n, 0);
  }
  for (guint i = 0; i < b->n_channels; i++)
    place (b, i, position, channels, &n, 0);
  fix_partners (b, self, channels, position);
  g_free (b->channels);
  b->channels = channels;
}

static guint16
short_index (gint index)
{
  return index >= 0 ? (guint16) index : PRED_NONE;
}

static guint
count_own (const BoundChannel *ch)
{
  guint n = 0;

  while (n < ch->n_experts && ch->experts[n].type < EXPERT_COPY)
    n++;
  return n;
}

static void
fill_channel (Pred *self, guint index, const BoundChannel *from, guint *n)
{
  PredChannel *ch = &self->channels[index];

  ch->kind = from->kind;
  ch->bytes = from->bytes;
  ch->mantissa = from->mantissa;
  ch->offset = from->offset;
  ch->gate = short_index (from->gate);
  ch->grid = from->grid;
  ch->n_own = count_own (from);
  ch->n_experts = from->n_experts;
  ch->n_gains = from->n_gains;
  ch->partners = *n;
  for (guint i = ch->n_own; i < from->n_experts; i++) {
    const PredExpert *e = &from->experts[i];
    PredPartner *partner = &self->partners[(*n)++];

    partner->type = e->type;
    partner->series = e->series;
    partner->a = short_index (e->a);
    partner->b = short_index (e->b);
    partner->c = short_index (e->c);
  }
  self->rest[index].reference = short_index (from->reference);
  self->rest[index].in_array = from->in_array;
  self->places[index].offset = from->offset;
  self->places[index].bytes = from->bytes;
}

static void
fill (Pred *self, const Binder *b)
{
  guint n = 0;

  self->n_channels = b->n_channels;
  self->channels = g_new0 (PredChannel, b->n_channels);
  self->rest = g_new0 (PredRest, b->n_channels);
  self->places = g_new0 (PredPlace, b->n_channels);
  self->partners = g_new0 (PredPartner, b->experts->len);
  self->active = g_new0 (guint16, b->n_channels);
  for (guint i = 0; i < b->n_channels; i++)
    fill_channel (self, i, &b->channels[i], &n);
  for (guint i = 0; i < N_BODY; i++)
    self->body[i] = short_index (b->body[i]);
}

static void
bind_grids (Binder *b, Pred *self)
{
  static const gchar *const names[N_GRIDS] = { "Lat", "Lon" };

  for (guint i = 0; i < N_GRIDS; i++) {
    gint channel = find_channel (b, names[i]);

    self->grids[i].channel = -1;
    self->grids[i].is_latitude = i == 0;
    if (channel >= 0 && b->channels[channel].kind == KIND_F64) {
      b->channels[channel].grid = i;
      self->grids[i].channel = channel;
    }
  }
}

Pred *
gst_pitbox_pred_new (const GstPitboxSchema *schema)
{
  Pred *self = g_new0 (Pred, 1);
  Binder b = { .schema = schema };
  g_autofree PredExpert *experts = NULL;
  gboolean has_body = TRUE;

  self->row_bytes = gst_pitbox_schema_get_row_bytes (schema);
  self->dt = 1.0 / gst_pitbox_schema_get_tick_rate (schema);
  b.experts = g_array_new (FALSE, FALSE, sizeof (Bound));
  make_channels (&b, self->row_bytes);
  for (guint i = 0; i < N_BODY; i++) {
    b.body[i] = find_channel (&b, body_names[i]);
    has_body = has_body && b.body[i] >= 0;
  }
  add_own_experts (&b);
  bind_series (&b);
  bind_relations (&b, has_body);
  bind_grids (&b, self);
  experts = collect_experts (&b);
  reorder (&b, self);
  fill (self, &b);
  g_array_unref (b.experts);
  g_free (b.channels);
  g_free (b.first);
  pred_set_row (self, 0);
  self->last = g_malloc0 (self->row_bytes);
  self->idle_mask = g_malloc0 (self->row_bytes);
  return self;
}

void
gst_pitbox_pred_free (Pred *self)
{
  g_free (self->channels);
  g_free (self->rest);
  g_free (self->places);
  g_free (self->partners);
  g_free (self->active);
  g_free (self->last);
  g_free (self->idle_mask);
  g_free (self);
}
