/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A WebRTC client that does only what it is told. */
#include "pb-test-peer.h"

#include <openssl/ssl.h>
#include <sodium.h>
#include <string.h>

#include "pb-test-offers.h"
#include "webrtc/pb-srtp.h"
#include "webrtc/pb-stun.h"

/* Of the offers. */
#define OWN_UFRAG "Xy12"
#define OWN_PWD "abcdefghijklmnopqrstuvwx"
#define OWN_FINGERPRINT \
  "0A:1B:2C:3D:4E:5F:60:71:82:93:A4:B5:C6:D7:E8:F9:" \
  "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF"

struct _PbTestPeer {
  PbTestEnd ends[PB_TEST_PEER_ENDS];
  GSocketAddress *server;
  gchar *ufrag;
  gchar *pwd;
  gchar *fingerprint;
  SSL_CTX *context;
  SSL *ssl;
  guint dtls_end;
  PbSrtp *srtp;
};

static int
accept_any (int ok, X509_STORE_CTX *store)
{
  return 1;
}

static void
use_certificate (PbTestPeer *peer)
{
  EVP_PKEY *key = EVP_EC_gen ("P-256");
  X509 *certificate = X509_new ();
  guint8 digest[EVP_MAX_MD_SIZE];
  unsigned int n = 0;
  GString *text = g_string_new (NULL);

  ASN1_INTEGER_set (X509_get_serialNumber (certificate), 1);
  X509_gmtime_adj (X509_getm_notBefore (certificate), 0);
  X509_gmtime_adj (X509_getm_notAfter (certificate), 3600);
  X509_set_pubkey (certificate, key);
  g_assert_cmpint (X509_sign (certificate, key, EVP_sha256 ()), >, 0);
  X509_digest (certificate, EVP_sha256 (), digest, &n);
  for (unsigned int i = 0; i < n; i++)
    g_string_append_printf (text, "%s%02X", i > 0 ? ":" : "", digest[i]);
  peer->fingerprint = g_string_free (text, FALSE);
  SSL_CTX_use_certificate (peer->context, certificate);
  SSL_CTX_use_PrivateKey (peer->context, key);
  X509_free (certificate);
  EVP_PKEY_free (key);
}

/**
 * pb_test_peer_new:
 * @address: of both its ends, in numbers
 *
 * Returns: (transfer full) (nullable): a client; %NULL where this machine has
 *   no such address
 */
PbTestPeer *
pb_test_peer_new (const gchar *address)
{
  g_autoptr (GSocketAddress) local =
      g_inet_socket_address_new_from_string (address, 0);
  PbTestPeer *peer = g_new0 (PbTestPeer, 1);

  peer->context = SSL_CTX_new (DTLS_client_method ());
  SSL_CTX_set_verify (peer->context, SSL_VERIFY_PEER, accept_any);
  SSL_CTX_set_tlsext_use_srtp (peer->context, "SRTP_AEAD_AES_128_GCM");
  SSL_CTX_set_options (peer->context, SSL_OP_NO_QUERY_MTU);
  use_certificate (peer);
  for (guint i = 0; i < PB_TEST_PEER_ENDS; i++) {
    PbTestEnd *end = &peer->ends[i];

    end->socket = g_socket_new (g_socket_address_get_family (local),
        G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
    if (end->socket == NULL
        || !g_socket_bind (end->socket, local, FALSE, NULL)) {
      pb_test_peer_free (peer);
      return NULL;
    }
    g_socket_set_blocking (end->socket, FALSE);
  }
  return peer;
}

/**
 * pb_test_peer_free:
 * @peer: (transfer full): a client; says nothing to the server
 */
void
pb_test_peer_free (PbTestPeer *peer)
{
  for (guint i = 0; i < PB_TEST_PEER_ENDS; i++)
    g_clear_object (&peer->ends[i].socket);
  g_clear_object (&peer->server);
  g_clear_pointer (&peer->srtp, pb_srtp_free);
  SSL_free (peer->ssl);
  SSL_CTX_free (peer->context);
  g_free (peer->ufrag);
  g_free (peer->pwd);
  g_free (peer->fingerprint);
  g_free (peer);
}

/**
 * pb_test_peer_get_end:
 * @peer: a client
 * @end: which
 *
 * Returns: (transfer none): one of its addresses
 */
PbTestEnd *
pb_test_peer_get_end (PbTestPeer *peer, guint end)
{
  return &peer->ends[end];
}

/**
 * pb_test_peer_make_offer:
 * @peer: a client
 *
 * Returns: (transfer full): its offer of video and data
 */
gchar *
pb_test_peer_make_offer (PbTestPeer *peer)
{
  return pb_test_replace (
      pb_test_offer_chrome, OWN_FINGERPRINT, peer->fingerprint);
}

static gchar *
dup_value (const gchar *answer, const gchar *name)
{
  const gchar *at = strstr (answer, name);

  g_assert_nonnull (at);
  at += strlen (name);
  return g_strndup (at, strcspn (at, "\r "));
}

/**
 * pb_test_peer_take_answer:
 * @peer: a client
 * @answer: the server's answer, in place of the one before; its first candidate
 *   is used
 */
void
pb_test_peer_take_answer (PbTestPeer *peer, const gchar *answer)
{
  const gchar *candidate = strstr (answer, "a=candidate:");
  g_auto (GStrv) words = NULL;

  g_assert_nonnull (candidate);
  words = g_strsplit (candidate, " ", 7);
  g_clear_object (&peer->server);
  g_free (peer->ufrag);
  g_free (peer->pwd);
  peer->server = g_inet_socket_address_new_from_string (
      words[4], (guint) g_ascii_strtoull (words[5], NULL, 10));
  peer->ufrag = dup_value (answer, "a=ice-ufrag:");
  peer->pwd = dup_value (answer, "a=ice-pwd:");
}

/**
 * pb_test_peer_aim:
 * @peer: a client with an answer
 * @address: where it takes the server to be, in numbers
 */
void
pb_test_peer_aim (PbTestPeer *peer, const gchar *address)
{
  const guint16 port =
      g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (peer->server));

  g_object_unref (peer->server);
  peer->server = g_inet_socket_address_new_from_string (address, port);
}

/**
 * pb_test_peer_send:
 * @peer: a client with an answer
 * @end: from where
 * @data: any bytes
 * @size: how many
 */
void
pb_test_peer_send (PbTestPeer *peer, guint end, gconstpointer data, gsize size)
{
  g_socket_send_to (
      peer->ends[end].socket, peer->server, data, size, NULL, NULL);
  peer->ends[end].sent += size;
}

/* USE-CANDIDATE before the integrity (24 bytes) and the fingerprint (8), and
 * both anew. */
static gsize
add_nomination (guint8 *check, gsize size, const gchar *pwd)
{
  static const guint8 nomination[] = { 0x00, 0x25, 0, 0 };

  memcpy (check + size - 32, nomination, sizeof nomination);
  return pb_stun_finish (check, size - 32 + sizeof nomination, pwd);
}

/**
 * pb_test_peer_check:
 * @peer: a client with an answer
 * @end: from where
 * @nominate: the server is to use it
 *
 * Sends a connectivity check.
 */
void
pb_test_peer_check (PbTestPeer *peer, guint end, gboolean nominate)
{
  guint8 check[PB_STUN_MAX_QUESTION], id[PB_STUN_ID_BYTES];
  gsize size;

  randombytes_buf (id, sizeof id);
  size = pb_stun_write_question (id, peer->ufrag, OWN_UFRAG, peer->pwd, check);
  if (nominate)
    size = add_nomination (check, size, peer->pwd);
  pb_test_peer_send (peer, end, check, size);
}

/**
 * pb_test_peer_answer:
 * @peer: a client
 * @end: from where
 * @of_end: the newest question that came there is answered
 */
void
pb_test_peer_answer (PbTestPeer *peer, guint end, guint of_end)
{
  PbTestEnd *asked = &peer->ends[of_end];
  guint8 out[PB_STUN_MAX_RESPONSE];
  PbStunRequest request;

  g_assert_true (
      pb_stun_parse (&request, asked->question, asked->question_bytes));
  g_assert_true (pb_stun_check (&request, OWN_PWD));
  pb_test_peer_send (peer, end, out,
      pb_stun_write_response (
          &request, OWN_PWD, G_INET_SOCKET_ADDRESS (peer->server), out));
}

static void
flush_dtls (PbTestPeer *peer)
{
  guint8 data[2048];
  int n;

  while ((n = BIO_read (SSL_get_wbio (peer->ssl), data, sizeof data)) > 0)
    pb_test_peer_send (peer, peer->dtls_end, data, (gsize) n);
}

/**
 * pb_test_peer_shake_hands:
 * @peer: a client with an answer
 * @end: from where
 *
 * Sends the hello of DTLS; the rest goes by pb_test_peer_read(). Called again
 * it goes on from another end.
 */
void
pb_test_peer_shake_hands (PbTestPeer *peer, guint end)
{
  peer->dtls_end = end;
  if (peer->ssl == NULL) {
    BIO *in = BIO_new (BIO_s_mem ()), *out = BIO_new (BIO_s_mem ());

    BIO_set_mem_eof_return (in, -1);
    BIO_set_mem_eof_return (out, -1);
    peer->ssl = SSL_new (peer->context);
    SSL_set_bio (peer->ssl, in, out);
    SSL_set_mtu (peer->ssl, 1200);
    SSL_set_connect_state (peer->ssl);
  }
  SSL_do_handshake (peer->ssl);
  flush_dtls (peer);
}

/**
 * pb_test_peer_is_connected:
 * @peer: a client
 *
 * Returns: %TRUE once DTLS is
 */
gboolean
pb_test_peer_is_connected (PbTestPeer *peer)
{
  return peer->ssl != NULL && SSL_is_init_finished (peer->ssl);
}

static void
init_srtp (PbTestPeer *peer)
{
  guint8 keys[2 * (PB_SRTP_KEY_BYTES + 12)];
  const char *label = "EXTRACTOR-dtls_srtp";

  if (peer->srtp != NULL)
    return;
  g_assert_cmpint (SSL_export_keying_material (peer->ssl, keys, sizeof keys,
                       label, strlen (label), NULL, 0, 0),
      ==, 1);
  peer->srtp =
      pb_srtp_new (PB_SRTP_AES128_GCM, keys, keys + 2 * PB_SRTP_KEY_BYTES);
}

/**
 * pb_test_peer_write_rtp:
 * @peer: a client that is connected
 * @rtp: what it sends
 * @size: of @rtp
 * @packet: (out): an SRTP packet of its own
 * @capacity: of @packet
 *
 * Returns: its bytes
 */
gsize
pb_test_peer_write_rtp (PbTestPeer *peer, const guint8 *rtp, gsize size,
    guint8 *packet, gsize capacity)
{
  init_srtp (peer);
  memcpy (packet, rtp, size);
  return pb_srtp_protect (peer->srtp, packet, size, capacity);
}

/**
 * pb_test_peer_write_rtcp:
 * @peer: a client that is connected
 * @rtcp: what it says, true or not
 * @size: of @rtcp
 * @packet: (out): an SRTCP packet of its own
 * @capacity: of @packet
 *
 * Returns: its bytes
 */
gsize
pb_test_peer_write_rtcp (PbTestPeer *peer, const guint8 *rtcp, gsize size,
    guint8 *packet, gsize capacity)
{
  init_srtp (peer);
  memcpy (packet, rtcp, size);
  return pb_srtp_protect_rtcp (peer->srtp, packet, size, capacity);
}

/**
 * pb_test_peer_write_report:
 * @peer: a client that is connected
 * @packet: (out): an SRTCP packet of its own
 * @capacity: of @packet
 *
 * Returns: its bytes
 */
gsize
pb_test_peer_write_report (PbTestPeer *peer, guint8 *packet, gsize capacity)
{
  /* RFC 3550, 6.4.2: of nothing received. */
  static const guint8 report[] = { 0x80, 201, 0, 1, 0, 0, 0, 1 };

  return pb_test_peer_write_rtcp (
      peer, report, sizeof report, packet, capacity);
}

static void
take_record (PbTestPeer *peer, guint end, const guint8 *data, gsize size)
{
  guint8 text[2048];

  if (peer->ssl == NULL || end != peer->dtls_end)
    return;
  BIO_write (SSL_get_rbio (peer->ssl), data, (int) size);
  if (SSL_is_init_finished (peer->ssl))
    SSL_read (peer->ssl, text, sizeof text);
  else
    SSL_do_handshake (peer->ssl);
  flush_dtls (peer);
}

static void
take (PbTestPeer *peer, guint i, const guint8 *data, gsize size)
{
  PbTestEnd *end = &peer->ends[i];

  end->received += size;
  if (pb_stun_is_request (data, size)) {
    g_assert_cmpuint (size, <=, sizeof end->question);
    memcpy (end->question, data, size);
    end->question_bytes = size;
    end->questions++;
    if (end->answers)
      pb_test_peer_answer (peer, i, i);
  } else if (data[0] < 4) {
    end->responses++;
  } else if (data[0] < 64) {
    end->records++;
    take_record (peer, i, data, size);
  } else {
    end->media++;
  }
}

/**
 * pb_test_peer_read:
 * @peer: a client
 * @wait_ms: how long, where nothing is there
 *
 * Reads all that has come.
 */
void
pb_test_peer_read (PbTestPeer *peer, guint wait_ms)
{
  guint8 data[2048];
  gssize n;

  g_socket_condition_timed_wait (
      peer->ends[peer->dtls_end].socket, G_IO_IN, wait_ms * 1000, NULL, NULL);
  for (guint i = 0; i < PB_TEST_PEER_ENDS; i++) {
    while ((n = g_socket_receive (
                peer->ends[i].socket, (gchar *) data, sizeof data, NULL, NULL))
           > 0)
      take (peer, i, data, (gsize) n);
  }
}
