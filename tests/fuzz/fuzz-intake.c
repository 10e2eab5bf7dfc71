/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a publisher with the right keys may send: RTP and RTCP of any kind, at any
 * time. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "webrtc/pb-intake.h"
#include "webrtc/pb-rtp-clock.h"

#define RECORD_BYTES 4
#define MAX_PACKETS 3000

typedef struct {
  gint64 now_us;
  guint sent;
} Peer;

static void
on_media (PbIntakeKind kind, GBytes *packet, gint64 time_us, gboolean lost,
    gpointer user_data)
{
  const Peer *peer = user_data;

  if (g_bytes_get_size (packet) <= 12
      || ABS (time_us - peer->now_us) > PB_RTP_CLOCK_MAX_OFF_US)
    abort ();
}

static void
on_send (guint8 *rtcp, gsize size, gpointer user_data)
{
  Peer *peer = user_data;

  if (size < 8 || size % 4 != 0 || size > PB_RTCP_MAX_BYTES - 20)
    abort ();
  peer->sent++;
}

/* Records of four bytes and what they announce: how much time has passed, what it
 * is, its length. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const PbIntakeConfig config = { 109, 114, 111, 5 };
  static const PbIntakeFuncs funcs = { on_media, on_send };
  Peer peer = { .now_us = G_USEC_PER_SEC };
  g_autoptr (PbIntake) intake = pb_intake_new (&config, &funcs, &peer);
  PbIntakeStats stats;
  guint n = 0;

  for (; size >= RECORD_BYTES && n < MAX_PACKETS; n++) {
    const gsize length =
        MIN ((gsize) (data[2] << 8 | data[3]) % 1500, size - RECORD_BYTES);
    const guint8 *packet = data + RECORD_BYTES;

    peer.now_us += data[0] * 1000;
    if (data[1] & 1)
      pb_intake_receive_rtcp (intake, packet, length, peer.now_us);
    else
      pb_intake_receive (intake, packet, length, peer.now_us);
    if (data[1] & 2)
      pb_intake_tick (intake, peer.now_us);
    data += RECORD_BYTES + length;
    size -= RECORD_BYTES + length;
  }
  pb_intake_get_stats (intake, &stats);
  /* Each packet and tick asks once at most, and a tick says three things. */
  if (peer.sent > 5 * n || stats.packets > 2 * n
      || stats.bits_per_s > PB_INTAKE_CEILING_BPS)
    abort ();
  return 0;
}

/* Pictures with a hole, a retransmission, sound, a report of each. */
GBytes *
fuzz_get_seed (guint index)
{
  static const guint8 pictures[] = {
    /* key frame, two behind a hole, a tick, the retransmission */
    0, 2, 0, 14, 0x80, 109, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 0x65, 1, //
    33, 0, 0, 14, 0x80, 109, 0, 3, 0, 0, 20, 0, 0, 0, 0, 9, 0x61, 1, //
    33, 2, 0, 14, 0x80, 109, 0, 4, 0, 0, 40, 0, 0, 0, 0, 9, 0x61, 1, //
    9, 2, 0, 16, 0x80, 114, 0, 1, 0, 0, 10, 0, 0, 0, 0, 8, 0, 2, 0x61, 1, //
    /* with an extension and padding */
    9, 2, 0, 24, 0xb0, 109, 0, 5, 0, 0, 50, 0, 0, 0, 0, 9, 0xbe, 0xde, 0, 1,
    0x10, 1, 0, 0, 0x7c, 0x85, 0, 2, //
    255, 2, 0, 0
  };
  static const guint8 reports[] = { 0, 2, 0, 14, 0x80, 109, 0, 1, 0, 0, 0, 0, 0,
    0, 0, 9, 0x65, 1, //
    5, 2, 0, 14, 0x80, 111, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7, 0x65, 1, //
    5, 1, 0, 28, 0x80, 200, 0, 6, 0, 0, 0, 9, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 1, 0, 0, 0, 9, //
    5, 3, 0, 28, 0x80, 200, 0, 6, 0, 0, 0, 7, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 1, 0, 0, 0, 9, //
    20, 2, 0, 14, 0x80, 111, 0, 3, 0, 0, 7, 128, 0, 0, 0, 7, 0x65, 1, //
    255, 2, 0, 0 };

  switch (index) {
    case 0:
      return g_bytes_new_static (pictures, sizeof pictures);
    case 1:
      return g_bytes_new_static (reports, sizeof reports);
    default:
      return NULL;
  }
}
