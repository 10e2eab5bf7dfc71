/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Drivers and the devices that may publish for them. */
#pragma once

#include "auth/pb-principal.h"
#include "auth/pb-seal.h"
#include "store/pb-store.h"

G_BEGIN_DECLS

/** PB_DRIVERS_MAX: of a team; each has a hub in the server's memory. */
#define PB_DRIVERS_MAX 500

/**
 * PbDevice:
 * @name: what the device calls itself in its streamid
 * @driver: the driver it publishes for
 * @team: the team of both
 * @passphrase: (nullable): its SRT passphrase; %NULL where it was not asked for
 * @created_utc_us: when it was added
 * @last_seen_utc_us: when it came last; 0 = never
 * @version: (nullable): of its program, as far as it is known
 * @address: (nullable): where it came from last
 * @is_paired: it has a token, so it is an agent
 */
typedef struct {
  gchar *name;
  gchar *driver;
  gchar *team;
  gchar *passphrase;
  gint64 created_utc_us;
  gint64 last_seen_utc_us;
  gchar *version;
  gchar *address;
  gboolean is_paired;
} PbDevice;

/* A driver and its team. */
typedef struct {
  gchar *driver;
  gchar *team;
} PbDriverTeam;

void pb_driver_team_free (PbDriverTeam *pair);
GPtrArray *pb_store_list_driver_teams (
    PbStore *store, GError **error) G_GNUC_WARN_UNUSED_RESULT;

gchar *pb_store_remove_driver (
    PbStore *store, const gchar *id, GError **error) G_GNUC_WARN_UNUSED_RESULT;

void pb_device_free (PbDevice *device);

gchar *pb_store_add_device (PbStore *store, PbSeal *seal, const gchar *name,
    const gchar *driver, const gchar *team,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
gchar *pb_store_replace_device (PbStore *store, PbSeal *seal, const gchar *name,
    const gchar *driver, const gchar *team, gboolean *replaced,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pb_store_remove_device (
    PbStore *store, const gchar *name, const gchar *team, GError **error);
gchar *pb_store_rotate_device (PbStore *store, PbSeal *seal, const gchar *name,
    const gchar *team, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pb_store_set_device_driver (PbStore *store, const gchar *name,
    const gchar *driver, const gchar *team, GError **error);
gchar *pb_store_give_device_token (PbStore *store, const gchar *name,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_store_note_device (PbStore *store, const gchar *name,
    const gchar *address, const gchar *version);
GPtrArray *pb_store_list_devices (
    PbStore *store, PbSeal *seal, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbDevice, pb_device_free)

G_END_DECLS
