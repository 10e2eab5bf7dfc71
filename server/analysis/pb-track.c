/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbTrack: rows in, the outline of the track out. Pure: no threads, no I/O. */
#include "analysis/pb-track.h"

#include <math.h>
#include <string.h>

#include "analysis/pb-place.h"
#include "json/pb-json.h"

/* A sample each half metre at most; the longest track (25 km) needs 50,000. */
#define SAMPLE_M 0.5
#define MAX_SAMPLES 65536
#define POINT_M 4.0
/* A gap in the rows that may be bridged by the mean of both velocities. */
#define MAX_STEP_S 0.25
/* A later lap replaces the outline if it closes this much better. */
#define BETTER 0.6
/* WGS 84. */
#define EARTH_A_M 6378137.0
#define EARTH_E2 0.00669437999014

/* Where the car was: laps since the lap that is learnt began, metres. */
typedef struct {
  gdouble laps;
  gdouble x, y;
} Sample;

struct _PbTrack {
  PbPlaceVars place_vars;
  GstPitboxSchema *schema;
  const GstPitboxVar *lat, *lon;
  const GstPitboxVar *velocity_x, *velocity_y;
  const GstPitboxVar *yaw, *yaw_north;
  const GstPitboxVar *on_pit_road;

  gchar *name;
  gdouble north_offset_rad;

  PbPlace place;
  GstClockTime last_pts;
  gdouble last_east, last_north; /* m/s */
  gdouble lat0, lon0;
  GArray *samples;

  PbTrackPoint points[PB_TRACK_MAX_POINTS];
  guint n_points;
  gdouble length_m;
  gdouble drift; /* how far the ends lay apart, of the length */
  guint version;
};

/**
 * pb_track_new:
 *
 * Returns: (transfer full): nothing learnt yet. One thread at a time may use
 *   it.
 */
PbTrack *
pb_track_new (void)
{
  PbTrack *track = g_new0 (PbTrack, 1);

  track->samples = g_array_new (FALSE, FALSE, sizeof (Sample));
  return track;
}

void
pb_track_free (PbTrack *track)
{
  if (track == NULL)
    return;
  g_clear_pointer (&track->schema, gst_pitbox_schema_unref);
  g_array_unref (track->samples);
  g_free (track->name);
  g_free (track);
}

/* The version goes on counting, so that whoever asks sees the change. */
static void
forget_outline (PbTrack *track)
{
  g_array_set_size (track->samples, 0);
  pb_place_reset (&track->place);
  if (track->n_points > 0)
    track->version++;
  track->n_points = 0;
  track->length_m = 0.0;
}

/**
 * pb_track_set_schema:
 * @track: the track
 * @schema: of the rows to come
 *
 * Keeps the outline: the same track with another car is the same track. The
 * lap that is being learnt starts again.
 */
void
pb_track_set_schema (PbTrack *track, GstPitboxSchema *schema)
{
  gst_pitbox_schema_ref (schema);
  g_clear_pointer (&track->schema, gst_pitbox_schema_unref);
  track->schema = schema;
  pb_place_vars_bind (&track->place_vars, schema);
  track->lat = gst_pitbox_schema_find (schema, "Lat");
  track->lon = gst_pitbox_schema_find (schema, "Lon");
  track->velocity_x = gst_pitbox_schema_find (schema, "VelocityX");
  track->velocity_y = gst_pitbox_schema_find (schema, "VelocityY");
  track->yaw = gst_pitbox_schema_find (schema, "Yaw");
  track->yaw_north = gst_pitbox_schema_find (schema, "YawNorth");
  track->on_pit_road = gst_pitbox_schema_find (schema, "OnPitRoad");
  g_array_set_size (track->samples, 0);
  pb_place_reset (&track->place);
}

/**
 * pb_track_set_name:
 * @track: the track
 * @name: (nullable): what the session string calls it, with its configuration
 * @north_offset_rad: TrackNorthOffset of the session string; 0 if it has none
 *
 * Another name is another track: its outline is forgotten. The offset turns
 * Yaw into a heading where a car has no YawNorth.
 */
void
pb_track_set_name (PbTrack *track, const gchar *name, gdouble north_offset_rad)
{
  if (g_strcmp0 (track->name, name) != 0) {
    if (track->name != NULL)
      forget_outline (track);
    g_free (track->name);
    track->name = g_strdup (name);
  }
  track->north_offset_rad =
      isfinite (north_offset_rad) ? north_offset_rad : 0.0;
}

/* Metres east and north of the first row: the tangent plane of WGS 84, good to
 * millimetres over a track. */
static void
project (PbTrack *track, gdouble lat, gdouble lon, gdouble *x, gdouble *y)
{
  gdouble phi, w;

  if (track->samples->len == 0) {
    track->lat0 = lat;
    track->lon0 = lon;
  }
  phi = track->lat0 * G_PI / 180.0;
  w = 1.0 - EARTH_E2 * sin (phi) * sin (phi);
  *x = (lon - track->lon0) * G_PI / 180.0 * EARTH_A_M / sqrt (w) * cos (phi);
  *y = (lat - track->lat0) * G_PI / 180.0 * EARTH_A_M * (1.0 - EARTH_E2)
       / (w * sqrt (w));
}

/* Velocity over ground. VelocityX points forward, VelocityY to the left;
 * YawNorth = TrackNorthOffset - Yaw, clockwise from north. */
static gboolean
get_velocity (
    const PbTrack *track, const guint8 *row, gdouble *east, gdouble *north)
{
  gdouble vx = gst_pitbox_row_get_newest (row, track->velocity_x);
  gdouble vy = gst_pitbox_row_get_newest (row, track->velocity_y);
  gdouble heading = track->yaw_north != NULL
                        ? gst_pitbox_row_get_newest (row, track->yaw_north)
                        : track->north_offset_rad
                              - gst_pitbox_row_get_newest (row, track->yaw);

  *east = vx * sin (heading) - vy * cos (heading);
  *north = vx * cos (heading) + vy * sin (heading);
  return isfinite (*east) && isfinite (*north) && fabs (*east) < 200
         && fabs (*north) < 200;
}

/* The row's place in metres. Needs the row before for the velocity. */
static gboolean
locate (
    PbTrack *track, const guint8 *row, GstClockTime pts, gdouble *x, gdouble *y)
{
  gdouble lat = gst_pitbox_row_get_newest (row, track->lat);
  gdouble lon = gst_pitbox_row_get_newest (row, track->lon);
  const Sample *last;
  gdouble east, north, dt;

  if (fabs (lat) <= 90.0 && fabs (lon) <= 180.0) {
    project (track, lat, lon, x, y);
    return TRUE;
  }
  if (!get_velocity (track, row, &east, &north))
    return FALSE;
  *x = *y = 0.0;
  if (track->samples->len > 0) {
    dt = (gdouble) GST_CLOCK_DIFF (track->last_pts, pts) / GST_SECOND;
    if (!(dt >= 0.0 && dt <= MAX_STEP_S))
      return FALSE;
    last = &g_array_index (track->samples, Sample, track->samples->len - 1);
    *x = last->x + (track->last_east + east) / 2 * dt;
    *y = last->y + (track->last_north + north) / 2 * dt;
  }
  track->last_east = east;
  track->last_north = north;
  track->last_pts = pts;
  return TRUE;
}

/* Between the samples around it; samples never go back. */
static PbTrackPoint
at_laps (const GArray *samples, gdouble laps, guint *hint)
{
  guint i = *hint;
  const Sample *a, *b;
  gdouble t;

  while (i + 2 < samples->len
         && g_array_index (samples, Sample, i + 1).laps <= laps)
    i++;
  *hint = i;
  a = &g_array_index (samples, Sample, i);
  b = a + 1;
  t = b->laps > a->laps ? (laps - a->laps) / (b->laps - a->laps) : 0.0;
  t = CLAMP (t, 0.0, 1.0);
  return (PbTrackPoint){ a->x + (b->x - a->x) * t, a->y + (b->y - a->y) * t };
}

/* Ends meet: what they are apart is taken back bit by bit along the way. */
static gdouble
close_loop (GArray *samples)
{
  Sample *s = (Sample *) (gpointer) samples->data;
  guint n = samples->len;
  gdouble dx = s[n - 1].x - s[0].x, dy = s[n - 1].y - s[0].y;
  gdouble length = 0.0, way = 0.0;

  for (guint i = 1; i < n; i++)
    length += hypot (s[i].x - s[i - 1].x, s[i].y - s[i - 1].y);
  for (guint i = 1; i < n; i++) {
    gdouble x = s[i].x, y = s[i].y;
    gdouble share;

    /* The step as driven, before the sample behind it was moved. */
    way += hypot (
        x - s[i - 1].x - dx * way / length, y - s[i - 1].y - dy * way / length);
    share = length > 0 ? MIN (way / length, 1.0) : 0.0;
    s[i].x = x - dx * share;
    s[i].y = y - dy * share;
  }
  return length > 0 ? hypot (dx, dy) / length : 1.0;
}

static gdouble
sum_length (const PbTrackPoint *p, guint n)
{
  gdouble sum = 0.0;

  for (guint i = 0; i < n; i++)
    sum += hypot (p[(i + 1) % n].x_m - p[i].x_m, p[(i + 1) % n].y_m - p[i].y_m);
  return sum;
}

/* One whole lap is there, from `start` (a lap fraction) to the same place. */
static gboolean
finish_lap (PbTrack *track, gdouble start)
{
  GArray *samples = track->samples;
  const Sample *s = (const Sample *) (gconstpointer) samples->data;
  gdouble way = 0.0, drift;
  guint hint = 0;
  PbTrackPoint origin;

  for (guint i = 1; i < samples->len; i++)
    way += hypot (s[i].x - s[i - 1].x, s[i].y - s[i - 1].y);
  drift = close_loop (samples);
  if (track->n_points > 0 && drift > track->drift * BETTER)
    return FALSE;
  track->drift = drift;
  track->n_points =
      (guint) CLAMP (way / POINT_M, PB_TRACK_MIN_POINTS, PB_TRACK_MAX_POINTS);
  for (guint k = 0; k < track->n_points; k++) {
    /* In the order of the samples, which begin anywhere on the lap. */
    guint first = (guint) ceil (start * track->n_points);
    guint i = (first + k) % track->n_points;
    gdouble pct = (gdouble) i / track->n_points;

    track->points[i] =
        at_laps (samples, pct >= start ? pct - start : pct - start + 1, &hint);
  }
  origin = track->points[0];
  for (guint i = 0; i < track->n_points; i++) {
    track->points[i].x_m -= origin.x_m;
    track->points[i].y_m -= origin.y_m;
  }
  track->length_m = sum_length (track->points, track->n_points);
  track->version++;
  return TRUE;
}

/* The sample that is exactly one lap after the first. */
static void
cut_to_one_lap (GArray *samples)
{
  Sample *s = (Sample *) (gpointer) samples->data;
  Sample *b = &s[samples->len - 1], *a = b - 1;
  gdouble t = b->laps > a->laps ? (1.0 - a->laps) / (b->laps - a->laps) : 1.0;

  b->x = a->x + (b->x - a->x) * t;
  b->y = a->y + (b->y - a->y) * t;
  b->laps = 1.0;
}

static void
restart (PbTrack *track)
{
  g_array_set_size (track->samples, 0);
}

/* Puts a place at the end; FALSE when the lap cannot be used any more. */
static gboolean
add_sample (PbTrack *track, gdouble laps, gdouble x, gdouble y)
{
  Sample sample = { laps, x, y };
  Sample *last;

  if (track->samples->len == 0) {
    g_array_append_val (track->samples, sample);
    return TRUE;
  }
  last = &g_array_index (track->samples, Sample, track->samples->len - 1);
  if (track->samples->len == MAX_SAMPLES)
    return FALSE;
  /* Integration goes on from the newest place even where it is too near for a
   * sample of its own: then the last one moves along. */
  if (track->samples->len > 1 && laps < 1.0) {
    const Sample *before = last - 1;

    if (hypot (x - before->x, y - before->y) < SAMPLE_M
        || last->laps <= before->laps) {
      *last = sample;
      return TRUE;
    }
  }
  g_array_append_val (track->samples, sample);
  return TRUE;
}

/**
 * pb_track_push:
 * @track: the track, after pb_track_set_schema()
 * @row: one row of the schema
 * @pts: its running time; counts where the rows have no SessionTime
 *
 * Learns from any whole lap off the pit road, wherever it begins; from Lat and
 * Lon where the rows have them, else from the velocity over ground. A tow, a
 * gap or the pits begin the lap again.
 *
 * Returns: whether the outline has changed
 */
gboolean
pb_track_push (PbTrack *track, const guint8 *row, GstClockTime pts)
{
  gdouble x, y, laps = 0.0, start;
  PbMove move;

  if (track->schema == NULL || !GST_CLOCK_TIME_IS_VALID (pts))
    return FALSE;
  pts = pb_place_row_time (&track->place_vars, row, pts);
  if (!GST_CLOCK_TIME_IS_VALID (pts))
    return FALSE;
  /* The simulator's clock has gone back: what comes is of another drive. */
  if (track->place.known && pts < track->place.pts) {
    restart (track);
    pb_place_reset (&track->place);
  }
  move = pb_place_step (&track->place, &track->place_vars, row, pts);
  if (move == PB_MOVE_JUMP || track->place.lost)
    restart (track);
  if (track->place.lost || !track->place.known)
    return FALSE;
  if (gst_pitbox_row_get_newest_int64 (row, track->on_pit_road, 0) != 0) {
    restart (track);
    return FALSE;
  }
  if (track->samples->len > 0)
    laps = g_array_index (track->samples, Sample, track->samples->len - 1).laps
           + track->place.step;
  if (!locate (track, row, pts, &x, &y) || !add_sample (track, laps, x, y)) {
    restart (track);
    return FALSE;
  }
  if (laps < 1.0 || track->samples->len < 3)
    return FALSE;
  cut_to_one_lap (track->samples);
  start = track->place.pct - (laps - 1.0);
  start -= floor (start);
  {
    gboolean changed = finish_lap (track, start);

    restart (track);
    return changed;
  }
}

/* Whether there is an outline. */
gboolean
pb_track_is_complete (const PbTrack *track)
{
  return track->n_points > 0;
}

/* Goes up with each change of the outline; 0 = never had one. */
guint
pb_track_get_version (const PbTrack *track)
{
  return track->version;
}

/* Metres along the outline; 0 without one. */
gdouble
pb_track_get_length_m (const PbTrack *track)
{
  return track->length_m;
}

/* (transfer none): until the next row; *n is 0 without an outline. */
const PbTrackPoint *
pb_track_get_points (const PbTrack *track, guint *n)
{
  *n = track->n_points;
  return track->points;
}

static void
add_number (JsonBuilder *b, const gchar *name, gdouble value, gdouble unit)
{
  pb_json_add_double (b, name, round (value / unit) * unit);
}

/**
 * pb_track_to_json:
 * @track: the track
 *
 * Returns: (transfer full): {track|null, length_m, complete, version, points:
 *   [{pct, x_m, y_m}…]}; x east, y north, origin at pct 0
 */
JsonNode *
pb_track_to_json (const PbTrack *track)
{
  g_autoptr (JsonBuilder) b = json_builder_new ();

  json_builder_begin_object (b);
  json_builder_set_member_name (b, "track");
  if (track->name != NULL)
    json_builder_add_string_value (b, track->name);
  else
    json_builder_add_null_value (b);
  add_number (b, "length_m", track->length_m, 0.01);
  pb_json_add_bool (b, "complete", track->n_points > 0);
  pb_json_add_int (b, "version", track->version);
  json_builder_set_member_name (b, "points");
  json_builder_begin_array (b);
  for (guint i = 0; i < track->n_points; i++) {
    json_builder_begin_object (b);
    pb_json_add_double (b, "pct", (gdouble) i / track->n_points);
    add_number (b, "x_m", track->points[i].x_m, 0.01);
    add_number (b, "y_m", track->points[i].y_m, 0.01);
    json_builder_end_object (b);
  }
  json_builder_end_array (b);
  json_builder_end_object (b);
  return json_builder_get_root (b);
}
