/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbControlAgent: what the server knows of one agent; pure. */
#pragma once

#include <json-glib/json-glib.h>

#include "auth/pb-principal.h"

G_BEGIN_DECLS

/* Main thread only. */
typedef struct _PbControlAgent PbControlAgent;

PbControlAgent *pb_control_agent_new (const gchar *device);
void pb_control_agent_free (PbControlAgent *agent);
void pb_control_agent_connect (
    PbControlAgent *agent, const PbPrincipal *principal, JsonObject *hello);
void pb_control_agent_disconnect (PbControlAgent *agent);
const gchar *pb_control_agent_get_run (PbControlAgent *agent);
gboolean pb_control_agent_is_online (PbControlAgent *agent);
PbPrincipal *pb_control_agent_get_principal (PbControlAgent *agent);
void pb_control_agent_set_status (
    PbControlAgent *agent, JsonObject *status, gint64 now_us);
void pb_control_agent_add_json (
    PbControlAgent *agent, JsonBuilder *builder, gint64 now_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbControlAgent, pb_control_agent_free)

G_END_DECLS
