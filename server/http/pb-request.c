/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the routes share: the request's parts and its answers. */
#include "http/pb-request.h"

#include <string.h>

#include "store/pb-store.h"

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
reply (SoupServerMessage *message, guint status, const gchar *type, gchar *text,
    gsize size)
{
  SoupMessageHeaders *headers =
      soup_server_message_get_response_headers (message);

  soup_message_headers_replace (headers, "Cache-Control", "no-store");
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (
      message, type, SOUP_MEMORY_TAKE, text, size);
}

/**
 * pb_reply_node:
 * @node: (transfer full): answered with 200
 */
void
pb_reply_node (PbRequest *request, JsonNode *node)
{
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  gsize size;
  gchar *text;

  json_generator_set_root (generator, node);
  text = json_generator_to_data (generator, &size);
  json_node_unref (node);
  reply (request->message, SOUP_STATUS_OK, "application/json", text, size);
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
  g_autoptr (JsonBuilder) b = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree gchar *text = NULL;
  gchar *json;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  json_builder_begin_object (b);
  pb_json_begin_object (b, "error");
  pb_json_add_text (b, "code", code);
  pb_json_add_text (b, "message", text);
  json_builder_end_object (b);
  json_builder_end_object (b);
  root = json_builder_get_root (b);
  json = json_to_string (root, FALSE);
  reply (message, status, "application/json", json, strlen (json));
}

/**
 * pb_reply_failure:
 * @error: from the store
 */
void
pb_reply_failure (PbRequest *request, const GError *error)
{
  if (g_error_matches (error, PB_STORE_ERROR, PB_STORE_ERROR_NOT_FOUND)) {
    pb_reply_error (request->message, SOUP_STATUS_NOT_FOUND, "not_found", "%s",
        error->message);
    return;
  }
  if (g_error_matches (error, PB_STORE_ERROR, PB_STORE_ERROR_BUSY)) {
    soup_message_headers_replace (
        soup_server_message_get_response_headers (request->message),
        "Retry-After", "1");
    pb_reply_error (request->message, SOUP_STATUS_SERVICE_UNAVAILABLE,
        "store_busy", "Another process holds the database up; try again");
    return;
  }
  if (g_error_matches (error, PB_STORE_ERROR, PB_STORE_ERROR_GONE)) {
    pb_reply_error (request->message, SOUP_STATUS_SERVICE_UNAVAILABLE,
        "store_gone", "%s", error->message);
    return;
  }
  g_warning ("http: %s", error->message);
  pb_reply_error (request->message, SOUP_STATUS_INTERNAL_SERVER_ERROR,
      "internal", "The server's log says what is wrong");
}
