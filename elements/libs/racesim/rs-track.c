/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A closed track: its outline by distance, with heading, curvature and slope. */
#include "rs-track.h"

#include <math.h>

/* A bend counts as a corner where its radius is below this. */
#define CORNER_RADIUS_M 200.0
/* Two bends with less straight between them are one corner. */
#define CORNER_GAP_M 25.0
/* Points a spline segment is cut into: 2 m where points are 100 m apart. */
#define SPLINE_STEPS 50

typedef struct {
  guint n;
  double *v[3];
} Line;

static void
line_alloc (Line *line, guint n)
{
  line->n = n;
  for (guint k = 0; k < 3; k++)
    line->v[k] = g_new (double, n + 1);
}

static void
line_clear (Line *line)
{
  for (guint k = 0; k < 3; k++)
    g_free (line->v[k]);
}

static double
line_gap (const Line *line, guint i)
{
  const guint j = (i + 1) % line->n;
  double sum = 0;

  for (guint k = 0; k < 3; k++) {
    const double d = line->v[k][j] - line->v[k][i];
    sum += d * d;
  }
  return sqrt (sum);
}

/*
 * Makes out of a closed polygon one with evenly spaced points, about step_m
 * apart along it. Returns its length in metres.
 */
static double
line_resample (const Line *in, Line *out, double step_m)
{
  double length = 0;
  double done = 0;
  guint from = 0;
  double gap;

  for (guint i = 0; i < in->n; i++)
    length += line_gap (in, i);
  line_alloc (out, (guint) lround (length / step_m));
  gap = line_gap (in, 0);
  for (guint i = 0; i < out->n; i++) {
    const double want = length * i / out->n;
    double t;

    while (done + gap < want && from + 1 < in->n) {
      done += gap;
      gap = line_gap (in, ++from);
    }
    t = (want - done) / gap;
    for (guint k = 0; k < 3; k++)
      out->v[k][i] =
          in->v[k][from] + t * (in->v[k][(from + 1) % in->n] - in->v[k][from]);
  }
  return length;
}

/*
 * Makes a road out of the given points: the closed uniform cubic B-spline over
 * them, which keeps inside of the corners and has continuous curvature.
 */
static void
line_spline (const RsTrackSpec *spec, Line *out)
{
  line_alloc (out, spec->n_points * SPLINE_STEPS);
  for (guint i = 0; i < out->n; i++) {
    const guint from = i / SPLINE_STEPS + spec->n_points - 1;
    const double t = (double) (i % SPLINE_STEPS) / SPLINE_STEPS;
    const double w[4] = {
      (1 - t) * (1 - t) * (1 - t) / 6,
      (3 * t * t * t - 6 * t * t + 4) / 6,
      (-3 * t * t * t + 3 * t * t + 3 * t + 1) / 6,
      t * t * t / 6,
    };

    for (guint k = 0; k < 3; k++) {
      out->v[k][i] = 0;
      for (guint j = 0; j < 4; j++)
        out->v[k][i] += w[j] * spec->points[(from + j) % spec->n_points][k];
    }
  }
}

/* Moving average over 2 * half + 1 points of a closed curve, in place. */
static void
box_smooth (double *v, guint n, guint half)
{
  g_autofree double *old = g_memdup2 (v, sizeof *v * n);
  double sum = 0;

  for (guint i = 0; i <= 2 * half; i++)
    sum += old[(i + n - half) % n];
  for (guint i = 0; i < n; i++) {
    v[i] = sum / (2 * half + 1);
    sum += old[(i + half + 1) % n] - old[(i + n - half) % n];
  }
}

/* Four box filters are close to a Gaussian and leave curvature smooth. */
static void
line_smooth (Line *line, guint half, guint half_z)
{
  for (guint pass = 0; pass < 4; pass++) {
    box_smooth (line->v[0], line->n, half);
    box_smooth (line->v[1], line->n, half);
    box_smooth (line->v[2], line->n, half_z);
  }
}

static double
unturn (double angle)
{
  return angle - 2 * G_PI * floor (angle / (2 * G_PI) + 0.5);
}

/*
 * Heading, slope and both curvatures as central differences over nodes two
 * metres apart: what a car that follows the nodes would measure.
 */
static void
differentiate (RsTrack *track)
{
  const guint n = track->n;
  RsTrackPoint *p = track->nodes;

  for (guint i = 0; i < n; i++) {
    const RsTrackPoint *a = &p[(i + n - 1) % n];
    const RsTrackPoint *b = &p[(i + 1) % n];
    const double heading = atan2 (b->x - a->x, b->y - a->y);

    p[i].heading = i == 0
                       ? heading
                       : p[i - 1].heading + unturn (heading - p[i - 1].heading);
    p[i].dx = (b->x - a->x) / (2 * track->step_m);
    p[i].dy = (b->y - a->y) / (2 * track->step_m);
    p[i].grade = (b->z - a->z) / (2 * track->step_m);
  }
  for (guint i = 0; i < n; i++) {
    const RsTrackPoint *a = &p[(i + n - 1) % n];
    const RsTrackPoint *b = &p[(i + 1) % n];

    /* Heading is clockwise and curvature positive to the left. */
    p[i].curvature = -unturn (b->heading - a->heading) / (2 * track->step_m);
    p[i].vertical_curvature = (b->grade - a->grade) / (2 * track->step_m);
  }
  p[n] = p[0];
  p[n].heading = p[n - 1].heading + unturn (p[0].heading - p[n - 1].heading);
}

static void
find_corners (RsTrack *track)
{
  RsCorner *corner = NULL;

  for (guint i = 0; i < track->n; i++) {
    const double k = track->nodes[i].curvature;
    const double s = i * track->step_m;

    if (fabs (k) < 1 / CORNER_RADIUS_M)
      continue;
    if (corner == NULL || s - corner->end_m > CORNER_GAP_M
        || k
                   * track->nodes[(guint) (corner->end_m / track->step_m + 0.5)]
                         .curvature
               < 0) {
      if (track->n_corners == RS_MAX_CORNERS)
        break;
      corner = &track->corners[track->n_corners++];
      corner->start_m = corner->apex_m = s;
    }
    corner->end_m = s;
    if (fabs (k)
        > fabs (track->nodes[(guint) (corner->apex_m / track->step_m + 0.5)]
                    .curvature))
      corner->apex_m = s;
  }
}

/* Returns a new track; never fails, since specifications are our own. */
RsTrack *
rs_track_new (const RsTrackSpec *spec)
{
  RsTrack *track = g_new0 (RsTrack, 1);
  Line points, rough, even;

  line_spline (spec, &points);
  line_resample (&points, &rough, 0.5);
  line_smooth (&rough, (guint) spec->smooth_m, (guint) spec->smooth_m * 3);
  track->spec = spec;
  line_resample (&rough, &even, 1.0);
  track->n = even.n;
  track->nodes = g_new0 (RsTrackPoint, even.n + 1);
  for (guint i = 0; i < even.n; i++) {
    track->nodes[i].x = even.v[0][i];
    track->nodes[i].y = even.v[1][i];
    track->nodes[i].z = even.v[2][i];
    track->length_m += line_gap (&even, i);
  }
  track->step_m = track->length_m / even.n;
  differentiate (track);
  find_corners (track);
  line_clear (&points);
  line_clear (&rough);
  line_clear (&even);
  return track;
}

void
rs_track_free (RsTrack *track)
{
  if (track == NULL)
    return;
  g_free (track->nodes);
  g_free (track);
}

/* Returns s moved by whole laps into [0, length). */
double
rs_track_wrap (const RsTrack *track, double s)
{
  double w;

  if (s >= 0 && s < track->length_m)
    return s;
  w = s - track->length_m * floor (s / track->length_m);
  return w < track->length_m ? w : 0.0;
}

/*
 * Cubic between two nodes with the slopes known there, so that the course of a
 * car that is followed closely turns without steps. t: 0 .. 1.
 */
static double
hermite (double a, double b, double slope_a, double slope_b, double t)
{
  const double u = 1 - t;

  return u * u * ((1 + 2 * t) * a + t * slope_a)
         + t * t * ((3 - 2 * t) * b - u * slope_b);
}

/* The place s metres after the line; s may be any number. */
void
rs_track_at (const RsTrack *track, double s, RsTrackPoint *point)
{
  const double node = rs_track_wrap (track, s) / track->step_m;
  const guint i = MIN ((guint) node, track->n - 1);
  const double t = node - i;
  const RsTrackPoint *a = &track->nodes[i];
  const RsTrackPoint *b = a + 1;

#define MIX(m) point->m = a->m + t * (b->m - a->m)
  point->x =
      hermite (a->x, b->x, a->dx * track->step_m, b->dx * track->step_m, t);
  point->y =
      hermite (a->y, b->y, a->dy * track->step_m, b->dy * track->step_m, t);
  MIX (dx);
  MIX (dy);
  MIX (z);
  MIX (heading);
  MIX (curvature);
  MIX (grade);
  MIX (vertical_curvature);
#undef MIX
}

/* Returns the corner at or next after s: 0 .. n_corners - 1; -1 without any. */
int
rs_track_corner_at (const RsTrack *track, double s)
{
  s = rs_track_wrap (track, s);
  for (guint i = 0; i < track->n_corners; i++)
    if (s <= track->corners[i].end_m)
      return (int) i;
  return track->n_corners > 0 ? 0 : -1;
}

/* Distance from the pit entry cone, or a negative number outside the lane. */
static double
pit_progress (const RsTrack *track, double s)
{
  const double from = rs_track_wrap (track, s + track->spec->pit_entry_m);

  return from <= track->spec->pit_entry_m + track->spec->pit_exit_m ? from : -1;
}

/* Whether s lies between the pit cones. */
gboolean
rs_track_in_pit_window (const RsTrack *track, double s)
{
  return pit_progress (track, s) >= 0;
}

/*
 * How far to the right of the driven line the pit lane runs at s, in metres:
 * 0 outside of it, with ramps of at most 80 m that begin and end smoothly.
 */
static double
pit_offset (const RsTrack *track, double s)
{
  const double total = track->spec->pit_entry_m + track->spec->pit_exit_m;
  const double ramp = MIN (80.0, total / 4);
  const double at = pit_progress (track, s);
  double t;

  if (at < 0)
    return 0;
  t = CLAMP (MIN (at, total - at) / ramp, 0.0, 1.0);
  return track->spec->pit_side_m * t * t * t * (t * (6 * t - 15) + 10);
}

/* Where the pit lane runs beside the driven line at s. */
void
rs_track_pit_beside (const RsTrack *track, double s, RsBeside *beside)
{
  const double h = 0.5;
  const double before = pit_offset (track, s - h);
  const double here = pit_offset (track, s);
  const double after = pit_offset (track, s + h);

  beside->m = -here;
  beside->slope = -(after - before) / (2 * h);
  beside->curve = -(after - 2 * here + before) / (h * h);
}

/*
 * The place beside s on a path with that distance, slope and curve. Returns
 * the metres driven there per metre of s.
 */
double
rs_track_beside (
    const RsTrack *track, double s, const RsBeside *beside, RsTrackPoint *point)
{
  double along, scale, heading;

  rs_track_at (track, s, point);
  heading = point->heading;
  along = 1 - point->curvature * beside->m;
  scale = sqrt (along * along + beside->slope * beside->slope);
  point->x -= beside->m * cos (heading);
  point->y += beside->m * sin (heading);
  point->heading -= atan2 (beside->slope, along);
  point->curvature = (along * (point->curvature * along + beside->curve)
                         + 2 * point->curvature * beside->slope * beside->slope)
                     / (scale * scale * scale);
  point->grade /= scale;
  return scale;
}

/*
 * Degrees of a place x east and y north of the track's origin: local radii of
 * curvature of the WGS84 ellipsoid, good to a millimetre over a few km.
 */
void
rs_track_geodetic (
    const RsTrack *track, double x, double y, double *lat, double *lon)
{
  const double a = 6378137.0, e2 = 6.69437999014e-3;
  const double phi = track->spec->latitude_deg * G_PI / 180;
  const double w2 = 1 - e2 * sin (phi) * sin (phi);
  const double meridian = a * (1 - e2) / (w2 * sqrt (w2));
  const double normal = a / sqrt (w2);

  *lat = track->spec->latitude_deg + y / meridian * 180 / G_PI;
  *lon = track->spec->longitude_deg + x / (normal * cos (phi)) * 180 / G_PI;
}
