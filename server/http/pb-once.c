/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Idempotency-Key: what is sent twice is done once. */
#include "http/pb-once.h"

#include <string.h>

/* A POST of somebody known, but not about the own login: those answer later. */
static gboolean
counts (const PbRequest *request)
{
  return g_str_equal (soup_server_message_get_method (request->message), "POST")
         && request->action < PB_N_ACTIONS
         && request->action != PB_MAY_OWN_ACCOUNT;
}

static void
clear (PbOnce *once)
{
  g_clear_pointer (&once->who, g_free);
  g_clear_pointer (&once->sent, g_bytes_unref);
  once->key = NULL;
}

/* Address and body. */
static GBytes *
get_sent (SoupServerMessage *message)
{
  const gchar *path = g_uri_get_path (soup_server_message_get_uri (message));
  g_autoptr (GBytes) body = soup_message_body_flatten (
      soup_server_message_get_request_body (message));
  GByteArray *sent = g_byte_array_new ();
  gsize size;
  const guint8 *bytes = g_bytes_get_data (body, &size);

  g_byte_array_append (sent, (const guint8 *) path, strlen (path) + 1);
  if (size > 0)
    g_byte_array_append (sent, bytes, size);
  return g_byte_array_free_to_bytes (sent);
}

static void
answer_again (SoupServerMessage *message, guint status, GBytes *answer)
{
  SoupMessageHeaders *out = soup_server_message_get_response_headers (message);

  soup_message_headers_replace (out, "Cache-Control", "no-store");
  soup_message_headers_replace (out, "Idempotency-Replayed", "true");
  soup_server_message_set_status (message, status, NULL);
  if (g_bytes_get_size (answer) == 0)
    return;
  soup_message_headers_replace (out, "Content-Type", "application/json");
  soup_message_body_append_bytes (
      soup_server_message_get_response_body (message), answer);
}

/**
 * pb_once_begin:
 * @request: may be carried out
 *
 * Returns: %FALSE if that was answered: it was carried out before, or its key is
 *   not good
 */
gboolean
pb_once_begin (PbOnce *once, PbReplay *replay, PbRequest *request)
{
  SoupServerMessage *message = request->message;
  const PbPrincipal *principal = request->principal;
  const gchar *key = soup_message_headers_get_list (
      soup_server_message_get_request_headers (message), "Idempotency-Key");
  g_autoptr (GBytes) answer = NULL;
  guint status = 0;

  if (!key || !counts (request))
    return TRUE;
  if (!pb_replay_key_is_valid (key)) {
    pb_reply_error (message, SOUP_STATUS_BAD_REQUEST, "bad_request",
        "Idempotency-Key has 1 to %d printable ASCII characters",
        PB_REPLAY_KEY_MAX);
    return FALSE;
  }
  once->key = key;
  once->who = g_strdup_printf ("%s/%s/%s",
      pb_principal_kind_to_string (principal->kind),
      principal->id ? principal->id : "", principal->team);
  once->sent = get_sent (message);
  switch (pb_replay_find (replay, once->who, key, once->sent,
      g_get_monotonic_time (), &status, &answer)) {
    case PB_REPLAY_NEW:
      return TRUE;
    case PB_REPLAY_SAME:
      answer_again (message, status, answer);
      break;
    case PB_REPLAY_OTHER:
      pb_reply_error (message, SOUP_STATUS_UNPROCESSABLE_ENTITY, "key_reused",
          "This Idempotency-Key came with another request: take a new one");
      break;
  }
  clear (once);
  return FALSE;
}

/**
 * pb_once_end:
 *
 * What went well is remembered; what did not may be tried again.
 */
void
pb_once_end (PbOnce *once, PbReplay *replay, PbRequest *request)
{
  SoupServerMessage *message = request->message;
  const guint status = soup_server_message_get_status (message);
  g_autoptr (GBytes) answer = NULL;

  if (!once->key)
    return;
  answer = soup_message_body_flatten (
      soup_server_message_get_response_body (message));
  if (SOUP_STATUS_IS_SUCCESSFUL (status))
    pb_replay_add (replay, once->who, once->key, once->sent,
        g_get_monotonic_time (), status, answer);
  clear (once);
}
