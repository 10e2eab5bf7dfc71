/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a publisher sends by WebRTC: its offer, its packets, what it is told. */
#include <glib.h>
#include <string.h>

#include "../lib/pb-test-offers.h"
#include "webrtc/pb-answer.h"
#include "webrtc/pb-intake.h"
#include "webrtc/pb-rtp-clock.h"
#include "webrtc/pb-rtp-order.h"
#include "webrtc/pb-rtp-packet.h"
#include "webrtc/pb-rtp-tally.h"
#include "webrtc/pb-srtp-window.h"
#include "webrtc/pb-srtp.h"

#define MS G_GINT64_CONSTANT (1000)
#define SECOND (1000 * MS)

/* A time as clocks have it, not 0. */
#define START (1000 * SECOND)

#define AUDIO \
  "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:2\r\na=sendonly\r\n" \
  "a=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\nm=application"

static gchar *
make_offer (const gchar *direction)
{
  g_autofree gchar *text =
      pb_test_replace (pb_test_offer_chrome, "a=recvonly", direction);
  g_autofree gchar *more = pb_test_replace (text, "m=application", AUDIO);

  return pb_test_replace (more, "BUNDLE 0 1", "BUNDLE 0 2 1");
}

static void
test_offer (void)
{
  g_autofree gchar *text = make_offer ("a=sendonly");
  g_autofree gchar *sdp = NULL;
  g_autoptr (GError) error = NULL;
  const PbAnswer answer = { .ice_ufrag = "Abcd1234",
    .ice_pwd = "0123456789abcdef0123456789abcdef",
    .fingerprint = "sha-256 00:11",
    .candidates = "",
    .ssrc = 77 };
  PbOffer offer;

  g_assert_true (
      pb_offer_parse_publisher (&offer, text, strlen (text), &error));
  g_assert_no_error (error);
  g_assert_true (offer.has_video);
  g_assert_true (offer.has_audio);
  g_assert_cmpint (offer.pt, ==, 109);
  g_assert_cmpint (offer.rtx_pt, ==, 114);
  g_assert_cmpint (offer.audio_pt, ==, 111);
  sdp = pb_answer_to_sdp (&answer, &offer);
  g_assert_null (strstr (sdp, "sendonly"));
  g_assert_null (strstr (sdp, "a=ssrc"));
  g_assert_null (strstr (sdp, "msid"));
  g_assert_nonnull (strstr (sdp, "a=recvonly\r\n"));
  g_assert_nonnull (strstr (sdp, "a=rtcp-fb:109 goog-remb\r\n"));
  g_assert_nonnull (strstr (sdp, "a=rtcp-fb:109 nack pli\r\n"));
  g_assert_nonnull (strstr (sdp, "profile-level-id=42e034\r\n"));
  g_assert_nonnull (strstr (sdp, "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"));
}

static void
test_offer_refused (void)
{
  static const gchar *const directions[] = { "a=recvonly", "a=inactive" };
  PbOffer offer;

  for (guint i = 0; i < G_N_ELEMENTS (directions); i++) {
    g_autofree gchar *text = make_offer (directions[i]);
    g_autoptr (GError) error = NULL;

    g_assert_false (
        pb_offer_parse_publisher (&offer, text, strlen (text), &error));
    g_assert_error (error, PB_OFFER_ERROR, PB_OFFER_ERROR_NOTHING);
  }
  {
    g_autofree gchar *text = make_offer ("a=sendrecv");
    g_autofree gchar *vp8 = pb_test_replace (text, "H264/90000", "H263/90000");
    g_autoptr (GError) error = NULL;

    g_assert_true (
        pb_offer_parse_publisher (&offer, text, strlen (text), NULL));
    while (strstr (vp8, "H264/90000")) {
      gchar *next = pb_test_replace (vp8, "H264/90000", "H263/90000");

      g_free (vp8);
      vp8 = next;
    }
    g_assert_false (
        pb_offer_parse_publisher (&offer, vp8, strlen (vp8), &error));
    g_assert_error (error, PB_OFFER_ERROR, PB_OFFER_ERROR_NO_H264);
  }
}

/* An RTP packet of @size bytes of payload. */
static gsize
write_rtp (guint8 *out, guint8 pt, guint16 seq, guint32 rtp, guint32 ssrc,
    const guint8 *payload, gsize size)
{
  const PbRtpPacket packet = { .pt = pt,
    .seq = seq,
    .rtp = rtp,
    .ssrc = ssrc,
    .payload = payload,
    .size = size };
  g_autoptr (GBytes) bytes = pb_rtp_packet_to_bytes (&packet);

  memcpy (out, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  return g_bytes_get_size (bytes);
}

typedef struct {
  PbSrtp *out;
  PbSrtp *in;
} Pair;

static void
pair_init (Pair *pair, gconstpointer profile)
{
  static const guint8 key[PB_SRTP_KEY_BYTES] = { 1 }, salt[14] = { 2 };
  const PbSrtpProfile p = (PbSrtpProfile) GPOINTER_TO_UINT (profile);

  pair->out = pb_srtp_new (p, key, salt);
  pair->in = pb_srtp_new (p, key, salt);
}

static void
pair_clear (Pair *pair)
{
  pb_srtp_free (pair->out);
  pb_srtp_free (pair->in);
}

static gsize
seal (Pair *pair, guint16 seq, guint32 ssrc, guint8 out[256])
{
  static const guint8 payload[100] = { 0x65, 1, 2, 3 };
  const gsize size = write_rtp (out, 96, seq, 90, ssrc, payload, 100);

  return pb_srtp_protect (pair->out, out, size, 256);
}

/* What was sent comes out, once, and nothing else does. */
static void
test_srtp (gconstpointer data)
{
  guint8 sealed[256], copy[256], plain[256];
  gsize size, n;
  Pair pair;

  pair_init (&pair, data);
  size = seal (&pair, 7, 99, sealed);
  n = pb_srtp_unprotect (pair.in, memcpy (copy, sealed, size), size);
  g_assert_cmpuint (n, ==, 112);
  g_assert_cmpuint (seal (&pair, 8, 99, plain), ==, size);
  g_assert_cmpmem (copy + 12, 3, "\x65\x01\x02", 3);
  g_assert_cmpuint (
      pb_srtp_unprotect (pair.in, memcpy (copy, sealed, size), size), ==, 0);
  for (gsize i = 0; i < size; i++) {
    memcpy (copy, plain, size);
    copy[i] ^= 4;
    g_assert_cmpuint (pb_srtp_unprotect (pair.in, copy, size), ==, 0);
    memcpy (copy, plain, size);
    g_assert_cmpuint (pb_srtp_unprotect (pair.in, copy, i), ==, 0);
  }
  g_assert_cmpuint (pb_srtp_unprotect (pair.in, plain, size), ==, 112);
  pair_clear (&pair);
}

/* Over the end of the numbers, with packets that come late. */
static void
test_srtp_wrap (gconstpointer data)
{
  guint8 late[256], early[256], packet[256];
  gsize late_size = 0, early_size = 0, size;
  Pair pair;

  pair_init (&pair, data);
  for (guint i = 0; i < 0x10000 + 4000; i++) {
    size = seal (&pair, (guint16) (60000 + i), 99, packet);
    if (i == 5530) {
      late_size = size;
      memcpy (late, packet, size);
    } else if (i == 1000) {
      early_size = size;
      memcpy (early, packet, size);
    } else {
      g_assert_cmpuint (pb_srtp_unprotect (pair.in, packet, size), ==, 112);
    }
    if (i == 6000)
      g_assert_cmpuint (pb_srtp_unprotect (pair.in, late, late_size), ==, 112);
    if (i == 1000 + PB_SRTP_WINDOW_PACKETS)
      g_assert_cmpuint (pb_srtp_unprotect (pair.in, early, early_size), ==, 0);
  }
  pair_clear (&pair);
}

/* Who has the keys cannot make us remember more and more. */
static void
test_srtp_streams (gconstpointer data)
{
  guint8 packet[256];
  gsize size;
  Pair pair;

  pair_init (&pair, data);
  for (guint i = 0; i < 20; i++) {
    Pair each;

    pair_init (&each, data);
    size = seal (&each, 7, 1000 + i, packet);
    g_assert_cmpuint (
        pb_srtp_unprotect (pair.in, packet, size), ==, i < 8 ? 112 : 0);
    pair_clear (&each);
  }
  pair_clear (&pair);
}

static void
test_packet (void)
{
  static const struct {
    const gchar *name;
    guint8 data[24];
    gsize size;
    gint payload; /* -1: refused */
  } cases[] = {
    { "plain", { 0x80, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 5 }, 13, 1 },
    { "empty", { 0x80, 96 }, 12, 0 },
    { "short", { 0x80, 96 }, 11, -1 },
    { "version", { 0x40, 96 }, 13, -1 },
    { "sources", { 0x82, 96 }, 21, 1 },
    { "sources missing", { 0x82, 96 }, 19, -1 },
    { "extension", { 0x90, 96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xbe, 0xde, 0, 1 },
        21, 1 },
    { "extension too long",
        { 0x90, 96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xbe, 0xde, 0, 9 }, 21, -1 },
    { "extension cut", { 0x90, 96 }, 14, -1 },
    { "padding", { 0xa0, 96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 2 }, 15, 1 },
    { "padding alone", { 0xa0, 96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2 }, 14,
        0 },
    { "padding too long", { 0xa0, 96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3 }, 14,
        -1 },
    { "padding of none", { 0xa0, 96 }, 14, -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    PbRtpPacket packet;
    const gboolean ok =
        pb_rtp_packet_read (&packet, cases[i].data, cases[i].size);

    g_test_message ("%s", cases[i].name);
    g_assert_cmpint (ok ? (gint) packet.size : -1, ==, cases[i].payload);
  }
}

static void
test_is_key (void)
{
  static const struct {
    guint8 data[12];
    gsize size;
    gboolean key;
  } cases[] = {
    { { 0 }, 0, FALSE },
    { { 0x65 }, 1, TRUE },
    { { 0x67 }, 1, TRUE },
    { { 0x61 }, 1, FALSE },
    { { 0x7c, 0x85 }, 2, TRUE },
    { { 0x7c, 0x05 }, 2, FALSE },
    { { 0x7c }, 1, FALSE },
    { { 0x78, 0, 1, 0x09, 0, 2, 0x67, 1 }, 8, TRUE },
    { { 0x78, 0, 1, 0x09, 0, 2, 0x61, 1 }, 8, FALSE },
    { { 0x78, 0xff, 0xff, 0x09 }, 4, FALSE },
    { { 0x78, 0, 0, 0x67 }, 4, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (
        pb_rtp_packet_is_key (cases[i].data, cases[i].size), ==, cases[i].key);
}

/* What comes out behind each step: its letter, "!" before it where something
 * was lost. */
typedef struct {
  gint64 at_ms;
  gint seq; /* -1: nothing comes */
  const gchar *out;
  const gchar *asks; /* numbers, as letters */
} OrderStep;

static const OrderStep in_order[] = { { 0, 'a', "a", "" }, { 1, 'b', "b", "" },
  { 2, 'b', "", "" }, { 3, 'c', "c", "" }, { -1 } };
static const OrderStep swapped[] = { { 0, 'a', "a", "" }, { 1, 'c', "", "" },
  { 2, 'b', "bc", "" }, { 50, -1, "", "" }, { -1 } };
static const OrderStep repaired[] = { { 0, 'a', "a", "" }, { 1, 'd', "", "" },
  { 10, -1, "", "" }, { 11, -1, "", "bc" }, { 12, 'e', "", "" },
  { 40, 'b', "b", "" }, { 71, -1, "", "c" }, { 90, 'c', "cde", "" }, { -1 } };
static const OrderStep given_up[] = { { 0, 'a', "a", "" }, { 1, 'c', "", "" },
  { 11, -1, "", "b" }, { 71, -1, "", "b" }, { 131, -1, "", "b" },
  { 191, -1, "", "b" }, { 251, -1, "", "b" }, { 311, -1, "", "b" },
  { 371, -1, "", "" }, { 400, -1, "", "" }, { 401, -1, "!c", "" },
  { 402, 'b', "", "" }, { 403, 'd', "d", "" }, { -1 } };
/* What is lost is lost by itself: the second hole has its own time. */
static const OrderStep two_holes[] = { { 0, 'a', "a", "" }, { 1, 'c', "", "" },
  { 200, 'e', "", "b" }, { 401, -1, "!c", "bd" }, { 600, -1, "!e", "d" },
  { -1 } };

static void
test_order (gconstpointer data)
{
  g_autoptr (PbRtpOrder) order = pb_rtp_order_new (PB_INTAKE_WAIT_US);

  for (const OrderStep *step = data; step->at_ms >= 0; step++) {
    g_autoptr (GString) out = g_string_new (NULL);
    g_autoptr (GString) asks = g_string_new (NULL);
    const gint64 now_us = START + step->at_ms * MS;
    guint16 seqs[8];
    gboolean lost;
    guint n;

    if (step->seq >= 0) {
      const guint8 letter = (guint8) step->seq;
      g_autoptr (GBytes) packet = g_bytes_new (&letter, 1);

      /* Over the end of the numbers. */
      pb_rtp_order_push (order, packet, (guint16) (65434 + step->seq), now_us);
    }
    n = pb_rtp_order_ask (order, now_us, seqs, 8);
    for (guint i = 0; i < n; i++)
      g_string_append_c (asks, (gchar) (guint16) (seqs[i] - 65434));
    while (TRUE) {
      g_autoptr (GBytes) packet = pb_rtp_order_pop (order, now_us, &lost);

      if (packet == NULL)
        break;
      g_string_append_printf (out, "%s%c", lost ? "!" : "",
          ((const gchar *) g_bytes_get_data (packet, NULL))[0]);
    }
    g_test_message ("%" G_GINT64_FORMAT " ms", step->at_ms);
    g_assert_cmpstr (out->str, ==, step->out);
    g_assert_cmpstr (asks->str, ==, step->asks);
  }
}

/* A jump of the numbers is a loss; nothing is kept for it. */
static void
test_order_jump (void)
{
  g_autoptr (PbRtpOrder) order = pb_rtp_order_new (PB_INTAKE_WAIT_US);
  g_autoptr (GBytes) packet = g_bytes_new ("x", 1);
  gboolean lost;

  g_assert_true (pb_rtp_order_push (order, packet, 1, START));
  g_assert_true (pb_rtp_order_push (order, packet, 3, START));
  g_assert_true (
      pb_rtp_order_push (order, packet, 3 + PB_RTP_ORDER_SLOTS, START));
  {
    g_autoptr (GBytes) next = pb_rtp_order_pop (order, START, &lost);

    g_assert_true (next == packet && lost);
    g_assert_null (pb_rtp_order_pop (order, START, &lost));
  }
  g_assert_false (pb_rtp_order_push (order, packet, 2, START));
}

static guint64
ntp_of (gint64 us)
{
  return (guint64) (us / SECOND) << 32
         | (guint64) (us % SECOND) * (G_GUINT64_CONSTANT (1) << 32) / SECOND;
}

#define SENDER (3900000000 * SECOND)

static void
assert_near (gint64 a, gint64 b, gint64 by)
{
  g_assert_cmpint (ABS (a - b), <=, by);
}

/* Sound that took 80 ms longer on its way than the picture: before the reports
 * it is late by that, behind them it is where it belongs. */
static void
test_clock (void)
{
  PbRtpClock clock;

  pb_rtp_clock_init (&clock, 90000, 48000);
  assert_near (pb_rtp_clock_get_time (&clock, 0, 0xfffffff0, START), START, 0);
  assert_near (pb_rtp_clock_get_time (&clock, 1, 5000, START + 80 * MS),
      START + 80 * MS, 0);
  assert_near (
      pb_rtp_clock_get_time (&clock, 0, 0xfffffff0 + 90000, START + 1070 * MS),
      START + SECOND, 0);
  pb_rtp_clock_report (&clock, 0, ntp_of (SENDER), 0xfffffff0);
  assert_near (
      pb_rtp_clock_get_time (&clock, 1, 5000 + 48000, START + 1080 * MS),
      START + 1080 * MS, 1);
  pb_rtp_clock_report (&clock, 1, ntp_of (SENDER + 500 * MS), 5000 + 24000);
  assert_near (
      pb_rtp_clock_get_time (&clock, 1, 5000 + 48000, START + 1080 * MS),
      START + SECOND, 2);
  assert_near (pb_rtp_clock_get_time (
                   &clock, 0, 0xfffffff0 + 2 * 90000, START + 2000 * MS),
      START + 2 * SECOND, 2);
  /* A sound card that is faster than its PC: the next report says so. */
  pb_rtp_clock_report (
      &clock, 1, ntp_of (SENDER + 10 * SECOND), 5000 + 10 * 48000 + 480);
  assert_near (pb_rtp_clock_get_time (
                   &clock, 1, 5000 + 10 * 48000 + 480, START + 10 * SECOND),
      START + 10 * SECOND, 2);
}

/* Whatever a sender says, a time is near when its packet came. */
static void
test_clock_bounds (void)
{
  PbRtpClock clock;
  guint32 rtp[2] = { 0 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  pb_rtp_clock_init (&clock, 90000, 48000);
  for (guint i = 0; i < 100000; i++) {
    const guint stream = i & 1;
    const gint64 now_us = START + i * MS;

    if (i % 5 == 0)
      pb_rtp_clock_report (&clock, stream,
          (guint64) g_rand_int (rand) << 32 | g_rand_int (rand),
          g_rand_int (rand));
    if (i % 1000 == 0)
      pb_rtp_clock_restart (&clock, stream);
    rtp[stream] += i % 7 == 0 ? g_rand_int (rand)
                              : (guint32) g_rand_int_range (rand, 0, 4000);
    assert_near (pb_rtp_clock_get_time (&clock, stream, rtp[stream], now_us),
        now_us, PB_RTP_CLOCK_MAX_OFF_US);
  }
}

static void
test_tally (void)
{
  PbRtpTally tally;
  PbRtcpBlock block;

  pb_rtp_tally_init (&tally, 90000, 99);
  pb_rtp_tally_report (&tally, START, &block);
  g_assert_cmpuint (block.lost_256, ==, 0);
  for (guint i = 0; i < 100; i++)
    if (i % 4 != 3)
      pb_rtp_tally_add (
          &tally, (guint16) (65500 + i), 900 * i, START + 10 * MS * i);
  pb_rtp_tally_note_report (&tally, ntp_of (SENDER), START);
  pb_rtp_tally_report (&tally, START + SECOND, &block);
  g_assert_cmpuint (block.ssrc, ==, 99);
  g_assert_cmpint (block.lost, ==, 24);
  g_assert_cmpuint (block.lost_256, ==, 24 * 256 / 99);
  g_assert_cmpuint (block.highest, ==, 65500 + 98);
  g_assert_cmpuint (block.jitter, ==, 0);
  g_assert_cmpuint (block.since_report, ==, 65536);
  pb_rtp_tally_report (&tally, START + SECOND, &block);
  g_assert_cmpuint (block.lost_256, ==, 0);
  g_assert_cmpint (block.lost, ==, 24);
}

static void
test_adapt (void)
{
  static const struct {
    guint before;
    guint8 lost_256;
    guint after;
  } cases[] = {
    { PB_INTAKE_CEILING_BPS, 0, PB_INTAKE_CEILING_BPS },
    { 1000000, 0, 1080000 },
    { 1000000, 4, 1080000 },
    { 1000000, 5, 1000000 },
    { 1000000, 26, 1000000 },
    { 1000000, 27, 947265 },
    { 1000000, 128, 750000 },
    { 1000000, 255, 501953 },
    { PB_INTAKE_FLOOR_BPS, 255, PB_INTAKE_FLOOR_BPS },
    { PB_INTAKE_FLOOR_BPS, 0, 324000 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpuint (pb_intake_adapt (cases[i].before, cases[i].lost_256), ==,
        cases[i].after);
}

/* A publisher as its receiver sees it: what was handed on, what was said. */
typedef struct {
  PbIntake *intake;
  guint pictures;
  guint sounds;
  guint losses;
  gint64 time_us[2];
  guint16 seq;
  guint plis;
  guint nacks;
  guint8 nack[PB_RTCP_MAX_BYTES];
  guint reports;
  guint blocks;
  guint64 remb;
} Rig;

static void
on_media (PbIntakeKind kind, GBytes *bytes, gint64 time_us, gboolean lost,
    gpointer user_data)
{
  Rig *rig = user_data;
  PbRtpPacket packet;

  g_assert_true (pb_rtp_packet_read (
      &packet, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)));
  rig->pictures += kind == PB_INTAKE_PICTURE;
  rig->sounds += kind == PB_INTAKE_SOUND;
  rig->losses += lost;
  rig->time_us[kind] = time_us;
  if (kind == PB_INTAKE_PICTURE)
    rig->seq = packet.seq;
}

static void
on_send (guint8 *rtcp, gsize size, gpointer user_data)
{
  Rig *rig = user_data;

  g_assert_cmpuint (size, ==, 4 * ((guint) (rtcp[2] << 8 | rtcp[3]) + 1));
  g_assert_cmpuint (size + PB_SRTP_OVERHEAD, <=, PB_RTCP_MAX_BYTES);
  if (rtcp[1] == 201) {
    rig->reports++;
    rig->blocks = rtcp[0] & 0x1f;
  } else if (rtcp[1] == 205) {
    rig->nacks++;
    memcpy (rig->nack, rtcp, size);
  } else if (rtcp[1] == 206 && (rtcp[0] & 0x1f) == 1) {
    rig->plis++;
  } else {
    g_assert_cmpmem (rtcp + 12, 4, "REMB", 4);
    rig->remb = (guint64) ((rtcp[17] & 3) << 16 | rtcp[18] << 8 | rtcp[19])
                << (rtcp[17] >> 2);
  }
}

static void
rig_init (Rig *rig)
{
  static const PbIntakeConfig config = {
    .pt = 109, .rtx_pt = 114, .audio_pt = 111, .own_ssrc = 5
  };
  static const PbIntakeFuncs funcs = { on_media, on_send };

  *rig = (Rig){ 0 };
  rig->intake = pb_intake_new (&config, &funcs, rig);
}

static void
receive (Rig *rig, guint8 pt, guint16 seq, guint32 rtp, const guint8 *payload,
    gsize size, gint64 at_us)
{
  guint8 packet[256];
  const gsize n = write_rtp (packet, pt, seq, rtp, 1000u + pt, payload, size);

  g_assert_true (pb_intake_receive (rig->intake, packet, n, at_us));
}

static const guint8 key_payload[] = { 0x65, 1 };
static const guint8 delta_payload[] = { 0x61, 1 };

/* A key frame is asked for each 1.5 s as long as none comes by itself, also
 * where no picture comes at all. */
static void
test_keys (void)
{
  guint before;
  Rig rig;

  rig_init (&rig);
  pb_intake_tick (rig.intake, START);
  g_assert_cmpuint (rig.plis, ==, 0);
  receive (&rig, 109, 1, 0, key_payload, 2, START);
  for (guint i = 0; i <= 100; i++) {
    pb_intake_tick (rig.intake, START + i * 50 * MS);
    receive (&rig, 109, (guint16) (2 + i), 4500 * i, delta_payload, 2,
        START + i * 50 * MS);
    if (i == 29)
      g_assert_cmpuint (rig.plis, ==, 0);
    if (i == 30)
      g_assert_cmpuint (rig.plis, ==, 1);
  }
  /* 1.5, 3.0 and 4.5 s */
  g_assert_cmpuint (rig.plis, ==, 3);
  g_assert_cmpuint (rig.pictures, ==, 102);
  for (guint i = 101; i <= 160; i++)
    pb_intake_tick (rig.intake, START + i * 50 * MS);
  before = rig.plis;
  g_assert_cmpuint (before, ==, 5);
  /* One that comes is not asked for. */
  receive (&rig, 109, 103, 4500 * 161, key_payload, 2, START + 8100 * MS);
  for (guint i = 162; i <= 190; i++)
    pb_intake_tick (rig.intake, START + i * 50 * MS);
  g_assert_cmpuint (rig.plis, ==, before);
  pb_intake_free (rig.intake);
}

/* A hole is asked for, filled by a retransmission, and nobody notices; one that
 * is not filled costs a key frame. */
static void
test_repair (void)
{
  static const guint8 rtx[] = { 0, 2, 0x61, 7 };
  static const guint8 empty[] = { 0, 4 };
  PbIntakeStats stats;
  Rig rig;

  rig_init (&rig);
  receive (&rig, 109, 1, 0, key_payload, 2, START);
  receive (&rig, 109, 3, 6000, delta_payload, 2, START + 66 * MS);
  g_assert_cmpuint (rig.pictures, ==, 1);
  receive (&rig, 109, 4, 9000, delta_payload, 2, START + 100 * MS);
  g_assert_cmpuint (rig.nacks, ==, 1);
  g_assert_cmpmem (rig.nack + 12, 4, "\0\2\0\0", 4);
  /* One without anything in it only tries the way. */
  receive (&rig, 114, 500, 3000, empty, 2, START + 110 * MS);
  g_assert_cmpuint (rig.pictures, ==, 1);
  receive (&rig, 114, 501, 3000, rtx, 4, START + 120 * MS);
  g_assert_cmpuint (rig.pictures, ==, 4);
  g_assert_cmpuint (rig.losses, ==, 0);
  g_assert_cmpuint (rig.seq, ==, 4);
  pb_intake_get_stats (rig.intake, &stats);
  g_assert_cmpuint (stats.received, ==, 3);
  g_assert_cmpuint (stats.missing, ==, 1);
  g_assert_cmpuint (stats.again, ==, 1);
  receive (&rig, 109, 6, 15000, delta_payload, 2, START + 200 * MS);
  pb_intake_tick (rig.intake, START + 550 * MS);
  g_assert_cmpuint (rig.pictures, ==, 4);
  g_assert_cmpuint (rig.plis, ==, 0);
  pb_intake_tick (rig.intake, START + 600 * MS);
  g_assert_cmpuint (rig.pictures, ==, 5);
  g_assert_cmpuint (rig.losses, ==, 1);
  g_assert_cmpuint (rig.plis, ==, 1);
  /* It gets lost, too, and is asked for again; then it comes. */
  pb_intake_tick (rig.intake, START + 850 * MS);
  g_assert_cmpuint (rig.plis, ==, 1);
  pb_intake_tick (rig.intake, START + 900 * MS);
  g_assert_cmpuint (rig.plis, ==, 2);
  receive (&rig, 109, 7, 18000, key_payload, 2, START + 910 * MS);
  pb_intake_tick (rig.intake, START + 1300 * MS);
  g_assert_cmpuint (rig.plis, ==, 2);
  pb_intake_free (rig.intake);
}

static void
test_sound_and_reports (void)
{
  guint8 sr[28] = { 0x80, 200, 0, 6 };
  Rig rig;

  rig_init (&rig);
  receive (&rig, 111, 1, 0, key_payload, 2, START);
  pb_intake_tick (rig.intake, START);
  g_assert_cmpuint (rig.reports, ==, 1);
  g_assert_cmpuint (rig.blocks, ==, 1);
  g_assert_cmpuint (rig.remb, ==, 0);
  /* A browser that hears of it at once need not feel its way. */
  receive (&rig, 109, 1, 0, key_payload, 2, START + 100 * MS);
  pb_intake_tick (rig.intake, START + 110 * MS);
  g_assert_cmpuint (rig.reports, ==, 2);
  g_assert_cmpuint (rig.blocks, ==, 2);
  g_assert_cmpuint (rig.remb, >=, PB_INTAKE_CEILING_BPS - 64);
  g_assert_cmpuint (rig.remb, <=, PB_INTAKE_CEILING_BPS);
  pb_intake_tick (rig.intake, START + 160 * MS);
  g_assert_cmpuint (rig.reports, ==, 2);
  /* Lost sound is passed over after 60 ms. */
  receive (&rig, 111, 3, 1920, key_payload, 2, START + 200 * MS);
  pb_intake_tick (rig.intake, START + 250 * MS);
  g_assert_cmpuint (rig.sounds, ==, 1);
  pb_intake_tick (rig.intake, START + 260 * MS);
  g_assert_cmpuint (rig.sounds, ==, 2);
  g_assert_cmpuint (rig.losses, ==, 1);
  g_assert_cmpuint (rig.plis, ==, 0);
  /* What both streams say of one clock counts. */
  sr[6] = 1111 >> 8, sr[7] = 1111 & 0xff, sr[8] = 1;
  pb_intake_receive_rtcp (rig.intake, sr, sizeof sr, START);
  sr[6] = 1109 >> 8, sr[7] = 1109 & 0xff;
  pb_intake_receive_rtcp (rig.intake, sr, sizeof sr, START);
  receive (&rig, 111, 4, 4800, key_payload, 2, START + 280 * MS);
  g_assert_cmpint (rig.time_us[PB_INTAKE_SOUND], ==, START + 200 * MS);
  for (gsize n = 0; n < sizeof sr; n++)
    pb_intake_receive_rtcp (rig.intake, sr, n, START);
  pb_intake_free (rig.intake);
}

/* What is not of the session is counted and left; what is too much ends it. */
static void
test_strange (void)
{
  PbIntakeStats stats;
  guint8 flood[1200] = { 0x80, 109 };
  guint64 n = 0;
  Rig rig;

  rig_init (&rig);
  receive (&rig, 77, 1, 0, key_payload, 2, START);
  receive (&rig, 114, 1, 0, key_payload, 2, START);
  for (gsize size = 0; size < PB_RTP_HEADER_BYTES; size++)
    g_assert_true (pb_intake_receive (rig.intake, flood, size, START));
  pb_intake_get_stats (rig.intake, &stats);
  g_assert_cmpuint (stats.strange, ==, 1 + PB_RTP_HEADER_BYTES);
  g_assert_cmpuint (rig.pictures, ==, 0);
  while (pb_intake_receive (rig.intake, flood, sizeof flood, START))
    n += sizeof flood;
  g_assert_cmpuint (n, <=, PB_INTAKE_BURST_BYTES);
  g_assert_cmpuint (n, >, PB_INTAKE_BURST_BYTES - 3 * sizeof flood);
  pb_intake_free (rig.intake);
}

/* A publisher that begins a stream anew goes on, behind a loss. */
static void
test_restart (void)
{
  guint8 packet[64];
  gsize n;
  Rig rig;

  rig_init (&rig);
  receive (&rig, 109, 40000, 0, key_payload, 2, START);
  n = write_rtp (packet, 109, 7, 123456789, 42, key_payload, 2);
  g_assert_true (pb_intake_receive (rig.intake, packet, n, START + SECOND));
  g_assert_cmpuint (rig.pictures, ==, 2);
  g_assert_cmpuint (rig.losses, ==, 1);
  g_assert_cmpint (rig.time_us[PB_INTAKE_PICTURE], ==, START + SECOND);
  pb_intake_free (rig.intake);
}

int
main (int argc, char **argv)
{
  static const struct {
    const gchar *name;
    PbSrtpProfile profile;
  } profiles[] = { { "cm", PB_SRTP_AES128_CM_SHA1_80 },
    { "gcm", PB_SRTP_AES128_GCM } };

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/intake/offer", test_offer);
  g_test_add_func ("/intake/offer-refused", test_offer_refused);
  for (guint i = 0; i < G_N_ELEMENTS (profiles); i++) {
    g_autofree gchar *one =
        g_strconcat ("/intake/srtp/", profiles[i].name, NULL);
    g_autofree gchar *wrap = g_strconcat (one, "/wrap", NULL);
    g_autofree gchar *streams = g_strconcat (one, "/streams", NULL);
    gconstpointer profile = GUINT_TO_POINTER (profiles[i].profile);

    g_test_add_data_func (one, profile, test_srtp);
    g_test_add_data_func (wrap, profile, test_srtp_wrap);
    g_test_add_data_func (streams, profile, test_srtp_streams);
  }
  g_test_add_func ("/intake/packet", test_packet);
  g_test_add_func ("/intake/is-key", test_is_key);
  g_test_add_data_func ("/intake/order/in-order", in_order, test_order);
  g_test_add_data_func ("/intake/order/swapped", swapped, test_order);
  g_test_add_data_func ("/intake/order/repaired", repaired, test_order);
  g_test_add_data_func ("/intake/order/given-up", given_up, test_order);
  g_test_add_data_func ("/intake/order/two-holes", two_holes, test_order);
  g_test_add_func ("/intake/order/jump", test_order_jump);
  g_test_add_func ("/intake/clock", test_clock);
  g_test_add_func ("/intake/clock-bounds", test_clock_bounds);
  g_test_add_func ("/intake/tally", test_tally);
  g_test_add_func ("/intake/adapt", test_adapt);
  g_test_add_func ("/intake/keys", test_keys);
  g_test_add_func ("/intake/repair", test_repair);
  g_test_add_func ("/intake/sound-and-reports", test_sound_and_reports);
  g_test_add_func ("/intake/strange", test_strange);
  g_test_add_func ("/intake/restart", test_restart);
  return g_test_run ();
}
