/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Whole messages go as they are; where the missing rows begin or end within a
 * message, or behind its key unit, they are coded anew up to the next one. */
#include "spool/pb-spool-rows.h"

typedef struct {
  const GArray *wanted; /* of GstPitboxRowRange */
  guint at; /* the first of them that is not over */
  GPtrArray *messages;
  GPtrArray *since_key; /* of GBytes: messages from the last key unit on */
  GArray *heads; /* of PbSpoolRecord, of those */
  GstPitboxRekey *rekey; /* up to the next key unit, or NULL */
} Reading;

/**
 * pb_spool_message_free:
 * @message: (transfer full): a message
 */
void
pb_spool_message_free (PbSpoolMessage *message)
{
  g_bytes_unref (message->units);
  g_free (message);
}

static void
add (Reading *r, GBytes *units, guint32 sequence, guint n_rows, guint64 pts)
{
  PbSpoolMessage *message = g_new (PbSpoolMessage, 1);

  message->units = g_bytes_ref (units);
  message->sequence = sequence;
  message->n_rows = n_rows;
  message->pts = pts;
  g_ptr_array_add (r->messages, message);
}

static GBytes *
buffer_to_bytes (GstBuffer *buffer)
{
  const gsize size = gst_buffer_get_size (buffer);
  guint8 *data = g_malloc (size);

  gst_buffer_extract (buffer, 0, data, size);
  return g_bytes_new_take (data, size);
}

/* Its rows that are wanted, one a message. */
static void
add_rows (Reading *r, GBytes *units, const PbSpoolRecord *record)
{
  const GstPitboxUnitSpan *span = &record->span;
  g_autoptr (GPtrArray) rows = gst_pitbox_rekey_take (
      r->rekey, units, span->sequence, span->n_rows, record->pts);

  for (guint i = 0; rows != NULL && i < rows->len; i++) {
    GstBuffer *row = rows->pdata[i];
    const guint32 n = span->sequence + span->n_rows - rows->len + i;
    g_autoptr (GBytes) bytes = buffer_to_bytes (row);

    if (pb_spool_ranges_touch (r->wanted, n, 1))
      add (r, bytes, n, 1, GST_BUFFER_PTS (row));
    else
      break; /* what follows on a gap is asked for again */
  }
}

/* From @first on, which is in the newest message. */
static void
begin_rekey (Reading *r, guint32 run_id, guint32 first)
{
  g_clear_pointer (&r->rekey, gst_pitbox_rekey_free);
  r->rekey = gst_pitbox_rekey_new (run_id, first);
  for (guint i = 0; i < r->heads->len; i++)
    add_rows (
        r, r->since_key->pdata[i], &g_array_index (r->heads, PbSpoolRecord, i));
}

static const GstPitboxRowRange *
find_wanted (Reading *r, const GstPitboxUnitSpan *span)
{
  const guint64 end = (guint64) span->sequence + span->n_rows;
  const GstPitboxRowRange *range;

  while (r->at < r->wanted->len) {
    range = &g_array_index (r->wanted, GstPitboxRowRange, r->at);
    if ((guint64) range->first + range->n_rows > span->sequence)
      return range->first < end ? range : NULL;
    r->at++;
  }
  return NULL;
}

static void
take (Reading *r, const PbSpoolRecord *record)
{
  const GstPitboxUnitSpan *span = &record->span;
  const GstPitboxRowRange *range = find_wanted (r, span);
  const PbSpoolMessage *last =
      r->messages->len > 0 ? r->messages->pdata[r->messages->len - 1] : NULL;
  const gboolean follows =
      last != NULL && last->sequence + last->n_rows == span->sequence;
  g_autoptr (GBytes) units = g_bytes_new (record->units, record->size);
  gboolean whole;

  if (span->begins_with_key) {
    g_clear_pointer (&r->rekey, gst_pitbox_rekey_free);
    g_ptr_array_set_size (r->since_key, 0);
    g_array_set_size (r->heads, 0);
  }
  g_ptr_array_add (r->since_key, g_bytes_ref (units));
  g_array_append_val (r->heads, *record);
  if (range == NULL) {
    g_clear_pointer (&r->rekey, gst_pitbox_rekey_free);
    return;
  }
  whole = range->first <= span->sequence
          && (guint64) range->first + range->n_rows
                 >= (guint64) span->sequence + span->n_rows;
  if (whole && r->rekey == NULL && (follows || span->begins_with_key))
    add (r, units, span->sequence, span->n_rows, record->pts);
  else if (r->rekey != NULL && follows && range->first <= span->sequence)
    add_rows (r, units, record);
  else
    begin_rekey (r, span->run_id, MAX (range->first, span->sequence));
}

/**
 * pb_spool_rows_read:
 * @data: (array length=size): untrusted bytes of a file
 * @size: bytes in @data
 * @wanted: (element-type GstPitboxRowRange): rows of its run, ascending
 *
 * Returns: (transfer full) (element-type PbSpoolMessage): those of @wanted that
 *   are in the file, in their order; what does not follow on the message before
 *   begins with a key unit
 */
GPtrArray *
pb_spool_rows_read (const guint8 *data, gsize size, const GArray *wanted)
{
  PbSpoolReader reader;
  PbSpoolRecord record;
  Reading r = { .wanted = wanted };

  r.messages =
      g_ptr_array_new_with_free_func ((GDestroyNotify) pb_spool_message_free);
  r.since_key = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  r.heads = g_array_new (FALSE, FALSE, sizeof (PbSpoolRecord));
  if (pb_spool_reader_init (&reader, data, size))
    while (pb_spool_reader_next (&reader, &record))
      take (&r, &record);
  g_clear_pointer (&r.rekey, gst_pitbox_rekey_free);
  g_ptr_array_unref (r.since_key);
  g_array_unref (r.heads);
  return r.messages;
}
