/* SPDX-License-Identifier: LGPL-2.1-or-later
 * irsdksrc: iRacing's live telemetry from its shared memory. */

/**
 * SECTION:element-irsdksrc
 * @title: irsdksrc
 *
 * The telemetry of iRacing on this machine while it runs: 60 rows a second.
 * One buffer a tick, exactly as the simulator wrote it. The source is alive
 * without a simulator: it looks for one each second, streams while there is
 * one, and goes on waiting when it leaves. The time of a buffer is when the
 * tick was, not when it was seen: a line is fitted through the ticks that were
 * seen with the least delay.
 *
 * Element message `pitbox-sim-state`: `state` (string) is "waiting" (no
 * simulator yet), "connected" (rows come) or "lost" (they ended; waiting for
 * the next one), `reason` (string) says why in words.
 *
 * ## Example
 * |[
 * gst-launch-1.0 irsdksrc ! telemetryjsonenc ! fdsink
 * ]|
 */
#include "gstirsdksrcprivate.h"

#include <string.h>

GST_DEBUG_CATEGORY (irsdk_src_debug);
#define GST_CAT_DEFAULT irsdk_src_debug

/* A simulator takes half a minute to start: looking once a second is enough,
 * and costs one failed open. */
#define SEARCH_NS GST_SECOND
/* The official client's limit. A paused replay stays connected as long. */
#define DEFAULT_TIMEOUT (30 * GST_SECOND)
/* Without a row for so long the mapping may be a dead one: look again. */
#define REFRESH_NS GST_SECOND
/* Rows that wait in the simulator's buffers, of which it has 3 or 4 and writes
 * into one, until the last of them is there. With one more than two a wake-up
 * that comes late costs a row. */
#define MAX_AIM 2
/* A row that is read at once is at most so old when it is pushed. */
#define LATENCY_NS GST_IRSDK_LOOK_MAX_MARGIN

enum {
  PROP_0,
  PROP_SHM_NAME,
  PROP_TIMEOUT,
  PROP_BATCH,
  PROP_SIM_STATE,
  PROP_STATS
};

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_PITBOX_CAPS_RAW));

G_DEFINE_FINAL_TYPE (GstIrsdkSrc, gst_irsdk_src, GST_TYPE_PUSH_SRC)

void
gst_irsdk_src_set_state (
    GstIrsdkSrc *self, GstIrsdkState state, const gchar *reason)
{
  gboolean changed;

  GST_OBJECT_LOCK (self);
  changed = self->state != state;
  self->state = state;
  if (changed && state == GST_IRSDK_CONNECTED)
    self->stats.connections++;
  GST_OBJECT_UNLOCK (self);
  if (!changed)
    return;
  GST_INFO_OBJECT (self, "%s: %s", gst_irsdk_state_to_string (state), reason);
  gst_element_post_message (GST_ELEMENT (self),
      gst_irsdk_state_message_new (GST_OBJECT (self), state, reason));
  g_object_notify (G_OBJECT (self), "sim-state");
}

static GstClock *
get_clock (GstIrsdkSrc *self)
{
  GstClock *clock = gst_element_get_clock (GST_ELEMENT (self));

  return clock != NULL ? clock : gst_system_clock_obtain ();
}

/* Returns FALSE when unlocked. */
static gboolean
wait_until (GstIrsdkSrc *self, GstClock *clock, GstClockTime time)
{
  GstClockID id = gst_clock_new_single_shot_id (clock, time);
  gboolean flushing;

  GST_OBJECT_LOCK (self);
  flushing = self->flushing;
  if (!flushing)
    self->wait_id = id;
  GST_OBJECT_UNLOCK (self);
  if (!flushing)
    gst_clock_id_wait (id, NULL);
  GST_OBJECT_LOCK (self);
  self->wait_id = NULL;
  flushing = self->flushing;
  GST_OBJECT_UNLOCK (self);
  gst_clock_id_unref (id);
  return !flushing;
}

/* How many rows may be waited for at once. */
static guint
count_wanted (GstIrsdkSrc *self)
{
  const IrsdkHeader *header = irsdk_shm_reader_get_header (self->reader);
  const guint kept =
      header != NULL && header->num_buf > 2 ? (guint) header->num_buf - 1 : 1;

  return MIN (self->batch - gst_irsdk_batch_get_length (&self->rows),
      MIN (kept, MAX_AIM));
}

/* 16 ms at most, so that unlock() need not end it. */
static gboolean
wait_for_event (GstIrsdkSrc *self, GstClockTime for_ns)
{
  gboolean flushing;

  irsdk_shm_reader_wait (
      self->reader, (guint32) ((for_ns + GST_MSECOND - 1) / GST_MSECOND));
  GST_OBJECT_LOCK (self);
  flushing = self->flushing;
  GST_OBJECT_UNLOCK (self);
  return !flushing;
}

/* To wait for a time costs less than to wait for an event, of which there is one
 * for all who read: whoever waits takes it from the others. */
static gboolean
wait_for_tick (GstIrsdkSrc *self, GstClock *clock, GstClockTime now)
{
  GstClockTime until;

  self->wakes++;
  if (self->last_row == GST_CLOCK_TIME_NONE)
    return wait_until (self, clock, now + 2 * GST_MSECOND);
  until = gst_irsdk_look_next (
      &self->look, &self->stamp.clock, now, count_wanted (self));
  if (gst_irsdk_look_listens (&self->look))
    return wait_for_event (self, until - now);
  return wait_until (self, clock, until);
}

/* Tells downstream that nothing came up to @end, a running time. */
static void
push_gap (GstIrsdkSrc *self, GstClockTime end)
{
  GstEvent *gap = gst_irsdk_place_gap (&self->place, end);

  if (gap != NULL)
    gst_pad_push_event (GST_BASE_SRC_PAD (self), gap);
}

static void
forget_sim (GstIrsdkSrc *self)
{
  self->last_row = GST_CLOCK_TIME_NONE;
  self->text.have = FALSE;
  self->place.discont = TRUE;
}

static gboolean
wait_for_sim (GstIrsdkSrc *self, GstClock *clock, IrsdkShmPoll found)
{
  const GstClockTime now = gst_clock_get_time (clock);
  const IrsdkResult result = irsdk_shm_reader_get_result (self->reader);
  const gchar *reason = "the simulator is not running";

  if (found == IRSDK_SHM_DISCONNECTED)
    reason = "the simulator is not in a session";
  else if (result != IRSDK_ERROR_IO)
    reason = irsdk_result_text (result);
  if (self->last_row != GST_CLOCK_TIME_NONE)
    gst_irsdk_src_set_state (self, GST_IRSDK_LOST, reason);
  forget_sim (self);
  push_gap (self, gst_irsdk_src_running_time (self, now));
  return wait_until (self, clock, now + SEARCH_NS);
}

static gboolean
wait_for_row (GstIrsdkSrc *self, GstClock *clock)
{
  const GstClockTime now = gst_clock_get_time (clock);
  const GstClockTime tick = gst_irsdk_layout_get_period (&self->layout);

  if (self->last_row != GST_CLOCK_TIME_NONE) {
    if (now > self->last_row + self->timeout)
      gst_irsdk_src_set_state (self, GST_IRSDK_LOST, "no new row for too long");
    if (now > MAX (self->last_row, self->last_refresh) + REFRESH_NS) {
      irsdk_shm_reader_refresh (self->reader);
      self->last_refresh = now;
    }
  }
  /* The next row's time is a little before it can be seen. */
  if (gst_irsdk_src_running_time (self, now) > 2 * tick)
    push_gap (self, gst_irsdk_src_running_time (self, now) - 2 * tick);
  return wait_for_tick (self, clock, now);
}

static IrsdkShmPoll
look (GstIrsdkSrc *self, IrsdkShmRow *row)
{
  return gst_irsdk_batch_take_kept (&self->rows, row)
             ? IRSDK_SHM_ROW
             : irsdk_shm_reader_poll (self->reader, row);
}

/* The ticks have paused: what is held waits for nobody. */
static gboolean
batch_is_late (GstIrsdkSrc *self, GstClock *clock)
{
  return gst_irsdk_batch_get_length (&self->rows) > 0
         && gst_clock_get_time (clock)
                > self->last_row
                      + 2 * gst_irsdk_layout_get_period (&self->layout);
}

/* FALSE when the row cannot be used. */
static gboolean
take_row (GstIrsdkSrc *self, GstClock *clock, const IrsdkShmRow *row)
{
  GstBuffer *buffer;

  /* The rows before must not come after the new caps. */
  if (gst_irsdk_batch_get_length (&self->rows) > 0
      && !gst_irsdk_layout_is_of (&self->layout, self->reader)) {
    gst_irsdk_batch_keep (&self->rows, row);
    return TRUE;
  }
  buffer = gst_irsdk_src_make_buffer (self, clock, row);
  if (buffer == NULL)
    return FALSE;
  gst_irsdk_batch_push (&self->rows, buffer, self->batch);
  return TRUE;
}

static GstFlowReturn
gst_irsdk_src_create (GstPushSrc *src, GstBuffer **buffer)
{
  GstIrsdkSrc *self = GST_IRSDK_SRC (src);
  g_autoptr (GstClock) clock = get_clock (self);
  gboolean go_on = TRUE;

  *buffer = NULL;
  while (go_on && !gst_irsdk_batch_is_draining (&self->rows)) {
    IrsdkShmRow row;
    const IrsdkShmPoll found = look (self, &row);

    if (found == IRSDK_SHM_ROW && take_row (self, clock, &row))
      continue;
    if (found == IRSDK_SHM_NOTHING && !batch_is_late (self, clock))
      go_on = wait_for_row (self, clock);
    else if (!gst_irsdk_batch_end (&self->rows))
      go_on = wait_for_sim (self, clock, found);
  }
  if (!go_on)
    return GST_FLOW_FLUSHING;
  *buffer = gst_irsdk_batch_pop (&self->rows);
  return GST_FLOW_OK;
}

static gboolean
gst_irsdk_src_unlock (GstBaseSrc *src)
{
  GstIrsdkSrc *self = GST_IRSDK_SRC (src);

  GST_OBJECT_LOCK (self);
  self->flushing = TRUE;
  if (self->wait_id != NULL)
    gst_clock_id_unschedule (self->wait_id);
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static gboolean
gst_irsdk_src_unlock_stop (GstBaseSrc *src)
{
  GstIrsdkSrc *self = GST_IRSDK_SRC (src);

  GST_OBJECT_LOCK (self);
  self->flushing = FALSE;
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static gboolean
gst_irsdk_src_start (GstBaseSrc *src)
{
  GstIrsdkSrc *self = GST_IRSDK_SRC (src);

  GST_OBJECT_LOCK (self);
  self->reader = irsdk_shm_reader_new (self->shm_name);
  self->state = GST_IRSDK_WAITING;
  memset (&self->stats, 0, sizeof self->stats);
  GST_OBJECT_UNLOCK (self);
  if (self->reader == NULL) {
    GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS,
        ("The name of the shared memory is empty or too long."), (NULL));
    return FALSE;
  }
  gst_irsdk_layout_init (&self->layout);
  gst_irsdk_place_init (&self->place);
  self->wakes = 0;
  gst_irsdk_look_init (&self->look, FALSE);
  self->last_refresh = 0;
  forget_sim (self);
  return TRUE;
}

static gboolean
gst_irsdk_src_stop (GstBaseSrc *src)
{
  GstIrsdkSrc *self = GST_IRSDK_SRC (src);

  gst_irsdk_batch_clear (&self->rows);
  g_clear_pointer (&self->reader, irsdk_shm_reader_free);
  gst_irsdk_layout_clear (&self->layout);
  return TRUE;
}

/* Caps come with the simulator. */
static gboolean
gst_irsdk_src_negotiate (GstBaseSrc *src)
{
  return TRUE;
}

static gboolean
gst_irsdk_src_is_seekable (GstBaseSrc *src)
{
  return FALSE;
}

static gboolean
gst_irsdk_src_query (GstBaseSrc *src, GstQuery *query)
{
  if (GST_QUERY_TYPE (query) == GST_QUERY_LATENCY) {
    /* iRacing's rate is 60; a batch waits for its last row. */
    gst_query_set_latency (query, TRUE,
        LATENCY_NS + (GST_IRSDK_SRC (src)->batch - 1) * GST_SECOND / 60,
        GST_CLOCK_TIME_NONE);
    return TRUE;
  }
  return GST_BASE_SRC_CLASS (gst_irsdk_src_parent_class)->query (src, query);
}

static void
gst_irsdk_src_get_property (
    GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstIrsdkSrc *self = GST_IRSDK_SRC (object);

  if (id == PROP_STATS) {
    GstIrsdkStats stats;

    GST_OBJECT_LOCK (self);
    stats = self->stats;
    GST_OBJECT_UNLOCK (self);
    g_value_take_boxed (value, gst_irsdk_stats_to_structure (&stats));
    return;
  }
  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_SHM_NAME:
      g_value_set_string (value, self->shm_name);
      break;
    case PROP_TIMEOUT:
      g_value_set_uint64 (value, self->timeout);
      break;
    case PROP_BATCH:
      g_value_set_uint (value, self->batch);
      break;
    case PROP_SIM_STATE:
      g_value_set_static_string (
          value, gst_irsdk_state_to_string (self->state));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_irsdk_src_set_property (
    GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstIrsdkSrc *self = GST_IRSDK_SRC (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_SHM_NAME:
      g_free (self->shm_name);
      self->shm_name = g_value_dup_string (value);
      break;
    case PROP_TIMEOUT:
      self->timeout = g_value_get_uint64 (value);
      break;
    case PROP_BATCH:
      self->batch = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_irsdk_src_finalize (GObject *object)
{
  g_free (GST_IRSDK_SRC (object)->shm_name);
  G_OBJECT_CLASS (gst_irsdk_src_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags rw = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;
  const GParamFlags ro = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  g_object_class_install_property (object_class, PROP_SHM_NAME,
      g_param_spec_string ("shm-name", "Shared memory name",
          "Name of the simulator's shared memory (unset: the environment "
          "variable PITBOX_SHM_NAME, or iRacing's own)",
          NULL, rw | GST_PARAM_MUTABLE_READY));
  g_object_class_install_property (object_class, PROP_TIMEOUT,
      g_param_spec_uint64 ("timeout", "Timeout",
          "Without a new row for so long the simulator counts as lost (ns)",
          GST_SECOND, G_MAXUINT64 / 4, DEFAULT_TIMEOUT,
          rw | GST_PARAM_MUTABLE_READY));
  g_object_class_install_property (object_class, PROP_BATCH,
      g_param_spec_uint ("batch", "Batch",
          "Rows handed on together; each is read at its own tick, and all but "
          "the last one wait",
          1, GST_IRSDK_BATCH_MAX, 1, rw | GST_PARAM_MUTABLE_READY));
  g_object_class_install_property (object_class, PROP_SIM_STATE,
      g_param_spec_string ("sim-state", "Simulator state",
          "waiting, connected or lost", "waiting", ro));
  g_object_class_install_property (object_class, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
          "rows, lost-ticks, torn, connections, restarts, layouts, "
          "session-updates, wake-ups since the start; delay-mean-us and "
          "delay-max-us from tick to reading; tick-rate-hz and tick-error-us "
          "of "
          "the line that gives ticks their times, 0 while there is none",
          GST_TYPE_STRUCTURE, ro));
}

static void
gst_irsdk_src_class_init (GstIrsdkSrcClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSrcClass *src_class = GST_BASE_SRC_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (irsdk_src_debug, "irsdksrc", 0, "iRacing source");
  object_class->set_property = gst_irsdk_src_set_property;
  object_class->get_property = gst_irsdk_src_get_property;
  object_class->finalize = gst_irsdk_src_finalize;
  src_class->start = gst_irsdk_src_start;
  src_class->stop = gst_irsdk_src_stop;
  src_class->unlock = gst_irsdk_src_unlock;
  src_class->unlock_stop = gst_irsdk_src_unlock_stop;
  src_class->negotiate = gst_irsdk_src_negotiate;
  src_class->is_seekable = gst_irsdk_src_is_seekable;
  src_class->query = gst_irsdk_src_query;
  GST_PUSH_SRC_CLASS (klass)->create = gst_irsdk_src_create;
  install_properties (object_class);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "iRacing source",
      "Source/Metadata",
      "Reads the running iRacing, one telemetry row a tick; waits while there "
      "is none",
      "PitBox Relay");
}

static void
gst_irsdk_src_init (GstIrsdkSrc *self)
{
  self->timeout = DEFAULT_TIMEOUT;
  self->batch = 1;
  gst_base_src_set_live (GST_BASE_SRC (self), TRUE);
  gst_base_src_set_format (GST_BASE_SRC (self), GST_FORMAT_TIME);
  gst_base_src_set_do_timestamp (GST_BASE_SRC (self), FALSE);
}
