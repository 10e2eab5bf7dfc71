/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Private: bounded reading and writing of the integers inside units. A varint
 * is LEB128 (7 bits a byte, low bits first, bit 7 = more follows, at most 10
 * bytes); a signed one is zigzag coded first. */
#pragma once

#include "gstpitboxbytes.h"

G_BEGIN_DECLS

typedef struct {
  const guint8 *p;
  const guint8 *end;
  gboolean failed;
} GstPitboxReader;

static inline gsize
gst_pitbox_reader_left (const GstPitboxReader *r)
{
  return r->end - r->p;
}

/* NULL, and failed set, when fewer than @n bytes are left. */
static inline const guint8 *
gst_pitbox_reader_take (GstPitboxReader *r, guint64 n)
{
  const guint8 *p = r->p;

  if (r->failed || n > gst_pitbox_reader_left (r)) {
    r->failed = TRUE;
    return NULL;
  }
  r->p += n;
  return p;
}

static inline guint8
gst_pitbox_reader_u8 (GstPitboxReader *r)
{
  const guint8 *p = gst_pitbox_reader_take (r, 1);

  return p != NULL ? *p : 0;
}

static inline guint32
gst_pitbox_reader_u32 (GstPitboxReader *r)
{
  const guint8 *p = gst_pitbox_reader_take (r, 4);

  return p != NULL ? gst_pitbox_get_u32 (p) : 0;
}

static inline guint64
gst_pitbox_reader_varint (GstPitboxReader *r)
{
  guint64 value = 0;

  for (guint shift = 0; shift < 70; shift += 7) {
    guint8 byte = gst_pitbox_reader_u8 (r);

    if (r->failed)
      return 0;
    if (shift == 63 && byte > 1)
      break;
    value |= (guint64) (byte & 0x7f) << shift;
    if (byte < 0x80)
      return value;
  }
  r->failed = TRUE;
  return 0;
}

static inline gint64
gst_pitbox_reader_svarint (GstPitboxReader *r)
{
  guint64 v = gst_pitbox_reader_varint (r);

  return (gint64) ((v >> 1) ^ (~(v & 1) + 1));
}

static inline void
gst_pitbox_put_varint (GByteArray *out, guint64 value)
{
  guint8 bytes[10];
  guint n = 0;

  do {
    bytes[n] = (value & 0x7f) | (value > 0x7f ? 0x80 : 0);
    value >>= 7;
    n++;
  } while (value != 0);
  g_byte_array_append (out, bytes, n);
}

static inline void
gst_pitbox_put_svarint (GByteArray *out, gint64 value)
{
  gst_pitbox_put_varint (
      out, ((guint64) value << 1) ^ (value < 0 ? G_MAXUINT64 : 0));
}

static inline void
gst_pitbox_put_u8 (GByteArray *out, guint8 value)
{
  g_byte_array_append (out, &value, 1);
}

static inline void
gst_pitbox_put_u32 (GByteArray *out, guint32 value)
{
  guint8 bytes[4];

  gst_pitbox_set_u32 (bytes, value);
  g_byte_array_append (out, bytes, 4);
}

G_END_DECLS
