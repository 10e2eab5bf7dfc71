/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One thread for many viewers: a wake-up a frame, not one a frame and viewer.
 */
#include "live/pb-lane.h"

/* A lane that is this far behind has too little CPU: a second of 60 fps with
 * its samples. It then goes on at the next key frame and key sample. */
#define MAX_FRAMES 60
#define MAX_SAMPLES 120
#define MAX_SOUNDS 50

/* What a viewer that joins has missed goes out over a few frames' time, with a
 * frame's share at once: 700 packets in one go overrun a socket's buffer (208
 * KiB are about 90 packets) and hold up the lane's other viewers. */
#define BACKLOG_STEPS 4
#define MIN_STEP_BYTES (64 * 1024)
#define MAX_STEP_BYTES (512 * 1024)

typedef enum {
  ITEM_FRAME,
  ITEM_SAMPLE,
  ITEM_KEY_SAMPLE,
  ITEM_TEXT,
  ITEM_SOUND,
  ITEM_START_VIDEO,
  ITEM_START_SOUND,
  ITEM_START_DATA,
  ITEM_RESYNC_DATA,
  ITEM_STOP,
} ItemType;

typedef struct {
  ItemType type;
  PbFrame *frame;
  GBytes *message;
  gchar *text;
  GstBuffer *sound;
  GPtrArray *list;
  GPtrArray *samples;
  /* Only for this viewer; NULL = for all. */
  PbLiveViewer *viewer;
  guint pt;
} Item;

struct _PbLiveViewer {
  gatomicrefcount ref_count;
  PbLane *lane;
  PbLiveViewerFuncs funcs;
  gpointer user_data;
  /* Held during each call, so that removing waits for one that is going on. */
  GMutex lock;
  gboolean removed;
  /* Lane thread only. */
  guint pt;
  gboolean video;
  gboolean data;
  gboolean sound;
  /* Of PbFrame: what a viewer that joined has not got yet, and how much of it
   * goes out at a time. */
  GQueue backlog;
  gsize backlog_step_bytes;
};

struct _PbLane {
  GThread *thread;
  /* Protects what follows. */
  GMutex lock;
  GCond cond;
  GQueue items;
  guint n_frames;
  guint n_samples;
  guint n_sounds;
  gboolean wait_key_frame;
  gboolean wait_key_sample;
  guint64 dropped_frames;
  /* Of PbLiveViewer. */
  GPtrArray *viewers;
};

static PbLiveViewer *
viewer_ref (PbLiveViewer *viewer)
{
  g_atomic_ref_count_inc (&viewer->ref_count);
  return viewer;
}

static void
viewer_unref (PbLiveViewer *viewer)
{
  if (!g_atomic_ref_count_dec (&viewer->ref_count))
    return;
  g_queue_clear_full (&viewer->backlog, (GDestroyNotify) pb_frame_unref);
  g_mutex_clear (&viewer->lock);
  g_free (viewer);
}

static void
item_free (Item *item)
{
  g_clear_pointer (&item->frame, pb_frame_unref);
  g_clear_pointer (&item->message, g_bytes_unref);
  g_clear_pointer (&item->list, g_ptr_array_unref);
  g_clear_pointer (&item->samples, g_ptr_array_unref);
  gst_clear_buffer (&item->sound);
  g_clear_pointer (&item->viewer, viewer_unref);
  g_free (item->text);
  g_free (item);
}

static void
send_frame (PbLiveViewer *viewer, PbFrame *frame)
{
  g_autoptr (GstBufferList) list = pb_frame_get_list (frame, viewer->pt);

  viewer->funcs.frame (list, frame->key, viewer->user_data);
}

static void
send_backlog (PbLiveViewer *viewer)
{
  gsize sent = 0;
  PbFrame *frame;

  while (sent < viewer->backlog_step_bytes
         && (frame = g_queue_pop_head (&viewer->backlog)) != NULL) {
    sent += frame->bytes;
    send_frame (viewer, frame);
    pb_frame_unref (frame);
  }
}

/* A new key frame makes what is older worthless. */
static void
next_frame (PbLiveViewer *viewer, PbFrame *frame)
{
  if (frame->key)
    g_queue_clear_full (&viewer->backlog, (GDestroyNotify) pb_frame_unref);
  if (viewer->backlog.length == 0) {
    send_frame (viewer, frame);
    return;
  }
  g_queue_push_tail (&viewer->backlog, pb_frame_ref (frame));
  send_backlog (viewer);
}

static void
start_video (PbLiveViewer *viewer, const Item *item)
{
  gsize bytes = 0;

  viewer->pt = item->pt;
  viewer->video = TRUE;
  g_queue_clear_full (&viewer->backlog, (GDestroyNotify) pb_frame_unref);
  for (guint i = 0; i < item->list->len; i++) {
    PbFrame *frame = g_ptr_array_index (item->list, i);

    bytes += frame->bytes;
    g_queue_push_tail (&viewer->backlog, pb_frame_ref (frame));
  }
  viewer->backlog_step_bytes =
      CLAMP (bytes / BACKLOG_STEPS, MIN_STEP_BYTES, MAX_STEP_BYTES);
  send_backlog (viewer);
}

static void
start_data (PbLiveViewer *viewer, const Item *item)
{
  viewer->data = TRUE;
  for (guint i = 0; item->list != NULL && i < item->list->len; i++)
    viewer->funcs.text (g_ptr_array_index (item->list, i), viewer->user_data);
  for (guint i = 0; item->samples != NULL && i < item->samples->len; i++)
    viewer->funcs.sample (
        g_ptr_array_index (item->samples, i), i == 0, viewer->user_data);
  if (item->message != NULL)
    viewer->funcs.sample (item->message, TRUE, viewer->user_data);
}

static void
serve (PbLiveViewer *viewer, const Item *item)
{
  gpointer user_data = viewer->user_data;

  g_mutex_lock (&viewer->lock);
  if (!viewer->removed) {
    switch (item->type) {
      case ITEM_FRAME:
        if (viewer->video)
          next_frame (viewer, item->frame);
        break;
      case ITEM_SAMPLE:
      case ITEM_KEY_SAMPLE:
        if (viewer->data)
          viewer->funcs.sample (
              item->message, item->type == ITEM_KEY_SAMPLE, user_data);
        break;
      case ITEM_TEXT:
        if (viewer->data)
          viewer->funcs.text (item->text, user_data);
        break;
      case ITEM_SOUND:
        if (viewer->sound)
          viewer->funcs.sound (item->sound, user_data);
        break;
      case ITEM_START_VIDEO:
        start_video (viewer, item);
        break;
      case ITEM_START_SOUND:
        viewer->sound = TRUE;
        break;
      case ITEM_START_DATA:
      case ITEM_RESYNC_DATA:
        start_data (viewer, item);
        break;
      case ITEM_STOP:
        break;
    }
  }
  g_mutex_unlock (&viewer->lock);
}

static Item *
pop (PbLane *lane, GPtrArray *viewers)
{
  Item *item;

  g_mutex_lock (&lane->lock);
  while ((item = g_queue_pop_head (&lane->items)) == NULL)
    g_cond_wait (&lane->cond, &lane->lock);
  if (item->type == ITEM_FRAME)
    lane->n_frames--;
  else if (item->type == ITEM_SAMPLE || item->type == ITEM_KEY_SAMPLE)
    lane->n_samples--;
  else if (item->type == ITEM_SOUND)
    lane->n_sounds--;
  for (guint i = 0; item->viewer == NULL && i < lane->viewers->len; i++)
    g_ptr_array_add (
        viewers, viewer_ref (g_ptr_array_index (lane->viewers, i)));
  g_mutex_unlock (&lane->lock);
  return item;
}

static gpointer
run (gpointer data)
{
  PbLane *lane = data;
  g_autoptr (GPtrArray) viewers =
      g_ptr_array_new_with_free_func ((GDestroyNotify) viewer_unref);
  gboolean go_on = TRUE;

  while (go_on) {
    Item *item = pop (lane, viewers);

    if (item->viewer != NULL)
      serve (item->viewer, item);
    for (guint i = 0; i < viewers->len; i++)
      serve (g_ptr_array_index (viewers, i), item);
    g_ptr_array_set_size (viewers, 0);
    go_on = item->type != ITEM_STOP;
    item_free (item);
  }
  return NULL;
}

/* Takes the lock's holder's promise that the lane lives. */
static void
push_locked (PbLane *lane, const Item *values)
{
  Item *item = g_new (Item, 1);

  *item = *values;
  g_queue_push_tail (&lane->items, item);
  if (lane->items.length == 1)
    g_cond_signal (&lane->cond);
}

static void
push (PbLane *lane, const Item *values)
{
  g_mutex_lock (&lane->lock);
  push_locked (lane, values);
  g_mutex_unlock (&lane->lock);
}

/**
 * pb_lane_new:
 * @name: of the thread, at most 15 bytes are seen
 *
 * Returns: (transfer full): a lane with no viewer
 */
PbLane *
pb_lane_new (const gchar *name)
{
  PbLane *lane = g_new0 (PbLane, 1);

  g_mutex_init (&lane->lock);
  g_cond_init (&lane->cond);
  g_queue_init (&lane->items);
  lane->viewers =
      g_ptr_array_new_with_free_func ((GDestroyNotify) viewer_unref);
  lane->thread = g_thread_new (name, run, lane);
  return lane;
}

/**
 * pb_lane_free:
 * @lane: (transfer full): a lane; not from its own thread
 *
 * Ends the thread after what is queued.
 */
void
pb_lane_free (PbLane *lane)
{
  push (lane, &(Item){ .type = ITEM_STOP });
  g_thread_join (lane->thread);
  g_queue_clear_full (&lane->items, (GDestroyNotify) item_free);
  g_ptr_array_unref (lane->viewers);
  g_mutex_clear (&lane->lock);
  g_cond_clear (&lane->cond);
  g_free (lane);
}

/**
 * pb_lane_get_n_viewers:
 * @lane: a lane
 *
 * Any thread.
 *
 * Returns: viewers in the lane
 */
guint
pb_lane_get_n_viewers (PbLane *lane)
{
  guint n;

  g_mutex_lock (&lane->lock);
  n = lane->viewers->len;
  g_mutex_unlock (&lane->lock);
  return n;
}

/**
 * pb_lane_get_dropped_frames:
 * @lane: a lane
 *
 * Any thread.
 *
 * Returns: frames the lane was too slow for
 */
guint64
pb_lane_get_dropped_frames (PbLane *lane)
{
  guint64 n;

  g_mutex_lock (&lane->lock);
  n = lane->dropped_frames;
  g_mutex_unlock (&lane->lock);
  return n;
}

/**
 * pb_lane_add_viewer:
 * @lane: a lane
 * @funcs: what to call
 * @user_data: for @funcs
 *
 * Any thread. The viewer gets nothing before pb_lane_start_video() or
 * pb_lane_start_data().
 *
 * Returns: (transfer full): a viewer, for pb_lane_remove_viewer()
 */
PbLiveViewer *
pb_lane_add_viewer (
    PbLane *lane, const PbLiveViewerFuncs *funcs, gpointer user_data)
{
  PbLiveViewer *viewer = g_new0 (PbLiveViewer, 1);

  g_atomic_ref_count_init (&viewer->ref_count);
  g_mutex_init (&viewer->lock);
  viewer->lane = lane;
  viewer->funcs = *funcs;
  viewer->user_data = user_data;
  g_mutex_lock (&lane->lock);
  g_ptr_array_add (lane->viewers, viewer_ref (viewer));
  g_mutex_unlock (&lane->lock);
  return viewer;
}

/**
 * pb_lane_remove_viewer:
 * @lane: the lane of @viewer
 * @viewer: (transfer full): a viewer
 *
 * Any thread but the lane's. No function of the viewer is called afterwards.
 */
void
pb_lane_remove_viewer (PbLane *lane, PbLiveViewer *viewer)
{
  g_mutex_lock (&lane->lock);
  g_ptr_array_remove_fast (lane->viewers, viewer);
  g_mutex_unlock (&lane->lock);
  g_mutex_lock (&viewer->lock);
  viewer->removed = TRUE;
  g_mutex_unlock (&viewer->lock);
  viewer_unref (viewer);
}

/**
 * pb_live_viewer_get_lane:
 * @viewer: a viewer
 *
 * Returns: (transfer none): its lane
 */
PbLane *
pb_live_viewer_get_lane (PbLiveViewer *viewer)
{
  return viewer->lane;
}

/**
 * pb_lane_push_frame:
 * @lane: a lane
 * @frame: the next frame
 *
 * Any thread. A lane that is too far behind drops frames up to a key frame.
 */
void
pb_lane_push_frame (PbLane *lane, PbFrame *frame)
{
  g_mutex_lock (&lane->lock);
  if (lane->n_frames >= MAX_FRAMES)
    lane->wait_key_frame = TRUE;
  else if (frame->key)
    lane->wait_key_frame = FALSE;
  if (lane->wait_key_frame) {
    lane->dropped_frames++;
  } else {
    lane->n_frames++;
    push_locked (
        lane, &(Item){ .type = ITEM_FRAME, .frame = pb_frame_ref (frame) });
  }
  g_mutex_unlock (&lane->lock);
}

/**
 * pb_lane_push_sample:
 * @lane: a lane
 * @message: the next sample
 * @key: it needs none before it
 *
 * Any thread.
 *
 * Returns: %FALSE if it was dropped and the lane now wants a key sample
 */
gboolean
pb_lane_push_sample (PbLane *lane, GBytes *message, gboolean key)
{
  gboolean taken;

  g_mutex_lock (&lane->lock);
  if (lane->n_samples >= MAX_SAMPLES)
    lane->wait_key_sample = TRUE;
  else if (key)
    lane->wait_key_sample = FALSE;
  taken = !lane->wait_key_sample;
  if (taken) {
    lane->n_samples++;
    push_locked (lane, &(Item){ .type = key ? ITEM_KEY_SAMPLE : ITEM_SAMPLE,
                           .message = g_bytes_ref (message) });
  }
  g_mutex_unlock (&lane->lock);
  return taken;
}

/**
 * pb_lane_push_sound:
 * @lane: a lane
 * @packet: the next packet of sound
 *
 * Any thread. A lane that is a second behind leaves it out.
 */
void
pb_lane_push_sound (PbLane *lane, GstBuffer *packet)
{
  g_mutex_lock (&lane->lock);
  if (lane->n_sounds < MAX_SOUNDS) {
    lane->n_sounds++;
    push_locked (
        lane, &(Item){ .type = ITEM_SOUND, .sound = gst_buffer_ref (packet) });
  }
  g_mutex_unlock (&lane->lock);
}

/**
 * pb_lane_push_text:
 * @lane: a lane
 * @json: a message for all of its viewers
 *
 * Any thread.
 */
void
pb_lane_push_text (PbLane *lane, const gchar *json)
{
  push (lane, &(Item){ .type = ITEM_TEXT, .text = g_strdup (json) });
}

/**
 * pb_lane_start_video:
 * @lane: the lane of @viewer
 * @viewer: a viewer
 * @pt: payload type it wants
 * @frames: (transfer full) (element-type PbFrame): what it gets at once
 *
 * Any thread, with no frame pushed between the making of @frames and this.
 */
void
pb_lane_start_video (
    PbLane *lane, PbLiveViewer *viewer, guint pt, GPtrArray *frames)
{
  push (lane, &(Item){ .type = ITEM_START_VIDEO,
                  .viewer = viewer_ref (viewer),
                  .list = frames,
                  .pt = pt });
}

/**
 * pb_lane_start_sound:
 * @lane: the lane of @viewer
 * @viewer: a viewer; gets each packet of sound from now on
 *
 * Any thread.
 */
void
pb_lane_start_sound (PbLane *lane, PbLiveViewer *viewer)
{
  push (
      lane, &(Item){ .type = ITEM_START_SOUND, .viewer = viewer_ref (viewer) });
}

/**
 * pb_lane_start_data:
 * @lane: the lane of @viewer
 * @viewer: a viewer
 * @texts: (transfer full) (element-type utf8): messages it gets at once
 * @samples: (transfer full) (element-type GBytes): samples it gets at once
 *
 * Any thread, with no sample pushed between the making of @samples and this.
 */
void
pb_lane_start_data (
    PbLane *lane, PbLiveViewer *viewer, GPtrArray *texts, GPtrArray *samples)
{
  push (lane, &(Item){ .type = ITEM_START_DATA,
                  .viewer = viewer_ref (viewer),
                  .list = texts,
                  .samples = samples });
}

/**
 * pb_lane_resync_data:
 * @lane: the lane of @viewer
 * @viewer: a viewer that has lost samples
 * @key_sample: (nullable): sample it gets at once
 *
 * Any thread, with no sample pushed between the making of @key_sample and this.
 */
void
pb_lane_resync_data (PbLane *lane, PbLiveViewer *viewer, GBytes *key_sample)
{
  push (lane,
      &(Item){ .type = ITEM_RESYNC_DATA,
          .viewer = viewer_ref (viewer),
          .message = key_sample != NULL ? g_bytes_ref (key_sample) : NULL });
}
