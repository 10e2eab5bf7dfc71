/* SPDX-License-Identifier: LGPL-2.1-or-later
 * telemetrysync: each picture with its own row. */

/**
 * SECTION:element-telemetrysync
 * @title: telemetrysync
 *
 * Puts the row that belongs to a picture on it, as #GstPitboxTelemetryMeta.
 * Pad `video` takes pictures of any kind and is what `src` gives, untouched but
 * for the meta; pad `telemetry` takes rows. Both are compared by running time.
 * A picture without a row near enough (#GstTelemetrySync:max-diff) goes without
 * a meta.
 *
 * In a live pipeline a picture waits for its row at most
 * #GstTelemetrySync:window longer than it would have to anyway; in a file until
 * the row, or a later one, is there. Where pictures may stay away for long, put
 * a leaky queue before `telemetry`.
 *
 * Where pictures and rows did not begin together, as in a film and an .ibt file
 * of the same drive, #GstTelemetrySync:offset says how far apart. It may change
 * on air: turn it until the display fits the picture. Only files can look far
 * ahead; live rows that a negative offset asks for are not there yet.
 *
 * |[
 * gst-launch-1.0 filesrc location=lap.ts ! tsdemux name=demux demux. ! queue ! h264parse ! avdec_h264 ! sync.video demux. ! queue ! telemetrydec ! sync.telemetry telemetrysync name=sync policy=nearest ! videoconvert ! autovideosink
 * ]|
 */
#include "gsttelemetrysync.h"

#include <string.h>

#include "syncrows.h"

GST_DEBUG_CATEGORY (telemetry_sync_debug);
#define GST_CAT_DEFAULT telemetry_sync_debug

#define DEFAULT_POLICY GST_PITBOX_MATCH_NEAREST
/* Six rows: after an outage that long a row says nothing about the picture. */
#define DEFAULT_MAX_DIFF (100 * GST_MSECOND)
#define DEFAULT_WINDOW (50 * GST_MSECOND)
/* The longest race is a day. */
#define MAX_OFFSET (24 * 3600 * GST_SECOND)

struct _GstTelemetrySync {
  GstAggregator parent;

  GstAggregatorPad *video;

  /* Aggregator's thread only. */
  SyncRows rows;
  GstEvent *session;

  /* Object lock. */
  GstPitboxMatchPolicy policy;
  GstClockTime max_diff;
  GstClockTime window;
  GstClockTimeDiff offset;
  guint64 n_frames;
  guint64 n_quality[GST_PITBOX_MATCH_QUALITY_INTERPOLATED + 1];
  guint64 n_bad_rows;
  GstPitboxWindow errors;
};

enum {
  PROP_0,
  PROP_POLICY,
  PROP_MAX_DIFF,
  PROP_WINDOW,
  PROP_OFFSET,
  PROP_STATS
};

static GstStaticPadTemplate video_template = GST_STATIC_PAD_TEMPLATE (
    "video", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate telemetry_template =
    GST_STATIC_PAD_TEMPLATE ("telemetry", GST_PAD_SINK, GST_PAD_REQUEST,
        GST_STATIC_CAPS (GST_PITBOX_CAPS_RAW));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

/* clang-format off */
G_DEFINE_TYPE (GstTelemetrySync, gst_telemetry_sync, GST_TYPE_AGGREGATOR)
GST_ELEMENT_REGISTER_DEFINE (
    telemetrysync, "telemetrysync", GST_RANK_NONE, GST_TYPE_TELEMETRY_SYNC);
/* clang-format on */

/* When the row of a picture was, by the rows' own times; NONE if before the
 * first one. */
static GstClockTime
row_time (GstTelemetrySync *self, GstBuffer *picture)
{
  GstClockTime time = sync_rows_get_time (self->video, picture);
  GstClockTimeDiff offset;

  GST_OBJECT_LOCK (self);
  offset = self->offset;
  GST_OBJECT_UNLOCK (self);
  if (!GST_CLOCK_TIME_IS_VALID (time)
      || (offset > 0 && time < (GstClockTime) offset))
    return GST_CLOCK_TIME_NONE;
  return time - offset;
}

/* The telemetry pad, with a reference, or NULL where none was requested. */
static GstAggregatorPad *
get_telemetry (GstTelemetrySync *self)
{
  return (GstAggregatorPad *) gst_element_get_static_pad (
      GST_ELEMENT (self), "telemetry");
}

static void
count (GstTelemetrySync *self, const GstPitboxMatch *match)
{
  GST_OBJECT_LOCK (self);
  self->n_frames++;
  self->n_quality[match->quality]++;
  if (match->sample != NULL)
    gst_pitbox_window_push (&self->errors, ABS (match->error));
  GST_OBJECT_UNLOCK (self);
}

static GstFlowReturn
finish (GstTelemetrySync *self, GstBuffer *picture, GstClockTime time)
{
  GstAggregator *agg = GST_AGGREGATOR (self);
  g_auto (GstPitboxMatch) match = { NULL };
  GstPitboxMatchPolicy policy;
  GstClockTime max_diff;

  GST_OBJECT_LOCK (self);
  policy = self->policy;
  max_diff = self->max_diff;
  GST_OBJECT_UNLOCK (self);
  if (GST_CLOCK_TIME_IS_VALID (time)
      && gst_pitbox_matcher_find (
          self->rows.matcher, time, policy, max_diff, &match)) {
    picture = gst_buffer_make_writable (picture);
    gst_buffer_add_pitbox_telemetry_meta (picture, &match);
  }
  count (self, &match);
  if (GST_BUFFER_PTS_IS_VALID (picture))
    GST_AGGREGATOR_PAD (agg->srcpad)->segment.position =
        GST_BUFFER_PTS (picture);
  return gst_aggregator_finish_buffer (agg, picture);
}

/* Aggregator's thread: @timeout is TRUE when the live picture may wait no
 * longer. */
static GstFlowReturn
aggregate (GstAggregator *agg, gboolean timeout)
{
  GstTelemetrySync *self = GST_TELEMETRY_SYNC (agg);
  g_autoptr (GstAggregatorPad) telemetry = get_telemetry (self);
  GstBuffer *picture = gst_aggregator_pad_peek_buffer (self->video);
  GstClockTime time;
  guint n_bad;

  if (picture == NULL)
    return gst_aggregator_pad_is_eos (self->video)
               ? GST_FLOW_EOS
               : GST_AGGREGATOR_FLOW_NEED_DATA;
  time = row_time (self, picture);
  if (telemetry != NULL && GST_CLOCK_TIME_IS_VALID (time)) {
    n_bad = sync_rows_take (&self->rows, telemetry, time);
    if (n_bad > 0) {
      GST_OBJECT_LOCK (self);
      self->n_bad_rows += n_bad;
      GST_OBJECT_UNLOCK (self);
    }
    if (!timeout && !gst_aggregator_pad_is_eos (telemetry)
        && !gst_pitbox_matcher_is_settled (self->rows.matcher, time)) {
      gst_buffer_unref (picture);
      return GST_AGGREGATOR_FLOW_NEED_DATA;
    }
  }
  gst_aggregator_pad_drop_buffer (self->video);
  if (self->session != NULL)
    gst_pad_push_event (agg->srcpad, g_steal_pointer (&self->session));
  return finish (self, picture, time);
}

/* When a live picture has to leave is counted from its own time. */
static GstClockTime
get_next_time (GstAggregator *agg)
{
  GstTelemetrySync *self = GST_TELEMETRY_SYNC (agg);
  g_autoptr (GstBuffer) picture = gst_aggregator_pad_peek_buffer (self->video);

  return picture != NULL ? sync_rows_get_time (self->video, picture)
                         : GST_CLOCK_TIME_NONE;
}

static gboolean
telemetry_event (GstAggregator *agg, GstAggregatorPad *pad, GstEvent *event)
{
  GstTelemetrySync *self = GST_TELEMETRY_SYNC (agg);
  g_autoptr (GError) error = NULL;
  gboolean ok = TRUE;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_CAPS:
      ok = sync_rows_set_caps (&self->rows, event, &error);
      if (!ok)
        GST_ELEMENT_ERROR (
            self, STREAM, FORMAT, ("%s", error->message), (NULL));
      break;
    case GST_EVENT_CUSTOM_DOWNSTREAM_STICKY:
      gst_event_replace (&self->session, event);
      break;
    case GST_EVENT_TAG:
      break;
    default:
      return GST_AGGREGATOR_CLASS (gst_telemetry_sync_parent_class)
          ->sink_event (agg, pad, event);
  }
  gst_event_unref (event);
  return ok;
}

static gboolean
sink_event (GstAggregator *agg, GstAggregatorPad *pad, GstEvent *event)
{
  GstTelemetrySync *self = GST_TELEMETRY_SYNC (agg);
  const GstSegment *segment;
  GstCaps *caps;

  /* tsdemux tells of gaps before it tells of its segment. */
  if (GST_EVENT_TYPE (event) == GST_EVENT_GAP
      && pad->segment.format != GST_FORMAT_TIME) {
    gst_event_unref (event);
    return TRUE;
  }
  if (pad != self->video)
    return telemetry_event (agg, pad, event);
  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS) {
    gst_event_parse_caps (event, &caps);
    gst_aggregator_set_src_caps (agg, caps);
  } else if (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT) {
    gst_event_parse_segment (event, &segment);
    if (segment->format == GST_FORMAT_TIME)
      gst_aggregator_update_segment (agg, segment);
  }
  return GST_AGGREGATOR_CLASS (gst_telemetry_sync_parent_class)
      ->sink_event (agg, pad, event);
}

/* What `video` can take, and the buffers it gets, is downstream's to say. */
static gboolean
sink_query (GstAggregator *agg, GstAggregatorPad *pad, GstQuery *query)
{
  GstTelemetrySync *self = GST_TELEMETRY_SYNC (agg);

  if (pad == self->video
      && (GST_QUERY_TYPE (query) == GST_QUERY_CAPS
          || GST_QUERY_TYPE (query) == GST_QUERY_ACCEPT_CAPS
          || GST_QUERY_TYPE (query) == GST_QUERY_ALLOCATION))
    return gst_pad_peer_query (agg->srcpad, query);
  return GST_AGGREGATOR_CLASS (gst_telemetry_sync_parent_class)
      ->sink_query (agg, pad, query);
}

static gboolean
src_query (GstAggregator *agg, GstQuery *query)
{
  GstTelemetrySync *self = GST_TELEMETRY_SYNC (agg);

  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_CAPS:
    case GST_QUERY_POSITION:
    case GST_QUERY_DURATION:
      return gst_pad_peer_query (GST_PAD (self->video), query);
    default:
      return GST_AGGREGATOR_CLASS (gst_telemetry_sync_parent_class)
          ->src_query (agg, query);
  }
}

static GstFlowReturn
flush (GstAggregator *agg)
{
  sync_rows_reset (&GST_TELEMETRY_SYNC (agg)->rows);
  return GST_FLOW_OK;
}

static gboolean
start (GstAggregator *agg)
{
  GstTelemetrySync *self = GST_TELEMETRY_SYNC (agg);

  GST_OBJECT_LOCK (self);
  self->n_frames = self->n_bad_rows = 0;
  self->errors.n_pushed = 0;
  memset (self->n_quality, 0, sizeof self->n_quality);
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static gboolean
stop (GstAggregator *agg)
{
  GstTelemetrySync *self = GST_TELEMETRY_SYNC (agg);

  sync_rows_stop (&self->rows);
  gst_event_replace (&self->session, NULL);
  return TRUE;
}

static GstAggregatorPad *
create_new_pad (GstAggregator *agg, GstPadTemplate *templ,
    const gchar *req_name, const GstCaps *caps)
{
  g_autoptr (GstAggregatorPad) telemetry =
      get_telemetry (GST_TELEMETRY_SYNC (agg));

  if (telemetry != NULL)
    return NULL;
  return g_object_new (GST_TYPE_AGGREGATOR_PAD, "name", "telemetry",
      "direction", GST_PAD_SINK, "template", templ, NULL);
}

static void
set_window (GstTelemetrySync *self, GstClockTime window)
{
  GST_OBJECT_LOCK (self);
  self->window = window;
  GST_OBJECT_UNLOCK (self);
  gst_aggregator_set_latency (GST_AGGREGATOR (self), window, window);
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstTelemetrySync *self = GST_TELEMETRY_SYNC (object);

  switch (id) {
    case PROP_POLICY:
      GST_OBJECT_LOCK (self);
      self->policy = g_value_get_enum (value);
      GST_OBJECT_UNLOCK (self);
      break;
    case PROP_MAX_DIFF:
      GST_OBJECT_LOCK (self);
      self->max_diff = g_value_get_uint64 (value);
      GST_OBJECT_UNLOCK (self);
      break;
    case PROP_WINDOW:
      set_window (self, g_value_get_uint64 (value));
      break;
    case PROP_OFFSET:
      GST_OBJECT_LOCK (self);
      self->offset = g_value_get_int64 (value);
      GST_OBJECT_UNLOCK (self);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static GstStructure *
get_stats (GstTelemetrySync *self)
{
  GstPitboxWindow errors;
  GstStructure *s;
  gint64 p50, p99;

  GST_OBJECT_LOCK (self);
  errors = self->errors;
  s = gst_structure_new ("telemetry-sync-stats", "frames", G_TYPE_UINT64,
      self->n_frames, "exact", G_TYPE_UINT64,
      self->n_quality[GST_PITBOX_MATCH_QUALITY_EXACT], "near", G_TYPE_UINT64,
      self->n_quality[GST_PITBOX_MATCH_QUALITY_NEAR], "interpolated",
      G_TYPE_UINT64, self->n_quality[GST_PITBOX_MATCH_QUALITY_INTERPOLATED],
      "missing", G_TYPE_UINT64, self->n_quality[GST_PITBOX_MATCH_QUALITY_NONE],
      "bad-rows", G_TYPE_UINT64, self->n_bad_rows, NULL);
  GST_OBJECT_UNLOCK (self);
  gst_pitbox_window_get_percentiles (&errors, &p50, &p99);
  gst_structure_set (s, "error-p50", G_TYPE_UINT64, (guint64) p50, "error-p99",
      G_TYPE_UINT64, (guint64) p99, NULL);
  return s;
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstTelemetrySync *self = GST_TELEMETRY_SYNC (object);

  switch (id) {
    case PROP_POLICY:
      g_value_set_enum (value, self->policy);
      break;
    case PROP_MAX_DIFF:
      g_value_set_uint64 (value, self->max_diff);
      break;
    case PROP_WINDOW:
      g_value_set_uint64 (value, self->window);
      break;
    case PROP_OFFSET:
      g_value_set_int64 (value, self->offset);
      break;
    case PROP_STATS:
      g_value_take_boxed (value, get_stats (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
finalize (GObject *object)
{
  GstTelemetrySync *self = GST_TELEMETRY_SYNC (object);

  sync_rows_clear (&self->rows);
  gst_event_replace (&self->session, NULL);
  G_OBJECT_CLASS (gst_telemetry_sync_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags playing =
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING;

  g_object_class_install_property (object_class, PROP_POLICY,
      g_param_spec_enum ("policy", "Policy", "Which row a picture gets",
          GST_TYPE_PITBOX_MATCH_POLICY, DEFAULT_POLICY, playing));
  g_object_class_install_property (object_class, PROP_MAX_DIFF,
      g_param_spec_uint64 ("max-diff", "Largest difference",
          "How far a row may be from its picture, in ns", 0, G_MAXUINT64,
          DEFAULT_MAX_DIFF, playing));
  g_object_class_install_property (object_class, PROP_WINDOW,
      g_param_spec_uint64 ("window", "Jitter window",
          "How long a live picture waits for its row, in ns", 0,
          10 * GST_SECOND, DEFAULT_WINDOW, playing));
  g_object_class_install_property (object_class, PROP_OFFSET,
      g_param_spec_int64 ("offset", "Offset of telemetry",
          "Running time of the picture that the row of running time 0 belongs "
          "to, in ns; negative: telemetry began before the pictures",
          -(gint64) MAX_OFFSET, MAX_OFFSET, 0, playing));
  g_object_class_install_property (object_class, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
          "frames; of them exact, near, interpolated, missing; bad-rows; "
          "error-p50 and error-p99 in ns of the last 600",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
gst_telemetry_sync_class_init (GstTelemetrySyncClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstAggregatorClass *agg_class = GST_AGGREGATOR_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (
      telemetry_sync_debug, "telemetrysync", 0, "Each picture with its row");
  object_class->set_property = set_property;
  object_class->get_property = get_property;
  object_class->finalize = finalize;
  install_properties (object_class);
  gst_element_class_add_static_pad_template_with_gtype (
      element_class, &video_template, GST_TYPE_AGGREGATOR_PAD);
  gst_element_class_add_static_pad_template_with_gtype (
      element_class, &telemetry_template, GST_TYPE_AGGREGATOR_PAD);
  gst_element_class_add_static_pad_template_with_gtype (
      element_class, &src_template, GST_TYPE_AGGREGATOR_PAD);
  gst_element_class_set_static_metadata (element_class,
      "Telemetry synchroniser", "Filter/Video/Metadata",
      "Puts on each picture the telemetry row that belongs to it, as a meta",
      "PitBox Relay");
  gst_type_mark_as_plugin_api (GST_TYPE_PITBOX_MATCH_POLICY, 0);
  agg_class->aggregate = aggregate;
  agg_class->get_next_time = get_next_time;
  agg_class->sink_event = sink_event;
  agg_class->sink_query = sink_query;
  agg_class->src_query = src_query;
  agg_class->flush = flush;
  agg_class->start = start;
  agg_class->stop = stop;
  agg_class->create_new_pad = create_new_pad;
  /* The caps are those of `video`, set when they come. */
  agg_class->negotiate = NULL;
}

static void
gst_telemetry_sync_init (GstTelemetrySync *self)
{
  g_autoptr (GstPadTemplate) templ =
      gst_static_pad_template_get (&video_template);

  self->policy = DEFAULT_POLICY;
  self->max_diff = DEFAULT_MAX_DIFF;
  sync_rows_init (&self->rows);
  self->video = g_object_new (GST_TYPE_AGGREGATOR_PAD, "name", "video",
      "direction", GST_PAD_SINK, "template", templ, NULL);
  gst_element_add_pad (GST_ELEMENT (self), GST_PAD (self->video));
  set_window (self, DEFAULT_WINDOW);
}
