/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Viewers of a driver: who gets what from when on, and which lane serves them.
 */
#include "live/pb-live-private.h"

/* A second lane starts where the first one has this many viewers: at 60 fps a
 * viewer costs a lane about 150 µs a frame, so a full one is busy for a fifth
 * of the time. */
#define LANE_VIEWERS 20

/* Most bytes of samples a viewer gets at once: a second or two of them, less
 * than what a channel may hold before it counts as too slow (96 KiB). */
#define CATCHUP_BYTES (72 * 1024)

static PbLane *
find_lane_locked (PbLive *live)
{
  guint max_lanes = CLAMP (g_get_num_processors (), 1, 8);
  PbLane *best = NULL;
  guint fewest = G_MAXUINT;

  for (guint i = 0; i < live->lanes->len; i++) {
    PbLane *lane = g_ptr_array_index (live->lanes, i);
    guint n = pb_lane_get_n_viewers (lane);

    if (n < fewest) {
      fewest = n;
      best = lane;
    }
  }
  if (best == NULL
      || (fewest >= LANE_VIEWERS && live->lanes->len < max_lanes)) {
    best = pb_lane_new ("pb-lane");
    g_ptr_array_add (live->lanes, best);
  }
  return best;
}

/**
 * pb_live_add_viewer:
 * @live: a hub
 * @funcs: what to call
 * @user_data: for @funcs
 *
 * Any thread. The viewer gets nothing before pb_live_viewer_start_video() or
 * pb_live_viewer_start_data().
 *
 * Returns: (transfer full) (nullable): a viewer, for pb_live_remove_viewer();
 *   %NULL if there are too many
 */
PbLiveViewer *
pb_live_add_viewer (
    PbLive *live, const PbLiveViewerFuncs *funcs, gpointer user_data)
{
  PbLiveViewer *viewer = NULL;

  g_mutex_lock (&live->lock);
  if (live->n_viewers < live->limits.max_viewers) {
    viewer = pb_lane_add_viewer (find_lane_locked (live), funcs, user_data);
    live->n_viewers++;
  }
  g_mutex_unlock (&live->lock);
  return viewer;
}

/**
 * pb_live_remove_viewer:
 * @live: the hub of @viewer
 * @viewer: (transfer full): a viewer
 *
 * Any thread, not from one of the viewer's functions: it waits for one that is
 * going on, and none is called afterwards.
 */
void
pb_live_remove_viewer (PbLive *live, PbLiveViewer *viewer)
{
  PbLane *lane = pb_live_viewer_get_lane (viewer);
  gboolean last;

  pb_lane_remove_viewer (lane, viewer);
  g_mutex_lock (&live->lock);
  live->n_viewers--;
  g_hash_table_remove (live->watching, viewer);
  g_hash_table_remove (live->listening, viewer);
  last = g_ptr_array_find (live->lanes, lane, NULL)
         && pb_lane_get_n_viewers (lane) == 0;
  if (last) {
    live->lane_dropped_frames += pb_lane_get_dropped_frames (lane);
    g_ptr_array_remove_fast (live->lanes, lane);
  }
  g_mutex_unlock (&live->lock);
  if (last)
    pb_lane_free (lane);
}

/**
 * pb_live_viewer_start_video:
 * @live: the hub of @viewer
 * @viewer: a viewer
 * @pt: RTP payload type it wants
 *
 * Any thread. The viewer gets the frames since the last key frame at once, and
 * each frame from then on.
 */
void
pb_live_viewer_start_video (PbLive *live, PbLiveViewer *viewer, guint pt)
{
  g_mutex_lock (&live->lock);
  pb_lane_start_video (
      pb_live_viewer_get_lane (viewer), viewer, pt, pb_gop_copy (live->gop));
  g_hash_table_add (live->watching, viewer);
  g_mutex_unlock (&live->lock);
}

/**
 * pb_live_is_watched:
 * @live: a hub
 *
 * Any thread.
 *
 * Returns: whether any viewer gets the picture
 */
gboolean
pb_live_is_watched (PbLive *live)
{
  gboolean watched;

  g_mutex_lock (&live->lock);
  watched = g_hash_table_size (live->watching) > 0;
  g_mutex_unlock (&live->lock);
  return watched;
}

/**
 * pb_live_viewer_start_data:
 * @live: the hub of @viewer
 * @viewer: a viewer
 *
 * Any thread. The viewer gets the newest text of each type and the samples of
 * the pictures since the last key frame at once, and each text and sample from
 * then on.
 */
void
pb_live_viewer_start_data (PbLive *live, PbLiveViewer *viewer)
{
  GPtrArray *texts = g_ptr_array_new_with_free_func (g_free);
  GPtrArray *samples;
  GHashTableIter iter;
  gpointer json;

  g_mutex_lock (&live->lock);
  g_hash_table_iter_init (&iter, live->texts);
  while (g_hash_table_iter_next (&iter, NULL, &json))
    g_ptr_array_add (texts, g_strdup (json));
  samples = pb_catchup_encode (live->catchup, CATCHUP_BYTES);
  if (samples == NULL) {
    GBytes *key = pb_sample_coder_key (live->coder);

    samples = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
    if (key != NULL)
      g_ptr_array_add (samples, key);
  }
  pb_lane_start_data (pb_live_viewer_get_lane (viewer), viewer, texts, samples);
  g_mutex_unlock (&live->lock);
}

/**
 * pb_live_viewer_resync_data:
 * @live: the hub of @viewer
 * @viewer: a viewer that has lost samples
 *
 * Any thread, also from one of the viewer's functions. The viewer gets a key
 * sample; the samples after it follow on it.
 */
void
pb_live_viewer_resync_data (PbLive *live, PbLiveViewer *viewer)
{
  g_autoptr (GBytes) key = NULL;

  g_mutex_lock (&live->lock);
  key = pb_sample_coder_key (live->coder);
  pb_lane_resync_data (pb_live_viewer_get_lane (viewer), viewer, key);
  g_mutex_unlock (&live->lock);
}
