/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Reads segments again, decodes their telemetry, and keeps of it the rows and
 * variables that are asked for. */
#include "recording/pb-row-reader.h"

#include <gio/gio.h>
#include <gstpitbox/gstpitbox.h>
#include <math.h>
#include <mpegts/mpegts-parser.h>

#include "recording/pb-segment-file.h"

#define READ_BYTES 65536
/* Segments of ten minutes in ten seconds each, of some connections. */
#define MAX_PLACES 1000
/* Of files: two minutes with a picture of 4 Mbit/s, ten with none. Behind that
 * an answer ends as soon as it can. */
#define MAX_BYTES (64 * 1024 * 1024)
/* Of files that begin with what is asked for: two segments as large as they get
 * of two connections. More is of a sender who says of hours that they were the
 * same moment. */
#define MOST_BYTES (G_GUINT64_CONSTANT (1024) * 1024 * 1024)
/* 60 a second for ten minutes are 36,000; a sender that is no simulator. */
#define MAX_ROWS 100000
/* About 1 MB of JSON. */
#define MAX_VALUES 100000
/* The index has a line a second, with the time of a row near it. */
#define SLACK_US (2 * G_USEC_PER_SEC)

/* One session. */
typedef struct {
  MpegtsParser *parser;
  GByteArray *unit; /* as far as it has come */
  GstPitboxDecoder *decoder;
  const GstPitboxVar *vars[PB_ROWS_MAX_FIELDS]; /* of the layout now, or NULL */
  guint next; /* segment that follows on those that were read */
  gboolean is_backfill;
} Source;

typedef struct {
  const PbRowsQuery *query;
  PbRows *rows;
  guint64 bytes;
  gint64 left_out_us; /* the earliest row that had no room; 0 = none */
  Source *source; /* that is read now */
} Reading;

static void
source_free (gpointer data)
{
  Source *self = data;

  mpegts_parser_free (self->parser);
  g_byte_array_unref (self->unit);
  gst_pitbox_decoder_free (self->decoder);
  g_free (self);
}

static Source *
source_new (const PbRowPlace *place)
{
  Source *self = g_new0 (Source, 1);

  self->parser = mpegts_parser_new ();
  self->unit = g_byte_array_new ();
  self->decoder = gst_pitbox_decoder_new ();
  self->is_backfill = place->is_backfill;
  return self;
}

static void
take_layout (Reading *self, GstPitboxSchema *schema)
{
  for (guint i = 0; self->query->fields[i]; i++)
    self->source->vars[i] =
        gst_pitbox_schema_find (schema, self->query->fields[i]);
}

static void
take_row (Reading *self, const GstPitboxDecoderItem *item)
{
  const PbRowsQuery *query = self->query;
  PbRows *rows = self->rows;
  const PbRowsRow row = {
    .utc_us = item->times.utc_us,
    .tick = item->times.tick,
    .run_id = item->key->run_id,
    .divisor = MAX (item->key->rate_divisor, 1),
    .is_backfill = self->source->is_backfill,
    .at = rows->rows->len,
  };

  if (row.utc_us < query->from_utc_us || row.utc_us >= query->to_utc_us)
    return;
  if (rows->rows->len >= MAX_ROWS) {
    if (self->left_out_us == 0 || row.utc_us < self->left_out_us)
      self->left_out_us = row.utc_us;
    return;
  }
  g_array_append_val (rows->rows, row);
  for (guint i = 0; i < rows->n_fields; i++) {
    const GstPitboxVar *var = self->source->vars[i];
    const gdouble value =
        var ? gst_pitbox_row_get_newest (item->row, var) : NAN;

    g_array_append_val (rows->values, value);
  }
}

static void
end_unit (Reading *self)
{
  Source *source = self->source;
  GstPitboxDecoderItem item;

  if (source->unit->len == 0)
    return;
  gst_pitbox_decoder_push (
      source->decoder, source->unit->data, source->unit->len);
  while (gst_pitbox_decoder_next (source->decoder, &item)) {
    if (item.type == GST_PITBOX_DECODER_SCHEMA)
      take_layout (self, item.schema);
    else if (item.type == GST_PITBOX_DECODER_ROW)
      take_row (self, &item);
  }
  gst_pitbox_decoder_push (source->decoder, NULL, 0);
  g_byte_array_set_size (source->unit, 0);
}

static void
take_packet (const guint8 *data, gsize size, const MpegtsPacket *packet,
    gpointer user_data)
{
  Reading *self = user_data;
  GByteArray *unit = self->source->unit;

  if (packet->kind != MPEGTS_KLV)
    return;
  if (packet->starts_unit)
    end_unit (self);
  if (packet->payload
      && unit->len + packet->payload_bytes <= 2 * GST_PITBOX_MAX_UNIT_BYTES)
    g_byte_array_append (unit, packet->payload, (guint) packet->payload_bytes);
}

static gboolean
may_read (Reading *self, GFileInputStream *in, GError **error)
{
  g_autoptr (GFileInfo) info = g_file_input_stream_query_info (
      in, G_FILE_ATTRIBUTE_STANDARD_SIZE, NULL, error);

  if (!info)
    return FALSE;
  if (self->bytes + (guint64) g_file_info_get_size (info) <= MOST_BYTES)
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE,
      "more is recorded of one moment than can be read");
  return FALSE;
}

/* Of one that is not there any more nobody has the rows; what is there and
 * cannot be read is no answer. */
static gboolean
read_segment (Reading *self, const gchar *folder, guint n, GError **error)
{
  g_autofree gchar *path = pb_segment_file_dup_path (folder, n);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) failure = NULL;
  g_autoptr (GFileInputStream) in = g_file_read (file, NULL, &failure);
  g_autofree guint8 *buffer = g_malloc (READ_BYTES);
  const gboolean may = in && may_read (self, in, &failure);
  gssize got = 0;

  while (may
         && (got = g_input_stream_read (
                 G_INPUT_STREAM (in), buffer, READ_BYTES, NULL, &failure))
                > 0) {
    mpegts_parser_push (
        self->source->parser, buffer, (gsize) got, take_packet, self);
    self->bytes += (guint64) got;
  }
  self->source->next = n + 1;
  if (!failure || g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_prefixed_error (
      error, g_steal_pointer (&failure), "reading a recording: ");
  return FALSE;
}

/* A unit that ends with the file has its last bytes in the next one. */
static gboolean
read_place (Reading *self, GHashTable *sources, const gchar *folder,
    const PbRowPlace *place, gboolean is_last, GError **error)
{
  Source *source = g_hash_table_lookup (sources, place->session);

  if (!source || source->next != place->segment) {
    source = source_new (place);
    g_hash_table_replace (sources, g_strdup (place->session), source);
    self->source = source;
    /* Its rows may need a key unit of the one before. */
    if (place->segment > 0
        && !read_segment (self, folder, place->segment - 1, error))
      return FALSE;
  }
  self->source = source;
  if (!read_segment (self, folder, place->segment, error))
    return FALSE;
  if (is_last) {
    mpegts_parser_flush (source->parser, take_packet, self);
    end_unit (self);
  }
  return TRUE;
}

/* Whether another segment of that session is read after this one. */
static gboolean
is_last_of_session (const GPtrArray *places, guint at)
{
  const PbRowPlace *place = places->pdata[at];

  for (guint i = at + 1; i < places->len; i++) {
    const PbRowPlace *later = places->pdata[i];

    if (g_str_equal (later->session, place->session))
      return later->segment != place->segment + 1;
  }
  return TRUE;
}

/* Answers tell milliseconds. */
static gint64
floor_ms (gint64 utc_us)
{
  return utc_us - utc_us % 1000;
}

/* Whatever else is cut: the question is not asked again as it was. */
static void
cut (Reading *self, gint64 end_us)
{
  PbRows *rows = self->rows;
  guint n = 0;

  end_us = MAX (floor_ms (end_us), floor_ms (self->query->from_utc_us) + 1000);
  for (guint i = 0; i < rows->rows->len; i++)
    if (g_array_index (rows->rows, PbRowsRow, i).utc_us < end_us)
      g_array_index (rows->rows, PbRowsRow, n++) =
          g_array_index (rows->rows, PbRowsRow, i);
  g_array_set_size (rows->rows, n);
  rows->next_utc_us = end_us;
}

/* By when they begin: where it is enough, all before that is complete. */
static gboolean
read_places (Reading *self, const gchar *recordings, const gchar *driver,
    GPtrArray *places, GError **error)
{
  g_autoptr (GHashTable) sources =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, source_free);

  for (guint i = 0; i < places->len; i++) {
    const PbRowPlace *place = places->pdata[i];
    g_autofree gchar *folder =
        g_build_filename (recordings, driver, place->session, NULL);
    const gint64 begins_us = place->start_utc_us - SLACK_US;

    if (floor_ms (begins_us) > self->query->from_utc_us
        && (self->bytes >= MAX_BYTES || self->rows->rows->len >= MAX_ROWS)) {
      cut (self, begins_us);
      return TRUE;
    }
    if (!read_place (self, sources, folder, place,
            is_last_of_session (places, i), error))
      return FALSE;
  }
  return TRUE;
}

/**
 * pb_row_reader_read:
 * @store: says which segments have rows
 * @recordings: folder of all recordings
 * @driver: whose
 * @query: what is asked for
 *
 * Reads and decodes tens of megabytes at most: for a thread that may wait. Any
 * thread.
 *
 * Returns: (transfer full): the rows, or %NULL with @error set
 */
PbRows *
pb_row_reader_read (PbStore *store, const gchar *recordings,
    const gchar *driver, const PbRowsQuery *query, GError **error)
{
  g_autoptr (GPtrArray) places =
      pb_store_list_row_places (store, driver, query->from_utc_us - SLACK_US,
          query->to_utc_us + SLACK_US, query->kinds, MAX_PLACES, error);
  Reading reading = { .query = query };
  g_autoptr (PbRows) rows = NULL;

  if (!places)
    return NULL;
  rows = g_new0 (PbRows, 1);
  rows->n_fields = g_strv_length (query->fields);
  rows->rows = g_array_new (FALSE, FALSE, sizeof (PbRowsRow));
  rows->values = g_array_new (FALSE, FALSE, sizeof (gdouble));
  reading.rows = rows;
  if (!read_places (&reading, recordings, driver, places, error))
    return NULL;
  if (places->len == MAX_PLACES && rows->next_utc_us == 0) {
    const PbRowPlace *last = places->pdata[places->len - 1];

    cut (&reading, last->start_utc_us - SLACK_US);
  }
  if (reading.left_out_us != 0
      && (rows->next_utc_us == 0 || reading.left_out_us < rows->next_utc_us))
    cut (&reading, reading.left_out_us);
  pb_rows_put_in_order (rows, query->step, MAX_VALUES);
  return g_steal_pointer (&rows);
}
