/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbControl: the control channel: agents report, pages see it. */
#pragma once

#include <libsoup/soup.h>

#include "control/pb-control-roster.h"

G_BEGIN_DECLS

/** PB_CONTROL_MAX_SOCKETS: at a time, where descriptors are plenty. */
#define PB_CONTROL_MAX_SOCKETS 512
/** PB_CONTROL_MAX_OF_ONE: of one person, key or device; a device's newer one
 * takes over from the older, so it has two for a moment. */
#define PB_CONTROL_MAX_OF_ONE 16
/** PB_CONTROL_STATUS_MS: how often an agent is asked to send its status. */
#define PB_CONTROL_STATUS_MS 1000

/* Main thread only. */
typedef struct _PbControl PbControl;

guint pb_control_limit (guint n_files);
/**
 * PbControlOrdered:
 * @principal: who gave a command that goes to an agent
 * @device: which agent
 * @name: of the command
 * @args: as text, for people
 */
typedef void (*PbControlOrdered) (const PbPrincipal *principal,
    const gchar *device, const gchar *name, const gchar *args,
    gpointer user_data);

/**
 * PbControlClocked:
 * @agent: whose status it is
 * @offset_us: the server's UTC minus the agent's
 * @error_us: how far off that may be
 */
typedef void (*PbControlClocked) (const PbPrincipal *agent, gint64 offset_us,
    gint64 error_us, gpointer user_data);

PbControl *pb_control_new (guint max_sockets);
void pb_control_set_ordered (
    PbControl *control, PbControlOrdered ordered, gpointer user_data);
void pb_control_set_clocked (
    PbControl *control, PbControlClocked clocked, gpointer user_data);
void pb_control_free (PbControl *control);
gboolean pb_control_has_room (PbControl *control, const PbPrincipal *principal);
void pb_control_add (PbControl *control, SoupWebsocketConnection *connection,
    PbPrincipal *principal);
void pb_control_revise (
    PbControl *control, PbControlKeep keep, gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbControl, pb_control_free)

G_END_DECLS
