/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Reading connectivity checks and answering them; asking an address whether it
 * is there, and reading what it answers. */
#include "webrtc/pb-stun.h"

#include <string.h>
#include <zlib.h>

#define MAGIC 0x2112a442u
#define HEADER_BYTES 20
#define INTEGRITY_BYTES 20
#define FINGERPRINT_XOR 0x5354554eu

enum {
  BINDING_REQUEST = 0x0001,
  BINDING_SUCCESS = 0x0101,
};

enum {
  ATTR_USERNAME = 0x0006,
  ATTR_MESSAGE_INTEGRITY = 0x0008,
  ATTR_XOR_MAPPED_ADDRESS = 0x0020,
  ATTR_PRIORITY = 0x0024,
  ATTR_USE_CANDIDATE = 0x0025,
  ATTR_FINGERPRINT = 0x8028,
  ATTR_ICE_CONTROLLED = 0x8029,
};

/* RFC 8445, 5.1.2: type host, the first one. */
#define PRIORITY 0x7effffffu

static guint
get_16 (const guint8 *at)
{
  return (guint) at[0] << 8 | at[1];
}

static guint32
get_32 (const guint8 *at)
{
  return (guint32) get_16 (at) << 16 | get_16 (at + 2);
}

static void
put_16 (guint8 *at, guint value)
{
  at[0] = (guint8) (value >> 8);
  at[1] = (guint8) value;
}

static void
put_32 (guint8 *at, guint32 value)
{
  put_16 (at, value >> 16);
  put_16 (at + 2, value & 0xffff);
}

static guint32
fingerprint (const guint8 *data, gsize size)
{
  return (guint32) crc32 (0, data, (uInt) size) ^ FINGERPRINT_XOR;
}

static void
read_username (PbStunRequest *request, const guint8 *value, gsize length)
{
  const guint8 *colon = memchr (value, ':', length);

  if (colon == NULL || (gsize) (colon - value) >= sizeof request->username
      || memchr (value, '\0', (gsize) (colon - value)) != NULL)
    return;
  memcpy (request->username, value, (gsize) (colon - value));
}

static gboolean
read_attribute (PbStunRequest *request, guint type, gsize at, gsize length)
{
  const guint8 *value = request->data + at + 4;

  /* RFC 8489, 14.5: what follows the integrity, but the fingerprint, is not
   * covered and does not count. */
  if (request->integrity_at != 0 && type != ATTR_FINGERPRINT)
    return TRUE;
  switch (type) {
    case ATTR_USERNAME:
      read_username (request, value, length);
      return TRUE;
    case ATTR_USE_CANDIDATE:
      request->use_candidate = TRUE;
      return TRUE;
    case ATTR_MESSAGE_INTEGRITY:
      request->integrity_at = at;
      return length == INTEGRITY_BYTES;
    case ATTR_FINGERPRINT:
      request->has_fingerprint =
          length == 4 && at + 8 == request->size
          && get_32 (value) == fingerprint (request->data, at);
      return request->has_fingerprint;
    default:
      return TRUE;
  }
}

/* RFC 8489, 5 and 14. */
static gboolean
parse (PbStunRequest *message, guint type, const guint8 *data, gsize size)
{
  gsize at = HEADER_BYTES;

  *message = (PbStunRequest){ .data = data, .size = size };
  if (size < HEADER_BYTES || size % 4 != 0 || get_16 (data) != type
      || get_16 (data + 2) != size - HEADER_BYTES || get_32 (data + 4) != MAGIC)
    return FALSE;
  while (at + 4 <= size) {
    gsize length = get_16 (data + at + 2);
    gsize padded = (length + 3) & ~(gsize) 3;

    if (padded > size - at - 4
        || !read_attribute (message, get_16 (data + at), at, length))
      return FALSE;
    at += 4 + padded;
  }
  return message->integrity_at != 0 && message->has_fingerprint;
}

/**
 * pb_stun_is_request:
 * @data: a datagram, any bytes
 * @size: how many
 *
 * Returns: %TRUE if it can only be a binding request
 */
gboolean
pb_stun_is_request (const guint8 *data, gsize size)
{
  return size >= HEADER_BYTES && get_16 (data) == BINDING_REQUEST;
}

/**
 * pb_stun_parse:
 * @request: (out): what it says; points into @data
 * @data: a datagram, any bytes
 * @size: how many
 *
 * Any thread.
 *
 * Returns: %FALSE if it is no binding request with a username and an
 *   integrity, which is still to be checked
 */
gboolean
pb_stun_parse (PbStunRequest *request, const guint8 *data, gsize size)
{
  return parse (request, BINDING_REQUEST, data, size)
         && request->username[0] != '\0';
}

/* RFC 8489, 14.5: the length in the header counts up to the integrity. */
static void
integrity (const guint8 *data, gsize at, const gchar *password,
    guint8 digest[INTEGRITY_BYTES])
{
  gsize size = INTEGRITY_BYTES;
  guint8 header[HEADER_BYTES];
  GHmac *hmac = g_hmac_new (
      G_CHECKSUM_SHA1, (const guchar *) password, strlen (password));

  memcpy (header, data, HEADER_BYTES);
  put_16 (header + 2, (guint) (at + 4 + INTEGRITY_BYTES - HEADER_BYTES));
  g_hmac_update (hmac, header, HEADER_BYTES);
  g_hmac_update (hmac, data + HEADER_BYTES, (gssize) (at - HEADER_BYTES));
  g_hmac_get_digest (hmac, digest, &size);
  g_hmac_unref (hmac);
}

/**
 * pb_stun_check:
 * @request: a request that parsed
 * @password: of whom it is for
 *
 * Any thread.
 *
 * Returns: %TRUE if the sender knows the password
 */
gboolean
pb_stun_check (const PbStunRequest *request, const gchar *password)
{
  guint8 digest[INTEGRITY_BYTES];
  const guint8 *theirs = request->data + request->integrity_at + 4;
  guint8 differs = 0;

  integrity (request->data, request->integrity_at, password, digest);
  for (guint i = 0; i < INTEGRITY_BYTES; i++)
    differs |= digest[i] ^ theirs[i];
  return differs == 0;
}

static gsize
write_address (guint8 *out, const guint8 *transaction, GInetSocketAddress *from)
{
  GInetAddress *address = g_inet_socket_address_get_address (from);
  const guint8 *bytes = g_inet_address_to_bytes (address);
  gsize n = g_inet_address_get_native_size (address);
  guint8 mask[16];

  put_32 (mask, MAGIC);
  memcpy (mask + 4, transaction, 12);
  put_16 (out, ATTR_XOR_MAPPED_ADDRESS);
  put_16 (out + 2, (guint) (4 + n));
  out[4] = 0;
  out[5] = n == 4 ? 1 : 2;
  put_16 (out + 6, g_inet_socket_address_get_port (from) ^ (MAGIC >> 16));
  for (gsize i = 0; i < n; i++)
    out[8 + i] = bytes[i] ^ mask[i];
  return 8 + n;
}

/**
 * pb_stun_finish:
 * @out: a message but its length, with room for 32 bytes more
 * @at: its bytes
 * @password: of whom it is for
 *
 * Any thread. Adds integrity and fingerprint.
 *
 * Returns: its bytes
 */
gsize
pb_stun_finish (guint8 *out, gsize at, const gchar *password)
{
  put_16 (out + at, ATTR_MESSAGE_INTEGRITY);
  put_16 (out + at + 2, INTEGRITY_BYTES);
  integrity (out, at, password, out + at + 4);
  at += 4 + INTEGRITY_BYTES;
  put_16 (out + 2, (guint) (at + 8 - HEADER_BYTES));
  put_16 (out + at, ATTR_FINGERPRINT);
  put_16 (out + at + 2, 4);
  put_32 (out + at + 4, fingerprint (out, at));
  return at + 8;
}

/**
 * pb_stun_write_response:
 * @request: a request that was checked
 * @password: of whom it is for
 * @from: the address it came from
 * @out: the response
 *
 * Any thread.
 *
 * Returns: its bytes
 */
gsize
pb_stun_write_response (const PbStunRequest *request, const gchar *password,
    GInetSocketAddress *from, guint8 out[PB_STUN_MAX_RESPONSE])
{
  gsize at = HEADER_BYTES;

  put_16 (out, BINDING_SUCCESS);
  put_32 (out + 4, MAGIC);
  memcpy (out + 8, request->data + 8, 12);
  at += write_address (out + at, out + 8, from);
  return pb_stun_finish (out, at, password);
}

/**
 * pb_stun_write_question:
 * @id: number of the question
 * @to_ufrag: of whom it is for, at most 256 characters
 * @from_ufrag: of the asking side, at most 8 characters
 * @password: of whom it is for
 * @out: the question: a binding request of the controlled side
 *
 * Any thread. A full agent answers it (RFC 7675, 5.1; RFC 8445, 7.3).
 *
 * Returns: its bytes
 */
gsize
pb_stun_write_question (const guint8 id[PB_STUN_ID_BYTES],
    const gchar *to_ufrag, const gchar *from_ufrag, const gchar *password,
    guint8 out[PB_STUN_MAX_QUESTION])
{
  gchar name[256 + 1 + 8 + 1];
  gsize n = (gsize) g_snprintf (
      name, sizeof name, "%.256s:%.8s", to_ufrag, from_ufrag);
  gsize at = HEADER_BYTES;

  put_16 (out, BINDING_REQUEST);
  put_32 (out + 4, MAGIC);
  memcpy (out + 8, id, PB_STUN_ID_BYTES);
  put_16 (out + at, ATTR_USERNAME);
  put_16 (out + at + 2, (guint) n);
  memset (out + at + 4 + (n & ~(gsize) 3), 0, 4);
  memcpy (out + at + 4, name, n);
  at += 4 + ((n + 3) & ~(gsize) 3);
  put_16 (out + at, ATTR_PRIORITY);
  put_16 (out + at + 2, 4);
  put_32 (out + at + 4, PRIORITY);
  at += 8;
  /* The tie breaker is for two full agents: the number is as good as any. */
  put_16 (out + at, ATTR_ICE_CONTROLLED);
  put_16 (out + at + 2, 8);
  memcpy (out + at + 4, id, 8);
  return pb_stun_finish (out, at + 12, password);
}

/**
 * pb_stun_read_answer:
 * @data: a datagram, any bytes
 * @size: how many
 * @password: of who answers
 * @id: (out): number of the question it answers
 *
 * Any thread.
 *
 * Returns: %FALSE if it is no successful answer of who knows the password
 */
gboolean
pb_stun_read_answer (const guint8 *data, gsize size, const gchar *password,
    guint8 id[PB_STUN_ID_BYTES])
{
  PbStunRequest message;

  if (!parse (&message, BINDING_SUCCESS, data, size)
      || !pb_stun_check (&message, password))
    return FALSE;
  memcpy (id, data + 8, PB_STUN_ID_BYTES);
  return TRUE;
}
