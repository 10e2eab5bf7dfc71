/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A WebSocket's bytes before libsoup sees them: pings are counted, and who does
 * not read is not read. */
#include <gio/gio.h>
#include <gio/gnetworking.h>
#include <string.h>

#include "../lib/pb-test-wait.h"
#include "http/pb-http-stream.h"
#include "http/pb-ping-count.h"

#define PING 0x89
#define BINARY 0x82

static void
add_frame (GByteArray *bytes, guint8 first, guint64 size, gboolean masked)
{
  const guint n = size < 126 ? 0 : size < 65536 ? 2 : 8;
  const guint8 head[] = { first, (masked ? 0x80 : 0)
                                     | (n == 0    ? (guint8) size
                                         : n == 2 ? 126
                                                  : 127) };
  const guint8 mask[4] = { 0x89, 0x80, 0x89, 0x80 };
  g_autofree guint8 *payload = g_malloc (size + 1);

  g_byte_array_append (bytes, head, 2);
  for (guint i = 0; i < n; i++) {
    const guint8 byte = (guint8) (size >> 8 * (n - 1 - i));

    g_byte_array_append (bytes, &byte, 1);
  }
  if (masked)
    g_byte_array_append (bytes, mask, 4);
  /* What would be pings, were it not within a frame. */
  memset (payload, PING, size);
  g_byte_array_append (bytes, payload, (guint) size);
}

/* In pieces of any size, behind frames of each length. */
static void
test_pings_are_counted (void)
{
  static const guint64 sizes[] = { 0, 1, 125, 126, 127, 65535, 65536, 0 };
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint n_pings = 0;

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    add_frame (bytes, BINARY, sizes[i], i % 2);
    add_frame (bytes, PING, i, i % 3);
    n_pings++;
  }
  for (gsize piece = 1; piece <= bytes->len; piece = piece * 3 + 1) {
    PbPingCount count = { 0 };
    guint n = 0;

    for (gsize at = 0; at < bytes->len; at += piece)
      n += pb_ping_count_take (
          &count, bytes->data + at, MIN (piece, bytes->len - at));
    g_assert_cmpuint (n, ==, n_pings);
  }
}

/* A frame of more than there are bytes hides nothing that is in none. */
static void
test_a_frame_without_an_end (void)
{
  static const guint8 head[] = { BINARY, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0, 0, 0, 0 };
  guint8 pings[6 * 100];
  PbPingCount count = { 0 };

  memset (pings, PING, sizeof pings);
  g_assert_cmpuint (pb_ping_count_take (&count, head, sizeof head), ==, 0);
  g_assert_cmpuint (pb_ping_count_take (&count, pings, sizeof pings), ==, 0);
  g_assert_cmpuint (count.left, ==, G_MAXUINT64 - sizeof pings);
}

typedef struct {
  GSocketConnection *client;
  GSocketConnection *server;
  GIOStream *stream;
  GSource *source;
  guint n_calls;
  gsize n_read;
  GError *error;
} Fixture;

static void
say_too_long (GIOStream *connection, gpointer user_data)
{
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  const guint16 port =
      g_socket_listener_add_any_inet_port (listener, NULL, &error);

  g_assert_no_error (error);
  f->client =
      g_socket_client_connect_to_host (client, "127.0.0.1", port, NULL, &error);
  g_assert_no_error (error);
  f->server = g_socket_listener_accept (listener, NULL, NULL, &error);
  g_assert_no_error (error);
  f->stream =
      pb_http_stream_new (G_IO_STREAM (f->server), 1000, say_too_long, NULL);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  if (f->source)
    g_source_destroy (f->source);
  g_clear_pointer (&f->source, g_source_unref);
  g_object_unref (f->stream);
  g_object_unref (f->server);
  g_object_unref (f->client);
  g_clear_error (&f->error);
}

/* As libsoup reads: all there is, each time. */
static gboolean
on_readable (GObject *object, gpointer user_data)
{
  Fixture *f = user_data;
  guint8 buffer[4096];
  gssize n;

  f->n_calls++;
  while ((n = g_pollable_input_stream_read_nonblocking (
              G_POLLABLE_INPUT_STREAM (object), buffer, sizeof buffer, NULL,
              &f->error))
         > 0)
    f->n_read += (gsize) n;
  if (g_error_matches (f->error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    g_clear_error (&f->error);
  return f->error == NULL;
}

static void
watch (Fixture *f)
{
  GPollableInputStream *in =
      G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (f->stream));

  f->source = g_pollable_input_stream_create_source (in, NULL);
  g_source_set_callback (
      f->source, (GSourceFunc) (void (*) (void)) on_readable, f, NULL);
  g_source_attach (f->source, NULL);
}

static void
send_bytes (Fixture *f, const void *bytes, gsize size)
{
  g_autoptr (GError) error = NULL;

  g_output_stream_write_all (
      g_io_stream_get_output_stream (G_IO_STREAM (f->client)), bytes, size,
      NULL, NULL, &error);
  g_assert_no_error (error);
}

/* Returns: how many bytes its client has to read */
static gsize
fill_output (Fixture *f)
{
  GPollableOutputStream *out =
      G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (f->stream));
  static const guint8 bytes[65536];
  gsize sum = 0;
  gssize n;

  while ((n = g_pollable_output_stream_write_nonblocking (
              out, bytes, sizeof bytes, NULL, NULL))
         > 0)
    sum += (gsize) n;
  return sum;
}

/* One turn of the loop, then whether @condition holds. */
#define turn_until(condition) \
  pb_test_wait_until ((g_main_context_iteration (NULL, FALSE), (condition)))

static void
drain (Fixture *f, gsize size)
{
  g_autofree guint8 *bytes = g_malloc (size + 1);
  g_autoptr (GError) error = NULL;

  g_input_stream_read_all (
      g_io_stream_get_input_stream (G_IO_STREAM (f->client)), bytes, size, NULL,
      NULL, &error);
  g_assert_no_error (error);
}

/* What is sent to it waits, and so does what it sends: by a call each, not by
 * one each turn of the loop. */
static void
test_who_does_not_read_is_not_read (Fixture *f, gconstpointer unused)
{
  g_autoptr (GByteArray) frame = g_byte_array_new ();
  gsize waiting;

  add_frame (frame, BINARY, 100, TRUE);
  pb_http_stream_become_websocket (f->stream, 100000, 1000);
  watch (f);
  send_bytes (f, frame->data, frame->len);
  turn_until (f->n_read == frame->len);

  waiting = fill_output (f);
  send_bytes (f, frame->data, frame->len);
  f->n_calls = 0;
  for (guint i = 0; i < 100; i++) {
    waiting += fill_output (f);
    g_main_context_iteration (NULL, FALSE);
    g_usleep (1000);
  }
  g_assert_cmpuint (f->n_calls, <, 50);
  g_assert_cmpuint (f->n_read, ==, frame->len);

  drain (f, waiting);
  turn_until (f->n_read == 2 * frame->len);
  send_bytes (f, frame->data, frame->len);
  turn_until (f->n_read == 3 * frame->len);
  g_assert_no_error (f->error);
}

/* Each is answered, and libsoup bounds neither the answers nor the work. */
static void
test_many_pings_are_an_error (Fixture *f, gconstpointer unused)
{
  g_autoptr (GByteArray) pings = g_byte_array_new ();

  for (guint i = 0; i < 1000; i++)
    add_frame (pings, PING, 0, TRUE);
  pb_http_stream_become_websocket (f->stream, 100000, 1000);
  watch (f);
  send_bytes (f, pings->data, 50 * 6);
  turn_until (f->n_read == 50 * 6);
  g_assert_no_error (f->error);
  send_bytes (f, pings->data, pings->len);
  turn_until (f->error != NULL);
  g_assert_error (f->error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE);
}

/* Frames that nobody counted. */
static void
test_frames_before_the_answer (Fixture *f, gconstpointer unused)
{
  static const gchar request[] = "GET / HTTP/1.1\r\n\r\n\x89";
  GInputStream *in = g_io_stream_get_input_stream (f->stream);
  gchar buffer[64];

  send_bytes (f, request, sizeof request - 1);
  for (gsize n = 0; n < sizeof request - 1;)
    n += (gsize) g_input_stream_read (in, buffer, sizeof buffer, NULL, NULL);
  pb_http_stream_become_websocket (f->stream, 100000, 1000);
  watch (f);
  send_bytes (f, "\x80", 1);
  turn_until (f->error != NULL);
  g_assert_error (f->error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http-stream/pings-are-counted", test_pings_are_counted);
  g_test_add_func (
      "/http-stream/a-frame-without-an-end", test_a_frame_without_an_end);
  g_test_add ("/http-stream/who-does-not-read-is-not-read", Fixture, NULL,
      set_up, test_who_does_not_read_is_not_read, tear_down);
  g_test_add ("/http-stream/many-pings-are-an-error", Fixture, NULL, set_up,
      test_many_pings_are_an_error, tear_down);
  g_test_add ("/http-stream/frames-before-the-answer", Fixture, NULL, set_up,
      test_frames_before_the_answer, tear_down);
  return g_test_run ();
}
