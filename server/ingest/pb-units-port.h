/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbUnitsPort: all WebSockets that bring units, and up to where each driver's
 * rows have come. */
#pragma once

#include <libsoup/soup.h>

#include "auth/pb-principal.h"
#include "ingest/pb-door.h"
#include "ingest/pb-units.h"

G_BEGIN_DECLS

/** PB_UNITS_MAX_SOCKETS: at a time, where descriptors are plenty. */
#define PB_UNITS_MAX_SOCKETS 1024
/** PB_UNITS_MAX_OF_KEY: of one key or person; a team's drivers may share it. */
#define PB_UNITS_MAX_OF_KEY 64
/** PB_UNITS_MAX_OF_DEVICE: of one device, whose older ones are about to end. */
#define PB_UNITS_MAX_OF_DEVICE 4

/* Main thread only. */
typedef struct _PbUnitsPort PbUnitsPort;

/* Whether what goes on for @principal, who sends as @driver, may go on. */
typedef gboolean (*PbUnitsKeep) (
    PbPrincipal *principal, const gchar *driver, gpointer user_data);

guint pb_units_port_limit (guint n_files);
PbUnitsPort *pb_units_port_new (PbDoor *door, guint max_sockets);
void pb_units_port_free (PbUnitsPort *port);
gboolean pb_units_port_has_room (
    PbUnitsPort *port, const PbPrincipal *principal);
guint pb_units_port_get_hold_s (
    PbUnitsPort *port, const PbPrincipal *principal);
gboolean pb_units_port_may_enter (PbUnitsPort *port, const gchar *driver);
void pb_units_port_add (PbUnitsPort *port, GIOStream *stream, GUri *uri,
    PbPrincipal *principal, const gchar *driver, const gchar *peer);
void pb_units_port_revise (
    PbUnitsPort *port, PbUnitsKeep keep, gpointer user_data);
void pb_units_port_get_stats (PbUnitsPort *port, PbUnitsStats *stats);
guint pb_units_port_count (PbUnitsPort *port);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbUnitsPort, pb_units_port_free)

G_END_DECLS
