/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Time-based one-time passwords (RFC 6238): the second factor of a login;
 * pure. */
#include "auth/pb-totp.h"

#include <string.h>

#include <sodium.h>

#define SECRET_BYTES 20
#define SHA1_BYTES 20
/* Steps before and after now in which a code is still taken: clocks differ,
 * and typing takes time (RFC 6238, 5.2). */
#define SLACK 1

static const gchar alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/**
 * pb_totp_secret_new:
 *
 * Returns: (transfer full): a new secret as base32, for pb_secret_free()
 */
gchar *
pb_totp_secret_new (void)
{
  gchar *text = g_malloc (PB_TOTP_SECRET_CHARS + 1);

  /* Five bits a character and no remainder: 32 × 5 = 160. */
  for (guint i = 0; i < PB_TOTP_SECRET_CHARS; i++)
    text[i] = alphabet[randombytes_uniform (32)];
  text[PB_TOTP_SECRET_CHARS] = '\0';
  return text;
}

/**
 * pb_totp_dup_uri:
 * @secret: of pb_totp_secret_new()
 * @login: whose
 *
 * Returns: (transfer full): what authenticator apps read from a QR code
 */
gchar *
pb_totp_dup_uri (const gchar *secret, const gchar *login)
{
  g_autofree gchar *label = g_uri_escape_string (login, NULL, FALSE);

  return g_strdup_printf (
      "otpauth://totp/PitBox%%20Relay:%s?secret=%s&issuer=PitBox%%20Relay",
      label, secret);
}

/**
 * pb_totp_compute:
 * @key: secret
 * @step: seconds since 1970 / 30
 * @digits: 1 to 9
 *
 * RFC 4226, 5.3.
 *
 * Returns: the code as a number
 */
guint32
pb_totp_compute (const guint8 *key, gsize key_bytes, guint64 step, guint digits)
{
  g_autoptr (GHmac) hmac = g_hmac_new (G_CHECKSUM_SHA1, key, key_bytes);
  guint64 counter = GUINT64_TO_BE (step);
  guint8 digest[SHA1_BYTES];
  gsize size = sizeof digest;
  guint32 number;
  guint32 modulus = 1;
  guint offset;

  g_hmac_update (hmac, (const guint8 *) &counter, sizeof counter);
  g_hmac_get_digest (hmac, digest, &size);
  offset = digest[SHA1_BYTES - 1] & 0xf;
  memcpy (&number, digest + offset, sizeof number);
  for (guint i = 0; i < digits; i++)
    modulus *= 10;
  return (GUINT32_FROM_BE (number) & 0x7fffffff) % modulus;
}

static gboolean
decode (const gchar *secret, guint8 key[SECRET_BYTES])
{
  guint32 bits = 0;
  guint n_bits = 0;
  gsize n = 0;

  if (strlen (secret) != PB_TOTP_SECRET_CHARS)
    return FALSE;
  for (const gchar *p = secret; *p; p++) {
    const gchar *at = strchr (alphabet, *p);

    if (!at)
      return FALSE;
    bits = bits << 5 | (guint32) (at - alphabet);
    n_bits += 5;
    if (n_bits < 8)
      continue;
    n_bits -= 8;
    key[n++] = (guint8) (bits >> n_bits);
  }
  return n == SECRET_BYTES;
}

/**
 * pb_totp_check:
 * @secret: of pb_totp_secret_new()
 * @code: what somebody typed
 * @now_s: seconds since 1970
 * @last_step: (inout): step of the newest code that was taken, 0 = none;
 *   changed if this one is
 *
 * A code is taken once: it, and all older ones, are refused afterwards. A step
 * that is still to come was taken by a clock that was wrong, and counts for
 * nothing.
 *
 * Returns: %TRUE if it is right
 */
gboolean
pb_totp_check (
    const gchar *secret, const gchar *code, gint64 now_s, gint64 *last_step)
{
  guint8 key[SECRET_BYTES];
  gint64 now = now_s / PB_TOTP_STEP_S;
  gint64 found = 0;
  gint64 last = *last_step > now + SLACK ? 0 : *last_step;

  if (strlen (code) != PB_TOTP_DIGITS
      || strspn (code, "0123456789") != PB_TOTP_DIGITS || !decode (secret, key))
    return FALSE;
  /* All of them each time: how long it takes does not tell which it was. */
  for (gint64 step = now - SLACK; step <= now + SLACK; step++) {
    gchar right[PB_TOTP_DIGITS + 1];

    g_snprintf (right, sizeof right, "%06u",
        pb_totp_compute (key, sizeof key, (guint64) step, PB_TOTP_DIGITS));
    if (sodium_memcmp (right, code, PB_TOTP_DIGITS) == 0 && step > last
        && found == 0)
      found = step;
  }
  sodium_memzero (key, sizeof key);
  if (found == 0)
    return FALSE;
  *last_step = found;
  return TRUE;
}
