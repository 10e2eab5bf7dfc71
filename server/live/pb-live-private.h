/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of PbLive share. Nobody outside this folder includes it. */
#pragma once

#include "live/pb-catchup.h"
#include "live/pb-gop.h"
#include "live/pb-lane.h"
#include "live/pb-live.h"
#include "live/pb-sample.h"
#include "live/pb-timeline.h"
#include "live/pb-rate.h"

G_BEGIN_DECLS

struct _PbLive {
  gatomicrefcount ref_count;
  gchar *driver_id;
  PbLiveLimits limits;
  guint32 ssrc;

  /* Protects everything below. Order where several are held: a viewer's lock,
   * this one, a lane's lock. */
  GMutex lock;

  /* Packets of the access unit that is coming in. */
  GPtrArray *packets;
  gsize packets_bytes;
  gboolean packets_key;
  guint32 packets_rtp;
  GstClockTime packets_time;
  gboolean wait_key;
  gboolean pictures_begun;

  PbTimeline timeline;
  guint16 seq;
  PbSoundLine sound_line;
  guint16 sound_seq;
  PbGop *gop;
  PbFrameRows *frame_rows;
  gboolean paired;
  gint64 delay_ns;
  PbSampleCoder *coder;
  PbCatchup *catchup;
  GPtrArray *lanes;
  guint n_viewers;
  GHashTable *watching; /* viewers that get the picture; no reference */
  GHashTable *listening; /* viewers that get the sound; no reference */
  guint64 lane_dropped_frames;

  /* Newest text message of each type, for viewers that join. */
  GHashTable *texts;
  PbLiveMode mode;
  guint32 schema_id;
  GstPitboxSample *newest_row;
  GBytes *session_text;
  guint session_update;
  PbLiveLink link;

  guint64 n_frames;
  guint64 n_frames_dropped;
  guint64 n_rows;
  guint64 n_rows_dropped;
  guint64 n_samples;
  guint64 n_without_row;
  GstPitboxWindow sync_error_us;
  PbRate frame_rate;
  PbRate byte_rate;
  PbRate row_rate;
  /* Monotonic time, 0 = never. */
  gint64 last_frame_us;
  gint64 last_row_us;
  gint64 first_row_us;
  gint64 last_stats_us;
};

void pb_live_set_mode_locked (PbLive *live, PbLiveMode mode);
void pb_live_note_row_locked (
    PbLive *live, GstPitboxSample *row, gint64 now_us);
void pb_live_update_locked (PbLive *live, gint64 now_us);

G_END_DECLS
