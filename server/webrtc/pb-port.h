/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbPort: the UDP port all viewers share, and the thread that listens on it. */
#pragma once

#include <gio/gio.h>

#include "webrtc/pb-paths.h"

G_BEGIN_DECLS

PbPort *pb_port_new (
    const PbPortOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_port_free (PbPort *port);
void pb_port_settle (PbPort *port);
guint16 pb_port_get_number (const PbPort *port);
gchar *pb_port_get_candidates (const PbPort *port);

void pb_port_add (PbPort *port, PbPeer *peer);
void pb_port_remove (PbPort *port, PbPeer *peer);
PbPaths *pb_port_get_paths (PbPort *port);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbPort, pb_port_free)

G_END_DECLS
