/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbDoor: opens and ends sessions of drivers, whatever brought their bytes. */
#pragma once

#include <gst/gst.h>

#include "session/pb-registry.h"
#include "store/pb-store.h"

G_BEGIN_DECLS

/* For so long a device is refused that has sent more than it may: what it sends
 * at once is 80 MB at most, so for long it stays well below the limits. */
#define PB_DOOR_HOLD_S 30

/** PB_DOOR_TAKEN_OVER: why a session ends whose place a newer one has. */
#define PB_DOOR_TAKEN_OVER "a new connection of this driver takes over"

typedef struct _PbDoor PbDoor;

/**
 * PbDoorGuest:
 * @driver: valid id
 * @device: what sends
 * @peer: (nullable): from where
 * @transport: "srt", "websocket", "rtmp" or "whip"
 * @only_units: it brings units, see pb_session_push_units()
 * @has_place: who keeps a place that others want was asked before, by
 *   pb_door_may_enter()
 * @brings: what it brings, where that is known beforehand; else its tables say it,
 *   and it has no place until then
 */
typedef struct {
  const gchar *driver;
  const gchar *device;
  const gchar *peer;
  const gchar *transport;
  gboolean only_units;
  gboolean has_place;
  PbParts brings;
} PbDoorGuest;

PbDoor *pb_door_new (PbStore *store, PbRegistry *registry,
    const gchar *recordings, const PbRecorderOptions *recorder,
    GstElement *pipeline);
void pb_door_free (PbDoor *door);
gboolean pb_door_may_enter (PbDoor *door, const gchar *driver, PbParts brings);
gboolean pb_door_knock (PbDoor *door, const gchar *driver, const gchar *device);
gboolean pb_door_is_barred (
    PbDoor *door, const gchar *driver, const gchar *device);
PbSession *pb_door_open (PbDoor *door, const PbDoorGuest *guest,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_door_close (
    PbDoor *door, const gchar *driver, PbSession *session, const gchar *reason);
void pb_door_set_offset (
    PbDoor *door, const gchar *driver, const gchar *device, gint64 offset_us);
GstClockTime pb_door_get_running_time (PbDoor *door);
const gchar *pb_door_get_recordings (PbDoor *door);
PbStore *pb_door_get_store (PbDoor *door);
const PbRecorderOptions *pb_door_get_recorder (PbDoor *door);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbDoor, pb_door_free)

G_END_DECLS
