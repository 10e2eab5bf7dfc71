/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbHttp: the HTTP port: API, metrics, WHEP and the dashboard's files. */
#include "http/pb-http.h"

#include <string.h>

#include "http/pb-confirm.h"
#include "http/pb-gate.h"
#include "http/pb-http-front.h"
#include "http/pb-metrics.h"
#include "http/pb-once.h"
#include "http/pb-request.h"
#include "http/pb-static.h"
#include "store/pb-audit.h"
#include "pb-openapi-resources.h"

#define PATH_MAX_BYTES 1024
#define OPENAPI_PATH "/pitbox/http/openapi.json"

struct _PbHttp {
  PbHttpConfig config;
  gchar *dashboard;
  gchar *bind;
  PbHttpFront *front;
  PbReplay *replay;
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
  pb_refresh_routes, pb_account_routes, pb_confirm_routes, pb_people_routes,
  pb_grant_routes, pb_device_routes, pb_reader_routes, pb_pairing_routes,
  pb_audit_routes, pb_control_routes, pb_driver_routes, pb_session_routes,
  pb_units_routes, pb_rtmp_routes, pb_whip_routes, pb_coverage_routes,
  pb_rows_routes, pb_sync_routes };

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

/* A device that is another driver's now may not go on as the one before. */
static gboolean
keep_units (PbPrincipal *principal, const gchar *driver, gpointer user_data)
{
  return keep_control (principal, user_data)
         && pb_principal_may (principal, PB_MAY_PUBLISH)
         && pb_principal_sees_driver (principal, driver,
             pb_directory_get_driver_team (
                 pb_guard_get_directory (user_data), driver));
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
  pb_units_port_revise (self->config.units, keep_units, guard);
  if (self->config.rtmp)
    pb_publishers_revise (
        pb_rtmp_get_publishers (self->config.rtmp), keep_units, guard);
  pb_publishers_revise (
      pb_whip_get_publishers (self->config.whip), keep_units, guard);
  pb_backfill_port_revise (self->config.backfill, keep_units, guard);
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
  if (!reads && !pb_confirm_check (request, route))
    return;
  if (route->takes_any_body) {
    route->func (request);
    return;
  }
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
        .port = pb_http_front_get_port (self->front),
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
  pb_guard_add_watch (config->guard, revise, self);
  pb_control_set_ordered (config->control, note_command, self);
  self->front = pb_http_front_new (&self->config, handle, self, error);
  if (!self->front)
    return NULL;
  return g_steal_pointer (&self);
}

void
pb_http_free (PbHttp *self)
{
  g_clear_pointer (&self->front, pb_http_front_free);
  g_free (self->bind);
  g_free (self->dashboard);
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
  return pb_http_port_get_port (pb_http_front_get_port (self->front));
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
      pb_http_get_port (self));
}
