/* SPDX-License-Identifier: LGPL-2.1-or-later
 * /api/v1/pairing: an agent shows a code, a person types it, the agent gets its
 * secrets. */
#include <string.h>

#include "auth/pb-pair-codes.h"
#include "http/pb-client.h"
#include "http/pb-request.h"
#include "http/pb-throttle.h"
#include "store/pb-devices.h"

/* How often an agent asks what became of it. */
#define POLL_S 2
/* Of its version and its platform. */
#define TEXT_MAX_BYTES 64

static PbPairCodes *
get_codes (PbRequest *request)
{
  return pb_guard_get_pair_codes (request->config->guard);
}

/* What is shown to people, who judge by it. */
static gboolean
is_plain (const gchar *text)
{
  if (strlen (text) > TEXT_MAX_BYTES)
    return FALSE;
  for (const gchar *p = text; *p; p = g_utf8_next_char (p))
    if (!g_unichar_isprint (g_utf8_get_char (p)))
      return FALSE;
  return TRUE;
}

static gboolean
read_about (PbRequest *request, PbPairRequest *about)
{
  const gchar *device = pb_json_get_text (request->body, "device");
  const gchar *version, *platform;

  if (device && gst_pitbox_id_is_valid (device)
      && pb_json_read_text (request->body, "version", &version)
      && pb_json_read_text (request->body, "platform", &platform)
      && (!version || is_plain (version))
      && (!platform || is_plain (platform))) {
    about->device = (gchar *) device;
    about->version = (gchar *) (version ? version : "");
    about->platform = (gchar *) (platform ? platform : "");
    return TRUE;
  }
  pb_reply_error (request->message, SOUP_STATUS_BAD_REQUEST, "bad_request",
      "The body needs device, 1 to 64 of A-Z a-z 0-9 . _ - that do not begin "
      "with a dot; version and platform are texts of at most %d bytes",
      TEXT_MAX_BYTES);
  return FALSE;
}

/* Codes live by a clock that nobody sets; people read UTC. */
static void
add_expiry (JsonBuilder *b, const PbPairRequest *asks)
{
  const gint64 left_us = asks->expires_us - g_get_monotonic_time ();

  pb_json_add_int (b, "expires_utc_ms", (g_get_real_time () + left_us) / 1000);
}

static void
post_pairing (PbRequest *request)
{
  PbPairRequest about = { 0 };
  const gchar *address = pb_client_get_address (request->message);
  g_autofree gchar *key = pb_buckets_dup_address_key (address);
  g_autoptr (JsonBuilder) b = json_builder_new ();
  const PbPairRequest *added;
  gchar *token;

  if (!read_about (request, &about) || !pb_throttle_pairing (request))
    return;
  about.address = (gchar *) address;
  added = pb_pair_codes_add (
      get_codes (request), &about, key, g_get_monotonic_time (), &token);
  json_builder_begin_object (b);
  pb_json_add_text (b, "code", added->code);
  pb_json_add_text (b, "poll_token", token);
  add_expiry (b, added);
  pb_json_add_int (b, "poll_s", POLL_S);
  json_builder_end_object (b);
  pb_reply_status (request->message, SOUP_STATUS_CREATED, b);
  pb_secret_free (token);
}

static void
reply_state (PbRequest *request, PbPairState state, const PbPairRequest *answer)
{
  g_autoptr (JsonBuilder) b = json_builder_new ();

  json_builder_begin_object (b);
  pb_json_add_text (b, "state", pb_pair_state_to_string (state));
  if (answer) {
    pb_json_add_text (b, "device", answer->device);
    pb_json_add_text (b, "driver", answer->driver);
    pb_json_add_text (b, "token", answer->token);
    pb_json_add_text (b, "passphrase", answer->passphrase);
    pb_json_add_int (
        b, "srt_port", pb_ingest_get_port (request->config->ingest));
  }
  json_builder_end_object (b);
  pb_reply_json (request, b);
}

static void
get_pairing (PbRequest *request)
{
  const gchar *header = soup_message_headers_get_one (
      soup_server_message_get_request_headers (request->message),
      "Authorization");
  g_autoptr (PbPairRequest) answer = NULL;
  PbPairState state = PB_PAIR_UNKNOWN;

  if (!pb_throttle_token (request))
    return;
  if (header && g_ascii_strncasecmp (header, "Bearer ", 7) == 0)
    state = pb_pair_codes_poll (
        get_codes (request), header + 7, g_get_monotonic_time (), &answer);
  if (state == PB_PAIR_UNKNOWN) {
    pb_reply_error (request->message, SOUP_STATUS_UNAUTHORIZED, "bad_token",
        "Nobody asks with this token, or it was answered already");
    return;
  }
  pb_throttle_forgive_token (request);
  reply_state (request, state, answer);
}

/* Returns: (transfer none) (nullable): who shows the code of the body; else
 * that was answered */
static const PbPairRequest *
find_request (PbRequest *request, const gchar **code)
{
  const PbPairRequest *found;

  *code = pb_json_get_text (request->body, "code");
  if (!*code || !pb_pair_code_is_valid (*code)) {
    pb_reply_error (request->message, SOUP_STATUS_BAD_REQUEST, "bad_request",
        "The body needs code, %d letters and digits without I, L, O, 0 and 1",
        PB_PAIR_CODE_CHARS);
    return NULL;
  }
  if (!pb_throttle_code (request))
    return NULL;
  found =
      pb_pair_codes_find (get_codes (request), *code, g_get_monotonic_time ());
  if (found)
    pb_throttle_forgive_code (request);
  else
    pb_reply_error (request->message, SOUP_STATUS_NOT_FOUND, "not_found",
        "No agent shows this code now: each is good for ten minutes and once");
  return found;
}

static void
post_lookup (PbRequest *request)
{
  const gchar *code;
  const PbPairRequest *found = find_request (request, &code);
  g_autoptr (JsonBuilder) b = NULL;

  if (!found)
    return;
  b = json_builder_new ();
  json_builder_begin_object (b);
  pb_json_add_text (b, "device", found->device);
  pb_json_add_text (b, "address", found->address);
  pb_json_add_text (b, "version", found->version);
  pb_json_add_text (b, "platform", found->platform);
  add_expiry (b, found);
  json_builder_end_object (b);
  pb_reply_json (request, b);
}

typedef struct {
  PbPairRequest given;
  gboolean replace; /* a device of that name in the own team */
  const gchar *address; /* of who asks */
} Approval;

static gboolean
note_approval (PbRequest *request, const Approval *approval, gboolean replaced,
    GError **error)
{
  g_autofree gchar *detail =
      g_strdup_printf ("driver %s, from %s%s", approval->given.driver,
          approval->address, replaced ? ", in place of the one before" : "");

  return pb_request_note (
      request, "device.pair", approval->given.device, detail, error);
}

static gboolean
write_device (PbRequest *request, gpointer data, GError **error)
{
  const PbHttpConfig *config = request->config;
  const gchar *team = request->principal->team;
  Approval *approval = data;
  PbPairRequest *given = &approval->given;
  gboolean replaced = FALSE;

  given->passphrase =
      approval->replace ? pb_store_replace_device (config->store, config->seal,
          given->device, given->driver, team, &replaced, error)
                        : pb_store_add_device (config->store, config->seal,
                            given->device, given->driver, team, error);
  pb_reply_advise (error, PB_STORE_ERROR_EXISTS,
      approval->replace
          ? "It is another team's: choose another name"
          : "Choose another name, or, if it is the same PC, approve it with "
            "replace");
  if (given->passphrase)
    given->token =
        pb_store_give_device_token (config->store, given->device, error);
  return given->token && note_approval (request, approval, replaced, error);
}

static void
reply_approved (PbRequest *request, const PbPairRequest *given)
{
  g_autoptr (JsonBuilder) b = json_builder_new ();

  json_builder_begin_object (b);
  pb_json_add_text (b, "device", given->device);
  pb_json_add_text (b, "driver", given->driver);
  json_builder_end_object (b);
  pb_reply_json (request, b);
}

static void
approve (PbRequest *request, const gchar *code, const PbPairRequest *asks,
    Approval *approval)
{
  PbPairRequest *given = &approval->given;

  approval->address = asks->address;
  if (pb_request_change (request, write_device, approval)) {
    pb_ingest_reload (request->config->ingest);
    pb_store_note_device (request->config->store, given->device, asks->address,
        asks->version[0] ? asks->version : NULL);
    pb_pair_codes_approve (
        get_codes (request), code, given, g_get_monotonic_time ());
    reply_approved (request, given);
  }
  pb_secret_free (given->token);
  pb_secret_free (given->passphrase);
}

static void
post_approve (PbRequest *request)
{
  const gchar *driver = pb_json_get_text (request->body, "driver");
  const gchar *code, *name;
  const PbPairRequest *asks;
  g_autofree gchar *device = NULL;
  Approval approval = { .given.driver = (gchar *) driver };

  if (!driver || !pb_json_read_text (request->body, "name", &name)
      || !pb_json_read_bool (request->body, "replace", &approval.replace)) {
    pb_reply_error (request->message, SOUP_STATUS_BAD_REQUEST, "bad_request",
        "The body needs these texts: code, driver; name is one, too, and "
        "replace is true or false");
    return;
  }
  asks = find_request (request, &code);
  if (!asks)
    return;
  device = g_strdup (name ? name : asks->device);
  approval.given.device = device;
  approve (request, code, asks, &approval);
}

static void
post_refuse (PbRequest *request)
{
  const gchar *code;
  const PbPairRequest *asks = find_request (request, &code);

  if (!asks)
    return;
  pb_request_audit (request, "device.refuse", asks->device, asks->address);
  pb_pair_codes_refuse (get_codes (request), code, g_get_monotonic_time ());
  pb_reply_nothing (request->message);
}

const PbRoute pb_pairing_routes[] = {
  { "POST", "/api/v1/pairing", PB_ROUTE_OPEN, post_pairing },
  { "GET", "/api/v1/pairing", PB_ROUTE_OPEN, get_pairing },
  { "POST", "/api/v1/pairing/lookup", PB_MAY_PAIR, post_lookup },
  { "POST", "/api/v1/pairing/approve", PB_MAY_PAIR, post_approve },
  { "POST", "/api/v1/pairing/refuse", PB_MAY_PAIR, post_refuse },
  { NULL },
};
