/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbBackfillPort: all WebSockets that bring rows that did not come live; one of
 * a driver at a time. */
#pragma once

#include <libsoup/soup.h>

#include "auth/pb-principal.h"
#include "ingest/pb-door.h"
#include "ingest/pb-units-port.h"
#include "session/pb-lap-repair.h"

G_BEGIN_DECLS

/* Main thread only. */
typedef struct _PbBackfillPort PbBackfillPort;

PbBackfillPort *pb_backfill_port_new (
    PbDoor *door, PbLapRepair *repair, guint max_sockets);
void pb_backfill_port_free (PbBackfillPort *port);
guint pb_backfill_port_get_hold_s (
    PbBackfillPort *port, const PbPrincipal *principal);
gboolean pb_backfill_port_has_room (PbBackfillPort *port);
void pb_backfill_port_add (PbBackfillPort *port,
    SoupWebsocketConnection *connection, PbPrincipal *principal,
    const gchar *driver);
void pb_backfill_port_revise (
    PbBackfillPort *port, PbUnitsKeep keep, gpointer user_data);
gboolean pb_backfill_port_get_progress (PbBackfillPort *port,
    const gchar *driver, guint64 *rows_came, guint64 *rows_left);
guint64 pb_backfill_port_get_rows (PbBackfillPort *port);
guint pb_backfill_port_count (PbBackfillPort *port);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbBackfillPort, pb_backfill_port_free)

G_END_DECLS
