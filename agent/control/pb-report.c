/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbReport: totals become rates; what an element does not say is left out. */
#include "control/pb-report.h"

#include "json/pb-json.h"

/**
 * pb_report_add_link:
 * @report: the last look; updated
 * @builder: inside "status"
 * @link: (nullable): stats of a pitboxsrtsink; %NULL without a stream
 * @now_us: monotonic
 *
 * Pure. Adds rtt_ms, dropped_packets and, from the second look on, send_kbps.
 */
void
pb_report_add_link (PbReport *report, JsonBuilder *builder,
    const GstStructure *link, gint64 now_us)
{
  const gint64 past_us = now_us - report->looked_us;
  guint64 bytes;
  gint dropped;
  gdouble rtt_ms;

  if (link == NULL || !gst_structure_get_uint64 (link, "bytes-sent", &bytes)) {
    report->looked_us = 0;
    return;
  }
  /* Fewer than before: it is another connection. */
  if (report->looked_us > 0 && past_us > 0 && bytes >= report->bytes_sent)
    pb_json_add_double (
        builder, "send_kbps", (bytes - report->bytes_sent) * 8000.0 / past_us);
  report->bytes_sent = bytes;
  report->looked_us = now_us;
  if (gst_structure_get_double (link, "rtt-ms", &rtt_ms))
    pb_json_add_double (builder, "rtt_ms", rtt_ms);
  if (gst_structure_get_int (link, "packets-dropped", &dropped))
    pb_json_add_int (builder, "dropped_packets", dropped);
}

/**
 * pb_report_add_source:
 * @builder: inside "status"
 * @source: (nullable): stats of an irsdksrc; %NULL without a stream
 *
 * Pure. Adds lost_ticks and, once the pace of the ticks is known, tick_fit.
 */
void
pb_report_add_source (JsonBuilder *builder, const GstStructure *source)
{
  gdouble rate_hz = 0, error_us = 0;
  guint64 lost;

  if (source != NULL && gst_structure_get_uint64 (source, "lost-ticks", &lost))
    pb_json_add_int (builder, "lost_ticks", (gint64) lost);
  if (source == NULL
      || !gst_structure_get_double (source, "tick-rate-hz", &rate_hz)
      || !gst_structure_get_double (source, "tick-error-us", &error_us)
      || rate_hz <= 0)
    return;
  pb_json_begin_object (builder, "tick_fit");
  pb_json_add_double (builder, "rate_hz", rate_hz);
  pb_json_add_double (builder, "error_us", error_us);
  json_builder_end_object (builder);
}
