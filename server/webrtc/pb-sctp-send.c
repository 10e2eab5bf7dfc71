/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What goes out of an SCTP association: pieces, windows, losses (RFC 9260, 6
 * and 7). */
#include "webrtc/pb-sctp-private.h"

#include <string.h>

#define CHUNK_BYTES \
  (PB_SCTP_MTU - PB_SCTP_HEADER_BYTES - PB_SCTP_DATA_HEADER_BYTES)
/* RFC 6928's ten packets, as browsers do: a key sample leaves at once. */
#define INITIAL_CWND (10 * PB_SCTP_MTU)
/* What RFC 9260 leaves open, for one hop over the internet: its own second is
 * far longer than a picture waits for its sample. */
#define FIRST_RTO_US (500 * 1000)
#define MIN_RTO_US (200 * 1000)
#define MAX_RTO_US (10 * G_USEC_PER_SEC)
/* RFC 9260, 7.2.4. */
#define MISSING_LIMIT 3
/* RFC 9260, 16: Association.Max.Retrans. */
#define MAX_TIMEOUTS 10
#define FLAG_END 1
#define FLAG_BEGIN 2
/* Of one SACK: more gaps than a packet of ours could fill are not looked at. */
#define MAX_GAPS 64

static void
chunk_free (gpointer data)
{
  PbSctpChunk *chunk = data;

  g_bytes_unref (chunk->message);
  g_free (chunk);
}

void
pb_sctp_clear_chunks (PbSctp *sctp)
{
  g_queue_clear_full (&sctp->chunks, chunk_free);
  sctp->buffered = 0;
  sctp->in_flight = 0;
  sctp->timer_us = 0;
}

/**
 * pb_sctp_get_buffered:
 * @sctp: an association
 *
 * Returns: bytes of messages that are not acknowledged yet
 */
gsize
pb_sctp_get_buffered (const PbSctp *sctp)
{
  return sctp->buffered;
}

static gsize
window (PbSctp *sctp)
{
  if (sctp->cwnd == 0) {
    sctp->cwnd = INITIAL_CWND;
    sctp->ssthresh = G_MAXSIZE;
    sctp->rto_us = FIRST_RTO_US;
  }
  /* RFC 9260, 6.1: a closed window is probed with one packet. */
  if (sctp->rwnd < PB_SCTP_MTU)
    return sctp->in_flight == 0 ? 1 : 0;
  return MIN (sctp->cwnd, sctp->rwnd);
}

static void
write_chunk (
    PbSctp *sctp, PbSctpPacket *packet, PbSctpChunk *chunk, gint64 now_us)
{
  const guint8 *data = g_bytes_get_data (chunk->message, NULL);
  guint8 *body = pb_sctp_packet_add (packet, PB_SCTP_DATA, chunk->flags,
      PB_SCTP_DATA_HEADER_BYTES - 4 + chunk->size);

  pb_sctp_put_32 (body, chunk->tsn);
  pb_sctp_put_16 (body + 4, chunk->stream);
  pb_sctp_put_16 (body + 6, chunk->ssn);
  pb_sctp_put_32 (body + 8, chunk->ppid);
  memcpy (body + 12, data + chunk->offset, chunk->size);
  chunk->sent_again = chunk->sent;
  chunk->sent = TRUE;
  chunk->lost = FALSE;
  chunk->missing = 0;
  chunk->sent_us = now_us;
  sctp->in_flight += chunk->size;
  if (sctp->timer_us == 0)
    sctp->timer_us = now_us + sctp->rto_us;
}

static gboolean
is_due (const PbSctpChunk *chunk)
{
  return !chunk->acked && (!chunk->sent || chunk->lost);
}

/* Sends what is acknowledged, lost, or new, as the windows allow. */
void
pb_sctp_flush (PbSctp *sctp, gint64 now_us)
{
  PbSctpPacket packet;
  GList *next = sctp->chunks.head;
  gboolean go_on = TRUE;

  while (go_on) {
    pb_sctp_packet_begin (sctp, &packet, sctp->remote_tag);
    if (sctp->sack_due)
      pb_sctp_write_sack (sctp, &packet);
    for (; next != NULL; next = next->next) {
      PbSctpChunk *chunk = next->data;

      if (!is_due (chunk))
        continue;
      go_on = sctp->in_flight < window (sctp);
      if (!go_on
          || packet.size + PB_SCTP_DATA_HEADER_BYTES + chunk->size + 3
                 > sizeof packet.data)
        break;
      write_chunk (sctp, &packet, chunk, now_us);
    }
    go_on = go_on && next != NULL;
    if (packet.size > PB_SCTP_HEADER_BYTES)
      pb_sctp_packet_send (sctp, &packet);
    else
      go_on = FALSE;
  }
}

static PbSctpChannel *
find_channel (PbSctp *sctp, guint16 stream)
{
  for (guint i = 0; i < sctp->n_channels; i++) {
    if (sctp->channels[i].stream == stream)
      return &sctp->channels[i];
  }
  return NULL;
}

/**
 * pb_sctp_send:
 * @sctp: an association
 * @stream: a channel the viewer has opened
 * @ppid: what @message is
 * @message: at least one byte; kept until it is acknowledged
 * @now_us: monotonic time
 *
 * Ordered and reliable. The caller bounds pb_sctp_get_buffered().
 *
 * Returns: %FALSE if there is no such channel
 */
gboolean
pb_sctp_send (
    PbSctp *sctp, guint16 stream, guint32 ppid, GBytes *message, gint64 now_us)
{
  PbSctpChannel *channel = find_channel (sctp, stream);
  gsize size = g_bytes_get_size (message);

  if (channel == NULL || sctp->state != PB_SCTP_OPEN || size == 0)
    return FALSE;
  for (gsize at = 0; at < size; at += CHUNK_BYTES - 3) {
    PbSctpChunk *chunk = g_new0 (PbSctpChunk, 1);

    chunk->tsn = sctp->next_tsn++;
    chunk->stream = stream;
    chunk->ssn = channel->next_ssn;
    chunk->ppid = ppid;
    chunk->message = g_bytes_ref (message);
    chunk->offset = at;
    chunk->size = MIN (size - at, CHUNK_BYTES - 3);
    chunk->flags =
        (at == 0 ? FLAG_BEGIN : 0) | (at + chunk->size == size ? FLAG_END : 0);
    g_queue_push_tail (&sctp->chunks, chunk);
  }
  sctp->buffered += size;
  channel->next_ssn++;
  pb_sctp_flush (sctp, now_us);
  return TRUE;
}

static void
set_rto (PbSctp *sctp)
{
  sctp->rto_us =
      CLAMP (sctp->srtt_us + 4 * sctp->rttvar_us, MIN_RTO_US, MAX_RTO_US);
}

/* RFC 9260, 6.3.1. */
static void
note_round_trip (PbSctp *sctp, gint64 took_us)
{
  if (sctp->srtt_us == 0) {
    sctp->srtt_us = took_us;
    sctp->rttvar_us = took_us / 2;
  } else {
    gint64 off_us = ABS (sctp->srtt_us - took_us);

    sctp->rttvar_us += (off_us - sctp->rttvar_us) / 4;
    sctp->srtt_us += (took_us - sctp->srtt_us) / 8;
  }
  set_rto (sctp);
}

static void
note_acked (PbSctp *sctp, PbSctpChunk *chunk, gint64 now_us)
{
  if (chunk->acked)
    return;
  chunk->acked = TRUE;
  /* Karn: which of two sendings it was is not known; nor, after a timeout,
   * when it came. */
  if (!chunk->sent_again && !chunk->lost && sctp->n_timeouts == 0)
    note_round_trip (sctp, now_us - chunk->sent_us);
  if (!chunk->lost)
    sctp->in_flight -= chunk->size;
  chunk->lost = FALSE;
}

static void
note_lost (PbSctp *sctp, PbSctpChunk *chunk)
{
  if (chunk->lost || chunk->acked || !chunk->sent)
    return;
  chunk->lost = TRUE;
  sctp->in_flight -= chunk->size;
}

static gsize
take_acked (PbSctp *sctp, guint32 tsn, gint64 now_us)
{
  PbSctpChunk *chunk;
  gsize bytes = 0;

  while ((chunk = g_queue_peek_head (&sctp->chunks)) != NULL && chunk->sent
         && !pb_sctp_after (chunk->tsn, tsn)) {
    note_acked (sctp, chunk, now_us);
    bytes += chunk->size;
    sctp->buffered -= chunk->size;
    chunk_free (g_queue_pop_head (&sctp->chunks));
  }
  return bytes;
}

/* RFC 9260, 7.2.4: what is missing below something that has come. Gaps that are
 * not in their order (3.3.4) are passed over. */
static void
read_gaps (PbSctp *sctp, const guint8 *gaps, guint n, guint32 cumulative,
    gint64 now_us)
{
  guint32 highest = cumulative;
  gboolean lost = FALSE;
  guint i = 0;

  for (GList *l = sctp->chunks.head; l != NULL; l = l->next) {
    PbSctpChunk *chunk = l->data;
    guint32 at = chunk->tsn - cumulative;

    while (i < n && at > pb_sctp_get_16 (gaps + 4 * i + 2))
      i++;
    if (i == n || !chunk->sent)
      break;
    if (at < pb_sctp_get_16 (gaps + 4 * i))
      continue;
    note_acked (sctp, chunk, now_us);
    highest = chunk->tsn;
  }
  for (GList *l = sctp->chunks.head; l != NULL; l = l->next) {
    PbSctpChunk *chunk = l->data;

    if (!pb_sctp_after (highest, chunk->tsn))
      break;
    /* The second time it is left to the timer. */
    if (chunk->acked || chunk->lost || chunk->sent_again
        || ++chunk->missing < MISSING_LIMIT)
      continue;
    note_lost (sctp, chunk);
    lost = TRUE;
  }
  if (lost && !sctp->recovering) {
    sctp->recovering = TRUE;
    sctp->recover_tsn = sctp->next_tsn - 1;
    sctp->ssthresh = MAX (sctp->cwnd / 2, 4 * (gsize) PB_SCTP_MTU);
    sctp->cwnd = sctp->ssthresh;
  }
}

static void
grow (PbSctp *sctp, gsize acked)
{
  if (sctp->cwnd < sctp->ssthresh)
    sctp->cwnd += MIN (acked, (gsize) PB_SCTP_MTU);
  else
    sctp->cwnd += MAX (PB_SCTP_MTU * acked / sctp->cwnd, 1);
  /* Far more than is ever buffered. */
  sctp->cwnd = MIN (sctp->cwnd, (gsize) 1024 * 1024);
}

void
pb_sctp_read_sack (PbSctp *sctp, const guint8 *body, gsize size, gint64 now_us)
{
  guint32 tsn;
  guint n;
  gsize before = sctp->in_flight, acked, rwnd;

  if (size < 12 || sctp->state != PB_SCTP_OPEN)
    return;
  tsn = pb_sctp_get_32 (body);
  n = pb_sctp_get_16 (body + 8);
  /* Old ones, and ones of what was never sent. */
  if (pb_sctp_after (sctp->cumulative, tsn)
      || !pb_sctp_after (sctp->next_tsn, tsn) || n * 4 > size - 12)
    return;
  window (sctp);
  acked = take_acked (sctp, tsn, now_us);
  if (tsn != sctp->cumulative) {
    sctp->timer_us = 0;
    sctp->n_timeouts = 0;
    /* It is acknowledged again: what a round trip took counts, not how long the
     * silence was. */
    if (sctp->srtt_us > 0)
      set_rto (sctp);
  }
  sctp->cumulative = tsn;
  read_gaps (sctp, body + 12, MIN (n, MAX_GAPS), tsn, now_us);
  if (sctp->recovering && !pb_sctp_after (sctp->recover_tsn, tsn))
    sctp->recovering = FALSE;
  /* Only a window that was used may grow. */
  if (acked > 0 && !sctp->recovering && before + PB_SCTP_MTU >= sctp->cwnd)
    grow (sctp, acked);
  rwnd = pb_sctp_get_32 (body + 4);
  sctp->rwnd = rwnd;
  if (sctp->in_flight > 0 && sctp->timer_us == 0)
    sctp->timer_us = now_us + sctp->rto_us;
  if (sctp->in_flight == 0)
    sctp->timer_us = 0;
}

/**
 * pb_sctp_tick:
 * @sctp: an association
 * @now_us: monotonic time
 *
 * To be called some times a second: sends again what was lost.
 */
void
pb_sctp_tick (PbSctp *sctp, gint64 now_us)
{
  if (sctp->state != PB_SCTP_OPEN || sctp->timer_us == 0
      || now_us < sctp->timer_us)
    return;
  if (++sctp->n_timeouts > MAX_TIMEOUTS) {
    sctp->state = PB_SCTP_CLOSED;
    pb_sctp_clear_chunks (sctp);
    return;
  }
  for (GList *l = sctp->chunks.head; l != NULL; l = l->next)
    note_lost (sctp, l->data);
  sctp->ssthresh = MAX (sctp->cwnd / 2, 4 * (gsize) PB_SCTP_MTU);
  sctp->cwnd = PB_SCTP_MTU;
  sctp->recovering = FALSE;
  sctp->rto_us = MIN (2 * sctp->rto_us, MAX_RTO_US);
  sctp->timer_us = 0;
  pb_sctp_flush (sctp, now_us);
}
