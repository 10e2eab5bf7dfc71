/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PitboxSrtReader: one connection that is sent a driver's stream.
 *
 * It holds no data: a number says which of the outlet's messages is its next.
 * Nothing here waits for the network. */
#include "pitboxsrtreader.h"

/* What a reader that is behind gets ahead of its acknowledgements: 8 Mbit/s and
 * a quarter of a second of round trip. libsrt itself throws away what waits for
 * a second in it, anywhere in a picture. */
#define SEND_MAX_BYTES (256 * 1024)
/* Without a new packet neither end of libsrt asks for lost ones again: a reader
 * without room gets one message now and then. */
#define PROBE_US 200000
/* A reader so far behind the newest message goes on at the newest key frame. */
#define LAG_MAX_US (1500 * 1000)
/* A reader that has just come is behind by nature: it begins at a key frame that
 * may be seconds old. */
#define CATCH_UP_US (5 * G_USEC_PER_SEC)
/* A caller that blocks while it connects throws away what comes before its
 * thread has seen the answer, and may miss it for good: 20 ms are a sixth of
 * SRT's usual delay. */
#define START_US 20000
/* Looking into libsrt's figures costs as much as a message. */
#define MESSAGES_BETWEEN_LOOKS 64

struct _PitboxSrtReader {
  gatomicrefcount ref_count;
  SRTSOCKET sock;
  gchar *driver;
  gchar *name;
  gchar *peer;
  PitboxSrtReaderDoneFunc done;
  gpointer user_data;
  GDestroyNotify free_data;
  gint64 joined_us;
  gint told; /* atomic: done was called */

  /* Outlet's lock. */
  guint64 cursor; /* of the next message; NONE: it waits for a key frame */
  GBytes *head; /* goes before it; NULL once it has been sent */
  gsize head_at;
  gboolean behind;
  gboolean was_up_to_date;
  gboolean fell_out; /* waits for a key frame because it was too slow */
  guint64 min_key; /* key frames before this one are of no use any more */
  guint since_look;
  gint64 sent_us; /* when it was last given something */
  gint n_drops; /* packets that libsrt has thrown away, at the last look */
  guint64 offset; /* the stream's, behind the last message it was given */

  /* Protects what follows. */
  GMutex lock;
  gboolean closed;
  guint64 bytes;
  guint64 dropped_bytes;
  guint64 jumps;
  guint64 streams;
};

/* Takes @sock. @done is called by pitbox_srt_reader_done() alone. */
PitboxSrtReader *
pitbox_srt_reader_new (SRTSOCKET sock, const gchar *driver, const gchar *name,
    const gchar *peer, PitboxSrtReaderDoneFunc done, gpointer user_data,
    GDestroyNotify free_data)
{
  PitboxSrtReader *reader = g_new0 (PitboxSrtReader, 1);
  g_autoptr (GError) error = NULL;

  /* One user more of a libsrt that runs, which cannot fail. */
  if (!pitbox_srt_startup (&error))
    g_error ("%s", error->message);
  g_atomic_ref_count_init (&reader->ref_count);
  g_mutex_init (&reader->lock);
  reader->sock = sock;
  reader->driver = g_strdup (driver);
  reader->name = g_strdup (name);
  reader->peer = g_strdup (peer);
  reader->done = done;
  reader->user_data = user_data;
  reader->free_data = free_data;
  reader->joined_us = g_get_monotonic_time ();
  reader->sent_us = reader->joined_us;
  reader->cursor = PITBOX_SRT_CACHE_NONE;
  if (!pitbox_srt_set_bool (sock, SRTO_SNDSYN, FALSE, "sending mode", &error))
    pitbox_srt_reader_close (reader);
  return reader;
}

PitboxSrtReader *
pitbox_srt_reader_ref (PitboxSrtReader *reader)
{
  g_atomic_ref_count_inc (&reader->ref_count);
  return reader;
}

void
pitbox_srt_reader_unref (PitboxSrtReader *reader)
{
  if (!g_atomic_ref_count_dec (&reader->ref_count))
    return;
  pitbox_srt_reader_close (reader);
  g_clear_pointer (&reader->head, g_bytes_unref);
  if (reader->free_data != NULL)
    reader->free_data (reader->user_data);
  g_mutex_clear (&reader->lock);
  g_free (reader->driver);
  g_free (reader->name);
  g_free (reader->peer);
  g_free (reader);
  pitbox_srt_cleanup ();
}

/* Ends the connection. Any thread, any number of times, without the outlet's
 * lock. */
void
pitbox_srt_reader_close (PitboxSrtReader *reader)
{
  gboolean closed;

  g_mutex_lock (&reader->lock);
  closed = reader->closed;
  reader->closed = TRUE;
  g_mutex_unlock (&reader->lock);
  if (!closed)
    srt_close (reader->sock);
}

/* Tells whoever made it, the first time. Any thread, without a lock. */
void
pitbox_srt_reader_done (PitboxSrtReader *reader, const gchar *reason)
{
  if (g_atomic_int_compare_and_exchange (&reader->told, FALSE, TRUE))
    reader->done (reader, reason, reader->user_data);
}

gboolean
pitbox_srt_reader_is_connected (PitboxSrtReader *reader)
{
  gboolean closed;

  g_mutex_lock (&reader->lock);
  closed = reader->closed;
  g_mutex_unlock (&reader->lock);
  return !closed && srt_getsockstate (reader->sock) == SRTS_CONNECTED;
}

const gchar *
pitbox_srt_reader_get_driver (const PitboxSrtReader *reader)
{
  return reader->driver;
}

const gchar *
pitbox_srt_reader_get_name (const PitboxSrtReader *reader)
{
  return reader->name;
}

const gchar *
pitbox_srt_reader_get_peer (const PitboxSrtReader *reader)
{
  return reader->peer;
}

/* A new structure; the fields are in elements/net/README.md. Any thread. */
GstStructure *
pitbox_srt_reader_get_stats (PitboxSrtReader *reader)
{
  gint64 age_us = g_get_monotonic_time () - reader->joined_us;
  SRT_TRACEBSTATS st = { 0 };
  GstStructure *s;

  g_mutex_lock (&reader->lock);
  if (!reader->closed)
    srt_bistats (reader->sock, &st, 0, 1);
  s = gst_structure_new ("pitbox-srt-reader-stats", "reader", G_TYPE_STRING,
      reader->name, "driver", G_TYPE_STRING, reader->driver, "peer",
      G_TYPE_STRING, reader->peer, "connected-ms", G_TYPE_UINT64,
      (guint64) (age_us / 1000), "bytes-sent", G_TYPE_UINT64, reader->bytes,
      "bytes-dropped", G_TYPE_UINT64, reader->dropped_bytes, "jumps",
      G_TYPE_UINT64, reader->jumps, "streams", G_TYPE_UINT64, reader->streams,
      "rtt-ms", G_TYPE_DOUBLE, st.msRTT, "send-buffer-ms", G_TYPE_INT,
      st.msSndBuf, "packets-lost", G_TYPE_INT, st.pktSndLossTotal,
      "packets-retransmitted", G_TYPE_INT, st.pktRetransTotal, NULL);
  g_mutex_unlock (&reader->lock);
  return s;
}

/* Another stream begins: the reader goes on at its first key frame. */
void
pitbox_srt_reader_restart (PitboxSrtReader *reader)
{
  reader->cursor = PITBOX_SRT_CACHE_NONE;
  reader->behind = reader->fell_out = FALSE;
}

/* The first message it still needs, or %PITBOX_SRT_CACHE_NONE. */
guint64
pitbox_srt_reader_get_cursor (const PitboxSrtReader *reader)
{
  return reader->cursor;
}

/* Whether the last pump left something over. */
gboolean
pitbox_srt_reader_is_behind (const PitboxSrtReader *reader)
{
  return reader->behind;
}

/* On from the key frame @key; what lies before it counts as dropped where the
 * reader was in this stream already. */
static void
begin (PitboxSrtReader *reader, const PitboxSrtCache *cache, guint64 key)
{
  guint64 offset = pitbox_srt_cache_get (cache, key)->offset;
  gboolean jumps = reader->fell_out || reader->cursor != PITBOX_SRT_CACHE_NONE;

  g_mutex_lock (&reader->lock);
  if (jumps) {
    reader->jumps++;
    reader->dropped_bytes += offset - reader->offset;
  } else {
    reader->streams++;
  }
  g_mutex_unlock (&reader->lock);
  reader->cursor = key;
  reader->offset = offset;
  g_clear_pointer (&reader->head, g_bytes_unref);
  reader->head = pitbox_srt_cache_dup_head (cache);
  reader->head_at = 0;
  reader->fell_out = FALSE;
}

static gboolean
is_too_late (
    const PitboxSrtReader *reader, const PitboxSrtCache *cache, gint64 now_us)
{
  gint64 lag_us =
      now_us - pitbox_srt_cache_get (cache, reader->cursor)->time_us;

  return lag_us > LAG_MAX_US
         && (reader->was_up_to_date
             || now_us - reader->joined_us > CATCH_UP_US);
}

/* Settles which message is next. FALSE where there is none yet. */
static gboolean
find_place (PitboxSrtReader *reader, const PitboxSrtCache *cache, gint64 now_us)
{
  guint64 key = pitbox_srt_cache_get_key (cache);
  guint64 next = pitbox_srt_cache_get_next (cache);
  gboolean has_key = key < next && key >= reader->min_key; /* NONE is not */

  if (reader->cursor != PITBOX_SRT_CACHE_NONE) {
    if (reader->cursor >= next)
      return FALSE;
    if (reader->cursor >= pitbox_srt_cache_get_first (cache)
        && !(has_key && key > reader->cursor
             && is_too_late (reader, cache, now_us)))
      return TRUE;
  }
  if (has_key) {
    begin (reader, cache, key);
    return TRUE;
  }
  /* Its group of pictures was too long to keep. */
  if (reader->cursor != PITBOX_SRT_CACHE_NONE)
    reader->fell_out = TRUE;
  reader->cursor = PITBOX_SRT_CACHE_NONE;
  return FALSE;
}

typedef enum { SENT, FULL, DAMAGED, LOST } Sent;

/* Whether libsrt can take more, and what has become of what it has got. */
static Sent
look (PitboxSrtReader *reader)
{
  SRT_TRACEBSTATS st;
  gint drops;

  reader->since_look = 0;
  if (srt_bistats (reader->sock, &st, 0, 1) == SRT_ERROR)
    return LOST;
  drops = st.pktSndDropTotal - reader->n_drops;
  reader->n_drops = st.pktSndDropTotal;
  if (drops > 0)
    return DAMAGED;
  return reader->behind && st.byteSndBuf > SEND_MAX_BYTES ? FULL : SENT;
}

static Sent
give (PitboxSrtReader *reader, const guint8 *data, gsize size, gint64 now_us)
{
  if (++reader->since_look > MESSAGES_BETWEEN_LOOKS) {
    Sent result = look (reader);

    if (result != SENT)
      return result;
  }
  if (srt_sendmsg2 (reader->sock, (const char *) data, (int) size, NULL) < 0)
    return srt_getlasterror (NULL) == SRT_EASYNCSND ? FULL : LOST;
  reader->sent_us = now_us;
  g_mutex_lock (&reader->lock);
  reader->bytes += size;
  g_mutex_unlock (&reader->lock);
  return SENT;
}

static Sent
send_head (PitboxSrtReader *reader, gint64 now_us)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (reader->head, &size);

  while (reader->head_at < size) {
    gsize n = MIN (size - reader->head_at, PITBOX_SRT_CACHE_MESSAGE_BYTES);
    Sent result = give (reader, data + reader->head_at, n, now_us);

    if (result != SENT)
      return result;
    reader->head_at += n;
  }
  g_clear_pointer (&reader->head, g_bytes_unref);
  return SENT;
}

static Sent
send_next (PitboxSrtReader *reader, const PitboxSrtCache *cache, gint64 now_us)
{
  const PitboxSrtMessage *message;
  Sent result;

  if (reader->head != NULL) {
    result = send_head (reader, now_us);
    if (result != SENT)
      return result;
  }
  message = pitbox_srt_cache_get (cache, reader->cursor);
  result = give (reader, message->data, message->size, now_us);
  if (result == SENT) {
    reader->cursor++;
    reader->offset = message->offset + message->size;
  }
  return result;
}

/* libsrt has thrown away a part of a picture: the next key frame mends it. */
static void
wait_for_next_key (PitboxSrtReader *reader, const PitboxSrtCache *cache)
{
  reader->min_key = pitbox_srt_cache_get_next (cache);
  reader->cursor = PITBOX_SRT_CACHE_NONE;
  reader->fell_out = TRUE;
  reader->behind = FALSE;
}

static Sent
send_some (PitboxSrtReader *reader, const PitboxSrtCache *cache, gint64 now_us,
    guint max_messages)
{
  Sent result = SENT;

  if (reader->behind) {
    result = look (reader);
    if (result == FULL && now_us - reader->sent_us >= PROBE_US) {
      max_messages = 1;
      result = SENT;
    }
  }
  while (result == SENT && max_messages-- > 0
         && reader->cursor < pitbox_srt_cache_get_next (cache))
    result = send_next (reader, cache, now_us);
  return result;
}

/* Gives libsrt what the reader has not got, at most @max_messages of it. */
PitboxSrtPump
pitbox_srt_reader_pump (PitboxSrtReader *reader, const PitboxSrtCache *cache,
    gint64 now_us, guint max_messages)
{
  if (now_us - reader->joined_us < START_US) {
    reader->behind = TRUE;
    return PITBOX_SRT_PUMP_BEHIND;
  }
  if (!find_place (reader, cache, now_us)) {
    reader->behind = FALSE;
    return PITBOX_SRT_PUMP_UP_TO_DATE;
  }
  switch (send_some (reader, cache, now_us, max_messages)) {
    case DAMAGED:
      wait_for_next_key (reader, cache);
      return PITBOX_SRT_PUMP_UP_TO_DATE;
    case LOST:
      return PITBOX_SRT_PUMP_LOST;
    default:
      break;
  }
  reader->behind = reader->cursor < pitbox_srt_cache_get_next (cache);
  if (!reader->behind)
    reader->was_up_to_date = TRUE;
  return reader->behind ? PITBOX_SRT_PUMP_BEHIND : PITBOX_SRT_PUMP_UP_TO_DATE;
}
