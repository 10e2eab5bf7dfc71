/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Answers: JSON, errors, and what the client has already. */
#pragma once

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

#include "store/pb-store.h"

G_BEGIN_DECLS

gboolean pb_reply_not_modified (
    SoupServerMessage *message, GBytes *body, const gchar *cache);
void pb_reply_cached (
    SoupServerMessage *message, JsonNode *node, const gchar *cache);
void pb_reply_bytes (
    SoupServerMessage *message, GBytes *body, const gchar *cache);
void pb_reply_status (
    SoupServerMessage *message, guint status, JsonBuilder *builder);
void pb_reply_nothing (SoupServerMessage *message);
void pb_reply_error (SoupServerMessage *message, guint status,
    const gchar *code, const gchar *format, ...) G_GNUC_PRINTF (4, 5);
void pb_reply_advise (GError **error, PbStoreError code, const gchar *advice);
void pb_reply_store_error (SoupServerMessage *message, const GError *error);

G_END_DECLS
