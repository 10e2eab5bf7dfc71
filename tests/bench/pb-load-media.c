/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Coded once, as fast as the machine can, and sent many times. */
#include "pb-load-media.h"

#include <gst/app/app.h>
#include <gstpitbox/gstpitbox.h>
#include <mpegts/mpegts-parser.h>

/* What SRT puts into one datagram. */
#define PIECE_BYTES (7 * MPEGTS_PACKET_BYTES)
#define KEY_INTERVAL_S 2
#define FPS 60

/* The graphs of the agent (pipelines/), with a source that waits for nobody. */
static gchar *
describe (const PbLoadMediaOptions *o, guint32 run_id)
{
  g_autofree gchar *rows =
      o->ibt != NULL ? g_strdup_printf ("filesrc name=file ! ibtparse ! "
                                        "identity eos-after=%u",
          60 * o->seconds + 1)
                     : g_strdup_printf (
                         "telemetrytestsrc num-buffers=%u", 60 * o->seconds);
  g_autofree gchar *enc =
      g_strdup_printf ("telemetryenc run-id=%u rows-per-unit=%u", run_id,
          o->video_kbps > 0 ? 1 : o->rows_per_unit);

  if (o->video_kbps == 0)
    return g_strdup_printf ("%s ! %s %s ! appsink name=sink sync=false", rows,
        enc, o->as_ts ? "! telemetrytsmux" : "");
  return g_strdup_printf (
      "%s ! queue max-size-buffers=0 max-size-bytes=0 max-size-time=0 ! %s ! "
      "pace.telemetry_sink "
      "videotestsrc pattern=snow num-buffers=%u ! "
      "video/x-raw,format=I420,width=640,height=360,framerate=%u/1 ! "
      "x264enc tune=zerolatency speed-preset=ultrafast bitrate=%u "
      "key-int-max=%u bframes=0 vbv-buf-capacity=300 ! "
      "h264parse config-interval=-1 ! pace.video_sink "
      "telemetrypace name=pace "
      "pace.video_src ! queue max-size-buffers=0 max-size-bytes=0 "
      "max-size-time=0 ! mux.sink_65 "
      "pace.telemetry_src ! queue max-size-buffers=0 max-size-bytes=0 "
      "max-size-time=0 ! mux.sink_66 "
      "mpegtsmux name=mux alignment=0 pat-interval=45000 pmt-interval=45000 "
      "prog-map=program_map,sink_65=(int)1,sink_66=(int)1,PCR_1=sink_65 "
      "! appsink name=sink sync=false",
      rows, enc, FPS * o->seconds, FPS, o->video_kbps, KEY_INTERVAL_S * FPS);
}

static void
add_message (PbLoadMedia *media, GBytes *bytes, gint64 due_us)
{
  g_ptr_array_add (media->messages, bytes);
  g_array_append_val (media->due_us, due_us);
}

/* A unit is due once its last row was read. */
static gboolean
take_unit (PbLoadMedia *media, GstPitboxUnitCursor *cursor, GBytes *bytes,
    GError **error)
{
  GstPitboxUnitSpan span;
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  if (!gst_pitbox_unit_cursor_take (cursor, data, size, &span, error))
    return FALSE;
  media->run_id = span.run_id;
  media->n_rows = span.sequence + span.n_rows;
  g_array_append_val (media->first_row, span.sequence);
  g_array_append_val (media->of_unit, media->messages->len);
  add_message (media, g_bytes_ref (bytes),
      (gint64) (media->n_rows - 1) * G_USEC_PER_SEC / 60);
  return TRUE;
}

/* What the packets of a stream say of time. */
typedef struct {
  PbLoadMedia *media;
  GByteArray *piece;
  guint64 first_pts;
  gint64 due_us;
} Cutter;

static void
end_piece (Cutter *cutter)
{
  if (cutter->piece->len == 0)
    return;
  add_message (cutter->media,
      g_bytes_new (cutter->piece->data, cutter->piece->len), cutter->due_us);
  g_byte_array_set_size (cutter->piece, 0);
}

/* What begins with a later time is a later message. */
static void
take_packet (const guint8 *data, gsize size, const MpegtsPacket *packet,
    gpointer user_data)
{
  Cutter *cutter = user_data;

  if (packet->starts_unit && packet->pts != MPEGTS_NO_TIME) {
    gint64 due_us;

    if (cutter->first_pts == MPEGTS_NO_TIME)
      cutter->first_pts = packet->pts;
    due_us = ((gint64) packet->pts - (gint64) cutter->first_pts) * 100 / 9;
    if (due_us > cutter->due_us) {
      end_piece (cutter);
      cutter->due_us = due_us;
    }
  }
  if (packet->starts_unit && packet->kind == MPEGTS_KLV)
    g_array_append_val (cutter->media->of_unit, cutter->media->messages->len);
  g_byte_array_append (cutter->piece, data, (guint) size);
  if (cutter->piece->len >= PIECE_BYTES)
    end_piece (cutter);
}

static GBytes *
dup_bytes (GstBuffer *buffer)
{
  const gsize size = gst_buffer_get_size (buffer);
  guint8 *data = g_malloc (size);

  gst_buffer_extract (buffer, 0, data, size);
  return g_bytes_new_take (data, size);
}

static gboolean
take_all (PbLoadMedia *media, GstAppSink *sink, gboolean as_ts, GError **error)
{
  g_autoptr (MpegtsParser) parser = mpegts_parser_new ();
  GstPitboxUnitCursor cursor = { 0 };
  Cutter cutter = { media, g_byte_array_new (), MPEGTS_NO_TIME, 0 };
  gboolean is_good = TRUE;

  while (is_good) {
    g_autoptr (GstSample) sample = gst_app_sink_pull_sample (sink);
    g_autoptr (GBytes) bytes = NULL;

    if (sample == NULL)
      break;
    bytes = dup_bytes (gst_sample_get_buffer (sample));
    if (as_ts)
      mpegts_parser_push (parser, g_bytes_get_data (bytes, NULL),
          g_bytes_get_size (bytes), take_packet, &cutter);
    else
      is_good = take_unit (media, &cursor, bytes, error);
  }
  mpegts_parser_flush (parser, take_packet, &cutter);
  end_piece (&cutter);
  g_byte_array_unref (cutter.piece);
  return is_good;
}

/**
 * pb_load_media_new:
 * @options: what
 * @error: an element that is missing, a recording that cannot be read
 *
 * Returns: (nullable): all of it
 */
PbLoadMedia *
pb_load_media_new (const PbLoadMediaOptions *options, GError **error)
{
  g_autoptr (PbLoadMedia) media = g_new0 (PbLoadMedia, 1);
  g_autofree gchar *text = describe (options, g_random_int_range (1, 1 << 30));
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GstElement) sink = NULL;
  g_autoptr (GstElement) file = NULL;
  gboolean is_good;

  media->messages =
      g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  media->due_us = g_array_new (FALSE, FALSE, sizeof (gint64));
  media->first_row = g_array_new (FALSE, FALSE, sizeof (guint32));
  media->of_unit = g_array_new (FALSE, FALSE, sizeof (guint));
  pipeline = gst_parse_launch (text, error);
  if (pipeline == NULL)
    return NULL;
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  file = gst_bin_get_by_name (GST_BIN (pipeline), "file");
  if (file != NULL)
    g_object_set (file, "location", options->ibt, NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  is_good = take_all (media, GST_APP_SINK (sink),
      options->as_ts || options->video_kbps > 0, error);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  if (!is_good)
    return NULL;
  if (media->messages->len == 0) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED,
        "nothing came out of \"%s\"", text);
    return NULL;
  }
  if (media->n_rows == 0) /* of a stream nobody counted them */
    media->n_rows = 60 * options->seconds;
  return g_steal_pointer (&media);
}

void
pb_load_media_free (PbLoadMedia *media)
{
  g_ptr_array_unref (media->messages);
  g_array_unref (media->due_us);
  g_array_unref (media->first_row);
  g_array_unref (media->of_unit);
  g_free (media);
}
