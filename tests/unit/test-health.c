/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbFlow and PbHealth: what is told of a stream, and when an alarm begins and
 * ends. */
#include <string.h>

#include "health/pb-health.h"

#define FRAME_US 16667
#define START_US (1000 * G_USEC_PER_SEC)

/* Sixty a second from @first on, key frames each @gop, on time. */
static gint64
push_regular (PbFlow *flow, guint first, guint n, guint gop)
{
  gint64 at = 0;

  for (guint i = first; i < first + n; i++) {
    at = START_US + (gint64) i * FRAME_US;
    pb_flow_push_picture (flow, at, (gint64) i * FRAME_US, i % gop == 0);
  }
  return at;
}

static void
test_an_even_stream (void)
{
  g_autoptr (PbFlow) flow = pb_flow_new ();
  PbFlowReading r;
  gint64 now = push_regular (flow, 0, 600, 120);

  pb_flow_read (flow, now + 5000, &r);
  g_assert_cmpuint (r.pictures, ==, 600);
  g_assert_cmpuint (r.reordered, ==, 0);
  g_assert_cmpuint (r.late, ==, 0);
  g_assert_cmpfloat (r.jitter_ms, <, 0.01);
  g_assert_cmpint (r.key_interval_ms, ==, 120 * FRAME_US / 1000);
  g_assert_cmpint (r.picture_age_ms, ==, 5);
  g_assert_cmpint (r.row_age_ms, ==, -1);
  g_assert_cmpint (r.row_utc_age_ms, ==, G_MININT64);
}

static void
test_nothing_has_come (void)
{
  g_autoptr (PbFlow) flow = pb_flow_new ();
  PbFlowReading r;

  pb_flow_read (flow, START_US, &r);
  g_assert_cmpuint (r.pictures, ==, 0);
  g_assert_cmpint (r.key_interval_ms, ==, -1);
  g_assert_cmpint (r.picture_age_ms, ==, -1);
}

/* I B B P: the order of a decoder, with the times of the screen. */
static void
test_b_frames_are_seen (void)
{
  static const guint shown[] = { 0, 3, 1, 2, 6, 4, 5, 9, 7, 8 };
  g_autoptr (PbFlow) flow = pb_flow_new ();
  PbFlowReading r;

  for (guint i = 0; i < G_N_ELEMENTS (shown); i++)
    pb_flow_push_picture (
        flow, START_US + i * FRAME_US, (gint64) shown[i] * FRAME_US, i == 0);
  pb_flow_read (flow, START_US, &r);
  g_assert_cmpuint (r.reordered, ==, 6);
  g_assert_cmpuint (r.late, ==, 0);
}

static void
test_late_pictures (void)
{
  g_autoptr (PbFlow) flow = pb_flow_new ();
  PbFlowReading r;

  push_regular (flow, 0, 60, 120);
  /* The line stands still for 300 ms; then all that waited comes at once. */
  for (guint i = 60; i < 78; i++)
    pb_flow_push_picture (
        flow, START_US + 78 * FRAME_US, (gint64) i * FRAME_US, FALSE);
  push_regular (flow, 78, 60, 120);
  pb_flow_read (flow, START_US + 138 * FRAME_US, &r);
  /* Those that waited for 100 ms or more. */
  g_assert_cmpuint (r.late, ==, 13);
  g_assert_cmpfloat (r.jitter_ms, >, 0.1);
}

static void
test_jitter_is_told (void)
{
  g_autoptr (PbFlow) flow = pb_flow_new ();
  PbFlowReading r;

  for (guint i = 0; i < 600; i++)
    pb_flow_push_picture (flow,
        START_US + (gint64) i * FRAME_US + (i % 2) * 40000,
        (gint64) i * FRAME_US, FALSE);
  pb_flow_read (flow, START_US, &r);
  g_assert_cmpfloat (r.jitter_ms, >, 35);
  g_assert_cmpfloat (r.jitter_ms, <, 45);
}

/* The longest of the last minute is told, then forgotten. */
static void
test_key_intervals (void)
{
  g_autoptr (PbFlow) flow = pb_flow_new ();
  PbFlowReading r;
  gint64 now;

  push_regular (flow, 0, 601, 600);
  now = push_regular (flow, 601, 600, 60);
  pb_flow_read (flow, now, &r);
  g_assert_cmpint (r.key_interval_ms, >=, 9900);
  now = push_regular (flow, 1201, 70 * 60, 60);
  pb_flow_read (flow, now, &r);
  g_assert_cmpint (r.key_interval_ms, ==, 1000);
  /* None at all: grows with each picture, but not while nothing comes. */
  now = push_regular (flow, 1201 + 70 * 60, 1200, 100000);
  pb_flow_read (flow, now + 30 * G_USEC_PER_SEC, &r);
  g_assert_cmpint (r.key_interval_ms, >=, 19000);
  g_assert_cmpint (r.key_interval_ms, <=, 21100);
}

static void
test_a_new_timeline_is_not_late (void)
{
  g_autoptr (PbFlow) flow = pb_flow_new ();
  PbFlowReading r;
  gint64 now = push_regular (flow, 0, 60, 60);

  for (guint i = 0; i < 60; i++)
    pb_flow_push_picture (flow, now + i * FRAME_US,
        (gint64) -3600 * G_USEC_PER_SEC + i * FRAME_US, FALSE);
  pb_flow_read (flow, now, &r);
  g_assert_cmpuint (r.late, ==, 0);
  g_assert_cmpuint (r.reordered, ==, 0);
}

static void
test_clock_of_the_sender (void)
{
  g_autoptr (PbFlow) flow = pb_flow_new ();
  PbFlowReading r;
  gint64 error_ms;

  pb_flow_read (flow, START_US, &r);
  g_assert_false (pb_health_get_clock_error (&r, 120, 40, &error_ms));
  for (guint i = 0; i < 60; i++)
    pb_flow_push_utc (
        flow, START_US + i * FRAME_US, (3000 + i % 7 * 10) * 1000);
  pb_flow_read (flow, START_US, &r);
  g_assert_cmpint (r.row_utc_age_ms, ==, 3000);
  g_assert_true (pb_health_get_clock_error (&r, 120, 40, &error_ms));
  g_assert_cmpint (error_ms, ==, 2860);
  /* The clock was set: the old idea of it lives for 20 s at most. */
  for (guint i = 0; i < 25; i++)
    pb_flow_push_utc (flow, START_US + (1 + i) * G_USEC_PER_SEC, 3500 * 1000);
  pb_flow_read (flow, START_US, &r);
  g_assert_cmpint (r.row_utc_age_ms, ==, 3500);
}

static PbHealthReading
sound (void)
{
  PbHealthReading r = { 0 };

  r.transcodes_most = -1;
  r.flow.key_interval_ms = 2000;
  r.flow.row_utc_age_ms = 150;
  r.rtt_ms = 20;
  r.latency_ms = 120;
  return r;
}

static const PbAlarm *
find (GPtrArray *alarms, const gchar *code)
{
  for (guint i = 0; i < alarms->len; i++) {
    const PbAlarm *alarm = g_ptr_array_index (alarms, i);

    if (g_str_equal (alarm->code, code))
      return alarm;
  }
  return NULL;
}

static void
test_nothing_is_said_of_a_sound_stream (void)
{
  g_autoptr (PbHealth) health = pb_health_new ();
  PbHealthReading r = sound ();

  for (guint i = 0; i < 100; i++) {
    g_autoptr (GPtrArray) changed = NULL;

    r.flow.pictures += 60;
    changed = pb_health_update (health, &r, i * 1000);
    g_assert_cmpuint (changed->len, ==, 0);
  }
  g_assert_cmpint (pb_health_get_level (health), ==, PB_HEALTH_GOOD);
}

/* Changes one thing of a sound stream, this second. */
typedef void (*SpoilFunc) (PbHealthReading *r);

static void
spoil_silent (PbHealthReading *r)
{
  r->silent_ms = 2500;
}

static void
spoil_picture (PbHealthReading *r)
{
  r->flow.picture_age_ms = 2500;
}

static void
spoil_rows (PbHealthReading *r)
{
  r->flow.row_age_ms = 4000;
}

static void
spoil_lost_rows (PbHealthReading *r)
{
  r->lost_rows += 3;
}

static void
spoil_loss (PbHealthReading *r)
{
  r->loss_pct = 2.5;
}

static void
spoil_latency (PbHealthReading *r)
{
  r->rtt_ms = 87;
}

static void
spoil_jitter (PbHealthReading *r)
{
  r->flow.jitter_ms = 45;
}

static void
spoil_late (PbHealthReading *r)
{
  r->flow.late += 10;
}

static void
spoil_key (PbHealthReading *r)
{
  r->flow.key_interval_ms = 10000;
}

static void
spoil_b (PbHealthReading *r)
{
  r->flow.reordered += 40;
}

static void
spoil_clock (PbHealthReading *r)
{
  r->flow.row_utc_age_ms = -3000;
}

static void
spoil_dropped (PbHealthReading *r)
{
  r->dropped_bytes += 1316;
}

static void
spoil_recorded (PbHealthReading *r)
{
  r->not_recorded = "the disk is full";
}

static void
spoil_indexed (PbHealthReading *r)
{
  r->not_indexed = "the database is held up";
}

static void
spoil_transcoded (PbHealthReading *r)
{
  r->transcodes_most = 3;
}

static void
spoil_heard (PbHealthReading *r)
{
  r->not_heard = "nothing decodes AAC";
}

static const struct {
  const gchar *code;
  SpoilFunc spoil;
  guint begin_s;
  guint end_s;
  PbHealthLevel level;
  const gchar *says;
} cases[] = {
  { "silent", spoil_silent, 1, 1, PB_HEALTH_BAD, "network" },
  { "picture_still", spoil_picture, 1, 2, PB_HEALTH_BAD, "encoder" },
  { "no_telemetry", spoil_rows, 1, 2, PB_HEALTH_BAD, "simulator" },
  { "rows_lost", spoil_lost_rows, 1, 10, PB_HEALTH_WARN, "latency-ms" },
  { "loss", spoil_loss, 3, 10, PB_HEALTH_WARN, "2.5 %" },
  { "latency_short", spoil_latency, 5, 10, PB_HEALTH_WARN, "latency-ms = 350" },
  { "key_interval", spoil_key, 1, 10, PB_HEALTH_WARN, "10 s" },
  { "b_frames", spoil_b, 1, 10, PB_HEALTH_WARN, "zerolatency" },
  { "jitter", spoil_jitter, 5, 10, PB_HEALTH_WARN, "45 ms" },
  { "late", spoil_late, 3, 10, PB_HEALTH_WARN, "10 of 60" },
  { "clock", spoil_clock, 10, 10, PB_HEALTH_WARN, "3.1 s ahead of" },
  { "server_slow", spoil_dropped, 1, 10, PB_HEALTH_BAD, "too slow" },
  { "not_transcoded", spoil_transcoded, 1, 1, PB_HEALTH_BAD, "3 at a time" },
  { "no_sound", spoil_heard, 1, 1, PB_HEALTH_WARN, "decodes AAC" },
  { "not_recorded", spoil_recorded, 1, 1, PB_HEALTH_BAD, "the disk is full" },
  { "not_indexed", spoil_indexed, 1, 1, PB_HEALTH_WARN, "held up" },
};

/* Lets @seconds go by; what is spoilt counts on, the rest is as sound as ever. */
static guint
let_pass (PbHealth *health, PbHealthReading *r, SpoilFunc spoil, guint seconds,
    guint at_s, const gchar *code)
{
  for (guint i = 0; i < seconds; i++) {
    g_autoptr (GPtrArray) changed = NULL;
    PbHealthReading now = sound ();

    now.lost_rows = r->lost_rows;
    now.dropped_bytes = r->dropped_bytes;
    now.flow.late = r->flow.late;
    now.flow.reordered = r->flow.reordered;
    now.flow.pictures = r->flow.pictures + 60;
    if (spoil)
      spoil (&now);
    *r = now;
    changed = pb_health_update (health, &now, (at_s + i) * 1000);
    if (changed->len > 0) {
      g_assert_cmpuint (changed->len, ==, 1);
      g_assert_nonnull (find (changed, code));
      return i + 1;
    }
  }
  return 0;
}

static void
test_alarm (gconstpointer data)
{
  const gsize n = GPOINTER_TO_SIZE (data);
  const gchar *code = cases[n].code;
  g_autoptr (PbHealth) health = pb_health_new ();
  PbHealthReading r = sound ();
  g_autoptr (GPtrArray) alarms = NULL;
  const PbAlarm *alarm;

  g_assert_cmpuint (let_pass (health, &r, NULL, 20, 0, code), ==, 0);
  g_assert_cmpuint (let_pass (health, &r, cases[n].spoil, 30, 20, code), ==,
      cases[n].begin_s);
  alarms = pb_health_dup_alarms (health);
  g_assert_cmpuint (alarms->len, ==, 1);
  alarm = find (alarms, code);
  g_assert_nonnull (alarm);
  g_assert_cmpint (alarm->level, ==, cases[n].level);
  g_assert_cmpint (alarm->since_utc_ms, ==, (20 + cases[n].begin_s - 1) * 1000);
  if (!strstr (alarm->text, cases[n].says))
    g_error ("%s: %s", code, alarm->text);
  g_assert_cmpint (pb_health_get_level (health), ==, cases[n].level);
  /* It is said once, however long it lasts. */
  g_assert_cmpuint (let_pass (health, &r, cases[n].spoil, 60, 60, code), ==, 0);
  g_assert_cmpuint (
      let_pass (health, &r, NULL, 30, 120, code), ==, cases[n].end_s);
  g_assert_cmpint (pb_health_get_level (health), ==, PB_HEALTH_GOOD);
}

static void
test_all_alarms_are_tried (void)
{
  const gchar *const *codes = pb_health_get_codes ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpstr (codes[i], ==, cases[i].code);
  g_assert_null (codes[G_N_ELEMENTS (cases)]);
}

/* More than 5 % of loss is worse than more than 1 %, and the worst comes
 * first. */
static void
test_it_becomes_worse (void)
{
  g_autoptr (PbHealth) health = pb_health_new ();
  PbHealthReading r = sound ();

  for (guint i = 0; i < 20; i++) {
    g_autoptr (GPtrArray) changed = NULL;

    r.flow.jitter_ms = 50;
    r.loss_pct = i < 10 ? 2 : 8;
    changed = pb_health_update (health, &r, i * 1000);
    if (i == 10) {
      g_autoptr (GPtrArray) alarms = pb_health_dup_alarms (health);

      g_assert_cmpint (find (changed, "loss")->level, ==, PB_HEALTH_BAD);
      g_assert_cmpint (find (changed, "loss")->since_utc_ms, ==, 2000);
      g_assert_cmpuint (alarms->len, ==, 2);
      g_assert_true (g_ptr_array_index (alarms, 0) == find (alarms, "loss"));
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/flow/even", test_an_even_stream);
  g_test_add_func ("/flow/nothing", test_nothing_has_come);
  g_test_add_func ("/flow/b-frames", test_b_frames_are_seen);
  g_test_add_func ("/flow/late", test_late_pictures);
  g_test_add_func ("/flow/jitter", test_jitter_is_told);
  g_test_add_func ("/flow/key-intervals", test_key_intervals);
  g_test_add_func ("/flow/new-timeline", test_a_new_timeline_is_not_late);
  g_test_add_func ("/flow/clock", test_clock_of_the_sender);
  g_test_add_func ("/health/sound", test_nothing_is_said_of_a_sound_stream);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *name =
        g_strconcat ("/health/alarm/", cases[i].code, NULL);

    g_test_add_data_func (name, GSIZE_TO_POINTER (i), test_alarm);
  }
  g_test_add_func ("/health/all", test_all_alarms_are_tried);
  g_test_add_func ("/health/worse", test_it_becomes_worse);
  return g_test_run ();
}
