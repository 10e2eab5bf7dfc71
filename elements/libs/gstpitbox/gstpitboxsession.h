/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The session string inside a pipeline: a sticky event; and UTC on a row. */
#pragma once

#include <gstpitbox/gstpitboxapi.h>
#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GST_PITBOX_SESSION_EVENT:
 *
 * Name of the sticky downstream event that carries the simulator's session
 * string, bytes as the simulator wrote them up to the first NUL.
 */
#define GST_PITBOX_SESSION_EVENT "pitbox-session-info"

GST_PITBOX_API GstEvent *gst_pitbox_session_event_new (
    GBytes *text, guint update);
GST_PITBOX_API gboolean gst_pitbox_session_event_parse (
    GstEvent *event, GBytes **text, guint *update);

/**
 * GstPitboxClockQuality:
 * @GST_PITBOX_CLOCK_UNKNOWN: no UTC known
 * @GST_PITBOX_CLOCK_FILE: from the date inside a file
 * @GST_PITBOX_CLOCK_LOCAL: this machine's clock, not known to be disciplined
 * @GST_PITBOX_CLOCK_SYNCED: this machine's clock, disciplined (NTP, PTP)
 *
 * How far the UTC of a row can be trusted.
 */
typedef enum {
  GST_PITBOX_CLOCK_UNKNOWN = 0,
  GST_PITBOX_CLOCK_FILE = 1,
  GST_PITBOX_CLOCK_LOCAL = 2,
  GST_PITBOX_CLOCK_SYNCED = 3,
} GstPitboxClockQuality;

GST_PITBOX_API void gst_pitbox_buffer_set_utc (
    GstBuffer *buffer, gint64 utc_us, GstPitboxClockQuality quality);
GST_PITBOX_API gint64 gst_pitbox_buffer_get_utc (
    GstBuffer *buffer, GstPitboxClockQuality *quality);

G_END_DECLS
