/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbControlRoster: the agents that are remembered, and who is shown which. */
#pragma once

#include "auth/pb-principal.h"
#include "control/pb-control-agent.h"

G_BEGIN_DECLS

/** PB_CONTROL_MAX_AGENTS: that are remembered, and that a page is told of. */
#define PB_CONTROL_MAX_AGENTS 512

/* Main thread only. */
typedef struct _PbControlRoster PbControlRoster;

/**
 * PbControlKeep:
 * @principal: whose a socket is; what it may do may be set to what it may now
 *
 * Returns: %FALSE if it has been withdrawn
 */
typedef gboolean (*PbControlKeep) (PbPrincipal *principal, gpointer user_data);

PbControlRoster *pb_control_roster_new (void);
void pb_control_roster_free (PbControlRoster *roster);

PbControlAgent *pb_control_roster_add (
    PbControlRoster *roster, const gchar *device);
PbControlAgent *pb_control_roster_find (
    PbControlRoster *roster, const gchar *device);
void pb_control_roster_remove (PbControlRoster *roster, const gchar *device);
void pb_control_roster_revise (
    PbControlRoster *roster, PbControlKeep keep, gpointer user_data);

gboolean pb_control_roster_shows (
    const PbPrincipal *principal, PbControlAgent *agent);
gchar *pb_control_roster_dup_text (
    PbControlRoster *roster, const PbPrincipal *principal, gint64 now_us);
void pb_control_roster_tick (PbControlRoster *roster, gint64 now_us);
const gchar *pb_control_roster_get_text (
    PbControlRoster *roster, const PbPrincipal *principal);

G_END_DECLS
