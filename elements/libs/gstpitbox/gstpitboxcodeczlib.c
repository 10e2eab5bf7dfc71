/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Codec 1: XOR with the row before (a key row: with zeros), then deflate. */
#include "gstpitboxcodecprivate.h"

#include <string.h>
#include <zlib.h>

/* First byte of a block. */
#define BLOCK_STORED 0
#define BLOCK_DEFLATED 1

/* 32 KiB, negative for raw deflate: CRC-32C protects the unit already. */
#define WINDOW_BITS (-15)

typedef struct {
  guint row_bytes;
  guint8 *last;
  guint8 *diff;
  z_stream deflate;
  z_stream inflate;
  gboolean can_deflate;
  gboolean can_inflate;
} Zlib;

static gpointer
zlib_open (const GstPitboxSchema *schema)
{
  Zlib *z = g_new0 (Zlib, 1);

  z->row_bytes = gst_pitbox_schema_get_row_bytes (schema);
  z->last = g_malloc0 (z->row_bytes);
  z->diff = g_malloc0 (z->row_bytes);
  return z;
}

static void
zlib_close (gpointer state)
{
  Zlib *z = state;

  if (z->can_deflate)
    deflateEnd (&z->deflate);
  if (z->can_inflate)
    inflateEnd (&z->inflate);
  g_free (z->last);
  g_free (z->diff);
  g_free (z);
}

/* The row becomes the next row's reference, its difference stays in diff. */
static void
zlib_difference (Zlib *z, const guint8 *row, gboolean key)
{
  if (key)
    memset (z->last, 0, z->row_bytes);
  for (guint i = 0; i < z->row_bytes; i++)
    z->diff[i] = row[i] ^ z->last[i];
  memcpy (z->last, row, z->row_bytes);
}

static gsize
zlib_encode (gpointer state, const guint8 *row, gboolean key, guint8 *block)
{
  Zlib *z = state;

  zlib_difference (z, row, key);
  if (!z->can_deflate)
    z->can_deflate = deflateInit2 (&z->deflate, 6, Z_DEFLATED, WINDOW_BITS, 8,
                         Z_DEFAULT_STRATEGY)
                     == Z_OK;
  if (z->can_deflate && deflateReset (&z->deflate) == Z_OK) {
    z->deflate.next_in = z->diff;
    z->deflate.avail_in = z->row_bytes;
    z->deflate.next_out = block + 1;
    z->deflate.avail_out = z->row_bytes;
    if (deflate (&z->deflate, Z_FINISH) == Z_STREAM_END) {
      block[0] = BLOCK_DEFLATED;
      return 1 + z->row_bytes - z->deflate.avail_out;
    }
  }
  block[0] = BLOCK_STORED;
  memcpy (block + 1, z->diff, z->row_bytes);
  return 1 + z->row_bytes;
}

static gboolean
zlib_inflate (Zlib *z, const guint8 *data, gsize size)
{
  if (!z->can_inflate)
    z->can_inflate = inflateInit2 (&z->inflate, WINDOW_BITS) == Z_OK;
  if (!z->can_inflate || inflateReset (&z->inflate) != Z_OK)
    return FALSE;
  z->inflate.next_in = (Bytef *) data;
  z->inflate.avail_in = size;
  z->inflate.next_out = z->diff;
  z->inflate.avail_out = z->row_bytes;
  return inflate (&z->inflate, Z_FINISH) == Z_STREAM_END
         && z->inflate.avail_out == 0 && z->inflate.avail_in == 0;
}

static gboolean
zlib_decode (
    gpointer state, const guint8 *block, gsize size, gboolean key, guint8 *row)
{
  Zlib *z = state;

  if (size < 1)
    return FALSE;
  if (block[0] == BLOCK_STORED && size == 1 + (gsize) z->row_bytes)
    memcpy (z->diff, block + 1, z->row_bytes);
  else if (block[0] != BLOCK_DEFLATED || !zlib_inflate (z, block + 1, size - 1))
    return FALSE;
  if (key)
    memset (z->last, 0, z->row_bytes);
  for (guint i = 0; i < z->row_bytes; i++)
    z->last[i] ^= z->diff[i];
  memcpy (row, z->last, z->row_bytes);
  return TRUE;
}

const GstPitboxCodecClass gst_pitbox_codec_zlib = { GST_PITBOX_CODEC_ZLIB,
  FALSE, zlib_open, zlib_close, zlib_encode, zlib_decode };
