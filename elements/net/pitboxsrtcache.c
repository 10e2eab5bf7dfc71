/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PitboxSrtCache: a transport stream as messages, from its last key frame on.
 *
 * Messages are numbered without end, also across streams, so that whoever reads
 * needs no more than a number. A key frame begins a message of its own: from
 * there on, behind the tables that were valid, the stream can be decoded. */
#include "pitboxsrtcache.h"

#include <gstpitbox/gstpitboxpreface.h>
#include <mpegts/mpegts-parser.h>
#include <mpegts/mpegts-pes.h>
#include <string.h>

#define MIN_SLOTS 256
/* As in a recording: without pictures for so long, telemetry's key units are
 * where to begin. */
#define NO_PICTURE_US (10 * G_USEC_PER_SEC)

/* A PES packet with units is no longer. */
#define MAX_UNITS_BYTES 65536

/* Before the key frame, so that no picture has two units: 10 ms, 90 kHz. */
#define PREFACE_LEAD 900

/* Where somebody may begin. */
typedef struct {
  guint64 sequence; /* of its first message, or NONE */
  GByteArray *tables; /* as they were before it */
  guint64 pts;
  guint8 klv_next; /* continuity counter of the next telemetry packet */
} Start;

struct _PitboxSrtCache {
  MpegtsParser *parser;
  gsize max_bytes;
  gint64 now_us; /* of the push in progress */

  PitboxSrtMessage **slots;
  guint64 n_slots; /* a power of two */
  guint64 first;
  guint64 next;
  gsize bytes; /* of memory, what is in the slots */
  guint64 offset; /* bytes of the stream up to @next */

  guint8 message[PITBOX_SRT_CACHE_MESSAGE_BYTES];
  guint fill;

  Start key;
  Start unit; /* the newest video unit, until it is decided what it is */
  gint64 last_picture_us;

  GstPitboxPreface *preface;
  GByteArray *units; /* of the telemetry's PES packet in progress */
  guint16 klv_pid;
  guint8 klv_next;
};

/* At most @max_bytes are kept; a group of pictures that is longer is forgotten,
 * and the next key frame is where to begin. Not thread safe. */
PitboxSrtCache *
pitbox_srt_cache_new (gsize max_bytes)
{
  PitboxSrtCache *cache = g_new0 (PitboxSrtCache, 1);

  cache->parser = mpegts_parser_new ();
  cache->max_bytes = max_bytes;
  cache->n_slots = MIN_SLOTS;
  cache->slots = g_new0 (PitboxSrtMessage *, MIN_SLOTS);
  cache->key.sequence = cache->unit.sequence = PITBOX_SRT_CACHE_NONE;
  cache->key.tables = g_byte_array_new ();
  cache->unit.tables = g_byte_array_new ();
  cache->preface = gst_pitbox_preface_new ();
  cache->units = g_byte_array_new ();
  return cache;
}

static PitboxSrtMessage **
slot (const PitboxSrtCache *cache, guint64 sequence)
{
  return &cache->slots[sequence & (cache->n_slots - 1)];
}

static gsize
message_cost (const PitboxSrtMessage *message)
{
  return sizeof *message + message->size;
}

static void
drop_first (PitboxSrtCache *cache)
{
  PitboxSrtMessage **at = slot (cache, cache->first);

  cache->bytes -= message_cost (*at);
  g_clear_pointer (at, g_free);
  if (cache->key.sequence == cache->first)
    cache->key.sequence = PITBOX_SRT_CACHE_NONE;
  if (cache->unit.sequence == cache->first)
    cache->unit.sequence = PITBOX_SRT_CACHE_NONE;
  cache->first++;
}

void
pitbox_srt_cache_free (PitboxSrtCache *cache)
{
  while (cache->first < cache->next)
    drop_first (cache);
  mpegts_parser_free (cache->parser);
  gst_pitbox_preface_free (cache->preface);
  g_byte_array_unref (cache->units);
  g_byte_array_unref (cache->key.tables);
  g_byte_array_unref (cache->unit.tables);
  g_free (cache->slots);
  g_free (cache);
}

/* Another stream begins: nothing of the one before is given any more. */
void
pitbox_srt_cache_reset (PitboxSrtCache *cache)
{
  while (cache->first < cache->next)
    drop_first (cache);
  mpegts_parser_free (cache->parser);
  cache->parser = mpegts_parser_new ();
  gst_pitbox_preface_free (cache->preface);
  cache->preface = gst_pitbox_preface_new ();
  g_byte_array_set_size (cache->units, 0);
  cache->klv_pid = 0;
  cache->klv_next = 0;
  cache->key.sequence = cache->unit.sequence = PITBOX_SRT_CACHE_NONE;
  cache->fill = 0;
  cache->last_picture_us = 0;
}

static void
grow (PitboxSrtCache *cache)
{
  PitboxSrtMessage **old = cache->slots;
  guint64 n_old = cache->n_slots;

  cache->n_slots *= 2;
  cache->slots = g_new0 (PitboxSrtMessage *, cache->n_slots);
  for (guint64 i = cache->first; i < cache->next; i++)
    *slot (cache, i) = old[i & (n_old - 1)];
  g_free (old);
}

/* Ends the message in progress, so that it can be sent. */
void
pitbox_srt_cache_flush (PitboxSrtCache *cache)
{
  PitboxSrtMessage *message;

  if (cache->fill == 0)
    return;
  if (cache->next - cache->first == cache->n_slots)
    grow (cache);
  message = g_malloc (sizeof *message + cache->fill);
  message->time_us = cache->now_us;
  message->offset = cache->offset;
  message->size = (guint16) cache->fill;
  memcpy (message->data, cache->message, cache->fill);
  *slot (cache, cache->next++) = message;
  cache->offset += cache->fill;
  cache->bytes += message_cost (message);
  cache->fill = 0;
  while (cache->bytes > cache->max_bytes)
    drop_first (cache);
}

/* Readers that join begin at the unit that began last. */
static void
set_key (PitboxSrtCache *cache)
{
  GByteArray *tables = cache->key.tables;

  cache->key = cache->unit;
  cache->unit.tables = tables;
  cache->unit.sequence = PITBOX_SRT_CACHE_NONE;
}

static void
start_unit (PitboxSrtCache *cache, const MpegtsPacket *packet)
{
  pitbox_srt_cache_flush (cache);
  cache->unit.sequence = cache->next;
  cache->unit.pts = packet->pts;
  cache->unit.klv_next = cache->klv_next;
  g_byte_array_set_size (cache->unit.tables, 0);
  mpegts_parser_get_tables (cache->parser, cache->unit.tables);
}

/* Whole PES packets go to the preface: that is, when the next one begins. */
static void
watch_units (
    PitboxSrtCache *cache, const guint8 *data, const MpegtsPacket *packet)
{
  cache->klv_pid = packet->pid;
  cache->klv_next = (data[3] + 1) & 0x0f;
  if (packet->starts_unit) {
    gst_pitbox_preface_push (
        cache->preface, cache->units->data, cache->units->len);
    g_byte_array_set_size (cache->units, 0);
  }
  if (cache->units->len + packet->payload_bytes <= MAX_UNITS_BYTES)
    g_byte_array_append (cache->units, packet->payload, packet->payload_bytes);
}

static gboolean
is_without_picture (const PitboxSrtCache *cache)
{
  return mpegts_parser_get_stats (cache->parser)->video_codec == NULL
         || cache->now_us - cache->last_picture_us >= NO_PICTURE_US;
}

static void
take_packet (const guint8 *data, gsize size, const MpegtsPacket *packet,
    gpointer user_data)
{
  PitboxSrtCache *cache = user_data;

  if (packet->kind == MPEGTS_GARBAGE)
    return;
  if (packet->kind == MPEGTS_VIDEO && packet->starts_unit) {
    start_unit (cache, packet);
    cache->last_picture_us = cache->now_us;
  } else if (packet->kind == MPEGTS_KLV && packet->starts_unit
             && packet->key == MPEGTS_KEY_YES && is_without_picture (cache)) {
    start_unit (cache, packet);
    set_key (cache);
  }
  if (packet->kind == MPEGTS_VIDEO && packet->key == MPEGTS_KEY_YES
      && cache->unit.sequence != PITBOX_SRT_CACHE_NONE)
    set_key (cache);
  if (packet->kind == MPEGTS_KLV && packet->payload != NULL)
    watch_units (cache, data, packet);
  memcpy (cache->message + cache->fill, data, size);
  cache->fill += size;
  if (cache->fill + MPEGTS_PACKET_BYTES > PITBOX_SRT_CACHE_MESSAGE_BYTES)
    pitbox_srt_cache_flush (cache);
}

/* The next bytes, in pieces of any size; what is no TS packet is left out. The
 * last message may stay open: pitbox_srt_cache_flush(). */
void
pitbox_srt_cache_push (
    PitboxSrtCache *cache, const guint8 *data, gsize size, gint64 now_us)
{
  cache->now_us = now_us;
  mpegts_parser_push (cache->parser, data, size, take_packet, cache);
}

/* Forgets what is before @keep_from and before the newest key frame. */
void
pitbox_srt_cache_trim (PitboxSrtCache *cache, guint64 keep_from)
{
  /* NONE is larger than any number. */
  guint64 end = MIN (MIN (keep_from, cache->key.sequence), cache->next);

  end = MIN (end, cache->unit.sequence);
  while (cache->first < end)
    drop_first (cache);
}

/* Number of the oldest message that is here. */
guint64
pitbox_srt_cache_get_first (const PitboxSrtCache *cache)
{
  return cache->first;
}

/* Number that the next message will have. */
guint64
pitbox_srt_cache_get_next (const PitboxSrtCache *cache)
{
  return cache->next;
}

/* Where a reader that joins begins, or %PITBOX_SRT_CACHE_NONE. May be @next for
 * a moment, while the key frame's first message is open. */
guint64
pitbox_srt_cache_get_key (const PitboxSrtCache *cache)
{
  return cache->key.sequence;
}

/* Memory that the messages take. */
gsize
pitbox_srt_cache_get_bytes (const PitboxSrtCache *cache)
{
  return cache->bytes;
}

/* Telemetry units in packets of their own, whose counters lead up to that of
 * the first one of the stream behind them. */
static void
append_preface (const PitboxSrtCache *cache, GByteArray *head)
{
  g_autoptr (GPtrArray) units = gst_pitbox_preface_write (cache->preface);
  const MpegtsPes pes = { cache->klv_pid, MPEGTS_STREAM_ID_PRIVATE, FALSE,
    cache->key.pts - PREFACE_LEAD, MPEGTS_NO_TIME };
  guint from = head->len, n_packets;
  guint8 continuity = 0;

  if (cache->klv_pid == 0 || cache->key.pts == MPEGTS_NO_TIME)
    return;
  for (guint i = 0; i < units->len; i++) {
    gsize size;
    const guint8 *data = g_bytes_get_data (g_ptr_array_index (units, i), &size);

    mpegts_pes_write (&pes, head, &continuity, data, size);
  }
  n_packets = (head->len - from) / MPEGTS_PACKET_BYTES;
  for (guint i = 0; i < n_packets; i++) {
    guint8 *packet = head->data + from + i * MPEGTS_PACKET_BYTES;

    packet[3] =
        (packet[3] & 0xf0) | ((cache->key.klv_next - n_packets + i) & 0x0f);
  }
}

/* What goes before the key frame, in whole TS packets: PAT and PMT as they were,
 * and of the telemetry the newest session string, which the stream itself
 * repeats only after up to 32 s. Empty where there is no key frame. */
GBytes *
pitbox_srt_cache_dup_head (const PitboxSrtCache *cache)
{
  GByteArray *head = g_byte_array_new ();

  if (cache->key.sequence != PITBOX_SRT_CACHE_NONE) {
    g_byte_array_append (head, cache->key.tables->data, cache->key.tables->len);
    append_preface (cache, head);
  }
  return g_byte_array_free_to_bytes (head);
}

/* A message from first to next - 1. */
const PitboxSrtMessage *
pitbox_srt_cache_get (const PitboxSrtCache *cache, guint64 sequence)
{
  g_assert (sequence >= cache->first && sequence < cache->next);
  return *slot (cache, sequence);
}
