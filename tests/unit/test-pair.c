/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Two senders of one driver: who has which place, and which row is a picture's
 * own where they come by connections of their own. */
#include "../lib/pb-test-rows.h"
#include "live/pb-frame-rows.h"
#include "session/pb-ingest-times.h"
#include "session/pb-pairing.h"
#include "session/pb-parts.h"

#define MS GST_MSECOND
#define TICK(n) gst_util_uint64_scale (n, GST_SECOND, 60)

/* Steps: a sender (a letter) and what it brings (t, p, b), or "-" where it
 * leaves. Places: who has telemetry and picture, then who has lost its last
 * place by the last step. */
static const struct {
  const gchar *steps;
  const gchar *places;
  const gchar *out;
} places_table[] = {
  { "at", "a.", "" },
  { "at bp", "ab", "" },
  { "at bp ct", "cb", "a" },
  { "at bp cp", "ac", "b" },
  { "at bp cb", "cc", "ab" },
  { "ab", "aa", "" },
  { "ab bb", "bb", "a" },
  { "ab bp", "ab", "" },
  { "ab bp ct", "cb", "a" },
  { "ab bp cp", "ac", "b" },
  { "ab bt cp", "bc", "a" },
  { "at ab", "aa", "" },
  { "ap bt ab", "aa", "b" },
  { "at bp a-", ".b", "" },
  { "at bp b-", "a.", "" },
  { "ab a-", "..", "" },
  { "at bp c-", "ab", "" },
  { "at bp a- cb", "cc", "b" },
};

static PbParts
parts_of (gchar c)
{
  return c == 't'   ? PB_PART_TELEMETRY
         : c == 'p' ? PB_PART_PICTURE
                    : PB_PART_BOTH;
}

static void
test_places (void)
{
  static gchar senders[26];

  for (guint i = 0; i < G_N_ELEMENTS (places_table); i++) {
    g_auto (GStrv) steps = g_strsplit (places_table[i].steps, " ", -1);
    g_autoptr (GString) text = g_string_new (NULL);
    gpointer out[PB_N_PARTS] = { NULL };
    PbPlaces places = { { NULL } };

    for (guint n = 0; steps[n]; n++) {
      gchar *who = &senders[steps[n][0] - 'a'];

      out[0] = out[1] = NULL;
      if (steps[n][1] == '-')
        pb_places_leave (&places, who);
      else
        pb_places_take (&places, who, parts_of (steps[n][1]), out);
    }
    for (guint n = 0; n < PB_N_PARTS; n++)
      g_string_append_c (text,
          places.holders[n] ? 'a' + ((gchar *) places.holders[n] - senders)
                            : '.');
    g_test_message ("%s", places_table[i].steps);
    g_assert_cmpstr (text->str, ==, places_table[i].places);
    g_string_truncate (text, 0);
    for (guint n = 0; n < PB_N_PARTS; n++)
      if (out[n])
        g_string_append_c (text, 'a' + ((gchar *) out[n] - senders));
    g_assert_cmpstr (text->str, ==, places_table[i].out);
  }
}

static void
test_places_say (void)
{
  PbPlaces places = { { NULL } };
  gpointer out[PB_N_PARTS];
  gchar a, b;

  pb_places_take (&places, &a, PB_PART_TELEMETRY, out);
  pb_places_take (&places, &b, PB_PART_PICTURE, out);
  g_assert_true (pb_places_get (&places, PB_PART_TELEMETRY) == &a);
  g_assert_true (pb_places_get (&places, PB_PART_PICTURE) == &b);
  g_assert_cmpint (pb_places_of (&places, &a), ==, PB_PART_TELEMETRY);
  g_assert_cmpint (pb_places_of (&places, NULL), ==, PB_PART_NONE);
  g_assert_cmpint (pb_places_taken (&places, NULL), ==, PB_PART_BOTH);
  g_assert_cmpint (pb_places_taken (&places, &a), ==, PB_PART_PICTURE);
  g_assert_cmpint (pb_places_leave (&places, &b), ==, PB_PART_PICTURE);
  g_assert_cmpint (pb_places_leave (&places, &b), ==, PB_PART_NONE);
  g_assert_cmpstr (pb_parts_to_string (PB_PART_BOTH), ==, "both");
}

static void
test_delay (void)
{
  const PbPairingWay srt = { 120, 0 }, websocket = { 0, 0 };
  const PbPairingWay stock = { 150, 5 }, ours = { 200, 10 };

  g_assert_cmpint (pb_pairing_default_us (&srt, &websocket), ==, 120000);
  g_assert_cmpint (pb_pairing_default_us (&stock, &websocket), ==, 150000);
  g_assert_cmpint (pb_pairing_default_us (&srt, &ours), ==, -80000);
}

/* What a network adds to the rows' way is no delay of the picture's. */
static void
test_by_clock (void)
{
  const PbPairingWay picture = { 120, 0 };
  const PbPairingWay slow = { 80, -30000 };
  /* Its clock is two seconds behind ours; rows need 90 ms to be here. */
  const PbPairingClock clock = { 2000000, 500, 1000000 };
  const gint64 utc_lag_us = -2000000 - 90000;
  const gint64 soon_us = 1000000 + PB_PAIRING_CLOCK_AGE_US;
  PbPairingWay rows = slow;
  PbPairingClock other = clock;

  g_assert_true (pb_pairing_by_clock (&rows, &clock, utc_lag_us, soon_us));
  g_assert_cmpint (pb_pairing_default_us (&picture, &rows), ==, 120000);
  g_assert_cmpint (pb_pairing_shift_us (&picture, &rows), ==, -90000);
  rows = slow;
  g_assert_false (pb_pairing_by_clock (&rows, &clock, utc_lag_us, soon_us + 1));
  other.error_us = PB_PAIRING_MAX_CLOCK_ERROR_US + 1;
  g_assert_false (pb_pairing_by_clock (&rows, &other, utc_lag_us, soon_us));
  other = (PbPairingClock){ 0 };
  g_assert_false (pb_pairing_by_clock (&rows, &other, utc_lag_us, soon_us));
  g_assert_cmpint (rows.lag_us, ==, -30000);
  g_assert_cmpint (rows.latency_ms, ==, 80);
}

static void
test_utc_of_rows (void)
{
  PbIngestTimes *times = pb_ingest_times_new ();
  const gint64 utc_us = G_GINT64_CONSTANT (1795435200000000);
  gint64 lag_us;

  /* Before there are bytes nobody knows which UTC a running time has. */
  pb_ingest_times_note_utc (times, utc_us, 10 * GST_SECOND);
  g_assert_false (pb_ingest_times_get_utc_lag_us (times, &lag_us));
  pb_ingest_times_note_bytes (times, GST_CLOCK_TIME_NONE, utc_us);
  pb_ingest_times_note_utc (times, utc_us, 10 * GST_SECOND);
  g_assert_false (pb_ingest_times_get_utc_lag_us (times, &lag_us));
  pb_ingest_times_note_bytes (times, 10 * GST_SECOND, utc_us);
  pb_ingest_times_note_utc (times, utc_us, GST_CLOCK_TIME_NONE);
  g_assert_false (pb_ingest_times_get_utc_lag_us (times, &lag_us));
  /* Its time is that of its arrival, 70 ms after its tick. */
  pb_ingest_times_note_utc (times, utc_us - 70000, 10 * GST_SECOND);
  g_assert_true (pb_ingest_times_get_utc_lag_us (times, &lag_us));
  g_assert_cmpint (lag_us, ==, -70000);
  /* A thread that was held up between both clocks tells nothing new. */
  pb_ingest_times_note_bytes (times, 11 * GST_SECOND, utc_us + 1300000);
  pb_ingest_times_note_utc (times, utc_us + 930000, 11 * GST_SECOND);
  g_assert_true (pb_ingest_times_get_utc_lag_us (times, &lag_us));
  g_assert_cmpint (lag_us, ==, -70000);
  pb_ingest_times_free (times);
}

/* What a demultiplexer, or the muxer before it, adds to the times is taken out:
 * the least of the last seconds says it. */
static void
test_lag (void)
{
  PbLag lag = { 0 };
  const PbPairingWay picture = { 120, -125000 }, rows = { 0, 300 };

  g_assert_cmpint (pb_lag_get_us (&lag), ==, 0);
  pb_lag_push (&lag, 1000000, 5000);
  g_assert_cmpint (pb_lag_get_us (&lag), ==, 5000);
  pb_lag_push (&lag, 2000000, -700);
  pb_lag_push (&lag, 2500000, 4000);
  g_assert_cmpint (pb_lag_get_us (&lag), ==, -700);
  pb_lag_push (&lag, 3000000, 4000);
  g_assert_cmpint (pb_lag_get_us (&lag), ==, -700);
  pb_lag_push (&lag, 5000000, 3000);
  g_assert_cmpint (pb_lag_get_us (&lag), ==, 3000);
  /* After a pause nothing of before counts. */
  pb_lag_push (&lag, 50000000, 9000);
  g_assert_cmpint (pb_lag_get_us (&lag), ==, 9000);
  g_assert_cmpint (pb_pairing_shift_us (&picture, &rows), ==, 125300);
}

/* Rows come as they are made, pictures @late ms after that, each off by what a
 * network makes of it: up to @jitter ms to either side. */
typedef struct {
  guint late;
  gint delay;
  guint jitter;
  gint wrong_by; /* rows, once the first pictures are over */
} Race;

static const Race races[] = {
  { 0, 0, 0, 0 },
  { 150, 150, 0, 0 },
  { 150, 150, 7, 0 },
  { 150, 157, 0, 0 },
  { 150, 143, 0, 0 },
  { 150, 167, 0, -1 },
  { 150, 133, 0, 1 },
  { 150, 0, 0, 9 },
  { 1000, 1000, 5, 0 },
  { 3000, 3000, 5, 0 },
};

static gint
jitter_of (const Race *race, guint n)
{
  return race->jitter == 0
             ? 0
             : (gint) (n * 2654435761u >> 16) % (2 * (gint) race->jitter + 1)
                   - (gint) race->jitter;
}

static GstPitboxSample *
make_row (GstPitboxSchema *schema, guint n, GstClockTime time)
{
  gsize size = gst_pitbox_schema_get_row_bytes (schema);

  return gst_pitbox_sample_new (schema,
      g_bytes_new_take (g_malloc0 (size), size), n, time, 0,
      GST_PITBOX_CLOCK_UNKNOWN);
}

/* The tick of a picture is in its RTP time. */
static void
check_race (const Race *race)
{
  g_autoptr (GstPitboxSchema) schema = pb_test_schema_new ();
  g_autoptr (PbFrameRows) frame_rows = pb_frame_rows_new (100);
  const guint lag = race->late * 60 / 1000 + 2;
  guint exact = 0;

  pb_frame_rows_set_pairing (
      frame_rows, TRUE, (GstClockTimeDiff) race->delay * MS);
  for (guint n = 0; n < 400; n++) {
    const GstClockTime now = 10 * GST_SECOND + TICK (n);
    g_auto (PbPair) pair = { 0 };

    pb_frame_rows_push_row (
        frame_rows, make_row (schema, n, 10 * GST_SECOND + TICK (n)));
    if (n >= lag)
      pb_frame_rows_push_frame (frame_rows, n - lag,
          10 * GST_SECOND + TICK (n - lag) + race->late * MS
              + jitter_of (race, n) * (GstClockTimeDiff) MS,
          now);
    while (pb_frame_rows_next (frame_rows, now, &pair)) {
      if (pair.has_picture && pair.rtp > 60) {
        const GstPitboxSample *own =
            g_ptr_array_index (pair.rows, pair.rows->len - 1);

        g_assert_cmpint (
            (gint) own->tick - (gint) pair.rtp, ==, race->wrong_by);
        g_assert_true (pair.exact);
        exact++;
      }
      pb_pair_clear (&pair);
    }
  }
  g_assert_cmpuint (exact, >, 100);
}

static void
test_races (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (races); i++) {
    g_test_message ("%u ms late, delay %d ms, jitter %u ms", races[i].late,
        races[i].delay, races[i].jitter);
    check_race (&races[i]);
  }
}

/* What is trimmed is seen at the next picture, to either side. */
static void
test_trim (void)
{
  g_autoptr (GstPitboxSchema) schema = pb_test_schema_new ();
  g_autoptr (PbFrameRows) frame_rows = pb_frame_rows_new (100);
  const gint delays[] = { 0, 50, 150, 100, 0, -16 };
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (delays); i++) {
    const guint until = n + 60;
    gint64 own_tick = -1;

    g_assert_cmpint (pb_frame_rows_set_pairing (
                         frame_rows, TRUE, (GstClockTimeDiff) delays[i] * MS),
        ==, TRUE);
    g_assert_false (pb_frame_rows_set_pairing (
        frame_rows, TRUE, (GstClockTimeDiff) delays[i] * MS));
    for (; n < until; n++) {
      const GstClockTime now = 10 * GST_SECOND + TICK (n);
      g_auto (PbPair) pair = { 0 };

      pb_frame_rows_push_row (frame_rows, make_row (schema, n, now));
      pb_frame_rows_push_frame (frame_rows, n, now, now);
      while (pb_frame_rows_next (frame_rows, now, &pair)) {
        if (pair.has_picture && pair.rows->len > 0)
          own_tick = (gint64) pair.rtp
                     - (gint64) ((GstPitboxSample *) g_ptr_array_index (
                                     pair.rows, pair.rows->len - 1))
                           ->tick;
        pb_pair_clear (&pair);
      }
    }
    g_assert_cmpint (
        own_tick, ==, (delays[i] * 60 + (delays[i] < 0 ? -500 : 500)) / 1000);
  }
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pair/places", test_places);
  g_test_add_func ("/pair/places-say", test_places_say);
  g_test_add_func ("/pair/delay", test_delay);
  g_test_add_func ("/pair/by-clock", test_by_clock);
  g_test_add_func ("/pair/utc-of-rows", test_utc_of_rows);
  g_test_add_func ("/pair/lag", test_lag);
  g_test_add_func ("/pair/races", test_races);
  g_test_add_func ("/pair/trim", test_trim);
  return g_test_run ();
}
