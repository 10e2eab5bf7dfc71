/* SPDX-License-Identifier: LGPL-2.1-or-later
 * pitboxsrc against a real port: pictures with their own rows, refusals in
 * words, coming back. */
#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>
#include <gst/video/video.h>
#include <gstpitbox/gstpitbox.h>
#include <string.h>

#define KEY "correct-horse-battery"
#define WAIT_SECONDS 30
#define UNTIL (g_get_monotonic_time () + WAIT_SECONDS * G_TIME_SPAN_SECOND)

/* A driver: rows, the picture of them, both in one stream, two key frames a
 * second; and whatever else goes into it. */
#define DRIVER_OF(encoder, more) \
  "telemetrytestsrc is-live=true ! tee name=rows " \
  "rows. ! queue ! telemetryenc key-interval=500000000 ! pace.telemetry_sink " \
  "rows. ! queue ! telemetryscene ! video/x-raw,width=320,height=180," \
  "framerate=30/1 ! " encoder " ! pace.video_sink " \
  "telemetrypace name=pace pace.video_src ! mux.sink_65 " \
  "pace.telemetry_src ! mux.sink_66 " more \
  "mpegtsmux name=mux alignment=0 latency=200000000 ! " \
  "pitboxsrtserversink listener=src-test driver=car01 grace=0"
#define H264 \
  "x264enc tune=zerolatency speed-preset=ultrafast bitrate=1500 " \
  "key-int-max=15 ! h264parse config-interval=-1"
#define H265 \
  "x265enc tune=zerolatency speed-preset=ultrafast bitrate=1500 " \
  "key-int-max=15 ! h265parse config-interval=-1"
#define SOUND \
  "audiotestsrc is-live=true ! audio/x-raw,rate=48000 ! avenc_aac ! " \
  "aacparse ! mux.sink_67 "
#define DRIVER DRIVER_OF (H264, "")

typedef struct {
  GstElement *pipeline;
  GstElement *src;
  guint port;
} Port;

static void
port_play (Port *port)
{
  g_object_set (port->src, "port", port->port, NULL);
  g_assert_cmpint (gst_element_set_state (port->pipeline, GST_STATE_PLAYING),
      !=, GST_STATE_CHANGE_FAILURE);
  g_object_get (port->src, "bound-port", &port->port, NULL);
}

static Port *
port_new (void)
{
  Port *port = g_new0 (Port, 1);

  port->pipeline = gst_pipeline_new (NULL);
  port->src = gst_element_factory_make ("pitboxsrtsrc", NULL);
  gst_bin_add (GST_BIN (port->pipeline), port->src);
  g_object_set (port->src, "listener", "src-test", "latency", 20, NULL);
  g_signal_emit_by_name (port->src, "add-reader", "studio", "car01", KEY);
  g_signal_emit_by_name (port->src, "add-reader", "all", NULL, KEY);
  port_play (port);
  return port;
}

static void
stop (GstElement *pipeline)
{
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

static void
port_free (Port *port)
{
  stop (port->pipeline);
  g_free (port);
}

static GstElement *
play (const gchar *text)
{
  g_autoptr (GError) error = NULL;
  GstElement *pipeline = gst_parse_launch (text, &error);

  g_assert_no_error (error);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  return pipeline;
}

/* What came out of a reading pipeline. */
typedef struct {
  GstElement *pipeline;
  GMutex lock;
  GCond cond;
  guint n_buffers;
  guint n_with_row;
  guint n_strips; /* pictures whose strip was read */
  guint n_own; /* and says the tick of their row */
  guint n_units;
} Reading;

static void
look_at_picture (Reading *r, GstPad *pad, GstBuffer *buffer)
{
  GstPitboxTelemetryMeta *meta = gst_buffer_get_pitbox_telemetry_meta (buffer);
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  GstVideoFrame frame;
  GstVideoInfo info;
  guint32 tick;

  r->n_buffers++;
  if (meta == NULL)
    return;
  r->n_with_row++;
  if (!gst_video_info_from_caps (&info, caps)
      || GST_VIDEO_INFO_FORMAT (&info) == GST_VIDEO_FORMAT_ENCODED)
    return;
  g_assert_true (gst_video_frame_map (&frame, &info, buffer, GST_MAP_READ));
  if (gst_pitbox_strip_read (GST_VIDEO_FRAME_PLANE_DATA (&frame, 0),
          GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0), info.width, info.height,
          &tick)) {
    r->n_strips++;
    r->n_own += tick == (guint32) meta->sample->tick;
  }
  gst_video_frame_unmap (&frame);
}

static GstPadProbeReturn
on_picture (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Reading *r = data;

  g_mutex_lock (&r->lock);
  look_at_picture (r, pad, GST_PAD_PROBE_INFO_BUFFER (info));
  g_cond_broadcast (&r->cond);
  g_mutex_unlock (&r->lock);
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
on_unit (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Reading *r = data;

  g_mutex_lock (&r->lock);
  r->n_units++;
  g_cond_broadcast (&r->cond);
  g_mutex_unlock (&r->lock);
  return GST_PAD_PROBE_OK;
}

static void
watch (Reading *r, const gchar *element, const gchar *pad_name,
    GstPadProbeCallback probe)
{
  g_autoptr (GstElement) at =
      gst_bin_get_by_name (GST_BIN (r->pipeline), element);
  g_autoptr (GstPad) pad = NULL;

  if (at == NULL)
    return;
  pad = gst_element_get_static_pad (at, pad_name);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, probe, r, NULL);
}

/* @behind: the rest of a pipeline, with elements named "picture" and "units" at
 * whose sink pads is counted. */
static Reading *
reading_new (guint port, const gchar *more, const gchar *behind)
{
  Reading *r = g_new0 (Reading, 1);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = g_strdup_printf (
      "pitboxsrc name=s uri=pitbox://127.0.0.1:%u/car01 user=studio key=%s "
      "latency=20 %s %s",
      port, KEY, more, behind);

  g_mutex_init (&r->lock);
  g_cond_init (&r->cond);
  r->pipeline = gst_parse_launch (text, &error);
  g_assert_no_error (error);
  watch (r, "picture", "sink", on_picture);
  watch (r, "units", "sink", on_unit);
  gst_element_set_state (r->pipeline, GST_STATE_PLAYING);
  return r;
}

static void
reading_free (Reading *r)
{
  stop (r->pipeline);
  g_mutex_clear (&r->lock);
  g_cond_clear (&r->cond);
  g_free (r);
}

/* Until one of its counters has grown by @n. */
static void
wait_more (Reading *r, guint *counter, guint n)
{
  gint64 until = UNTIL;
  guint end;

  g_mutex_lock (&r->lock);
  end = *counter + n;
  while (*counter < end)
    if (!g_cond_wait_until (&r->cond, &r->lock, until))
      g_error ("waited in vain: %u of %u; %u buffers, %u with row, %u units",
          *counter, end, r->n_buffers, r->n_with_row, r->n_units);
  g_mutex_unlock (&r->lock);
}

/* Session strings and rows as telemetrydec gives them out. */
typedef struct {
  GMutex lock;
  GCond cond;
  guint n_sessions;
  guint n_rows;
  guint n_bare_rows; /* before the session string */
} Telemetry;

static GstPadProbeReturn
on_telemetry (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Telemetry *t = data;

  g_mutex_lock (&t->lock);
  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER) {
    t->n_rows++;
    t->n_bare_rows += t->n_sessions == 0;
  } else {
    t->n_sessions += gst_pitbox_session_event_parse (
        GST_PAD_PROBE_INFO_EVENT (info), NULL, NULL);
  }
  g_cond_broadcast (&t->cond);
  g_mutex_unlock (&t->lock);
  return GST_PAD_PROBE_OK;
}

/* Reads car01's rows until there is a session string and a row; how many rows
 * came before it. */
static guint
count_bare_rows (Port *port)
{
  g_autofree gchar *text = g_strdup_printf (
      "pitboxsrc uri=pitbox://127.0.0.1:%u/car01 user=studio key=%s "
      "wait-for-driver=true name=s s.klv ! queue ! telemetrydec name=dec ! "
      "fakesink sync=false",
      port->port, KEY);
  GstElement *pipeline = gst_parse_launch (text, NULL);
  g_autoptr (GstElement) dec = gst_bin_get_by_name (GST_BIN (pipeline), "dec");
  g_autoptr (GstPad) pad = gst_element_get_static_pad (dec, "src");
  gint64 until = UNTIL;
  Telemetry t = { 0 };

  g_mutex_init (&t.lock);
  g_cond_init (&t.cond);
  gst_pad_add_probe (pad,
      GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      on_telemetry, &t, NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_mutex_lock (&t.lock);
  while (t.n_sessions == 0 || t.n_rows == 0)
    if (!g_cond_wait_until (&t.cond, &t.lock, until))
      g_error ("%u rows, %u session strings", t.n_rows, t.n_sessions);
  g_mutex_unlock (&t.lock);
  stop (pipeline);
  g_mutex_clear (&t.lock);
  g_cond_clear (&t.cond);
  return t.n_bare_rows;
}

static gchar *
wait_error (GstElement *pipeline, gint code)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (
      bus, WAIT_SECONDS * GST_SECOND, GST_MESSAGE_ERROR);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (message);
  gst_message_parse_error (message, &error, NULL);
  g_assert_error (error, GST_RESOURCE_ERROR, code);
  return g_strdup (error->message);
}

/* Of the message pitbox-srt-state. */
static void
wait_state (GstElement *pipeline, const gchar *state)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);

  for (;;) {
    g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (
        bus, WAIT_SECONDS * GST_SECOND, GST_MESSAGE_ELEMENT);

    if (message == NULL)
      g_error ("waited in vain for %s", state);
    if (g_strcmp0 (gst_structure_get_string (
                       gst_message_get_structure (message), "state"),
            state)
        == 0)
      return;
  }
}

static void
check_decoded (const gchar *sender, const gchar *decoder)
{
  Port *port = port_new ();
  GstElement *driver;
  g_autofree gchar *behind = g_strdup_printf (
      "s.video ! queue ! %s ! identity name=picture ! videoconvert ! "
      "telemetryoverlay theme=corner ! fakesink sync=false",
      decoder);
  Reading *r;

  driver = play (sender);
  r = reading_new (port->port, "wait-for-driver=true", behind);
  wait_more (r, &r->n_strips, 60);
  g_mutex_lock (&r->lock);
  g_assert_cmpuint (r->n_own, ==, r->n_strips);
  g_mutex_unlock (&r->lock);
  reading_free (r);
  stop (driver);
  port_free (port);
}

static void
note_pad (GstElement *src, GstPad *pad, gpointer data)
{
  GAsyncQueue *names = data;

  g_async_queue_push (names, gst_pad_get_name (pad));
}

/* The session's text comes before the first picture, the picture's pad does
 * not come after the units'; and no unit is lost for that. */
GST_START_TEST (test_picture_has_its_pad_first)
{
  Port *port = port_new ();
  GstElement *driver = play (DRIVER);
  g_autoptr (GAsyncQueue) names = g_async_queue_new_full (g_free);

  count_bare_rows (port);
  for (guint i = 0; i < 5; i++) {
    g_autofree gchar *text = g_strdup_printf (
        "pitboxsrc name=s uri=pitbox://127.0.0.1:%u/car01 user=studio key=%s",
        port->port, KEY);
    GstElement *pipeline = gst_parse_launch (text, NULL);
    const gchar *want[] = { "video", "klv" };

    g_signal_connect (pipeline, "pad-added", G_CALLBACK (note_pad), names);
    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    for (guint n = 0; n < G_N_ELEMENTS (want); n++) {
      g_autofree gchar *name =
          g_async_queue_timeout_pop (names, WAIT_SECONDS * G_TIME_SPAN_SECOND);

      fail_unless_equals_string (name, want[n]);
    }
    stop (pipeline);
  }
  stop (driver);
  port_free (port);
}
GST_END_TEST

GST_START_TEST (test_avdec_h264_hands_each_picture_its_own_row)
{
  check_decoded (DRIVER, "avdec_h264");
}
GST_END_TEST

GST_START_TEST (test_openh264dec_hands_each_picture_its_own_row)
{
  check_decoded (DRIVER, "openh264dec");
}
GST_END_TEST

GST_START_TEST (test_decodebin_hands_each_picture_its_own_row)
{
  check_decoded (DRIVER, "decodebin");
}
GST_END_TEST

GST_START_TEST (test_h265_pictures_have_their_own_rows)
{
  check_decoded (DRIVER_OF (H265, ""), "avdec_h265");
}
GST_END_TEST

/* It comes as it was sent, and takes nothing from the pictures. */
GST_START_TEST (test_sound_comes_beside_the_picture)
{
  Port *port = port_new ();
  GstElement *driver = play (DRIVER_OF (H264, SOUND));
  Reading *r = reading_new (port->port, "wait-for-driver=true",
      "s.video ! queue ! identity name=picture ! fakesink sync=false "
      "s.audio ! queue ! audio/mpeg,mpegversion=4 ! identity name=units ! "
      "fakesink sync=false async=false");

  wait_more (r, &r->n_with_row, 30);
  wait_more (r, &r->n_units, 30);
  reading_free (r);
  stop (driver);
  port_free (port);
}
GST_END_TEST

GST_START_TEST (test_encoded_pictures_and_units_come_side_by_side)
{
  Port *port = port_new ();
  GstElement *driver = play (DRIVER);
  g_autoptr (GstStructure) stats = NULL;
  g_autofree gchar *state = NULL;
  g_autoptr (GstElement) src = NULL;
  const GstStructure *part;
  guint64 value = 0;
  Reading *r = reading_new (port->port, "wait-for-driver=true",
      "s.video ! queue ! identity name=picture ! fakesink sync=false "
      "s.klv ! queue ! identity name=units ! fakesink sync=false async=false");

  wait_more (r, &r->n_with_row, 60);
  g_mutex_lock (&r->lock);
  g_assert_cmpuint (r->n_units + 3, >=, r->n_buffers);
  g_mutex_unlock (&r->lock);
  src = gst_bin_get_by_name (GST_BIN (r->pipeline), "s");
  g_object_get (src, "stats", &stats, "state", &state, NULL);
  g_assert_cmpstr (state, ==, "connected");
  part = g_value_get_boxed (gst_structure_get_value (stats, "connection"));
  g_assert_true (gst_structure_get_uint64 (part, "bytes-received", &value));
  g_assert_cmpuint (value, >, 10000);
  part = g_value_get_boxed (gst_structure_get_value (stats, "sync"));
  g_assert_true (gst_structure_get_uint64 (part, "exact", &value));
  g_assert_cmpuint (value, >=, 50);
  g_assert_true (gst_structure_has_field (stats, "telemetry"));
  reading_free (r);
  stop (driver);
  port_free (port);
}
GST_END_TEST

/* The string goes over in pieces, and again after 2 s, 4 s … 32 s: who came
 * later waited so long for the driver's name. */
GST_START_TEST (test_late_readers_have_the_session_string_before_any_row)
{
  Port *port = port_new ();
  GstElement *driver = play (DRIVER);

  count_bare_rows (port);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (count_bare_rows (port), ==, 0);
  stop (driver);
  port_free (port);
}
GST_END_TEST

GST_START_TEST (test_nothing_needs_to_take_the_units_or_the_picture)
{
  Port *port = port_new ();
  GstElement *driver = play (DRIVER);
  Reading *r = reading_new (port->port, "wait-for-driver=true",
      "s.video ! queue ! identity name=picture ! fakesink sync=false");

  wait_more (r, &r->n_with_row, 20);
  reading_free (r);
  r = reading_new (port->port, "",
      "s.klv ! queue ! identity name=units ! fakesink sync=false");
  wait_more (r, &r->n_units, 20);
  reading_free (r);
  stop (driver);
  port_free (port);
}
GST_END_TEST

GST_START_TEST (test_uridecodebin_reads_the_address)
{
  Port *port = port_new ();
  GstElement *driver = play (DRIVER);
  g_autofree gchar *text = g_strdup_printf (
      "uridecodebin uri=pitbox://studio:%s@127.0.0.1:%u/car01?latency=20 ! "
      "video/x-raw ! identity name=picture ! fakesink sync=false",
      KEY, port->port);
  Reading r = { 0 };

  g_mutex_init (&r.lock);
  g_cond_init (&r.cond);
  r.pipeline = gst_parse_launch (text, NULL);
  watch (&r, "picture", "sink", on_picture);
  gst_element_set_state (r.pipeline, GST_STATE_PLAYING);
  wait_more (&r, &r.n_strips, 30);
  g_assert_cmpuint (r.n_own, ==, r.n_strips);
  stop (r.pipeline);
  g_mutex_clear (&r.lock);
  g_cond_clear (&r.cond);
  stop (driver);
  port_free (port);
}
GST_END_TEST

typedef struct {
  const gchar *properties;
  gint code;
  const gchar *words;
} Refusal;

static const Refusal refusals[] = {
  { "uri=pitbox://127.0.0.1:%u/car01 user=nobody key=" KEY,
      GST_RESOURCE_ERROR_NOT_FOUND, "does not know this reader" },
  { "uri=pitbox://127.0.0.1:%u/car01 user=studio key=wrong-horse",
      GST_RESOURCE_ERROR_NOT_AUTHORIZED, "wrong passphrase" },
  { "uri=pitbox://127.0.0.1:%u/car01 user=studio",
      GST_RESOURCE_ERROR_NOT_AUTHORIZED, "passphrase is needed" },
  { "uri=pitbox://studio@127.0.0.1:%u/car02?key=" KEY,
      GST_RESOURCE_ERROR_NOT_AUTHORIZED, "is not for this driver" },
  { "uri=pitbox://127.0.0.1:%u/car09?user=all&key=" KEY,
      GST_RESOURCE_ERROR_NOT_FOUND, "does not know this driver" },
  { "uri=pitbox://127.0.0.1:%u/car01 key=" KEY, GST_RESOURCE_ERROR_SETTINGS,
      "set user" },
  { "uri=pitbox://127.0.0.1:%u/car01 user=studio key=short",
      GST_RESOURCE_ERROR_SETTINGS, "10 to 79" },
  { "user=u%u", GST_RESOURCE_ERROR_SETTINGS, "set uri" },
  { "uri=pitbox://127.0.0.1:%u/car01 uri=pitbox://127.0.0.1:0/car01 "
    "user=studio key=" KEY,
      GST_RESOURCE_ERROR_SETTINGS, "a port that cannot be" },
  { "uri=pitbox://127.0.0.1:%u/car01?user=studio&key=b%00" KEY,
      GST_RESOURCE_ERROR_SETTINGS, "cannot be read" },
  { "uri=pitbox://127.0.0.1:%u/car01?user=studio&key=" KEY "%26user=all",
      GST_RESOURCE_ERROR_NOT_AUTHORIZED, "wrong passphrase" },
};

GST_START_TEST (test_refusals_say_why)
{
  const Refusal *r = &refusals[__i__];
  Port *port = port_new ();
  GstElement *driver =
      play ("appsrc caps=video/mpegts,systemstream=true ! "
            "pitboxsrtserversink listener=src-test driver=car01");
  g_autofree gchar *rest = NULL, *words = NULL;
  g_autoptr (GString) text = g_string_new (r->properties);
  g_autofree gchar *number = g_strdup_printf ("%u", port->port);
  GstElement *pipeline;

  g_string_replace (text, "%u", number, 1);
  rest = g_strdup_printf ("pitboxsrc %s ! fakesink", text->str);
  pipeline = play (rest);
  words = wait_error (pipeline, r->code);
  g_assert_nonnull (strstr (words, r->words));
  g_assert_null (strstr (words, KEY));
  stop (pipeline);
  stop (driver);
  port_free (port);
}
GST_END_TEST

GST_START_TEST (test_the_key_can_stand_in_a_file)
{
  Port *port = port_new ();
  GstElement *driver = play (DRIVER);
  g_autofree gchar *dir = g_dir_make_tmp ("pitbox-XXXXXX", NULL);
  g_autofree gchar *path = g_build_filename (dir, "key", NULL);
  g_autofree gchar *text = g_strdup_printf (
      "pitboxsrc uri=pitbox://127.0.0.1:%u/car01 user=studio key-file=%s "
      "wait-for-driver=true name=s s.video ! queue ! fakesink sync=false",
      port->port, path);
  g_autofree gchar *words = NULL;
  /* As editors and copying leave it. */
  static const gchar *const keys[] = { KEY "\nmore\n", KEY,
    "\357\273\277" KEY " \r\n" };
  static const gchar *const keyless[] = { "", "\n" KEY "\n",
    "\357\273\277\r\n" };
  GstElement *pipeline = gst_parse_launch (text, NULL);

  g_assert_cmpint (gst_element_set_state (pipeline, GST_STATE_PLAYING), ==,
      GST_STATE_CHANGE_FAILURE);
  words = wait_error (pipeline, GST_RESOURCE_ERROR_SETTINGS);
  g_assert_nonnull (strstr (words, path));
  gst_element_set_state (pipeline, GST_STATE_NULL);
  for (guint i = 0; i < G_N_ELEMENTS (keyless); i++) {
    g_autofree gchar *why = NULL;

    g_assert_true (g_file_set_contents (path, keyless[i], -1, NULL));
    g_assert_cmpint (gst_element_set_state (pipeline, GST_STATE_PLAYING), ==,
        GST_STATE_CHANGE_FAILURE);
    why = wait_error (pipeline, GST_RESOURCE_ERROR_SETTINGS);
    g_assert_nonnull (strstr (why, "no file with a key"));
    gst_element_set_state (pipeline, GST_STATE_NULL);
  }
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++) {
    g_assert_true (g_file_set_contents (path, keys[i], -1, NULL));
    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    wait_state (pipeline, "connected");
    gst_element_set_state (pipeline, GST_STATE_NULL);
  }
  gst_object_unref (pipeline);
  g_unlink (path);
  g_rmdir (dir);
  stop (driver);
  port_free (port);
}
GST_END_TEST

GST_START_TEST (test_a_driver_is_waited_for_and_comes_back)
{
  Port *port = port_new ();
  Reading *r = reading_new (port->port, "wait-for-driver=true",
      "s.video ! queue ! identity name=picture ! fakesink sync=false "
      "s.klv ! queue ! identity name=units ! fakesink sync=false async=false");
  GstElement *driver;

  wait_state (r->pipeline, "waiting");
  driver = play (DRIVER);
  wait_more (r, &r->n_with_row, 20);
  /* It leaves, is cut off, and gets in again by itself. */
  stop (driver);
  wait_state (r->pipeline, "waiting");
  driver = play (DRIVER);
  wait_more (r, &r->n_with_row, 20);
  reading_free (r);
  stop (driver);
  port_free (port);
}
GST_END_TEST

/* Another stream takes over while the reader stays connected: its times begin
 * anew. */
GST_START_TEST (test_another_stream_takes_over)
{
  Port *port = port_new ();
  GstElement *driver = play (DRIVER), *next;
  Reading *r = reading_new (port->port, "wait-for-driver=true",
      "s.video ! queue ! identity name=picture ! fakesink sync=false "
      "s.klv ! queue ! identity name=units ! fakesink sync=false async=false");
  g_autoptr (GstStructure) stats = NULL;
  g_autoptr (GstElement) src = gst_bin_get_by_name (GST_BIN (r->pipeline), "s");
  const GstStructure *part;
  guint64 connections = 0;

  wait_more (r, &r->n_with_row, 60);
  next = play (DRIVER);
  stop (driver);
  wait_more (r, &r->n_with_row, 60);
  g_object_get (src, "stats", &stats, NULL);
  part = g_value_get_boxed (gst_structure_get_value (stats, "connection"));
  gst_structure_get_uint64 (part, "connections", &connections);
  g_assert_cmpuint (connections, ==, 1);
  reading_free (r);
  stop (next);
  port_free (port);
}
GST_END_TEST

GST_START_TEST (test_the_server_restarts)
{
  Port *port = port_new ();
  GstElement *driver = play (DRIVER);
  Reading *r = reading_new (port->port, "wait-for-driver=true",
      "s.video ! queue ! identity name=picture ! fakesink sync=false");

  wait_more (r, &r->n_with_row, 20);
  gst_element_set_state (port->pipeline, GST_STATE_NULL);
  wait_state (r->pipeline, "waiting");
  port_play (port);
  wait_more (r, &r->n_with_row, 20);
  reading_free (r);
  stop (driver);
  port_free (port);
}
GST_END_TEST

static void
link_again (GstElement *src, GstPad *pad, gpointer data)
{
  g_autoptr (GstPad) sink = gst_element_get_static_pad (data, "sink");

  if (g_str_equal (GST_PAD_NAME (pad), "video") && !gst_pad_is_linked (sink))
    gst_pad_link (pad, sink);
}

GST_START_TEST (test_it_stops_and_starts_again_and_ends)
{
  Port *port = port_new ();
  GstElement *driver = play (DRIVER);
  Reading *r = reading_new (port->port, "wait-for-driver=true",
      "s.video ! identity name=picture ! fakesink sync=false");
  g_autoptr (GstBus) bus = gst_element_get_bus (r->pipeline);
  g_autoptr (GstElement) src = gst_bin_get_by_name (GST_BIN (r->pipeline), "s");
  g_autoptr (GstElement) picture =
      gst_bin_get_by_name (GST_BIN (r->pipeline), "picture");
  g_autoptr (GstMessage) eos = NULL;

  g_signal_connect (src, "pad-added", G_CALLBACK (link_again), picture);
  for (guint i = 0; i < 2; i++) {
    wait_more (r, &r->n_with_row, 10);
    gst_element_set_state (r->pipeline, GST_STATE_NULL);
    g_assert_null (gst_element_get_static_pad (src, "video"));
    g_assert_cmpuint (GST_ELEMENT (src)->numpads, ==, 0);
    gst_element_set_state (r->pipeline, GST_STATE_PLAYING);
  }
  wait_more (r, &r->n_with_row, 10);
  gst_element_send_event (r->pipeline, gst_event_new_eos ());
  eos = gst_bus_timed_pop_filtered (
      bus, WAIT_SECONDS * GST_SECOND, GST_MESSAGE_EOS);
  g_assert_nonnull (eos);
  reading_free (r);
  stop (driver);
  port_free (port);
}
GST_END_TEST

GST_START_TEST (test_addresses)
{
  static const struct {
    const gchar *uri;
    const gchar *back; /* NULL: refused */
  } cases[] = {
    { "pitbox://host/car01", "pitbox://host:9000/car01" },
    { "pitbox://host:9/car01?user=a&key=b-secret", "pitbox://a@host:9/car01" },
    { "pitbox://a:b-secret@[::1]:9/car.0-1?latency=50",
        "pitbox://a@[::1]:9/car.0-1" },
    { "pitbox://host/car01?key-file=%2Ftmp%2Fkey", "pitbox://host:9000/car01" },
    { "srt://host/car01", NULL },
    { "pitbox://host", NULL },
    { "pitbox://host/", NULL },
    { "pitbox:///car01", NULL },
    { "pitbox://host/a/b", NULL },
    { "pitbox://host/..", NULL },
    { "pitbox://host/a%2Fb", NULL },
    { "pitbox://host/a,m=publish", NULL },
    { "pitbox://host:0/car01", NULL },
    { "pitbox://host:99999/car01", NULL },
    { "pitbox://host/car01?latency=-1", NULL },
    { "pitbox://host/car01?latency=60001", NULL },
    { "pitbox://host/car01?passphrase=b-secret", NULL },
    { "nonsense", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree gchar *back = NULL;
    g_autoptr (GstElement) src =
        gst_object_ref_sink (gst_element_factory_make ("pitboxsrc", NULL));
    gboolean ok =
        gst_uri_handler_set_uri (GST_URI_HANDLER (src), cases[i].uri, &error);

    g_test_message ("%s", cases[i].uri);
    back = gst_uri_handler_get_uri (GST_URI_HANDLER (src));
    g_assert_cmpstr (back, ==, cases[i].back);
    g_assert_true (ok == (cases[i].back != NULL));
    if (!ok)
      g_assert_null (strstr (error->message, "b-secret"));
  }
}
GST_END_TEST

GST_START_TEST (test_a_flush_in_any_state)
{
  static const GstState states[] = { GST_STATE_NULL, GST_STATE_READY,
    GST_STATE_PLAYING, GST_STATE_READY, GST_STATE_NULL };
  GstElement *src = gst_object_ref_sink (gst_parse_launch (
      "pitboxsrc uri=pitbox://127.0.0.1:9/car01 user=studio", NULL));

  for (guint i = 0; i < G_N_ELEMENTS (states); i++) {
    g_assert_cmpint (
        gst_element_set_state (src, states[i]), !=, GST_STATE_CHANGE_FAILURE);
    gst_element_send_event (src, gst_event_new_flush_start ());
    gst_element_send_event (src, gst_event_new_flush_stop (TRUE));
  }
  gst_object_unref (src);
}
GST_END_TEST

static gboolean
has (const gchar *factory)
{
  g_autoptr (GstElementFactory) found = gst_element_factory_find (factory);

  if (found == NULL)
    g_printerr ("SKIP: there is no %s\n", factory);
  return found != NULL;
}

static Suite *
pitboxsrc_suite (void)
{
  Suite *s = suite_create ("pitboxsrc");
  TCase *tc = tcase_create ("port");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_addresses);
  tcase_add_test (tc, test_a_flush_in_any_state);
  tcase_add_loop_test (tc, test_refusals_say_why, 0, G_N_ELEMENTS (refusals));
  if (!has ("x264enc") || !has ("tsdemux") || !has ("h264parse"))
    return s;
  if (has ("avdec_h264")) {
    tcase_add_test (tc, test_avdec_h264_hands_each_picture_its_own_row);
    tcase_add_test (tc, test_decodebin_hands_each_picture_its_own_row);
    tcase_add_test (tc, test_uridecodebin_reads_the_address);
  }
  if (has ("openh264dec"))
    tcase_add_test (tc, test_openh264dec_hands_each_picture_its_own_row);
  if (has ("x265enc") && has ("h265parse") && has ("avdec_h265"))
    tcase_add_test (tc, test_h265_pictures_have_their_own_rows);
  if (has ("avenc_aac") && has ("aacparse"))
    tcase_add_test (tc, test_sound_comes_beside_the_picture);
  tcase_add_test (tc, test_picture_has_its_pad_first);
  tcase_add_test (tc, test_encoded_pictures_and_units_come_side_by_side);
  tcase_add_test (tc, test_late_readers_have_the_session_string_before_any_row);
  tcase_add_test (tc, test_nothing_needs_to_take_the_units_or_the_picture);
  tcase_add_test (tc, test_the_key_can_stand_in_a_file);
  tcase_add_test (tc, test_a_driver_is_waited_for_and_comes_back);
  tcase_add_test (tc, test_another_stream_takes_over);
  tcase_add_test (tc, test_the_server_restarts);
  tcase_add_test (tc, test_it_stops_and_starts_again_and_ends);
  return s;
}

GST_CHECK_MAIN (pitboxsrc);
