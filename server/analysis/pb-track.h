/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbTrack: rows in, the outline of the track out. Pure: no threads, no I/O. */
#pragma once

#include <gstpitbox/gstpitbox.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* An outline has a point every few metres, within these bounds. */
#define PB_TRACK_MIN_POINTS 400
#define PB_TRACK_MAX_POINTS 1000

/**
 * PbTrackPoint:
 * @x_m: metres east of the start line
 * @y_m: metres north of it
 *
 * Point i of n lies at the lap fraction i / n.
 */
typedef struct {
  gdouble x_m;
  gdouble y_m;
} PbTrackPoint;

typedef struct _PbTrack PbTrack;

PbTrack *pb_track_new (void);
void pb_track_free (PbTrack *track);
void pb_track_set_schema (PbTrack *track, GstPitboxSchema *schema);
void pb_track_set_name (
    PbTrack *track, const gchar *name, gdouble north_offset_rad);
gboolean pb_track_push (PbTrack *track, const guint8 *row, GstClockTime pts);

gboolean pb_track_is_complete (const PbTrack *track);
guint pb_track_get_version (const PbTrack *track);
gdouble pb_track_get_length_m (const PbTrack *track);
const PbTrackPoint *pb_track_get_points (const PbTrack *track, guint *n);
JsonNode *pb_track_to_json (const PbTrack *track);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbTrack, pb_track_free)

G_END_DECLS
