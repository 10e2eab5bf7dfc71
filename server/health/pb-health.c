/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbHealth: one table of alarms, each with the time it takes to begin and to
 * end. */
#include "health/pb-health.h"

#include <math.h>

/* More than the delay of an encoder on a busy PC: it is the clock. */
#define CLOCK_ERROR_MS 2000
/* Whoever joins, or loses a packet, may wait so long for a picture. */
#define KEY_INTERVAL_MS 5000
/* Two pictures of 60 a second: it can be seen. */
#define JITTER_MS 30
/* SRT mends a loss if there is time for the packet to be sent again twice. */
#define LATENCY_RTTS 4

/* What is seen of one thing in this second. */
typedef PbHealthLevel (*CheckFunc) (
    const PbHealthReading *now, const PbHealthReading *before);
typedef gchar *(*SayFunc) (
    const PbHealthReading *now, const PbHealthReading *before);

/* begin_s: so many seconds in a row it must be seen; end_s: so many it must not
 * be seen any more. */
typedef struct {
  const gchar *code;
  guint begin_s;
  guint end_s;
  CheckFunc check;
  SayFunc say;
} Kind;

typedef struct {
  guint seen_s;
  guint gone_s;
  PbHealthLevel level; /* GOOD: not on */
  gchar *text;
  gint64 since_utc_ms;
} State;

static PbHealthLevel
bad_if (gboolean seen)
{
  return seen ? PB_HEALTH_BAD : PB_HEALTH_GOOD;
}

static PbHealthLevel
warn_if (gboolean seen)
{
  return seen ? PB_HEALTH_WARN : PB_HEALTH_GOOD;
}

static PbHealthLevel
check_silent (const PbHealthReading *now, const PbHealthReading *before)
{
  return bad_if (now->silent_ms >= 2000);
}

static gchar *
say_silent (const PbHealthReading *now, const PbHealthReading *before)
{
  return g_strdup ("Nothing comes: the simulator has just been closed, or the "
                   "driver's network stands still");
}

/* While bytes come, and there was a picture. */
static PbHealthLevel
check_picture (const PbHealthReading *now, const PbHealthReading *before)
{
  return bad_if (now->silent_ms < 2000 && now->flow.picture_age_ms >= 2000);
}

static gchar *
say_picture (const PbHealthReading *now, const PbHealthReading *before)
{
  return g_strdup (
      "The picture stands still while telemetry comes: the capture "
      "or the encoder on the driver's PC has stopped");
}

static PbHealthLevel
check_rows (const PbHealthReading *now, const PbHealthReading *before)
{
  return bad_if (now->silent_ms < 2000 && now->flow.row_age_ms >= 3000);
}

static gchar *
say_rows (const PbHealthReading *now, const PbHealthReading *before)
{
  return g_strdup ("No telemetry while the picture comes: the simulator is "
                   "closed or loads");
}

static PbHealthLevel
check_lost_rows (const PbHealthReading *now, const PbHealthReading *before)
{
  return warn_if (now->lost_rows > before->lost_rows);
}

static gchar *
say_lost_rows (const PbHealthReading *now, const PbHealthReading *before)
{
  return g_strdup (
      "Rows of telemetry are lost on the way: traces have holes. A "
      "longer latency-ms in the agent mends more");
}

static PbHealthLevel
check_loss (const PbHealthReading *now, const PbHealthReading *before)
{
  return now->loss_pct > 5   ? PB_HEALTH_BAD
         : now->loss_pct > 1 ? PB_HEALTH_WARN
                             : PB_HEALTH_GOOD;
}

static gchar *
say_loss (const PbHealthReading *now, const PbHealthReading *before)
{
  return g_strdup_printf ("%.1f %% of the packets are lost and must be sent "
                          "again: a lower bitrate, or a cable instead of Wi-Fi",
      now->loss_pct);
}

static PbHealthLevel
check_latency (const PbHealthReading *now, const PbHealthReading *before)
{
  return warn_if (now->latency_ms > 0 && now->rtt_ms > 0
                  && now->latency_ms < LATENCY_RTTS * now->rtt_ms);
}

static gchar *
say_latency (const PbHealthReading *now, const PbHealthReading *before)
{
  return g_strdup_printf ("SRT keeps back %u ms, and four round trips are %.0f "
                          "ms: what is lost may not be mended in time. Set "
                          "latency-ms = %.0f in the agent",
      now->latency_ms, LATENCY_RTTS * now->rtt_ms,
      10 * ceil (LATENCY_RTTS * now->rtt_ms / 10));
}

static PbHealthLevel
check_jitter (const PbHealthReading *now, const PbHealthReading *before)
{
  return warn_if (now->flow.jitter_ms > JITTER_MS);
}

static gchar *
say_jitter (const PbHealthReading *now, const PbHealthReading *before)
{
  return g_strdup_printf (
      "Pictures come %.0f ms off their rhythm: the driver's "
      "PC or the network is overloaded",
      now->flow.jitter_ms);
}

/* One in fifty. */
static PbHealthLevel
check_late (const PbHealthReading *now, const PbHealthReading *before)
{
  const guint64 late = now->flow.late - before->flow.late;

  return warn_if (late * 50 > now->flow.pictures - before->flow.pictures);
}

static gchar *
say_late (const PbHealthReading *now, const PbHealthReading *before)
{
  return g_strdup_printf ("%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
                          " pictures came more than 100 ms late: the picture "
                          "stands still for moments",
      now->flow.late - before->flow.late,
      now->flow.pictures - before->flow.pictures);
}

static PbHealthLevel
check_key_interval (const PbHealthReading *now, const PbHealthReading *before)
{
  return warn_if (now->flow.key_interval_ms > KEY_INTERVAL_MS);
}

static gchar *
say_key_interval (const PbHealthReading *now, const PbHealthReading *before)
{
  return g_strdup_printf (
      "%.0f s between key frames: whoever joins, and whoever "
      "loses a packet, waits so long. Set 2 s in the encoder",
      now->flow.key_interval_ms / 1000.0);
}

static PbHealthLevel
check_b_frames (const PbHealthReading *now, const PbHealthReading *before)
{
  return warn_if (now->flow.reordered > before->flow.reordered);
}

static gchar *
say_b_frames (const PbHealthReading *now, const PbHealthReading *before)
{
  return g_strdup (
      "The encoder makes B-frames, which browsers cannot play: the "
      "picture is encoded anew, which costs this server CPU, and a "
      "moment. Set B-frames to 0, or the tune zerolatency");
}

static PbHealthLevel
check_clock (const PbHealthReading *now, const PbHealthReading *before)
{
  gint64 error_ms;

  return warn_if (pb_health_get_clock_error (
                      &now->flow, now->latency_ms, now->rtt_ms, &error_ms)
                  && ABS (error_ms) > CLOCK_ERROR_MS);
}

static gchar *
say_clock (const PbHealthReading *now, const PbHealthReading *before)
{
  gint64 error_ms = 0;

  pb_health_get_clock_error (
      &now->flow, now->latency_ms, now->rtt_ms, &error_ms);
  return g_strdup_printf ("The clock of the driver's PC seems to be %.1f s %s "
                          "this server's: let both set theirs by the network "
                          "(NTP)",
      ABS (error_ms) / 1000.0, error_ms > 0 ? "behind" : "ahead of");
}

static PbHealthLevel
check_dropped (const PbHealthReading *now, const PbHealthReading *before)
{
  return bad_if (now->dropped_bytes > before->dropped_bytes);
}

static gchar *
say_dropped (const PbHealthReading *now, const PbHealthReading *before)
{
  return g_strdup ("This server is too slow for all that comes, and drops some "
                   "of it");
}

static PbHealthLevel
check_recorded (const PbHealthReading *now, const PbHealthReading *before)
{
  return bad_if (now->not_recorded != NULL);
}

static gchar *
say_recorded (const PbHealthReading *now, const PbHealthReading *before)
{
  return g_strdup_printf ("Nothing is recorded: %s", now->not_recorded);
}

static PbHealthLevel
check_indexed (const PbHealthReading *now, const PbHealthReading *before)
{
  return warn_if (!now->not_recorded && now->not_indexed);
}

static gchar *
say_indexed (const PbHealthReading *now, const PbHealthReading *before)
{
  return g_strdup_printf (
      "What is recorded cannot be found yet: %s", now->not_indexed);
}

static PbHealthLevel
check_transcoded (const PbHealthReading *now, const PbHealthReading *before)
{
  return bad_if (now->not_transcoded || now->transcodes_most >= 0);
}

static gchar *
say_transcoded (const PbHealthReading *now, const PbHealthReading *before)
{
  if (now->not_transcoded)
    return g_strdup_printf (
        "The picture must be encoded anew for browsers, and "
        "that fails: %s",
        now->not_transcoded);
  return g_strdup_printf ("The picture must be encoded anew for browsers, and "
                          "this server does so for %d at a time "
                          "(--max-transcodes). Send H.264 without B-frames",
      now->transcodes_most);
}

static PbHealthLevel
check_heard (const PbHealthReading *now, const PbHealthReading *before)
{
  return warn_if (now->not_heard != NULL);
}

static gchar *
say_heard (const PbHealthReading *now, const PbHealthReading *before)
{
  return g_strdup_printf ("Nobody hears the sound: %s", now->not_heard);
}

/* Causes before what follows from them. */
static const Kind kinds[] = {
  { "silent", 1, 1, check_silent, say_silent },
  { "picture_still", 1, 2, check_picture, say_picture },
  { "no_telemetry", 1, 2, check_rows, say_rows },
  { "rows_lost", 1, 10, check_lost_rows, say_lost_rows },
  { "loss", 3, 10, check_loss, say_loss },
  { "latency_short", 5, 10, check_latency, say_latency },
  { "key_interval", 1, 10, check_key_interval, say_key_interval },
  { "b_frames", 1, 10, check_b_frames, say_b_frames },
  { "jitter", 5, 10, check_jitter, say_jitter },
  { "late", 3, 10, check_late, say_late },
  { "clock", 10, 10, check_clock, say_clock },
  { "server_slow", 1, 10, check_dropped, say_dropped },
  { "not_transcoded", 1, 1, check_transcoded, say_transcoded },
  { "no_sound", 1, 1, check_heard, say_heard },
  { "not_recorded", 1, 1, check_recorded, say_recorded },
  { "not_indexed", 1, 1, check_indexed, say_indexed },
};

struct _PbHealth {
  State states[G_N_ELEMENTS (kinds)];
  PbHealthReading before;
  gboolean began;
};

const gchar *
pb_health_level_to_string (PbHealthLevel level)
{
  static const gchar *const names[] = { "good", "warn", "bad" };

  return names[level];
}

/**
 * pb_health_get_codes:
 *
 * Returns: (transfer none) (array zero-terminated=1): of all alarms that there
 *   are
 */
const gchar *const *
pb_health_get_codes (void)
{
  static const gchar *codes[G_N_ELEMENTS (kinds) + 1];

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    codes[i] = kinds[i].code;
  return codes;
}

/**
 * pb_health_get_clock_error:
 * @flow: how rows come
 * @latency_ms: how long the connection keeps everything back
 * @rtt_ms: round trip
 * @error_ms: (out): how far the sender's clock is behind this machine's;
 *   negative: ahead. What is left of a row's age without the delay of the
 *   connection and half a round trip: too large by what the sender itself needs
 *   (some ms, with a picture its encoder's delay)
 *
 * Returns: %FALSE while it is not known
 */
gboolean
pb_health_get_clock_error (const PbFlowReading *flow, guint latency_ms,
    gdouble rtt_ms, gint64 *error_ms)
{
  if (flow->row_utc_age_ms == G_MININT64)
    return FALSE;
  *error_ms =
      flow->row_utc_age_ms - (gint64) latency_ms - (gint64) (rtt_ms / 2);
  return TRUE;
}

PbHealth *
pb_health_new (void)
{
  return g_new0 (PbHealth, 1);
}

void
pb_health_free (PbHealth *self)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    g_free (self->states[i].text);
  g_free (self);
}

void
pb_alarm_free (PbAlarm *alarm)
{
  g_free (alarm->text);
  g_free (alarm);
}

static PbAlarm *
make_alarm (const Kind *kind, const State *state)
{
  PbAlarm *alarm = g_new (PbAlarm, 1);

  *alarm = (PbAlarm){ kind->code, state->level, g_strdup (state->text),
    state->since_utc_ms };
  return alarm;
}

/* Returns: whether it has begun, become worse, or ended. */
static gboolean
step (const Kind *kind, State *state, const PbHealthReading *now,
    const PbHealthReading *before, gint64 utc_ms)
{
  const PbHealthLevel seen = kind->check (now, before);
  const PbHealthLevel was = state->level;

  state->seen_s = seen == PB_HEALTH_GOOD ? 0 : state->seen_s + 1;
  state->gone_s = seen == PB_HEALTH_GOOD ? state->gone_s + 1 : 0;
  if (was == PB_HEALTH_GOOD && state->seen_s >= kind->begin_s)
    state->since_utc_ms = utc_ms;
  else if (was != PB_HEALTH_GOOD && state->gone_s >= kind->end_s)
    state->level = PB_HEALTH_GOOD;
  if (seen != PB_HEALTH_GOOD
      && (was != PB_HEALTH_GOOD || state->seen_s >= kind->begin_s)) {
    state->level = MAX (was, seen);
    g_free (state->text);
    state->text = kind->say (now, before);
  }
  return state->level != was;
}

/**
 * pb_health_update:
 * @reading: of this second
 * @utc_ms: now
 *
 * Once a second.
 *
 * Returns: (transfer full) (element-type PbAlarm): what has begun or become
 *   worse, and what has ended, with %PB_HEALTH_GOOD
 */
GPtrArray *
pb_health_update (PbHealth *self, const PbHealthReading *reading, gint64 utc_ms)
{
  GPtrArray *changed =
      g_ptr_array_new_with_free_func ((GDestroyNotify) pb_alarm_free);

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (step (&kinds[i], &self->states[i], reading,
            self->began ? &self->before : reading, utc_ms))
      g_ptr_array_add (changed, make_alarm (&kinds[i], &self->states[i]));
  self->before = *reading;
  self->before.not_recorded = self->before.not_indexed = NULL;
  self->before.not_transcoded = self->before.not_heard = NULL;
  self->began = TRUE;
  return changed;
}

/**
 * pb_health_get_level:
 *
 * Returns: that of the worst alarm
 */
PbHealthLevel
pb_health_get_level (PbHealth *self)
{
  PbHealthLevel level = PB_HEALTH_GOOD;

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    level = MAX (level, self->states[i].level);
  return level;
}

/**
 * pb_health_dup_alarms:
 *
 * Returns: (transfer full) (element-type PbAlarm): what is on, the worst first
 */
GPtrArray *
pb_health_dup_alarms (PbHealth *self)
{
  GPtrArray *alarms =
      g_ptr_array_new_with_free_func ((GDestroyNotify) pb_alarm_free);

  for (PbHealthLevel level = PB_HEALTH_BAD; level > PB_HEALTH_GOOD; level--)
    for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
      if (self->states[i].level == level)
        g_ptr_array_add (alarms, make_alarm (&kinds[i], &self->states[i]));
  return alarms;
}
