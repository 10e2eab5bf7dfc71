/* SPDX-License-Identifier: LGPL-2.1-or-later
 * GstIbtLayout: where and when the rows of an .ibt file are. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GstIbtLayout:
 * @head_bytes: bytes before the first row; 0: not known yet
 * @row_bytes: bytes of a row
 * @rate: rows a second
 */
typedef struct {
  guint64 head_bytes;
  guint row_bytes;
  guint rate;
} GstIbtLayout;

GstClockTime gst_ibt_layout_row_to_time (
    const GstIbtLayout *layout, guint64 row);
guint64 gst_ibt_layout_time_to_row (
    const GstIbtLayout *layout, GstClockTime time);
guint64 gst_ibt_layout_row_to_byte (const GstIbtLayout *layout, guint64 row);
guint64 gst_ibt_layout_byte_to_row (const GstIbtLayout *layout, guint64 byte);
gsize gst_ibt_layout_bytes_to_row (const GstIbtLayout *layout, guint64 byte);
gboolean gst_ibt_layout_convert (const GstIbtLayout *layout, GstFormat from,
    gint64 value, GstFormat to, gint64 *result);

G_END_DECLS
