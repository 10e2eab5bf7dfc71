/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a viewer is sent: packets of pictures and sound, messages on the data
 * channel. */
#include "webrtc/pb-peer-private.h"

#include <gio/gio.h>
#include <string.h>

#include "webrtc/pb-rtcp.h"

/* A channel this full is behind by seconds: samples are left out until it has
 * emptied to the lower mark, then a key sample goes on. A sample is about 500
 * bytes, a key sample up to 48 KiB. */
#define CHANNEL_HIGH_BYTES (96 * 1024)
#define CHANNEL_LOW_BYTES (8 * 1024)

/* The payloader's are 1,200 bytes; an Ethernet frame holds no more than this.
 * With room for what protecting adds, and RTX's two bytes. */
#define MAX_PACKET_BYTES 1472
#define SLOT_BYTES (MAX_PACKET_BYTES + PB_SRTP_OVERHEAD + 2)
#define RTP_HEADER_BYTES 12

/* One a thread that sends: packets are protected in it. */
typedef struct {
  guint8 data[PB_PATH_MAX_BATCH][SLOT_BYTES];
  GOutputVector vectors[PB_PATH_MAX_BATCH];
  guint n;
} Batch;

static GPrivate batch_key = G_PRIVATE_INIT (g_free);

static Batch *
get_batch (void)
{
  Batch *batch = g_private_get (&batch_key);

  if (batch == NULL) {
    batch = g_new (Batch, 1);
    g_private_set (&batch_key, batch);
  }
  batch->n = 0;
  return batch;
}

static gboolean
send_batch (PbPeer *peer, Batch *batch)
{
  guint n = batch->n;

  batch->n = 0;
  return n == 0 || pb_path_send (peer->path, batch->vectors, n) == n;
}

/* Protects the packet in the next slot. */
static gboolean
add_to_batch (PbPeer *peer, Batch *batch, gsize size)
{
  guint8 *slot = batch->data[batch->n];

  size = pb_srtp_protect (peer->srtp_out, slot, size, SLOT_BYTES);
  if (size == 0)
    return FALSE;
  batch->vectors[batch->n++] = (GOutputVector){ slot, size };
  return TRUE;
}

static guint16
read_seq (const guint8 *packet)
{
  return (guint16) (packet[2] << 8 | packet[3]);
}

static guint32
read_rtp (const guint8 *packet)
{
  guint32 rtp;

  memcpy (&rtp, packet + 4, sizeof rtp);
  return GUINT32_FROM_BE (rtp);
}

static void
remember (PbPeer *peer, GstBuffer *buffer, guint16 seq)
{
  gst_buffer_replace (&peer->history[seq % PB_PEER_HISTORY], buffer);
}

static void
note_sent (
    PbPeerSent *sent, GstBuffer *buffer, const guint8 *packet, gsize size)
{
  sent->rtp = read_rtp (packet);
  sent->time = GST_BUFFER_PTS (buffer);
  sent->packets++;
  sent->bytes += (guint32) (size - RTP_HEADER_BYTES);
}

static gboolean
send_packet (PbPeer *peer, Batch *batch, GstBuffer *buffer)
{
  guint8 *slot = batch->data[batch->n];
  gsize size = gst_buffer_extract (buffer, 0, slot, MAX_PACKET_BYTES + 1);

  if (size > MAX_PACKET_BYTES || size < RTP_HEADER_BYTES)
    return FALSE;
  remember (peer, buffer, read_seq (slot));
  note_sent (&peer->sent, buffer, slot, size);
  return add_to_batch (peer, batch, size)
         && (batch->n < PB_PATH_MAX_BATCH || send_batch (peer, batch));
}

static void
on_frame (GstBufferList *list, gboolean key, gpointer user_data)
{
  PbPeer *peer = user_data;
  Batch *batch = get_batch ();
  guint n = gst_buffer_list_length (list);
  gboolean ok = TRUE;

  g_mutex_lock (&peer->lock);
  if (!peer->closed && peer->srtp_out != NULL) {
    for (guint i = 0; i < n; i++)
      ok = send_packet (peer, batch, gst_buffer_list_get (list, i)) && ok;
    ok = send_batch (peer, batch) && ok;
  }
  g_mutex_unlock (&peer->lock);
  if (!ok)
    g_atomic_int_inc (&peer->frames_dropped);
}

/* Sound that is lost is not sent again: it would come too late. */
static void
on_sound (GstBuffer *packet, gpointer user_data)
{
  PbPeer *peer = user_data;
  Batch *batch = get_batch ();
  guint8 *slot = batch->data[0];
  gsize size = gst_buffer_extract (packet, 0, slot, MAX_PACKET_BYTES + 1);

  if (size > MAX_PACKET_BYTES || size < RTP_HEADER_BYTES)
    return;
  g_mutex_lock (&peer->lock);
  if (!peer->closed && peer->srtp_out != NULL) {
    slot[1] = (guint8) ((slot[1] & 0x80) | peer->offer.audio_pt);
    note_sent (&peer->sound_sent, packet, slot, size);
    if (add_to_batch (peer, batch, size))
      send_batch (peer, batch);
  }
  g_mutex_unlock (&peer->lock);
}

/* A channel that is full loses samples, and goes on with a key sample. */
static gboolean
takes_sample_locked (PbPeer *peer, gboolean key, gboolean *ask_for_key)
{
  gsize buffered = pb_sctp_get_buffered (peer->sctp);

  if (buffered > CHANNEL_HIGH_BYTES
      || (peer->lost_samples && buffered > CHANNEL_LOW_BYTES)) {
    peer->lost_samples = TRUE;
    peer->asked_for_key = FALSE;
    return FALSE;
  }
  if (peer->lost_samples && !key) {
    /* Comes back as a key sample, in order with what follows. */
    *ask_for_key = !peer->asked_for_key;
    peer->asked_for_key = TRUE;
    return FALSE;
  }
  peer->lost_samples = FALSE;
  peer->asked_for_key = FALSE;
  return TRUE;
}

static void
on_sample (GBytes *message, gboolean key, gpointer user_data)
{
  PbPeer *peer = user_data;
  gboolean ask_for_key = FALSE;

  g_mutex_lock (&peer->lock);
  if (!peer->closed && peer->has_channel) {
    if (!takes_sample_locked (peer, key, &ask_for_key))
      g_atomic_int_inc (&peer->samples_dropped);
    else if (!pb_sctp_send (peer->sctp, peer->channel, PB_SCTP_PPID_BINARY,
                 message, g_get_monotonic_time ()))
      peer->lost_samples = TRUE;
    if (ask_for_key && peer->viewer != NULL)
      pb_live_viewer_resync_data (peer->live, peer->viewer);
  }
  g_mutex_unlock (&peer->lock);
}

static void
send_text_locked (PbPeer *peer, const gchar *json)
{
  g_autoptr (GBytes) message = g_bytes_new (json, strlen (json));

  /* Texts are few; past this the channel is stuck and about to be reaped. */
  if (!peer->closed && peer->has_channel
      && pb_sctp_get_buffered (peer->sctp) <= 2 * CHANNEL_HIGH_BYTES)
    pb_sctp_send (peer->sctp, peer->channel, PB_SCTP_PPID_STRING, message,
        g_get_monotonic_time ());
}

static void
on_text (const gchar *json, gpointer user_data)
{
  PbPeer *peer = user_data;

  g_mutex_lock (&peer->lock);
  send_text_locked (peer, json);
  g_mutex_unlock (&peer->lock);
}

const PbLiveViewerFuncs pb_peer_viewer_funcs = {
  .frame = on_frame,
  .sound = on_sound,
  .sample = on_sample,
  .text = on_text,
};

/**
 * pb_peer_wake:
 * @peer: a peer
 *
 * Any thread. Sends something the viewer must acknowledge, so that one with
 * nothing to see is not taken for gone.
 */
void
pb_peer_wake (PbPeer *peer)
{
  on_text ("{\"type\":\"alive\"}", peer);
}

/* RFC 4588, 4: the number it had goes before the payload. Without RTX the
 * packet itself comes again. */
static gsize
write_again (PbPeer *peer, guint8 *slot, GstBuffer *buffer)
{
  gsize size = gst_buffer_extract (buffer, 0, slot, MAX_PACKET_BYTES);
  guint32 ssrc_be = GUINT32_TO_BE (peer->rtx_ssrc);
  guint16 seq;

  if (peer->offer.rtx_pt < 0)
    return size;
  /* The payloader writes neither extensions nor contributing sources. */
  if (size < RTP_HEADER_BYTES || (slot[0] & 0x3f) != 0)
    return 0;
  seq = peer->rtx_seq++;
  memmove (slot + RTP_HEADER_BYTES + 2, slot + RTP_HEADER_BYTES,
      size - RTP_HEADER_BYTES);
  memcpy (slot + RTP_HEADER_BYTES, slot + 2, 2);
  slot[1] = (guint8) ((slot[1] & 0x80) | peer->offer.rtx_pt);
  slot[2] = (guint8) (seq >> 8);
  slot[3] = (guint8) seq;
  memcpy (slot + 8, &ssrc_be, sizeof ssrc_be);
  return size + 2;
}

typedef struct {
  PbPeer *peer;
  Batch *batch;
} Resend;

static void
on_lost (guint16 seq, gpointer user_data)
{
  PbPeer *peer = ((Resend *) user_data)->peer;
  Batch *batch = ((Resend *) user_data)->batch;
  GstBuffer *buffer = peer->history[seq % PB_PEER_HISTORY];
  guint8 header[4];
  gsize size;

  if (buffer == NULL || peer->resend_budget == 0
      || gst_buffer_extract (buffer, 0, header, 4) != 4
      || read_seq (header) != seq)
    return;
  peer->resend_budget--;
  size = write_again (peer, batch->data[batch->n], buffer);
  if (size == 0 || !add_to_batch (peer, batch, size))
    return;
  g_atomic_int_inc (&peer->resent);
  if (batch->n == PB_PATH_MAX_BATCH)
    send_batch (peer, batch);
}

void
pb_peer_read_rtcp_locked (PbPeer *peer, guint8 *data, gsize size)
{
  Resend resend = { peer, NULL };

  if (peer->srtp_in == NULL || peer->path == NULL)
    return;
  size = pb_srtp_unprotect_rtcp (peer->srtp_in, data, size);
  if (size == 0)
    return;
  peer->is_authentic = TRUE;
  resend.batch = get_batch ();
  pb_rtcp_read (data, size, peer->ssrc, on_lost, &resend);
  send_batch (peer, resend.batch);
}

/* Both reports of a second speak of one instant of one clock: from their pairs
 * of times a browser knows which sound belongs to which picture. */
static void
report (PbPeer *peer, const PbPeerSent *sent, guint32 ssrc, guint rate,
    gint64 utc_us, gint64 now_us)
{
  guint8 packet[PB_RTCP_REPORT_BYTES + PB_SRTP_OVERHEAD];
  GOutputVector vector = { packet, 0 };
  const gint64 since_us = now_us - (gint64) (sent->time / GST_USECOND);
  const PbRtcpReport values = {
    .ssrc = ssrc,
    .utc_us = utc_us,
    .rtp = sent->rtp + (guint32) (since_us * rate / G_USEC_PER_SEC),
    .packets = sent->packets,
    .bytes = sent->bytes,
  };

  if (sent->packets == 0)
    return;
  pb_rtcp_write_report (&values, packet);
  vector.size = pb_srtp_protect_rtcp (
      peer->srtp_out, packet, PB_RTCP_REPORT_BYTES, sizeof packet);
  if (vector.size > 0)
    pb_path_send (peer->path, &vector, 1);
}

void
pb_peer_report_locked (PbPeer *peer, gint64 now_us)
{
  const gint64 utc_us = g_get_real_time ();

  report (
      peer, &peer->sent, peer->ssrc, GST_PITBOX_RTP_CLOCK_RATE, utc_us, now_us);
  report (peer, &peer->sound_sent, peer->audio_ssrc, PB_LIVE_SOUND_RATE, utc_us,
      now_us);
}
