/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Times of a stream by its own clock: a burst, drift, jumps, wraps. */
#include "../../elements/net/pitboxpcrtime.h"

#include <gst/check/gsttestclock.h>

#define MS GST_MSECOND
#define TICKS(ms) ((guint64) (ms) *27000)
#define WRAP ((G_GUINT64_CONSTANT (1) << 33) * 300)

/* Time and stream advance alike: nothing is changed. */
static void
test_even_arrivals_keep_their_times (void)
{
  PitboxPcrTime clock = { .lead = 25 };

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
  PitboxPcrTime clock = { .lead = 25 };
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
  PitboxPcrTime clock = { .lead = 25 };

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
  PitboxPcrTime clock = { .lead = 25 };

  for (guint i = 0; i < 10000; i++) {
    GstClockTime arrival = 1000 * MS + i * (40 * MS + 40000);

    g_assert_false (pitbox_pcr_time_push (&clock, 65, TICKS (40 * i), arrival));
    g_assert_cmpuint (clock.time, ==, arrival);
  }
}

/* A buffer as it came becomes one for each clock reference, with its time. */
static void
test_a_buffer_is_cut_at_its_references (void)
{
  static const gint pcr_at[] = { -1, 0, -1, 16, -1 };
  PitboxPcrTime clock = { .lead = 1000 };
  GQueue pieces = G_QUEUE_INIT;
  guint8 data[5 * 188] = { 0 };
  static const struct {
    gsize size;
    GstClockTime time;
  } want[] = { { 188, 1000 * MS }, { 376, 1000 * MS },
    { 376, 1016 * MS - 16000 } };
  GstBuffer *buffer;

  for (guint i = 0; i < G_N_ELEMENTS (pcr_at); i++) {
    guint8 *packet = data + i * 188;
    guint64 base = TICKS (MAX (pcr_at[i], 0)) / 300;

    memcpy (packet, (guint8[]){ 0x47, 0, 0x41, 0x30, 7, 0x10 }, 6);
    if (pcr_at[i] < 0)
      packet[5] = 0;
    for (guint n = 0; n < 4; n++)
      packet[6 + n] = (guint8) (base >> (25 - 8 * n));
    packet[10] = (guint8) (base << 7);
  }
  buffer = gst_buffer_new_memdup (data, sizeof data);
  GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  pitbox_pcr_time_cut (&clock, buffer, 1000 * MS, FALSE, &pieces);
  g_assert_cmpuint (pieces.length, ==, G_N_ELEMENTS (want));
  for (guint i = 0; i < G_N_ELEMENTS (want); i++) {
    g_autoptr (GstBuffer) piece = g_queue_pop_head (&pieces);

    g_assert_cmpuint (gst_buffer_get_size (piece), ==, want[i].size);
    g_assert_cmpuint (GST_BUFFER_PTS (piece), ==, want[i].time);
    g_assert_cmpint (
        GST_BUFFER_FLAG_IS_SET (piece, GST_BUFFER_FLAG_DISCONT), ==, i == 0);
  }
}

/* No clock of ours, or half a packet: bytes are passed on as they came. */
static void
test_what_cannot_be_cut_stays_whole (void)
{
  PitboxPcrTime clock = { .lead = 1000 };
  GQueue pieces = G_QUEUE_INIT;

  pitbox_pcr_time_cut (&clock, gst_buffer_new_allocate (NULL, 100, NULL),
      1000 * MS, TRUE, &pieces);
  pitbox_pcr_time_cut (&clock, gst_buffer_new_allocate (NULL, 188, NULL),
      GST_CLOCK_TIME_NONE, TRUE, &pieces);
  g_assert_cmpuint (pieces.length, ==, 2);
  for (guint i = 0; i < 2; i++) {
    g_autoptr (GstBuffer) piece = g_queue_pop_head (&pieces);

    g_assert_cmpuint (gst_buffer_get_size (piece), ==, i == 0 ? 100 : 188);
    g_assert_cmpuint (
        GST_BUFFER_PTS (piece), ==, i == 0 ? 1000 * MS : GST_CLOCK_TIME_NONE);
  }
  g_assert_false (clock.started);
}

static void
test_another_stream_begins_now (void)
{
  PitboxPcrTime clock = { .lead = 25 };

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
  PitboxPcrTime clock = { .lead = 25 };

  pitbox_pcr_time_push (&clock, 65, TICKS (0), 1000 * MS);
  g_assert_false (pitbox_pcr_time_push (&clock, 66, TICKS (777), 1010 * MS));
  g_assert_cmpuint (clock.time, ==, 1000 * MS);
  g_assert_cmpuint (clock.pid, ==, 65);
  g_assert_true (pitbox_pcr_time_push (&clock, 66, TICKS (777), 3100 * MS));
  g_assert_cmpuint (clock.pid, ==, 66);
}

/* A picture that begins takes over the clock of its stream at once: what comes
 * at once, too, keeps its distances. */
static void
test_a_picture_takes_the_clock_over (void)
{
  PitboxPcrTime clock = { 0 };

  pitbox_pcr_time_push (&clock, 65, TICKS (0), 1000 * MS);
  g_assert_false (pitbox_pcr_time_push (&clock, 65, TICKS (100), 1100 * MS));
  g_assert_false (pitbox_pcr_time_push (&clock, 66, TICKS (150), 1110 * MS));
  g_assert_cmpuint (clock.time, ==, 1150 * MS);
  g_assert_cmpuint (clock.pid, ==, 66);
  /* One behind it says nothing. */
  g_assert_false (pitbox_pcr_time_push (&clock, 65, TICKS (140), 1160 * MS));
  g_assert_cmpuint (clock.time, ==, 1150 * MS);
  for (guint i = 1; i < 100; i++) {
    g_assert_false (
        pitbox_pcr_time_push (&clock, 66, TICKS (150 + 40 * i), 1170 * MS));
    g_assert_cmpuint (clock.time, ==, (1150 + 40 * i) * MS);
  }
}

/* A clock that is silent while the picture is away, or moves to the picture's
 * PID when that begins, is still the same stream's. */
static void
test_a_pause_tears_nothing (void)
{
  PitboxPcrTime clock = { .lead = 1000 };

  pitbox_pcr_time_push (&clock, 65, TICKS (0), 1000 * MS);
  g_assert_false (pitbox_pcr_time_push (&clock, 65, TICKS (5000), 6080 * MS));
  g_assert_cmpuint (clock.time, ==, 6005 * MS);
  g_assert_false (pitbox_pcr_time_push (&clock, 66, TICKS (5250), 6330 * MS));
  g_assert_cmpuint (clock.time, ==, 6255 * MS + 250000);
  g_assert_cmpuint (clock.pid, ==, 66);
  /* Its reference is a little behind: time stands still, and then goes on. */
  g_assert_false (pitbox_pcr_time_push (&clock, 65, TICKS (5200), 6630 * MS));
  g_assert_cmpuint (clock.time, ==, 6255 * MS + 250000);
  g_assert_false (pitbox_pcr_time_push (&clock, 65, TICKS (5240), 6670 * MS));
  g_assert_cmpuint (clock.time, ==, 6295 * MS + 290000);
}

/* A message came as long ago as libsrt says, but never before the pipeline
 * began, nor more than 5 s ago. */
static void
test_arrivals_are_as_old_as_the_message (void)
{
  g_autoptr (GstElement) element = gst_object_ref_sink (gst_bin_new (NULL));
  g_autoptr (GstClock) clock = gst_test_clock_new_with_start_time (9000 * MS);

  g_assert_cmpuint (pitbox_pcr_arrival (element, 0), ==, GST_CLOCK_TIME_NONE);
  gst_element_set_clock (element, clock);
  gst_element_set_base_time (element, 1000 * MS);
  g_assert_cmpuint (pitbox_pcr_arrival (element, 0), ==, 8000 * MS);
  g_assert_cmpuint (pitbox_pcr_arrival (element, 120000), ==, 7880 * MS);
  g_assert_cmpuint (pitbox_pcr_arrival (element, -1), ==, 8000 * MS);
  g_assert_cmpuint (pitbox_pcr_arrival (element, G_MAXINT64), ==, 3000 * MS);
  gst_element_set_base_time (element, 7000 * MS);
  g_assert_cmpuint (pitbox_pcr_arrival (element, 3000000), ==, 0);
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
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pcr-time/even", test_even_arrivals_keep_their_times);
  g_test_add_func ("/pcr-time/burst", test_a_burst_is_played_a_little_faster);
  g_test_add_func ("/pcr-time/late", test_what_is_late_moves_it_slowly);
  g_test_add_func (
      "/pcr-time/not-led", test_distances_are_kept_where_it_is_not_led);
  g_test_add_func ("/pcr-time/drift", test_drift_is_followed);
  g_test_add_func ("/pcr-time/cut", test_a_buffer_is_cut_at_its_references);
  g_test_add_func ("/pcr-time/whole", test_what_cannot_be_cut_stays_whole);
  g_test_add_func ("/pcr-time/jumps", test_another_stream_begins_now);
  g_test_add_func ("/pcr-time/clocks", test_one_clock_counts);
  g_test_add_func ("/pcr-time/taken-over", test_a_picture_takes_the_clock_over);
  g_test_add_func ("/pcr-time/pause", test_a_pause_tears_nothing);
  g_test_add_func (
      "/pcr-time/arrivals", test_arrivals_are_as_old_as_the_message);
  g_test_add_func ("/pcr-time/packets", test_packets_are_read);
  return g_test_run ();
}
