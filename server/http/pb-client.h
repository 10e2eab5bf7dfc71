/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The client of a request: its address, its connection, its cookies. */
#pragma once

#include <libsoup/soup.h>

#include "auth/pb-proxies.h"

G_BEGIN_DECLS

#define PB_COOKIE_SECURE_PREFIX "__Host-"
#define PB_COOKIE_ACCESS "pitbox_access"
#define PB_COOKIE_REFRESH "pitbox_refresh"
#define PB_COOKIE_SHARE "pitbox_share"

void pb_client_note (
    SoupServerMessage *message, const PbProxies *proxies, gboolean is_secure);
const gchar *pb_client_get_address (SoupServerMessage *message);
gboolean pb_client_is_secure (SoupServerMessage *message);
gboolean pb_client_is_forwarded (SoupServerMessage *message);
gboolean pb_client_is_private (SoupServerMessage *message);

const gchar *pb_client_get_authorization (SoupServerMessage *message);
gchar *pb_client_dup_cookie (SoupServerMessage *message, const gchar *name);
void pb_client_set_cookie (SoupServerMessage *message, const gchar *name,
    const gchar *value, const gchar *path, gint64 life_s);
gboolean pb_client_is_own_page (SoupServerMessage *message);

G_END_DECLS
