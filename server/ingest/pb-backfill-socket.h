/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbBackfillSocket: one WebSocket that brings rows that did not come live. */
#pragma once

#include <libsoup/soup.h>

#include "auth/pb-principal.h"
#include "ingest/pb-backfill-quota.h"
#include "ingest/pb-backfill-record.h"

G_BEGIN_DECLS

/** PB_BACKFILL_MAX_AGE_DAYS: older rows are not taken. */
#define PB_BACKFILL_MAX_AGE_DAYS 31
/** PB_BACKFILL_AHEAD_S: so far ahead of ours a PC's clock may be. */
#define PB_BACKFILL_AHEAD_S 600

/* Main thread only. */
typedef struct _PbBackfillSocket PbBackfillSocket;

/**
 * PbBackfillSocketEvents:
 * @may_ask: nothing of this driver is on its way to the disk from before; else
 *   it is asked again
 * @ended: a session is over, and to be closed; (transfer full)
 * @closed: it is over; the socket may be freed from within
 */
typedef struct {
  gboolean (*may_ask) (PbBackfillSocket *socket, gpointer user_data);
  void (*ended) (
      PbBackfillSocket *socket, PbBackfillRecord *record, gpointer user_data);
  void (*closed) (PbBackfillSocket *socket, gpointer user_data);
} PbBackfillSocketEvents;

/**
 * PbBackfillSocketConfig:
 * @store: outlives the socket
 * @recordings: folder of all recordings
 * @recorder: options of the recorder
 * @quota: the driver's; outlives the socket
 * @driver: valid id
 * @device: what sends
 */
typedef struct {
  PbStore *store;
  const gchar *recordings;
  const PbRecorderOptions *recorder;
  PbBackfillQuota *quota;
  const gchar *driver;
  const gchar *device;
} PbBackfillSocketConfig;

PbBackfillSocket *pb_backfill_socket_new (SoupWebsocketConnection *connection,
    PbPrincipal *principal, const PbBackfillSocketConfig *config,
    const PbBackfillSocketEvents *events, gpointer user_data);
void pb_backfill_socket_free (PbBackfillSocket *socket);
void pb_backfill_socket_end (
    PbBackfillSocket *socket, gushort code, const gchar *reason);
void pb_backfill_socket_tick (PbBackfillSocket *socket, gint64 now_us);
PbPrincipal *pb_backfill_socket_get_principal (PbBackfillSocket *socket);
const gchar *pb_backfill_socket_get_driver (PbBackfillSocket *socket);
gboolean pb_backfill_socket_sent_too_much (PbBackfillSocket *socket);
guint64 pb_backfill_socket_get_rows (PbBackfillSocket *socket);
guint64 pb_backfill_socket_get_rows_left (PbBackfillSocket *socket);

G_END_DECLS
