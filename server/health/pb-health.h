/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbHealth: what is wrong with a stream, since when, and what to do; pure. */
#pragma once

#include "health/pb-flow.h"

G_BEGIN_DECLS

/**
 * PbHealthLevel:
 * @PB_HEALTH_GOOD: nothing to say
 * @PB_HEALTH_WARN: works, and could be better
 * @PB_HEALTH_BAD: somebody misses something now
 */
typedef enum {
  PB_HEALTH_GOOD,
  PB_HEALTH_WARN,
  PB_HEALTH_BAD,
} PbHealthLevel;

/**
 * PbHealthReading:
 * @silent_ms: since the last bytes
 * @flow: how pictures and rows come
 * @loss_pct: packets lost in the last second, before they are sent again
 * @rtt_ms: round trip, 0 unknown
 * @latency_ms: how long the connection keeps everything back, 0 unknown
 * @lost_rows: of this session, that never came
 * @dropped_bytes: of this session, that this machine was too slow for
 * @not_recorded: (nullable): why nothing is recorded
 * @not_indexed: (nullable): why the recording cannot be found at the moment
 * @not_transcoded: (nullable): why viewers get no picture that is encoded anew
 * @transcodes_most: how many this machine encodes anew, where this stream has no
 *   place among them; else -1
 * @not_heard: (nullable): why nobody hears the sound that comes
 *
 * What is known of a stream, once a second.
 */
typedef struct {
  gint64 silent_ms;
  PbFlowReading flow;
  gdouble loss_pct;
  gdouble rtt_ms;
  guint latency_ms;
  guint64 lost_rows;
  guint64 dropped_bytes;
  const gchar *not_recorded;
  const gchar *not_indexed;
  const gchar *not_transcoded;
  gint transcodes_most;
  const gchar *not_heard;
} PbHealthReading;

/**
 * PbAlarm:
 * @code: for programs; static
 * @level: never %PB_HEALTH_GOOD
 * @text: for people: what is wrong, and what to do
 * @since_utc_ms: when it began
 */
typedef struct {
  const gchar *code;
  PbHealthLevel level;
  gchar *text;
  gint64 since_utc_ms;
} PbAlarm;

typedef struct _PbHealth PbHealth;

const gchar *pb_health_level_to_string (PbHealthLevel level);
const gchar *const *pb_health_get_codes (void);
gboolean pb_health_get_clock_error (const PbFlowReading *flow, guint latency_ms,
    gdouble rtt_ms, gint64 *error_ms);

PbHealth *pb_health_new (void);
void pb_health_free (PbHealth *health);
GPtrArray *pb_health_update (PbHealth *health, const PbHealthReading *reading,
    gint64 utc_ms) G_GNUC_WARN_UNUSED_RESULT;
PbHealthLevel pb_health_get_level (PbHealth *health);
GPtrArray *pb_health_dup_alarms (PbHealth *health) G_GNUC_WARN_UNUSED_RESULT;
void pb_alarm_free (PbAlarm *alarm);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbHealth, pb_health_free)

G_END_DECLS
