/* SPDX-License-Identifier: LGPL-2.1-or-later
 * telemetryenc: RAW rows to KLV units. */
/**
 * SECTION:element-telemetryenc
 *
 * Turns telemetry rows into KLV units (SMPTE 336M), the form in which they travel
 * beside a picture in MPEG-TS and lie in recordings; telemetrydec gives the same
 * rows back, bit for bit. 330 variables 60 times a second take 65 to 135 kbit/s.
 * Where a picture goes along put telemetrypace between it and mpegtsmux.
 *
 * There are key units at the start, on a new layout, on a force-key-unit event
 * and every #GstTelemetryEnc:key-interval, and delta units between. A unit leaves
 * as soon as its last row is in; its PTS is that row's.
 *
 * #GstTelemetryEnc:fields, #GstTelemetryEnc:rate-divisor and
 * #GstTelemetryEnc:rows-per-unit can be changed while rows come: the next row
 * heads a key unit that says what is left out from there on.
 *
 * |[
 * gst-launch-1.0 filesrc location=lap.ibt ! ibtparse ! telemetryenc ! mpegtsmux ! filesink location=lap.ts
 * ]|
 */
#include "gsttelemetryenc.h"

#include <gst/video/video-event.h>
#include <gstpitbox/gstpitbox.h>

GST_DEBUG_CATEGORY_STATIC (telemetry_enc_debug);
#define GST_CAT_DEFAULT telemetry_enc_debug

#define DEFAULT_KEY_INTERVAL (2 * GST_SECOND)
#define DEFAULT_ROWS_PER_UNIT 1
#define DEFAULT_RATE_DIVISOR 1

enum {
  PROP_0,
  PROP_CODEC,
  PROP_KEY_INTERVAL,
  PROP_ROWS_PER_UNIT,
  PROP_RUN_ID,
  PROP_FIELDS,
  PROP_RATE_DIVISOR,
  PROP_STATS,
};

struct _GstTelemetryEnc {
  GstElement parent;

  GstPad *sinkpad;
  GstPad *srcpad;

  /* Streaming thread only. */
  GstSegment segment;
  gboolean caps_sent;
  guint64 ticks; /* stands in where a buffer has no OFFSET */
  guint64 bad_rows;
  guint n_keys;

  gint is_reduced_anew; /* atomic: fields, rate or rows a unit are not the
                         * encoder's */

  /* Object lock: the encoder (so that stats and keys can be asked for from any
   * thread), the settings, and what was known before the first caps. */
  GstPitboxEncoder *encoder;
  GstPitboxSchema *schema;
  GstPitboxEncoderConfig config;
  gchar *fields;
};

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_PITBOX_CAPS_RAW));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_PITBOX_CAPS_KLV));

G_DEFINE_FINAL_TYPE (GstTelemetryEnc, gst_telemetry_enc, GST_TYPE_ELEMENT);
GST_ELEMENT_REGISTER_DEFINE (
    telemetryenc, "telemetryenc", GST_RANK_NONE, GST_TYPE_TELEMETRY_ENC);

/* Before a key unit, as a video encoder before a key frame: a multiplexer
 * answers with its headers, so that whoever joins here can read on from here. */
static void
announce_key (GstTelemetryEnc *self, GstBuffer *unit)
{
  GstClockTime time = GST_BUFFER_PTS (unit);

  if (self->segment.format != GST_FORMAT_TIME)
    return;
  gst_pad_push_event (self->srcpad,
      gst_video_event_new_downstream_force_key_unit (time,
          gst_segment_to_stream_time (&self->segment, GST_FORMAT_TIME, time),
          gst_segment_to_running_time (&self->segment, GST_FORMAT_TIME, time),
          TRUE, self->n_keys++));
}

static GstFlowReturn
push_unit (GstTelemetryEnc *self, GstBuffer *unit)
{
  if (unit == NULL)
    return GST_FLOW_OK;
  if (!GST_BUFFER_FLAG_IS_SET (unit, GST_BUFFER_FLAG_DELTA_UNIT))
    announce_key (self, unit);
  GST_LOG_OBJECT (self, "unit %" GST_PTR_FORMAT, unit);
  return gst_pad_push (self->srcpad, unit);
}

static GstFlowReturn
drain (GstTelemetryEnc *self)
{
  GstBuffer *unit = NULL;

  GST_OBJECT_LOCK (self);
  if (self->encoder != NULL)
    unit = gst_pitbox_encoder_drain (self->encoder);
  GST_OBJECT_UNLOCK (self);
  return push_unit (self, unit);
}

static void
flush (GstTelemetryEnc *self)
{
  g_autoptr (GstBuffer) dropped = NULL;

  GST_OBJECT_LOCK (self);
  if (self->encoder != NULL) {
    dropped = gst_pitbox_encoder_drain (self->encoder);
    gst_pitbox_encoder_force_key (self->encoder);
  }
  GST_OBJECT_UNLOCK (self);
}

static gboolean
set_caps (GstTelemetryEnc *self, GstCaps *caps)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstPitboxSchema) schema =
      gst_pitbox_schema_new_from_caps (caps, &error);
  gboolean ok = schema != NULL;

  if (ok && self->schema != NULL
      && gst_pitbox_schema_equal (schema, self->schema))
    return TRUE;
  drain (self);
  GST_OBJECT_LOCK (self);
  g_clear_pointer (&self->schema, gst_pitbox_schema_unref);
  if (ok)
    ok = gst_pitbox_encoder_set_schema (self->encoder, schema, &error);
  if (ok)
    self->schema = gst_pitbox_schema_ref (schema);
  GST_OBJECT_UNLOCK (self);
  if (!ok) {
    GST_ELEMENT_ERROR (self, STREAM, FORMAT, ("%s", error->message), (NULL));
    return FALSE;
  }
  if (!self->caps_sent) {
    g_autoptr (GstCaps) klv = gst_caps_from_string (GST_PITBOX_CAPS_KLV);

    self->caps_sent =
        gst_pad_push_event (self->srcpad, gst_event_new_caps (klv));
  }
  return TRUE;
}

/* At a row, so that none is lost between one layout and the next. */
static void
reduce_anew (GstTelemetryEnc *self)
{
  g_autoptr (GError) error = NULL;

  drain (self);
  GST_OBJECT_LOCK (self);
  g_atomic_int_set (&self->is_reduced_anew, FALSE);
  if (!gst_pitbox_encoder_reduce (self->encoder, self->fields,
          self->config.rate_divisor, self->config.rows_per_unit, &error))
    GST_WARNING_OBJECT (self, "sending all variables: %s", error->message);
  GST_OBJECT_UNLOCK (self);
  gst_element_post_message (
      GST_ELEMENT (self), gst_message_new_latency (GST_OBJECT (self)));
}

static GstFlowReturn
sink_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  GstTelemetryEnc *self = GST_TELEMETRY_ENC (parent);
  GstPitboxEncoderRow row = { 0 };
  GstBuffer *unit = NULL;
  GstMapInfo map;
  gboolean ok = FALSE;

  if (self->schema == NULL) {
    gst_buffer_unref (buffer);
    return GST_FLOW_NOT_NEGOTIATED;
  }
  if (g_atomic_int_get (&self->is_reduced_anew))
    reduce_anew (self);
  if (!gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    gst_buffer_unref (buffer);
    return GST_FLOW_ERROR;
  }
  row.data = map.data;
  row.pts = GST_BUFFER_PTS (buffer);
  row.tick = GST_BUFFER_OFFSET_IS_VALID (buffer) ? GST_BUFFER_OFFSET (buffer)
                                                 : self->ticks;
  row.utc_us = gst_pitbox_buffer_get_utc (buffer, &row.clock_quality);
  row.discont = GST_BUFFER_IS_DISCONT (buffer);
  GST_OBJECT_LOCK (self);
  if (map.size == gst_pitbox_schema_get_row_bytes (self->schema)) {
    unit = gst_pitbox_encoder_push (self->encoder, &row);
    self->ticks = row.tick + 1;
    ok = TRUE;
  } else {
    self->bad_rows++;
  }
  GST_OBJECT_UNLOCK (self);
  if (!ok)
    GST_WARNING_OBJECT (
        self, "dropping a row of %" G_GSIZE_FORMAT " bytes", map.size);
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);
  return push_unit (self, unit);
}

static gboolean
sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  GstTelemetryEnc *self = GST_TELEMETRY_ENC (parent);
  GstCaps *caps;
  GBytes *text;
  guint update;
  gboolean ok;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_CAPS:
      gst_event_parse_caps (event, &caps);
      ok = set_caps (self, caps);
      gst_event_unref (event);
      return ok;
    case GST_EVENT_SEGMENT:
      drain (self);
      gst_event_copy_segment (event, &self->segment);
      break;
    case GST_EVENT_GAP:
    case GST_EVENT_EOS:
      drain (self);
      break;
    case GST_EVENT_FLUSH_STOP:
      flush (self);
      break;
    default:
      if (gst_pitbox_session_event_parse (event, &text, &update)) {
        GST_OBJECT_LOCK (self);
        gst_pitbox_encoder_set_session (self->encoder, text, update);
        GST_OBJECT_UNLOCK (self);
        g_bytes_unref (text);
        /* It travels inside the units from here on. */
        gst_event_unref (event);
        return TRUE;
      }
      break;
  }
  return gst_pad_event_default (pad, parent, event);
}

static gboolean
src_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  GstTelemetryEnc *self = GST_TELEMETRY_ENC (parent);

  if (gst_video_event_is_force_key_unit (event)) {
    gboolean all_headers = FALSE;

    gst_video_event_parse_upstream_force_key_unit (
        event, NULL, &all_headers, NULL);
    GST_OBJECT_LOCK (self);
    if (self->encoder != NULL) {
      gst_pitbox_encoder_force_key (self->encoder);
      if (all_headers)
        gst_pitbox_encoder_repeat_texts (self->encoder);
    }
    GST_OBJECT_UNLOCK (self);
    gst_event_unref (event);
    return TRUE;
  }
  return gst_pad_event_default (pad, parent, event);
}

/* Rows that wait for the rest of their unit are late by so much. */
static gboolean
query_latency (GstTelemetryEnc *self, GstQuery *query)
{
  gboolean live;
  GstClockTime min, max, own = 0;

  if (!gst_pad_peer_query (self->sinkpad, query))
    return FALSE;
  gst_query_parse_latency (query, &live, &min, &max);
  GST_OBJECT_LOCK (self);
  if (self->schema != NULL)
    own = gst_util_uint64_scale (
        (self->config.rows_per_unit - 1) * (guint64) self->config.rate_divisor,
        GST_SECOND, gst_pitbox_schema_get_tick_rate (self->schema));
  GST_OBJECT_UNLOCK (self);
  if (GST_CLOCK_TIME_IS_VALID (max))
    max += own;
  gst_query_set_latency (query, live, min + own, max);
  return TRUE;
}

static gboolean
src_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  if (GST_QUERY_TYPE (query) == GST_QUERY_LATENCY)
    return query_latency (GST_TELEMETRY_ENC (parent), query);
  return gst_pad_query_default (pad, parent, query);
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstTelemetryEnc *self = GST_TELEMETRY_ENC (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_CODEC:
      self->config.codec = g_value_get_enum (value);
      break;
    case PROP_KEY_INTERVAL:
      self->config.key_interval = g_value_get_uint64 (value);
      break;
    case PROP_ROWS_PER_UNIT:
      self->config.rows_per_unit = g_value_get_uint (value);
      g_atomic_int_set (&self->is_reduced_anew, self->encoder != NULL);
      break;
    case PROP_RUN_ID:
      self->config.run_id = g_value_get_uint (value);
      break;
    case PROP_FIELDS:
      g_free (self->fields);
      self->fields = g_value_dup_string (value);
      self->config.fields = self->fields;
      g_atomic_int_set (&self->is_reduced_anew, self->encoder != NULL);
      break;
    case PROP_RATE_DIVISOR:
      self->config.rate_divisor = g_value_get_uint (value);
      g_atomic_int_set (&self->is_reduced_anew, self->encoder != NULL);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

/* Object lock held. */
static GstStructure *
make_stats (GstTelemetryEnc *self)
{
  GstPitboxEncoderStats none = { 0 };
  const GstPitboxEncoderStats *s =
      self->encoder != NULL ? gst_pitbox_encoder_get_stats (self->encoder)
                            : &none;

  return gst_structure_new ("telemetryenc-stats", "rows", G_TYPE_UINT64,
      s->rows, "units", G_TYPE_UINT64, s->units, "key-units", G_TYPE_UINT64,
      s->key_units, "bytes", G_TYPE_UINT64, s->bytes, "fragment-bytes",
      G_TYPE_UINT64, s->fragment_bytes, "skipped-rows", G_TYPE_UINT64,
      s->skipped_rows, "bad-rows", G_TYPE_UINT64, self->bad_rows, "run-id",
      G_TYPE_UINT,
      self->encoder != NULL ? gst_pitbox_encoder_get_run_id (self->encoder)
                            : self->config.run_id,
      NULL);
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstTelemetryEnc *self = GST_TELEMETRY_ENC (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_CODEC:
      g_value_set_enum (value, self->config.codec);
      break;
    case PROP_KEY_INTERVAL:
      g_value_set_uint64 (value, self->config.key_interval);
      break;
    case PROP_ROWS_PER_UNIT:
      g_value_set_uint (value, self->config.rows_per_unit);
      break;
    case PROP_RUN_ID:
      g_value_set_uint (value, self->config.run_id);
      break;
    case PROP_FIELDS:
      g_value_set_string (value, self->fields);
      break;
    case PROP_RATE_DIVISOR:
      g_value_set_uint (value, self->config.rate_divisor);
      break;
    case PROP_STATS:
      g_value_take_boxed (value, make_stats (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
clear_stream (GstTelemetryEnc *self)
{
  GST_OBJECT_LOCK (self);
  g_clear_pointer (&self->encoder, gst_pitbox_encoder_free);
  g_clear_pointer (&self->schema, gst_pitbox_schema_unref);
  self->bad_rows = 0;
  GST_OBJECT_UNLOCK (self);
  self->caps_sent = FALSE;
  self->ticks = 0;
  gst_segment_init (&self->segment, GST_FORMAT_TIME);
}

static GstStateChangeReturn
change_state (GstElement *element, GstStateChange transition)
{
  GstTelemetryEnc *self = GST_TELEMETRY_ENC (element);
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED) {
    clear_stream (self);
    GST_OBJECT_LOCK (self);
    self->encoder = gst_pitbox_encoder_new (&self->config);
    g_atomic_int_set (&self->is_reduced_anew, FALSE);
    GST_OBJECT_UNLOCK (self);
  }
  ret = GST_ELEMENT_CLASS (gst_telemetry_enc_parent_class)
            ->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    clear_stream (self);
  return ret;
}

static void
finalize (GObject *object)
{
  GstTelemetryEnc *self = GST_TELEMETRY_ENC (object);

  clear_stream (self);
  g_free (self->fields);
  G_OBJECT_CLASS (gst_telemetry_enc_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *klass)
{
  GParamFlags flags =
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;
  GParamFlags live =
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING;

  g_object_class_install_property (klass, PROP_CODEC,
      g_param_spec_enum ("codec", "Codec",
          "How rows are coded; all of them give the same bits back",
          GST_TYPE_PITBOX_CODEC_ID, GST_PITBOX_CODEC_DEFAULT, flags));
  g_object_class_install_property (klass, PROP_KEY_INTERVAL,
      g_param_spec_uint64 ("key-interval", "Key interval",
          "Time between key units in ns (0 = every unit, -1 = on request only)",
          0, G_MAXUINT64, DEFAULT_KEY_INTERVAL, flags));
  g_object_class_install_property (klass, PROP_ROWS_PER_UNIT,
      g_param_spec_uint ("rows-per-unit", "Rows per unit",
          "Rows gathered into one unit; each adds one row time of latency", 1,
          GST_PITBOX_UNIT_MAX_ROWS, DEFAULT_ROWS_PER_UNIT, live));
  g_object_class_install_property (klass, PROP_RUN_ID,
      g_param_spec_uint ("run-id", "Run id",
          "Number by which a receiver tells this run's units from another's (0 "
          "= random)",
          0, G_MAXUINT32, 0, flags));
  g_object_class_install_property (klass, PROP_FIELDS,
      g_param_spec_string ("fields", "Fields",
          "Variables to send, comma-separated, a trailing * for any ending "
          "(empty = all)",
          NULL, live));
  g_object_class_install_property (klass, PROP_RATE_DIVISOR,
      g_param_spec_uint ("rate-divisor", "Rate divisor",
          "Send one row of every so many ticks", 1, 1000, DEFAULT_RATE_DIVISOR,
          live));
  g_object_class_install_property (klass, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
          "rows, bad-rows, skipped-rows (by rate-divisor), units, of them "
          "key-units, bytes, of them fragment-bytes (session text); run-id",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
gst_telemetry_enc_class_init (GstTelemetryEncClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (
      telemetry_enc_debug, "telemetryenc", 0, "telemetry encoder");
  object_class->set_property = set_property;
  object_class->get_property = get_property;
  object_class->finalize = finalize;
  install_properties (object_class);
  element_class->change_state = change_state;
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Telemetry encoder",
      "Codec/Encoder/Metadata",
      "Codes telemetry rows without loss into KLV units, for MPEG-TS and files",
      "PitBox Relay");
}

static void
gst_telemetry_enc_init (GstTelemetryEnc *self)
{
  self->config.codec = GST_PITBOX_CODEC_DEFAULT;
  self->config.key_interval = DEFAULT_KEY_INTERVAL;
  self->config.rows_per_unit = DEFAULT_ROWS_PER_UNIT;
  self->config.rate_divisor = DEFAULT_RATE_DIVISOR;

  self->sinkpad = gst_pad_new_from_static_template (&sink_template, "sink");
  gst_pad_set_chain_function (self->sinkpad, sink_chain);
  gst_pad_set_event_function (self->sinkpad, sink_event);
  gst_element_add_pad (GST_ELEMENT (self), self->sinkpad);

  self->srcpad = gst_pad_new_from_static_template (&src_template, "src");
  gst_pad_set_event_function (self->srcpad, src_event);
  gst_pad_set_query_function (self->srcpad, src_query);
  gst_element_add_pad (GST_ELEMENT (self), self->srcpad);
}
