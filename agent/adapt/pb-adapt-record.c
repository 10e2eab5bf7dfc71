/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A table with commas: a band, the names of the columns, a line a sample. */
#include "adapt/pb-adapt-record.h"

#include <string.h>

#include "adapt/pb-cell.h"

#define BAND "# band,"
#define COLUMNS \
  "now_us,rtt_ms,send_buffer_ms,send_buffer_bytes,bytes_sent,packets_sent," \
  "packets_retransmitted,packets_dropped,bitrate_kbps,step,reason"
#define N_COLUMNS 11

/**
 * pb_adapt_record_dup_head:
 * @band: that holds from here on
 *
 * Returns: (transfer full): two lines, without the end of the second
 */
gchar *
pb_adapt_record_dup_head (const PbAdaptBand *band)
{
  return g_strdup_printf (BAND "%u,%u,%u\n" COLUMNS, band->high_kbps,
      band->low_kbps, band->floor_kbps);
}

/**
 * pb_adapt_record_dup_line:
 * @sample: what was seen
 * @decision: what followed
 *
 * libsrt knows the round trip to the µs, so that nothing gets lost.
 *
 * Returns: (transfer full): a line without its end
 */
gchar *
pb_adapt_record_dup_line (
    const PbAdaptSample *sample, const PbAdaptDecision *decision)
{
  gchar rtt[G_ASCII_DTOSTR_BUF_SIZE], buffer[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup_printf ("%" G_GINT64_FORMAT ",%s,%s,%" G_GUINT64_FORMAT
                          ",%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT
                          ",%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT
                          ",%u,%s,%s",
      sample->now_us, g_ascii_formatd (rtt, sizeof rtt, "%.3f", sample->rtt_ms),
      g_ascii_formatd (buffer, sizeof buffer, "%.3f", sample->send_buffer_ms),
      sample->send_buffer_bytes, sample->bytes_sent, sample->packets_sent,
      sample->packets_retransmitted, sample->packets_dropped,
      decision->bitrate_kbps, pb_adapt_step_to_string (decision->step),
      pb_adapt_reason_to_string (decision->reason));
}

/**
 * pb_adapt_record_parse_head:
 * @line: of a table
 * @band: (out): that holds from here on
 *
 * Returns: %FALSE if it is no band
 */
gboolean
pb_adapt_record_parse_head (const gchar *line, PbAdaptBand *band)
{
  g_auto (GStrv) cells = NULL;
  guint64 kbps[3];

  if (!g_str_has_prefix (line, BAND))
    return FALSE;
  cells = g_strsplit (line + strlen (BAND), ",", -1);
  if (g_strv_length (cells) != G_N_ELEMENTS (kbps))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (kbps); i++)
    if (!pb_cell_parse_count (cells[i], G_MAXINT, &kbps[i]))
      return FALSE;
  *band = (PbAdaptBand){ (guint) kbps[0], (guint) kbps[1], (guint) kbps[2] };
  return TRUE;
}

static const gchar *
reason_word (guint reason)
{
  return pb_adapt_reason_to_string ((PbAdaptReason) reason);
}

/**
 * pb_adapt_record_parse_line:
 * @line: of a table
 * @sample: (out): what was seen
 * @decision: (out): what followed
 *
 * Returns: %FALSE if it is no sample
 */
gboolean
pb_adapt_record_parse_line (
    const gchar *line, PbAdaptSample *sample, PbAdaptDecision *decision)
{
  g_auto (GStrv) cells = g_strsplit (line, ",", -1);
  guint64 now_us, kbps;
  guint step, reason;

  if (g_strv_length (cells) != N_COLUMNS
      || !pb_cell_parse_count (cells[0], G_MAXINT64, &now_us)
      || !pb_cell_parse_number (cells[1], &sample->rtt_ms)
      || !pb_cell_parse_number (cells[2], &sample->send_buffer_ms)
      || !pb_cell_parse_count (cells[3], G_MAXINT64, &sample->send_buffer_bytes)
      || !pb_cell_parse_count (cells[4], G_MAXINT64, &sample->bytes_sent)
      || !pb_cell_parse_count (cells[5], G_MAXINT64, &sample->packets_sent)
      || !pb_cell_parse_count (
          cells[6], G_MAXINT64, &sample->packets_retransmitted)
      || !pb_cell_parse_count (cells[7], G_MAXINT64, &sample->packets_dropped)
      || !pb_cell_parse_count (cells[8], G_MAXINT, &kbps)
      || !pb_cell_parse_word (
          cells[9], pb_cell_step_word, PB_ADAPT_TELEMETRY + 1, &step)
      || !pb_cell_parse_word (
          cells[10], reason_word, PB_ADAPT_GROWING + 1, &reason))
    return FALSE;
  sample->now_us = (gint64) now_us;
  *decision = (PbAdaptDecision){ (guint) kbps, (PbAdaptStep) step,
    (PbAdaptReason) reason };
  return TRUE;
}
