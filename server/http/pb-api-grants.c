/* SPDX-License-Identifier: LGPL-2.1-or-later
 * /api/v1/keys and /api/v1/shares: what a team gives to programs and by links;
 * and what all that is given by a secret has in common. */
#include <string.h>

#include "http/pb-client.h"
#include "http/pb-request.h"
#include "store/pb-grants.h"
#include "store/pb-people.h"
#include "store/pb-recordings.h"

#define SHARE_MAX_HOURS (24 * 90)
#define HOUR_US (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)

/**
 * pb_request_new_grant:
 *
 * Returns: (transfer full): a grant of the team of who asks
 */
PbGrant *
pb_request_new_grant (PbRequest *request)
{
  PbGrant *grant = g_new0 (PbGrant, 1);

  grant->team = g_strdup (request->principal->team);
  grant->created_by = g_strdup (request->principal->name);
  return grant;
}

typedef struct {
  PbGrantKind kind;
  PbGrant *grant;
  gchar *token;
} Gift;

static gboolean
write_grant (PbRequest *request, gpointer data, GError **error)
{
  static const gchar *const actions[] = { "key.add", "share.add",
    "invitation.add" };
  Gift *gift = data;

  gift->token = pb_store_add_grant (
      request->config->store, gift->kind, gift->grant, error);
  return gift->token
         && pb_request_note (request, actions[gift->kind], gift->grant->id,
             gift->grant->name, error);
}

/* Where a page takes it; behind the hash, so no server and no log sees it. */
static gchar *
dup_url (PbRequest *request, const gchar *page, const gchar *token)
{
  const gchar *host = soup_message_headers_get_one (
      soup_server_message_get_request_headers (request->message), "Host");

  return g_strdup_printf ("%s://%s/#/%s?token=%s",
      pb_client_is_secure (request->message) ? "https" : "http",
      host ? host : "HOST", page, token);
}

/**
 * pb_request_give:
 * @grant: what to give
 * @page: (nullable): page of the dashboard that takes it
 * @add: adds what lists say of it
 *
 * Answers with its secret, this once.
 */
void
pb_request_give (PbRequest *request, PbGrantKind kind, PbGrant *grant,
    const gchar *page, PbListAdd add)
{
  Gift gift = { kind, grant, NULL };
  g_autoptr (JsonBuilder) b = json_builder_new ();
  gchar *url = NULL;

  if (!pb_request_change (request, write_grant, &gift)) {
    pb_secret_free (gift.token);
    return;
  }
  json_builder_begin_object (b);
  add (b, grant, request);
  pb_json_add_text (b, "token", gift.token);
  if (page) {
    url = dup_url (request, page, gift.token);
    pb_json_add_text (b, "url", url);
  }
  json_builder_end_object (b);
  pb_reply_status (request->message, SOUP_STATUS_CREATED, b);
  pb_secret_free (url);
  pb_secret_free (gift.token);
}

typedef struct {
  PbGrantKind kind;
  const gchar *action;
} Withdrawal;

static gboolean
write_withdrawal (PbRequest *request, gpointer data, GError **error)
{
  const Withdrawal *withdrawal = data;
  const gchar *id = request->args[0];

  return pb_store_remove_grant (request->config->store, withdrawal->kind, id,
             request->principal->team, error)
         && pb_request_note (request, withdrawal->action, id, NULL, error);
}

/**
 * pb_request_withdraw:
 * @kind: of the one whose id is the address's argument
 * @action: for the log
 */
void
pb_request_withdraw (PbRequest *request, PbGrantKind kind, const gchar *action)
{
  Withdrawal withdrawal = { kind, action };

  if (pb_request_change (request, write_withdrawal, &withdrawal))
    pb_reply_nothing (request->message);
}

static const gchar *
get_id (gconstpointer item)
{
  return ((const PbGrant *) item)->id;
}

static void
list (PbRequest *request, PbGrantKind kind, PbListAdd add)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) items = pb_store_list_grants (
      request->config->store, kind, request->principal->team, &error);

  if (items)
    pb_reply_list (request, items, get_id, add);
  else
    pb_reply_failure (request, error);
}

static void
add_key (JsonBuilder *b, gconstpointer item, gpointer unused)
{
  const PbGrant *grant = item;

  pb_json_add_text (b, "id", grant->id);
  pb_json_add_text (b, "name", grant->name);
  pb_json_begin_array (b, "scopes");
  for (guint bit = 1; bit <= PB_SCOPE_ADMIN; bit <<= 1)
    if (grant->scopes & bit)
      json_builder_add_string_value (b, pb_scope_to_string (bit));
  json_builder_end_array (b);
  pb_json_add_text (b, "created_by", grant->created_by);
  pb_json_add_int (b, "created_utc_ms", grant->created_utc_us / 1000);
  pb_json_add_utc_ms (b, "expires_utc_ms", grant->expires_utc_us);
  pb_json_add_utc_ms (b, "last_used_utc_ms", grant->last_used_utc_us);
}

static void
get_keys (PbRequest *request)
{
  list (request, PB_GRANT_API_KEY, add_key);
}

/* Returns: bits; 0 if they are no list of scopes */
static guint
read_scopes (JsonObject *body)
{
  JsonNode *node = body ? json_object_get_member (body, "scopes") : NULL;
  JsonArray *array =
      node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  guint scopes = 0;

  for (guint i = 0; array && i < json_array_get_length (array); i++) {
    JsonNode *each = json_array_get_element (array, i);
    guint scope = json_node_get_value_type (each) == G_TYPE_STRING
                      ? pb_scope_from_string (json_node_get_string (each))
                      : 0;

    if (scope == 0)
      return 0;
    scopes |= scope;
  }
  return scopes;
}

static gboolean
read_expiry (JsonObject *body, gint64 *utc_us)
{
  JsonNode *node = json_object_get_member (body, "expires_utc_ms");
  const gint64 now_ms = g_get_real_time () / 1000;
  gint64 ms;

  *utc_us = 0;
  if (!node || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (!pb_json_get_int (body, "expires_utc_ms", now_ms, G_MAXINT64 / 1000, &ms))
    return FALSE;
  *utc_us = ms * 1000;
  return TRUE;
}

static void
post_key (PbRequest *request)
{
  const gchar *name = pb_json_get_text (request->body, "name");
  g_autoptr (PbGrant) grant = pb_request_new_grant (request);

  grant->scopes = read_scopes (request->body);
  if (!name || !pb_person_check_names ("x", name, NULL) || grant->scopes == 0
      || !read_expiry (request->body, &grant->expires_utc_us)) {
    pb_reply_error (request->message, SOUP_STATUS_BAD_REQUEST, "bad_request",
        "A key needs a name, scopes (read_live, read_recordings, publish, "
        "admin) and expires_utc_ms in time to come, or null");
    return;
  }
  grant->name = g_strdup (name);
  pb_request_give (request, PB_GRANT_API_KEY, grant, NULL, add_key);
}

static void
delete_key (PbRequest *request)
{
  pb_request_withdraw (request, PB_GRANT_API_KEY, "key.remove");
}

static void
add_share (JsonBuilder *b, gconstpointer item, gpointer unused)
{
  const PbGrant *grant = item;

  pb_json_add_text (b, "id", grant->id);
  pb_json_add_known_text (b, "driver", grant->driver);
  pb_json_add_known_text (b, "session", grant->session);
  pb_json_add_text (b, "created_by", grant->created_by);
  pb_json_add_int (b, "created_utc_ms", grant->created_utc_us / 1000);
  pb_json_add_int (b, "expires_utc_ms", grant->expires_utc_us / 1000);
}

static void
get_shares (PbRequest *request)
{
  list (request, PB_GRANT_SHARE, add_share);
}

/* Whether there is such a driver or recording for who asks; else answered. */
static gboolean
check_target (PbRequest *request, const gchar *driver, const gchar *session)
{
  const PbHttpConfig *config = request->config;
  PbDirectory *directory = pb_guard_get_directory (config->guard);
  g_autoptr (PbDriver) found_driver =
      driver ? pb_registry_find (config->registry, driver) : NULL;
  g_autoptr (PbSessionRow) row =
      session ? pb_store_find_session (config->store, session, NULL) : NULL;

  /* Not pb_principal_sees_driver() of an API key, which sees all of its team;
   * LOCAL gives away for the team it acts in. */
  if ((found_driver
          && g_str_equal (pb_directory_get_driver_team (directory, driver),
              request->principal->team))
      || (row && g_str_equal (row->team, request->principal->team)))
    return TRUE;
  pb_reply_error (request->message, SOUP_STATUS_NOT_FOUND, "not_found",
      "There is no such driver or session in your team");
  return FALSE;
}

static void
post_share (PbRequest *request)
{
  const gchar *driver, *session;
  g_autoptr (PbGrant) grant = NULL;
  gint64 hours = 0;

  if (!pb_json_read_text (request->body, "driver", &driver)
      || !pb_json_read_text (request->body, "session", &session)
      || !driver == !session
      || !pb_json_get_int (
          request->body, "hours", 1, SHARE_MAX_HOURS, &hours)) {
    pb_reply_error (request->message, SOUP_STATUS_BAD_REQUEST, "bad_request",
        "A link needs either driver or session, and hours from 1 to %d",
        SHARE_MAX_HOURS);
    return;
  }
  if (!check_target (request, driver, session))
    return;
  grant = pb_request_new_grant (request);
  grant->driver = g_strdup (driver);
  grant->session = g_strdup (session);
  grant->expires_utc_us = g_get_real_time () + hours * HOUR_US;
  pb_request_give (request, PB_GRANT_SHARE, grant, "share", add_share);
}

static void
delete_share (PbRequest *request)
{
  pb_request_withdraw (request, PB_GRANT_SHARE, "share.remove");
}

const PbRoute pb_grant_routes[] = {
  { "GET", "/api/v1/keys", PB_MAY_MANAGE_KEYS, get_keys },
  { "POST", "/api/v1/keys", PB_MAY_MANAGE_KEYS, post_key },
  { "DELETE", "/api/v1/keys/{}", PB_MAY_MANAGE_KEYS, delete_key },
  { "GET", "/api/v1/shares", PB_MAY_SHARE, get_shares },
  { "POST", "/api/v1/shares", PB_MAY_SHARE, post_share },
  { "DELETE", "/api/v1/shares/{}", PB_MAY_SHARE, delete_share },
  { NULL },
};
