/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SoupServer reads 64 KiB of a head and more of a line, then ends the
 * connection without a word and without telling anybody. This stands between
 * it and the socket, counts, and has the end to itself. */
#include "http/pb-http-stream.h"

#include "http/pb-ping-count.h"
#include "pb-bucket.h"

/* Pings that may come at once, and a second for long: programs send one each
 * some seconds, browsers none. */
#define PINGS_BURST 100
#define PINGS_PER_S 10

/* Bytes as they come, up to the end of the head. */
typedef struct {
  GFilterInputStream parent;
  gsize left;
  gboolean has_text;
  gboolean at_line_start;
  gboolean is_past;
  gboolean is_too_long;
  gboolean is_tls;
  gsize burst_bytes;
  gsize bytes_per_s;
  gint64 full_us; /* when burst_bytes may come again */
  GPollableOutputStream *output; /* not NULL: it is a WebSocket */
  PbPingCount pings;
  gint64 pings_full_us; /* when PINGS_BURST may come again */
  gboolean has_more; /* than the head, before it was answered */
} PbHeadInput;

typedef struct {
  GFilterInputStreamClass parent;
} PbHeadInputClass;

typedef struct {
  GIOStream parent;
  GIOStream *connection;
  PbHeadInput *input;
  PbHttpStreamFunc too_long;
  gpointer user_data;
} PbHttpStream;

typedef struct {
  GIOStreamClass parent;
} PbHttpStreamClass;

static void pb_head_input_init_pollable (
    GPollableInputStreamInterface *interface, gpointer data);

GType pb_head_input_get_type (void);
GType pb_http_stream_get_type (void);

G_DEFINE_TYPE_WITH_CODE (PbHeadInput, pb_head_input, G_TYPE_FILTER_INPUT_STREAM,
    G_IMPLEMENT_INTERFACE (
        G_TYPE_POLLABLE_INPUT_STREAM, pb_head_input_init_pollable))
G_DEFINE_TYPE (PbHttpStream, pb_http_stream, G_TYPE_IO_STREAM)

static GPollableInputStream *
get_base (gpointer input)
{
  return G_POLLABLE_INPUT_STREAM (
      g_filter_input_stream_get_base_stream (G_FILTER_INPUT_STREAM (input)));
}

/* First byte of a TLS record with a ClientHello (RFC 8446, 5.1), of no request. */
#define TLS_HANDSHAKE 0x16

/* RFC 9112, 2.2: empty lines before a request do not count; an empty one after
 * its first line is the end of the head. */
static void
count (PbHeadInput *self, const gchar *bytes, gsize n)
{
  self->is_tls = self->is_tls || (!self->has_text && bytes[0] == TLS_HANDSHAKE);
  for (gsize i = 0; i < n; i++) {
    if (self->is_past) {
      self->has_more = TRUE;
      return;
    }
    if (bytes[i] == '\n') {
      self->is_past = self->has_text && self->at_line_start;
      self->at_line_start = TRUE;
    } else if (bytes[i] != '\r') {
      self->has_text = TRUE;
      self->at_line_start = FALSE;
    }
    if (self->left-- == 0) {
      self->is_too_long = TRUE;
      return;
    }
  }
}

/* Whether it keeps to its rate. */
static gboolean
meter (PbHeadInput *self, gsize n)
{
  const gint64 per_s = (gint64) self->bytes_per_s;

  return pb_bucket_take (&self->full_us, (gint64) n * G_USEC_PER_SEC / per_s,
      (gint64) self->burst_bytes * G_USEC_PER_SEC / per_s,
      g_get_monotonic_time ());
}

/* Each ping is answered, whether anybody reads that or not. */
static gboolean
keeps_to_pings (PbHeadInput *self, const gchar *bytes, gsize n)
{
  const gint64 each_us = G_USEC_PER_SEC / PINGS_PER_S;
  const guint n_pings =
      pb_ping_count_take (&self->pings, (const guint8 *) bytes, n);

  return pb_bucket_take (&self->pings_full_us, n_pings * each_us,
      PINGS_BURST * each_us, g_get_monotonic_time ());
}

static gssize
take_frames (PbHeadInput *self, const gchar *bytes, gssize n, GError **error)
{
  if (n <= 0)
    return n;
  if (self->has_more)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
        "Frames came before the WebSocket was there");
  else if (!meter (self, (gsize) n))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE,
        "More than %" G_GSIZE_FORMAT " bytes a second came", self->bytes_per_s);
  else if (!keeps_to_pings (self, bytes, (gsize) n))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE,
        "More than " G_STRINGIFY (PINGS_PER_S) " pings a second came");
  else
    return n;
  return -1;
}

static gssize
take (PbHeadInput *self, const gchar *bytes, gssize n, GError **error)
{
  if (self->output)
    return take_frames (self, bytes, n, error);
  if (n > 0)
    count (self, bytes, (gsize) n);
  if (!self->is_too_long && !self->is_tls)
    return n;
  g_clear_error (error);
  if (self->is_too_long)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE,
        "The head of the request is too long");
  else
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
        "The client speaks TLS, and there is none here");
  return -1;
}

static gssize
read_bytes (GInputStream *stream, void *buffer, gsize size,
    GCancellable *cancellable, GError **error)
{
  return take ((PbHeadInput *) stream, buffer,
      g_input_stream_read (
          G_INPUT_STREAM (get_base (stream)), buffer, size, cancellable, error),
      error);
}

/* Who does not read is not read: what it is owed is no more than it has asked
 * for, and after a while it is as good as gone. */
static gboolean
is_held (PbHeadInput *self)
{
  return self->output && !g_pollable_output_stream_is_writable (self->output);
}

static gssize
read_nonblocking (
    GPollableInputStream *stream, void *buffer, gsize size, GError **error)
{
  if (is_held ((PbHeadInput *) stream)) {
    g_set_error_literal (
        error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "Its client reads nothing");
    return -1;
  }
  return take ((PbHeadInput *) stream, buffer,
      g_pollable_input_stream_read_nonblocking (
          get_base (stream), buffer, size, NULL, error),
      error);
}

static gboolean
is_readable (GPollableInputStream *stream)
{
  return !is_held ((PbHeadInput *) stream)
         && g_pollable_input_stream_is_readable (get_base (stream));
}

/* Of a WebSocket: waits for what comes, or while it is held for the output. */
typedef struct {
  GSource source;
  PbHeadInput *input;
  GSource *child;
  gboolean is_for_output;
} Gate;

static void
gate_wait (Gate *gate, gboolean is_for_output)
{
  if (gate->child) {
    g_source_remove_child_source (&gate->source, gate->child);
    g_source_unref (gate->child);
  }
  gate->is_for_output = is_for_output;
  gate->child = is_for_output ? g_pollable_output_stream_create_source (
                    gate->input->output, NULL)
                              : g_pollable_input_stream_create_source (
                                  get_base (gate->input), NULL);
  g_source_set_dummy_callback (gate->child);
  g_source_add_child_source (&gate->source, gate->child);
}

static gboolean
gate_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  Gate *gate = (Gate *) source;
  const GPollableSourceFunc func =
      (GPollableSourceFunc) (void (*) (void)) callback;
  const gboolean keep = func (G_OBJECT (gate->input), user_data);
  const gboolean held = is_held (gate->input);

  if (keep && !g_source_is_destroyed (source) && held != gate->is_for_output)
    gate_wait (gate, held);
  return keep;
}

static void
gate_finalize (GSource *source)
{
  Gate *gate = (Gate *) source;

  g_clear_pointer (&gate->child, g_source_unref);
  g_object_unref (gate->input);
}

static gboolean
gate_call (GObject *stream, gpointer closure)
{
  GValue result = G_VALUE_INIT;
  GValue param = G_VALUE_INIT;
  gboolean keep;

  g_value_init (&result, G_TYPE_BOOLEAN);
  g_value_init (&param, G_TYPE_OBJECT);
  g_value_set_object (&param, stream);
  g_closure_invoke (closure, &result, 1, &param, NULL);
  keep = g_value_get_boolean (&result);
  g_value_unset (&result);
  g_value_unset (&param);
  return keep;
}

static GSourceFuncs gate_funcs = {
  .dispatch = gate_dispatch,
  .finalize = gate_finalize,
  .closure_callback = (GSourceFunc) (void (*) (void)) gate_call,
};

static GSource *
create_gate (PbHeadInput *self, GCancellable *cancellable)
{
  GSource *source = g_source_new (&gate_funcs, sizeof (Gate));
  Gate *gate = (Gate *) source;

  gate->input = g_object_ref (self);
  gate_wait (gate, is_held (self));
  if (cancellable) {
    g_autoptr (GSource) cancelled = g_cancellable_source_new (cancellable);

    g_source_set_dummy_callback (cancelled);
    g_source_add_child_source (source, cancelled);
  }
  return source;
}

static GSource *
create_source (GPollableInputStream *stream, GCancellable *cancellable)
{
  PbHeadInput *self = (PbHeadInput *) stream;
  g_autoptr (GSource) base = NULL;

  if (self->output)
    return create_gate (self, cancellable);
  base = g_pollable_input_stream_create_source (get_base (stream), NULL);
  return g_pollable_source_new_full (stream, base, cancellable);
}

static void
pb_head_input_init_pollable (
    GPollableInputStreamInterface *interface, gpointer data)
{
  interface->is_readable = is_readable;
  interface->create_source = create_source;
  interface->read_nonblocking = read_nonblocking;
}

static void
pb_head_input_finalize (GObject *object)
{
  g_clear_object (&((PbHeadInput *) object)->output);
  G_OBJECT_CLASS (pb_head_input_parent_class)->finalize (object);
}

static void
pb_head_input_class_init (PbHeadInputClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = pb_head_input_finalize;
  G_INPUT_STREAM_CLASS (klass)->read_fn = read_bytes;
}

static void
pb_head_input_init (PbHeadInput *self)
{
  self->at_line_start = TRUE;
}

static GInputStream *
get_input (GIOStream *stream)
{
  return G_INPUT_STREAM (((PbHttpStream *) stream)->input);
}

static GOutputStream *
get_output (GIOStream *stream)
{
  return g_io_stream_get_output_stream (((PbHttpStream *) stream)->connection);
}

static gboolean
close_stream (GIOStream *stream, GCancellable *cancellable, GError **error)
{
  PbHttpStream *self = (PbHttpStream *) stream;

  if (!self->input->is_too_long)
    return g_io_stream_close (self->connection, cancellable, error);
  self->too_long (self->connection, self->user_data);
  return TRUE;
}

/* GIO's own would take a thread to close. */
static void
close_async (GIOStream *stream, int priority, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task =
      g_task_new (stream, cancellable, callback, user_data);

  close_stream (stream, NULL, NULL);
  g_task_return_boolean (task, TRUE);
}

static gboolean
close_finish (GIOStream *stream, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
pb_http_stream_finalize (GObject *object)
{
  PbHttpStream *self = (PbHttpStream *) object;

  g_object_unref (self->input);
  g_object_unref (self->connection);
  G_OBJECT_CLASS (pb_http_stream_parent_class)->finalize (object);
}

static void
pb_http_stream_class_init (PbHttpStreamClass *klass)
{
  GIOStreamClass *stream_class = G_IO_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = pb_http_stream_finalize;
  stream_class->get_input_stream = get_input;
  stream_class->get_output_stream = get_output;
  stream_class->close_fn = close_stream;
  stream_class->close_async = close_async;
  stream_class->close_finish = close_finish;
}

static void
pb_http_stream_init (PbHttpStream *self)
{
}

/**
 * pb_http_stream_new:
 * @connection: of a client; pollable both ways
 * @head_max_bytes: of its request's line and header fields
 * @too_long: called once in place of closing @connection if there are more;
 *   what was read of the head is lost. A client that begins with TLS is closed
 *   at once: it would wait for us as long as we for its request
 * @user_data: for @too_long; outlives the stream
 *
 * Main thread only.
 *
 * Returns: (transfer full): the stream to read the request from
 */
GIOStream *
pb_http_stream_new (GIOStream *connection, gsize head_max_bytes,
    PbHttpStreamFunc too_long, gpointer user_data)
{
  PbHttpStream *self = g_object_new (pb_http_stream_get_type (), NULL);

  self->connection = g_object_ref (connection);
  self->input = g_object_new (pb_head_input_get_type (), "base-stream",
      g_io_stream_get_input_stream (connection), "close-base-stream", FALSE,
      NULL);
  self->input->left = head_max_bytes;
  self->too_long = too_long;
  self->user_data = user_data;
  return G_IO_STREAM (self);
}

/**
 * pb_http_stream_become_websocket:
 * @stream: of pb_http_stream_new(), whose request has been read
 * @burst_bytes: that may come at once
 * @bytes_per_s: that may come for long
 *
 * From here on what comes faster is an error of reading: whatever it is, and
 * in however many pieces; so are many pings. While its client does not read
 * what it is sent, nothing of it is read.
 */
void
pb_http_stream_become_websocket (
    GIOStream *stream, gsize burst_bytes, gsize bytes_per_s)
{
  PbHeadInput *input = ((PbHttpStream *) stream)->input;

  input->burst_bytes = burst_bytes;
  input->bytes_per_s = bytes_per_s;
  input->output = G_POLLABLE_OUTPUT_STREAM (g_object_ref (get_output (stream)));
}
