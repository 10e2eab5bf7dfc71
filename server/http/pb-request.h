/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the routes share: the request's parts, changes, lists. */
#pragma once

#include "http/pb-guard.h"
#include "http/pb-http-config.h"
#include "http/pb-http-port.h"
#include "http/pb-reply.h"
#include "json/pb-json.h"

G_BEGIN_DECLS

#define PB_ROUTE_MAX_ARGS 3

/** PB_BODY_MAX_DEPTH: of a JSON body; ours have two. */
#define PB_BODY_MAX_DEPTH 16

/**
 * PbRequest:
 * @config: what the server shows
 * @port: where it came in
 * @message: the request
 * @args: the parts of the path that stand for {}, none of them empty
 * @query: (nullable): decoded query
 * @principal: who asks; may do the route's action
 * @action: of the route
 * @body: (nullable): of POST, PUT and PATCH, an object, empty if none was sent
 */
typedef struct {
  const PbHttpConfig *config;
  PbHttpPort *port;
  SoupServerMessage *message;
  const gchar *args[PB_ROUTE_MAX_ARGS];
  GHashTable *query;
  const PbPrincipal *principal;
  guint action;
  JsonObject *body;
} PbRequest;

typedef void (*PbRouteFunc) (PbRequest *request);

/* For a route's action, besides a PbAction. */
/** PB_ROUTE_OPEN: for everybody, also for who says nothing. */
#define PB_ROUTE_OPEN (PB_N_ACTIONS)
/** PB_ROUTE_ANYBODY: for whoever is known, whatever they may do. */
#define PB_ROUTE_ANYBODY (PB_N_ACTIONS + 1)

/**
 * PbRoute:
 * @method: "GET" (which answers HEAD, too), "POST", …
 * @path: e.g. "/api/v1/drivers/{}/live"
 * @action: who may: a #PbAction, %PB_ROUTE_OPEN or %PB_ROUTE_ANYBODY
 * @func: answers, at once or, after soup_server_message_pause(), later
 * @takes_any_body: @func reads the body, which is no JSON
 */
typedef struct {
  const gchar *method;
  const gchar *path;
  guint action;
  PbRouteFunc func;
  gboolean takes_any_body;
} PbRoute;

extern const PbRoute pb_account_routes[];
extern const PbRoute pb_audit_routes[];
extern const PbRoute pb_auth_routes[];
extern const PbRoute pb_confirm_routes[];
extern const PbRoute pb_control_routes[];
extern const PbRoute pb_device_routes[];
extern const PbRoute pb_driver_routes[];
extern const PbRoute pb_grant_routes[];
extern const PbRoute pb_pairing_routes[];
extern const PbRoute pb_people_routes[];
extern const PbRoute pb_reader_routes[];
extern const PbRoute pb_refresh_routes[];
extern const PbRoute pb_rows_routes[];
extern const PbRoute pb_rtmp_routes[];
extern const PbRoute pb_session_routes[];
extern const PbRoute pb_sync_routes[];
extern const PbRoute pb_units_routes[];
extern const PbRoute pb_whip_routes[];
extern const PbRoute pb_coverage_routes[];

gboolean pb_route_match (
    const gchar *pattern, gchar **parts, const gchar *args[PB_ROUTE_MAX_ARGS]);

void pb_reply_json (PbRequest *request, JsonBuilder *builder);
void pb_reply_node (PbRequest *request, JsonNode *node);
void pb_reply_failure (PbRequest *request, const GError *error);

PbDriver *pb_request_find_driver (PbRequest *request) G_GNUC_WARN_UNUSED_RESULT;
GBytes *pb_request_dup_body (
    PbRequest *request, const gchar *type) G_GNUC_WARN_UNUSED_RESULT;
gboolean pb_request_read_number (PbRequest *request, const gchar *name,
    gint64 min, gint64 max, gint64 *value);
void pb_request_audit (PbRequest *request, const gchar *action,
    const gchar *target, const gchar *detail);

/* Writes, within a pb_store_begin_change(). */
typedef gboolean (*PbRequestWrite) (
    PbRequest *request, gpointer data, GError **error);
gboolean pb_request_note (PbRequest *request, const gchar *action,
    const gchar *target, const gchar *detail,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pb_request_change (
    PbRequest *request, PbRequestWrite write, gpointer data);

/* Lists in pages: ?limit=1..200&cursor=, {items:[…], next:cursor|null}. */
typedef void (*PbListAdd) (
    JsonBuilder *builder, gconstpointer item, gpointer request);
typedef const gchar *(*PbListId) (gconstpointer item);
void pb_reply_list (
    PbRequest *request, GPtrArray *items, PbListId get_id, PbListAdd add);

G_END_DECLS
