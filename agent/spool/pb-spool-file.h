/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A file of the spool: units as they were sent, each message with its time.
 * Pure: no file is opened here. */
#pragma once

#include <gst/gst.h>
#include <gstpitbox/gstpitbox.h>

G_BEGIN_DECLS

#define PB_SPOOL_FILE_SUFFIX ".spool"
/* A file is cut long before; what is longer was not written here. */
#define PB_SPOOL_FILE_MAX_BYTES (32 * 1024 * 1024)

/**
 * PbSpoolRecord:
 * @span: the rows in it
 * @pts: their time by the clock of their run, ns
 * @units: whole units, checked; points into the file's bytes
 * @size: bytes in @units
 */
typedef struct {
  GstPitboxUnitSpan span;
  guint64 pts;
  const guint8 *units;
  gsize size;
} PbSpoolRecord;

/* Over bytes that somebody else keeps; pb_spool_reader_init() sets it up. */
typedef struct {
  const guint8 *data;
  gsize size;
  gsize at;
  GstPitboxUnitCursor cursor;
} PbSpoolReader;

void pb_spool_file_begin (GByteArray *out);
void pb_spool_file_add (
    GByteArray *out, guint64 pts, const guint8 *units, gsize size);
gboolean pb_spool_reader_init (
    PbSpoolReader *reader, const guint8 *data, gsize size);
gboolean pb_spool_reader_next (PbSpoolReader *reader, PbSpoolRecord *record);

void pb_spool_ranges_add (GArray *ranges, guint32 first, guint32 n_rows);
guint64 pb_spool_ranges_count (const GArray *ranges);
gboolean pb_spool_ranges_touch (
    const GArray *ranges, guint32 first, guint32 n_rows);
gboolean pb_spool_ranges_are_missed (const GArray *rows, const GArray *lack);

G_END_DECLS
