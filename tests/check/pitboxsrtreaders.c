/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Readers of an SRT port: pitboxsrtsrc and pitboxsrtserversink against callers
 * of libsrt's own. */
#define _GNU_SOURCE
#include <gst/app/gstappsrc.h>
#include <gst/check/gstcheck.h>
#include <srt/srt.h>
#include <string.h>

#include "../lib/pb-test-ts.h"
#include "pb-loss-proxy.h"
#include "../lib/pb-test-wait.h"
#include "pitboxsrtpeers.h"

#define PASS_1 "first-passphrase"
#define PASS_2 "other-passphrase"
#define CAR01 "#!::r=car01,m=request,u=all"
#define PACKET 188
#define UNTIL (g_get_monotonic_time () + WAIT_SECONDS * G_TIME_SPAN_SECOND)
/* So many of a real stream's bytes make a frame at 12 Mbit/s. */
#define FRAME_BYTES 25000
#define FRAMES_PER_GROUP 30
#define FRAMES_ON_THE_WAY 4

/* A port with two readers in its table, and car01's stream. */
typedef struct {
  Server *server;
  GstElement *pipeline;
  GstElement *in;
  PbTestTs ts;
  guint64 pts;
  GByteArray *sent;
} Port;

static GstElement *
add_feed (Port *port, const gchar *driver, guint grace_ms)
{
  g_autoptr (GstCaps) caps =
      gst_caps_from_string ("video/mpegts,systemstream=true,packetsize=188");
  GstElement *in = gst_element_factory_make ("appsrc", NULL);
  GstElement *sink = gst_element_factory_make ("pitboxsrtserversink", NULL);

  g_object_set (in, "format", GST_FORMAT_TIME, "is-live", TRUE, "caps", caps,
      "max-bytes", (guint64) 0, NULL);
  g_object_set (
      sink, "listener", "test", "driver", driver, "grace", grace_ms, NULL);
  gst_bin_add_many (GST_BIN (port->pipeline), in, sink, NULL);
  g_assert_true (gst_element_link (in, sink));
  gst_element_sync_state_with_parent (sink);
  gst_element_sync_state_with_parent (in);
  return in;
}

static Port *
port_new (guint grace_ms)
{
  Port *port = g_new0 (Port, 1);

  port->server = server_new (0);
  g_object_set (port->server->src, "listener", "test", "max-readers", 3, NULL);
  server_add (port->server, "pc1", "car01", PASS_1);
  server_add (port->server, "pc2", "car02", PASS_2);
  g_signal_emit_by_name (port->server->src, "add-reader", "all", NULL, PASS_1);
  g_signal_emit_by_name (
      port->server->src, "add-reader", "one", "car02,car09", PASS_2);
  server_play (port->server);
  port->pipeline = gst_pipeline_new (NULL);
  port->in = add_feed (port, "car01", grace_ms);
  gst_element_set_state (port->pipeline, GST_STATE_PLAYING);
  pb_test_ts_init (&port->ts, TRUE, TRUE);
  port->pts = 90000;
  port->sent = g_byte_array_new ();
  return port;
}

static void
port_free (Port *port)
{
  gst_element_set_state (port->pipeline, GST_STATE_NULL);
  gst_object_unref (port->pipeline);
  server_free (port->server);
  pb_test_ts_clear (&port->ts);
  g_byte_array_unref (port->sent);
  g_free (port);
}

static void
push_to (Port *port, GstElement *in)
{
  GByteArray *out = port->ts.out;

  g_byte_array_append (port->sent, out->data, out->len);
  gst_app_src_push_buffer (
      GST_APP_SRC (in), gst_buffer_new_memdup (out->data, out->len));
  g_byte_array_set_size (out, 0);
}

static void
push_frame (Port *port, GstElement *in, guint i, gsize size)
{
  if (i % 10 == 0)
    pb_test_ts_put_tables (&port->ts);
  pb_test_ts_put_picture (&port->ts, port->pts, i == 0, TRUE, size);
  pb_test_ts_put_klv (&port->ts, port->pts, 300);
  port->pts += 1500;
  push_to (port, in);
}

/* A group of pictures; @sent has only this one then. */
static void
push_group (Port *port, guint n_frames)
{
  g_byte_array_set_size (port->sent, 0);
  for (guint i = 0; i < n_frames; i++)
    push_frame (port, port->in, i, i == 0 ? 9000 : 1500);
}

static GstElement *
last_sink (Port *port)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (port->in, "src");
  g_autoptr (GstPad) peer = gst_pad_get_peer (pad);

  return gst_pad_get_parent_element (peer);
}

static guint64
get_cached (GstElement *sink)
{
  g_autoptr (GstStructure) stats = NULL;
  guint64 cached = 0;

  g_object_get (sink, "stats", &stats, NULL);
  gst_structure_get_uint64 (stats, "cache-bytes", &cached);
  return cached;
}

static void
wait_cached (Port *port, guint64 bytes)
{
  g_autoptr (GstElement) sink = last_sink (port);

  pb_test_wait_until (get_cached (sink) >= bytes);
}

/* A figure of the reader @name that is connected. */
static guint64
reader_stat (Port *port, const gchar *name, const gchar *field)
{
  g_autoptr (GstStructure) readers = NULL;
  const GValue *list;
  guint64 value = 0;

  g_object_get (port->server->src, "readers", &readers, NULL);
  list = gst_structure_get_value (readers, "list");
  for (guint i = 0; i < gst_value_array_get_size (list); i++) {
    const GstStructure *s =
        g_value_get_boxed (gst_value_array_get_value (list, i));

    if (g_str_equal (gst_structure_get_string (s, "reader"), name))
      g_assert_true (gst_structure_get_uint64 (s, field, &value));
  }
  return value;
}

static SRTSOCKET
caller_new (const gchar *id, const gchar *passphrase)
{
  SRTSOCKET sock = srt_create_socket ();
  const int timeout_ms = WAIT_SECONDS * 1000, latency_ms = 0;

  g_assert_cmpint (
      srt_setsockflag (sock, SRTO_STREAMID, id, (int) strlen (id)), ==, 0);
  srt_setsockflag (sock, SRTO_RCVTIMEO, &timeout_ms, sizeof timeout_ms);
  /* The listener's holds. */
  srt_setsockflag (sock, SRTO_LATENCY, &latency_ms, sizeof latency_ms);
  if (passphrase != NULL)
    srt_setsockflag (
        sock, SRTO_PASSPHRASE, passphrase, (int) strlen (passphrase));
  return sock;
}

static int
connect_to (guint port, SRTSOCKET sock)
{
  struct sockaddr_in address = { .sin_family = AF_INET };

  address.sin_addr.s_addr = g_htonl (INADDR_LOOPBACK);
  address.sin_port = g_htons ((guint16) port);
  return srt_connect (sock, (struct sockaddr *) &address, sizeof address);
}

static int
caller_connect (Port *port, SRTSOCKET sock)
{
  return connect_to (port->server->port, sock);
}

static void
assert_refused (Port *port, const gchar *id, const gchar *passphrase, int code)
{
  SRTSOCKET sock = caller_new (id, passphrase);

  g_assert_cmpint (caller_connect (port, sock), ==, SRT_ERROR);
  g_assert_cmpint (srt_getrejectreason (sock), ==, code);
  srt_close (sock);
}

static SRTSOCKET
read_car01 (Port *port)
{
  SRTSOCKET sock = caller_new (CAR01, PASS_1);

  g_assert_cmpint (caller_connect (port, sock), ==, 0);
  return sock;
}

/* At least @n bytes more. */
static void
receive (SRTSOCKET sock, GByteArray *bytes, gsize n)
{
  gchar message[1500];
  gsize end = bytes->len + n;

  while (bytes->len < end) {
    int got = srt_recvmsg2 (sock, message, sizeof message, NULL);

    if (got <= 0)
      g_error ("waited in vain for bytes: %s", srt_getlasterror_str ());
    g_byte_array_append (bytes, (guint8 *) message, (guint) got);
  }
}

/* Reads until the other side closes. */
static void
wait_closed (SRTSOCKET sock)
{
  gchar message[1500];
  gint64 until = UNTIL;

  while (srt_recvmsg2 (sock, message, sizeof message, NULL) > 0)
    g_assert_cmpint (g_get_monotonic_time (), <, until);
  g_assert_cmpint (srt_getsockstate (sock), !=, SRTS_CONNECTED);
}

/* Tables, then what was sent from the key frame on, as it was: a group begins
 * with its own tables, which are these. */
static void
check_group (const GByteArray *got, const GByteArray *sent, gsize n)
{
  g_assert_cmpuint (got->len, >=, n);
  g_assert_cmpmem (got->data, n, sent->data, n);
}

/* A reader, and what it has got: one group of pictures, sent to it. */
static SRTSOCKET
read_group (Port *port, GByteArray *got)
{
  SRTSOCKET sock = read_car01 (port);

  push_group (port, 10);
  receive (sock, got, port->sent->len);
  check_group (got, port->sent, port->sent->len);
  return sock;
}

static GstStructure *
wait_reader (Port *port, const gchar *state)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (port->server->pipeline);

  for (;;) {
    g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (
        bus, WAIT_SECONDS * GST_SECOND, GST_MESSAGE_ELEMENT);
    const GstStructure *s;

    if (message == NULL)
      g_error ("waited in vain for a reader that has %s", state);
    s = gst_message_get_structure (message);
    if (gst_structure_has_name (s, "pitbox-srt-reader")
        && g_str_equal (gst_structure_get_string (s, "state"), state))
      return gst_structure_copy (s);
  }
}

static void
assert_left (Port *port, const gchar *reason)
{
  g_autoptr (GstStructure) left = wait_reader (port, "left");

  g_assert_cmpstr (gst_structure_get_string (left, "reason"), ==, reason);
  g_assert_cmpstr (gst_structure_get_string (left, "driver"), ==, "car01");
}

GST_START_TEST (test_who_joins_gets_tables_and_the_group_so_far)
{
  Port *port = port_new (0);
  g_autoptr (GByteArray) got = g_byte_array_new ();
  SRTSOCKET sock;

  push_group (port, 20);
  push_group (port, 25);
  wait_cached (port, port->sent->len - 2 * PACKET);
  sock = read_car01 (port);
  /* And what comes from now on. */
  for (guint i = 25; i < 60; i++)
    push_frame (port, port->in, i, 1500);
  receive (sock, got, port->sent->len);
  check_group (got, port->sent, port->sent->len);
  g_assert_cmpuint (reader_stat (port, "all", "bytes-sent"), ==, got->len);
  g_assert_cmpuint (reader_stat (port, "all", "bytes-dropped"), ==, 0);
  srt_close (sock);
  assert_left (port, "the reader has left");
  port_free (port);
}
GST_END_TEST

GST_START_TEST (test_a_reader_of_a_silent_stream_gets_its_first_key_frame)
{
  Port *port = port_new (0);
  g_autoptr (GByteArray) got = g_byte_array_new ();

  srt_close (read_group (port, got));
  port_free (port);
}
GST_END_TEST

typedef struct {
  const gchar *id;
  const gchar *passphrase;
  int code;
  const gchar *reader;
  const gchar *words;
} Refusal;

static const Refusal refusals[] = {
  { "#!::r=car01,m=request,u=nobody", PASS_1, 1404, "nobody",
      "does not know this reader" },
  { "#!::r=car01,m=request,u=pc1", PASS_1, 1404, "pc1",
      "does not know this reader" },
  { "#!::r=car01,m=request,u=gone", PASS_1, 1401, "gone", "was revoked" },
  { "#!::r=car01,m=request,u=all", PASS_2, SRT_REJ_BADSECRET, "all",
      "wrong or missing passphrase" },
  { "#!::r=car01,m=request,u=all", NULL, SRT_REJ_BADSECRET, "all",
      "wrong or missing passphrase" },
  { "#!::r=car01,m=request,u=one", PASS_2, 1403, "one",
      "is not for this driver" },
  { "#!::r=car09,m=request,u=one", PASS_2, 1406, "one",
      "does not know this driver" },
  { "#!::r=car02,m=request,u=one", PASS_2, 1424, "one", "is not live" },
  { "#!::r=car01,m=bidirectional,u=all", PASS_1, 1405, "",
      "only takes streams that publish" },
  { "#!::r=car01,u=", PASS_1, 1400, "", "does not understand" },
};

GST_START_TEST (test_refusals_say_why)
{
  const Refusal *r = &refusals[__i__];
  Port *port = port_new (0);
  g_autoptr (GstStructure) refused = NULL;
  gint code = 0;

  g_signal_emit_by_name (
      port->server->src, "add-reader", "gone", "car01", PASS_1);
  g_signal_emit_by_name (port->server->src, "remove-reader", "gone");
  /* Without a passphrase it is the caller that gives up. */
  assert_refused (port, r->id, r->passphrase,
      r->passphrase != NULL ? r->code : SRT_REJ_UNSECURE);
  refused = server_wait_refused (port->server, r->reader);
  gst_structure_get_int (refused, "code", &code);
  g_assert_cmpint (code, ==, r->code);
  g_assert_nonnull (
      strstr (gst_structure_get_string (refused, "reason"), r->words));
  g_assert_cmpstr (gst_structure_get_string (refused, "mode"), ==,
      *r->reader != '\0' ? "request" : "");
  port_free (port);
}
GST_END_TEST

GST_START_TEST (test_without_a_listener_name_nobody_reads)
{
  Server *server = server_new (0);
  Port port = { .server = server };

  g_object_set (server->src, "accept-any", TRUE, NULL);
  server_play (server);
  assert_refused (&port, CAR01, NULL, 1405);
  server_free (server);
}
GST_END_TEST

GST_START_TEST (test_readers_beyond_the_limit_are_refused)
{
  Port *port = port_new (0);
  SRTSOCKET sock[3];

  for (guint i = 0; i < 3; i++)
    sock[i] = read_car01 (port);
  assert_refused (port, CAR01, PASS_1, 1402);
  /* A place is free again when one leaves. */
  srt_close (sock[0]);
  assert_left (port, "the reader has left");
  sock[0] = read_car01 (port);
  for (guint i = 0; i < 3; i++)
    srt_close (sock[i]);
  port_free (port);
}
GST_END_TEST

GST_START_TEST (test_a_removed_reader_is_cut_off_at_once)
{
  Port *port = port_new (0);
  g_autoptr (GByteArray) got = g_byte_array_new ();
  SRTSOCKET sock = read_group (port, got);
  gint64 since = g_get_monotonic_time ();

  g_signal_emit_by_name (port->server->src, "remove-reader", "all");
  wait_closed (sock);
  g_assert_cmpint (g_get_monotonic_time () - since, <, G_USEC_PER_SEC);
  assert_left (port, "its key was revoked");
  assert_refused (port, CAR01, PASS_1, 1401);
  srt_close (sock);
  port_free (port);
}
GST_END_TEST

/* Another caller of the driver takes over: its sink's stream is what comes,
 * from its first key frame on. What the old one still has is not for anybody. */
GST_START_TEST (test_readers_go_on_with_the_stream_that_takes_over)
{
  Port *port = port_new (0);
  g_autoptr (GByteArray) got = g_byte_array_new ();
  SRTSOCKET sock = read_group (port, got);
  GstElement *old = port->in;

  port->in = add_feed (port, "car01", 0);
  pb_test_ts_clear (&port->ts);
  pb_test_ts_init (&port->ts, TRUE, TRUE);
  port->pts = 45000;
  /* No key frame yet: nothing anybody could show. */
  push_frame (port, port->in, 5, 1500);
  push_group (port, 10);
  gst_app_src_push_buffer (
      GST_APP_SRC (old), gst_buffer_new_memdup (port->sent->data, 188 * 20));
  gst_app_src_end_of_stream (GST_APP_SRC (old));
  g_byte_array_set_size (got, 0);
  receive (sock, got, port->sent->len);
  check_group (got, port->sent, port->sent->len);
  g_assert_cmpuint (reader_stat (port, "all", "streams"), ==, 2);
  g_assert_cmpuint (reader_stat (port, "all", "jumps"), ==, 0);
  g_assert_cmpint (srt_getsockstate (sock), ==, SRTS_CONNECTED);
  srt_close (sock);
  port_free (port);
}
GST_END_TEST

GST_START_TEST (test_readers_are_closed_when_the_driver_stays_away)
{
  Port *port = port_new (300);
  g_autoptr (GByteArray) got = g_byte_array_new ();
  SRTSOCKET sock = read_group (port, got);

  gst_app_src_end_of_stream (GST_APP_SRC (port->in));
  wait_closed (sock);
  assert_left (port, "the driver has left");
  assert_refused (port, CAR01, PASS_1, 1424);
  srt_close (sock);
  port_free (port);
}
GST_END_TEST

GST_START_TEST (test_the_port_closes_with_readers_in_it)
{
  Port *port = port_new (10000);
  g_autoptr (GByteArray) got = g_byte_array_new ();
  SRTSOCKET sock = read_group (port, got);

  gst_element_set_state (port->server->pipeline, GST_STATE_NULL);
  wait_closed (sock);
  srt_close (sock);
  /* And opens again beside the same stream. */
  server_play (port->server);
  sock = read_car01 (port);
  g_byte_array_set_size (got, 0);
  receive (sock, got, port->sent->len);
  check_group (got, port->sent, port->sent->len);
  srt_close (sock);
  port_free (port);
}
GST_END_TEST

/* What is there by now. */
static void
receive_more (SRTSOCKET sock, GByteArray *bytes)
{
  const gboolean wait = FALSE;
  gchar message[1500];
  int got;

  srt_setsockflag (sock, SRTO_RCVSYN, &wait, sizeof wait);
  while ((got = srt_recvmsg2 (sock, message, sizeof message, NULL)) > 0)
    g_byte_array_append (bytes, (guint8 *) message, (guint) got);
  g_assert_cmpint (srt_getsockstate (sock), ==, SRTS_CONNECTED);
}

/* A group of large pictures, at the pace of the reader @good, who sets it by
 * getting all of it: SRT plays out what it got 40 ms ago. */
static void
push_paced_group (Port *port, SRTSOCKET good, GByteArray *all, GByteArray *got)
{
  g_byte_array_set_size (port->sent, 0);
  for (guint i = 0; i < FRAMES_PER_GROUP; i++) {
    gsize before = port->sent->len;

    push_frame (port, port->in, i, FRAME_BYTES);
    g_byte_array_append (
        all, port->sent->data + before, port->sent->len - before);
    if (all->len > got->len + FRAMES_ON_THE_WAY * FRAME_BYTES)
      receive (good, got, FRAME_BYTES);
  }
}

static SRTSOCKET
read_as_good (Port *port)
{
  SRTSOCKET sock = caller_new ("#!::r=car01,m=request,u=good", PASS_2);

  g_signal_emit_by_name (port->server->src, "add-reader", "good", NULL, PASS_2);
  g_assert_cmpint (caller_connect (port, sock), ==, 0);
  return sock;
}

static void
check_good (Port *port, SRTSOCKET good, GByteArray *all, GByteArray *got)
{
  receive (good, got, all->len - got->len);
  g_assert_cmpmem (got->data, got->len, all->data, all->len);
  g_assert_cmpuint (reader_stat (port, "good", "jumps"), ==, 0);
  srt_close (good);
}

/* The way to it is cut until it has lost whole stretches; another reader loses
 * nothing. */
GST_START_TEST (test_a_reader_that_is_behind_goes_on_at_a_key_frame)
{
  Port *port = port_new (0);
  PbLossProxyConfig config = { .host = "127.0.0.1",
    .port = port->server->port };
  g_autoptr (PbLossProxy) proxy = pb_loss_proxy_new (&config, NULL);
  g_autoptr (GByteArray) all = g_byte_array_new ();
  g_autoptr (GByteArray) got = g_byte_array_new ();
  g_autoptr (GByteArray) late = g_byte_array_new ();
  SRTSOCKET slow = caller_new (CAR01, PASS_1);
  SRTSOCKET good = read_as_good (port);
  const int patience_ms = WAIT_SECONDS * 1000;
  gint64 until = UNTIL;
  gboolean whole;

  srt_setsockflag (slow, SRTO_PEERIDLETIMEO, &patience_ms, sizeof patience_ms);
  g_assert_cmpint (connect_to (pb_loss_proxy_get_port (proxy), slow), ==, 0);
  push_paced_group (port, good, all, got);
  receive (slow, late, 1);
  pb_loss_proxy_set_loss (proxy, 0, 100);
  while (reader_stat (port, "all", "jumps") == 0) {
    g_assert_cmpint (g_get_monotonic_time (), <, until);
    push_paced_group (port, good, all, got);
  }
  pb_loss_proxy_set_loss (proxy, 0, 0);
  /* A whole group of pictures comes again. */
  do {
    g_autoptr (GByteArray) group = g_byte_array_new ();

    g_byte_array_append (group, port->sent->data, port->sent->len);
    push_paced_group (port, good, all, got);
    receive_more (slow, late);
    whole = memmem (late->data, late->len, group->data, group->len) != NULL;
    g_assert_cmpint (g_get_monotonic_time (), <, until);
  } while (!whole);
  check_good (port, good, all, got);
  g_assert_cmpuint (reader_stat (port, "all", "bytes-dropped"), >, 0);
  g_assert_cmpuint (reader_stat (port, "all", "bytes-sent"), <, all->len);
  srt_close (slow);
  port_free (port);
}
GST_END_TEST

/* It does not read, and its window of 64 packets fills up. */
GST_START_TEST (test_a_reader_that_does_not_read_costs_nobody_anything)
{
  Port *port = port_new (0);
  g_autoptr (GByteArray) all = g_byte_array_new ();
  g_autoptr (GByteArray) got = g_byte_array_new ();
  SRTSOCKET idle = caller_new (CAR01, PASS_1);
  SRTSOCKET good = read_as_good (port);
  const int window = 64, buffer = 64 * 1456;
  gint64 until = UNTIL;

  srt_setsockflag (idle, SRTO_FC, &window, sizeof window);
  srt_setsockflag (idle, SRTO_RCVBUF, &buffer, sizeof buffer);
  g_assert_cmpint (caller_connect (port, idle), ==, 0);
  while (reader_stat (port, "all", "jumps") < 2) {
    g_assert_cmpint (g_get_monotonic_time (), <, until);
    push_paced_group (port, good, all, got);
  }
  check_good (port, good, all, got);
  g_assert_cmpuint (reader_stat (port, "all", "bytes-dropped"), >, 0);
  srt_close (idle);
  port_free (port);
}
GST_END_TEST

GST_START_TEST (test_the_sink_says_what_it_misses)
{
  g_autoptr (GstElement) sink = gst_object_ref_sink (
      gst_element_factory_make ("pitboxsrtserversink", NULL));

  for (guint i = 0; i < 2; i++) {
    g_autoptr (GstBus) bus = gst_bus_new ();
    g_autoptr (GstMessage) message = NULL;
    g_autoptr (GError) error = NULL;

    gst_element_set_bus (sink, bus);
    g_assert_cmpint (gst_element_set_state (sink, GST_STATE_PAUSED), ==,
        GST_STATE_CHANGE_FAILURE);
    message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
    gst_message_parse_error (message, &error, NULL);
    g_assert_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS);
    g_assert_nonnull (strstr (error->message, i == 0 ? "listener" : "driver"));
    gst_element_set_state (sink, GST_STATE_NULL);
    gst_element_set_bus (sink, NULL);
    g_object_set (sink, "listener", "test", "driver", "not/one", NULL);
  }
}
GST_END_TEST

GST_START_TEST (test_figures_of_a_stream_count_those_who_left)
{
  Port *port = port_new (0);
  g_autoptr (GByteArray) got = g_byte_array_new ();
  g_autoptr (GstElement) sink = last_sink (port);
  g_autoptr (GstStructure) stats = NULL;
  guint64 bytes = 0;
  guint n = 1;

  srt_close (read_group (port, got));
  assert_left (port, "the reader has left");
  g_object_get (sink, "stats", &stats, NULL);
  gst_structure_get (stats, "readers", G_TYPE_UINT, &n, "bytes-sent",
      G_TYPE_UINT64, &bytes, NULL);
  g_assert_cmpuint (n, ==, 0);
  g_assert_cmpuint (bytes, ==, got->len);
  port_free (port);
}
GST_END_TEST

static void
setup (void)
{
  srt_startup ();
}

static void
teardown (void)
{
  srt_cleanup ();
}

static Suite *
pitboxsrtreaders_suite (void)
{
  Suite *s = suite_create ("pitboxsrtreaders");
  TCase *tc = tcase_create ("loopback");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_test (tc, test_who_joins_gets_tables_and_the_group_so_far);
  tcase_add_test (
      tc, test_a_reader_of_a_silent_stream_gets_its_first_key_frame);
  tcase_add_loop_test (tc, test_refusals_say_why, 0, G_N_ELEMENTS (refusals));
  tcase_add_test (tc, test_without_a_listener_name_nobody_reads);
  tcase_add_test (tc, test_readers_beyond_the_limit_are_refused);
  tcase_add_test (tc, test_a_removed_reader_is_cut_off_at_once);
  tcase_add_test (tc, test_readers_go_on_with_the_stream_that_takes_over);
  tcase_add_test (tc, test_readers_are_closed_when_the_driver_stays_away);
  tcase_add_test (tc, test_the_port_closes_with_readers_in_it);
  tcase_add_test (tc, test_a_reader_that_is_behind_goes_on_at_a_key_frame);
  tcase_add_test (tc, test_a_reader_that_does_not_read_costs_nobody_anything);
  tcase_add_test (tc, test_the_sink_says_what_it_misses);
  tcase_add_test (tc, test_figures_of_a_stream_count_those_who_left);
  return s;
}

GST_CHECK_MAIN (pitboxsrtreaders);
