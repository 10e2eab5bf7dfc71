/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Answers: JSON, errors, and what the client has already. */
#include "http/pb-reply.h"

#include "problem/pb-problem.h"
#include "store/pb-store.h"

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

/**
 * pb_reply_bytes:
 * @body: JSON that was read: 200, or 304 to who has it already
 * @cache: for Cache-Control
 */
void
pb_reply_bytes (SoupServerMessage *message, GBytes *body, const gchar *cache)
{
  if (!pb_reply_not_modified (message, body, cache))
    reply (message, SOUP_STATUS_OK, body);
}

/**
 * pb_reply_cached:
 * @node: (transfer full): what is answered with 200; to GET and HEAD of who has
 *   it already with 304
 * @cache: for Cache-Control, where it is read
 */
void
pb_reply_cached (SoupServerMessage *message, JsonNode *node, const gchar *cache)
{
  const gchar *method = soup_server_message_get_method (message);
  const gboolean reads =
      g_str_equal (method, "GET") || g_str_equal (method, "HEAD");
  g_autoptr (GBytes) body = to_bytes (node);

  set_header (message, "Cache-Control", "no-store");
  if (!reads || !pb_reply_not_modified (message, body, cache))
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
 * pb_reply_advise:
 * @error: (inout) (optional): from the store, which says what is, and not what
 *   to do about it: that differs between here and the command line
 * @code: only of this one
 * @advice: a sentence
 *
 * Says what to do over HTTP.
 */
void
pb_reply_advise (GError **error, PbStoreError code, const gchar *advice)
{
  gchar *words;

  if (!error || !g_error_matches (*error, PB_STORE_ERROR, (gint) code))
    return;
  words = g_strdup_printf ("%s. %s", (*error)->message, advice);
  g_free ((*error)->message);
  (*error)->message = words;
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
