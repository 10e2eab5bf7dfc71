/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbIngest: the SRT port: every caller becomes a session of its driver. */
#pragma once

#include "auth/pb-seal.h"
#include "ingest/pb-audience.h"
#include "ingest/pb-door.h"
#include "session/pb-registry.h"
#include "store/pb-devices.h"

G_BEGIN_DECLS

typedef struct _PbIngest PbIngest;

/**
 * PbIngestConfig:
 * @store: holds devices and readers, gets the sessions
 * @seal: (nullable): opens the passphrases of both
 * @registry: gets the drivers
 * @recordings: folder of all recordings
 * @recorder: (nullable): options of each recorder
 * @bind: address to listen on
 * @srt_port: UDP port, 0 = any
 * @latency_ms: SRT receive latency
 * @max_senders: most connections that send; 0 = the source's default
 * @max_readers: most connections that read; 0 = the source's default
 */
typedef struct {
  PbStore *store;
  PbSeal *seal;
  PbRegistry *registry;
  const gchar *recordings;
  const PbRecorderOptions *recorder;
  const gchar *bind;
  guint16 srt_port;
  guint latency_ms;
  guint max_senders;
  guint max_readers;
} PbIngestConfig;

PbIngest *pb_ingest_new (
    const PbIngestConfig *config, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_ingest_free (PbIngest *ingest);
void pb_ingest_reload (PbIngest *ingest);
guint16 pb_ingest_get_port (PbIngest *ingest);
GPtrArray *pb_ingest_list_readers (PbIngest *ingest);
guint64 pb_ingest_get_refused (PbIngest *ingest);
PbDoor *pb_ingest_get_door (PbIngest *ingest);
const PbDevice *pb_ingest_find_device (PbIngest *ingest, const gchar *name);
const PbDevice *pb_ingest_find_key (
    PbIngest *ingest, const gchar *driver, const gchar *key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbIngest, pb_ingest_free)

G_END_DECLS
