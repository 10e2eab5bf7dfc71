/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the HTTP port shows, to whom and where. */
#pragma once

#include "auth/pb-seal.h"
#include "control/pb-control.h"
#include "http/pb-guard.h"
#include "http/pb-tls.h"
#include "ingest/pb-ingest.h"
#include "ingest/pb-rtmp.h"
#include "ingest/pb-backfill-port.h"
#include "ingest/pb-units-port.h"
#include "ingest/pb-whip.h"
#include "recording/pb-row-jobs.h"
#include "session/pb-registry.h"
#include "store/pb-store.h"
#include "webrtc/pb-whep.h"

G_BEGIN_DECLS

/**
 * PbHttpConfig:
 * @store, @registry, @ingest, @whep: what is shown; live longer than this
 * @control: the control channel; lives longer than this
 * @units: telemetry over WebSocket; lives longer than this
 * @rtmp: (nullable): RTMP publishers; lives longer than this
 * @backfill: rows that did not come live; lives longer than this
 * @rows: reads rows from the disk; lives longer than this
 * @whip: WHIP publishers; lives longer than this
 * @seal: for the secrets of devices, readers and second factors
 * @guard: says who may
 * @bind: address to listen on, in numbers
 * @port: TCP port, 0 = any
 * @public_url: (nullable): where people open the page, without / at its end
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
  PbUnitsPort *units;
  PbRtmp *rtmp;
  PbWhip *whip;
  PbBackfillPort *backfill;
  PbRowJobs *rows;
  PbSeal *seal;
  PbGuard *guard;
  const gchar *bind;
  guint16 port;
  const gchar *public_url;
  PbTls *tls;
  gboolean hsts;
  const gchar *dashboard;
  guint n_files;
} PbHttpConfig;

G_END_DECLS
