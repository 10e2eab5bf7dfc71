/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Clients that have guessed or asked too often wait. */
#pragma once

#include "http/pb-request.h"

G_BEGIN_DECLS

gboolean pb_throttle_login (
    const PbHttpConfig *config, SoupServerMessage *message, const gchar *login);
void pb_throttle_forgive_login (
    const PbHttpConfig *config, SoupServerMessage *message, const gchar *login);
gboolean pb_throttle_request (PbGuard *guard, SoupServerMessage *message);
gboolean pb_throttle_principal (
    PbGuard *guard, SoupServerMessage *message, const PbPrincipal *principal);
gboolean pb_throttle_stream_key (PbRequest *request, const gchar *address);
gboolean pb_throttle_bearer (PbGuard *guard, SoupServerMessage *message);
gboolean pb_throttle_token (PbRequest *request);
void pb_throttle_forgive_token (PbRequest *request);

gboolean pb_throttle_pairing (PbRequest *request);
gboolean pb_throttle_code (PbRequest *request);
void pb_throttle_forgive_code (PbRequest *request);

G_END_DECLS
