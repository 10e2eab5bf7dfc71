/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbTray: the agent and its icon. */
#pragma once

#include "pb-agent.h"

G_BEGIN_DECLS

/* Main thread only. */
typedef struct _PbTray PbTray;

gboolean pb_tray_is_wanted (const PbConfig *config);
PbTray *pb_tray_new (PbAgent *agent, PbConfig *config, GMainLoop *loop,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_tray_free (PbTray *tray);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbTray, pb_tray_free)

G_END_DECLS
