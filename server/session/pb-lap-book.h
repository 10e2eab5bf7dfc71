/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbLapBook: one driver's laps and the track they taught, from rows to
 * whoever asks. */
#pragma once

#include <json-glib/json-glib.h>

#include "analysis/pb-laps.h"
#include "analysis/pb-track.h"
#include "live/pb-live.h"

G_BEGIN_DECLS

/* Thread safe. Rows come from the ingest graph; it tells the viewers of the
 * driver's hub what has changed. */
typedef struct _PbLapBook PbLapBook;

PbLapBook *pb_lap_book_new (PbLive *live);
PbLapBook *pb_lap_book_ref (PbLapBook *book);
void pb_lap_book_unref (PbLapBook *book);
void pb_lap_book_push (PbLapBook *book, GstPitboxSchema *schema,
    guint32 full_schema_id, GstBuffer *row, GstClockTime running_time);
void pb_lap_book_set_track (
    PbLapBook *book, const gchar *name, gdouble north_offset_rad);
void pb_lap_book_merge (PbLapBook *book, const PbLaps *found);
gboolean pb_lap_book_is_past (PbLapBook *book, gint64 utc_ms);
GArray *pb_lap_book_take_laps (PbLapBook *book);

JsonNode *pb_lap_book_laps_to_json (PbLapBook *book);
JsonNode *pb_lap_book_trace_to_json (PbLapBook *book, gint lap);
JsonNode *pb_lap_book_track_to_json (PbLapBook *book);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbLapBook, pb_lap_book_unref)

G_END_DECLS
