/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The samples of the cached pictures: who joins is shown those pictures first,
 * and each of them has its own row. */
#include "live/pb-catchup.h"

#include "live/pb-sample.h"

/* Samples kept: 4 s at 60 Hz, twice an agent's key frame interval. Of a longer
 * group of pictures the oldest go without. */
#define MAX_ENTRIES 240

/* Samples also of pictures before the last key frame are kept this long:
 * a viewer's picture starts some milliseconds before its channel is open. */
#define MIN_SPAN_RTP (GST_PITBOX_RTP_CLOCK_RATE / 2)

typedef struct {
  PbPair pair;
  guint32 rtp;
  guint32 seq;
} Entry;

struct _PbCatchup {
  /* Of Entry, oldest first, without a gap in their sequence. */
  GQueue entries;
};

static void
entry_free (Entry *entry)
{
  pb_pair_clear (&entry->pair);
  g_free (entry);
}

/**
 * pb_catchup_new:
 *
 * Not thread safe.
 *
 * Returns: (transfer full): an empty cache
 */
PbCatchup *
pb_catchup_new (void)
{
  return g_new0 (PbCatchup, 1);
}

/**
 * pb_catchup_free:
 * @catchup: (transfer full): a cache
 */
void
pb_catchup_free (PbCatchup *catchup)
{
  pb_catchup_clear (catchup);
  g_free (catchup);
}

/**
 * pb_catchup_clear:
 * @catchup: a cache
 *
 * Forgets all: the next sample is of another stream.
 */
void
pb_catchup_clear (PbCatchup *catchup)
{
  g_queue_clear_full (&catchup->entries, (GDestroyNotify) entry_free);
}

/**
 * pb_catchup_push:
 * @catchup: a cache
 * @pair: what has gone out; its rows are kept, not copied
 * @rtp: RTP timestamp it went out with
 * @seq: sequence it went out with; one more than the last one's
 */
void
pb_catchup_push (
    PbCatchup *catchup, const PbPair *pair, guint32 rtp, guint32 seq)
{
  Entry *entry = g_new (Entry, 1);

  *entry = (Entry){ *pair, rtp, seq };
  if (pair->rows != NULL)
    entry->pair.rows = g_ptr_array_ref (pair->rows);
  g_queue_push_tail (&catchup->entries, entry);
  if (catchup->entries.length > MAX_ENTRIES)
    entry_free (g_queue_pop_head (&catchup->entries));
}

/**
 * pb_catchup_trim:
 * @catchup: a cache
 * @first_picture_rtp: of the oldest picture a viewer that joins would get
 * @newest_rtp: of the newest one
 *
 * Forgets what belongs to no picture a viewer could still be shown.
 */
void
pb_catchup_trim (
    PbCatchup *catchup, guint32 first_picture_rtp, guint32 newest_rtp)
{
  Entry *oldest;

  while ((oldest = g_queue_peek_head (&catchup->entries)) != NULL
         && (gint32) (oldest->rtp - first_picture_rtp) < 0
         && (gint32) (newest_rtp - oldest->rtp) > MIN_SPAN_RTP)
    entry_free (g_queue_pop_head (&catchup->entries));
}

static GPtrArray *
encode_from (GList *link)
{
  g_autoptr (PbSampleCoder) coder = pb_sample_coder_new ();
  GPtrArray *messages =
      g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  if (link != NULL)
    pb_sample_coder_begin_at (coder, ((Entry *) link->data)->seq);
  for (; link != NULL; link = link->next) {
    const Entry *entry = link->data;
    gboolean is_key;

    g_ptr_array_add (messages,
        pb_sample_coder_encode (coder, &entry->pair, entry->rtp, &is_key));
  }
  return messages;
}

static gboolean
has_row (const Entry *entry)
{
  return entry->pair.rows != NULL && entry->pair.rows->len > 0;
}

/* Index of the oldest message that can be sent within @max_bytes with all
 * after it; as the first one it becomes a key, of at most @key_bytes. */
static guint
first_within (const GPtrArray *messages, gsize max_bytes, gsize key_bytes)
{
  gsize bytes = key_bytes;
  guint first = messages->len;

  while (first > 0) {
    bytes += g_bytes_get_size (messages->pdata[first - 1]);
    if (bytes > max_bytes)
      break;
    first--;
  }
  return first;
}

static gsize
key_bytes (const Entry *entry)
{
  const GstPitboxSample *own =
      g_ptr_array_index (entry->pair.rows, entry->pair.rows->len - 1);

  return PB_SAMPLE_HEADER_BYTES + PB_SAMPLE_ROW_HEADER_BYTES
         + gst_pitbox_schema_get_row_bytes (own->schema);
}

/**
 * pb_catchup_encode:
 * @catchup: a cache
 * @max_bytes: most bytes of all messages; of more samples the newest are taken
 *
 * Returns: (transfer full) (nullable) (element-type GBytes): the samples once
 *   more, oldest first: the first one with a row is a key, the next one that
 *   goes out to all follows on the last. %NULL if there is no row among them
 */
GPtrArray *
pb_catchup_encode (const PbCatchup *catchup, gsize max_bytes)
{
  GPtrArray *messages;
  GList *link;
  gsize total = 0;
  guint first;

  for (link = catchup->entries.tail; link != NULL; link = link->prev)
    if (has_row (link->data))
      break;
  if (link == NULL)
    return NULL;
  messages = encode_from (catchup->entries.head);
  for (guint i = 0; i < messages->len; i++)
    total += g_bytes_get_size (messages->pdata[i]);
  if (total <= max_bytes)
    return messages;
  first = first_within (messages, max_bytes, key_bytes (link->data));
  g_ptr_array_unref (messages);
  /* Never without the row that what follows is a difference to. */
  first = MIN (
      first, (guint) g_queue_link_index ((GQueue *) &catchup->entries, link));
  return encode_from (
      g_queue_peek_nth_link ((GQueue *) &catchup->entries, first));
}
