/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The rows that wait at telemetrysync's pad, as far as a picture needs them. */
#include "syncrows.h"

#define GST_CAT_DEFAULT telemetry_sync_debug

/* 2 s of iRacing's fastest rows. */
#define MAX_ROWS 720

void
sync_rows_init (SyncRows *rows)
{
  *rows = (SyncRows){ NULL };
  rows->matcher = gst_pitbox_matcher_new (MAX_ROWS, GST_CLOCK_TIME_NONE);
}

/* What was taken belongs to no picture that comes. */
void
sync_rows_reset (SyncRows *rows)
{
  gst_pitbox_matcher_reset (rows->matcher);
  gst_clear_buffer (&rows->last);
}

/* Rows of another stream may come next. */
void
sync_rows_stop (SyncRows *rows)
{
  sync_rows_reset (rows);
  g_clear_pointer (&rows->schema, gst_pitbox_schema_unref);
}

void
sync_rows_clear (SyncRows *rows)
{
  sync_rows_stop (rows);
  g_clear_pointer (&rows->matcher, gst_pitbox_matcher_free);
}

/* @event: of the rows that come. FALSE with @error set where they are none. */
gboolean
sync_rows_set_caps (SyncRows *rows, GstEvent *event, GError **error)
{
  GstPitboxSchema *schema;
  GstCaps *caps;

  gst_event_parse_caps (event, &caps);
  schema = gst_pitbox_schema_new_from_caps (caps, error);
  if (schema == NULL)
    return FALSE;
  g_clear_pointer (&rows->schema, gst_pitbox_schema_unref);
  rows->schema = schema;
  return TRUE;
}

/* The running time of a buffer that waits at @pad. */
GstClockTime
sync_rows_get_time (GstAggregatorPad *pad, GstBuffer *buffer)
{
  return gst_segment_to_running_time (
      &pad->segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
}

/* Gives the head of the queue to the matcher. @end: in running time, or NONE if
 * it is of no use. FALSE where it should have been a row and is none. */
static gboolean
take_head (
    SyncRows *rows, GstAggregatorPad *pad, GstBuffer *buffer, GstClockTime *end)
{
  GstClockTime time = sync_rows_get_time (pad, buffer);
  g_autoptr (GError) error = NULL;
  GstPitboxSample *sample = NULL;

  *end = time;
  if (gst_buffer_get_size (buffer) == 0
      && GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_GAP)) {
    if (GST_CLOCK_TIME_IS_VALID (time) && GST_BUFFER_DURATION_IS_VALID (buffer))
      *end += GST_BUFFER_DURATION (buffer);
    if (GST_CLOCK_TIME_IS_VALID (time))
      gst_pitbox_matcher_advance (rows->matcher, *end);
    return TRUE;
  }
  if (buffer == rows->last)
    return TRUE;
  if (rows->schema != NULL)
    sample =
        gst_pitbox_sample_new_from_buffer (rows->schema, buffer, time, &error);
  if (sample == NULL) {
    GST_WARNING_OBJECT (
        pad, "dropping a row: %s", error != NULL ? error->message : "no caps");
    *end = GST_CLOCK_TIME_NONE;
    return FALSE;
  }
  gst_pitbox_matcher_push (rows->matcher, sample);
  gst_buffer_replace (&rows->last, buffer);
  return TRUE;
}

/* Takes rows up to @until. The first one past it stays at the head of the
 * queue, so that the next picture finds the pad ready.
 *
 * Returns: how many were none */
guint
sync_rows_take (SyncRows *rows, GstAggregatorPad *pad, GstClockTime until)
{
  guint n_bad = 0;

  for (;;) {
    g_autoptr (GstBuffer) buffer = gst_aggregator_pad_peek_buffer (pad);
    GstClockTime end;

    if (buffer == NULL)
      return n_bad;
    if (!take_head (rows, pad, buffer, &end))
      n_bad++;
    if (GST_CLOCK_TIME_IS_VALID (end) && end >= until)
      return n_bad;
    gst_aggregator_pad_drop_buffer (pad);
  }
}
