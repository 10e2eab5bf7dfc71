/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How much later the pictures of a device come than its connection says. */
#pragma once

#include "store/pb-store.h"

G_BEGIN_DECLS

/**
 * PbSyncOffset:
 * @driver: whose pictures
 * @device: what sends them
 * @offset_us: as people have trimmed it
 * @changed_utc_us: when
 */
typedef struct {
  gchar *driver;
  gchar *device;
  gint64 offset_us;
  gint64 changed_utc_us;
} PbSyncOffset;

void pb_sync_offset_free (PbSyncOffset *offset);
gboolean pb_store_set_sync_offset (PbStore *store, const gchar *driver,
    const gchar *device, gint64 offset_us, GError **error);
GPtrArray *pb_store_list_sync_offsets (PbStore *store, const gchar *driver,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbSyncOffset, pb_sync_offset_free)

G_END_DECLS
