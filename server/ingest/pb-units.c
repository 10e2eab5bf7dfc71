/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Every byte is checked, every row numbered; nothing is decoded. */
#include "ingest/pb-units.h"

#include <gstpitbox/gstpitbox.h>
#include <mpegts/mpegts-writer.h>

/* As telemetrytsmux: the clock before the first unit is not negative. */
#define START_TIME (G_GUINT64_CONSTANT (3600) * 90000)
/* A year: keeps times far from overflow. */
#define MAX_PTS (G_GUINT64_CONSTANT (365) * 24 * 3600 * GST_SECOND)
/* The sender's clock is followed within so many units. */
#define FOLLOW 1024

struct _PbUnits {
  PbUnitsPlace place;
  PbUnitsStats stats;
  GstPitboxUnitCursor cursor;
  MpegtsWriter writer;
  gboolean has_begun; /* a unit was taken by this connection */
  gint64 offset_ns; /* of our time to the sender's */
  PbUnitsFilter filter; /* of rows that did not come live, or NULL */
  gpointer user_data;
};

/**
 * pb_units_new:
 * @place: up to where the driver's rows have come
 *
 * Returns: (transfer full): what one connection is read with
 */
PbUnits *
pb_units_new (const PbUnitsPlace *place)
{
  PbUnits *self = g_new0 (PbUnits, 1);

  self->place = *place;
  mpegts_writer_init (&self->writer);
  return self;
}

/**
 * pb_units_new_backfill:
 * @run_id: of all rows
 * @filter: which of them are wanted
 * @user_data: for @filter
 *
 * Rows follow on each other, or begin anew with a key unit.
 *
 * Returns: (transfer full): what rows of one run are read with that did not
 *   come live
 */
PbUnits *
pb_units_new_backfill (guint32 run_id, PbUnitsFilter filter, gpointer user_data)
{
  const PbUnitsPlace place = { FALSE, run_id, 0 };
  PbUnits *self = pb_units_new (&place);

  self->filter = filter;
  self->user_data = user_data;
  return self;
}

void
pb_units_free (PbUnits *self)
{
  g_free (self);
}

static gboolean
parse (PbUnits *self, const guint8 *message, gsize size,
    GstPitboxUnitsHead *head, GstPitboxUnitSpan *span, GError **error)
{
  if (!gst_pitbox_units_head_parse (message, size, head)
      || head->pts > MAX_PTS) {
    g_set_error_literal (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
        "no message of " GST_PITBOX_UNITS_PROTOCOL);
    return FALSE;
  }
  if (size - GST_PITBOX_UNITS_HEAD_BYTES > GST_PITBOX_MAX_UNIT_BYTES) {
    g_set_error_literal (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
        "more than 60,000 bytes of units");
    return FALSE;
  }
  if (!gst_pitbox_unit_cursor_take (&self->cursor,
          message + GST_PITBOX_UNITS_HEAD_BYTES,
          size - GST_PITBOX_UNITS_HEAD_BYTES, span, error))
    return FALSE;
  if (span->run_id == head->run_id && span->sequence == head->sequence)
    return TRUE;
  g_set_error_literal (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
      "the head numbers other rows than the units");
  return FALSE;
}

/* By their numbers: new, known, or neither. */
static PbUnitsResult
place_rows (PbUnits *self, const GstPitboxUnitSpan *span, GError **error)
{
  const gboolean same =
      self->place.is_known && self->place.run_id == span->run_id;
  const gint32 ahead = (gint32) (span->sequence - self->place.next);

  if (same && ahead < 0 && ahead + (gint32) span->n_rows <= 0) {
    self->stats.duplicate_rows += span->n_rows;
    return PB_UNITS_DUPLICATE;
  }
  if (same && ahead < 0) {
    g_set_error_literal (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
        "some of these rows came before and some did not");
    return PB_UNITS_BAD;
  }
  if (!self->has_begun && !span->begins_with_key) {
    g_set_error_literal (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
        "the first new rows of a connection must begin with a key unit");
    return PB_UNITS_BAD;
  }
  if (same)
    self->stats.missing_rows += (guint32) ahead;
  self->stats.units += span->n_units;
  self->stats.rows += span->n_rows;
  self->place =
      (PbUnitsPlace){ TRUE, span->run_id, span->sequence + span->n_rows };
  return PB_UNITS_TAKEN;
}

static PbUnitsResult
place_old_rows (PbUnits *self, const GstPitboxUnitSpan *span, GError **error)
{
  const gboolean follow = self->has_begun && self->place.next == span->sequence;
  PbUnitsResult result = PB_UNITS_BAD;

  if (self->place.run_id == span->run_id)
    result = self->filter (span->sequence, span->n_rows, self->user_data);
  if (result == PB_UNITS_DUPLICATE) {
    self->stats.duplicate_rows += span->n_rows;
  } else if (result == PB_UNITS_BAD) {
    g_set_error_literal (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
        "some of these rows are not missing here, or of another run");
  } else if (!follow && !span->begins_with_key) {
    g_set_error_literal (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
        "rows that do not follow on those before must begin with a key unit");
    result = PB_UNITS_BAD;
  } else {
    self->stats.units += span->n_units;
    self->stats.rows += span->n_rows;
    self->place =
        (PbUnitsPlace){ TRUE, span->run_id, span->sequence + span->n_rows };
  }
  return result;
}

/* What waited at the sender has its own time, not that of its arrival. Never
 * later than now. */
static guint64
make_time (PbUnits *self, const GstPitboxUnitsHead *head, guint64 now_ns)
{
  const gint64 there =
      (gint64) now_ns - (gint64) head->age_us * 1000 - (gint64) head->pts;
  gint64 time;

  if (!self->has_begun || there < self->offset_ns)
    self->offset_ns = there;
  else
    self->offset_ns += (there - self->offset_ns) / FOLLOW;
  time = (gint64) head->pts + self->offset_ns;
  return (guint64) CLAMP (time, 0, (gint64) now_ns);
}

/**
 * pb_units_take:
 * @units: a connection's
 * @message: (array length=size): an untrusted binary message
 * @size: bytes in @message
 * @now_ns: running time
 * @ts: gets MPEG-TS packets if it is taken
 * @time_ns: (out): their running time
 * @n_units: (out): units in it
 * @error: set for %PB_UNITS_BAD, in words
 *
 * Returns: what became of it
 */
PbUnitsResult
pb_units_take (PbUnits *self, const guint8 *message, gsize size, guint64 now_ns,
    GByteArray *ts, guint64 *time_ns, guint *n_units, GError **error)
{
  GstPitboxUnitsHead head;
  GstPitboxUnitSpan span = { 0 };
  PbUnitsResult result;

  *time_ns = now_ns;
  *n_units = 0;
  if (!parse (self, message, size, &head, &span, error))
    return PB_UNITS_BAD;
  *n_units = span.n_units;
  result = self->filter ? place_old_rows (self, &span, error)
                        : place_rows (self, &span, error);
  if (result != PB_UNITS_TAKEN)
    return result;
  *time_ns = make_time (self, &head, now_ns);
  self->has_begun = TRUE;
  /* Whoever begins at a key unit needs the tables before it. */
  if (span.begins_with_key)
    mpegts_writer_want_tables (&self->writer);
  mpegts_writer_put (&self->writer, ts,
      START_TIME + gst_util_uint64_scale (head.pts, 90000, GST_SECOND),
      message + GST_PITBOX_UNITS_HEAD_BYTES,
      size - GST_PITBOX_UNITS_HEAD_BYTES);
  return PB_UNITS_TAKEN;
}

/**
 * pb_units_get_place:
 *
 * Returns: (transfer none): up to where rows have come now
 */
const PbUnitsPlace *
pb_units_get_place (const PbUnits *self)
{
  return &self->place;
}

/**
 * pb_units_get_stats:
 *
 * Returns: (transfer none): what this connection brought
 */
const PbUnitsStats *
pb_units_get_stats (const PbUnits *self)
{
  return &self->stats;
}
