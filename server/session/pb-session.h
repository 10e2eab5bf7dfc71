/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbSession: one connection of one device: its bytes go to the recorder and,
 * through the ingest graph, to the driver's hub. */
#pragma once

#include <gst/gst.h>

#include "health/pb-health.h"
#include "recording/pb-recorder.h"
#include "session/pb-identity.h"
#include "session/pb-ingest-graph.h"
#include "session/pb-lap-book.h"

G_BEGIN_DECLS

typedef struct _PbSession PbSession;

/* From the connection's thread, before the bytes that say so go on: all that
 * @session brings is known, and it is more than before. */
typedef void (*PbSessionBringsFunc) (
    PbSession *session, PbParts parts, gpointer user_data);

/**
 * PbSessionConfig:
 * @driver: whose it is, for the store and the log
 * @live: the driver's hub
 * @book: the driver's laps
 * @device: what sends it
 * @peer: (nullable): from where, for the log
 * @transport: how it comes: "srt", "websocket", "rtmp" or "whip"
 * @only_units: it is pushed by pb_session_push_units(), and no more than that
 * @brings: (nullable): called once or more as its tables say what it brings
 * @user_data: for @brings
 * @store: where its index goes
 * @recordings: folder of all recordings
 * @recorder: (nullable): options of the recorder
 * @clock, @base_time: of the pipeline its buffers come from
 */
typedef struct {
  const gchar *driver;
  PbLive *live;
  PbLapBook *book;
  const gchar *device;
  const gchar *peer;
  const gchar *transport;
  gboolean only_units;
  PbSessionBringsFunc brings;
  gpointer user_data;
  PbStore *store;
  const gchar *recordings;
  const PbRecorderOptions *recorder;
  GstClock *clock;
  GstClockTime base_time;
} PbSessionConfig;

/**
 * PbSessionStats:
 * @recorder: see #PbRecorderStats
 * @index_trouble: (nullable): why its index is not written at the moment, and
 *   what to do
 * @bytes: received
 * @dropped_bytes: not decoded because the graph was too slow
 * @recv_kbps, @telemetry_kbps: over the last second
 * @link: rtt, loss… as the source last said
 * @start: how long it took until something had come
 * @thinning: what the rows that come lack
 * @picture: what comes, and whether it is encoded anew
 * @sound: what of it comes, and whether it is played
 * @fps: pictures that came over the last second
 * @flow: how pictures and rows come
 * @clock_error_ms: see pb_health_get_clock_error(); only with @clock_known
 * @health: of the worst of @alarms
 * @alarms: (element-type PbAlarm): what is wrong now
 */
typedef struct {
  PbRecorderStats recorder;
  gchar *index_trouble;
  guint64 bytes;
  guint64 dropped_bytes;
  guint recv_kbps;
  guint telemetry_kbps;
  PbLiveLink link;
  PbIngestStart start;
  PbThinning thinning;
  PbIngestPicture picture;
  PbSoundReading sound;
  gdouble fps;
  PbFlowReading flow;
  gboolean clock_known;
  gint64 clock_error_ms;
  PbHealthLevel health;
  GPtrArray *alarms;
} PbSessionStats;

gchar *pb_session_make_id (void) G_GNUC_WARN_UNUSED_RESULT;
PbSession *pb_session_new (
    const PbSessionConfig *config, GError **error) G_GNUC_WARN_UNUSED_RESULT;
PbSession *pb_session_ref (PbSession *session);
void pb_session_unref (PbSession *session);
GstFlowReturn pb_session_push (PbSession *session, GstBuffer *buffer);
GstFlowReturn pb_session_push_units (
    PbSession *session, GstBuffer *buffer, const guint8 *klv, gsize size);
void pb_session_set_link (PbSession *session, const GstStructure *stats);
void pb_session_describe (
    PbSession *session, PbLiveMode mode, const PbIdentity *identity);
void pb_session_store_laps (PbSession *session);
void pb_session_end (PbSession *session, const gchar *reason);
void pb_session_refuse (PbSession *session, const gchar *reason);
gboolean pb_session_sent_too_much (PbSession *session);
gboolean pb_session_was_refused (PbSession *session);
void pb_session_set_places (PbSession *session, PbParts parts);
PbParts pb_session_get_places (PbSession *session);
void pb_session_set_brings (PbSession *session, PbParts parts);
PbParts pb_session_get_brings (PbSession *session);
gint64 pb_session_get_lag_us (PbSession *session, PbParts part);
gboolean pb_session_get_utc_lag_us (PbSession *session, gint64 *lag_us);
void pb_session_join (PbSession *session, const gchar *whole);
gchar *pb_session_dup_whole (PbSession *session) G_GNUC_WARN_UNUSED_RESULT;
void pb_session_stats_clear (PbSessionStats *stats);
void pb_session_close (PbSession *session);

const gchar *pb_session_get_id (PbSession *session);
const gchar *pb_session_get_driver (PbSession *session);
const gchar *pb_session_get_device (PbSession *session);
const gchar *pb_session_get_peer (PbSession *session);
const gchar *pb_session_get_transport (PbSession *session);
gchar *pb_session_dup_end_reason (PbSession *session);
guint64 pb_session_get_settled_bytes (PbSession *session);
gint64 pb_session_get_last_data_mono_us (PbSession *session);
void pb_session_get_stats (PbSession *session, PbSessionStats *stats);
void pb_session_tick (PbSession *session);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbSession, pb_session_unref)

G_END_DECLS
