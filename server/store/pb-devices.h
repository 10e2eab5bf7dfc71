/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Drivers and the devices that may publish for them. */
#pragma once

#include "auth/pb-seal.h"
#include "store/pb-store.h"

G_BEGIN_DECLS

/**
 * PbDevice:
 * @name: what the device calls itself in its streamid
 * @driver: the driver it publishes for
 * @passphrase: (nullable): its SRT passphrase; %NULL where it was not asked for
 * @created_utc_us: when it was added
 */
typedef struct {
  gchar *name;
  gchar *driver;
  gchar *passphrase;
  gint64 created_utc_us;
} PbDevice;

void pb_device_free (PbDevice *device);

gchar *pb_store_add_device (PbStore *store, PbSeal *seal, const gchar *name,
    const gchar *driver, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pb_store_remove_device (
    PbStore *store, const gchar *name, GError **error);
GPtrArray *pb_store_list_devices (
    PbStore *store, PbSeal *seal, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbDevice, pb_device_free)

G_END_DECLS
