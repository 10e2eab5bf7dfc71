/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A closed track: its outline by distance, with heading, curvature and slope. */
#pragma once

#include <glib.h>

#define RS_MAX_SECTORS 6
#define RS_MAX_CORNERS 40

/*
 * What a track is made from. The shipped ones stand in rs-tracks.c; all are
 * invented, and so are the places.
 */
typedef struct {
  const char *name; /* key, as in WeekendInfo:TrackName */
  const char *display_name;
  const char *short_name;
  const char *config_name;
  const char *type; /* as in WeekendInfo:TrackType */
  int id;
  /* Corner points of the driven line in metres: x east, y north, z up. The
   * first is the start/finish line. */
  const double (*points)[3];
  guint n_points;
  /* Radius of the smoothing that turns the polygon into a road. */
  double smooth_m;
  /* From the driven line to either edge of the road, without kerbs. */
  double half_width_m;
  /* Origin of x and y; in the middle of an ocean for the shipped tracks. */
  double latitude_deg, longitude_deg, altitude_m;
  /* Yaw = north_offset - YawNorth. */
  double north_offset_rad;
  /* Pit lane: from its entry cone before the line to its exit cone behind it,
   * measured along the lap from the line, and how far to the right (negative:
   * left) of the driven line. */
  double pit_entry_m, pit_exit_m, pit_side_m;
  double pit_speed_kph;
  double sector_start[RS_MAX_SECTORS];
  guint n_sectors;
} RsTrackSpec;

/* One place on the outline. */
typedef struct {
  double x, y, z;
  double dx, dy; /* of x and y per metre driven */
  double heading; /* rad, clockwise from north, any turn count */
  double curvature; /* 1/m of heading per metre driven, positive = left */
  double grade; /* rise per metre driven */
  double vertical_curvature; /* 1/m, positive in a dip */
} RsTrackPoint;

typedef struct {
  double start_m, apex_m, end_m;
} RsCorner;

/* How far beside the driven line, positive to the left, with its first and
 * second derivative by the distance along the line. */
typedef struct {
  double m, slope, curve;
} RsBeside;

typedef struct {
  const RsTrackSpec *spec;
  double length_m;
  guint n; /* nodes, about one a metre, evenly spaced by distance driven */
  double step_m;
  RsTrackPoint *nodes; /* n + 1, the last is the first one lap later */
  RsCorner corners[RS_MAX_CORNERS];
  guint n_corners;
} RsTrack;

const RsTrackSpec *rs_track_spec (guint index);
const RsTrackSpec *rs_track_spec_find (const char *name);

RsTrack *rs_track_new (const RsTrackSpec *spec);
void rs_track_free (RsTrack *track);
double rs_track_wrap (const RsTrack *track, double s);
void rs_track_at (const RsTrack *track, double s, RsTrackPoint *point);
int rs_track_corner_at (const RsTrack *track, double s);
double rs_track_beside (const RsTrack *track, double s, const RsBeside *beside,
    RsTrackPoint *point);
gboolean rs_track_in_pit_window (const RsTrack *track, double s);
void rs_track_pit_beside (const RsTrack *track, double s, RsBeside *beside);
void rs_track_geodetic (
    const RsTrack *track, double x, double y, double *lat, double *lon);
