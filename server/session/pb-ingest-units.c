/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A demultiplexer, a decoder's element and their thread cost several times what
 * decoding does, and units that come as such need none of them. */
#include "session/pb-ingest-units.h"

#include <gstpitbox/gstpitbox.h>

struct _PbIngestUnits {
  PbIngestRows *rows;
  GstPitboxDecoder *decoder; /* the thread that pushes */
  GstClockTime row_duration; /* likewise */

  GMutex lock; /* protects: */
  GstPitboxDecoderStats stats;
};

/**
 * pb_ingest_units_new:
 * @rows: gets the rows; outlives this
 *
 * Returns: (transfer full): a decoder that waits for a key unit
 */
PbIngestUnits *
pb_ingest_units_new (PbIngestRows *rows)
{
  PbIngestUnits *self = g_new0 (PbIngestUnits, 1);

  self->rows = rows;
  self->decoder = gst_pitbox_decoder_new ();
  g_mutex_init (&self->lock);
  return self;
}

void
pb_ingest_units_free (PbIngestUnits *self)
{
  gst_pitbox_decoder_free (self->decoder);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static void
take_layout (PbIngestUnits *self, const GstPitboxDecoderItem *item)
{
  const GstPitboxUnitKey *key = item->key;
  PbThinning thinning = { 0 };

  pb_thinning_set (&thinning, item->schema, key->full_schema_id,
      key->full_n_vars, key->rate_divisor);
  pb_ingest_rows_set_layout (self->rows, item->schema, &thinning);
}

static void
take_row (
    PbIngestUnits *self, const GstPitboxDecoderItem *item, GstClockTime time)
{
  g_autoptr (GstBuffer) row = gst_buffer_new_memdup (
      item->row, gst_pitbox_schema_get_row_bytes (item->schema));
  const gint64 utc_us = item->times.utc_us;

  GST_BUFFER_OFFSET (row) = item->times.tick;
  /* Microseconds far beyond any date do not fit a clock time. */
  if (utc_us > 0 && utc_us < G_MAXINT64 / (gint64) GST_USECOND)
    gst_pitbox_buffer_set_utc (row, utc_us, item->clock_quality);
  if (item->offset_ns < 0 && (GstClockTime) -item->offset_ns > time)
    time = 0;
  else
    time += (GstClockTime) item->offset_ns;
  pb_ingest_rows_push (self->rows, row, time);
}

/**
 * pb_ingest_units_push:
 * @klv: (array length=size): untrusted units
 * @size: bytes in @klv
 * @running_time: theirs
 *
 * One thread at a time, in stream order. What cannot be read is counted.
 */
void
pb_ingest_units_push (PbIngestUnits *self, const guint8 *klv, gsize size,
    GstClockTime running_time)
{
  GstPitboxDecoderItem item;

  gst_pitbox_decoder_push (self->decoder, klv, size);
  while (gst_pitbox_decoder_next (self->decoder, &item)) {
    if (item.type == GST_PITBOX_DECODER_SCHEMA)
      take_layout (self, &item);
    else if (item.type == GST_PITBOX_DECODER_SESSION)
      pb_ingest_rows_set_text (self->rows, item.session, item.session_update);
    else
      take_row (self, &item, running_time);
  }
  gst_pitbox_decoder_push (self->decoder, NULL, 0);
  g_mutex_lock (&self->lock);
  self->stats = *gst_pitbox_decoder_get_stats (self->decoder);
  g_mutex_unlock (&self->lock);
}

/**
 * pb_ingest_units_get_losses:
 * @lost_rows: (out): see pb_ingest_graph_get_losses(), as the next
 * @rejected_units: (out): those that were damaged or unreadable
 *
 * Any thread.
 */
void
pb_ingest_units_get_losses (
    PbIngestUnits *self, guint64 *lost_rows, guint64 *rejected_units)
{
  g_mutex_lock (&self->lock);
  *lost_rows = self->stats.lost_rows;
  *rejected_units = gst_pitbox_decoder_stats_rejected (&self->stats)
                    - self->stats.rejected_need_key;
  g_mutex_unlock (&self->lock);
}
