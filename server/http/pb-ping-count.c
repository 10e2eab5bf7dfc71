/* SPDX-License-Identifier: LGPL-2.1-or-later
 * libsoup answers each ping at once and tells nobody; what is not read by who
 * pinged waits in a list that it walks through for each further one. */
#include "http/pb-ping-count.h"

#define OPCODE_MASK 0x0f
#define OPCODE_PING 0x09
#define HAS_MASK 0x80
#define LENGTH_MASK 0x7f
#define LENGTH_IN_2 126
#define LENGTH_IN_8 127
#define MASK_BYTES 4

/* Returns: bytes of the length behind the first two */
static guint
get_length_bytes (const PbPingCount *self)
{
  const guint8 length = self->head[1] & LENGTH_MASK;

  return length == LENGTH_IN_8 ? 8 : length == LENGTH_IN_2 ? 2 : 0;
}

static gboolean
is_whole (const PbPingCount *self)
{
  return self->n_head >= 2
         && self->n_head
                == 2 + get_length_bytes (self)
                       + (self->head[1] & HAS_MASK ? MASK_BYTES : 0);
}

static guint64
read_length (const PbPingCount *self)
{
  const guint n = get_length_bytes (self);
  guint64 length = 0;

  if (n == 0)
    return self->head[1] & LENGTH_MASK;
  for (guint i = 0; i < n; i++)
    length = length << 8 | self->head[2 + i];
  return length;
}

/**
 * pb_ping_count_take:
 * @bytes: (array length=size): the next ones, untrusted, in pieces of any size
 * @size: bytes in @bytes
 *
 * Returns: pings whose head ends in them
 */
guint
pb_ping_count_take (PbPingCount *self, const guint8 *bytes, gsize size)
{
  guint n = 0;

  for (gsize at = 0; at < size;) {
    const gsize skipped = (gsize) MIN (self->left, size - at);

    self->left -= skipped;
    at += skipped;
    if (at == size)
      break;
    self->head[self->n_head++] = bytes[at++];
    if (!is_whole (self))
      continue;
    n += (self->head[0] & OPCODE_MASK) == OPCODE_PING;
    self->left = read_length (self);
    self->n_head = 0;
  }
  return n;
}
