/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Times of a stream by its own clock: a burst, drift, jumps, wraps. */
#include "../../elements/net/gstpitboxpcrtime.h"

#define MS GST_MSECOND
#define TICKS(ms) ((guint64) (ms) *27000)
#define WRAP ((G_GUINT64_CONSTANT (1) << 33) * 300)

/* Time and stream advance alike: nothing is changed. */
static void
test_even_arrivals_keep_their_times (void)
{
  PitboxPcrTime clock = { .led = TRUE };

  for (guint i = 0; i < 1000; i++) {
    g_assert_false (pitbox_pcr_time_push (&clock, 65,
        (WRAP - TICKS (2000) + TICKS (40 * i)) % WRAP, (500 + 40 * i) * MS));
    g_assert_cmpuint (clock.time, ==, (500 + 40 * i) * MS);
  }
}

/* Two seconds at once: the stream's own distances, at most 4 % shorter, until
 * it is live. */
static void
test_a_burst_is_played_a_little_faster (void)
{
  PitboxPcrTime clock = { .led = TRUE };
  GstClockTime last = 0;

  for (guint i = 0; i < 2000; i++) {
    GstClockTime arrival = (i < 50 ? 1000 : 1000 + 40 * (i - 49)) * MS;

    g_assert_false (pitbox_pcr_time_push (&clock, 65, TICKS (40 * i), arrival));
    if (i > 0) {
      g_assert_cmpuint (clock.time - last, >=, 38 * MS + 400000);
      g_assert_cmpuint (clock.time - last, <=, 40 * MS);
    }
    g_assert_cmpuint (clock.time, >=, arrival);
    last = clock.time;
  }
  g_assert_cmpuint (clock.time, ==, (1000 + 40 * 1950) * MS);
}

/* Late packets do not tear it: 200 ms of delay move it by 4 % of a step. */
static void
test_what_is_late_moves_it_slowly (void)
{
  PitboxPcrTime clock = { .led = TRUE };

  pitbox_pcr_time_push (&clock, 65, 0, 1000 * MS);
  pitbox_pcr_time_push (&clock, 65, TICKS (40), 1240 * MS);
  g_assert_cmpuint (clock.time, ==, 1040 * MS + 1600000);
  pitbox_pcr_time_push (&clock, 65, TICKS (80), 1080 * MS);
  g_assert_cmpuint (clock.time, ==, 1080 * MS);
}

/* A stream that is not led only goes on. */
static void
test_distances_are_kept_where_it_is_not_led (void)
{
  PitboxPcrTime clock = { 0 };

  for (guint i = 0; i < 100; i++) {
    pitbox_pcr_time_push (&clock, 65, TICKS (40 * i), 1000 * MS);
    g_assert_cmpuint (clock.time, ==, (1000 + 40 * i) * MS);
  }
}

/* A sender whose clock is 0.1 % slow is followed. */
static void
test_drift_is_followed (void)
{
  PitboxPcrTime clock = { .led = TRUE };

  for (guint i = 0; i < 10000; i++) {
    GstClockTime arrival = 1000 * MS + i * (40 * MS + 40000);

    g_assert_false (pitbox_pcr_time_push (&clock, 65, TICKS (40 * i), arrival));
    g_assert_cmpuint (clock.time, ==, arrival);
  }
}

static void
test_another_stream_begins_now (void)
{
  PitboxPcrTime clock = { .led = TRUE };

  g_assert_false (pitbox_pcr_time_push (&clock, 65, TICKS (500000), 1000 * MS));
  /* Back, and far ahead. */
  g_assert_true (pitbox_pcr_time_push (&clock, 65, TICKS (1000), 3000 * MS));
  g_assert_cmpuint (clock.time, ==, 3000 * MS);
  g_assert_true (pitbox_pcr_time_push (&clock, 65, TICKS (9000), 3040 * MS));
  g_assert_cmpuint (clock.time, ==, 3040 * MS);
  /* Its time never goes back. */
  for (guint i = 1; i <= 50; i++)
    pitbox_pcr_time_push (&clock, 65, TICKS (9000 + 40 * i), 3040 * MS);
  g_assert_true (pitbox_pcr_time_push (&clock, 65, TICKS (1000), 3100 * MS));
  g_assert_cmpuint (clock.time, >, 4900 * MS);
}

/* Only one of two clocks counts, until it is silent. */
static void
test_one_clock_counts (void)
{
  PitboxPcrTime clock = { .led = TRUE };

  pitbox_pcr_time_push (&clock, 65, TICKS (0), 1000 * MS);
  g_assert_false (pitbox_pcr_time_push (&clock, 66, TICKS (777), 1010 * MS));
  g_assert_cmpuint (clock.time, ==, 1000 * MS);
  g_assert_cmpuint (clock.pid, ==, 65);
  g_assert_true (pitbox_pcr_time_push (&clock, 66, TICKS (777), 3100 * MS));
  g_assert_cmpuint (clock.pid, ==, 66);
}

static void
test_packets_are_read (void)
{
  guint8 packet[188] = { 0x47, 0x01, 0x41, 0x30, 7, 0x10, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff };
  guint16 pid = 0;

  g_assert_cmpuint (pitbox_pcr_read (packet, &pid), ==,
      ((G_GUINT64_CONSTANT (1) << 33) - 1) * 300 + 511);
  g_assert_cmpuint (pid, ==, 0x141);
  packet[4] = 6; /* too short for one */
  g_assert_cmpuint (pitbox_pcr_read (packet, &pid), ==, PITBOX_PCR_NONE);
  packet[4] = 7;
  packet[5] = 0x40; /* none is said to be there */
  g_assert_cmpuint (pitbox_pcr_read (packet, &pid), ==, PITBOX_PCR_NONE);
  packet[5] = 0x10;
  packet[3] = 0x10; /* no adaptation field */
  g_assert_cmpuint (pitbox_pcr_read (packet, &pid), ==, PITBOX_PCR_NONE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pcr-time/even", test_even_arrivals_keep_their_times);
  g_test_add_func ("/pcr-time/burst", test_a_burst_is_played_a_little_faster);
  g_test_add_func ("/pcr-time/late", test_what_is_late_moves_it_slowly);
  g_test_add_func (
      "/pcr-time/not-led", test_distances_are_kept_where_it_is_not_led);
  g_test_add_func ("/pcr-time/drift", test_drift_is_followed);
  g_test_add_func ("/pcr-time/jumps", test_another_stream_begins_now);
  g_test_add_func ("/pcr-time/clocks", test_one_clock_counts);
  g_test_add_func ("/pcr-time/packets", test_packets_are_read);
  return g_test_run ();
}
