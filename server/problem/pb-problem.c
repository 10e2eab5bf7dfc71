/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Every error of the HTTP port: application/problem+json (RFC 9457). */
#include "problem/pb-problem.h"

#include <string.h>

#include "json/pb-json.h"

/**
 * pb_problem_get_title:
 * @status: HTTP status
 *
 * Returns: (transfer none): its name; of type "about:blank" no other title is
 *   allowed (RFC 9457, 4.2.1)
 */
const gchar *
pb_problem_get_title (guint status)
{
  switch (status) {
    case PB_STATUS_UPGRADE_REQUIRED:
      return "Upgrade Required";
    case PB_STATUS_TOO_MANY_REQUESTS:
      return "Too Many Requests";
    case PB_STATUS_HEAD_TOO_LARGE:
      return "Request Header Fields Too Large";
    default:
      return soup_status_get_phrase (status);
  }
}

/**
 * pb_problem_to_json:
 * @status: HTTP status
 * @code: for programs, snake_case
 * @detail: for people: what is wrong and what to do
 *
 * Returns: (transfer full): the body
 */
gchar *
pb_problem_to_json (guint status, const gchar *code, const gchar *detail)
{
  g_autoptr (JsonBuilder) b = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (b);
  pb_json_add_text (b, "type", "about:blank");
  pb_json_add_text (b, "title", pb_problem_get_title (status));
  pb_json_add_int (b, "status", status);
  pb_json_add_text (b, "detail", detail);
  pb_json_add_text (b, "code", code);
  json_builder_end_object (b);
  root = json_builder_get_root (b);
  return json_to_string (root, FALSE);
}

/**
 * pb_problem_to_reply:
 * @headers: further lines of the head, each with its end
 *
 * Returns: (transfer full): a whole HTTP reply that ends its connection, for
 *   what is answered before there is a request
 */
gchar *
pb_problem_to_reply (
    guint status, const gchar *code, const gchar *detail, const gchar *headers)
{
  g_autofree gchar *body = pb_problem_to_json (status, code, detail);

  return g_strdup_printf ("HTTP/1.1 %u %s\r\nContent-Type: " PB_PROBLEM_TYPE
                          "\r\nContent-Length: %" G_GSIZE_FORMAT
                          "\r\nCache-Control: no-store"
                          "\r\nConnection: close\r\n%s\r\n%s",
      status, pb_problem_get_title (status), strlen (body), headers, body);
}

/**
 * pb_problem_reply:
 *
 * Answers @message.
 */
void
pb_problem_reply (SoupServerMessage *message, guint status, const gchar *code,
    const gchar *detail)
{
  gchar *json = pb_problem_to_json (status, code, detail);

  soup_message_headers_replace (
      soup_server_message_get_response_headers (message), "Cache-Control",
      "no-store");
  soup_server_message_set_status (
      message, status, pb_problem_get_title (status));
  soup_server_message_set_response (
      message, PB_PROBLEM_TYPE, SOUP_MEMORY_TAKE, json, strlen (json));
}
