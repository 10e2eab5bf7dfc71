/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Codec 2: every variable predicted, the rest range coded. */
#include "gstpitboxcodecprivate.h"
#include "gstpitboxpredictive.h"

/* Idle channels are asked after in groups of so many. */
#define GROUP 16

static gpointer
predictive_open (const GstPitboxSchema *schema)
{
  return gst_pitbox_pred_new (schema);
}

static void
predictive_close (gpointer state)
{
  gst_pitbox_pred_free (state);
}

/* Whether any byte of an idle channel differs from the row before. */
static gboolean
idle_differ (const Pred *self, const guint8 *row)
{
  guint i = 0;
  guint64 x, y, mask, any = 0;

  for (; i + 8 <= self->row_bytes; i += 8) {
    memcpy (&x, row + i, 8);
    memcpy (&y, self->last + i, 8);
    if (x == y)
      continue;
    memcpy (&mask, self->idle_mask + i, 8);
    any |= (x ^ y) & mask;
  }
  for (; i < self->row_bytes; i++)
    any |= (row[i] ^ self->last[i]) & self->idle_mask[i];
  return any != 0;
}

/* Encoder: what the next key row will say of a channel that has changed. */
static void
observe (Pred *self, PredChannel *ch, gdouble now, guint64 bits)
{
  PredGrid *latitude = &self->grids[0];

  ch->n_in_period++;
  gst_pitbox_pred_note (ch, now, bits);
  if (ch->n_recent < PRED_LATTICE_VALUES)
    pred_rest (self, ch)->recent[ch->n_recent++] = now;
  if (ch->grid >= 0)
    gst_pitbox_pred_grid_learn (&self->grids[ch->grid], now,
        latitude->channel < 0
            ? 0
            : pred_now (self, &self->channels[latitude->channel]));
}

static void
set_value (Pred *self, PredChannel *ch, guint8 *row, guint64 bits, guint64 old)
{
  gdouble now;

  ch->changed = bits != old;
  if (!ch->changed) {
    ch->v[self->t[0]] = pred_h1 (self, ch);
    return;
  }
  now = pred_to_double (ch->kind, bits);
  ch->v[self->t[0]] = now;
  if (self->range.decoding)
    pred_store (ch, row, bits);
  else
    observe (self, ch, now, bits);
}

static guint64
code_changed (Pred *self, PredChannel *ch, guint64 bits)
{
  if (ch->grid >= 0 && self->grids[ch->grid].on
      && gst_pitbox_pred_grid_code (self, &self->grids[ch->grid], ch, &bits))
    return bits;
  if (ch->lattice != 0 && gst_pitbox_pred_lattice_code (self, ch, &bits))
    return bits;
  return gst_pitbox_pred_code_value (self, ch, bits);
}

static void
code_active (Pred *self, PredChannel *ch, guint8 *row)
{
  guint64 old = pred_load (ch->offset, ch->bytes, self->last);
  guint64 bits =
      self->range.decoding ? 0 : pred_load (ch->offset, ch->bytes, row);
  guint gate = ch->gate != PRED_NONE && self->channels[ch->gate].changed;

  gst_pitbox_pred_predict (self, ch);
  if (gst_pitbox_range_bit (
          &self->range, &ch->changes[ch->changed][gate], bits != old))
    set_value (self, ch, row, code_changed (self, ch, bits), old);
  else
    set_value (self, ch, row, old, old);
  gst_pitbox_pred_learn (self, ch);
  if (ch->lattice != 0 && ch->changed)
    gst_pitbox_pred_lattice_learn (self, ch);
}

/* An idle channel that changes is active from then on. */
static void
code_idle (Pred *self, guint index, guint8 *row)
{
  PredPlace *place = &self->places[index];
  guint64 old = pred_load (place->offset, place->bytes, self->last);
  guint64 bits =
      self->range.decoding ? 0 : pred_load (place->offset, place->bytes, row);
  PredChannel *ch = &self->channels[index];

  if (!gst_pitbox_range_bit (&self->range, &self->ctx.member[0], bits != old))
    return;
  place->active = TRUE;
  gst_pitbox_pred_predict (self, ch);
  bits = gst_pitbox_pred_code_value (self, ch, bits);
  set_value (self, ch, row, bits, old);
  self->has_turns = FALSE;
  gst_pitbox_pred_learn (self, ch);
  memset (self->idle_mask + ch->offset, 0, ch->bytes);
}

static gboolean
group_differs (const Pred *self, guint first, guint end, const guint8 *row)
{
  for (guint i = first; i < end; i++) {
    const PredPlace *p = &self->places[i];

    if (!p->active
        && pred_load (p->offset, p->bytes, row)
               != pred_load (p->offset, p->bytes, self->last))
      return TRUE;
  }
  return FALSE;
}

static void
code_idles (Pred *self, guint8 *row)
{
  gboolean decoding = self->range.decoding;

  for (guint first = 0; first < self->n_channels; first += GROUP) {
    guint end = MIN (first + GROUP, self->n_channels);

    if (!gst_pitbox_range_bit (&self->range, &self->ctx.group[0],
            !decoding && group_differs (self, first, end, row)))
      continue;
    for (guint i = first; i < end; i++) {
      if (!self->places[i].active)
        code_idle (self, i, row);
    }
  }
  self->n_active = 0;
  for (guint i = 0; i < self->n_channels; i++) {
    if (self->places[i].active)
      self->active[self->n_active++] = i;
  }
}

/* Two rows tell no more than a slope. */
static void
begin_curves (Pred *self)
{
  for (guint i = 0; i < self->n_active; i++) {
    PredChannel *ch = &self->channels[self->active[i]];

    ch->v[self->t[3]] = 2 * pred_h2 (self, ch) - pred_h1 (self, ch);
  }
}

static void
code_delta (Pred *self, guint8 *row)
{
  gboolean differ = !self->range.decoding && idle_differ (self, row);
  guint n = self->n_active;

  pred_set_row (self, self->rows + 1);
  if (self->rows == 2)
    begin_curves (self);
  for (guint i = 0; i < n; i++)
    code_active (self, &self->channels[self->active[i]], row);
  self->statics_changed = gst_pitbox_range_bit (
      &self->range, &self->ctx.statics[self->statics_changed], differ);
  if (self->statics_changed)
    code_idles (self, row);
  if (!self->range.decoding && n > 0)
    gst_pitbox_pred_lattice_search (
        self, &self->channels[self->active[self->rows % n]]);
}

/* A row that does not get smaller is sent as it is, and all begins anew. */
static void
begin_anew (Pred *self, const guint8 *row)
{
  gst_pitbox_pred_contexts_init (&self->ctx);
  self->n_active = 0;
  pred_set_row (self, 0);
  self->statics_changed = FALSE;
  memset (self->idle_mask, 0xff, self->row_bytes);
  for (guint i = 0; i < N_GRIDS; i++)
    self->grids[i].on = FALSE;
  for (guint i = 0; i < self->n_channels; i++) {
    PredChannel *ch = &self->channels[i];

    ch->v[0] =
        pred_to_double (ch->kind, pred_load (ch->offset, ch->bytes, row));
    self->places[i].active = FALSE;
    gst_pitbox_pred_restart (self, ch, FALSE);
  }
}

static gsize
predictive_encode (
    gpointer state, const guint8 *row, gboolean key, guint8 *block)
{
  Pred *self = state;
  gsize size;

  gst_pitbox_range_start_encoder (&self->range, block,
      key ? GST_PITBOX_MAX_BLOCK_BYTES (self->row_bytes) - 1 : self->row_bytes);
  if (key) {
    gst_pitbox_pred_code_key (self, (guint8 *) row);
    self->statics_changed = FALSE;
  } else {
    code_delta (self, (guint8 *) row);
  }
  size = gst_pitbox_range_finish (&self->range);
  if (self->range.failed) {
    block[0] = 0;
    memcpy (block + 1, row, self->row_bytes);
    size = self->row_bytes + 1;
    begin_anew (self, row);
  } else if (size == (gsize) self->row_bytes + 1) {
    /* That size means a row as it is; a coded one may end in more zeros. */
    block[size++] = 0;
  }
  memcpy (self->last, row, self->row_bytes);
  return size;
}

static gboolean
predictive_decode (
    gpointer state, const guint8 *block, gsize size, gboolean key, guint8 *row)
{
  Pred *self = state;

  if (size > GST_PITBOX_MAX_BLOCK_BYTES (self->row_bytes))
    return FALSE;
  if (size == (gsize) self->row_bytes + 1) {
    memcpy (row, block + 1, self->row_bytes);
    begin_anew (self, row);
  } else {
    memcpy (row, self->last, self->row_bytes);
    gst_pitbox_range_start_decoder (&self->range, block, size);
    if (key) {
      gst_pitbox_pred_code_key (self, row);
      self->statics_changed = FALSE;
    } else {
      code_delta (self, row);
    }
  }
  memcpy (self->last, row, self->row_bytes);
  return TRUE;
}

const GstPitboxCodecClass gst_pitbox_codec_predictive = {
  GST_PITBOX_CODEC_PREDICTIVE, FALSE, predictive_open, predictive_close,
  predictive_encode, predictive_decode
};
