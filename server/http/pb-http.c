/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbHttp: the HTTP port: API, metrics, WHEP and the dashboard's files. */
#include "http/pb-http.h"

#include <string.h>

#include "auth/pb-bind.h"
#include "http/pb-client.h"
#include "http/pb-gate.h"
#include "http/pb-http-port.h"
#include "http/pb-metrics.h"
#include "http/pb-once.h"
#include "problem/pb-problem.h"
#include "http/pb-request.h"
#include "http/pb-static.h"
#include "http/pb-throttle.h"
#include "store/pb-audit.h"
#include "pb-openapi-resources.h"

/* The largest body anybody sends is an SDP offer; a browser's has 5 to 10 kB. */
#define BODY_MAX_BYTES 65536
/* A sender that goes on after the refusal is cut off here. */
#define BODY_CUT_BYTES (1024 * 1024)
#define PATH_MAX_BYTES 1024
#define HSTS "max-age=31536000"
#define OPENAPI_PATH "/pitbox/http/openapi.json"

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

struct _PbHttp {
  PbHttpConfig config;
  gchar *dashboard;
  gchar *bind;
  SoupServer *server;
  PbHttpPort *port;
  PbReplay *replay;
  gchar *malformed; /* body of what is said to what is no request */
};

static void
get_health (PbRequest *request)
{
  g_autoptr (JsonBuilder) b = json_builder_new ();

  json_builder_begin_object (b);
  pb_json_add_text (b, "status", "ok");
  pb_json_add_text (b, "version", PACKAGE_VERSION);
  json_builder_end_object (b);
  pb_reply_json (request, b);
}

static void
get_metrics (PbRequest *request)
{
  gchar *text = pb_metrics_to_text (request->config, request->principal);

  soup_server_message_set_status (request->message, SOUP_STATUS_OK, NULL);
  soup_server_message_set_response (request->message,
      "text/plain; version=0.0.4; charset=utf-8", SOUP_MEMORY_TAKE, text,
      strlen (text));
}

static void
get_openapi (PbRequest *request)
{
  g_autoptr (GBytes) file = g_resource_lookup_data (pb_openapi_get_resource (),
      OPENAPI_PATH, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

  if (pb_reply_not_modified (request->message, file, "no-cache"))
    return;
  soup_message_headers_replace (
      soup_server_message_get_response_headers (request->message),
      "Content-Type", "application/json");
  soup_server_message_set_status (request->message, SOUP_STATUS_OK, NULL);
  soup_message_body_append_bytes (
      soup_server_message_get_response_body (request->message), file);
}

static const PbRoute own_routes[] = {
  { "GET", "/healthz", PB_ROUTE_OPEN, get_health },
  { "GET", "/metrics", PB_MAY_SEE_SERVER_METRICS, get_metrics },
  { "GET", "/api/v1/openapi.json", PB_ROUTE_OPEN, get_openapi },
  { NULL },
};

static const PbRoute *const route_tables[] = { own_routes, pb_auth_routes,
  pb_account_routes, pb_people_routes, pb_grant_routes, pb_device_routes,
  pb_reader_routes, pb_pairing_routes, pb_audit_routes, pb_control_routes,
  pb_driver_routes, pb_session_routes };

static gboolean
is_read (SoupServerMessage *message)
{
  const gchar *method = soup_server_message_get_method (message);

  return g_str_equal (method, "GET") || g_str_equal (method, "HEAD");
}

static void
reply_wrong_method (SoupServerMessage *message, const gchar *allow)
{
  soup_message_headers_replace (
      soup_server_message_get_response_headers (message), "Allow", allow);
  pb_reply_error (message, SOUP_STATUS_METHOD_NOT_ALLOWED, "method_not_allowed",
      "This address takes %s", allow);
}

static PbDriver *
find_whep_driver (PbHttp *self, const PbPrincipal *principal, const gchar *id)
{
  g_autoptr (PbDriver) driver = pb_registry_find (self->config.registry, id);

  if (driver
      && pb_principal_sees_driver (principal, id,
          pb_directory_get_driver_team (
              pb_guard_get_directory (self->config.guard), id)))
    return g_steal_pointer (&driver);
  return NULL;
}

static void
handle_whep (PbHttp *self, SoupServerMessage *message, gchar **parts)
{
  PbGuard *guard = self->config.guard;
  const gchar *args[PB_ROUTE_MAX_ARGS] = { NULL };
  g_autoptr (PbPrincipal) principal = NULL;
  g_autoptr (PbDriver) driver = NULL;

  if (!pb_route_match ("/whep/{}", parts, args)
      && !pb_route_match ("/whep/{}/{}", parts, args)) {
    pb_reply_error (message, SOUP_STATUS_NOT_FOUND, "not_found",
        "WHEP is at /whep/{driver}");
    return;
  }
  principal = pb_guard_find (guard, message);
  if (!pb_gate_check (guard, message, principal, PB_MAY_SEE_LIVE)
      || !pb_gate_check_origin (message))
    return;
  driver = find_whep_driver (self, principal, args[0]);
  if (!driver) {
    pb_reply_error (message, SOUP_STATUS_NOT_FOUND, "unknown_driver",
        "There is no driver of that name; /api/v1/drivers lists all");
    return;
  }
  pb_whep_handle (self->config.whep, message, pb_driver_get_live (driver),
      args[1], g_steal_pointer (&principal),
      (GDestroyNotify) pb_principal_free);
}

static gboolean
keep_viewer (gconstpointer owner, gpointer user_data)
{
  return pb_guard_is_alive (user_data, owner);
}

/* What it may do is what it may now: roles change, devices are given to
 * another driver. */
static gboolean
keep_control (PbPrincipal *principal, gpointer user_data)
{
  PbGuard *guard = user_data;

  return pb_guard_is_alive (guard, principal)
         && pb_directory_renew (pb_guard_get_directory (guard), principal);
}

static void
note_command (const PbPrincipal *principal, const gchar *device,
    const gchar *name, const gchar *args, gpointer user_data)
{
  PbHttp *self = user_data;
  g_autofree gchar *detail = g_strdup_printf ("%s %s", name, args);

  pb_audit_add (
      self->config.store, principal, "device.command", device, NULL, detail);
}

static void
revise (PbGuard *guard, gpointer user_data)
{
  PbHttp *self = user_data;

  pb_whep_revise (self->config.whep, keep_viewer, guard);
  pb_control_revise (self->config.control, keep_control, guard);
}

/* An object; one without members where nothing was sent. */
static gboolean
read_body (PbRequest *request)
{
  SoupServerMessage *message = request->message;
  const gchar *type = soup_message_headers_get_content_type (
      soup_server_message_get_request_headers (message), NULL);
  g_autoptr (GBytes) body = soup_message_body_flatten (
      soup_server_message_get_request_body (message));
  g_autoptr (GError) error = NULL;
  gsize size;
  const gchar *text = g_bytes_get_data (body, &size);

  if (size == 0 && !type) {
    request->body = json_object_new ();
    return TRUE;
  }
  /* A form of a foreign page cannot be of this type. */
  if (g_strcmp0 (type, "application/json") != 0) {
    pb_reply_error (message, SOUP_STATUS_UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type", "The body must be application/json");
    return FALSE;
  }
  request->body = pb_json_parse_object (
      size > 0 ? text : "{}", size > 0 ? size : 2, PB_BODY_MAX_DEPTH, &error);
  if (!request->body)
    pb_reply_error (message, SOUP_STATUS_BAD_REQUEST, "bad_json",
        "The body must be a JSON object: %s", error->message);
  return request->body != NULL;
}

static void
call_route (PbHttp *self, const PbRoute *route, PbRequest *request)
{
  PbGuard *guard = self->config.guard;
  g_autoptr (PbPrincipal) principal = pb_guard_find (guard, request->message);
  const gboolean reads = g_str_equal (route->method, "GET");
  PbOnce once = { 0 };

  request->principal = principal;
  request->action = route->action;
  if (!pb_gate_check (guard, request->message, principal, route->action))
    return;
  if (!reads && !pb_gate_check_origin (request->message))
    return;
  if (!reads && !read_body (request))
    return;
  if (pb_once_begin (&once, self->replay, request)) {
    route->func (request);
    pb_once_end (&once, self->replay, request);
  }
  g_clear_pointer (&request->body, json_object_unref);
}

/* Whether there is such an address; answered then. */
static gboolean
handle_route (
    PbHttp *self, SoupServerMessage *message, gchar **parts, GHashTable *query)
{
  const gchar *method = soup_server_message_get_method (message);
  g_autoptr (GString) allow = g_string_new (NULL);

  if (g_str_equal (method, "HEAD"))
    method = "GET";
  for (guint t = 0; t < G_N_ELEMENTS (route_tables); t++) {
    for (const PbRoute *route = route_tables[t]; route->path; route++) {
      PbRequest request = { .config = &self->config,
        .port = self->port,
        .message = message,
        .query = query };

      if (!pb_route_match (route->path, parts, request.args))
        continue;
      if (g_str_equal (route->method, method)) {
        call_route (self, route, &request);
        return TRUE;
      }
      g_string_append_printf (allow, "%s%s", allow->len > 0 ? ", " : "",
          g_str_equal (route->method, "GET") ? "GET, HEAD" : route->method);
    }
  }
  if (allow->len > 0)
    reply_wrong_method (message, allow->str);
  return allow->len > 0;
}

/* A page of a foreign site that has its own name point at 127.0.0.1 (DNS
 * rebinding) still sends that name. Where one logs in it has no login. */
static gboolean
is_host_ok (PbHttp *self, SoupServerMessage *message)
{
  const gchar *host = soup_message_headers_get_one (
      soup_server_message_get_request_headers (message), "Host");
  g_autofree gchar *url = NULL;
  g_autoptr (GUri) uri = NULL;
  const gchar *name;

  if (!pb_guard_is_open (self->config.guard) || !host)
    return TRUE;
  url = g_strdup_printf ("http://%s/", host);
  uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  name = uri ? g_uri_get_host (uri) : NULL;
  return name
         && (g_ascii_strcasecmp (name, "localhost") == 0
             || pb_bind_is_loopback (name));
}

static void
handle (SoupServer *server, SoupServerMessage *message, const char *unused,
    GHashTable *query, gpointer user_data)
{
  PbHttp *self = user_data;
  const gchar *path = g_uri_get_path (soup_server_message_get_uri (message));
  g_auto (GStrv) parts = NULL;

  /* Refused while the head was read. */
  if (soup_server_message_get_status (message) != 0)
    return;
  if (strlen (path) > PATH_MAX_BYTES) {
    pb_reply_error (message, SOUP_STATUS_REQUEST_URI_TOO_LONG, "too_long",
        "Paths have at most %d bytes", PATH_MAX_BYTES);
    return;
  }
  parts = g_strsplit (path, "/", -1);
  if (g_str_has_prefix (path, "/whep/"))
    handle_whep (self, message, parts);
  else if (handle_route (self, message, parts, query))
    return;
  else if (g_str_has_prefix (path, "/api/"))
    pb_reply_error (message, SOUP_STATUS_NOT_FOUND, "not_found",
        "There is no such address; /api/v1/openapi.json lists all");
  else if (is_read (message))
    pb_static_handle (message, self->dashboard, path);
  else
    reply_wrong_method (message, "GET, HEAD");
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
refuse (PbHttp *self, SoupServerMessage *message, guint status,
    const gchar *code, const gchar *words)
{
  g_autofree gchar *reply = make_reply (status, code, words, self->config.hsts);

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
        "OPTIONS is for addresses of /whep/; /api/v1/openapi.json lists all");
  else
    pb_reply_error (message, SOUP_STATUS_BAD_REQUEST, "bad_request",
        "A path begins with a slash");
}

/* Whether the answer, and what comes with the question, stays between the client
 * and us. Proxies look at /healthz on their own account. */
static gboolean
is_private (PbHttp *self, SoupServerMessage *message)
{
  const PbGuardConfig *guard = pb_guard_get_config (self->config.guard);

  pb_client_note (message, guard->proxies, self->config.tls != NULL);
  return guard->insecure_lan || pb_client_is_private (message)
         || g_str_equal (g_uri_get_path (soup_server_message_get_uri (message)),
             "/healthz");
}

static void
check_head (SoupServerMessage *message, gpointer user_data)
{
  PbHttp *self = user_data;
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
    pb_throttle_request (self->config.guard, message);
}

/* For bodies that do not say how long they are. */
static void
check_chunk (SoupServerMessage *message, GBytes *chunk, gpointer user_data)
{
  gsize *received = g_object_get_data (G_OBJECT (message), "pitbox-body-bytes");

  *received += g_bytes_get_size (chunk);
  if (*received > BODY_CUT_BYTES)
    pb_http_port_cut (((PbHttp *) user_data)->port, message);
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
  PbHttp *self = user_data;
  SoupMessageHeaders *out = soup_server_message_get_response_headers (message);

  /* SoupServer 3.2 keeps the socket of a keep-alive connection that the client
   * has closed, for good (CLOSE_WAIT): one reply a connection. */
  soup_message_headers_replace (out, "Connection", "close");
  for (guint i = 0; i < G_N_ELEMENTS (safe_headers); i++)
    soup_message_headers_replace (
        out, safe_headers[i].name, safe_headers[i].value);
  if (self->config.hsts)
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
listen_on (PbHttp *self, guint16 port, GError **error)
{
  g_autofree gchar *too_long =
      make_reply (PB_STATUS_HEAD_TOO_LARGE, "head_too_large",
          "The head of a request has at most " G_STRINGIFY (
              PB_HTTP_PORT_HEAD_BYTES) " bytes",
          self->config.hsts);
  g_autofree gchar *plain = make_reply (SOUP_STATUS_BAD_REQUEST, "https_needed",
      "This port speaks HTTPS: the address begins with https://", FALSE);

  self->port = pb_http_port_new (self->server, self->bind, port,
      pb_http_port_limit (self->config.n_files), self->config.tls, too_long,
      plain, self->config.guard, error);
  if (self->port)
    return TRUE;
  g_prefix_error (error,
      "HTTP on %s port %u (choose another --http-port, 0 takes any): ",
      self->bind, port);
  return FALSE;
}

/**
 * pb_http_new:
 * @config: see #PbHttpConfig
 *
 * Main thread only, as everything here.
 *
 * Returns: (transfer full): the open port, or %NULL with @error set
 */
PbHttp *
pb_http_new (const PbHttpConfig *config, GError **error)
{
  g_autoptr (PbHttp) self = g_new0 (PbHttp, 1);

  self->config = *config;
  self->bind = g_strdup (config->bind);
  self->dashboard = g_strdup (config->dashboard);
  self->replay = pb_replay_new ();
  self->malformed = pb_problem_to_json (SOUP_STATUS_BAD_REQUEST, "bad_request",
      "This is no well-formed HTTP/1.1 request");
  self->server = soup_server_new ("server-header", "pitbox-server", NULL);
  g_signal_connect (
      self->server, "request-started", G_CALLBACK (start_request), self);
  soup_server_add_handler (self->server, "/", handle, self, NULL);
  pb_guard_add_watch (config->guard, revise, self);
  pb_control_set_ordered (config->control, note_command, self);
  if (!listen_on (self, config->port, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
pb_http_free (PbHttp *self)
{
  g_clear_pointer (&self->port, pb_http_port_free);
  soup_server_disconnect (self->server);
  g_object_unref (self->server);
  g_free (self->bind);
  g_free (self->dashboard);
  g_free (self->malformed);
  pb_replay_free (self->replay);
  g_free (self);
}

/**
 * pb_http_get_port:
 *
 * Returns: the TCP port it listens on
 */
guint16
pb_http_get_port (PbHttp *self)
{
  return pb_http_port_get_port (self->port);
}

/**
 * pb_http_dup_url:
 *
 * Returns: (transfer full): the address to open in a browser on this machine
 */
gchar *
pb_http_dup_url (PbHttp *self)
{
  gboolean any =
      g_str_equal (self->bind, "0.0.0.0") || g_str_equal (self->bind, "::");
  gboolean is_v6 = strchr (self->bind, ':') != NULL;

  return g_strdup_printf (is_v6 && !any ? "%s://[%s]:%u/" : "%s://%s:%u/",
      self->config.tls ? "https" : "http", any ? "127.0.0.1" : self->bind,
      pb_http_port_get_port (self->port));
}
