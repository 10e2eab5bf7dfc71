/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbHttp: the HTTP port: API, metrics, WHEP and the dashboard's files. */
#pragma once

#include "auth/pb-seal.h"
#include "control/pb-control.h"
#include "http/pb-guard.h"
#include "http/pb-tls.h"
#include "ingest/pb-ingest.h"
#include "session/pb-registry.h"
#include "store/pb-store.h"
#include "webrtc/pb-whep.h"

G_BEGIN_DECLS

typedef struct _PbHttp PbHttp;

/**
 * PbHttpConfig:
 * @store, @registry, @ingest, @whep: what is shown; live longer than this
 * @control: the control channel; lives longer than this
 * @seal: for the secrets of devices, readers and second factors
 * @guard: says who may
 * @bind: address to listen on, in numbers
 * @port: TCP port, 0 = any
 * @tls: (nullable): its certificate; lives longer than this
 * @hsts: tell browsers never to come without TLS again
 * @dashboard: (nullable): folder of the dashboard's files
 * @n_files: descriptors that the process may have; 0 = as many as it likes
 */
typedef struct {
  PbStore *store;
  PbRegistry *registry;
  PbIngest *ingest;
  PbWhep *whep;
  PbControl *control;
  PbSeal *seal;
  PbGuard *guard;
  const gchar *bind;
  guint16 port;
  PbTls *tls;
  gboolean hsts;
  const gchar *dashboard;
  guint n_files;
} PbHttpConfig;

PbHttp *pb_http_new (
    const PbHttpConfig *config, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_http_free (PbHttp *http);
guint16 pb_http_get_port (PbHttp *http);
gchar *pb_http_dup_url (PbHttp *http);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbHttp, pb_http_free)

G_END_DECLS
