/* SPDX-License-Identifier: LGPL-2.1-or-later
 * An SCTP association the viewer begins: its handshake and what comes in.
 *
 * Little comes from a viewer: the opening of its channel. It is taken in order
 * only; what comes early is not acknowledged, so that it comes again. */
#include "webrtc/pb-sctp-private.h"

#include <gstpitbox/gstpitboxcrc32c.h>
#include <sodium.h>
#include <string.h>

/* What we say we take at a time, and in how many streams. */
#define RECEIVE_WINDOW (128 * 1024)
#define STREAMS 1024
/* RFC 9260, 3.3.2: tag, window, two counts, TSN. */
#define INIT_BYTES 16
/* RFC 6525, 4.1 and 4.4. */
#define PARAM_COOKIE 7
#define PARAM_RESET_OUTGOING 13
#define PARAM_RESET_RESPONSE 16
#define PARAM_EXTENSIONS 0x8008
#define RESET_PERFORMED 1
/* RFC 8832, 8.2. */
#define DCEP_ACK 2
#define DCEP_OPEN 3
#define DCEP_OPEN_BYTES 12

guint32
pb_sctp_checksum (const guint8 *packet, gsize size)
{
  guint8 copy[2048];

  memcpy (copy, packet, size);
  memset (copy + 8, 0, 4);
  return gst_pitbox_crc32c (copy, size);
}

void
pb_sctp_packet_begin (PbSctp *sctp, PbSctpPacket *packet, guint32 tag)
{
  pb_sctp_put_16 (packet->data, sctp->local_port);
  pb_sctp_put_16 (packet->data + 2, sctp->remote_port);
  pb_sctp_put_32 (packet->data + 4, tag);
  memset (packet->data + 8, 0, 4);
  packet->size = PB_SCTP_HEADER_BYTES;
}

/* @size is of what follows the chunk's header; the caller has seen to it that
 * there is room. */
guint8 *
pb_sctp_packet_add (PbSctpPacket *packet, guint8 type, guint8 flags, gsize size)
{
  guint8 *at = packet->data + packet->size;
  gsize padded = (4 + size + 3) & ~(gsize) 3;

  g_return_val_if_fail (packet->size + padded <= sizeof packet->data, NULL);
  at[0] = type;
  at[1] = flags;
  pb_sctp_put_16 (at + 2, (guint32) (4 + size));
  memset (at + 4 + size, 0, padded - 4 - size);
  packet->size += padded;
  return at + 4;
}

void
pb_sctp_packet_send (PbSctp *sctp, PbSctpPacket *packet)
{
  guint32 sum = gst_pitbox_crc32c (packet->data, packet->size);

  /* RFC 9260, appendix A: the least byte first. */
  sum = GUINT32_TO_LE (sum);
  memcpy (packet->data + 8, &sum, sizeof sum);
  sctp->funcs.send (packet->data, packet->size, sctp->user_data);
}

void
pb_sctp_write_sack (PbSctp *sctp, PbSctpPacket *packet)
{
  guint8 *body = pb_sctp_packet_add (packet, PB_SCTP_SACK, 0, 12);

  pb_sctp_put_32 (body, sctp->received_tsn);
  pb_sctp_put_32 (body + 4, RECEIVE_WINDOW);
  pb_sctp_put_32 (body + 8, 0);
  sctp->sack_due = FALSE;
}

/**
 * pb_sctp_new:
 * @funcs: what to call
 * @user_data: for @funcs
 *
 * Returns: (transfer full): an association that waits for the viewer; not
 *   thread safe
 */
PbSctp *
pb_sctp_new (const PbSctpFuncs *funcs, gpointer user_data)
{
  PbSctp *sctp = g_new0 (PbSctp, 1);

  sctp->funcs = *funcs;
  sctp->user_data = user_data;
  randombytes_buf (sctp->cookie, sizeof sctp->cookie);
  randombytes_buf (&sctp->local_tag, sizeof sctp->local_tag);
  randombytes_buf (&sctp->initial_tsn, sizeof sctp->initial_tsn);
  /* RFC 9260, 3.3.2: zero is no tag. */
  sctp->local_tag = MAX (sctp->local_tag, 1);
  sctp->next_tsn = sctp->initial_tsn;
  sctp->cumulative = sctp->initial_tsn - 1;
  g_queue_init (&sctp->chunks);
  return sctp;
}

/**
 * pb_sctp_free:
 * @sctp: (transfer full): an association; says nothing to the viewer
 */
void
pb_sctp_free (PbSctp *sctp)
{
  pb_sctp_clear_chunks (sctp);
  g_free (sctp);
}

/**
 * pb_sctp_get_state:
 * @sctp: an association
 *
 * Returns: how it is
 */
PbSctpState
pb_sctp_get_state (const PbSctp *sctp)
{
  return sctp->state;
}

static void
close_down (PbSctp *sctp)
{
  sctp->state = PB_SCTP_CLOSED;
  pb_sctp_clear_chunks (sctp);
}

static void
read_init (PbSctp *sctp, const guint8 *body, gsize size)
{
  PbSctpPacket packet;
  guint8 *out;

  if (size < INIT_BYTES || pb_sctp_get_32 (body) == 0)
    return;
  /* Once it is open another one would be a new association: the viewer's page
   * connects anew instead. */
  if (sctp->state != PB_SCTP_WAITING)
    return;
  sctp->remote_tag = pb_sctp_get_32 (body);
  sctp->rwnd = pb_sctp_get_32 (body + 4);
  sctp->received_tsn = pb_sctp_get_32 (body + 12) - 1;
  sctp->has_peer = TRUE;
  pb_sctp_packet_begin (sctp, &packet, sctp->remote_tag);
  out = pb_sctp_packet_add (&packet, PB_SCTP_INIT_ACK, 0, INIT_BYTES + 20 + 6);
  pb_sctp_put_32 (out, sctp->local_tag);
  pb_sctp_put_32 (out + 4, RECEIVE_WINDOW);
  pb_sctp_put_16 (out + 8, STREAMS);
  pb_sctp_put_16 (out + 10, STREAMS);
  pb_sctp_put_32 (out + 12, sctp->initial_tsn);
  out += INIT_BYTES;
  pb_sctp_put_16 (out, PARAM_COOKIE);
  pb_sctp_put_16 (out + 2, 20);
  memcpy (out + 4, sctp->cookie, sizeof sctp->cookie);
  out += 20;
  pb_sctp_put_16 (out, PARAM_EXTENSIONS);
  pb_sctp_put_16 (out + 2, 6);
  out[4] = PB_SCTP_RE_CONFIG;
  out[5] = PB_SCTP_FORWARD_TSN;
  pb_sctp_packet_send (sctp, &packet);
}

static void
read_cookie (PbSctp *sctp, const guint8 *body, gsize size)
{
  PbSctpPacket packet;

  if (!sctp->has_peer || size != sizeof sctp->cookie
      || memcmp (body, sctp->cookie, size) != 0
      || sctp->n_answers++ >= PB_SCTP_MAX_ANSWERS)
    return;
  if (sctp->state == PB_SCTP_WAITING)
    sctp->state = PB_SCTP_OPEN;
  pb_sctp_packet_begin (sctp, &packet, sctp->remote_tag);
  pb_sctp_packet_add (&packet, PB_SCTP_COOKIE_ACK, 0, 0);
  pb_sctp_packet_send (sctp, &packet);
}

static void
answer (PbSctp *sctp, guint8 type, const guint8 *body, gsize size)
{
  PbSctpPacket packet;
  guint8 *out;

  if (PB_SCTP_HEADER_BYTES + 8 + size > sizeof packet.data
      || sctp->n_answers++ >= PB_SCTP_MAX_ANSWERS)
    return;
  pb_sctp_packet_begin (sctp, &packet, sctp->remote_tag);
  out = pb_sctp_packet_add (&packet, type, 0, size);
  if (size > 0)
    memcpy (out, body, size);
  pb_sctp_packet_send (sctp, &packet);
}

static void
open_channel (
    PbSctp *sctp, guint16 stream, const guint8 *open, gsize size, gint64 now_us)
{
  const guint8 ack = DCEP_ACK;
  g_autoptr (GBytes) message = NULL;
  g_autofree gchar *label = NULL;
  gsize label_bytes;

  if (size < DCEP_OPEN_BYTES || open[0] != DCEP_OPEN
      || sctp->n_channels == PB_SCTP_MAX_CHANNELS
      || sctp->n_opened == PB_SCTP_MAX_OPENED)
    return;
  label_bytes = pb_sctp_get_16 (open + 8);
  if (label_bytes > size - DCEP_OPEN_BYTES)
    return;
  for (guint i = 0; i < sctp->n_channels; i++) {
    if (sctp->channels[i].stream == stream)
      return;
  }
  sctp->channels[sctp->n_channels++] = (PbSctpChannel){ stream, 0 };
  sctp->n_opened++;
  message = g_bytes_new (&ack, 1);
  pb_sctp_send (sctp, stream, PB_SCTP_PPID_DCEP, message, now_us);
  label = g_strndup ((const gchar *) open + DCEP_OPEN_BYTES, label_bytes);
  sctp->funcs.channel (stream, label, sctp->user_data);
}

static void
read_data (
    PbSctp *sctp, guint8 flags, const guint8 *body, gsize size, gint64 now_us)
{
  guint32 tsn;

  if (size < PB_SCTP_DATA_HEADER_BYTES - 4 || sctp->state != PB_SCTP_OPEN)
    return;
  sctp->sack_due = TRUE;
  tsn = pb_sctp_get_32 (body);
  if (tsn != sctp->received_tsn + 1)
    return;
  sctp->received_tsn = tsn;
  /* Whole messages of the control protocol are all that matters. */
  if ((flags & 3) == 3 && pb_sctp_get_32 (body + 8) == PB_SCTP_PPID_DCEP)
    open_channel (
        sctp, pb_sctp_get_16 (body + 4), body + 12, size - 12, now_us);
}

static void
close_channel (PbSctp *sctp, guint16 stream)
{
  for (guint i = 0; i < sctp->n_channels; i++) {
    if (sctp->channels[i].stream == stream) {
      sctp->channels[i] = sctp->channels[--sctp->n_channels];
      sctp->funcs.channel_closed (stream, sctp->user_data);
      return;
    }
  }
}

/* RFC 6525, 5.2.2: the viewer closes a channel. */
static void
read_reset (PbSctp *sctp, const guint8 *body, gsize size)
{
  guint8 response[12];
  gsize length;
  guint32 seq;

  if (size < 16 || pb_sctp_get_16 (body) != PARAM_RESET_OUTGOING)
    return;
  length = pb_sctp_get_16 (body + 2);
  if (length < 16 || length > size)
    return;
  seq = pb_sctp_get_32 (body + 4);
  pb_sctp_put_16 (response, PARAM_RESET_RESPONSE);
  pb_sctp_put_16 (response + 2, sizeof response);
  pb_sctp_put_32 (response + 4, seq);
  pb_sctp_put_32 (response + 8, RESET_PERFORMED);
  answer (sctp, PB_SCTP_RE_CONFIG, response, sizeof response);
  if (sctp->reset_seen && seq == sctp->reset_seq)
    return;
  sctp->reset_seen = TRUE;
  sctp->reset_seq = seq;
  for (gsize at = 16; at + 2 <= length; at += 2)
    close_channel (sctp, pb_sctp_get_16 (body + at));
}

static void
read_chunk (PbSctp *sctp, const guint8 *chunk, gsize length, gint64 now_us)
{
  const guint8 *body = chunk + 4;
  gsize size = length - 4;

  switch (chunk[0]) {
    case PB_SCTP_DATA:
      read_data (sctp, chunk[1], body, size, now_us);
      break;
    case PB_SCTP_SACK:
      /* One is all that there is to say; each makes us look at all chunks. */
      if (!sctp->sack_read)
        pb_sctp_read_sack (sctp, body, size, now_us);
      sctp->sack_read = TRUE;
      break;
    case PB_SCTP_HEARTBEAT:
      answer (sctp, PB_SCTP_HEARTBEAT_ACK, body, size);
      break;
    case PB_SCTP_COOKIE_ECHO:
      read_cookie (sctp, body, size);
      break;
    case PB_SCTP_RE_CONFIG:
      read_reset (sctp, body, size);
      break;
    case PB_SCTP_FORWARD_TSN:
      if (size >= 4 && sctp->state == PB_SCTP_OPEN
          && pb_sctp_after (pb_sctp_get_32 (body), sctp->received_tsn)) {
        sctp->received_tsn = pb_sctp_get_32 (body);
        sctp->sack_due = TRUE;
      }
      break;
    case PB_SCTP_SHUTDOWN:
      answer (sctp, PB_SCTP_SHUTDOWN_ACK, body, 0);
      close_down (sctp);
      break;
    case PB_SCTP_ABORT:
    case PB_SCTP_SHUTDOWN_ACK:
    case PB_SCTP_SHUTDOWN_COMPLETE:
      close_down (sctp);
      break;
    default:
      break;
  }
}

static void
read_chunks (PbSctp *sctp, const guint8 *packet, gsize size, gint64 now_us)
{
  gsize at = PB_SCTP_HEADER_BYTES;

  while (at + 4 <= size && sctp->state != PB_SCTP_CLOSED) {
    gsize length = pb_sctp_get_16 (packet + at + 2);

    if (length < 4 || length > size - at)
      return;
    read_chunk (sctp, packet + at, length, now_us);
    at += (length + 3) & ~(gsize) 3;
  }
}

/**
 * pb_sctp_receive:
 * @sctp: an association
 * @packet: an SCTP packet, any bytes
 * @size: how many
 * @now_us: monotonic time
 *
 * What is not well formed is left out.
 */
void
pb_sctp_receive (PbSctp *sctp, const guint8 *packet, gsize size, gint64 now_us)
{
  guint32 sum, tag;

  if (sctp->state == PB_SCTP_CLOSED || size < PB_SCTP_HEADER_BYTES + 4
      || size > 2048)
    return;
  memcpy (&sum, packet + 8, sizeof sum);
  if (GUINT32_FROM_LE (sum) != pb_sctp_checksum (packet, size))
    return;
  tag = pb_sctp_get_32 (packet + 4);
  if (packet[PB_SCTP_HEADER_BYTES] == PB_SCTP_INIT) {
    gsize length = pb_sctp_get_16 (packet + PB_SCTP_HEADER_BYTES + 2);

    if (tag != 0 || length < 4 || length > size - PB_SCTP_HEADER_BYTES)
      return;
    sctp->remote_port = pb_sctp_get_16 (packet);
    sctp->local_port = pb_sctp_get_16 (packet + 2);
    read_init (sctp, packet + PB_SCTP_HEADER_BYTES + 4, length - 4);
    return;
  }
  if (!sctp->has_peer || tag != sctp->local_tag)
    return;
  sctp->n_answers = 0;
  sctp->sack_read = FALSE;
  read_chunks (sctp, packet, size, now_us);
  if (sctp->state != PB_SCTP_CLOSED)
    pb_sctp_flush (sctp, now_us);
}

/**
 * pb_sctp_abort:
 * @sctp: an association
 *
 * Ends it and says so.
 */
void
pb_sctp_abort (PbSctp *sctp)
{
  sctp->n_answers = 0;
  if (sctp->state == PB_SCTP_OPEN)
    answer (sctp, PB_SCTP_ABORT, NULL, 0);
  close_down (sctp);
}
