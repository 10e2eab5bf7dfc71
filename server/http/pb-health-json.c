/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The health of a stream as JSON. */
#include "http/pb-health-json.h"

#include "json/pb-json.h"

static void
add_alarms (JsonBuilder *b, GPtrArray *alarms)
{
  pb_json_begin_array (b, "alarms");
  for (guint i = 0; i < alarms->len; i++) {
    const PbAlarm *alarm = g_ptr_array_index (alarms, i);

    json_builder_begin_object (b);
    pb_json_add_text (b, "code", alarm->code);
    pb_json_add_text (b, "level", pb_health_level_to_string (alarm->level));
    pb_json_add_text (b, "text", alarm->text);
    pb_json_add_int (b, "since_utc_ms", alarm->since_utc_ms);
    json_builder_end_object (b);
  }
  json_builder_end_array (b);
}

/* What is said of pictures is null where none has come. */
static void
add_pictures (JsonBuilder *b, const PbFlowReading *flow)
{
  if (flow->pictures == 0) {
    pb_json_add_null (b, "key_interval_s");
    pb_json_add_null (b, "jitter_ms");
    pb_json_add_null (b, "late_pictures");
    pb_json_add_null (b, "b_frames");
    return;
  }
  if (flow->key_interval_ms < 0)
    pb_json_add_null (b, "key_interval_s");
  else
    pb_json_add_double (b, "key_interval_s", flow->key_interval_ms / 1e3);
  pb_json_add_double (b, "jitter_ms", flow->jitter_ms);
  pb_json_add_int (b, "late_pictures", flow->late);
  pb_json_add_int (b, "b_frames", flow->reordered);
}

/**
 * pb_health_json_add:
 * @builder: in an object
 * @stats: of the session
 *
 * Adds the member "health".
 */
void
pb_health_json_add (JsonBuilder *builder, const PbSessionStats *stats)
{
  pb_json_begin_object (builder, "health");
  pb_json_add_text (
      builder, "level", pb_health_level_to_string (stats->health));
  add_alarms (builder, stats->alarms);
  add_pictures (builder, &stats->flow);
  if (stats->clock_known)
    pb_json_add_int (builder, "clock_error_ms", stats->clock_error_ms);
  else
    pb_json_add_null (builder, "clock_error_ms");
  json_builder_end_object (builder);
}
