/* SPDX-License-Identifier: LGPL-2.1-or-later
 * telemetrytsmux: KLV units to MPEG-TS, in the thread that brings them. */

/**
 * SECTION:element-telemetrytsmux
 * @title: telemetrytsmux
 *
 * MPEG-TS of telemetry alone. A unit leaves at once as a whole number of
 * packets in one buffer, in the thread that brought it: mpegtsmux, which takes
 * a picture along, has a thread of its own, whose wake-ups cost more than the
 * packets. What a demuxer sees is the same: one programme with one KLV stream
 * that carries the clock; the tables come twice a second and before each key
 * unit.
 *
 * |[
 * gst-launch-1.0 filesrc location=lap.ibt ! ibtparse ! telemetryenc ! telemetrytsmux ! filesink location=lap.ts
 * ]|
 */
#include "gsttelemetrytsmux.h"

#include <gst/video/video-event.h>
#include <gstpitbox/gstpitbox.h>
#include <mpegts/mpegts-writer.h>

GST_DEBUG_CATEGORY_STATIC (telemetry_ts_mux_debug);
#define GST_CAT_DEFAULT telemetry_ts_mux_debug

/* Where mpegtsmux begins too, so that the clock before the first unit is not
 * negative. */
#define START_TIME (G_GUINT64_CONSTANT (3600) * 90000)

struct _GstTelemetryTsMux {
  GstElement parent;

  GstPad *sinkpad;
  GstPad *srcpad;

  /* Streaming thread only. */
  GstSegment segment;
  MpegtsWriter writer;
  gboolean begun; /* caps and segment have left */
};

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_PITBOX_CAPS_KLV));
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS,
        GST_STATIC_CAPS ("video/mpegts, systemstream = (boolean) true, "
                         "packetsize = (int) 188"));

G_DEFINE_FINAL_TYPE (GstTelemetryTsMux, gst_telemetry_ts_mux, GST_TYPE_ELEMENT)
GST_ELEMENT_REGISTER_DEFINE (
    telemetrytsmux, "telemetrytsmux", GST_RANK_NONE, GST_TYPE_TELEMETRY_TS_MUX)

/* A unit's running time; MPEG-TS knows no other. */
static GstClockTime
running_time (GstTelemetryTsMux *self, GstBuffer *unit)
{
  return gst_segment_to_running_time (
      &self->segment, GST_FORMAT_TIME, GST_BUFFER_PTS (unit));
}

static GstBuffer *
make_packets (
    GstTelemetryTsMux *self, GstClockTime time, const GstMapInfo *unit)
{
  const guint64 pts =
      START_TIME + gst_util_uint64_scale (time, 90000, GST_SECOND);
  GByteArray *bytes =
      g_byte_array_sized_new (mpegts_writer_get_room (unit->size));
  const gboolean with_tables =
      mpegts_writer_put (&self->writer, bytes, pts, unit->data, unit->size);
  const gsize size = bytes->len;
  GstBuffer *packets =
      gst_buffer_new_wrapped (g_byte_array_free (bytes, FALSE), size);

  GST_BUFFER_PTS (packets) = GST_BUFFER_DTS (packets) = time;
  if (!with_tables)
    GST_BUFFER_FLAG_SET (packets, GST_BUFFER_FLAG_DELTA_UNIT);
  return packets;
}

static GstFlowReturn
chain (GstPad *pad, GstObject *parent, GstBuffer *unit)
{
  GstTelemetryTsMux *self = GST_TELEMETRY_TS_MUX (parent);
  const GstClockTime time = running_time (self, unit);
  GstBuffer *packets = NULL;
  GstMapInfo map;

  if (!GST_CLOCK_TIME_IS_VALID (time)) {
    GST_WARNING_OBJECT (self, "dropping a unit without a time");
  } else if (!gst_buffer_map (unit, &map, GST_MAP_READ)) {
    GST_WARNING_OBJECT (self, "cannot read a unit; dropping it");
  } else {
    if (map.size > MPEGTS_UNIT_MAX_BYTES)
      GST_WARNING_OBJECT (
          self, "dropping a unit of %" G_GSIZE_FORMAT " bytes", map.size);
    else if (map.size > 0)
      packets = make_packets (self, time, &map);
    gst_buffer_unmap (unit, &map);
  }
  gst_buffer_unref (unit);
  return packets != NULL ? gst_pad_push (self->srcpad, packets) : GST_FLOW_OK;
}

/* Out come running times, whatever segments come in. */
static void
begin (GstTelemetryTsMux *self)
{
  g_autoptr (GstCaps) caps = gst_static_pad_template_get_caps (&src_template);
  GstSegment segment;

  if (self->begun)
    return;
  self->begun = TRUE;
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (self->srcpad, gst_event_new_caps (caps));
  gst_pad_push_event (self->srcpad, gst_event_new_segment (&segment));
}

static gboolean
sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  GstTelemetryTsMux *self = GST_TELEMETRY_TS_MUX (parent);

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_CAPS:
      gst_event_unref (event);
      return TRUE;
    case GST_EVENT_SEGMENT:
      gst_event_copy_segment (event, &self->segment);
      gst_event_unref (event);
      if (self->segment.format != GST_FORMAT_TIME) {
        GST_ELEMENT_ERROR (self, STREAM, FORMAT,
            ("Telemetry without times cannot go into MPEG-TS."), (NULL));
        return FALSE;
      }
      begin (self);
      return TRUE;
    case GST_EVENT_GAP:
      /* The stream has no word for it. */
      gst_event_unref (event);
      return TRUE;
    case GST_EVENT_FLUSH_STOP:
      gst_segment_init (&self->segment, GST_FORMAT_TIME);
      mpegts_writer_want_tables (&self->writer);
      self->begun = FALSE;
      break;
    default:
      /* Before a key unit. */
      if (gst_video_event_is_force_key_unit (event))
        mpegts_writer_want_tables (&self->writer);
      break;
  }
  return gst_pad_event_default (pad, parent, event);
}

static GstStateChangeReturn
change_state (GstElement *element, GstStateChange transition)
{
  GstTelemetryTsMux *self = GST_TELEMETRY_TS_MUX (element);

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED) {
    gst_segment_init (&self->segment, GST_FORMAT_UNDEFINED);
    mpegts_writer_init (&self->writer);
    self->begun = FALSE;
  }
  return GST_ELEMENT_CLASS (gst_telemetry_ts_mux_parent_class)
      ->change_state (element, transition);
}

static void
gst_telemetry_ts_mux_class_init (GstTelemetryTsMuxClass *klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (
      telemetry_ts_mux_debug, "telemetrytsmux", 0, "telemetry into MPEG-TS");
  element_class->change_state = change_state;
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class,
      "Telemetry MPEG-TS multiplexer", "Codec/Muxer/Metadata",
      "Puts telemetry without a picture into MPEG-TS, without a thread",
      "PitBox Relay");
}

static void
gst_telemetry_ts_mux_init (GstTelemetryTsMux *self)
{
  self->sinkpad = gst_pad_new_from_static_template (&sink_template, "sink");
  gst_pad_set_chain_function (self->sinkpad, chain);
  gst_pad_set_event_function (self->sinkpad, sink_event);
  gst_element_add_pad (GST_ELEMENT (self), self->sinkpad);
  self->srcpad = gst_pad_new_from_static_template (&src_template, "src");
  gst_element_add_pad (GST_ELEMENT (self), self->srcpad);
}
