/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the routes share: the request's parts and its answers. */
#include "http/pb-request.h"

#include <string.h>

#include "problem/pb-problem.h"
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

static void
set_header (SoupServerMessage *message, const gchar *name, const gchar *value)
{
  soup_message_headers_replace (
      soup_server_message_get_response_headers (message), name, value);
}

/* RFC 9110, 13.1.2: one tag of several is enough, weak or not. */
static gboolean
has_tag (const gchar *list, const gchar *tag)
{
  g_auto (GStrv) tags = g_strsplit (list, ",", -1);

  for (guint i = 0; tags[i]; i++) {
    const gchar *one = g_strstrip (tags[i]);

    if (g_str_has_prefix (one, "W/"))
      one += 2;
    if (g_str_equal (one, tag) || g_str_equal (one, "*"))
      return TRUE;
  }
  return FALSE;
}

/**
 * pb_reply_not_modified:
 * @message: of GET or HEAD
 * @body: what would be answered
 * @cache: for Cache-Control
 *
 * Says how @body can be asked for again: by its checksum.
 *
 * Returns: %TRUE if the client has it, which was answered
 */
gboolean
pb_reply_not_modified (
    SoupServerMessage *message, GBytes *body, const gchar *cache)
{
  const gchar *list = soup_message_headers_get_list (
      soup_server_message_get_request_headers (message), "If-None-Match");
  g_autofree gchar *sum =
      g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, body);
  g_autofree gchar *tag = g_strdup_printf ("\"%.32s\"", sum);

  set_header (message, "ETag", tag);
  set_header (message, "Cache-Control", cache);
  if (!list || !has_tag (list, tag))
    return FALSE;
  soup_server_message_set_status (message, SOUP_STATUS_NOT_MODIFIED, NULL);
  return TRUE;
}

static GBytes *
to_bytes (JsonNode *node)
{
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  gsize size;
  gchar *text;

  json_generator_set_root (generator, node);
  text = json_generator_to_data (generator, &size);
  json_node_unref (node);
  return g_bytes_new_take (text, size);
}

static void
reply (SoupServerMessage *message, guint status, GBytes *body)
{
  soup_server_message_set_status (message, status, NULL);
  set_header (message, "Content-Type", "application/json");
  soup_message_body_append_bytes (
      soup_server_message_get_response_body (message), body);
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
  SoupServerMessage *message = request->message;
  g_autoptr (GBytes) body = to_bytes (node);

  const gchar *method = soup_server_message_get_method (message);
  const gboolean reads =
      g_str_equal (method, "GET") || g_str_equal (method, "HEAD");

  set_header (message, "Cache-Control", "no-store");
  if (!reads || !pb_reply_not_modified (message, body, get_cache (request)))
    reply (message, SOUP_STATUS_OK, body);
}

/**
 * pb_reply_status:
 * @status: HTTP status
 * @builder: with a whole object
 */
void
pb_reply_status (SoupServerMessage *message, guint status, JsonBuilder *builder)
{
  g_autoptr (GBytes) body = to_bytes (json_builder_get_root (builder));

  set_header (message, "Cache-Control", "no-store");
  reply (message, status, body);
}

/**
 * pb_reply_nothing:
 *
 * 204: it is done, and there is nothing to say about it.
 */
void
pb_reply_nothing (SoupServerMessage *message)
{
  set_header (message, "Cache-Control", "no-store");
  soup_server_message_set_status (message, SOUP_STATUS_NO_CONTENT, NULL);
}

void
pb_reply_json (PbRequest *request, JsonBuilder *builder)
{
  pb_reply_node (request, json_builder_get_root (builder));
}

/**
 * pb_reply_error:
 * @status: HTTP status
 * @code: for programs, snake_case
 * @format: for people: what is wrong and what to do
 */
void
pb_reply_error (SoupServerMessage *message, guint status, const gchar *code,
    const gchar *format, ...)
{
  g_autofree gchar *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  pb_problem_reply (message, status, code, text);
}

static guint
get_status (const GError *error, const gchar **code)
{
  static const struct {
    PbStoreError error;
    guint status;
    const gchar *code;
  } rows[] = {
    { PB_STORE_ERROR_NOT_FOUND, SOUP_STATUS_NOT_FOUND, "not_found" },
    { PB_STORE_ERROR_EXISTS, SOUP_STATUS_CONFLICT, "exists" },
    { PB_STORE_ERROR_REFUSED, SOUP_STATUS_CONFLICT, "refused" },
    { PB_STORE_ERROR_INVALID, SOUP_STATUS_BAD_REQUEST, "bad_request" },
    { PB_STORE_ERROR_BUSY, SOUP_STATUS_SERVICE_UNAVAILABLE, "store_busy" },
    { PB_STORE_ERROR_DISK, SOUP_STATUS_SERVICE_UNAVAILABLE, "store_busy" },
    { PB_STORE_ERROR_GONE, SOUP_STATUS_SERVICE_UNAVAILABLE, "store_gone" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    if (g_error_matches (error, PB_STORE_ERROR, rows[i].error)) {
      *code = rows[i].code;
      return rows[i].status;
    }
  }
  *code = "internal";
  return SOUP_STATUS_INTERNAL_SERVER_ERROR;
}

/**
 * pb_reply_store_error:
 * @error: from the store
 */
void
pb_reply_store_error (SoupServerMessage *message, const GError *error)
{
  const gchar *code;
  guint status = get_status (error, &code);

  if (g_str_equal (code, "store_busy")) {
    soup_message_headers_replace (
        soup_server_message_get_response_headers (message), "Retry-After", "1");
    pb_reply_error (message, status, code,
        "Another process holds the database up; try again");
  } else if (g_str_equal (code, "internal")) {
    g_warning ("http: %s", error->message);
    pb_reply_error (
        message, status, code, "The server's log says what is wrong");
  } else {
    pb_reply_error (message, status, code, "%s", error->message);
  }
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
 * pb_request_audit:
 * @action: what was done, e.g. "device.revoke"
 * @target: (nullable): to what
 * @detail: (nullable): in words; never a secret
 */
void
pb_request_audit (PbRequest *request, const gchar *action, const gchar *target,
    const gchar *detail)
{
  g_autofree gchar *address = pb_guard_dup_address (request->message);

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
