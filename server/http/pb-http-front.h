/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbHttpFront: SoupServer behind our port, and what is refused before a route
 * sees it. */
#pragma once

#include "http/pb-http-config.h"
#include "http/pb-http-port.h"

G_BEGIN_DECLS

typedef struct _PbHttpFront PbHttpFront;

PbHttpFront *pb_http_front_new (const PbHttpConfig *config,
    SoupServerCallback handle, gpointer user_data,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_http_front_free (PbHttpFront *front);
PbHttpPort *pb_http_front_get_port (PbHttpFront *front);

G_END_DECLS
