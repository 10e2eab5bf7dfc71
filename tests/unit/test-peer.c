/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A viewer's connection against clients that forge addresses: who is sent what,
 * and what counts as a sign of life. Real UDP and DTLS on loopback. */
#include <gio/gio.h>
#include <string.h>

#include "../lib/pb-test-offers.h"
#include "../lib/pb-test-peer.h"
#include "webrtc/pb-addresses-posix.h"
#include "webrtc/pb-consent.h"
#include "webrtc/pb-peer-private.h"
#include "webrtc/pb-port.h"

#define LIMIT_US (60 * G_USEC_PER_SEC)
#define A 0
#define B 1

typedef struct {
  PbLive *live;
  PbPort *port;
  PbDtlsIdentity *identity;
  PbPeer *peer;
  PbTestPeer *client;
  PbTestEnd *a;
  PbTestEnd *b;
  guint frame;
  /* Atomic: why it has ended. */
  const gchar *ended;
} Rig;

static void
on_closed (PbPeer *peer, const gchar *why, gpointer user_data)
{
  g_test_message ("ended: %s", why);
  g_atomic_pointer_set (&((Rig *) user_data)->ended, why);
}

static void
rig_join (Rig *rig)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *sdp = NULL;
  g_autofree gchar *answer = NULL;
  PbOffer offer;

  rig->a = pb_test_peer_get_end (rig->client, A);
  rig->b = pb_test_peer_get_end (rig->client, B);
  sdp = pb_test_peer_make_offer (rig->client);
  g_assert_true (pb_offer_parse (&offer, sdp, strlen (sdp), &error));
  rig->peer = pb_peer_new (
      rig->port, rig->identity, rig->live, &offer, on_closed, rig, &error);
  g_assert_no_error (error);
  answer = pb_peer_get_answer (rig->peer);
  pb_test_peer_take_answer (rig->client, answer);
}

static gboolean
rig_init_from (Rig *rig, const gchar *address, const gchar *from)
{
  PbPortOptions options = { .loopback = address };
  g_autoptr (GError) error = NULL;

  *rig = (Rig){ .client = pb_test_peer_new (from) };
  if (rig->client == NULL) {
    g_test_skip ("this machine has no ::1");
    return FALSE;
  }
  rig->live = pb_live_new ("car07", NULL);
  rig->port = pb_port_new (&options, &error);
  g_assert_no_error (error);
  rig->identity = pb_dtls_identity_new (&error);
  g_assert_no_error (error);
  rig_join (rig);
  return TRUE;
}

static gboolean
rig_init (Rig *rig, const gchar *address)
{
  return rig_init_from (rig, address, address);
}

static void
rig_leave (Rig *rig)
{
  pb_peer_close (rig->peer);
  pb_peer_unref (rig->peer);
  pb_test_peer_free (rig->client);
}

static void
rig_clear (Rig *rig)
{
  rig_leave (rig);
  pb_port_free (rig->port);
  pb_dtls_identity_free (rig->identity);
  pb_live_unref (rig->live);
}

/* A key frame of one packet: one that stands for 3 Mbit/s. */
static void
push_frame (Rig *rig)
{
  g_autoptr (GstBufferList) list = gst_buffer_list_new ();
  g_autoptr (GstSample) sample = NULL;
  guint8 packet[1000] = { 0x80, 0x80 | 96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 99,
    0x65 };
  GstSegment segment;
  GstBuffer *buffer;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  GST_WRITE_UINT16_BE (packet + 2, rig->frame);
  GST_WRITE_UINT32_BE (packet + 4, 1500 * rig->frame);
  buffer = gst_buffer_new_memdup (packet, sizeof packet);
  GST_BUFFER_PTS (buffer) =
      gst_util_uint64_scale (rig->frame++, GST_SECOND, 60);
  gst_buffer_list_add (list, buffer);
  sample = gst_sample_new (NULL, NULL, &segment, NULL);
  gst_sample_set_buffer_list (sample, list);
  pb_live_push_rtp (rig->live, sample);
}

static void
step (Rig *rig)
{
  push_frame (rig);
  pb_test_peer_read (rig->client, 10);
}

static gint64
silent_ms (Rig *rig)
{
  PbPeerStats stats;

  pb_peer_get_stats (rig->peer, &stats);
  return stats.silent_ms;
}

/* From A, as an honest viewer. */
static void
connect_from_a (Rig *rig)
{
  gint64 limit_us = g_get_monotonic_time () + LIMIT_US;
  gint64 hello_us = 0;

  rig->a->answers = TRUE;
  pb_test_peer_check (rig->client, A, TRUE);
  while (rig->a->media < 10) {
    gint64 now_us = g_get_monotonic_time ();

    g_assert_cmpint (now_us, <, limit_us);
    if (rig->a->responses > 0 && hello_us == 0) {
      hello_us = now_us;
      pb_test_peer_shake_hands (rig->client, A);
    }
    step (rig);
  }
  g_assert_true (pb_test_peer_is_connected (rig->client));
  g_assert_cmpuint (rig->a->questions, >=, 1);
}

/* Whoever has a valid offer cannot point a picture at B, which is somebody
 * else: not by checks, and not by answers from where it is itself. */
static void
test_forged_address (void)
{
  gint64 limit_us;
  guint before;
  Rig rig;

  rig_init (&rig, "127.0.0.1");
  connect_from_a (&rig);
  before = rig.a->media;
  limit_us = g_get_monotonic_time () + LIMIT_US;
  for (guint i = 0;
       i < 40 || rig.b->questions == 0 || rig.a->media <= before + 10; i++) {
    g_assert_cmpint (g_get_monotonic_time (), <, limit_us);
    pb_test_peer_check (rig.client, B, TRUE);
    if (rig.b->question_bytes > 0)
      pb_test_peer_answer (rig.client, A, B);
    step (&rig);
  }
  g_assert_cmpuint (rig.b->questions, >, 0);
  g_assert_cmpuint (rig.b->media, ==, 0);
  g_assert_cmpuint (rig.b->records, ==, 0);
  g_assert_cmpuint (
      rig.b->received, <=, PB_CONSENT_AMPLIFICATION * rig.b->sent);
  g_assert_cmpuint (rig.a->media, >, before + 10);
  g_assert_null (g_atomic_pointer_get (&rig.ended));
  rig_clear (&rig);
}

/* A viewer that has moved to B is followed, at once. */
static void
test_moves (void)
{
  gint64 limit_us;
  guint after;
  Rig rig;

  rig_init (&rig, "127.0.0.1");
  connect_from_a (&rig);
  rig.b->answers = TRUE;
  pb_test_peer_check (rig.client, B, TRUE);
  limit_us = g_get_monotonic_time () + LIMIT_US;
  while (rig.b->media < 20) {
    g_assert_cmpint (g_get_monotonic_time (), <, limit_us);
    step (&rig);
  }
  g_assert_cmpuint (rig.b->questions, ==, 1);
  after = rig.a->media;
  while (rig.b->media < 40) {
    g_assert_cmpint (g_get_monotonic_time (), <, limit_us);
    step (&rig);
  }
  g_assert_cmpuint (rig.a->media, ==, after);
  rig_clear (&rig);
}

/* A hello from an address that has not answered makes our certificate go
 * nowhere, however often it is due again. It goes once the address answers. */
static void
test_amplification (void)
{
  gint64 start_us, limit_us;
  Rig rig;

  rig_init (&rig, "127.0.0.1");
  pb_test_peer_check (rig.client, A, TRUE);
  while (rig.a->questions == 0)
    pb_test_peer_read (rig.client, 10);
  pb_test_peer_shake_hands (rig.client, A);
  /* The second of a flight is due after 100 ms, the third after 300. */
  start_us = g_get_monotonic_time ();
  while (g_get_monotonic_time () - start_us < 500 * 1000)
    step (&rig);
  g_assert_cmpuint (rig.a->records, ==, 0);
  g_assert_cmpuint (rig.a->media, ==, 0);
  g_assert_cmpuint (
      rig.a->received, <=, PB_CONSENT_AMPLIFICATION * rig.a->sent);
  pb_test_peer_answer (rig.client, A, A);
  limit_us = g_get_monotonic_time () + LIMIT_US;
  while (rig.a->media == 0) {
    g_assert_cmpint (g_get_monotonic_time (), <, limit_us);
    step (&rig);
  }
  rig_clear (&rig);
}

/* What anybody can send from a forged address, of each kind. */
static void
send_noise (Rig *rig, const guint8 *old_report, gsize old_size)
{
  static const guint8 alert[] = { 21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2,
    2, 40 };
  static const guint8 close_notify[] = { 21, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 9,
    0, 26, 0, 0, 0, 0, 0, 0, 0, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
    14, 15, 16, 17, 18 };
  static const guint8 hello[] = { 22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 12,
    1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
  static const guint8 report[64] = { 0x80, 201, 0, 1, 0, 0, 0, 1 };
  static const guint8 indication[20] = { 0, 0x11, 0, 0, 0x21, 0x12, 0xa4,
    0x42 };
  static const guint8 answer[20] = { 1, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42 };

  pb_test_peer_send (rig->client, A, alert, sizeof alert);
  pb_test_peer_send (rig->client, A, close_notify, sizeof close_notify);
  pb_test_peer_send (rig->client, A, hello, sizeof hello);
  pb_test_peer_send (rig->client, A, report, sizeof report);
  pb_test_peer_send (rig->client, A, indication, sizeof indication);
  pb_test_peer_send (rig->client, A, answer, sizeof answer);
  pb_test_peer_send (rig->client, A, old_report, old_size);
  /* The right answer, for the second time. */
  pb_test_peer_answer (rig->client, A, A);
}

/* Only what is the viewer's own keeps it alive; the rest harms nothing. */
static void
test_life (void)
{
  guint8 report[64];
  gsize size;
  gint64 start_us, limit_us;
  guint before;
  Rig rig;

  rig_init (&rig, "127.0.0.1");
  connect_from_a (&rig);
  rig.a->answers = FALSE;
  size = pb_test_peer_write_report (rig.client, report, sizeof report);
  pb_test_peer_send (rig.client, A, report, size);
  step (&rig);
  start_us = g_get_monotonic_time ();
  before = rig.a->media;
  while (g_get_monotonic_time () - start_us < 600 * 1000
         || rig.a->media <= before + 10) {
    g_assert_cmpint (g_get_monotonic_time () - start_us, <, LIMIT_US);
    send_noise (&rig, report, size);
    step (&rig);
  }
  g_assert_cmpint (silent_ms (&rig), >=, 500);
  g_assert_null (g_atomic_pointer_get (&rig.ended));

  limit_us = g_get_monotonic_time () + LIMIT_US;
  while (silent_ms (&rig) >= 500) {
    g_assert_cmpint (g_get_monotonic_time (), <, limit_us);
    /* Behind so much noise a busy machine's socket has no room for some. */
    size = pb_test_peer_write_report (rig.client, report, sizeof report);
    pb_test_peer_send (rig.client, A, report, size);
    step (&rig);
  }
  rig_clear (&rig);
}

/* Other signs of life, and checks that somebody plays again, do not stand for
 * the address' own answers. */
static void
test_expiry (void)
{
  gint64 now_us;
  Rig rig;

  rig_init (&rig, "127.0.0.1");
  connect_from_a (&rig);
  rig.a->answers = FALSE;
  now_us = g_get_monotonic_time ();
  pb_peer_tick (rig.peer, now_us + PB_CONSENT_VALID_US - G_USEC_PER_SEC);
  g_assert_null (g_atomic_pointer_get (&rig.ended));
  pb_test_peer_check (rig.client, A, TRUE);
  pb_test_peer_read (rig.client, 1000);
  pb_peer_tick (rig.peer, now_us + PB_CONSENT_VALID_US + G_USEC_PER_SEC);
  g_assert_cmpstr (g_atomic_pointer_get (&rig.ended), ==,
      "the viewer's address does not answer");
  rig_clear (&rig);
}

/* All that a viewer may say of the pictures, as a lie: everything is lost, and
 * again, and there is no room or no end of it. */
static void
send_lies (Rig *rig)
{
  enum { N_WORDS = 400 };
  guint8 rtcp[32 + 20 + 12 + 4 * N_WORDS] = {
    /* RFC 3550, 6.4.2: all of it lost. */
    0x81, 201, 0, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0,
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, /* */
    /* REMB: of 2^81 bits a second. */
    0x8f, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 'R', 'E', 'M', 'B', 0, 0xff, 0xff,
    0xff, /* */
    /* RFC 4585, 6.2.1. */
    0x81, 205, 0, 0, 0, 0, 0, 1
  };
  guint8 packet[sizeof rtcp + 64];
  guint16 length = 2 + N_WORDS;
  gsize size;

  GST_WRITE_UINT16_BE (rtcp + 54, length);
  GST_WRITE_UINT32_BE (rtcp + 60, rig->peer->ssrc);
  g_mutex_lock (&rig->peer->lock);
  for (guint i = 0; i < N_WORDS; i++) {
    GstBuffer *buffer = rig->peer->history[i];

    if (buffer != NULL)
      gst_buffer_extract (buffer, 2, rtcp + 64 + 4 * i, 2);
    rtcp[66 + 4 * i] = rtcp[67 + 4 * i] = 0xff;
  }
  g_mutex_unlock (&rig->peer->lock);
  size = pb_test_peer_write_rtcp (
      rig->client, rtcp, sizeof rtcp, packet, sizeof packet);
  pb_test_peer_send (rig->client, A, packet, size);
}

/* What one asks for again is bounded, and others do not wait for it. */
static void
test_lies (void)
{
  const guint n = 120;
  gint64 start_us;
  guint before, most;
  PbPeerStats stats;
  Rig rig, liar;

  rig_init (&rig, "127.0.0.1");
  connect_from_a (&rig);
  liar = (Rig){ .client = pb_test_peer_new ("127.0.0.1"),
    .live = rig.live,
    .port = rig.port,
    .identity = rig.identity,
    .frame = rig.frame };
  rig_join (&liar);
  connect_from_a (&liar);
  rig.frame = liar.frame;
  pb_test_peer_read (rig.client, 0);
  before = rig.a->media;
  start_us = g_get_monotonic_time ();
  for (guint i = 0; i < n; i++) {
    send_lies (&liar);
    step (&rig);
    pb_test_peer_read (liar.client, 0);
  }
  most = (guint) ((g_get_monotonic_time () - start_us) / G_USEC_PER_SEC + 2)
         * 1000;
  while (rig.a->media < before + n)
    pb_test_peer_read (rig.client, 1000);
  pb_peer_get_stats (liar.peer, &stats);
  g_test_message ("%u sent again", stats.resent);
  g_assert_cmpuint (stats.resent, >, 0);
  g_assert_cmpuint (stats.resent, <=, most);
  g_assert_null (g_atomic_pointer_get (&rig.ended));
  rig_leave (&liar);
  rig_clear (&rig);
}

static void
test_ipv6 (void)
{
  Rig rig;

  if (!rig_init (&rig, "::1"))
    return;
  connect_from_a (&rig);
  rig_clear (&rig);
}

/* A browser without a candidate on loopback comes by another address of this
 * machine, which hears nobody but itself. */
static void
test_own_address (void)
{
  g_autoptr (GPtrArray) own = pb_addresses_list ();
  g_autofree gchar *address = NULL;
  Rig rig;

  for (guint i = 0; i < own->len && address == NULL; i++) {
    GInetAddress *a = g_ptr_array_index (own, i);

    if (g_inet_address_get_family (a) == G_SOCKET_FAMILY_IPV4)
      address = g_inet_address_to_string (a);
  }
  if (address == NULL) {
    g_test_skip ("this machine has no IPv4 address but 127.0.0.1");
    return;
  }
  rig_init_from (&rig, "127.0.0.1", address);
  pb_test_peer_aim (rig.client, address);
  connect_from_a (&rig);
  rig_clear (&rig);

  rig_init (&rig, "127.0.0.1");
  pb_test_peer_aim (rig.client, address);
  for (guint i = 0; i < 20; i++) {
    pb_test_peer_check (rig.client, A, TRUE);
    step (&rig);
  }
  g_assert_cmpuint (rig.a->received, ==, 0);
  pb_test_peer_aim (rig.client, "127.0.0.1");
  connect_from_a (&rig);
  rig_clear (&rig);
}

/* Times as they would be: questions, answers, their end. */
static void
test_consent (void)
{
  const gint64 start_us = 1000 * G_USEC_PER_SEC;
  guint8 id[PB_STUN_ID_BYTES], wrong[PB_STUN_ID_BYTES] = { 0 };
  PbConsent consent = { 0 };
  gint64 now_us = start_us;

  /* Nothing came, nothing goes; three times what came. */
  g_assert_false (pb_consent_is_given (&consent, now_us));
  g_assert_false (pb_consent_spend (&consent, 1, now_us));
  pb_consent_note_received (&consent, 100);
  g_assert_true (pb_consent_spend (&consent, 200, now_us));
  g_assert_false (pb_consent_spend (&consent, 101, now_us));
  g_assert_true (pb_consent_spend (&consent, 100, now_us));
  g_assert_false (pb_consent_spend (&consent, 1, now_us));

  /* An answer without a question, or to another one, is none. */
  g_assert_false (pb_consent_answer (&consent, wrong, now_us));
  memcpy (id, pb_consent_ask (&consent, now_us), sizeof id);
  g_assert_cmpmem (
      pb_consent_ask (&consent, now_us + 1), sizeof id, id, sizeof id);
  g_assert_false (pb_consent_answer (&consent, wrong, now_us));
  g_assert_false (pb_consent_is_given (&consent, now_us));
  g_assert_true (pb_consent_answer (&consent, id, now_us));
  g_assert_false (pb_consent_answer (&consent, id, now_us + 1));
  g_assert_true (pb_consent_is_given (&consent, now_us));
  g_assert_true (pb_consent_spend (&consent, 100000, now_us));

  /* RFC 7675, 5.1: after 4 to 6 s, never the same number. */
  for (guint i = 0; i < 100; i++) {
    now_us = start_us + i * PB_CONSENT_INTERVAL_US * 2;
    memcpy (wrong, id, sizeof id);
    memcpy (id, pb_consent_ask (&consent, now_us), sizeof id);
    g_assert_cmpint (memcmp (wrong, id, sizeof id), !=, 0);
    g_assert_true (pb_consent_answer (&consent, id, now_us));
    g_assert_false (pb_consent_is_due (&consent, now_us + 3999999));
    g_assert_true (pb_consent_is_due (&consent, now_us + 6000000));
  }
  g_assert_true (
      pb_consent_is_given (&consent, now_us + PB_CONSENT_VALID_US - 1));
  g_assert_false (pb_consent_is_given (&consent, now_us + PB_CONSENT_VALID_US));
  g_assert_false (
      pb_consent_spend (&consent, 100000, now_us + PB_CONSENT_VALID_US));
}

/* All are atomic. */
typedef struct {
  gint pictures;
  gint is_held; /* whoever calls waits */
  gint is_inside;
  gint is_settled;
} Taker;

static void
on_media (PbIntakeKind kind, GBytes *packet, gint64 time_us, gboolean lost,
    gpointer user_data)
{
  Taker *taker = user_data;

  g_atomic_int_inc (&taker->pictures);
  while (g_atomic_int_get (&taker->is_held)) {
    g_atomic_int_set (&taker->is_inside, TRUE);
    g_usleep (1000);
  }
}

/* Instead of the rig's viewer. */
static void
rig_publish (Rig *rig, Taker *taker)
{
  g_autofree gchar *whep = NULL;
  g_autofree gchar *sdp = NULL;
  g_autofree gchar *answer = NULL;
  PbOffer offer;

  pb_peer_close (rig->peer);
  pb_peer_unref (rig->peer);
  whep = pb_test_peer_make_offer (rig->client);
  sdp = pb_test_replace (whep, "a=recvonly", "a=sendonly");
  g_assert_true (pb_offer_parse_publisher (&offer, sdp, strlen (sdp), NULL));
  rig->peer = pb_peer_new_publisher (
      rig->port, rig->identity, &offer, on_media, taker, on_closed, rig);
  answer = pb_peer_get_answer (rig->peer);
  pb_test_peer_take_answer (rig->client, answer);
}

static void
send_picture (Rig *rig, guint16 number, guint8 payload_type)
{
  guint8 packet[256];
  guint8 rtp[100] = { 0x80, payload_type, (guint8) (number >> 8),
    (guint8) number, 0, 0, 0, 0, 0, 0, 0, 7, 0x65 };
  const gsize size =
      pb_test_peer_write_rtp (rig->client, rtp, sizeof rtp, packet, 256);

  pb_test_peer_send (rig->client, A, packet, size);
  /* It came before; and one that nobody with the keys has sent. */
  pb_test_peer_send (rig->client, A, packet, size);
  packet[20] ^= 1;
  pb_test_peer_send (rig->client, A, packet, size);
  pb_test_peer_send (rig->client, A, rtp, sizeof rtp);
}

static void
connect_publisher (Rig *rig, gint64 limit_us)
{
  rig->a->answers = TRUE;
  pb_test_peer_check (rig->client, A, TRUE);
  while (rig->a->responses == 0) {
    g_assert_cmpint (g_get_monotonic_time (), <, limit_us);
    pb_test_peer_read (rig->client, 10);
  }
  pb_test_peer_shake_hands (rig->client, A);
  while (!pb_test_peer_is_connected (rig->client)) {
    g_assert_cmpint (g_get_monotonic_time (), <, limit_us);
    pb_test_peer_read (rig->client, 10);
  }
}

/* What a publisher sends counts once; what others send, and what was not agreed,
 * does not count. It is told of what came. */
static void
test_publisher (void)
{
  const gint64 limit_us = g_get_monotonic_time () + LIMIT_US;
  Taker taker = { 0 };
  guint16 number = 0;
  guint told;
  Rig rig;

  rig_init (&rig, "127.0.0.1");
  rig_publish (&rig, &taker);
  connect_publisher (&rig, limit_us);
  told = rig.a->media;
  while (g_atomic_int_get (&taker.pictures) < 20 || rig.a->media == told) {
    g_assert_cmpint (g_get_monotonic_time (), <, limit_us);
    send_picture (&rig, number++, 109);
    pb_test_peer_read (rig.client, 10);
  }
  for (guint i = 0; i < 20; i++)
    send_picture (&rig, i, 50);
  pb_test_peer_read (rig.client, 100);
  g_assert_cmpint (g_atomic_int_get (&taker.pictures), <=, number);
  g_assert_null (g_atomic_pointer_get (&rig.ended));
  rig_clear (&rig);
}

typedef struct {
  PbPort *port;
  Taker *taker;
} Settler;

static gpointer
settle (gpointer data)
{
  Settler *settler = data;

  pb_port_settle (settler->port);
  g_atomic_int_set (&settler->taker->is_settled, TRUE);
  return NULL;
}

/* Who frees what a connection calls waits for a call that is going on. */
static void
test_settles (void)
{
  Rig rig;
  Taker taker = { 0 };
  Settler settler = { .taker = &taker };
  guint16 number = 1;
  GThread *thread;
  gint64 limit_us = g_get_monotonic_time () + LIMIT_US;

  rig_init (&rig, "127.0.0.1");
  rig_publish (&rig, &taker);
  connect_publisher (&rig, limit_us);
  pb_port_settle (rig.port);
  g_atomic_int_set (&taker.is_held, TRUE);
  while (!g_atomic_int_get (&taker.is_inside)) {
    g_assert_cmpint (g_get_monotonic_time (), <, limit_us);
    send_picture (&rig, number++, 109);
    pb_test_peer_read (rig.client, 10);
  }
  settler.port = rig.port;
  thread = g_thread_new ("settle", settle, &settler);
  g_usleep (100 * 1000);
  g_assert_false (g_atomic_int_get (&taker.is_settled));
  g_atomic_int_set (&taker.is_held, FALSE);
  g_thread_join (thread);
  g_assert_true (g_atomic_int_get (&taker.is_settled));
  rig_clear (&rig);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/peer/consent", test_consent);
  g_test_add_func ("/peer/forged-address", test_forged_address);
  g_test_add_func ("/peer/moves", test_moves);
  g_test_add_func ("/peer/amplification", test_amplification);
  g_test_add_func ("/peer/life", test_life);
  g_test_add_func ("/peer/expiry", test_expiry);
  g_test_add_func ("/peer/lies", test_lies);
  g_test_add_func ("/peer/ipv6", test_ipv6);
  g_test_add_func ("/peer/own-address", test_own_address);
  g_test_add_func ("/peer/publisher", test_publisher);
  g_test_add_func ("/peer/settles", test_settles);
  return g_test_run ();
}
