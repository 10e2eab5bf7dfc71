/* SPDX-License-Identifier: LGPL-2.1-or-later
 * State messages and the stats structure of irsdksrc. */
#include "gstirsdkreport.h"

/**
 * gst_irsdk_state_to_string:
 * @state: a state
 *
 * Returns: (transfer none): its word in messages and in sim-state
 */
const gchar *
gst_irsdk_state_to_string (GstIrsdkState state)
{
  static const gchar *const words[] = { "waiting", "connected", "lost" };

  return words[state];
}

/**
 * gst_irsdk_state_message_new:
 * @src: who says it
 * @state: what is now
 * @reason: why, in words
 *
 * Returns: (transfer full): an element message pitbox-sim-state
 */
GstMessage *
gst_irsdk_state_message_new (
    GstObject *src, GstIrsdkState state, const gchar *reason)
{
  return gst_message_new_element (
      src, gst_structure_new ("pitbox-sim-state", "state", G_TYPE_STRING,
               gst_irsdk_state_to_string (state), "reason", G_TYPE_STRING,
               reason, NULL));
}

/**
 * gst_irsdk_stats_count_row:
 * @stats: counters
 * @row: one more
 * @delay: from its tick to its reading
 */
void
gst_irsdk_stats_count_row (
    GstIrsdkStats *stats, const IrsdkShmRow *row, GstClockTime delay)
{
  /* The first row of all is no restart. */
  stats->restarts += row->restarted && stats->rows > 0;
  stats->rows++;
  stats->lost_ticks += row->lost;
  stats->delay_sum += delay;
  stats->delay_max = MAX (stats->delay_max, delay);
}

/**
 * gst_irsdk_stats_set_fit:
 * @stats: counters
 * @clock: by which ticks have their times
 */
void
gst_irsdk_stats_set_fit (GstIrsdkStats *stats, const IrsdkTickClock *clock)
{
  if (!irsdk_tick_clock_get_fit (
          clock, &stats->tick_rate_hz, &stats->tick_error_ns))
    stats->tick_rate_hz = stats->tick_error_ns = 0;
}

/**
 * gst_irsdk_stats_to_structure:
 * @stats: counters
 *
 * Returns: (transfer full): what the property stats shows
 */
GstStructure *
gst_irsdk_stats_to_structure (const GstIrsdkStats *stats)
{
  const GstClockTime mean =
      stats->rows > 0 ? stats->delay_sum / stats->rows : 0;

  return gst_structure_new ("pitbox-irsdksrc-stats", "rows", G_TYPE_UINT64,
      stats->rows, "lost-ticks", G_TYPE_UINT64, stats->lost_ticks, "torn",
      G_TYPE_UINT64, stats->torn, "connections", G_TYPE_UINT64,
      stats->connections, "restarts", G_TYPE_UINT64, stats->restarts, "layouts",
      G_TYPE_UINT64, stats->layouts, "session-updates", G_TYPE_UINT64,
      stats->session_updates, "wake-ups", G_TYPE_UINT64, stats->wakes,
      "delay-mean-us", G_TYPE_UINT64, mean / GST_USECOND, "delay-max-us",
      G_TYPE_UINT64, stats->delay_max / GST_USECOND, "tick-rate-hz",
      G_TYPE_DOUBLE, stats->tick_rate_hz, "tick-error-us", G_TYPE_DOUBLE,
      stats->tick_error_ns / GST_USECOND, NULL);
}
