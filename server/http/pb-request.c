/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the routes share: the request's parts, changes, lists. */
#include "http/pb-request.h"

#include <string.h>

#include "http/pb-client.h"
#include "store/pb-audit.h"
#include "store/pb-store.h"

#define LIST_DEFAULT 50
#define LIST_MAX 200

/**
 * pb_route_match:
 * @pattern: e.g. "/api/v1/drivers/{}/live"
 * @parts: the path split at "/"
 * @args: (out): the parts that stand for {}
 *
 * Whole paths only; an empty part stands for nothing, so that neither "//" nor
 * a slash at the end is another name of a page.
 *
 * Returns: %TRUE if they are the same
 */
gboolean
pb_route_match (
    const gchar *pattern, gchar **parts, const gchar *args[PB_ROUTE_MAX_ARGS])
{
  g_auto (GStrv) want = g_strsplit (pattern, "/", -1);
  guint n_args = 0;
  guint i;

  for (i = 0; want[i] && parts[i]; i++) {
    if (g_str_equal (want[i], "{}")) {
      if (parts[i][0] == '\0' || n_args == PB_ROUTE_MAX_ARGS)
        return FALSE;
      args[n_args++] = parts[i];
    } else if (!g_str_equal (want[i], parts[i])) {
      return FALSE;
    }
  }
  return !want[i] && !parts[i];
}

/* What is seen on the track may stay in a browser that asks each time whether it
 * is still so; nothing of people, keys and devices does. */
static const gchar *
get_cache (const PbRequest *request)
{
  return request->action == PB_MAY_SEE_LIVE
                 || request->action == PB_MAY_SEE_RECORDINGS
             ? "private, no-cache"
             : "no-store";
}

/**
 * pb_reply_node:
 * @node: (transfer full): answered with 200, or with 304 to who has it
 */
void
pb_reply_node (PbRequest *request, JsonNode *node)
{
  pb_reply_cached (request->message, node, get_cache (request));
}

void
pb_reply_json (PbRequest *request, JsonBuilder *builder)
{
  pb_reply_node (request, json_builder_get_root (builder));
}

/**
 * pb_reply_failure:
 * @error: from the store
 */
void
pb_reply_failure (PbRequest *request, const GError *error)
{
  pb_reply_store_error (request->message, error);
}

/**
 * pb_request_dup_body:
 * @type: that it must be of
 *
 * Of a route that takes any body.
 *
 * Returns: (transfer full) (nullable): what was sent, of as many bytes as the
 *   port takes; %NULL if that was answered
 */
GBytes *
pb_request_dup_body (PbRequest *request, const gchar *type)
{
  SoupServerMessage *message = request->message;
  const gchar *sent = soup_message_headers_get_content_type (
      soup_server_message_get_request_headers (message), NULL);

  if (g_strcmp0 (sent, type) == 0)
    return soup_message_body_flatten (
        soup_server_message_get_request_body (message));
  pb_reply_error (message, SOUP_STATUS_UNSUPPORTED_MEDIA_TYPE,
      "unsupported_media_type", "The body must be %s", type);
  return NULL;
}

/**
 * pb_request_read_number:
 * @name: of a parameter in the query
 * @value: (inout): unchanged if it is not there
 *
 * Whole decimal numbers of the range, nothing before or after.
 *
 * Returns: %FALSE if it is something else, which was answered
 */
gboolean
pb_request_read_number (PbRequest *request, const gchar *name, gint64 min,
    gint64 max, gint64 *value)
{
  const gchar *text =
      request->query ? g_hash_table_lookup (request->query, name) : NULL;

  if (!text)
    return TRUE;
  if (strlen (text) <= 18 && text[strspn (text, "0123456789")] == '\0'
      && text[0] != '\0') {
    *value = g_ascii_strtoll (text, NULL, 10);
    if (*value >= min && *value <= max)
      return TRUE;
  }
  pb_reply_error (request->message, SOUP_STATUS_BAD_REQUEST, "bad_query",
      "%s must be a whole number from %" G_GINT64_FORMAT
      " to %" G_GINT64_FORMAT,
      name, min, max);
  return FALSE;
}

/**
 * pb_request_note:
 * @action: what is done, e.g. "device.revoke"
 * @target: (nullable): to what
 * @detail: (nullable): in words; never a secret
 *
 * Within a #PbRequestWrite, at its end: what is done and the log's line of it
 * are one change.
 *
 * Returns: %FALSE with @error set
 */
gboolean
pb_request_note (PbRequest *request, const gchar *action, const gchar *target,
    const gchar *detail, GError **error)
{
  const gchar *address = pb_client_get_address (request->message);

  return pb_audit_write (request->config->store, request->principal, action,
      target, address, detail, error);
}

/**
 * pb_request_audit:
 * @action: what was done that changes nothing in the database
 * @target: (nullable): to what
 * @detail: (nullable): in words; never a secret
 */
void
pb_request_audit (PbRequest *request, const gchar *action, const gchar *target,
    const gchar *detail)
{
  const gchar *address = pb_client_get_address (request->message);

  pb_audit_add (request->config->store, request->principal, action, target,
      address, detail);
}

/**
 * pb_request_change:
 * @write: writes
 * @data: for @write
 *
 * Whole or not at all; waits for other processes for a tenth of a second. The
 * guard knows of it when it returns.
 *
 * Returns: %FALSE if nothing was written, which was answered
 */
gboolean
pb_request_change (PbRequest *request, PbRequestWrite write, gpointer data)
{
  PbStore *store = request->config->store;
  g_autoptr (GError) error = NULL;
  gboolean done = FALSE;

  if (pb_store_begin_change (store, PB_STORE_BRIEFLY_MS, &error)) {
    gboolean keep = write (request, data, &error);

    done = pb_store_end_change (store, keep, keep ? &error : NULL);
  }
  if (done)
    pb_guard_changed (request->config->guard);
  else
    pb_reply_failure (request, error);
  return done;
}

/**
 * pb_reply_list:
 * @items: (transfer none): all there are, in an order that does not change
 * @get_id: what tells one of them from the others
 * @add: adds an item's members to an open object
 */
void
pb_reply_list (
    PbRequest *request, GPtrArray *items, PbListId get_id, PbListAdd add)
{
  const gchar *cursor =
      request->query ? g_hash_table_lookup (request->query, "cursor") : NULL;
  gint64 limit = LIST_DEFAULT;
  g_autoptr (JsonBuilder) b = NULL;
  guint from = 0, to;

  if (!pb_request_read_number (request, "limit", 1, LIST_MAX, &limit))
    return;
  while (cursor && from < items->len
         && !g_str_equal (get_id (g_ptr_array_index (items, from)), cursor))
    from++;
  if (cursor && from == items->len) {
    pb_reply_error (request->message, SOUP_STATUS_BAD_REQUEST, "bad_query",
        "cursor is none of this list, or its item has gone: begin anew");
    return;
  }
  from += cursor ? 1 : 0;
  to = MIN (items->len, from + (guint) limit);
  b = json_builder_new ();
  json_builder_begin_object (b);
  pb_json_begin_array (b, "items");
  for (guint i = from; i < to; i++) {
    json_builder_begin_object (b);
    add (b, g_ptr_array_index (items, i), request);
    json_builder_end_object (b);
  }
  json_builder_end_array (b);
  if (to < items->len)
    pb_json_add_text (b, "next", get_id (g_ptr_array_index (items, to - 1)));
  else
    pb_json_add_null (b, "next");
  json_builder_end_object (b);
  pb_reply_json (request, b);
}

/**
 * pb_request_find_driver:
 * @request: whose path begins with the name of a driver
 *
 * Another team's driver is answered as one that does not exist.
 *
 * Returns: (transfer full) (nullable): the driver; %NULL with an answer given
 */
PbDriver *
pb_request_find_driver (PbRequest *request)
{
  PbDriver *driver =
      pb_registry_find (request->config->registry, request->args[0]);
  PbDirectory *directory = pb_guard_get_directory (request->config->guard);

  if (driver
      && !pb_principal_sees_driver (request->principal,
          pb_driver_get_id (driver),
          pb_directory_get_driver_team (directory, pb_driver_get_id (driver))))
    g_clear_pointer (&driver, pb_driver_unref);
  if (!driver)
    pb_reply_error (request->message, SOUP_STATUS_NOT_FOUND, "unknown_driver",
        "There is no driver of that name; "
        "/api/v1/drivers lists all");
  return driver;
}
