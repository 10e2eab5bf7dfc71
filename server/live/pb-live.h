/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbLive: the live picture and telemetry of one driver, and whoever watches. */
#pragma once

#include <gst/gst.h>
#include <gstpitbox/gstpitbox.h>

#include "live/pb-sound-line.h"

G_BEGIN_DECLS

/* SSRC of the sound: pb_live_get_ssrc() with this bit turned over. */
#define PB_LIVE_SOUND_SSRC 2u

/* The hub of one driver. It lives as long as the driver is known; streams come
 * and go in it (pb_live_reset()) while viewers stay. Every function is thread
 * safe; none waits for a viewer. */
typedef struct _PbLive PbLive;

/**
 * PbLiveMode:
 * @PB_LIVE_OFFLINE: nothing has come since the last pb_live_set_offline()
 * @PB_LIVE_TELEMETRY: rows only; WHEP answers offers without video only
 * @PB_LIVE_VIDEO: access units come
 */
typedef enum {
  PB_LIVE_OFFLINE,
  PB_LIVE_TELEMETRY,
  PB_LIVE_VIDEO,
} PbLiveMode;

/**
 * PbLiveLimits:
 * @gop_bytes: most bytes of RTP kept for a viewer that joins
 * @gop_frames: most access units kept for a viewer that joins
 * @row_wait_ms: how long the telemetry of a frame may come after the frame
 * @max_viewers: most viewers of this driver at a time
 *
 * Zero in any field means its default (8 MiB, 600, 100, 200).
 */
typedef struct {
  gsize gop_bytes;
  guint gop_frames;
  guint row_wait_ms;
  guint max_viewers;
} PbLiveLimits;

/**
 * PbLiveLink:
 *
 * @rtt_ms: SRT's round trip
 * @loss_pct: packets lost in the last second, before retransmission
 * @recv_mbps: over the last second
 * @retransmitted: packets sent again in this session
 * @latency_ms: SRT's delay, as both ends agreed
 * @lost_rows: rows of this session that never came
 * @rejected_units: KLV units of this session that were damaged
 *
 * What the ingest side knows about the driver's connection; goes into the
 * `stats` message of each viewer.
 */
typedef struct {
  gdouble rtt_ms;
  gdouble loss_pct;
  gdouble recv_mbps;
  guint64 retransmitted;
  guint latency_ms;
  guint64 lost_rows;
  guint64 rejected_units;
} PbLiveLink;

/**
 * PbLiveStats:
 * @paired, @delay_us: see pb_live_set_pairing()
 * @frames: access units since pb_live_new()
 * @frames_dropped: access units not passed on (no key frame yet, too large)
 * @rows: rows since pb_live_new()
 * @rows_dropped: rows whose time did not go on
 * @rows_late: rows that came after their frame had gone out without them
 * @samples: samples made; one a frame, or one a row where there is no picture
 * @frames_without_row: samples that carry no row
 * @sync_samples: how many of the last 600 samples the next two are of
 * @sync_error_p50_us, @sync_error_p99_us: |own row's time - frame's time|
 * @video_kbps, @fps: over the last second
 * @row_rate_hz: over the last second
 * @row_age_ms: since the newest row came; -1 if none came
 * @gop_frames, @gop_bytes: what a viewer that joins would get now
 * @viewers: attached now
 */
typedef struct {
  gboolean paired;
  gint64 delay_us;
  guint64 frames;
  guint64 frames_dropped;
  guint64 rows;
  guint64 rows_dropped;
  guint64 rows_late;
  guint64 samples;
  guint64 frames_without_row;
  guint sync_samples;
  gint64 sync_error_p50_us;
  gint64 sync_error_p99_us;
  guint video_kbps;
  gdouble fps;
  gdouble row_rate_hz;
  gint64 row_age_ms;
  guint gop_frames;
  gsize gop_bytes;
  guint viewers;
} PbLiveStats;

PbLive *pb_live_new (const gchar *driver_id, const PbLiveLimits *limits);
PbLive *pb_live_ref (PbLive *live);
void pb_live_unref (PbLive *live);

/* The stream: from ingest, any thread, in stream order for each kind.
 *
 * push_rtp: a sample as rtph264pay's appsink gives it (list or buffer, caps
 *   and segment set); a picture ends with the marker bit, however many samples
 *   it comes in. Running time is taken from the sample's segment.
 * push_row: one row of @schema, as telemetrydec gives it; running time of the
 *   same pipeline as the pictures'. Takes no ownership.
 * set_pairing: picture and telemetry come by connections of their own; a
 *   picture's time is by @delay_ns after that of its own row.
 * reset_rows: telemetry starts again, by another connection; pictures go on.
 * reset: the stream starts again (new timeline, new SSRC, anything); viewers
 *   stay and see a stream that goes on.
 * push_sound: a packet of Opus; running time as the pictures'.
 * note_picture: one has come and is not shown, because nobody watches.
 * forget_pictures: those that are kept are too old to begin with.
 * set_offline: the driver has left; the next push brings it back.
 * publish: send {"type": @type, ...}, a whole JSON object, to each viewer
 *   now, and the newest of each @type to whoever joins later. */

void pb_live_push_rtp (PbLive *live, GstSample *sample);
void pb_live_push_row (PbLive *live, GstPitboxSchema *schema, GstBuffer *row,
    GstClockTime running_time);
void pb_live_push_sound (
    PbLive *live, GstBuffer *opus, GstClockTime running_time, guint samples);
void pb_live_note_picture (PbLive *live);
void pb_live_forget_pictures (PbLive *live);
void pb_live_set_pairing (PbLive *live, gboolean paired, gint64 delay_ns);
void pb_live_reset_rows (PbLive *live);
void pb_live_reset (PbLive *live);
void pb_live_set_offline (PbLive *live);
void pb_live_set_session_text (PbLive *live, GBytes *text, guint update);
void pb_live_set_link (PbLive *live, const PbLiveLink *link);
void pb_live_publish (PbLive *live, const gchar *type, const gchar *json);

/* The state: for HTTP and metrics, any thread. */

const gchar *pb_live_get_driver_id (PbLive *live);
PbLiveMode pb_live_get_mode (PbLive *live);
void pb_live_get_stats (PbLive *live, PbLiveStats *stats);
GstPitboxSample *pb_live_dup_row (PbLive *live);
GBytes *pb_live_dup_session_text (PbLive *live, guint *update);

/* Viewers: for server/webrtc. */

typedef struct _PbLiveViewer PbLiveViewer;

/**
 * PbLiveViewerFuncs:
 * @frame: an access unit in the viewer's payload type. The list and its buffers
 *   are shared with other viewers: read only
 * @sample: one binary message; @key is %TRUE if it needs no message before it
 * @text: one JSON message
 * @sound: one packet of Opus in RTP, its payload type 0; shared: read only
 *
 * Called from the viewer's lane, a thread it shares with other viewers, one
 * call at a time: must not wait. After pb_live_remove_viewer() has returned
 * none of them is called.
 */
typedef struct {
  void (*frame) (GstBufferList *list, gboolean key, gpointer user_data);
  void (*sample) (GBytes *message, gboolean key, gpointer user_data);
  void (*text) (const gchar *json, gpointer user_data);
  void (*sound) (GstBuffer *packet, gpointer user_data);
} PbLiveViewerFuncs;

PbLiveViewer *pb_live_add_viewer (
    PbLive *live, const PbLiveViewerFuncs *funcs, gpointer user_data);
void pb_live_remove_viewer (PbLive *live, PbLiveViewer *viewer);
void pb_live_viewer_start_video (PbLive *live, PbLiveViewer *viewer, guint pt);
void pb_live_viewer_start_data (PbLive *live, PbLiveViewer *viewer);
void pb_live_viewer_resync_data (PbLive *live, PbLiveViewer *viewer);
void pb_live_viewer_start_sound (PbLive *live, PbLiveViewer *viewer);
gboolean pb_live_is_watched (PbLive *live);
gboolean pb_live_is_listened (PbLive *live);
guint32 pb_live_get_ssrc (PbLive *live);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbLive, pb_live_unref)

G_END_DECLS
