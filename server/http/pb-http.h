/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbHttp: the HTTP port: API, metrics, WHEP and the dashboard's files. */
#pragma once

#include "http/pb-http-config.h"

G_BEGIN_DECLS

typedef struct _PbHttp PbHttp;

PbHttp *pb_http_new (
    const PbHttpConfig *config, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_http_free (PbHttp *http);
guint16 pb_http_get_port (PbHttp *http);
gchar *pb_http_dup_url (PbHttp *http);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbHttp, pb_http_free)

G_END_DECLS
