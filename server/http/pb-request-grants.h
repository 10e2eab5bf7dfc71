/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What all that is given by a secret has in common: keys, links, invitations.
 */
#pragma once

#include "http/pb-request.h"
#include "store/pb-grants.h"

G_BEGIN_DECLS

PbGrant *pb_request_new_grant (PbRequest *request);
void pb_request_give (PbRequest *request, PbGrantKind kind, PbGrant *grant,
    const gchar *page, PbListAdd add);
void pb_request_withdraw (
    PbRequest *request, PbGrantKind kind, const gchar *action);
void pb_request_list_grants (
    PbRequest *request, PbGrantKind kind, PbListAdd add);

G_END_DECLS
