/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbIngestTimes: when a stream's first units came, and by how much they come
 * after their time. */
#pragma once

#include <gst/gst.h>

#include "session/pb-parts.h"

G_BEGIN_DECLS

typedef struct _PbIngestTimes PbIngestTimes;

/* What a stream begins with. */
typedef enum {
  PB_INGEST_ROW,
  PB_INGEST_PICTURE, /* with the key frame it needs */
  PB_INGEST_SESSION_TEXT, /* whole */
} PbIngestFirst;

/**
 * PbIngestStart:
 * @row_ms: first row
 * @picture_ms: first picture with the key frame it needs
 * @session_text_ms: first session string, whole
 *
 * How a stream began: time from the start of the graph until something had
 * come; -1 as long as it has not.
 */
typedef struct {
  gint row_ms;
  gint picture_ms;
  gint session_text_ms;
} PbIngestStart;

PbIngestTimes *pb_ingest_times_new (void);
void pb_ingest_times_free (PbIngestTimes *times);
void pb_ingest_times_note_first (PbIngestTimes *times, PbIngestFirst first);
void pb_ingest_times_note_bytes (
    PbIngestTimes *times, GstClockTime now, gint64 utc_us);
void pb_ingest_times_note_unit (
    PbIngestTimes *times, PbParts part, GstClockTime time);
void pb_ingest_times_note_utc (
    PbIngestTimes *times, gint64 utc_us, GstClockTime time);
gboolean pb_ingest_times_get_utc_lag_us (PbIngestTimes *times, gint64 *lag_us);
gint64 pb_ingest_times_get_lag_us (PbIngestTimes *times, PbParts part);
void pb_ingest_times_get_start (PbIngestTimes *times, PbIngestStart *start);

G_END_DECLS
