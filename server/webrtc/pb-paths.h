/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbPaths: who a datagram is for. Nobody outside this folder and its tests
 * includes it. */
#pragma once

#include "webrtc/pb-path.h"

G_BEGIN_DECLS

typedef struct _PbPaths PbPaths;

PbPaths *pb_paths_new (void);
void pb_paths_free (PbPaths *paths);
void pb_paths_add (PbPaths *paths, PbPeer *peer);
void pb_paths_remove (PbPaths *paths, PbPeer *peer);
GPtrArray *pb_paths_list (PbPaths *paths);
void pb_paths_receive (
    PbPaths *paths, const PbPathKey *from, guint8 *data, gsize size);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbPaths, pb_paths_free)

G_END_DECLS
