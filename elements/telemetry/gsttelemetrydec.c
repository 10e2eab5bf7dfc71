/* SPDX-License-Identifier: LGPL-2.1-or-later
 * telemetrydec: untrusted KLV units to RAW rows. */
/**
 * SECTION:element-telemetrydec
 *
 * Stands behind tsdemux and gives back the rows that telemetryenc has coded, for
 * telemetrysync, telemetryscene, telemetryjsonenc and whatever takes rows.
 *
 * Each has the time it had: a row's PTS is its unit's PTS plus the row's offset.
 * A damaged or useless unit is counted in #GstTelemetryDec:stats and passed over;
 * rows go on at the next key unit, the first one marked DISCONT. Where the sender left variables or ticks
 * out, the caps say so: `full-schema-id` (uint) and `full-n-vars` (uint), and a
 * `rate` below the schema's own.
 *
 * |[
 * gst-launch-1.0 filesrc location=lap.ts ! tsdemux ! telemetrydec ! fakesink
 * ]|
 */
#include "gsttelemetrydec.h"

#include <gstpitbox/gstpitbox.h>

GST_DEBUG_CATEGORY_STATIC (telemetry_dec_debug);
#define GST_CAT_DEFAULT telemetry_dec_debug

enum {
  PROP_0,
  PROP_STATS,
};

struct _GstTelemetryDec {
  GstElement parent;

  GstPad *sinkpad;
  GstPad *srcpad;

  /* Streaming thread only; its counters under the object lock. */
  GstPitboxDecoder *decoder;
  GstEvent *segment; /* held back until caps are known */
  GstClockTime row_duration;
  guint64 warned;

  /* Object lock. */
  GstPitboxDecoderStats stats;
};

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_PITBOX_CAPS_KLV));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_PITBOX_CAPS_RAW));

G_DEFINE_FINAL_TYPE (GstTelemetryDec, gst_telemetry_dec, GST_TYPE_ELEMENT);
GST_ELEMENT_REGISTER_DEFINE (
    telemetrydec, "telemetrydec", GST_RANK_PRIMARY, GST_TYPE_TELEMETRY_DEC);

static void
push_segment (GstTelemetryDec *self)
{
  if (self->segment != NULL)
    gst_pad_push_event (self->srcpad, g_steal_pointer (&self->segment));
}

static void
push_caps (GstTelemetryDec *self, const GstPitboxDecoderItem *item)
{
  g_autoptr (GstCaps) caps = gst_pitbox_schema_to_caps (item->schema);
  const GstPitboxUnitKey *key = item->key;
  guint tick_rate = gst_pitbox_schema_get_tick_rate (item->schema);

  if (key->full_schema_id != key->schema_id)
    gst_caps_set_simple (caps, "full-schema-id", G_TYPE_UINT,
        key->full_schema_id, "full-n-vars", G_TYPE_UINT, key->full_n_vars,
        NULL);
  if (key->rate_divisor > 1)
    gst_caps_set_simple (caps, "rate", GST_TYPE_FRACTION, (gint) tick_rate,
        (gint) key->rate_divisor, NULL);
  self->row_duration =
      gst_util_uint64_scale_int (GST_SECOND, key->rate_divisor, tick_rate);
  gst_pad_push_event (self->srcpad, gst_event_new_caps (caps));
}

static GstFlowReturn
push_row (GstTelemetryDec *self, const GstPitboxDecoderItem *item,
    GstClockTime unit_pts)
{
  gsize size = gst_pitbox_schema_get_row_bytes (item->schema);
  GstBuffer *row = gst_buffer_new_memdup (item->row, size);

  if (GST_CLOCK_TIME_IS_VALID (unit_pts)) {
    GST_BUFFER_PTS (row) =
        item->offset_ns < 0 && (GstClockTime) -item->offset_ns > unit_pts
            ? 0
            : unit_pts + item->offset_ns;
    GST_BUFFER_DURATION (row) = self->row_duration;
  }
  GST_BUFFER_OFFSET (row) = item->times.tick;
  GST_BUFFER_OFFSET_END (row) = item->times.tick + item->key->rate_divisor;
  if (item->discont)
    GST_BUFFER_FLAG_SET (row, GST_BUFFER_FLAG_DISCONT);
  /* Microseconds far beyond any date do not fit a clock time. */
  if (item->times.utc_us > 0
      && item->times.utc_us < G_MAXINT64 / (gint64) GST_USECOND)
    gst_pitbox_buffer_set_utc (row, item->times.utc_us, item->clock_quality);
  return gst_pad_push (self->srcpad, row);
}

static GstFlowReturn
push_item (GstTelemetryDec *self, const GstPitboxDecoderItem *item,
    GstClockTime unit_pts)
{
  switch (item->type) {
    case GST_PITBOX_DECODER_SCHEMA:
      push_caps (self, item);
      push_segment (self);
      return GST_FLOW_OK;
    case GST_PITBOX_DECODER_SESSION:
      gst_pad_push_event (self->srcpad,
          gst_pitbox_session_event_new (item->session, item->session_update));
      return GST_FLOW_OK;
    default:
      push_segment (self);
      return push_row (self, item, unit_pts);
  }
}

static void
update_stats (GstTelemetryDec *self)
{
  const GstPitboxDecoderStats *stats =
      gst_pitbox_decoder_get_stats (self->decoder);
  guint64 rejected = gst_pitbox_decoder_stats_rejected (stats);

  GST_OBJECT_LOCK (self);
  self->stats = *stats;
  GST_OBJECT_UNLOCK (self);
  if (rejected > self->warned) {
    GST_WARNING_OBJECT (self,
        "%" G_GUINT64_FORMAT
        " units or parts of them rejected so far, %" G_GUINT64_FORMAT
        " rows lost",
        rejected, stats->lost_rows);
    self->warned = rejected;
  }
}

static GstFlowReturn
sink_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  GstTelemetryDec *self = GST_TELEMETRY_DEC (parent);
  GstClockTime pts = GST_BUFFER_PTS (buffer);
  GstFlowReturn ret = GST_FLOW_OK;
  GstPitboxDecoderItem item;
  GstMapInfo map;

  if (gst_buffer_get_size (buffer) == 0) {
    gst_buffer_unref (buffer);
    push_segment (self);
    if (GST_CLOCK_TIME_IS_VALID (pts))
      gst_pad_push_event (
          self->srcpad, gst_event_new_gap (pts, GST_CLOCK_TIME_NONE));
    return GST_FLOW_OK;
  }
  if (!gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    gst_buffer_unref (buffer);
    return GST_FLOW_ERROR;
  }
  gst_pitbox_decoder_push (self->decoder, map.data, map.size);
  while (ret == GST_FLOW_OK && gst_pitbox_decoder_next (self->decoder, &item))
    ret = push_item (self, &item, pts);
  gst_pitbox_decoder_push (self->decoder, NULL, 0);
  update_stats (self);
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);
  return ret;
}

static gboolean
sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  GstTelemetryDec *self = GST_TELEMETRY_DEC (parent);

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_CAPS:
      gst_event_unref (event);
      return TRUE;
    case GST_EVENT_SEGMENT:
      if (gst_pad_has_current_caps (self->srcpad))
        break;
      gst_event_replace (&self->segment, event);
      gst_event_unref (event);
      return TRUE;
    case GST_EVENT_GAP:
    case GST_EVENT_EOS:
      push_segment (self);
      break;
    case GST_EVENT_FLUSH_STOP:
      gst_pitbox_decoder_flush (self->decoder);
      gst_event_replace (&self->segment, NULL);
      break;
    default:
      break;
  }
  return gst_pad_event_default (pad, parent, event);
}

static GstStructure *
make_stats (GstTelemetryDec *self)
{
  GstPitboxDecoderStats s;

  GST_OBJECT_LOCK (self);
  s = self->stats;
  GST_OBJECT_UNLOCK (self);
  return gst_structure_new ("telemetrydec-stats", "units", G_TYPE_UINT64,
      s.units, "key-units", G_TYPE_UINT64, s.key_units, "rows", G_TYPE_UINT64,
      s.rows, "bytes", G_TYPE_UINT64, s.bytes, "lost-rows", G_TYPE_UINT64,
      s.lost_rows, "restarts", G_TYPE_UINT64, s.restarts, "sessions",
      G_TYPE_UINT64, s.sessions, "rejected", G_TYPE_UINT64,
      gst_pitbox_decoder_stats_rejected (&s), "rejected-truncated",
      G_TYPE_UINT64, s.rejected_truncated, "rejected-invalid", G_TYPE_UINT64,
      s.rejected_invalid, "rejected-checksum", G_TYPE_UINT64,
      s.rejected_checksum, "rejected-unsupported", G_TYPE_UINT64,
      s.rejected_unsupported, "rejected-foreign", G_TYPE_UINT64,
      s.rejected_foreign, "rejected-need-key", G_TYPE_UINT64,
      s.rejected_need_key, "rejected-stale", G_TYPE_UINT64, s.rejected_stale,
      "rejected-schema", G_TYPE_UINT64, s.rejected_schema, "rejected-row",
      G_TYPE_UINT64, s.rejected_row, "rejected-fragment", G_TYPE_UINT64,
      s.rejected_fragment, NULL);
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_STATS)
    g_value_take_boxed (value, make_stats (GST_TELEMETRY_DEC (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
clear_stream (GstTelemetryDec *self)
{
  g_clear_pointer (&self->decoder, gst_pitbox_decoder_free);
  gst_event_replace (&self->segment, NULL);
  self->warned = 0;
}

static GstStateChangeReturn
change_state (GstElement *element, GstStateChange transition)
{
  GstTelemetryDec *self = GST_TELEMETRY_DEC (element);
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED) {
    clear_stream (self);
    self->decoder = gst_pitbox_decoder_new ();
  }
  ret = GST_ELEMENT_CLASS (gst_telemetry_dec_parent_class)
            ->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    clear_stream (self);
  return ret;
}

static void
finalize (GObject *object)
{
  clear_stream (GST_TELEMETRY_DEC (object));
  G_OBJECT_CLASS (gst_telemetry_dec_parent_class)->finalize (object);
}

static void
gst_telemetry_dec_class_init (GstTelemetryDecClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (
      telemetry_dec_debug, "telemetrydec", 0, "telemetry decoder");
  object_class->get_property = get_property;
  object_class->finalize = finalize;
  g_object_class_install_property (object_class, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
          "units, of them key-units, rows, bytes, lost-rows, restarts, "
          "sessions; rejected, and by reason rejected-truncated, -invalid, "
          "-checksum, -unsupported, -foreign, -need-key, -stale, -schema, "
          "-row, -fragment",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  element_class->change_state = change_state;
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Telemetry decoder",
      "Codec/Decoder/Metadata",
      "Decodes KLV units into telemetry rows; damaged ones are counted and "
      "left out",
      "PitBox Relay");
}

static void
gst_telemetry_dec_init (GstTelemetryDec *self)
{
  self->sinkpad = gst_pad_new_from_static_template (&sink_template, "sink");
  gst_pad_set_chain_function (self->sinkpad, sink_chain);
  gst_pad_set_event_function (self->sinkpad, sink_event);
  gst_element_add_pad (GST_ELEMENT (self), self->sinkpad);

  self->srcpad = gst_pad_new_from_static_template (&src_template, "src");
  gst_element_add_pad (GST_ELEMENT (self), self->srcpad);
}
