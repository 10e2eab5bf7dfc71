/* SPDX-License-Identifier: LGPL-2.1-or-later
 * /api/v1/keys and /api/v1/shares: what a team gives to programs and by links.
 */
#include <string.h>

#include "http/pb-request-grants.h"
#include "store/pb-people.h"
#include "store/pb-recordings.h"

#define SHARE_MAX_HOURS (24 * 90)
#define HOUR_US (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)

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
  pb_request_list_grants (request, PB_GRANT_API_KEY, add_key);
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
  pb_request_list_grants (request, PB_GRANT_SHARE, add_share);
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
