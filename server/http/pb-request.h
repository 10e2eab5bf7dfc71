/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the routes share: the request's parts, answers, JSON helpers. */
#pragma once

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

#include "http/pb-http.h"
#include "json/pb-json.h"

G_BEGIN_DECLS

#define PB_ROUTE_MAX_ARGS 3

/**
 * PbRequest:
 * @config: what the server shows
 * @message: the request
 * @args: the parts of the path that stand for {}, none of them empty
 * @query: (nullable): decoded query
 */
typedef struct {
  const PbHttpConfig *config;
  SoupServerMessage *message;
  const gchar *args[PB_ROUTE_MAX_ARGS];
  GHashTable *query;
} PbRequest;

typedef void (*PbRouteFunc) (PbRequest *request);

/**
 * PbRoute:
 * @path: e.g. "/api/v1/drivers/{}/live"
 * @func: answers GET and HEAD
 */
typedef struct {
  const gchar *path;
  PbRouteFunc func;
} PbRoute;

extern const PbRoute pb_driver_routes[];
extern const PbRoute pb_session_routes[];

gboolean pb_route_match (
    const gchar *pattern, gchar **parts, const gchar *args[PB_ROUTE_MAX_ARGS]);

void pb_reply_json (PbRequest *request, JsonBuilder *builder);
void pb_reply_node (PbRequest *request, JsonNode *node);
void pb_reply_error (SoupServerMessage *message, guint status,
    const gchar *code, const gchar *format, ...) G_GNUC_PRINTF (4, 5);
void pb_reply_failure (PbRequest *request, const GError *error);

G_END_DECLS
