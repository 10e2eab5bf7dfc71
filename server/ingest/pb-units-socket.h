/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbUnitsSocket: one WebSocket that brings a driver's units, and its session. */
#pragma once

#include <libsoup/soup.h>

#include "auth/pb-principal.h"
#include "ingest/pb-door.h"
#include "ingest/pb-units-loop.h"
#include "ingest/pb-units.h"

G_BEGIN_DECLS

/* Main thread only; what comes is taken on the loop's thread. */
typedef struct _PbUnitsSocket PbUnitsSocket;

/* On the main thread: it is over; the socket may be freed from within. */
typedef void (*PbUnitsSocketClosed) (PbUnitsSocket *socket, gpointer user_data);

PbUnitsSocket *pb_units_socket_new (GIOStream *stream, GUri *uri,
    PbPrincipal *principal, PbDoor *door, PbUnitsLoop *loop,
    const PbDoorGuest *guest, PbUnitsSocketClosed closed, gpointer user_data);
void pb_units_socket_free (PbUnitsSocket *socket);
gboolean pb_units_socket_open (
    PbUnitsSocket *socket, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_units_socket_start (
    PbUnitsSocket *socket, const PbUnitsPlace *place, const gchar *failure);
void pb_units_socket_end (
    PbUnitsSocket *socket, gushort code, const gchar *reason);
gboolean pb_units_socket_sent_too_much (PbUnitsSocket *socket);
void pb_units_socket_tick (PbUnitsSocket *socket, gint64 now_us);
PbPrincipal *pb_units_socket_get_principal (PbUnitsSocket *socket);
const gchar *pb_units_socket_get_driver (PbUnitsSocket *socket);
void pb_units_socket_get_place (PbUnitsSocket *socket, PbUnitsPlace *place);
void pb_units_socket_get_stats (PbUnitsSocket *socket, PbUnitsStats *stats);

G_END_DECLS
