/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbDriver: what the server knows of one driver, whether the driver is there
 * or not. */
#pragma once

#include <gst/gst.h>

#include "session/pb-parts.h"
#include "session/pb-session.h"

G_BEGIN_DECLS

typedef struct _PbDriver PbDriver;

/**
 * PbDriverState:
 * @PB_DRIVER_OFFLINE: not there
 * @PB_DRIVER_STALE: connected but silent, or gone for a moment
 * @PB_DRIVER_LIVE: data come
 */
typedef enum {
  PB_DRIVER_OFFLINE,
  PB_DRIVER_STALE,
  PB_DRIVER_LIVE,
} PbDriverState;

/* A connected driver that sends nothing for so long is stale; one that has
 * gone is offline after the second time: an agent that restarts takes less. */
#define PB_DRIVER_STALE_MS 2000
#define PB_DRIVER_OFFLINE_MS 10000
/* Senders that are refused try again after at most 30 s. */
#define PB_DRIVER_CONTEST_MS 60000

/**
 * PbDriverContest:
 * @device: what asked for the place last
 * @peer: from where
 * @refused: how often since the contest began
 * @last_utc_ms: when
 *
 * Another sender that wants the place of the one that is live.
 */
typedef struct {
  gchar *device;
  gchar *peer;
  guint64 refused;
  gint64 last_utc_ms;
} PbDriverContest;

void pb_driver_contest_free (PbDriverContest *contest);

/**
 * PbDriverSync:
 * @paired: picture and telemetry come by connections of their own
 * @device: (nullable): what sends the picture
 * @default_us: how much later than its row a picture arrives, as the
 *   connections say
 * @offset_us: how much later than that, as people have trimmed it
 * @shift_us: see pb_pairing_shift_us()
 * @by_clock: rows are where their ticks were, by the sender's clock; else where
 *   they arrived
 *
 * How a picture finds its row; without @paired they come together and all else
 * is 0.
 */
typedef struct {
  gboolean paired;
  gchar *device;
  gint64 default_us;
  gint64 offset_us;
  gint64 shift_us;
  gboolean by_clock;
} PbDriverSync;

void pb_driver_sync_clear (PbDriverSync *sync);

PbDriverState pb_driver_state_decide (
    gboolean connected, gint64 silent_ms, gint64 gone_ms);
const gchar *pb_driver_state_to_string (PbDriverState state);

PbDriver *pb_driver_new (const gchar *id, const PbLiveLimits *limits);
PbDriver *pb_driver_ref (PbDriver *driver);
void pb_driver_unref (PbDriver *driver);
const gchar *pb_driver_get_id (PbDriver *driver);
PbLive *pb_driver_get_live (PbDriver *driver);
PbLapBook *pb_driver_get_lap_book (PbDriver *driver);
PbDriverState pb_driver_get_state (PbDriver *driver, gint64 *since_utc_ms);
PbIdentity *pb_driver_dup_identity (PbDriver *driver);
PbSession *pb_driver_dup_session (PbDriver *driver);
PbSession *pb_driver_dup_holder (PbDriver *driver, PbParts part);
GPtrArray *pb_driver_list_sessions (PbDriver *driver);
gchar *pb_driver_dup_session_id (PbDriver *driver) G_GNUC_WARN_UNUSED_RESULT;
void pb_driver_set_offset (
    PbDriver *driver, const gchar *device, gint64 offset_us);
void pb_driver_set_clock (PbDriver *driver, const gchar *device,
    gint64 offset_us, gint64 error_us, gint64 now_us);
void pb_driver_get_sync (PbDriver *driver, PbDriverSync *sync);
void pb_driver_attach (PbDriver *driver, PbSession *session);
GPtrArray *pb_driver_place (
    PbDriver *driver, PbSession *session, PbParts parts);
gboolean pb_driver_detach (PbDriver *driver, PbSession *session);
void pb_driver_note_contest (
    PbDriver *driver, const gchar *device, const gchar *peer);
PbDriverContest *pb_driver_dup_contest (
    PbDriver *driver) G_GNUC_WARN_UNUSED_RESULT;
void pb_driver_tick (PbDriver *driver);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbDriver, pb_driver_unref)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PbDriverSync, pb_driver_sync_clear)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbDriverContest, pb_driver_contest_free)

G_END_DECLS
