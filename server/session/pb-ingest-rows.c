/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Whatever decoded them: rows are measured and indexed all the time, and shown
 * while the session has the driver's place for them. */
#include "session/pb-ingest-rows.h"

#include <gstpitbox/gstpitbox.h>

struct _PbIngestRows {
  PbLive *live;
  PbLapBook *book; /* the driver's */
  PbIngestTimes *times; /* the stream's, as the next */
  PbFlow *flow;
  PbRecorder *recorder; /* set before the first push */
  gint is_shown; /* atomic */

  /* The thread that pushes. */
  GstCaps *caps;
  GstPitboxSchema *schema;
  const GstPitboxVar *lap;
  guint32 full_schema_id;

  GMutex lock; /* protects: */
  PbThinning thinning;
};

/**
 * pb_ingest_rows_new:
 * @live: the driver's hub
 * @book: the driver's laps and track; lives as long as @live
 * @times: gets when the first row came, and how late rows are; outlives this
 * @flow: gets how rows come; outlives this
 *
 * Returns: (transfer full): rows that are not shown yet
 */
PbIngestRows *
pb_ingest_rows_new (
    PbLive *live, PbLapBook *book, PbIngestTimes *times, PbFlow *flow)
{
  PbIngestRows *self = g_new0 (PbIngestRows, 1);

  self->live = pb_live_ref (live);
  self->book = book;
  self->times = times;
  self->flow = flow;
  g_mutex_init (&self->lock);
  return self;
}

void
pb_ingest_rows_free (PbIngestRows *self)
{
  gst_clear_caps (&self->caps);
  g_clear_pointer (&self->schema, gst_pitbox_schema_unref);
  g_mutex_clear (&self->lock);
  pb_live_unref (self->live);
  g_free (self);
}

/**
 * pb_ingest_rows_set_recorder:
 * @recorder: (nullable): is told UTC and lap of each row; lives as long as rows
 *   are pushed
 *
 * Before the first push.
 */
void
pb_ingest_rows_set_recorder (PbIngestRows *self, PbRecorder *recorder)
{
  self->recorder = recorder;
}

/**
 * pb_ingest_rows_show:
 * @is_shown: whether rows go to the hub from now on
 *
 * Any thread.
 */
void
pb_ingest_rows_show (PbIngestRows *self, gboolean is_shown)
{
  g_atomic_int_set (&self->is_shown, is_shown);
}

/**
 * pb_ingest_rows_set_layout:
 * @schema: of the rows that follow
 * @thinning: what they lack
 *
 * The thread that pushes.
 */
void
pb_ingest_rows_set_layout (
    PbIngestRows *self, GstPitboxSchema *schema, const PbThinning *thinning)
{
  gst_pitbox_schema_ref (schema);
  g_clear_pointer (&self->schema, gst_pitbox_schema_unref);
  self->schema = schema;
  self->lap = gst_pitbox_schema_find (schema, "Lap");
  self->full_schema_id = thinning->full_schema_id;
  g_mutex_lock (&self->lock);
  self->thinning = *thinning;
  g_mutex_unlock (&self->lock);
}

/**
 * pb_ingest_rows_set_caps:
 * @caps: of telemetrydec's, of the rows that follow
 *
 * As pb_ingest_rows_set_layout(); costs nothing where they are those before.
 *
 * Returns: whether rows can be read; else it was said
 */
gboolean
pb_ingest_rows_set_caps (PbIngestRows *self, GstCaps *caps)
{
  g_autoptr (GstPitboxSchema) schema = NULL;
  g_autoptr (GError) error = NULL;
  PbThinning thinning = { 0 };

  if (caps == self->caps)
    return self->schema != NULL;
  gst_caps_replace (&self->caps, caps);
  g_clear_pointer (&self->schema, gst_pitbox_schema_unref);
  schema = caps ? gst_pitbox_schema_new_from_caps (caps, &error) : NULL;
  if (!schema) {
    g_warning ("driver %s: rows without a readable schema are dropped: %s",
        pb_live_get_driver_id (self->live), error ? error->message : "no caps");
    return FALSE;
  }
  pb_thinning_read (&thinning, caps, schema);
  pb_ingest_rows_set_layout (self, schema, &thinning);
  return TRUE;
}

/**
 * pb_ingest_rows_set_text:
 * @text: a session string
 * @update: its counter
 *
 * The thread that pushes.
 */
void
pb_ingest_rows_set_text (PbIngestRows *self, GBytes *text, guint update)
{
  pb_ingest_times_note_first (self->times, PB_INGEST_SESSION_TEXT);
  if (g_atomic_int_get (&self->is_shown))
    pb_live_set_session_text (self->live, text, update);
}

static void
note_row (PbIngestRows *self, GstBuffer *row)
{
  GstMapInfo map;
  gint lap = -1;

  if (!self->recorder || !gst_buffer_map (row, &map, GST_MAP_READ))
    return;
  if (self->lap && map.size >= gst_pitbox_schema_get_row_bytes (self->schema))
    lap = gst_pitbox_row_get_newest_int64 (map.data, self->lap, -1);
  gst_buffer_unmap (row, &map);
  pb_recorder_note_row (self->recorder, GST_BUFFER_OFFSET (row),
      gst_pitbox_buffer_get_utc (row, NULL), lap);
}

/* Rows of a file have the UTC of the day when it was driven. */
static void
note_flow (PbIngestRows *self, GstBuffer *row, GstClockTime running_time)
{
  const gint64 now = g_get_monotonic_time ();
  GstPitboxClockQuality quality;
  const gint64 utc = gst_pitbox_buffer_get_utc (row, &quality);

  pb_flow_push_row (self->flow, now);
  if (utc <= 0 || quality < GST_PITBOX_CLOCK_LOCAL)
    return;
  pb_flow_push_utc (self->flow, now, g_get_real_time () - utc);
  pb_ingest_times_note_utc (self->times, utc, running_time);
}

/**
 * pb_ingest_rows_push:
 * @row: of the layout that was set; its tick is the offset, its UTC the
 *   reference timestamp
 * @running_time: of its tick, if there is one
 *
 * One thread at a time, in the order of the rows.
 */
void
pb_ingest_rows_push (
    PbIngestRows *self, GstBuffer *row, GstClockTime running_time)
{
  note_row (self, row);
  note_flow (self, row, running_time);
  pb_ingest_times_note_first (self->times, PB_INGEST_ROW);
  pb_ingest_times_note_unit (self->times, PB_PART_TELEMETRY, running_time);
  if (!GST_CLOCK_TIME_IS_VALID (running_time)
      || !g_atomic_int_get (&self->is_shown))
    return;
  pb_live_push_row (self->live, self->schema, row, running_time);
  pb_lap_book_push (
      self->book, self->schema, self->full_schema_id, row, running_time);
}

/**
 * pb_ingest_rows_get_thinning:
 * @thinning: (out): of the newest row
 *
 * Any thread.
 */
void
pb_ingest_rows_get_thinning (PbIngestRows *self, PbThinning *thinning)
{
  g_mutex_lock (&self->lock);
  *thinning = self->thinning;
  g_mutex_unlock (&self->lock);
}
