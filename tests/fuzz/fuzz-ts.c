/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A driver's TS bytes, through the parser and the segmenter. */
#include "fuzz.h"

#include <stdlib.h>

#include "../lib/pb-test-ts.h"
#include "recording/pb-segmenter.h"

typedef struct {
  gsize written;
  gsize tables;
  guint segments;
} Count;

static void
begin (guint n, gpointer user)
{
  Count *count = user;

  if (n != count->segments++)
    abort ();
}

static void
take (const guint8 *data, gsize size, gpointer user)
{
  Count *count = user;

  if (count->segments == 0)
    abort ();
  count->written += size;
}

static void
point (const PbPoint *p, gpointer user)
{
  Count *count = user;

  if (p->segment + 1 != count->segments)
    abort ();
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const PbSegmenterFuncs funcs = { begin, take, point };
  Count count = { 0 };
  PbSegmenter *segmenter = pb_segmenter_new (100, &funcs, &count);
  /* The first byte chooses how the rest is cut into pieces. */
  gsize chunk = size > 0 ? 1 + data[0] * 7 : 1;

  for (gsize pos = 0; pos < size; pos += chunk)
    pb_segmenter_push (
        segmenter, data + pos, MIN (chunk, size - pos), (gint64) pos, 1);
  pb_segmenter_finish (segmenter);
  /* Not a byte is lost; only tables are added, at most 12 packets a segment. */
  if (count.written < size
      || count.written > size + count.segments * 12 * MPEGTS_PACKET_BYTES)
    abort ();
  pb_segmenter_free (segmenter);
  return 0;
}

GBytes *
fuzz_get_seed (guint index)
{
  PbTestTs ts;

  if (index > 2)
    return NULL;
  pb_test_ts_init (&ts, index != 1, index != 2);
  for (guint i = 0; i < 40; i++) {
    if (i % 5 == 0)
      pb_test_ts_put_tables (&ts);
    if (index != 1)
      pb_test_ts_put_picture (&ts, i * 1500, i % 10 == 0, i < 20, 60 + i * 9);
    if (index != 2)
      pb_test_ts_put_klv (&ts, i * 1500, 150 + i);
  }
  return g_byte_array_free_to_bytes (g_steal_pointer (&ts.out));
}
