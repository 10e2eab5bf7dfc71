/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbLapBook: one driver's laps and the track they taught, from rows to
 * whoever asks. */
#include "session/pb-lap-book.h"

struct _PbLapBook {
  gatomicrefcount refs;
  PbLive *live;

  GMutex lock; /* protects all below */
  PbLaps *laps;
  PbTrack *track;
  GstPitboxSchema *schema;
  guint32 full_schema_id; /* of the simulator's own layout */
  gboolean laps_changed; /* since pb_lap_book_take_laps() */
  guint n_taken;
};

/**
 * pb_lap_book_new:
 * @live: the driver's hub
 *
 * Returns: (transfer full): a book in which nothing stands yet
 */
PbLapBook *
pb_lap_book_new (PbLive *live)
{
  PbLapBook *self = g_new0 (PbLapBook, 1);

  g_atomic_ref_count_init (&self->refs);
  self->live = pb_live_ref (live);
  g_mutex_init (&self->lock);
  self->laps = pb_laps_new ();
  self->track = pb_track_new ();
  return self;
}

PbLapBook *
pb_lap_book_ref (PbLapBook *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
pb_lap_book_unref (PbLapBook *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  pb_live_unref (self->live);
  pb_laps_free (self->laps);
  pb_track_free (self->track);
  g_clear_pointer (&self->schema, gst_pitbox_schema_unref);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* Another layout is another car, unless it is a part of the same one. */
static void
set_schema (PbLapBook *self, GstPitboxSchema *schema, guint32 full_schema_id)
{
  if (schema == self->schema)
    return;
  if (self->schema && full_schema_id == self->full_schema_id)
    pb_laps_bind (self->laps, schema);
  else
    pb_laps_set_schema (self->laps, schema);
  self->full_schema_id = full_schema_id;
  pb_track_set_schema (self->track, schema);
  gst_pitbox_schema_ref (schema);
  g_clear_pointer (&self->schema, gst_pitbox_schema_unref);
  self->schema = schema;
}

static gchar *
laps_message (PbLapBook *self)
{
  g_autoptr (JsonNode) node = pb_laps_to_json (self->laps);

  json_object_set_string_member (json_node_get_object (node), "type", "laps");
  return json_to_string (node, FALSE);
}

/**
 * pb_lap_book_push:
 * @schema: layout of @row
 * @full_schema_id: of the simulator's own, of which it may be a part
 * @row: one row
 * @running_time: its time
 *
 * From the thread of the ingest graph, in the order of the rows.
 */
void
pb_lap_book_push (PbLapBook *self, GstPitboxSchema *schema,
    guint32 full_schema_id, GstBuffer *row, GstClockTime running_time)
{
  g_autofree gchar *laps = NULL;
  g_autofree gchar *track = NULL;
  GstMapInfo map;

  if (!gst_buffer_map (row, &map, GST_MAP_READ))
    return;
  if (map.size < gst_pitbox_schema_get_row_bytes (schema)) {
    gst_buffer_unmap (row, &map);
    return;
  }
  g_mutex_lock (&self->lock);
  set_schema (self, schema, full_schema_id);
  if (pb_laps_push (self->laps, map.data, running_time,
          gst_pitbox_buffer_get_utc (row, NULL))) {
    self->laps_changed = TRUE;
    laps = laps_message (self);
  }
  if (pb_track_push (self->track, map.data, running_time))
    track = g_strdup_printf ("{\"type\":\"track\",\"version\":%u}",
        pb_track_get_version (self->track));
  g_mutex_unlock (&self->lock);
  gst_buffer_unmap (row, &map);
  if (laps)
    pb_live_publish (self->live, "laps", laps);
  if (track)
    pb_live_publish (self->live, "track", track);
}

/**
 * pb_lap_book_set_track:
 * @name: what the session string calls it, with its configuration
 * @north_offset_rad: its TrackNorthOffset
 *
 * Any thread.
 */
void
pb_lap_book_set_track (
    PbLapBook *self, const gchar *name, gdouble north_offset_rad)
{
  g_mutex_lock (&self->lock);
  pb_track_set_name (self->track, name, north_offset_rad);
  g_mutex_unlock (&self->lock);
}

/**
 * pb_lap_book_merge:
 * @found: laps of rows some of which came later
 *
 * See pb_laps_merge(); viewers are told. Any thread.
 */
void
pb_lap_book_merge (PbLapBook *self, const PbLaps *found)
{
  g_autofree gchar *laps = NULL;
  guint n;

  g_mutex_lock (&self->lock);
  n = pb_laps_merge (self->laps, found);
  if (n > 0) {
    /* They are stored where they were found. */
    self->n_taken = MIN (self->n_taken + n, pb_laps_get_n_laps (self->laps));
    laps = laps_message (self);
  }
  g_mutex_unlock (&self->lock);
  if (laps)
    pb_live_publish (self->live, "laps", laps);
}

/**
 * pb_lap_book_is_past:
 * @utc_ms: a time, by the driver's PC
 *
 * See pb_laps_is_past(). Any thread.
 */
gboolean
pb_lap_book_is_past (PbLapBook *self, gint64 utc_ms)
{
  gboolean is_past;

  g_mutex_lock (&self->lock);
  is_past = pb_laps_is_past (self->laps, utc_ms);
  g_mutex_unlock (&self->lock);
  return is_past;
}

/**
 * pb_lap_book_take_laps:
 *
 * Any thread.
 *
 * Returns: (transfer full) (element-type PbLap): laps that are new since the
 *   last call, and the one before them, whose time may have come later
 */
GArray *
pb_lap_book_take_laps (PbLapBook *self)
{
  GArray *laps = g_array_new (FALSE, FALSE, sizeof (PbLap));
  guint n;

  g_mutex_lock (&self->lock);
  n = pb_laps_get_n_laps (self->laps);
  /* Another session began, or the oldest were forgotten. */
  if (n < self->n_taken)
    self->n_taken = 0;
  if (self->laps_changed) {
    for (guint i = self->n_taken > 0 ? self->n_taken - 1 : 0; i < n; i++)
      g_array_append_vals (laps, pb_laps_get_lap (self->laps, i), 1);
    self->n_taken = n;
    self->laps_changed = FALSE;
  }
  g_mutex_unlock (&self->lock);
  return laps;
}

/**
 * pb_lap_book_laps_to_json:
 *
 * Any thread.
 *
 * Returns: (transfer full): see pb_laps_to_json()
 */
JsonNode *
pb_lap_book_laps_to_json (PbLapBook *self)
{
  JsonNode *node;

  g_mutex_lock (&self->lock);
  node = pb_laps_to_json (self->laps);
  g_mutex_unlock (&self->lock);
  return node;
}

/**
 * pb_lap_book_trace_to_json:
 * @lap: number of a lap
 *
 * Any thread.
 *
 * Returns: (transfer full) (nullable): see pb_laps_trace_to_json()
 */
JsonNode *
pb_lap_book_trace_to_json (PbLapBook *self, gint lap)
{
  JsonNode *node;

  g_mutex_lock (&self->lock);
  node = pb_laps_trace_to_json (self->laps, lap);
  g_mutex_unlock (&self->lock);
  return node;
}

/**
 * pb_lap_book_track_to_json:
 *
 * Any thread.
 *
 * Returns: (transfer full): see pb_track_to_json()
 */
JsonNode *
pb_lap_book_track_to_json (PbLapBook *self)
{
  JsonNode *node;

  g_mutex_lock (&self->lock);
  node = pb_track_to_json (self->track);
  g_mutex_unlock (&self->lock);
  return node;
}
