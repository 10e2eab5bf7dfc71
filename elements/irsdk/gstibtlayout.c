/* SPDX-License-Identifier: LGPL-2.1-or-later
 * GstIbtLayout: where and when the rows of an .ibt file are. */
#include "gstibtlayout.h"

/**
 * gst_ibt_layout_row_to_time:
 * @layout: of the file
 * @row: number of a row, from 0
 *
 * Returns: its time since the first row, ns, rounded down
 */
GstClockTime
gst_ibt_layout_row_to_time (const GstIbtLayout *layout, guint64 row)
{
  return gst_util_uint64_scale (row, GST_SECOND, layout->rate);
}

/**
 * gst_ibt_layout_time_to_row:
 * @layout: of the file
 * @time: time since the first row, ns
 *
 * Times of rows are rounded down to whole ns, so one more ns hits the same row
 * again.
 *
 * Returns: the row that is current then
 */
guint64
gst_ibt_layout_time_to_row (const GstIbtLayout *layout, GstClockTime time)
{
  return gst_util_uint64_scale (time + 1, layout->rate, GST_SECOND);
}

/**
 * gst_ibt_layout_row_to_byte:
 * @layout: of the file
 * @row: number of a row
 *
 * Returns: its first byte in the file
 */
guint64
gst_ibt_layout_row_to_byte (const GstIbtLayout *layout, guint64 row)
{
  return layout->head_bytes + row * layout->row_bytes;
}

/**
 * gst_ibt_layout_byte_to_row:
 * @layout: of the file
 * @byte: a byte of the file
 *
 * Returns: the row that it is in; the first one for the head
 */
guint64
gst_ibt_layout_byte_to_row (const GstIbtLayout *layout, guint64 byte)
{
  return byte < layout->head_bytes
             ? 0
             : (byte - layout->head_bytes) / layout->row_bytes;
}

/**
 * gst_ibt_layout_bytes_to_row:
 * @layout: of the file
 * @byte: a byte of the file
 *
 * Returns: bytes from there to the next start of a row: of the head, or of the
 *   rest of a row after a seek that was not ours; 0 at a start
 */
gsize
gst_ibt_layout_bytes_to_row (const GstIbtLayout *layout, guint64 byte)
{
  guint64 rest;

  if (byte < layout->head_bytes)
    return (gsize) (layout->head_bytes - byte);
  rest = (byte - layout->head_bytes) % layout->row_bytes;
  return rest > 0 ? (gsize) (layout->row_bytes - rest) : 0;
}

/**
 * gst_ibt_layout_convert:
 * @layout: of the file; may not be known yet
 * @from: %GST_FORMAT_TIME, %GST_FORMAT_BYTES or %GST_FORMAT_DEFAULT (row)
 * @value: in that
 * @to: one of them
 * @result: (out): in that
 *
 * GstBaseParse asks before the head is there, for the start and the open end of
 * its first segment, and takes what it gets.
 *
 * Returns: %FALSE for other formats
 */
gboolean
gst_ibt_layout_convert (const GstIbtLayout *layout, GstFormat from,
    gint64 value, GstFormat to, gint64 *result)
{
  guint64 row;

  if (value <= 0 || layout->head_bytes == 0) {
    *result = MIN (value, 0);
    if (value == 0 && layout->head_bytes > 0 && to == GST_FORMAT_BYTES
        && from != GST_FORMAT_BYTES)
      *result = (gint64) layout->head_bytes;
    return TRUE;
  }
  if (from == GST_FORMAT_TIME)
    row = gst_ibt_layout_time_to_row (layout, (GstClockTime) value);
  else if (from == GST_FORMAT_BYTES)
    row = gst_ibt_layout_byte_to_row (layout, (guint64) value);
  else if (from == GST_FORMAT_DEFAULT)
    row = (guint64) value;
  else
    return FALSE;
  if (to == GST_FORMAT_TIME)
    *result = (gint64) gst_ibt_layout_row_to_time (layout, row);
  else if (to == GST_FORMAT_BYTES)
    *result = (gint64) gst_ibt_layout_row_to_byte (layout, row);
  else if (to == GST_FORMAT_DEFAULT)
    *result = (gint64) row;
  else
    return FALSE;
  return TRUE;
}
