/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbUnitBound: units without an end, in one stream and in many. */
#include <string.h>

#include "session/pb-unit-bound.h"

#define PACKET 188
#define ROOM 184

static gboolean
push (PbUnitBound *bound, guint pid, gboolean starts)
{
  guint8 packet[PACKET] = { 0x47, (guint8) (pid >> 8), (guint8) pid, 0x10 };

  if (starts) {
    packet[1] |= 0x40;
    packet[6] = 1;
  } else {
    memset (packet + 4, 0xff, ROOM);
  }
  return pb_unit_bound_take (bound, packet);
}

/* Returns: bytes that were taken before it was too much; 0 if it never was. */
static gsize
push_endless (PbUnitBound *bound, guint n_pids)
{
  gsize bytes = 0;

  while (bytes < 2 * PB_UNIT_BOUND_BYTES) {
    for (guint pid = 0x100; pid < 0x100 + n_pids; pid++) {
      if (!push (bound, pid, FALSE))
        return bytes;
      bytes += ROOM;
    }
  }
  return 0;
}

static void
test_endless (void)
{
  static const guint n_pids[] = { 1, 2, PB_UNIT_BOUND_STREAMS };

  for (guint i = 0; i < G_N_ELEMENTS (n_pids); i++) {
    g_autofree PbUnitBound *bound = g_new0 (PbUnitBound, 1);
    gsize bytes;

    for (guint pid = 0x100; pid < 0x100 + n_pids[i]; pid++)
      g_assert_true (push (bound, pid, TRUE));
    bytes = push_endless (bound, n_pids[i]);
    g_assert_cmpuint (bytes, >, PB_UNIT_BOUND_BYTES - (n_pids[i] + 1) * ROOM);
    g_assert_cmpuint (bytes, <=, PB_UNIT_BOUND_BYTES);
    /* It does not become right again. */
    g_assert_false (push (bound, 0x100, TRUE));
  }
}

/* What ends is over, however long all of it goes on; what never began is
 * nobody's unit; nor are tables and packets without payload. */
static void
test_ordinary (void)
{
  g_autofree PbUnitBound *bound = g_new0 (PbUnitBound, 1);
  guint8 table[PACKET] = { 0x47, 0x40, 0x20, 0x10, 0, 2, 0xb0 };
  guint8 empty[PACKET] = { 0x47, 0x01, 0x00, 0x20, 183 };
  guint8 stuffed[PACKET] = { 0x47, 0x01, 0x00, 0x30, 255 };

  g_assert_cmpuint (push_endless (bound, 3), ==, 0);
  for (guint i = 0; i < 400 * 1000; i++)
    g_assert_true (push (bound, 0x41 + i % 2, i % 1000 < 2));
  for (guint i = 0; i < 400 * 1000; i++) {
    g_assert_true (pb_unit_bound_take (bound, table));
    g_assert_true (push (bound, 0x20, FALSE));
    g_assert_true (pb_unit_bound_take (bound, empty));
    g_assert_true (pb_unit_bound_take (bound, stuffed));
  }
}

static void
test_too_many_streams (void)
{
  g_autofree PbUnitBound *bound = g_new0 (PbUnitBound, 1);

  for (guint pid = 0; pid < PB_UNIT_BOUND_STREAMS; pid++)
    g_assert_true (push (bound, pid, TRUE));
  for (guint pid = 0; pid < PB_UNIT_BOUND_STREAMS; pid++)
    g_assert_true (push (bound, pid, TRUE));
  g_assert_true (push (bound, 8191, FALSE));
  g_assert_false (push (bound, 8191, TRUE));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/unit-bound/endless", test_endless);
  g_test_add_func ("/unit-bound/ordinary", test_ordinary);
  g_test_add_func ("/unit-bound/too-many-streams", test_too_many_streams);
  return g_test_run ();
}
