/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The parts of a viewer's transport: STUN, SRTP, RTCP, and SCTP over a path
 * that loses packets. */
#include <gio/gio.h>
#include <string.h>

#include "webrtc/pb-port.h"
#include "webrtc/pb-rtcp.h"
#include "webrtc/pb-sctp-private.h"
#include "webrtc/pb-srtp.h"
#include "webrtc/pb-stun.h"

/* RFC 5769, 2.1 */
static const guint8 stun_request[] = { 0x00, 0x01, 0x00, 0x58, 0x21, 0x12, 0xa4,
  0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae,
  0x80, 0x22, 0x00, 0x10, 0x53, 0x54, 0x55, 0x4e, 0x20, 0x74, 0x65, 0x73, 0x74,
  0x20, 0x63, 0x6c, 0x69, 0x65, 0x6e, 0x74, 0x00, 0x24, 0x00, 0x04, 0x6e, 0x00,
  0x01, 0xff, 0x80, 0x29, 0x00, 0x08, 0x93, 0x2f, 0xf9, 0xb1, 0x51, 0x26, 0x3b,
  0x36, 0x00, 0x06, 0x00, 0x09, 0x65, 0x76, 0x74, 0x6a, 0x3a, 0x68, 0x36, 0x76,
  0x59, 0x20, 0x20, 0x20, 0x00, 0x08, 0x00, 0x14, 0x9a, 0xea, 0xa7, 0x0c, 0xbf,
  0xd8, 0xcb, 0x56, 0x78, 0x1e, 0xf2, 0xb5, 0xb2, 0xd3, 0xf2, 0x49, 0xc1, 0xb5,
  0x71, 0xa2, 0x80, 0x28, 0x00, 0x04, 0xe5, 0x7a, 0x3b, 0xcf };

static void
test_stun (void)
{
  const gchar *password = "VOkJxbRl1RmTxUk/WvJxBt";
  guint8 bad[sizeof stun_request];
  PbStunRequest request;

  g_assert_true (pb_stun_parse (&request, stun_request, sizeof stun_request));
  g_assert_cmpstr (request.username, ==, "evtj");
  g_assert_false (request.use_candidate);
  g_assert_true (pb_stun_check (&request, password));
  g_assert_false (pb_stun_check (&request, "VOkJxbRl1RmTxUk/WvJxBu"));
  for (gsize n = 0; n < sizeof stun_request; n++)
    g_assert_false (pb_stun_parse (&request, stun_request, n));
  /* The fingerprint covers every bit. */
  for (gsize i = 0; i < sizeof bad; i++) {
    memcpy (bad, stun_request, sizeof bad);
    bad[i] ^= 1;
    g_assert_false (pb_stun_parse (&request, bad, sizeof bad));
  }
}

/* RFC 5769, 2.2: the address of the sample response. */
static void
test_stun_response (void)
{
  g_autoptr (GSocketAddress) from =
      g_inet_socket_address_new_from_string ("192.0.2.1", 32853);
  static const guint8 address[] = { 0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0xa1,
    0x47, 0xe1, 0x12, 0xa6, 0x43 };
  guint8 out[PB_STUN_MAX_RESPONSE];
  PbStunRequest request;
  gsize n;

  g_assert_true (pb_stun_parse (&request, stun_request, sizeof stun_request));
  n = pb_stun_write_response (
      &request, "secret", G_INET_SOCKET_ADDRESS (from), out);
  g_assert_cmpuint (n, ==, 20 + 12 + 24 + 8);
  g_assert_cmpmem (out + 8, 12, stun_request + 8, 12);
  g_assert_cmpmem (out + 20, sizeof address, address, sizeof address);
}

static gsize
from_hex (const gchar *hex, guint8 *out)
{
  gsize n = strlen (hex) / 2;

  for (gsize i = 0; i < n; i++)
    out[i] = (guint8) (g_ascii_xdigit_value (hex[2 * i]) << 4
                       | g_ascii_xdigit_value (hex[2 * i + 1]));
  return n;
}

typedef struct {
  const gchar *name;
  PbSrtpProfile profile;
  const gchar *key;
  const gchar *salt;
  const gchar *plain;
  const gchar *sealed;
} SrtpCase;

/* The packets libsrtp's own test (srtp_driver.c) holds itself to. */
static const SrtpCase srtp_cases[] = {
  { "AES-CM", PB_SRTP_AES128_CM_SHA1_80, "e1f97a0d3e018be0d64fa32c06de4139",
      "0ec675ad498afeebb6960b3aabe6",
      "800f1234decafbadcafebabeabababababababababababababababab",
      "800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402"
      "b78d6acc99ea179b8dbb" },
  { "AES-GCM", PB_SRTP_AES128_GCM, "000102030405060708090a0b0c0d0e0f",
      "a0a1a2a3a4a5a6a7a8a9aaab",
      "800f1234decafbadcafebabeabababababababababababababababab",
      "800f1234decafbadcafebabec5002ede04cfdd2eb91159e0880aa06e"
      "d2976826f796b201df3131a127e8a392" },
};

static void
test_srtp_vectors (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (srtp_cases); i++) {
    const SrtpCase *c = &srtp_cases[i];
    guint8 key[32], salt[32], packet[128], sealed[128];
    g_autoptr (PbSrtp) srtp = NULL;
    gsize n, expected;

    g_assert_cmpuint (from_hex (c->key, key), ==, PB_SRTP_KEY_BYTES);
    g_assert_cmpuint (
        from_hex (c->salt, salt), ==, pb_srtp_salt_bytes (c->profile));
    srtp = pb_srtp_new (c->profile, key, salt);
    n = from_hex (c->plain, packet);
    expected = from_hex (c->sealed, sealed);
    g_assert_cmpuint (
        pb_srtp_protect (srtp, packet, n, n + PB_SRTP_OVERHEAD - 1), ==, 0);
    n = pb_srtp_protect (srtp, packet, n, sizeof packet);
    g_test_message ("%s", c->name);
    g_assert_cmpmem (packet, n, sealed, expected);
  }
}

static void
test_srtcp (gconstpointer data)
{
  PbSrtpProfile profile = (PbSrtpProfile) GPOINTER_TO_UINT (data);
  guint8 key[PB_SRTP_KEY_BYTES] = { 1 }, salt[14] = { 2 };
  g_autoptr (PbSrtp) out = pb_srtp_new (profile, key, salt);
  g_autoptr (PbSrtp) in = pb_srtp_new (profile, key, salt);
  guint8 first[PB_RTCP_REPORT_BYTES + PB_SRTP_OVERHEAD];
  guint8 plain[PB_RTCP_REPORT_BYTES], again[sizeof first];
  PbRtcpReport report = { 0x01020304, 1700000000000000, 90000, 5, 6000 };
  gsize n;

  pb_rtcp_write_report (&report, plain);
  memcpy (first, plain, sizeof plain);
  n = pb_srtp_protect_rtcp (out, first, sizeof plain, sizeof first);
  g_assert_cmpuint (n, >, sizeof plain);
  g_assert_true (memcmp (first + 8, plain + 8, sizeof plain - 8) != 0);
  for (gsize i = 0; i < n; i++) {
    memcpy (again, first, n);
    again[i] ^= 1;
    g_assert_cmpuint (pb_srtp_unprotect_rtcp (in, again, n), ==, 0);
  }
  memcpy (again, first, n);
  g_assert_cmpuint (pb_srtp_unprotect_rtcp (in, again, n), ==, sizeof plain);
  g_assert_cmpmem (again, sizeof plain, plain, sizeof plain);
  /* A second time it is not taken. */
  g_assert_cmpuint (pb_srtp_unprotect_rtcp (in, first, n), ==, 0);
  for (gsize size = 0; size < 24; size++)
    g_assert_cmpuint (pb_srtp_unprotect_rtcp (in, again, size), ==, 0);
}

static void
on_lost (guint16 seq, gpointer user_data)
{
  g_array_append_val ((GArray *) user_data, seq);
}

static void
test_nack (void)
{
  static const guint8 nack[] = { 0x80, 201, 0, 1, 0, 0, 0, 9, 0x81, 205, 0, 3,
    0, 0, 0, 9, 1, 2, 3, 4, 0xff, 0xff, 0x80, 0x01 };
  g_autoptr (GArray) lost = g_array_new (FALSE, FALSE, sizeof (guint16));

  pb_rtcp_read (nack, sizeof nack, 0x01020305, on_lost, lost);
  g_assert_cmpuint (lost->len, ==, 0);
  for (gsize n = 0; n < sizeof nack; n++)
    pb_rtcp_read (nack, n, 0x01020304, on_lost, lost);
  g_assert_cmpuint (lost->len, ==, 0);
  pb_rtcp_read (nack, sizeof nack, 0x01020304, on_lost, lost);
  g_assert_cmpuint (lost->len, ==, 3);
  g_assert_cmpuint (g_array_index (lost, guint16, 0), ==, 65535);
  g_assert_cmpuint (g_array_index (lost, guint16, 1), ==, 0);
  g_assert_cmpuint (g_array_index (lost, guint16, 2), ==, 15);
}

/* A viewer of SCTP: acknowledges what comes, keeps what is in order. */
typedef struct {
  PbSctp *sctp;
  GRand *rand;
  gdouble loss;
  gint64 now_us;
  guint32 tag;
  guint32 cumulative;
  gboolean has_cumulative;
  guint8 cookie[16];
  /* tsn -> GBytes: pieces that came early or wait for the rest */
  GHashTable *pieces;
  GByteArray *message;
  GPtrArray *messages;
  gboolean sack_due;
  gboolean any_channel;
  guint channels;
  guint closed;
  guint acked;
  guint packets;
} Viewer;

static void
viewer_send (Viewer *viewer, guint32 tag, const guint8 *chunk, gsize size)
{
  guint8 packet[2048] = { 0x13, 0x88, 0x13, 0x88 };
  guint32 sum;

  pb_sctp_put_32 (packet + 4, tag);
  memcpy (packet + PB_SCTP_HEADER_BYTES, chunk, size);
  sum = GUINT32_TO_LE (pb_sctp_checksum (packet, PB_SCTP_HEADER_BYTES + size));
  memcpy (packet + 8, &sum, sizeof sum);
  pb_sctp_receive (
      viewer->sctp, packet, PB_SCTP_HEADER_BYTES + size, viewer->now_us);
}

static void
take_piece (Viewer *viewer, const guint8 *data, gsize size)
{
  guint flags = data[1];

  if (flags & 2)
    g_byte_array_set_size (viewer->message, 0);
  g_byte_array_append (viewer->message, data + 16, (guint) (size - 16));
  if ((flags & 1) == 0)
    return;
  if (pb_sctp_get_32 (data + 12) == PB_SCTP_PPID_DCEP)
    viewer->acked++;
  else
    g_ptr_array_add (viewer->messages,
        g_bytes_new (viewer->message->data, viewer->message->len));
}

static void
on_data (Viewer *viewer, const guint8 *chunk, gsize size)
{
  guint32 tsn = pb_sctp_get_32 (chunk + 4);
  GBytes *piece;

  viewer->sack_due = TRUE;
  if (!viewer->has_cumulative || pb_sctp_after (tsn, viewer->cumulative))
    g_hash_table_replace (
        viewer->pieces, GUINT_TO_POINTER (tsn), g_bytes_new (chunk, size));
  while ((piece = g_hash_table_lookup (
              viewer->pieces, GUINT_TO_POINTER (viewer->cumulative + 1)))
         != NULL) {
    viewer->cumulative++;
    take_piece (
        viewer, g_bytes_get_data (piece, NULL), g_bytes_get_size (piece));
    g_hash_table_remove (viewer->pieces, GUINT_TO_POINTER (viewer->cumulative));
  }
}

static void
on_packet (const guint8 *packet, gsize size, gpointer user_data)
{
  Viewer *viewer = user_data;
  gsize at = PB_SCTP_HEADER_BYTES;

  viewer->packets++;
  if (g_rand_double (viewer->rand) < viewer->loss)
    return;
  while (at + 4 <= size) {
    const guint8 *chunk = packet + at;
    gsize length = pb_sctp_get_16 (chunk + 2);

    if (chunk[0] == PB_SCTP_INIT_ACK) {
      viewer->tag = pb_sctp_get_32 (chunk + 4);
      viewer->cumulative = pb_sctp_get_32 (chunk + 16) - 1;
      viewer->has_cumulative = TRUE;
      memcpy (viewer->cookie, chunk + 24, 16);
    } else if (chunk[0] == PB_SCTP_DATA) {
      on_data (viewer, chunk, length);
    }
    at += (length + 3) & ~(gsize) 3;
  }
}

static void
on_channel (guint16 stream, const gchar *label, gpointer user_data)
{
  Viewer *viewer = user_data;

  if (!viewer->any_channel) {
    g_assert_cmpuint (stream, ==, 1);
    g_assert_cmpstr (label, ==, "telemetry");
  }
  viewer->channels++;
}

static void
on_channel_closed (guint16 stream, gpointer user_data)
{
  ((Viewer *) user_data)->closed++;
}

/* RFC 9260, 3.3.4: with a gap block for each piece that came early, up to 8. */
static void
viewer_sack (Viewer *viewer)
{
  guint8 sack[16 + 32] = { PB_SCTP_SACK, 0 };
  guint n = 0;

  pb_sctp_put_32 (sack + 4, viewer->cumulative);
  pb_sctp_put_32 (sack + 8, 128 * 1024);
  for (guint ahead = 2; ahead < 200 && n < 8; ahead++) {
    if (!g_hash_table_contains (
            viewer->pieces, GUINT_TO_POINTER (viewer->cumulative + ahead)))
      continue;
    pb_sctp_put_16 (sack + 16 + 4 * n, ahead);
    pb_sctp_put_16 (sack + 18 + 4 * n++, ahead);
  }
  pb_sctp_put_16 (sack + 12, n);
  pb_sctp_put_16 (sack + 2, 16 + 4 * n);
  viewer->sack_due = FALSE;
  if (g_rand_double (viewer->rand) >= viewer->loss)
    viewer_send (viewer, viewer->tag, sack, 16 + 4 * n);
}

static const PbSctpFuncs viewer_funcs = { on_packet, on_channel,
  on_channel_closed };

static void
viewer_init (Viewer *viewer)
{
  static const guint8 init[] = { 1, 0, 0, 20, 9, 9, 9, 9, 0, 2, 0, 0, 0, 9, 0,
    9, 0, 0, 0, 7 };
  static const guint8 open[] = { 0, 3, 0, 37, 0, 0, 0, 7, 0, 1, 0, 0, 0, 0, 0,
    50, 3, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 't', 'e', 'l', 'e', 'm', 'e', 't',
    'r', 'y', 0, 0, 0 };
  guint8 echo[20] = { PB_SCTP_COOKIE_ECHO, 0, 0, 20 };

  *viewer = (Viewer){ .rand = g_rand_new_with_seed (7), .now_us = 1000 };
  viewer->sctp = pb_sctp_new (&viewer_funcs, viewer);
  viewer->pieces =
      g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_bytes_unref);
  viewer->message = g_byte_array_new ();
  viewer->messages =
      g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  viewer_send (viewer, 0, init, sizeof init);
  g_assert_cmpint (pb_sctp_get_state (viewer->sctp), ==, PB_SCTP_WAITING);
  /* A wrong cookie opens nothing. */
  viewer_send (viewer, viewer->tag, echo, sizeof echo);
  g_assert_cmpint (pb_sctp_get_state (viewer->sctp), ==, PB_SCTP_WAITING);
  memcpy (echo + 4, viewer->cookie, 16);
  viewer_send (viewer, viewer->tag, echo, sizeof echo);
  viewer_send (viewer, viewer->tag, echo, sizeof echo);
  g_assert_cmpint (pb_sctp_get_state (viewer->sctp), ==, PB_SCTP_OPEN);
  /* A wrong tag is not the viewer. */
  viewer_send (viewer, viewer->tag + 1, open, sizeof open);
  g_assert_cmpuint (viewer->channels, ==, 0);
  viewer_send (viewer, viewer->tag, open, sizeof open);
  viewer_send (viewer, viewer->tag, open, sizeof open);
  g_assert_cmpuint (viewer->channels, ==, 1);
  g_assert_cmpuint (viewer->acked, ==, 1);
}

static void
viewer_clear (Viewer *viewer)
{
  pb_sctp_free (viewer->sctp);
  g_hash_table_unref (viewer->pieces);
  g_byte_array_unref (viewer->message);
  g_ptr_array_unref (viewer->messages);
  g_rand_free (viewer->rand);
}

/* 16 ms a step, as frames come. */
static void
step (Viewer *viewer)
{
  viewer->now_us += 16000;
  if (viewer->sack_due)
    viewer_sack (viewer);
  pb_sctp_tick (viewer->sctp, viewer->now_us);
}

static void
test_sctp_loss (gconstpointer data)
{
  gdouble loss = GPOINTER_TO_UINT (data) / 100.0;
  guint n = 500;
  Viewer viewer;

  viewer_init (&viewer);
  viewer.loss = loss;
  for (guint i = 0; i < n; i++) {
    gsize size = i % 50 == 0 ? 49192 : 500 + i;
    guint8 *bytes = g_malloc (size);
    g_autoptr (GBytes) message = NULL;

    memset (bytes, (gint) (i & 0xff), size);
    message = g_bytes_new_take (bytes, size);
    g_assert_true (pb_sctp_send (
        viewer.sctp, 1, PB_SCTP_PPID_BINARY, message, viewer.now_us));
    step (&viewer);
  }
  for (guint i = 0; i < 20000 && pb_sctp_get_buffered (viewer.sctp) > 0; i++)
    step (&viewer);
  g_test_message ("%u packets", viewer.packets);
  g_assert_cmpuint (pb_sctp_get_buffered (viewer.sctp), ==, 0);
  g_assert_cmpuint (viewer.messages->len, ==, n);
  for (guint i = 0; i < n; i++) {
    gsize size;
    const guint8 *bytes =
        g_bytes_get_data (g_ptr_array_index (viewer.messages, i), &size);

    g_assert_cmpuint (size, ==, i % 50 == 0 ? 49192 : 500 + i);
    g_assert_cmpuint (bytes[0], ==, i & 0xff);
    g_assert_cmpuint (bytes[size - 1], ==, i & 0xff);
  }
  viewer_clear (&viewer);
}

static void
test_sctp_end (void)
{
  static const guint8 reset[] = { 130, 0, 0, 22, 0, 13, 0, 18, 0, 0, 0, 1, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 1, 0, 0 };
  static const guint8 abort_chunk[] = { PB_SCTP_ABORT, 0, 0, 4 };
  g_autoptr (GBytes) message = g_bytes_new_static ("x", 1);
  Viewer viewer;

  viewer_init (&viewer);
  viewer_send (&viewer, viewer.tag, reset, sizeof reset);
  viewer_send (&viewer, viewer.tag, reset, sizeof reset);
  g_assert_cmpuint (viewer.closed, ==, 1);
  g_assert_false (pb_sctp_send (
      viewer.sctp, 1, PB_SCTP_PPID_BINARY, message, viewer.now_us));
  viewer_send (&viewer, viewer.tag, abort_chunk, sizeof abort_chunk);
  g_assert_cmpint (pb_sctp_get_state (viewer.sctp), ==, PB_SCTP_CLOSED);
  viewer_clear (&viewer);

  /* One that acknowledges nothing is given up. */
  viewer_init (&viewer);
  viewer.loss = 1;
  pb_sctp_send (viewer.sctp, 1, PB_SCTP_PPID_BINARY, message, viewer.now_us);
  for (guint i = 0; i < 10000; i++)
    step (&viewer);
  g_assert_cmpint (pb_sctp_get_state (viewer.sctp), ==, PB_SCTP_CLOSED);
  viewer_clear (&viewer);
}

/* All addresses share one port; each is offered, and the one outside. */
static void
test_port (void)
{
  PbPortOptions options = { .public_address = "192.0.2.7" };
  g_autoptr (GError) error = NULL;
  g_autoptr (PbPort) port = pb_port_new (&options, &error);
  g_autofree gchar *candidates = NULL;
  g_autofree gchar *outside = NULL;
  g_auto (GStrv) lines = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND)) {
    g_test_skip ("this machine has no network address");
    return;
  }
  g_assert_no_error (error);
  g_assert_cmpuint (pb_port_get_number (port), !=, 0);
  candidates = pb_port_get_candidates (port);
  lines = g_strsplit (candidates, "\r\n", -1);
  g_assert_cmpuint (g_strv_length (lines), >=, 3);
  outside =
      g_strdup_printf (" 192.0.2.7 %u typ host", pb_port_get_number (port));
  g_assert_nonnull (strstr (candidates, outside));
  g_assert_null (strstr (candidates, " 127.0.0.1 "));
  g_assert_null (strstr (candidates, " fe80:"));
  g_test_message ("%s", candidates);
}

/* A viewer cannot make of one packet a hundred, nor of openings a heap. */
static void
test_sctp_greedy (void)
{
  guint8 chunks[240] = { 0 };
  guint8 open[32] = { 0, 3, 0, 29, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 50, 3, 0, 0,
    0, 0, 0, 0, 0, 0, 1, 0, 0, 'x', 0, 0, 0 };
  guint8 reset[24] = { 130, 0, 0, 22, 0, 13, 0, 18, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 5, 0, 0 };
  Viewer viewer;
  guint before;

  viewer_init (&viewer);
  before = viewer.packets;
  for (guint i = 0; i < sizeof chunks; i += 4) {
    chunks[i] = PB_SCTP_HEARTBEAT;
    chunks[i + 3] = 4;
  }
  viewer_send (&viewer, viewer.tag, chunks, sizeof chunks);
  g_assert_cmpuint (viewer.packets - before, ==, PB_SCTP_MAX_ANSWERS);
  viewer_send (&viewer, viewer.tag, chunks, 4);
  g_assert_cmpuint (viewer.packets - before, ==, PB_SCTP_MAX_ANSWERS + 1);

  viewer.any_channel = TRUE;
  for (guint i = 0; i < 1000; i++) {
    pb_sctp_put_32 (open + 4, 8 + i);
    pb_sctp_put_32 (reset + 8, 100 + i);
    viewer_send (&viewer, viewer.tag, open, sizeof open);
    viewer_send (&viewer, viewer.tag, reset, sizeof reset);
  }
  g_assert_cmpint (pb_sctp_get_state (viewer.sctp), ==, PB_SCTP_OPEN);
  g_assert_cmpuint (viewer.channels, ==, PB_SCTP_MAX_OPENED);
  g_assert_cmpuint (viewer.closed, ==, PB_SCTP_MAX_OPENED - 1);
  g_assert_cmpuint (pb_sctp_get_buffered (viewer.sctp), <=, PB_SCTP_MAX_OPENED);
  viewer_clear (&viewer);
}

/* With a thousand pieces on their way, datagrams full of acknowledgements that
 * acknowledge nothing: a walk over the pieces each, and no more. */
static void
test_sctp_liar (void)
{
  enum { N_GAPS = 64, BYTES = 16 + 4 * N_GAPS, N_SACKS = 7 };
  g_autoptr (GBytes) large = g_bytes_new_take (g_malloc0 (49192), 49192);
  g_autoptr (GBytes) small = g_bytes_new_static ("0123456789abcdef", 16);
  guint8 sacks[N_SACKS * BYTES] = { 0 };
  guint32 cumulative;
  gdouble took_s;
  Viewer viewer;

  viewer_init (&viewer);
  for (guint i = 0; i < 60; i++) {
    pb_sctp_send (viewer.sctp, 1, PB_SCTP_PPID_BINARY, large, viewer.now_us);
    while (pb_sctp_get_buffered (viewer.sctp) > 0)
      step (&viewer);
  }
  for (guint i = 0; i < 2000; i++)
    pb_sctp_send (viewer.sctp, 1, PB_SCTP_PPID_BINARY, small, viewer.now_us);
  g_assert_cmpuint (viewer.sctp->in_flight, ==, 2000 * 16);
  cumulative = viewer.sctp->cumulative;
  for (guint i = 0; i < N_SACKS; i++) {
    guint8 *sack = sacks + i * BYTES;

    sack[0] = PB_SCTP_SACK;
    pb_sctp_put_16 (sack + 2, BYTES);
    /* The first one says nothing; the others would free what is on its way. */
    pb_sctp_put_32 (sack + 4, cumulative + i);
    pb_sctp_put_32 (sack + 8, G_MAXUINT32);
    pb_sctp_put_16 (sack + 12, N_GAPS);
    memset (sack + 16, 0xff, 4 * N_GAPS);
  }
  g_test_timer_start ();
  for (guint i = 0; i < 1000; i++)
    viewer_send (&viewer, viewer.tag, sacks, sizeof sacks);
  took_s = g_test_timer_elapsed ();
  g_test_message ("%.1f us a datagram", took_s * 1000);
  g_assert_cmpuint (viewer.sctp->cumulative, ==, cumulative);
  g_assert_cmpuint (pb_sctp_get_buffered (viewer.sctp), ==, 2000 * 16);

  /* However large its window, it acknowledges nothing. */
  viewer.loss = 1;
  for (guint i = 0; i < 10000; i++)
    step (&viewer);
  g_assert_cmpint (pb_sctp_get_state (viewer.sctp), ==, PB_SCTP_CLOSED);
  g_assert_cmpuint (pb_sctp_get_buffered (viewer.sctp), ==, 0);
  viewer_clear (&viewer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/webrtc/stun", test_stun);
  g_test_add_func ("/webrtc/stun-response", test_stun_response);
  g_test_add_func ("/webrtc/srtp-vectors", test_srtp_vectors);
  g_test_add_data_func ("/webrtc/srtcp/cm",
      GUINT_TO_POINTER (PB_SRTP_AES128_CM_SHA1_80), test_srtcp);
  g_test_add_data_func (
      "/webrtc/srtcp/gcm", GUINT_TO_POINTER (PB_SRTP_AES128_GCM), test_srtcp);
  g_test_add_func ("/webrtc/nack", test_nack);
  g_test_add_data_func (
      "/webrtc/sctp/no-loss", GUINT_TO_POINTER (0), test_sctp_loss);
  g_test_add_data_func (
      "/webrtc/sctp/2-percent", GUINT_TO_POINTER (2), test_sctp_loss);
  g_test_add_data_func (
      "/webrtc/sctp/20-percent", GUINT_TO_POINTER (20), test_sctp_loss);
  g_test_add_func ("/webrtc/sctp/end", test_sctp_end);
  g_test_add_func ("/webrtc/port", test_port);
  g_test_add_func ("/webrtc/sctp/greedy", test_sctp_greedy);
  g_test_add_func ("/webrtc/sctp/liar", test_sctp_liar);
  return g_test_run ();
}
