/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbApi: asks the server's HTTP API, one question at a time. */
#include "pairing/pb-api.h"

#include <string.h>

#include <gstpitbox/gstpitboxfingerprint.h>
#include <libsoup/soup.h>

#include "json/pb-json.h"

/* Answers have some hundred bytes. */
#define ANSWER_MAX_BYTES 65536
#define ANSWER_MAX_DEPTH 8
#define TIMEOUT_S 15
#define HTTPS_PORT 443
#define HTTP_PORT 80

struct _PbApi {
  gchar *url;
  gchar *certificate; /* trusted though nobody vouches for it; or empty */
  SoupSession *session;
  GCancellable *cancellable;
  gchar *seen; /* fingerprint of a certificate that nobody vouches for */
};

/* One question; outlives the api if that is freed first. */
typedef struct {
  PbApi *api; /* there until @cancellable is cancelled */
  GCancellable *cancellable;
  SoupMessage *message;
  PbApiDone done;
  gpointer user_data;
  gchar buffer[ANSWER_MAX_BYTES];
} Question;

static void
question_free (Question *q)
{
  g_signal_handlers_disconnect_by_data (q->message, q);
  g_object_unref (q->cancellable);
  g_object_unref (q->message);
  g_free (q);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Question, question_free)

static gboolean
is_this_machine (const gchar *host)
{
  g_autoptr (GInetAddress) inet = g_inet_address_new_from_string (host);

  return g_ascii_strcasecmp (host, "localhost") == 0
         || (inet != NULL && g_inet_address_get_is_loopback (inet));
}

/**
 * pb_api_parse_url:
 * @text: what somebody typed or pasted: an address of any page of the server,
 *   with or without "https://"
 * @insecure: secrets may go over a network without TLS
 *
 * Returns: (transfer full): "https://host:port"; %NULL with @error set
 */
gchar *
pb_api_parse_url (const gchar *text, gboolean insecure, GError **error)
{
  g_autofree gchar *full = strstr (text, "://") != NULL
                               ? g_strdup (text)
                               : g_strconcat ("https://", text, NULL);
  g_autoptr (GUri) uri = g_uri_parse (full, G_URI_FLAGS_SCHEME_NORMALIZE, NULL);
  const gchar *scheme = uri != NULL ? g_uri_get_scheme (uri) : "";
  const gchar *host = uri != NULL ? g_uri_get_host (uri) : NULL;
  gboolean is_plain = strcmp (scheme, "http") == 0;
  gint port;

  if ((!is_plain && strcmp (scheme, "https") != 0) || host == NULL
      || host[0] == '\0') {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "--server must be the address of the server's page, such as "
        "https://relay.example.org:8080, not \"%s\"",
        text);
    return NULL;
  }
  if (is_plain && !insecure && !is_this_machine (host)) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "%s has no TLS: who listens on the way could read this PC's secrets. "
        "Take https://, or say --insecure-lan if you trust this network",
        text);
    return NULL;
  }
  port = g_uri_get_port (uri);
  if (port == (is_plain ? HTTP_PORT : HTTPS_PORT))
    port = -1;
  return g_uri_join (
      G_URI_FLAGS_NONE, scheme, NULL, host, port, "", NULL, NULL);
}

/**
 * pb_api_parse_fingerprint:
 * @text: SHA-256 as browsers and servers show it: hex digits, with or without
 *   colons or blanks
 *
 * Returns: (transfer full): 64 capital hex digits; %NULL with @error set
 */
gchar *
pb_api_parse_fingerprint (const gchar *text, GError **error)
{
  GString *out = g_string_new (NULL);

  for (; *text != '\0'; text++)
    if (*text != ':' && *text != ' ')
      g_string_append_c (out, g_ascii_toupper (*text));
  if (out->len == 64 && strspn (out->str, "0123456789ABCDEF") == 64)
    return g_string_free (out, FALSE);
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
      "--trust-certificate must be a SHA-256: 64 hex digits, with or without "
      "colons");
  g_string_free (out, TRUE);
  return NULL;
}

/* Nobody whom this PC trusts vouches for it. */
static gboolean
accept_certificate (SoupMessage *message, GTlsCertificate *certificate,
    GTlsCertificateFlags problems, gpointer user_data)
{
  Question *q = user_data;
  PbApi *self = q->api;

  if (g_cancellable_is_cancelled (q->cancellable))
    return FALSE;
  g_free (self->seen);
  self->seen = gst_pitbox_fingerprint_new (certificate);
  return self->certificate[0] != '\0'
         && strcmp (self->seen, self->certificate) == 0;
}

/**
 * pb_api_new:
 * @url: of pb_api_parse_url()
 * @certificate: of pb_api_parse_fingerprint(), or empty
 *
 * Main thread only, as everything here.
 *
 * Returns: (transfer full): asks nothing yet
 */
PbApi *
pb_api_new (const gchar *url, const gchar *certificate)
{
  PbApi *self = g_new0 (PbApi, 1);

  self->url = g_strdup (url);
  self->certificate = g_strdup (certificate);
  self->session = soup_session_new_with_options ("timeout", TIMEOUT_S,
      "user-agent", "pitbox-agent/" PACKAGE_VERSION, NULL);
  self->cancellable = g_cancellable_new ();
  return self;
}

/**
 * pb_api_free:
 *
 * Questions under way get no answer.
 */
void
pb_api_free (PbApi *self)
{
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  g_object_unref (self->session);
  g_free (self->url);
  g_free (self->certificate);
  g_free (self->seen);
  g_free (self);
}

/* "AB:CD:…", as servers and browsers show it. */
static gchar *
format_fingerprint (const gchar *digits)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; digits[i] != '\0'; i++) {
    if (i > 0 && i % 2 == 0)
      g_string_append_c (out, ':');
    g_string_append_c (out, digits[i]);
  }
  return g_string_free (out, FALSE);
}

/**
 * pb_api_dup_seen:
 *
 * Returns: (transfer full) (nullable): SHA-256 of the certificate that nobody
 *   vouches for, "AB:CD:…"; %NULL if none was seen
 */
gchar *
pb_api_dup_seen (PbApi *self)
{
  return self->seen != NULL ? format_fingerprint (self->seen) : NULL;
}

static gchar *
explain (PbApi *self, const GError *error)
{
  g_autofree gchar *fingerprint = NULL;

  if (error->domain == G_TLS_ERROR && self->seen == NULL)
    return g_strdup_printf (
        "%s: no TLS is spoken there (%s). The address of a server without it "
        "begins with http://",
        self->url, error->message);
  /* A server with TLS says so, and may be gone before it was heard. */
  if (g_str_has_prefix (self->url, "http://")
      && (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED)
          || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT)))
    return g_strdup_printf ("%s: %s. The address of a server that speaks TLS "
                            "begins with https://",
        self->url, error->message);
  if (error->domain != G_TLS_ERROR)
    return g_strdup_printf ("%s: %s", self->url, error->message);
  fingerprint = format_fingerprint (self->seen);
  return g_strdup_printf (
      "%s: nobody whom this PC trusts vouches for its certificate%s. If "
      "pitbox-server printed this SHA-256 at its start, add:\n"
      "  --trust-certificate %s",
      self->url,
      self->certificate[0] != '\0' ? ", and it is not the one that you trust"
                                   : "",
      fingerprint);
}

/* RFC 9457: its detail is for people. */
static gchar *
dup_words (PbApi *self, guint status, JsonObject *body)
{
  const gchar *words = body != NULL ? pb_json_get_text (body, "detail") : NULL;

  if (words != NULL)
    return g_strdup_printf ("%s: %s", self->url, words);
  return g_strdup_printf ("%s answers with HTTP status %u: is it the address "
                          "of a pitbox-server?",
      self->url, status);
}

static void
answer (Question *q, gsize size)
{
  const guint status = soup_message_get_status (q->message);
  g_autofree gchar *words = NULL;
  JsonObject *body = NULL;

  if (size < ANSWER_MAX_BYTES)
    body = pb_json_parse_object (q->buffer, size, ANSWER_MAX_DEPTH, NULL);
  if (!SOUP_STATUS_IS_SUCCESSFUL (status))
    words = dup_words (q->api, status, body);
  q->done (status, body, words, q->user_data);
  g_clear_pointer (&body, json_object_unref);
}

static void
on_read (GObject *stream, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Question) q = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *words = NULL;
  gsize size;

  g_input_stream_read_all_finish (
      G_INPUT_STREAM (stream), result, &size, &error);
  if (g_cancellable_is_cancelled (q->cancellable))
    return;
  if (error == NULL) {
    answer (q, size);
    return;
  }
  words = explain (q->api, error);
  q->done (0, NULL, words, q->user_data);
}

static void
on_sent (GObject *session, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Question) q = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *words = NULL;
  g_autoptr (GInputStream) stream =
      soup_session_send_finish (SOUP_SESSION (session), result, &error);

  if (g_cancellable_is_cancelled (q->cancellable))
    return;
  if (stream != NULL) {
    g_input_stream_read_all_async (stream, q->buffer, ANSWER_MAX_BYTES,
        G_PRIORITY_DEFAULT, q->cancellable, on_read, q);
    q = NULL;
    return;
  }
  words = explain (q->api, error);
  q->done (0, NULL, words, q->user_data);
}

static void
ask (PbApi *self, const gchar *method, const gchar *path, const gchar *token,
    GBytes *body, PbApiDone done, gpointer user_data)
{
  g_autofree gchar *address = g_strconcat (self->url, path, NULL);
  Question *q = g_new0 (Question, 1);

  q->api = self;
  q->cancellable = g_object_ref (self->cancellable);
  q->message = soup_message_new (method, address);
  q->done = done;
  q->user_data = user_data;
  /* A secret goes to nobody else than to whom it was meant for. */
  soup_message_add_flags (q->message, SOUP_MESSAGE_NO_REDIRECT);
  g_signal_connect (
      q->message, "accept-certificate", G_CALLBACK (accept_certificate), q);
  if (token != NULL) {
    gchar *header = g_strconcat ("Bearer ", token, NULL);

    soup_message_headers_replace (
        soup_message_get_request_headers (q->message), "Authorization", header);
    g_free (header);
  }
  if (body != NULL)
    soup_message_set_request_body_from_bytes (
        q->message, "application/json", body);
  soup_session_send_async (self->session, q->message, G_PRIORITY_DEFAULT,
      q->cancellable, on_sent, q);
}

/**
 * pb_api_get:
 * @path: e.g. "/api/v1/device/self"
 * @token: (nullable): who asks
 * @done: called once, unless the api is freed first
 */
void
pb_api_get (PbApi *self, const gchar *path, const gchar *token, PbApiDone done,
    gpointer user_data)
{
  ask (self, "GET", path, token, NULL, done, user_data);
}

/**
 * pb_api_post:
 * @path: e.g. "/api/v1/pairing"
 * @body: (transfer full): an object
 * @done: as pb_api_get()
 */
void
pb_api_post (PbApi *self, const gchar *path, JsonNode *body, PbApiDone done,
    gpointer user_data)
{
  gchar *text = json_to_string (body, FALSE);
  g_autoptr (GBytes) bytes = g_bytes_new_take (text, strlen (text));

  json_node_unref (body);
  ask (self, "POST", path, NULL, bytes, done, user_data);
}
