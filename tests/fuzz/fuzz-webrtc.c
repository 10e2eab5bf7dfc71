/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What comes from a viewer: connectivity checks, RTCP, SCTP. */
#include "fuzz.h"

#include <gio/gio.h>
#include <stdlib.h>
#include <string.h>

#include "webrtc/pb-rtcp.h"
#include "webrtc/pb-sctp-private.h"
#include "webrtc/pb-stun.h"

/* More than one association of fuzzed packets can make. */
#define MAX_SENT 100000

typedef struct {
  guint sent;
  PbSctp *sctp;
} Peer;

static void
on_send (const guint8 *packet, gsize size, gpointer user_data)
{
  Peer *peer = user_data;

  if (size < PB_SCTP_HEADER_BYTES || size > PB_SCTP_MTU
      || ++peer->sent > MAX_SENT)
    abort ();
}

static void
on_channel (guint16 stream, const gchar *label, gpointer user_data)
{
  g_autoptr (GBytes) message = g_bytes_new_take (g_malloc0 (5000), 5000);
  Peer *peer = user_data;

  for (guint i = 0; i < 3; i++)
    pb_sctp_send (peer->sctp, stream, PB_SCTP_PPID_BINARY, message, 0);
}

static void
on_closed (guint16 stream, gpointer user_data)
{
}

/* The checksum, the tag and the cookie are what an attacker without them
 * cannot get past: they are put right, so that what is behind is reached. */
static void
push (Peer *peer, const guint8 *data, gsize size, gint64 now_us)
{
  guint8 packet[2048] = { 0 };
  guint32 sum;

  size = MIN (size, sizeof packet - PB_SCTP_HEADER_BYTES);
  memcpy (packet + PB_SCTP_HEADER_BYTES, data, size);
  if (size >= 4 && packet[12] == PB_SCTP_COOKIE_ECHO && size >= 20)
    memcpy (packet + 16, peer->sctp->cookie, 16);
  /* Numbers near ours, so that acknowledgements count. */
  if (size >= 8 && packet[12] == PB_SCTP_SACK)
    pb_sctp_put_32 (packet + 16, peer->sctp->initial_tsn - 1 + packet[19]);
  if (size > 0 && packet[12] != PB_SCTP_INIT)
    pb_sctp_put_32 (packet + 4, peer->sctp->local_tag);
  sum = pb_sctp_checksum (packet, PB_SCTP_HEADER_BYTES + size);
  sum = GUINT32_TO_LE (sum);
  memcpy (packet + 8, &sum, sizeof sum);
  pb_sctp_receive (peer->sctp, packet, PB_SCTP_HEADER_BYTES + size, now_us);
  pb_sctp_tick (peer->sctp, now_us);
  if (peer->sctp->in_flight > peer->sctp->buffered)
    abort ();
}

/* Packets, each with two bytes of length before it. */
static void
play_sctp (const guint8 *data, gsize size)
{
  static const PbSctpFuncs funcs = { on_send, on_channel, on_closed };
  Peer peer = { 0 };
  gint64 now_us = 1;

  peer.sctp = pb_sctp_new (&funcs, &peer);
  while (size >= 2) {
    gsize n = MIN ((gsize) (data[0] << 8 | data[1]), size - 2);

    push (&peer, data + 2, n, now_us);
    data += 2 + n;
    size -= 2 + n;
    now_us += 100000;
  }
  pb_sctp_free (peer.sctp);
}

static void
on_lost (guint16 seq, gpointer user_data)
{
  ++*(guint *) user_data;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  PbStunRequest request;
  guint n = 0;

  if (size == 0)
    return 0;
  switch (data[0]) {
    case 0:
    case 1:
      if (pb_stun_parse (&request, data, size)) {
        if (strlen (request.username) >= sizeof request.username
            || request.integrity_at + 24 > size)
          abort ();
        pb_stun_check (&request, "password");
      }
      break;
    case 2:
      play_sctp (data + 1, size - 1);
      break;
    default:
      pb_rtcp_read (data, size, 0x01020304, on_lost, &n);
      if (n > 17 * size / 4)
        abort ();
  }
  return 0;
}

/* INIT, COOKIE-ECHO, the opening of "telemetry", two acknowledgements with
 * gaps, a reset. */
static GBytes *
sctp_seed (void)
{
  static const guint8 seed[] = { 2,
    /* INIT */
    0, 20, 1, 0, 0, 20, 1, 2, 3, 4, 0, 2, 0, 0, 0, 9, 0, 9, 0, 0, 0, 7,
    /* COOKIE-ECHO */
    0, 20, 10, 0, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    /* DATA, DATA_CHANNEL_OPEN */
    0, 40, 0, 3, 0, 37, 0, 0, 0, 7, 0, 1, 0, 0, 0, 0, 0, 50, 3, 0, 0, 0, 0, 0,
    0, 0, 0, 9, 0, 0, 't', 'e', 'l', 'e', 'm', 'e', 't', 'r', 'y', 0, 0, 0,
    /* SACK with a gap */
    0, 20, 3, 0, 0, 20, 0, 0, 0, 2, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 4,
    /* SACK */
    0, 16, 3, 0, 0, 16, 0, 0, 0, 5, 0, 2, 0, 0, 0, 0, 0, 0,
    /* RE-CONFIG: reset of stream 1 */
    0, 24, 130, 0, 0, 22, 0, 13, 0, 18, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    1, 0, 0 };

  return g_bytes_new_static (seed, sizeof seed);
}

GBytes *
fuzz_get_seed (guint index)
{
  /* RFC 5769, 2.1 */
  static const guint8 stun[] = { 0x00, 0x01, 0x00, 0x58, 0x21, 0x12, 0xa4, 0x42,
    0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae,
    0x80, 0x22, 0x00, 0x10, 0x53, 0x54, 0x55, 0x4e, 0x20, 0x74, 0x65, 0x73,
    0x74, 0x20, 0x63, 0x6c, 0x69, 0x65, 0x6e, 0x74, 0x00, 0x24, 0x00, 0x04,
    0x6e, 0x00, 0x01, 0xff, 0x80, 0x29, 0x00, 0x08, 0x93, 0x2f, 0xf9, 0xb1,
    0x51, 0x26, 0x3b, 0x36, 0x00, 0x06, 0x00, 0x09, 0x65, 0x76, 0x74, 0x6a,
    0x3a, 0x68, 0x36, 0x76, 0x59, 0x20, 0x20, 0x20, 0x00, 0x08, 0x00, 0x14,
    0x9a, 0xea, 0xa7, 0x0c, 0xbf, 0xd8, 0xcb, 0x56, 0x78, 0x1e, 0xf2, 0xb5,
    0xb2, 0xd3, 0xf2, 0x49, 0xc1, 0xb5, 0x71, 0xa2, 0x80, 0x28, 0x00, 0x04,
    0xe5, 0x7a, 0x3b, 0xcf };
  static const guint8 nack[] = { 0x81, 205, 0, 3, 0, 0, 0, 1, 1, 2, 3, 4, 0, 5,
    0x80, 0x01 };

  switch (index) {
    case 0:
      return g_bytes_new_static (stun, sizeof stun);
    case 1:
      return g_bytes_new_static (nack, sizeof nack);
    case 2:
      return sctp_seed ();
    default:
      return NULL;
  }
}
