/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SRTP with OpenSSL's AES: Debian's libsrtp2 goes through NSS, which was a
 * tenth of a viewer's cost. */
#include "webrtc/pb-srtp.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <string.h>

#include "webrtc/pb-srtp-window.h"

#define RTP_HEADER_BYTES 12
#define RTCP_HEADER_BYTES 8
#define SHA1_TAG_BYTES 10
#define SHA1_KEY_BYTES 20
#define GCM_TAG_BYTES 16
#define MAX_SALT_BYTES 14
#define INDEX_BYTES 4
#define ENCRYPTED 0x80000000u
/* A viewer is sent a video, its retransmissions, and sound; a publisher sends as
 * much, and may begin one of them anew. */
#define MAX_STREAMS 8

enum {
  LABEL_RTP_KEY,
  LABEL_RTP_AUTH,
  LABEL_RTP_SALT,
  LABEL_RTCP_KEY,
  LABEL_RTCP_AUTH,
  LABEL_RTCP_SALT,
};

typedef struct {
  guint32 ssrc;
  guint32 roc;
  guint16 seq;
  PbSrtpWindow window; /* of what came */
} Stream;

typedef struct {
  EVP_CIPHER_CTX *cipher;
  EVP_MAC_CTX *mac;
  guint8 salt[MAX_SALT_BYTES];
} Keys;

struct _PbSrtp {
  gboolean gcm;
  Keys rtp;
  Keys rtcp;
  Stream streams[MAX_STREAMS];
  guint n_streams;
  guint32 rtcp_index;
  PbSrtpWindow rtcp_window; /* of what came */
};

/**
 * pb_srtp_salt_bytes:
 * @profile: a profile
 *
 * Returns: bytes of its master salt
 */
gsize
pb_srtp_salt_bytes (PbSrtpProfile profile)
{
  return profile == PB_SRTP_AES128_GCM ? 12 : 14;
}

/* RFC 3711, 4.3.3: the key stream of AES-CM at the label. A salt of 12 bytes is
 * used as if it had two zeros at its end (RFC 7714, 11). */
static void
derive (const guint8 *key, const guint8 *salt, gsize salt_bytes, guint8 label,
    guint8 *out, gsize size)
{
  guint8 iv[16] = { 0 };
  int n = 0;
  EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new ();

  memcpy (iv, salt, salt_bytes);
  iv[7] ^= label;
  memset (out, 0, size);
  EVP_EncryptInit_ex (cipher, EVP_aes_128_ctr (), NULL, key, iv);
  EVP_EncryptUpdate (cipher, out, &n, out, (int) size);
  EVP_CIPHER_CTX_free (cipher);
}

static void
init_keys (Keys *keys, gboolean gcm, const guint8 *key, const guint8 *salt,
    gsize salt_bytes, guint8 label)
{
  guint8 session[PB_SRTP_KEY_BYTES];
  guint8 auth[SHA1_KEY_BYTES];

  derive (key, salt, salt_bytes, label, session, sizeof session);
  derive (key, salt, salt_bytes, (guint8) (label + LABEL_RTP_SALT), keys->salt,
      salt_bytes);
  keys->cipher = EVP_CIPHER_CTX_new ();
  EVP_CipherInit_ex (keys->cipher,
      gcm ? EVP_aes_128_gcm () : EVP_aes_128_ctr (), NULL, session, NULL, 1);
  if (!gcm) {
    EVP_MAC *hmac = EVP_MAC_fetch (NULL, "HMAC", NULL);
    OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string (
                                OSSL_MAC_PARAM_DIGEST, (char *) "SHA1", 0),
      OSSL_PARAM_construct_end () };

    derive (key, salt, salt_bytes, (guint8) (label + LABEL_RTP_AUTH), auth,
        sizeof auth);
    keys->mac = EVP_MAC_CTX_new (hmac);
    EVP_MAC_init (keys->mac, auth, sizeof auth, params);
    EVP_MAC_free (hmac);
  }
}

/**
 * pb_srtp_new:
 * @profile: what was agreed
 * @key: master key, %PB_SRTP_KEY_BYTES
 * @salt: master salt, pb_srtp_salt_bytes()
 *
 * Returns: (transfer full): one direction; not thread safe
 */
PbSrtp *
pb_srtp_new (PbSrtpProfile profile, const guint8 *key, const guint8 *salt)
{
  PbSrtp *srtp = g_new0 (PbSrtp, 1);
  gsize salt_bytes = pb_srtp_salt_bytes (profile);

  srtp->gcm = profile == PB_SRTP_AES128_GCM;
  init_keys (&srtp->rtp, srtp->gcm, key, salt, salt_bytes, LABEL_RTP_KEY);
  init_keys (&srtp->rtcp, srtp->gcm, key, salt, salt_bytes, LABEL_RTCP_KEY);
  return srtp;
}

/**
 * pb_srtp_free:
 * @srtp: (transfer full): one direction
 */
void
pb_srtp_free (PbSrtp *srtp)
{
  EVP_CIPHER_CTX_free (srtp->rtp.cipher);
  EVP_CIPHER_CTX_free (srtp->rtcp.cipher);
  EVP_MAC_CTX_free (srtp->rtp.mac);
  EVP_MAC_CTX_free (srtp->rtcp.mac);
  g_free (srtp);
}

static void
xor_be (guint8 *at, guint64 value, guint bytes)
{
  for (guint i = 0; i < bytes; i++)
    at[i] ^= (guint8) (value >> (8 * (bytes - 1 - i)));
}

/* RFC 3711, 4.1.1; RFC 7714, 8.1 and 9.1. */
static void
make_iv (const PbSrtp *srtp, const Keys *keys, guint32 ssrc, guint64 index,
    guint8 iv[16])
{
  memset (iv, 0, 16);
  memcpy (iv, keys->salt, srtp->gcm ? 12 : 14);
  xor_be (iv + (srtp->gcm ? 2 : 4), ssrc, 4);
  xor_be (iv + (srtp->gcm ? 6 : 8), index, 6);
}

static void
make_tag (const Keys *keys, const guint8 *data, gsize size, guint32 tail,
    gboolean with_tail, guint8 tag[SHA1_KEY_BYTES])
{
  guint32 tail_be = GUINT32_TO_BE (tail);
  size_t n;

  EVP_MAC_init (keys->mac, NULL, 0, NULL);
  EVP_MAC_update (keys->mac, data, size);
  if (with_tail)
    EVP_MAC_update (keys->mac, (const guint8 *) &tail_be, sizeof tail_be);
  EVP_MAC_final (keys->mac, tag, &n, SHA1_KEY_BYTES);
}

static gboolean
apply (const Keys *keys, const guint8 *iv, guint8 *data, gsize size, gint enc)
{
  int n;

  return EVP_CipherInit_ex (keys->cipher, NULL, NULL, NULL, iv, enc) == 1
         && EVP_CipherUpdate (keys->cipher, data, &n, data, (int) size) == 1;
}

/* In place; the tag follows @data. */
static gboolean
seal (const Keys *keys, const guint8 *iv, const guint8 *aad, gsize aad_size,
    guint8 *data, gsize size)
{
  EVP_CIPHER_CTX *cipher = keys->cipher;
  int n;

  return EVP_CipherInit_ex (cipher, NULL, NULL, NULL, iv, 1) == 1
         && EVP_CipherUpdate (cipher, NULL, &n, aad, (int) aad_size) == 1
         && EVP_CipherUpdate (cipher, data, &n, data, (int) size) == 1
         && EVP_CipherFinal_ex (cipher, data + size, &n) == 1
         && EVP_CIPHER_CTX_ctrl (
                cipher, EVP_CTRL_AEAD_GET_TAG, GCM_TAG_BYTES, data + size)
                == 1;
}

static gboolean
unseal (const Keys *keys, const guint8 *iv, const guint8 *aad, gsize aad_size,
    guint8 *data, gsize size)
{
  EVP_CIPHER_CTX *cipher = keys->cipher;
  int n;

  return EVP_CipherInit_ex (cipher, NULL, NULL, NULL, iv, 0) == 1
         && EVP_CIPHER_CTX_ctrl (
                cipher, EVP_CTRL_AEAD_SET_TAG, GCM_TAG_BYTES, data + size)
                == 1
         && EVP_CipherUpdate (cipher, NULL, &n, aad, (int) aad_size) == 1
         && EVP_CipherUpdate (cipher, data, &n, data, (int) size) == 1
         && EVP_CipherFinal_ex (cipher, data + size, &n) == 1;
}

static Stream *
find_stream (PbSrtp *srtp, guint32 ssrc)
{
  for (guint i = 0; i < srtp->n_streams; i++) {
    if (srtp->streams[i].ssrc == ssrc)
      return &srtp->streams[i];
  }
  return NULL;
}

static Stream *
add_stream (PbSrtp *srtp, guint32 ssrc, guint16 seq)
{
  Stream *stream;

  if (srtp->n_streams == MAX_STREAMS)
    return NULL;
  stream = &srtp->streams[srtp->n_streams++];
  *stream = (Stream){ .ssrc = ssrc, .seq = seq };
  return stream;
}

static gsize
rtp_header_bytes (const guint8 *packet, gsize size)
{
  gsize bytes = RTP_HEADER_BYTES;

  if (size < RTP_HEADER_BYTES)
    return 0;
  bytes += 4 * (gsize) (packet[0] & 0x0f);
  if (packet[0] & 0x10) {
    if (bytes + 4 > size)
      return 0;
    bytes += 4 + 4 * ((gsize) packet[bytes + 2] << 8 | packet[bytes + 3]);
  }
  return bytes <= size ? bytes : 0;
}

/* The packets of a stream come in order, but those sent a second time. */
static guint32
next_roc (Stream *stream, guint16 seq)
{
  gint16 ahead = (gint16) (guint16) (seq - stream->seq);

  if (ahead < 0)
    return stream->roc - (seq > stream->seq ? 1 : 0);
  if (seq < stream->seq)
    stream->roc++;
  stream->seq = seq;
  return stream->roc;
}

/**
 * pb_srtp_protect:
 * @srtp: the direction out
 * @packet: an RTP packet, protected in place
 * @size: its bytes
 * @capacity: of @packet; %PB_SRTP_OVERHEAD more than @size is enough
 *
 * Returns: bytes of the protected packet; 0 if it cannot be protected
 */
gsize
pb_srtp_protect (PbSrtp *srtp, guint8 *packet, gsize size, gsize capacity)
{
  gsize header = rtp_header_bytes (packet, size);
  guint8 tag[SHA1_KEY_BYTES];
  guint8 iv[16];
  guint16 seq;
  guint32 ssrc, roc;
  Stream *stream;

  if (header == 0 || size + PB_SRTP_OVERHEAD > capacity)
    return 0;
  seq = (guint16) (packet[2] << 8 | packet[3]);
  memcpy (&ssrc, packet + 8, 4);
  ssrc = GUINT32_FROM_BE (ssrc);
  stream = find_stream (srtp, ssrc);
  if (stream == NULL)
    stream = add_stream (srtp, ssrc, seq);
  if (stream == NULL)
    return 0;
  roc = next_roc (stream, seq);
  make_iv (srtp, &srtp->rtp, ssrc, (guint64) roc << 16 | seq, iv);
  if (srtp->gcm)
    return seal (&srtp->rtp, iv, packet, header, packet + header, size - header)
               ? size + GCM_TAG_BYTES
               : 0;
  if (!apply (&srtp->rtp, iv, packet + header, size - header, 1))
    return 0;
  make_tag (&srtp->rtp, packet, size, roc, TRUE, tag);
  memcpy (packet + size, tag, SHA1_TAG_BYTES);
  return size + SHA1_TAG_BYTES;
}

static void
put_index (guint8 *at, guint32 index)
{
  index = GUINT32_TO_BE (index);
  memcpy (at, &index, sizeof index);
}

/* RFC 7714, 9.2: the header and the index. */
static void
make_aad (const guint8 *packet, guint32 index, guint8 aad[12])
{
  memcpy (aad, packet, RTCP_HEADER_BYTES);
  put_index (aad + RTCP_HEADER_BYTES, index | ENCRYPTED);
}

static guint32
rtcp_ssrc (const guint8 *packet)
{
  guint32 ssrc;

  memcpy (&ssrc, packet + 4, 4);
  return GUINT32_FROM_BE (ssrc);
}

/**
 * pb_srtp_protect_rtcp:
 * @srtp: the direction out
 * @packet: a compound RTCP packet, protected in place
 * @size: its bytes
 * @capacity: of @packet; %PB_SRTP_OVERHEAD more than @size is enough
 *
 * Returns: bytes of the protected packet; 0 if it cannot be protected
 */
gsize
pb_srtp_protect_rtcp (PbSrtp *srtp, guint8 *packet, gsize size, gsize capacity)
{
  guint32 index = srtp->rtcp_index++ & ~ENCRYPTED;
  guint8 *body = packet + RTCP_HEADER_BYTES;
  gsize n;
  guint8 tag[SHA1_KEY_BYTES];
  guint8 iv[16], aad[12];

  if (size < RTCP_HEADER_BYTES || size + PB_SRTP_OVERHEAD > capacity)
    return 0;
  n = size - RTCP_HEADER_BYTES;
  make_iv (srtp, &srtp->rtcp, rtcp_ssrc (packet), index, iv);
  if (srtp->gcm) {
    make_aad (packet, index, aad);
    if (!seal (&srtp->rtcp, iv, aad, sizeof aad, body, n))
      return 0;
    put_index (packet + size + GCM_TAG_BYTES, index | ENCRYPTED);
    return size + GCM_TAG_BYTES + INDEX_BYTES;
  }
  if (!apply (&srtp->rtcp, iv, body, n, 1))
    return 0;
  put_index (packet + size, index | ENCRYPTED);
  make_tag (&srtp->rtcp, packet, size + INDEX_BYTES, 0, FALSE, tag);
  memcpy (packet + size + INDEX_BYTES, tag, SHA1_TAG_BYTES);
  return size + INDEX_BYTES + SHA1_TAG_BYTES;
}

/* In constant time. */
static gboolean
has_tag (const guint8 *end, const guint8 *tag)
{
  guint8 differs = 0;

  for (guint i = 0; i < SHA1_TAG_BYTES; i++)
    differs |= tag[i] ^ end[i];
  return differs == 0;
}

static gboolean
open_rtcp (
    PbSrtp *srtp, guint8 *packet, gsize n, guint32 index, const guint8 *end)
{
  guint8 *body = packet + RTCP_HEADER_BYTES;
  guint8 tag[SHA1_KEY_BYTES];
  guint8 iv[16], aad[12];

  make_iv (srtp, &srtp->rtcp, rtcp_ssrc (packet), index, iv);
  if (srtp->gcm) {
    make_aad (packet, index, aad);
    return unseal (&srtp->rtcp, iv, aad, sizeof aad, body, n);
  }
  make_tag (
      &srtp->rtcp, packet, RTCP_HEADER_BYTES + n + INDEX_BYTES, 0, FALSE, tag);
  return has_tag (end, tag) && apply (&srtp->rtcp, iv, body, n, 0);
}

/**
 * pb_srtp_unprotect_rtcp:
 * @srtp: the direction in
 * @packet: any bytes, opened in place
 * @size: how many
 *
 * Returns: bytes of the RTCP packet; 0 if it is not from the viewer, came
 *   before, or is not encrypted
 */
gsize
pb_srtp_unprotect_rtcp (PbSrtp *srtp, guint8 *packet, gsize size)
{
  gsize trailer = INDEX_BYTES + (srtp->gcm ? GCM_TAG_BYTES : SHA1_TAG_BYTES);
  const guint8 *index_at;
  guint32 index;

  if (size < RTCP_HEADER_BYTES + trailer)
    return 0;
  index_at = packet + size - (srtp->gcm ? INDEX_BYTES : trailer);
  memcpy (&index, index_at, sizeof index);
  index = GUINT32_FROM_BE (index);
  if ((index & ENCRYPTED) == 0)
    return 0;
  index &= ~ENCRYPTED;
  if (!pb_srtp_window_is_new (&srtp->rtcp_window, index)
      || !open_rtcp (srtp, packet, size - RTCP_HEADER_BYTES - trailer, index,
          packet + size - SHA1_TAG_BYTES))
    return 0;
  pb_srtp_window_note (&srtp->rtcp_window, index);
  return size - trailer;
}

static gboolean
open_rtp (PbSrtp *srtp, guint8 *packet, gsize header, gsize size, guint32 ssrc,
    guint64 index)
{
  guint8 *body = packet + header;
  guint8 tag[SHA1_KEY_BYTES];
  guint8 iv[16];

  make_iv (srtp, &srtp->rtp, ssrc, index, iv);
  if (srtp->gcm)
    return unseal (&srtp->rtp, iv, packet, header, body, size - header);
  make_tag (&srtp->rtp, packet, size, (guint32) (index >> 16), TRUE, tag);
  return has_tag (packet + size, tag)
         && apply (&srtp->rtp, iv, body, size - header, 0);
}

/**
 * pb_srtp_unprotect:
 * @srtp: the direction in
 * @packet: any bytes, opened in place
 * @size: how many
 *
 * A stream is remembered by its first packet that was right; more than
 * eight are not taken.
 *
 * Returns: bytes of the RTP packet; 0 if it is not from who has the keys, or came
 *   before
 */
gsize
pb_srtp_unprotect (PbSrtp *srtp, guint8 *packet, gsize size)
{
  const gsize trailer = srtp->gcm ? GCM_TAG_BYTES : SHA1_TAG_BYTES;
  const gsize header =
      size >= trailer ? rtp_header_bytes (packet, size - trailer) : 0;
  const PbSrtpWindow none = { 0 };
  guint64 index;
  guint32 ssrc;
  guint16 seq;
  Stream *stream;

  if (header == 0)
    return 0;
  seq = (guint16) (packet[2] << 8 | packet[3]);
  memcpy (&ssrc, packet + 8, 4);
  ssrc = GUINT32_FROM_BE (ssrc);
  stream = find_stream (srtp, ssrc);
  if (stream == NULL && srtp->n_streams == MAX_STREAMS)
    return 0;
  if (!pb_srtp_window_guess (stream ? &stream->window : &none, seq, &index)
      || (stream && !pb_srtp_window_is_new (&stream->window, index))
      || !open_rtp (srtp, packet, header, size - trailer, ssrc, index))
    return 0;
  if (stream == NULL)
    stream = add_stream (srtp, ssrc, seq);
  pb_srtp_window_note (&stream->window, index);
  return size - trailer;
}
