/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Addresses of this server, as who asks, or the one who set it up, sees it. */
#pragma once

#include "http/pb-request.h"

G_BEGIN_DECLS

gchar *pb_own_url_dup_page (
    PbRequest *request, const gchar *page, const gchar *token);
gchar *pb_own_url_dup_srt (PbRequest *request, const gchar *driver,
    const gchar *mode, const gchar *user, const gchar *passphrase);
gchar *pb_own_url_dup_rtmp (PbRequest *request);
gchar *pb_own_url_dup_whip (PbRequest *request, const gchar *driver);

G_END_DECLS
