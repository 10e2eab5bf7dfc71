/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbData: the server's folder: database, key, recordings. */
#pragma once

#include "auth/pb-seal.h"
#include "store/pb-store.h"

G_BEGIN_DECLS

/**
 * PbData:
 * @store: <folder>/pitbox.db
 * @seal: <folder>/server.key
 * @recordings: <folder>/recordings
 * @folder: the folder itself
 * @lock: (nullable): held by a server, see pb_data_lock()
 */
typedef struct {
  PbStore *store;
  PbSeal *seal;
  gchar *recordings;
  gchar *folder;
  gpointer lock;
} PbData;

PbData *pb_data_open (
    const gchar *folder, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pb_data_lock (PbData *data, GError **error);
void pb_data_close (PbData *data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbData, pb_data_close)

G_END_DECLS
