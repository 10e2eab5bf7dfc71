/* SPDX-License-Identifier: LGPL-2.1-or-later
 * ibtparse: rows of iRacing's own disk files. */

/**
 * SECTION:element-ibtparse
 * @title: ibtparse
 *
 * Reads the .ibt files that iRacing writes into Documents/iRacing/telemetry:
 * 60 rows a second, each with all that the car measures. Behind it comes what
 * takes rows: telemetryscene draws them, telemetryjsonenc and telemetrytextenc
 * write chosen values, telemetrysync puts them on pictures, telemetryenc codes
 * them for MPEG-TS.
 *
 * Every whole row of the file, byte for byte. PTS is the row's number over the
 * rate, OFFSET its SessionTick (or its number, in files of 2015). Files that
 * the simulator did not close are read to their last whole row, with a warning
 * for what is missing.
 *
 * Seeks by time, and also in the formats `default` (number of the row),
 * `pitbox-tick` (SessionTick) and `pitbox-lap` (first row of a lap), see
 * gst_format_get_by_nick(). A lap that has not been read yet is found only
 * where the file can be read in any order, as from filesrc.
 *
 * ## Example
 * |[
 * gst-launch-1.0 filesrc location=lap.ibt ! ibtparse ! telemetryenc ! mpegtsmux ! filesink location=lap.ts
 * ]|
 */
#include "gstibtparse.h"

#include "gstibtlaps.h"
#include "gstibtlayout.h"

#include <gstpitbox/gstpitbox.h>
#include <gstpitbox/gstpitboxirsdk.h>
#include <irsdk/irsdk-disk.h>

GST_DEBUG_CATEGORY_STATIC (ibt_parse_debug);
#define GST_CAT_DEFAULT ibt_parse_debug

/* 2100-01-01: a later start date is not a date. */
#define MAX_START_DATE G_GINT64_CONSTANT (4102444800)
/* Rows that are read at once when a lap is looked for. */
#define SEARCH_BYTES (1024 * 1024)

struct _GstIbtParse {
  GstBaseParse parent;

  /* Streaming thread; set once, before any row, and read in queries and seeks
   * under the object lock. */
  GstPitboxSchema *schema;
  const GstPitboxVar *session_tick;
  GstIbtLayout layout;
  gint64 start_us;
  guint64 promised_rows; /* of the sub-header; 0: the sim did not say */
  gint64 first_tick;
  guint64 next_row;
  guint64 position; /* first byte of the next frame; push mode */
  gboolean rows_checked;
  gboolean refused;

  /* Object lock. */
  GstIbtLaps laps;
};

static GstFormat format_tick, format_lap;

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_PITBOX_CAPS_IBT));

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_PITBOX_CAPS_RAW));

G_DEFINE_FINAL_TYPE (GstIbtParse, gst_ibt_parse, GST_TYPE_BASE_PARSE)

static void
forget_file (GstIbtParse *self)
{
  GST_OBJECT_LOCK (self);
  g_clear_pointer (&self->schema, gst_pitbox_schema_unref);
  gst_ibt_laps_clear (&self->laps);
  self->session_tick = NULL;
  self->layout.head_bytes = 0;
  self->next_row = 0;
  self->position = 0;
  self->rows_checked = FALSE;
  self->refused = FALSE;
  self->first_tick = -1;
  GST_OBJECT_UNLOCK (self);
}

static gboolean
gst_ibt_parse_start (GstBaseParse *parse)
{
  forget_file (GST_IBT_PARSE (parse));
  gst_base_parse_set_min_frame_size (parse, IRSDK_DISK_START_BYTES);
  gst_base_parse_set_infer_ts (parse, FALSE);
  gst_base_parse_set_pts_interpolation (parse, FALSE);
  return TRUE;
}

static gboolean
gst_ibt_parse_stop (GstBaseParse *parse)
{
  forget_file (GST_IBT_PARSE (parse));
  return TRUE;
}

static GstFlowReturn
refuse (GstIbtParse *self, IrsdkResult result, const guint8 *data, gsize size)
{
  IrsdkHeader header;

  self->refused = TRUE;
  if (result == IRSDK_ERROR_FOREIGN
      && irsdk_header_parse (&header, data, size) == IRSDK_OK)
    GST_ELEMENT_ERROR (self, STREAM, WRONG_TYPE,
        ("This is a dump of iRacing's shared memory, not an .ibt file."),
        (NULL));
  else if (result == IRSDK_ERROR_FOREIGN)
    GST_ELEMENT_ERROR (self, STREAM, WRONG_TYPE,
        ("This is not an .ibt file of iRacing."), (NULL));
  else
    GST_ELEMENT_ERROR (self, STREAM, DEMUX,
        ("This .ibt file cannot be read: %s.", irsdk_result_text (result)),
        (NULL));
  return GST_FLOW_ERROR;
}

/* Says once how many rows are missing, if the sim said how many there are. */
static void
check_rows (GstIbtParse *self, guint64 rows)
{
  if (self->rows_checked)
    return;
  self->rows_checked = TRUE;
  if (rows < self->promised_rows)
    GST_ELEMENT_WARNING (self, STREAM, DEMUX,
        ("The .ibt file is cut off: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
         " rows are there.",
            rows, self->promised_rows),
        (NULL));
}

/* Times and durations of the file, as far as its size is known. */
static void
announce_duration (GstIbtParse *self)
{
  GstBaseParse *parse = GST_BASE_PARSE (self);
  gint64 bytes;
  guint64 rows;

  gst_base_parse_set_frame_rate (parse, self->layout.rate, 1, 0, 0);
  if (!gst_pad_peer_query_duration (
          GST_BASE_PARSE_SINK_PAD (parse), GST_FORMAT_BYTES, &bytes)
      || bytes < (gint64) self->layout.head_bytes)
    return;
  rows = gst_ibt_layout_byte_to_row (&self->layout, (guint64) bytes);
  gst_base_parse_set_duration (parse, GST_FORMAT_TIME,
      (gint64) gst_ibt_layout_row_to_time (&self->layout, rows), 0);
  check_rows (self, rows);
}

static void
take_head (GstIbtParse *self, const IrsdkDisk *disk, GstPitboxSchema *schema)
{
  const IrsdkDiskInfo *info = irsdk_disk_get_info (disk);

  GST_OBJECT_LOCK (self);
  self->schema = schema;
  self->session_tick = gst_pitbox_schema_find (schema, "SessionTick");
  self->layout.head_bytes = irsdk_disk_get_rows_offset (disk);
  self->layout.row_bytes = gst_pitbox_schema_get_row_bytes (schema);
  self->layout.rate = gst_pitbox_schema_get_tick_rate (schema);
  self->promised_rows = (guint64) MAX (info->record_count, 0);
  self->start_us = 0;
  if (info->start_date > 0 && info->start_date < MAX_START_DATE)
    self->start_us = info->start_date * G_USEC_PER_SEC;
  gst_ibt_laps_init (&self->laps, schema);
  GST_OBJECT_UNLOCK (self);
}

static gboolean
announce_head (GstIbtParse *self, const IrsdkDisk *disk)
{
  GstPad *pad = GST_BASE_PARSE_SRC_PAD (self);
  g_autoptr (GstCaps) caps = gst_pitbox_schema_to_caps (self->schema);
  g_autoptr (GBytes) bytes = NULL;
  const gsize rejected = irsdk_disk_get_n_rejected_vars (disk);
  gsize size;
  const char *text = irsdk_disk_get_session (disk, &size);

  if (rejected > 0)
    GST_ELEMENT_WARNING (self, STREAM, DECODE,
        ("%" G_GSIZE_FORMAT " variables of the .ibt file are not valid.",
            rejected),
        (NULL));
  if (!gst_pad_set_caps (pad, caps))
    return FALSE;
  bytes = g_bytes_new (text, size);
  gst_pad_push_event (pad, gst_pitbox_session_event_new (bytes, 0));
  announce_duration (self);
  gst_base_parse_set_min_frame_size (
      GST_BASE_PARSE (self), self->layout.row_bytes);
  return TRUE;
}

static GstFlowReturn
parse_head (GstIbtParse *self, const guint8 *data, gsize size, gsize *taken)
{
  GstPitboxSchema *schema;
  g_autoptr (GError) error = NULL;
  const IrsdkHeader *header;
  const IrsdkVar *vars;
  gsize n_vars, need = 0;
  IrsdkDisk *disk;
  IrsdkResult r = irsdk_disk_get_head_bytes (data, size, &need);
  gboolean ok;

  if (r == IRSDK_OK && size < need) {
    if (GST_BASE_PARSE_DRAINING (self))
      return refuse (self, IRSDK_ERROR_TRUNCATED, data, size);
    gst_base_parse_set_min_frame_size (GST_BASE_PARSE (self), (guint) need);
    return GST_FLOW_OK;
  }
  if (r == IRSDK_OK)
    r = irsdk_disk_open_memory (&disk, data, need);
  if (r != IRSDK_OK)
    return refuse (self, r, data, size);
  header = irsdk_disk_get_header (disk);
  vars = irsdk_disk_get_vars (disk, &n_vars);
  schema = gst_pitbox_schema_new_from_irsdk (
      vars, n_vars, header->tick_rate, header->row_bytes, &error);
  if (schema == NULL) {
    irsdk_disk_free (disk);
    self->refused = TRUE;
    GST_ELEMENT_ERROR (self, STREAM, DECODE, ("%s.", error->message), (NULL));
    return GST_FLOW_ERROR;
  }
  take_head (self, disk, schema);
  ok = announce_head (self, disk);
  irsdk_disk_free (disk);
  *taken = need;
  return ok ? GST_FLOW_OK : GST_FLOW_NOT_NEGOTIATED;
}

static void
stamp_row (
    GstIbtParse *self, GstBuffer *buffer, guint64 index, const guint8 *row)
{
  const GstClockTime time = gst_ibt_layout_row_to_time (&self->layout, index);
  const gint64 tick =
      gst_pitbox_row_get_newest_int64 (row, self->session_tick, (gint64) index);

  GST_BUFFER_PTS (buffer) = time;
  GST_BUFFER_DTS (buffer) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_DURATION (buffer) =
      gst_ibt_layout_row_to_time (&self->layout, index + 1) - time;
  GST_BUFFER_OFFSET (buffer) = (guint64) MAX (tick, 0);
  GST_BUFFER_OFFSET_END (buffer) = GST_BUFFER_OFFSET (buffer) + 1;
  if (index != self->next_row || index == 0)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  else
    GST_BUFFER_FLAG_UNSET (buffer, GST_BUFFER_FLAG_DISCONT);
  if (self->start_us > 0)
    gst_pitbox_buffer_set_utc (buffer,
        self->start_us + (gint64) (time / GST_USECOND), GST_PITBOX_CLOCK_FILE);
  GST_OBJECT_LOCK (self);
  self->next_row = index + 1;
  gst_ibt_laps_add (&self->laps, index, row);
  if (self->first_tick < 0 && self->session_tick != NULL)
    self->first_tick = tick - (gint64) index;
  GST_OBJECT_UNLOCK (self);
}

static void
warn_tail (GstIbtParse *self, gsize bytes)
{
  GST_ELEMENT_WARNING (self, STREAM, DEMUX,
      ("The last row of the .ibt file is cut off: %" G_GSIZE_FORMAT
       " of %u bytes.",
          bytes, self->layout.row_bytes),
      (NULL));
}

static GstFlowReturn
drop_bytes (GstBaseParse *parse, GstBaseParseFrame *frame, gsize bytes)
{
  GST_IBT_PARSE (parse)->position += bytes;
  frame->flags |=
      GST_BASE_PARSE_FRAME_FLAG_DROP | GST_BASE_PARSE_FRAME_FLAG_NO_FRAME;
  return gst_base_parse_finish_frame (parse, frame, (gint) bytes);
}

static GstFlowReturn
gst_ibt_parse_handle_frame (
    GstBaseParse *parse, GstBaseParseFrame *frame, gint *skip)
{
  GstIbtParse *self = GST_IBT_PARSE (parse);
  GstMapInfo map;
  GstFlowReturn ret = GST_FLOW_OK;
  gsize drop = 0, size;
  guint64 offset = self->position;

  *skip = 0;
  /* It has been said; at EOS the same bytes come again. */
  if (self->refused)
    return GST_FLOW_ERROR;
  if (!gst_buffer_map (frame->buffer, &map, GST_MAP_READ)) {
    GST_ELEMENT_ERROR (self, RESOURCE, READ, (NULL), ("buffer not mapped"));
    return GST_FLOW_ERROR;
  }
  size = map.size;
  /* Pushed buffers need not say where in the file they stand. */
  if (GST_PAD_MODE (GST_BASE_PARSE_SINK_PAD (parse)) == GST_PAD_MODE_PULL)
    offset = frame->offset;
  if (self->schema == NULL) {
    ret = parse_head (self, map.data, size, &drop);
  } else {
    drop = MIN (gst_ibt_layout_bytes_to_row (&self->layout, offset), size);
    if (drop == 0 && size >= self->layout.row_bytes) {
      /* Its own buffer, same memory: of the frame's, the base class keeps
       * times only, and not in every mode. */
      frame->out_buffer = gst_buffer_copy_region (
          frame->buffer, GST_BUFFER_COPY_MEMORY, 0, self->layout.row_bytes);
      stamp_row (self, frame->out_buffer,
          gst_ibt_layout_byte_to_row (&self->layout, offset), map.data);
    }
  }
  gst_buffer_unmap (frame->buffer, &map);
  if (ret != GST_FLOW_OK)
    return ret;
  if (drop > 0)
    return drop_bytes (parse, frame, drop);
  if (self->schema == NULL)
    return GST_FLOW_OK;
  if (size >= self->layout.row_bytes) {
    self->position += self->layout.row_bytes;
    return gst_base_parse_finish_frame (
        parse, frame, (gint) self->layout.row_bytes);
  }
  if (!GST_BASE_PARSE_DRAINING (parse))
    return GST_FLOW_OK;
  warn_tail (self, size);
  return drop_bytes (parse, frame, size);
}

static gboolean
gst_ibt_parse_src_convert (GstBaseParse *parse, GstFormat from, gint64 value,
    GstFormat to, gint64 *result)
{
  return gst_ibt_layout_convert (
      &GST_IBT_PARSE (parse)->layout, from, value, to, result);
}

/* Reads ahead to the first row of @lap. Only where upstream gives any byte. */
static gboolean
search_lap (GstIbtParse *self, gint64 lap, guint64 *row)
{
  GstPad *pad = GST_BASE_PARSE_SINK_PAD (self);
  const guint rows = MAX (SEARCH_BYTES / self->layout.row_bytes, 1);
  gboolean found = FALSE, more = GST_PAD_MODE (pad) == GST_PAD_MODE_PULL;

  while (more && !found) {
    guint64 next = self->laps.next_row;
    GstBuffer *buffer = NULL;
    GstMapInfo map;

    if (gst_pad_pull_range (pad,
            gst_ibt_layout_row_to_byte (&self->layout, next),
            rows * self->layout.row_bytes, &buffer)
        != GST_FLOW_OK)
      return FALSE;
    more =
        gst_buffer_get_size (buffer) == (gsize) rows * self->layout.row_bytes;
    if (gst_buffer_map (buffer, &map, GST_MAP_READ)) {
      GST_OBJECT_LOCK (self);
      for (gsize at = 0; at + self->layout.row_bytes <= map.size;
           at += self->layout.row_bytes)
        gst_ibt_laps_add (&self->laps, next++, map.data + at);
      found = gst_ibt_laps_find (&self->laps, lap, row);
      GST_OBJECT_UNLOCK (self);
      gst_buffer_unmap (buffer, &map);
    }
    gst_buffer_unref (buffer);
  }
  return found;
}

static gboolean
find_row (GstIbtParse *self, GstFormat format, gint64 value, guint64 *row)
{
  gboolean found = FALSE;

  if (value < 0)
    return FALSE;
  GST_OBJECT_LOCK (self);
  if (self->schema == NULL) {
    GST_OBJECT_UNLOCK (self);
    return FALSE;
  }
  if (format == GST_FORMAT_DEFAULT) {
    *row = (guint64) value;
    found = TRUE;
  } else if (format == format_tick) {
    *row = (guint64) (value - MAX (self->first_tick, 0));
    found = value >= self->first_tick;
  } else {
    found = gst_ibt_laps_find (&self->laps, value, row);
  }
  GST_OBJECT_UNLOCK (self);
  if (!found && format == format_lap)
    found = search_lap (self, value, row);
  return found;
}

/* A seek to a row, tick or lap is a seek to its time. */
static gboolean
seek_by_row (GstIbtParse *self, GstEvent *event)
{
  GstSeekFlags flags;
  GstSeekType start_type, stop_type;
  GstFormat format;
  gdouble rate;
  gint64 start, stop;
  guint64 row = 0;
  GstClockTime start_time = GST_CLOCK_TIME_NONE, stop_time = start_time;
  GstEvent *seek;

  gst_event_parse_seek (
      event, &rate, &format, &flags, &start_type, &start, &stop_type, &stop);
  if (start_type == GST_SEEK_TYPE_SET) {
    if (!find_row (self, format, start, &row))
      return FALSE;
    start_time = gst_ibt_layout_row_to_time (&self->layout, row);
  }
  if (stop_type == GST_SEEK_TYPE_SET && stop >= 0) {
    if (!find_row (self, format, stop, &row))
      return FALSE;
    stop_time = gst_ibt_layout_row_to_time (&self->layout, row);
  }
  GST_INFO_OBJECT (self, "%s %" G_GINT64_FORMAT " is %" GST_TIME_FORMAT,
      gst_format_get_name (format), start, GST_TIME_ARGS (start_time));
  seek = gst_event_new_seek (rate, GST_FORMAT_TIME, flags, start_type,
      (gint64) start_time, stop_type, (gint64) stop_time);
  gst_event_set_seqnum (seek, gst_event_get_seqnum (event));
  return GST_BASE_PARSE_CLASS (gst_ibt_parse_parent_class)
      ->src_event (GST_BASE_PARSE (self), seek);
}

static gboolean
gst_ibt_parse_src_event (GstBaseParse *parse, GstEvent *event)
{
  GstFormat format = GST_FORMAT_UNDEFINED;

  if (GST_EVENT_TYPE (event) == GST_EVENT_SEEK)
    gst_event_parse_seek (event, NULL, &format, NULL, NULL, NULL, NULL, NULL);
  if (format != GST_FORMAT_UNDEFINED
      && (format == GST_FORMAT_DEFAULT || format == format_tick
          || format == format_lap)) {
    gboolean ok = seek_by_row (GST_IBT_PARSE (parse), event);

    gst_event_unref (event);
    return ok;
  }
  return GST_BASE_PARSE_CLASS (gst_ibt_parse_parent_class)
      ->src_event (parse, event);
}

/* Where upstream's segment is in time but its buffers have none, the base class
 * takes ours away. */
static GstFlowReturn
gst_ibt_parse_pre_push_frame (GstBaseParse *parse, GstBaseParseFrame *frame)
{
  GstIbtParse *self = GST_IBT_PARSE (parse);

  GST_BUFFER_PTS (frame->buffer) =
      gst_ibt_layout_row_to_time (&self->layout, self->next_row - 1);
  return GST_FLOW_OK;
}

static gboolean
gst_ibt_parse_sink_event (GstBaseParse *parse, GstEvent *event)
{
  GstIbtParse *self = GST_IBT_PARSE (parse);

  if (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT) {
    const GstSegment *segment;

    gst_event_parse_segment (event, &segment);
    if (segment->format == GST_FORMAT_BYTES)
      self->position = segment->start;
  }
  /* Of a pipe, the size is known only now. What is still in the parser is
   * less than a row more. */
  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS && self->schema != NULL)
    check_rows (self, self->next_row);
  return GST_BASE_PARSE_CLASS (gst_ibt_parse_parent_class)
      ->sink_event (parse, event);
}

static void
gst_ibt_parse_finalize (GObject *object)
{
  forget_file (GST_IBT_PARSE (object));
  G_OBJECT_CLASS (gst_ibt_parse_parent_class)->finalize (object);
}

static void
gst_ibt_parse_class_init (GstIbtParseClass *klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseParseClass *parse_class = GST_BASE_PARSE_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (ibt_parse_debug, "ibtparse", 0, "iRacing files");
  format_tick = gst_format_register ("pitbox-tick", "iRacing's SessionTick");
  format_lap = gst_format_register ("pitbox-lap", "Number of a lap");
  G_OBJECT_CLASS (klass)->finalize = gst_ibt_parse_finalize;
  parse_class->start = gst_ibt_parse_start;
  parse_class->stop = gst_ibt_parse_stop;
  parse_class->handle_frame = gst_ibt_parse_handle_frame;
  parse_class->pre_push_frame = gst_ibt_parse_pre_push_frame;
  parse_class->convert = gst_ibt_parse_src_convert;
  parse_class->sink_event = gst_ibt_parse_sink_event;
  parse_class->src_event = gst_ibt_parse_src_event;
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "iRacing .ibt reader",
      "Codec/Parser/Metadata",
      "Reads iRacing's .ibt files, one telemetry row a buffer", "PitBox Relay");
}

static void
gst_ibt_parse_init (GstIbtParse *self)
{
  self->first_tick = -1;
}
