/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbApi: asks the server's HTTP API, one question at a time. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct _PbApi PbApi;

/**
 * PbApiDone:
 * @status: HTTP status; 0 if the server did not answer, as @words say
 * @body: (nullable): the answer, if it is an object
 * @words: (nullable): what went wrong, unless @status is 2xx
 * @user_data: closure
 */
typedef void (*PbApiDone) (
    guint status, JsonObject *body, const gchar *words, gpointer user_data);

gchar *pb_api_parse_url (const gchar *text, gboolean insecure,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
gchar *pb_api_parse_fingerprint (
    const gchar *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;

PbApi *pb_api_new (const gchar *url, const gchar *certificate);
void pb_api_free (PbApi *api);
gchar *pb_api_dup_seen (PbApi *api) G_GNUC_WARN_UNUSED_RESULT;
void pb_api_get (PbApi *api, const gchar *path, const gchar *token,
    PbApiDone done, gpointer user_data);
void pb_api_post (PbApi *api, const gchar *path, JsonNode *body, PbApiDone done,
    gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbApi, pb_api_free)

G_END_DECLS
