/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Private: adaptive binary range coder; one code path codes and decodes. */
#pragma once

#include <gst/gst.h>

#include <string.h>

G_BEGIN_DECLS

/* A byte-wise range coder with a 56-bit window. The decoder reads zeros past
 * the end, so the encoder drops what zeros can stand in for. */
#define GST_PITBOX_RANGE_TOP (G_GUINT64_CONSTANT (1) << 56)
#define GST_PITBOX_RANGE_BOTTOM (G_GUINT64_CONSTANT (1) << 48)

typedef struct {
  gboolean decoding;
  gboolean failed; /* encoder: no room */
  guint64 low; /* decoder: the code minus low */
  guint64 range;
  guint8 *out;
  const guint8 *in;
  gsize at;
  gsize size;
  guint past_end; /* decoder: zeros taken for missing bytes */
} GstPitboxRange;

/* Probability of a one in 1/65536, as the mean of a fast and a slow learner. */
typedef struct {
  guint16 fast;
  guint16 slow;
} GstPitboxBit;

static inline void
gst_pitbox_range_start_encoder (GstPitboxRange *r, guint8 *out, gsize size)
{
  memset (r, 0, sizeof *r);
  r->range = GST_PITBOX_RANGE_TOP;
  r->out = out;
  r->size = size;
}

static inline guint8
gst_pitbox_range_next (GstPitboxRange *r)
{
  if (r->at < r->size)
    return r->in[r->at++];
  r->past_end++;
  return 0;
}

static inline void
gst_pitbox_range_start_decoder (GstPitboxRange *r, const guint8 *in, gsize size)
{
  memset (r, 0, sizeof *r);
  r->decoding = TRUE;
  r->range = GST_PITBOX_RANGE_TOP;
  r->in = in;
  r->size = size;
  for (guint i = 0; i < 7; i++)
    r->low = r->low << 8 | gst_pitbox_range_next (r);
}

static inline void
gst_pitbox_range_carry (GstPitboxRange *r)
{
  if (r->low >= GST_PITBOX_RANGE_TOP) {
    gsize i = r->at;

    while (i > 0 && ++r->out[--i] == 0)
      continue;
    r->low -= GST_PITBOX_RANGE_TOP;
  }
}

static inline void
gst_pitbox_range_normalize (GstPitboxRange *r)
{
  while (r->range < GST_PITBOX_RANGE_BOTTOM) {
    r->range <<= 8;
    if (r->decoding) {
      r->low = r->low << 8 | gst_pitbox_range_next (r);
      continue;
    }
    gst_pitbox_range_carry (r);
    if (r->at < r->size)
      r->out[r->at++] = r->low >> 48;
    else
      r->failed = TRUE;
    r->low = (r->low & (GST_PITBOX_RANGE_BOTTOM - 1)) << 8;
  }
}

/* Codes @bit (the decoder ignores it) and returns it. */
static inline guint
gst_pitbox_range_bit (GstPitboxRange *r, GstPitboxBit *b, guint bit)
{
  guint32 p = ((guint32) b->fast + b->slow + 1) >> 1;
  guint64 bound = (r->range >> 16) * (p < 24 ? 24 : p > 65512 ? 65512 : p);

  if (r->decoding)
    bit = r->low < bound;
  if (bit) {
    r->range = bound;
    b->fast += (65535 - b->fast) >> 4;
    b->slow += (65535 - b->slow) >> 7;
  } else {
    r->low = r->decoding ? r->low - bound : r->low + bound;
    r->range -= bound;
    b->fast -= b->fast >> 4;
    b->slow -= b->slow >> 7;
  }
  if (r->range < GST_PITBOX_RANGE_BOTTOM)
    gst_pitbox_range_normalize (r);
  return bit;
}

/* Codes the low @n bits of @value, each as likely as not; n <= 64. */
static inline guint64
gst_pitbox_range_raw (GstPitboxRange *r, guint64 value, guint n)
{
  guint64 result = 0;

  while (n > 0) {
    guint step = n > 16 ? 16 : n;
    guint64 part = (value >> (n - step)) & ((1u << step) - 1);

    r->range >>= step;
    if (r->decoding) {
      part = r->low / r->range;
      /* Only damaged input gets here with more. */
      if (part >> step != 0)
        part = (1u << step) - 1;
      r->low -= part * r->range;
    } else {
      r->low += part * r->range;
    }
    gst_pitbox_range_normalize (r);
    result = result << step | part;
    n -= step;
  }
  return result;
}

/* Ends the encoder's output and returns its size; failed is set if it did not
 * fit. */
static inline gsize
gst_pitbox_range_finish (GstPitboxRange *r)
{
  for (guint n = 0; n <= 7; n++) {
    guint64 mask = (G_GUINT64_CONSTANT (1) << (56 - 8 * n)) - 1;
    guint64 v = (r->low + mask) & ~mask;

    if (v - r->low >= r->range)
      continue;
    r->low = v;
    gst_pitbox_range_carry (r);
    for (; n > 0; n--) {
      if (r->at == r->size) {
        r->failed = TRUE;
        return 0;
      }
      r->out[r->at++] = r->low >> 48;
      r->low = (r->low & (GST_PITBOX_RANGE_BOTTOM - 1)) << 8;
    }
    break;
  }
  while (r->at > 0 && r->out[r->at - 1] == 0)
    r->at--;
  return r->at;
}

G_END_DECLS
