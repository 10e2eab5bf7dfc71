/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbPictureGuard: where a loss is found, and what is not shown after it. */
#include <glib.h>

#include "../lib/pb-test-ts.h"
#include "session/pb-picture-guard.h"

#define PACKET 188
#define FRAME 1500 /* 60 Hz in 90 kHz ticks */

/* Ten pictures of six packets, a telemetry unit of one behind each. */
static void
make (PbTestTs *ts)
{
  pb_test_ts_init (ts, TRUE, TRUE);
  pb_test_ts_put_tables (ts);
  for (guint i = 0; i < 10; i++) {
    pb_test_ts_put_picture (ts, 90000 + i * FRAME, i == 0, FALSE, 1000);
    pb_test_ts_put_klv (ts, 90000 + i * FRAME, 100);
  }
}

static guint
pid_of (const guint8 *packet)
{
  return (packet[1] & 0x1f) << 8 | packet[2];
}

/* The @nth packet of a stream, in bytes from the beginning. */
static gsize
find_packet (const GByteArray *out, guint pid, guint nth)
{
  for (gsize pos = 0; pos < out->len; pos += PACKET)
    if (pid_of (out->data + pos) == pid && nth-- == 0)
      return pos;
  g_assert_not_reached ();
}

static gsize
push (PbPictureGuard *guard, const GByteArray *out, gsize chunk)
{
  gsize first = PB_PICTURE_GUARD_NO_LOSS;

  for (gsize pos = 0; pos < out->len; pos += chunk) {
    gsize at = pb_picture_guard_find_loss (
        guard, out->data + pos, MIN (chunk, out->len - pos));

    if (at != PB_PICTURE_GUARD_NO_LOSS) {
      g_assert_cmpuint (at, <, chunk);
      g_assert_cmpuint (first, ==, PB_PICTURE_GUARD_NO_LOSS);
      first = pos + at;
    }
  }
  return first;
}

static void
test_a_loss_is_found_where_it_is (void)
{
  static const gsize chunks[] = { PACKET, 7 * PACKET, 5000, 1u << 20 };

  for (guint i = 0; i < G_N_ELEMENTS (chunks); i++) {
    g_autoptr (PbPictureGuard) whole = pb_picture_guard_new ();
    g_autoptr (PbPictureGuard) guard = pb_picture_guard_new ();
    PbTestTs ts;
    gsize at;

    make (&ts);
    g_assert_cmpuint (
        push (whole, ts.out, chunks[i]), ==, PB_PICTURE_GUARD_NO_LOSS);
    /* The end of a picture: only the next one tells. */
    at = find_packet (ts.out, PB_TEST_TS_VIDEO_PID, 11);
    g_byte_array_remove_range (ts.out, at, PACKET);
    at = find_packet (ts.out, PB_TEST_TS_VIDEO_PID, 11);
    g_assert_cmpuint (push (guard, ts.out, chunks[i]), ==, at);
    pb_test_ts_clear (&ts);
  }
}

static void
test_a_packet_in_two_pieces (void)
{
  g_autoptr (PbPictureGuard) guard = pb_picture_guard_new ();
  PbTestTs ts;
  gsize at, cut;

  make (&ts);
  g_byte_array_remove_range (
      ts.out, find_packet (ts.out, PB_TEST_TS_VIDEO_PID, 8), PACKET);
  at = find_packet (ts.out, PB_TEST_TS_VIDEO_PID, 8);
  cut = at + 10;
  g_assert_cmpuint (pb_picture_guard_find_loss (guard, ts.out->data, cut), ==,
      PB_PICTURE_GUARD_NO_LOSS);
  g_assert_cmpuint (
      pb_picture_guard_find_loss (guard, ts.out->data + cut, ts.out->len - cut),
      ==, 0);
  pb_test_ts_clear (&ts);
}

static void
test_lost_telemetry_is_no_loss_of_the_picture (void)
{
  g_autoptr (PbPictureGuard) guard = pb_picture_guard_new ();
  PbTestTs ts;

  make (&ts);
  g_byte_array_remove_range (
      ts.out, find_packet (ts.out, PB_TEST_TS_KLV_PID, 4), PACKET);
  g_assert_cmpuint (push (guard, ts.out, 1316), ==, PB_PICTURE_GUARD_NO_LOSS);
  pb_test_ts_clear (&ts);
}

static void
test_nothing_is_shown_up_to_a_key_frame (void)
{
  g_autoptr (PbPictureGuard) guard = pb_picture_guard_new ();

  g_assert_true (pb_picture_guard_takes (guard, FALSE));
  pb_picture_guard_lost (guard);
  /* A key frame that was cut short. */
  g_assert_false (pb_picture_guard_takes (guard, TRUE));
  g_assert_false (pb_picture_guard_takes (guard, FALSE));
  g_assert_false (pb_picture_guard_takes (guard, FALSE));
  g_assert_true (pb_picture_guard_takes (guard, TRUE));
  g_assert_true (pb_picture_guard_takes (guard, FALSE));
}

static void
test_a_picture_without_key_frames_comes_back (void)
{
  g_autoptr (PbPictureGuard) guard = pb_picture_guard_new ();
  guint dropped = 0;

  pb_picture_guard_lost (guard);
  while (!pb_picture_guard_takes (guard, FALSE))
    dropped++;
  g_assert_cmpuint (dropped, ==, 600);
  g_assert_true (pb_picture_guard_takes (guard, FALSE));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func (
      "/picture-guard/found-where-it-is", test_a_loss_is_found_where_it_is);
  g_test_add_func ("/picture-guard/two-pieces", test_a_packet_in_two_pieces);
  g_test_add_func ("/picture-guard/lost-telemetry",
      test_lost_telemetry_is_no_loss_of_the_picture);
  g_test_add_func (
      "/picture-guard/up-to-a-key", test_nothing_is_shown_up_to_a_key_frame);
  g_test_add_func ("/picture-guard/without-keys",
      test_a_picture_without_key_frames_comes_back);
  return g_test_run ();
}
