/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbHttpFront: SoupServer behind our port, and what is refused before a route
 * sees it. */
#include "http/pb-http-front.h"

#include <string.h>

#include "auth/pb-bind.h"
#include "http/pb-client.h"
#include "http/pb-reply.h"
#include "http/pb-throttle.h"
#include "problem/pb-problem.h"

/* The largest body anybody sends is an SDP offer; a browser's has 5 to 10 kB. */
#define BODY_MAX_BYTES 65536
/* A sender that goes on after the refusal is cut off here. */
#define BODY_CUT_BYTES (1024 * 1024)
#define HSTS "max-age=31536000"

/* Of every answer there is, whoever writes it. */
static const struct {
  const gchar *name;
  const gchar *value;
} safe_headers[] = {
  { "X-Content-Type-Options", "nosniff" },
  { "Referrer-Policy", "no-referrer" },
  { "Cross-Origin-Resource-Policy", "same-origin" },
  { "Content-Security-Policy",
      "default-src 'self'; img-src 'self' data: blob:; "
      "media-src 'self' blob: mediastream:; object-src 'none'; "
      "base-uri 'none'; form-action 'self'; frame-ancestors 'none'" },
};

struct _PbHttpFront {
  const PbHttpConfig *config;
  SoupServer *server;
  PbHttpPort *port;
  gchar *malformed; /* body of what is said to what is no request */
};

/* A page of a foreign site that has its own name point at 127.0.0.1 (DNS
 * rebinding) still sends that name. Where one logs in it has no login. */
static gboolean
is_host_ok (PbHttpFront *self, SoupServerMessage *message)
{
  const gchar *host = soup_message_headers_get_one (
      soup_server_message_get_request_headers (message), "Host");
  g_autofree gchar *url = NULL;
  g_autoptr (GUri) uri = NULL;
  const gchar *name;

  if (!pb_guard_is_open (self->config->guard) || !host)
    return TRUE;
  url = g_strdup_printf ("http://%s/", host);
  uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  name = uri ? g_uri_get_host (uri) : NULL;
  return name
         && (g_ascii_strcasecmp (name, "localhost") == 0
             || pb_bind_is_loopback (name));
}

typedef enum {
  BODY_FINE,
  BODY_MALFORMED,
  BODY_TOO_LARGE,
  BODY_ENCODED,
} BodyVerdict;

/* What a request says of its body. Two lengths, or a length and chunks, are how
 * requests are smuggled past a proxy (RFC 9112, 6.3): never guessed at. */
static BodyVerdict
judge_body (SoupMessageHeaders *in)
{
  const gchar *text = soup_message_headers_get_list (in, "Content-Length");
  const gchar *coding = soup_message_headers_get_list (in, "Content-Encoding");
  guint64 length;

  /* Nothing that comes is ever inflated. */
  if (coding && g_ascii_strcasecmp (coding, "identity") != 0)
    return BODY_ENCODED;
  if (!text)
    return BODY_FINE;
  if (soup_message_headers_get_list (in, "Transfer-Encoding") || !text[0]
      || strspn (text, "0123456789") != strlen (text))
    return BODY_MALFORMED;
  if (!g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT64, &length, NULL)
      || length > BODY_MAX_BYTES)
    return BODY_TOO_LARGE;
  return BODY_FINE;
}

/* For what is answered beside SoupServer. HSTS is not for who came without TLS
 * (RFC 6797, 7.2). */
static gchar *
make_reply (guint status, const gchar *code, const gchar *words, gboolean hsts)
{
  g_autoptr (GString) lines = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (safe_headers); i++)
    g_string_append_printf (
        lines, "%s: %s\r\n", safe_headers[i].name, safe_headers[i].value);
  if (hsts)
    g_string_append (lines, "Strict-Transport-Security: " HSTS "\r\n");
  return pb_problem_to_reply (status, code, words, lines->str);
}

/* Answers without waiting for a body that nobody wants. */
static void
refuse (PbHttpFront *self, SoupServerMessage *message, guint status,
    const gchar *code, const gchar *words)
{
  g_autofree gchar *reply =
      make_reply (status, code, words, self->config->hsts);

  soup_message_body_set_accumulate (
      soup_server_message_get_request_body (message), FALSE);
  soup_server_message_set_status (message, status, NULL);
  pb_http_port_refuse (self->port, message, reply);
}

/* "*" is no address of ours: SoupServer finds no handler for it, and would
 * answer without a body. */
static void
refuse_asterisk (SoupServerMessage *message)
{
  if (g_str_equal (soup_server_message_get_method (message), "OPTIONS"))
    pb_reply_error (message, SOUP_STATUS_METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "OPTIONS is for addresses of /whep/ and /whip/; /api/v1/openapi.json "
        "lists all");
  else
    pb_reply_error (message, SOUP_STATUS_BAD_REQUEST, "bad_request",
        "A path begins with a slash");
}

/* Whether the answer, and what comes with the question, stays between the client
 * and us. Proxies look at /healthz on their own account. */
static gboolean
is_private (PbHttpFront *self, SoupServerMessage *message)
{
  const PbGuardConfig *guard = pb_guard_get_config (self->config->guard);

  pb_client_note (message, guard->proxies, self->config->tls != NULL);
  return guard->insecure_lan || pb_client_is_private (message)
         || g_str_equal (g_uri_get_path (soup_server_message_get_uri (message)),
             "/healthz");
}

static void
check_head (SoupServerMessage *message, gpointer user_data)
{
  PbHttpFront *self = user_data;
  SoupMessageHeaders *in = soup_server_message_get_request_headers (message);

  if (soup_server_message_get_status (message) == SOUP_STATUS_BAD_REQUEST)
    return;
  /* It is a request: what start_request() put there does not count. */
  soup_message_body_truncate (soup_server_message_get_response_body (message));
  soup_message_headers_remove (
      soup_server_message_get_response_headers (message), "Content-Type");
  if (!is_private (self, message)) {
    refuse (self, message, SOUP_STATUS_FORBIDDEN, "https_needed",
        "This server is reached by HTTPS through a proxy; the proxy must be "
        "one of --trusted-proxy and send X-Forwarded-For and -Proto");
    return;
  }
  switch (judge_body (in)) {
    case BODY_MALFORMED:
      refuse (self, message, SOUP_STATUS_BAD_REQUEST, "bad_request",
          "Content-Length must be one whole number, without "
          "Transfer-Encoding");
      return;
    case BODY_TOO_LARGE:
      refuse (self, message, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, "too_large",
          "A body has at most " G_STRINGIFY (BODY_MAX_BYTES) " bytes");
      return;
    case BODY_ENCODED:
      refuse (self, message, SOUP_STATUS_UNSUPPORTED_MEDIA_TYPE,
          "unsupported_encoding",
          "A body comes as it is, without Content-Encoding");
      return;
    case BODY_FINE:
      break;
  }
  if (soup_server_message_is_options_ping (message))
    refuse_asterisk (message);
  else if (!is_host_ok (self, message))
    pb_reply_error (message, SOUP_STATUS_FORBIDDEN, "wrong_host",
        "While nobody has an account this server answers to localhost and "
        "127.0.0.1 only: pitbox-server user add, or open the link that it "
        "prints at its start");
  else
    pb_throttle_request (self->config->guard, message);
}

/* For bodies that do not say how long they are. */
static void
check_chunk (SoupServerMessage *message, GBytes *chunk, gpointer user_data)
{
  gsize *received = g_object_get_data (G_OBJECT (message), "pitbox-body-bytes");

  *received += g_bytes_get_size (chunk);
  if (*received > BODY_CUT_BYTES)
    pb_http_port_cut (((PbHttpFront *) user_data)->port, message);
  else if (*received > BODY_MAX_BYTES
           && soup_server_message_get_status (message) == 0) {
    soup_message_body_set_accumulate (
        soup_server_message_get_request_body (message), FALSE);
    pb_reply_error (message, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, "too_large",
        "A body has at most %d bytes", BODY_MAX_BYTES);
  }
}

static void
start_request (
    SoupServer *server, SoupServerMessage *message, gpointer user_data)
{
  PbHttpFront *self = user_data;
  SoupMessageHeaders *out = soup_server_message_get_response_headers (message);

  /* SoupServer 3.2 keeps the socket of a keep-alive connection that the client
   * has closed, for good (CLOSE_WAIT): one reply a connection. */
  soup_message_headers_replace (out, "Connection", "close");
  for (guint i = 0; i < G_N_ELEMENTS (safe_headers); i++)
    soup_message_headers_replace (
        out, safe_headers[i].name, safe_headers[i].value);
  if (self->config->hsts)
    soup_message_headers_replace (out, "Strict-Transport-Security", HSTS);
  /* SoupServer answers a request that it cannot read by itself, with what
   * stands here. */
  soup_message_headers_replace (out, "Content-Type", PB_PROBLEM_TYPE);
  soup_message_body_append (soup_server_message_get_response_body (message),
      SOUP_MEMORY_COPY, self->malformed, strlen (self->malformed));
  g_object_set_data_full (
      G_OBJECT (message), "pitbox-body-bytes", g_new0 (gsize, 1), g_free);
  g_signal_connect (message, "got-headers", G_CALLBACK (check_head), user_data);
  g_signal_connect (message, "got-chunk", G_CALLBACK (check_chunk), user_data);
}

static gboolean
listen_on (PbHttpFront *self, GError **error)
{
  const PbHttpConfig *config = self->config;
  g_autofree gchar *too_long =
      make_reply (PB_STATUS_HEAD_TOO_LARGE, "head_too_large",
          "The head of a request has at most " G_STRINGIFY (
              PB_HTTP_PORT_HEAD_BYTES) " bytes",
          config->hsts);
  g_autofree gchar *plain = make_reply (SOUP_STATUS_BAD_REQUEST, "https_needed",
      "This port speaks HTTPS: the address begins with https://", FALSE);
  const PbHttpPortConfig port = {
    .server = self->server,
    .guard = config->guard,
    .bind = config->bind,
    .port = config->port,
    .max = pb_http_port_limit (config->n_files),
    .tls = config->tls,
    .head_reply = too_long,
    .plain_reply = plain,
  };

  self->port = pb_http_port_new (&port, error);
  if (self->port)
    return TRUE;
  g_prefix_error (error,
      "HTTP on %s port %u (choose another --http-port, 0 takes any): ",
      config->bind, config->port);
  return FALSE;
}

/**
 * pb_http_front_new:
 * @config: of the server; lives longer than this
 * @handle: answers what is not refused
 * @user_data: for @handle
 *
 * Main thread only, as everything here.
 *
 * Returns: (transfer full): the open port, or %NULL with @error set
 */
PbHttpFront *
pb_http_front_new (const PbHttpConfig *config, SoupServerCallback handle,
    gpointer user_data, GError **error)
{
  PbHttpFront *self = g_new0 (PbHttpFront, 1);

  self->config = config;
  self->malformed = pb_problem_to_json (SOUP_STATUS_BAD_REQUEST, "bad_request",
      "This is no well-formed HTTP/1.1 request");
  self->server = soup_server_new ("server-header", "pitbox-server", NULL);
  g_signal_connect (
      self->server, "request-started", G_CALLBACK (start_request), self);
  soup_server_add_handler (self->server, "/", handle, user_data, NULL);
  if (!listen_on (self, error))
    g_clear_pointer (&self, pb_http_front_free);
  return self;
}

/**
 * pb_http_front_free:
 *
 * Closes the port and ends its connections.
 */
void
pb_http_front_free (PbHttpFront *self)
{
  g_clear_pointer (&self->port, pb_http_port_free);
  soup_server_disconnect (self->server);
  g_object_unref (self->server);
  g_free (self->malformed);
  g_free (self);
}

PbHttpPort *
pb_http_front_get_port (PbHttpFront *self)
{
  return self->port;
}
