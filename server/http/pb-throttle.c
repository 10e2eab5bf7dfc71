/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Clients that have guessed or asked too often wait. */
#include "http/pb-throttle.h"

#include "auth/pb-bind.h"
#include "http/pb-client.h"
#include "problem/pb-problem.h"

typedef struct {
  gchar *address;
  gchar *account;
  gchar *pair;
} Keys;

static gchar *
dup_address_key (SoupServerMessage *message)
{
  const gchar *address = pb_client_get_address (message);

  return pb_buckets_dup_address_key (address);
}

/* Of a login as it was typed, whether anybody has it or not. */
static void
keys_init (Keys *keys, SoupServerMessage *message, const gchar *login)
{
  g_autofree gchar *folded = g_ascii_strdown (login, -1);

  keys->address = dup_address_key (message);
  keys->account = g_compute_checksum_for_string (G_CHECKSUM_SHA256, folded, -1);
  keys->pair = g_strconcat (keys->account, "@", keys->address, NULL);
}

static void
keys_clear (Keys *keys)
{
  g_free (keys->address);
  g_free (keys->account);
  g_free (keys->pair);
}

static void
reply_too_many (
    SoupServerMessage *message, const gchar *what, guint retry_after_s)
{
  g_autofree gchar *seconds = g_strdup_printf ("%u", retry_after_s);

  soup_message_headers_replace (
      soup_server_message_get_response_headers (message), "Retry-After",
      seconds);
  pb_reply_error (message, PB_STATUS_TOO_MANY_REQUESTS, "too_many",
      "%s too often: try again in %u seconds", what, retry_after_s);
}

/**
 * pb_throttle_login:
 * @login: as it was typed
 *
 * Before a password is looked at; pb_throttle_forgive_login() if it was right.
 *
 * Returns: %FALSE if that was answered, with 429
 */
gboolean
pb_throttle_login (
    const PbHttpConfig *config, SoupServerMessage *message, const gchar *login)
{
  PbBuckets *buckets = pb_guard_get_buckets (config->guard);
  const gint64 now_us = g_get_monotonic_time ();
  guint wait_s;
  gboolean may;
  Keys keys;

  keys_init (&keys, message, login);
  may = pb_buckets_take (
            buckets, PB_BUCKET_LOGIN_ADDRESS, keys.address, 1, now_us, &wait_s)
        && (pb_buckets_take (
                buckets, PB_BUCKET_LOGIN_ACCOUNT, keys.account, 1, now_us, NULL)
            || pb_buckets_take (
                buckets, PB_BUCKET_LOGIN_PAIR, keys.pair, 1, now_us, &wait_s));
  if (!may)
    reply_too_many (message, "Wrong", wait_s);
  keys_clear (&keys);
  return may;
}

void
pb_throttle_forgive_login (
    const PbHttpConfig *config, SoupServerMessage *message, const gchar *login)
{
  PbBuckets *buckets = pb_guard_get_buckets (config->guard);
  Keys keys;

  keys_init (&keys, message, login);
  pb_buckets_give (buckets, PB_BUCKET_LOGIN_ADDRESS, keys.address, 1);
  pb_buckets_give (buckets, PB_BUCKET_LOGIN_PAIR, keys.pair, 1);
  keys_clear (&keys);
}

static gboolean
take_of (PbGuard *guard, SoupServerMessage *message, PbBucketKind kind,
    const gchar *key, const gchar *what)
{
  guint wait_s;

  if (pb_buckets_take (pb_guard_get_buckets (guard), kind, key, 1,
          g_get_monotonic_time (), &wait_s))
    return TRUE;
  reply_too_many (message, what, wait_s);
  return FALSE;
}

static gboolean
take (
    PbRequest *request, PbBucketKind kind, const gchar *key, const gchar *what)
{
  return take_of (request->config->guard, request->message, kind, key, what);
}

static void
give (PbRequest *request, PbBucketKind kind, const gchar *key)
{
  pb_buckets_give (pb_guard_get_buckets (request->config->guard), kind, key, 1);
}

/**
 * pb_throttle_token:
 *
 * Before a link's secret is looked at; pb_throttle_forgive_token() if it was
 * right.
 *
 * Returns: %FALSE if that was answered, with 429
 */
gboolean
pb_throttle_token (PbRequest *request)
{
  g_autofree gchar *key = dup_address_key (request->message);

  return take (request, PB_BUCKET_TOKEN_ADDRESS, key, "Wrong");
}

void
pb_throttle_forgive_token (PbRequest *request)
{
  g_autofree gchar *key = dup_address_key (request->message);

  give (request, PB_BUCKET_TOKEN_ADDRESS, key);
}

/**
 * pb_throttle_pairing:
 *
 * Before an agent gets a code.
 *
 * Returns: %FALSE if that was answered, with 429
 */
gboolean
pb_throttle_pairing (PbRequest *request)
{
  g_autofree gchar *key = dup_address_key (request->message);

  return take (request, PB_BUCKET_PAIR_ADDRESS, key, "Asked");
}

/* By the person, not by the address: whoever types codes is known, so nobody
 * uses up what is somebody else's. */
static gchar *
dup_principal_key (const PbPrincipal *principal)
{
  return g_strdup_printf ("%s/%s",
      pb_principal_kind_to_string (principal->kind),
      principal->id ? principal->id : "");
}

/**
 * pb_throttle_request:
 * @message: whose head has been read
 *
 * Somebody at this machine needs no port to slow it down.
 *
 * Returns: %FALSE if that was answered, with 429
 */
gboolean
pb_throttle_request (PbGuard *guard, SoupServerMessage *message)
{
  const gchar *address = pb_client_get_address (message);
  g_autofree gchar *key = pb_buckets_dup_address_key (address);

  return pb_bind_is_loopback (address)
         || take_of (guard, message, PB_BUCKET_REQUEST_ADDRESS, key, "Asked");
}

/**
 * pb_throttle_principal:
 * @principal: somebody; in open mode, people at this machine are not counted
 *
 * Returns: %FALSE if that was answered, with 429
 */
gboolean
pb_throttle_principal (
    PbGuard *guard, SoupServerMessage *message, const PbPrincipal *principal)
{
  g_autofree gchar *key = dup_principal_key (principal);

  return principal->kind == PB_PRINCIPAL_LOCAL
         || take_of (guard, message, PB_BUCKET_REQUEST_PRINCIPAL, key, "Asked");
}

/**
 * pb_throttle_bearer:
 *
 * After a key or token was not good. Good ones of the same address go on: they
 * are 256 random bits, and a stranger must not shut out their owner.
 *
 * Returns: %FALSE if that was answered, with 429
 */
gboolean
pb_throttle_bearer (PbGuard *guard, SoupServerMessage *message)
{
  g_autofree gchar *key = dup_address_key (message);

  return take_of (guard, message, PB_BUCKET_BEARER_ADDRESS, key, "Wrong");
}

/**
 * pb_throttle_stream_key:
 * @address: (nullable): where somebody is who shows it to a front of ours
 *
 * As pb_throttle_bearer().
 *
 * Returns: %FALSE if that was answered, with 429
 */
gboolean
pb_throttle_stream_key (PbRequest *request, const gchar *address)
{
  g_autofree gchar *key =
      pb_buckets_dup_address_key (address ? address : "unknown");

  return take (request, PB_BUCKET_BEARER_ADDRESS, key, "Wrong");
}

/**
 * pb_throttle_code:
 *
 * Before a code that somebody typed is looked at; pb_throttle_forgive_code() if
 * an agent shows it.
 *
 * Returns: %FALSE if that was answered, with 429
 */
gboolean
pb_throttle_code (PbRequest *request)
{
  g_autofree gchar *key = dup_principal_key (request->principal);

  return take (request, PB_BUCKET_CODE_PRINCIPAL, key, "Wrong")
         && take (
             request, PB_BUCKET_CODE_TEAM, request->principal->team, "Wrong");
}

void
pb_throttle_forgive_code (PbRequest *request)
{
  g_autofree gchar *key = dup_principal_key (request->principal);

  give (request, PB_BUCKET_CODE_PRINCIPAL, key);
  give (request, PB_BUCKET_CODE_TEAM, request->principal->team);
}
