/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Cutting and joining of session strings and of long schemas. */
#include "gstpitboxfragment.h"

#include "gstpitboxcaps.h"
#include "gstpitboxcrc32c.h"

#include <string.h>
#include <zlib.h>

/* A schema of 4,096 variables with full strings takes 560 kB plain; the session
 * string's own limit is above that. */
#define MAX_PLAIN_BYTES GST_PITBOX_MAX_SESSION_BYTES
/* zlib's worst growth is 5 bytes in 16 kB and a few more. */
#define MAX_PACKED_BYTES (MAX_PLAIN_BYTES + MAX_PLAIN_BYTES / 1000 + 64)

/* Compresses @object and stands before its first byte. FALSE if the object is
 * empty or too long. */
gboolean
gst_pitbox_fragmenter_start (
    GstPitboxFragmenter *self, guint8 kind, guint32 id, GBytes *object)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (object, &size);
  uLongf packed_bytes;

  gst_pitbox_fragmenter_clear (self);
  if (size == 0 || size > MAX_PLAIN_BYTES)
    return FALSE;
  packed_bytes = compressBound (size);
  self->packed = g_malloc (packed_bytes);
  if (compress2 (self->packed, &packed_bytes, data, size, 9) != Z_OK
      || packed_bytes > MAX_PACKED_BYTES) {
    gst_pitbox_fragmenter_clear (self);
    return FALSE;
  }
  self->kind = kind;
  self->id = id;
  self->crc = gst_pitbox_crc32c (data, size);
  self->plain_bytes = size;
  self->packed_bytes = packed_bytes;
  return TRUE;
}

void
gst_pitbox_fragmenter_clear (GstPitboxFragmenter *self)
{
  g_free (self->packed);
  memset (self, 0, sizeof *self);
}

/* Appends the next fragment, of at most @max_bytes with its head, to @out.
 * FALSE if nothing is left or the room is too small to be worth a head. */
gboolean
gst_pitbox_fragmenter_next (
    GstPitboxFragmenter *self, gsize max_bytes, GByteArray *out)
{
  gsize left = self->packed_bytes - self->sent, n;

  if (left == 0 || max_bytes <= GST_PITBOX_FRAGMENT_HEAD_BYTES)
    return FALSE;
  n = MIN (left, max_bytes - GST_PITBOX_FRAGMENT_HEAD_BYTES);
  gst_pitbox_put_u8 (out, self->kind);
  gst_pitbox_put_varint (out, self->id);
  gst_pitbox_put_u32 (out, self->crc);
  gst_pitbox_put_varint (out, self->plain_bytes);
  gst_pitbox_put_varint (out, self->packed_bytes);
  gst_pitbox_put_varint (out, self->sent);
  gst_pitbox_put_varint (out, n);
  g_byte_array_append (out, self->packed + self->sent, n);
  self->sent += n;
  return TRUE;
}

/* Reads one fragment from untrusted bytes. */
gboolean
gst_pitbox_fragment_read (GstPitboxReader *r, GstPitboxFragment *f)
{
  guint64 id, plain, packed, offset, bytes;

  f->kind = gst_pitbox_reader_u8 (r);
  id = gst_pitbox_reader_varint (r);
  f->crc = gst_pitbox_reader_u32 (r);
  plain = gst_pitbox_reader_varint (r);
  packed = gst_pitbox_reader_varint (r);
  offset = gst_pitbox_reader_varint (r);
  bytes = gst_pitbox_reader_varint (r);
  f->data = gst_pitbox_reader_take (r, bytes);
  if (r->failed || id > G_MAXUINT32 || plain == 0 || plain > MAX_PLAIN_BYTES
      || packed == 0 || packed > MAX_PACKED_BYTES || bytes == 0
      || offset >= packed || bytes > packed - offset)
    return FALSE;
  f->id = id;
  f->plain_bytes = plain;
  f->packed_bytes = packed;
  f->offset = offset;
  f->bytes = bytes;
  return TRUE;
}

static gboolean
assembler_has (const GstPitboxAssembler *self, const GstPitboxFragment *f)
{
  return self->packed_bytes == f->packed_bytes && self->id == f->id
         && self->crc == f->crc && self->plain_bytes == f->plain_bytes;
}

void
gst_pitbox_assembler_clear (GstPitboxAssembler *self)
{
  g_free (self->packed);
  g_free (self->got);
  memset (self, 0, sizeof *self);
}

static GBytes *
assembler_unpack (GstPitboxAssembler *self)
{
  uLongf size = self->plain_bytes;
  g_autofree guint8 *plain = g_malloc (size);

  if (uncompress (plain, &size, self->packed, self->packed_bytes) != Z_OK
      || size != self->plain_bytes
      || gst_pitbox_crc32c (plain, size) != self->crc) {
    gst_pitbox_assembler_clear (self);
    return NULL;
  }
  self->done = TRUE;
  g_clear_pointer (&self->got, g_free);
  return g_bytes_new_take (g_steal_pointer (&plain), size);
}

/* Returns the object when this fragment completes it, once. A fragment of
 * another object drops what has been gathered. */
GBytes *
gst_pitbox_assembler_add (GstPitboxAssembler *self, const GstPitboxFragment *f)
{
  if (!assembler_has (self, f)) {
    gst_pitbox_assembler_clear (self);
    self->id = f->id;
    self->crc = f->crc;
    self->plain_bytes = f->plain_bytes;
    self->packed_bytes = f->packed_bytes;
    self->packed = g_malloc0 (f->packed_bytes);
    self->got = g_malloc0 (f->packed_bytes);
  }
  if (self->done)
    return NULL;
  for (gsize i = 0; i < f->bytes; i++) {
    self->have += !self->got[f->offset + i];
    self->got[f->offset + i] = 1;
  }
  memcpy (self->packed + f->offset, f->data, f->bytes);
  return self->have == self->packed_bytes ? assembler_unpack (self) : NULL;
}
