/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbTlsStream: a client's connection, encrypted; nothing in it ever waits. */
#include "http/pb-tls-stream.h"

#include <openssl/err.h>

/* Of a stream and both its halves, whichever lives longest. */
typedef struct {
  SSL *ssl;
  GSocketConnection *connection;
  GSocket *socket;
  GError *error; /* of the socket; OpenSSL has no room for it */
  GIOCondition want_read;
  GIOCondition want_write;
  gboolean is_broken;
} Link;

typedef struct {
  GInputStream parent;
  Link *link;
} PbTlsInput;

typedef struct {
  GInputStreamClass parent;
} PbTlsInputClass;

typedef struct {
  GOutputStream parent;
  Link *link;
} PbTlsOutput;

typedef struct {
  GOutputStreamClass parent;
} PbTlsOutputClass;

typedef struct {
  GIOStream parent;
  Link *link;
  GInputStream *input;
  GOutputStream *output;
} PbTlsStream;

typedef struct {
  GIOStreamClass parent;
} PbTlsStreamClass;

static void pb_tls_input_init_pollable (
    GPollableInputStreamInterface *interface, gpointer data);
static void pb_tls_output_init_pollable (
    GPollableOutputStreamInterface *interface, gpointer data);

GType pb_tls_input_get_type (void);
GType pb_tls_output_get_type (void);
GType pb_tls_stream_get_type (void);

G_DEFINE_TYPE_WITH_CODE (PbTlsInput, pb_tls_input, G_TYPE_INPUT_STREAM,
    G_IMPLEMENT_INTERFACE (
        G_TYPE_POLLABLE_INPUT_STREAM, pb_tls_input_init_pollable))
G_DEFINE_TYPE_WITH_CODE (PbTlsOutput, pb_tls_output, G_TYPE_OUTPUT_STREAM,
    G_IMPLEMENT_INTERFACE (
        G_TYPE_POLLABLE_OUTPUT_STREAM, pb_tls_output_init_pollable))
G_DEFINE_TYPE (PbTlsStream, pb_tls_stream, G_TYPE_IO_STREAM)

static void
link_clear (gpointer data)
{
  Link *link = data;

  SSL_free (link->ssl);
  g_object_unref (link->connection);
  g_clear_error (&link->error);
}

static void
link_release (Link *link)
{
  g_rc_box_release_full (link, link_clear);
}

/* By way of GSocket, which knows of the connection's time limit and sends
 * without a signal. */
static int
end_io (Link *link, BIO *bio, gssize n, GError *error)
{
  if (n >= 0)
    return (int) n;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
    g_error_free (error);
    return -1;
  }
  BIO_clear_retry_flags (bio);
  g_clear_error (&link->error);
  link->error = error;
  return -1;
}

static int
receive (BIO *bio, char *bytes, int size)
{
  Link *link = BIO_get_data (bio);
  GError *error = NULL;
  gssize n;

  BIO_set_retry_read (bio);
  n = g_socket_receive_with_blocking (
      link->socket, bytes, (gsize) size, FALSE, NULL, &error);
  if (n >= 0)
    BIO_clear_retry_flags (bio);
  return end_io (link, bio, n, error);
}

static int
send_bytes (BIO *bio, const char *bytes, int size)
{
  Link *link = BIO_get_data (bio);
  GError *error = NULL;
  gssize n;

  BIO_set_retry_write (bio);
  n = g_socket_send_with_blocking (
      link->socket, bytes, (gsize) size, FALSE, NULL, &error);
  if (n >= 0)
    BIO_clear_retry_flags (bio);
  return end_io (link, bio, n, error);
}

static long
control (BIO *bio, int command, long number, void *pointer)
{
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

static BIO_METHOD *
get_method (void)
{
  static BIO_METHOD *method;

  if (g_once_init_enter (&method)) {
    BIO_METHOD *made =
        BIO_meth_new (BIO_get_new_index () | BIO_TYPE_SOURCE_SINK, "GSocket");

    BIO_meth_set_read (made, receive);
    BIO_meth_set_write (made, send_bytes);
    BIO_meth_set_ctrl (made, control);
    g_once_init_leave (&method, made);
  }
  return method;
}

/* Returns: -1 with @error set, or 0 where the client has ended */
static gssize
end_call (Link *link, int result, GIOCondition *want, GError **error)
{
  switch (SSL_get_error (link->ssl, result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      *want = SSL_want_write (link->ssl) ? G_IO_OUT : G_IO_IN;
      g_set_error_literal (
          error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "The socket is busy");
      return -1;
    case SSL_ERROR_ZERO_RETURN:
      return 0;
    default:
      link->is_broken = TRUE;
      if (link->error)
        g_propagate_error (error, g_steal_pointer (&link->error));
      else
        g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED,
            "The TLS connection broke");
      ERR_clear_error ();
      return -1;
  }
}

static gssize
read_nonblocking (
    GPollableInputStream *stream, void *buffer, gsize size, GError **error)
{
  Link *link = ((PbTlsInput *) stream)->link;
  int n;

  ERR_clear_error ();
  n = SSL_read (link->ssl, buffer, (int) MIN (size, G_MAXINT));
  if (n > 0) {
    link->want_read = G_IO_IN;
    return n;
  }
  return end_call (link, n, &link->want_read, error);
}

static gssize
write_nonblocking (GPollableOutputStream *stream, const void *buffer,
    gsize size, GError **error)
{
  Link *link = ((PbTlsOutput *) stream)->link;
  gssize n;

  if (size == 0)
    return 0;
  ERR_clear_error ();
  n = SSL_write (link->ssl, buffer, (int) MIN (size, G_MAXINT));
  if (n > 0) {
    link->want_write = G_IO_OUT;
    return n;
  }
  n = end_call (link, (int) n, &link->want_write, error);
  if (n == 0) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED,
        "The client has ended");
    n = -1;
  }
  return n;
}

/* Takes @local over. Returns: %TRUE once it is worth trying again, else %FALSE
 * with @error set */
static gboolean
wait_to_retry (Link *link, GIOCondition want, GError *local,
    GCancellable *cancellable, GError **error)
{
  if (!g_error_matches (local, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
    g_propagate_error (error, local);
    return FALSE;
  }
  g_error_free (local);
  return g_socket_condition_wait (link->socket, want, cancellable, error);
}

/* Only for those who insist on waiting: SoupServer does not. */
static gssize
read_bytes (GInputStream *stream, void *buffer, gsize size,
    GCancellable *cancellable, GError **error)
{
  Link *link = ((PbTlsInput *) stream)->link;

  while (TRUE) {
    GError *local = NULL;
    gssize n = read_nonblocking (
        G_POLLABLE_INPUT_STREAM (stream), buffer, size, &local);

    if (n >= 0)
      return n;
    if (!wait_to_retry (link, link->want_read, local, cancellable, error))
      return -1;
  }
}

static gssize
write_bytes (GOutputStream *stream, const void *buffer, gsize size,
    GCancellable *cancellable, GError **error)
{
  Link *link = ((PbTlsOutput *) stream)->link;

  while (TRUE) {
    GError *local = NULL;
    gssize n = write_nonblocking (
        G_POLLABLE_OUTPUT_STREAM (stream), buffer, size, &local);

    if (n >= 0)
      return n;
    if (!wait_to_retry (link, link->want_write, local, cancellable, error))
      return -1;
  }
}

/* SSL_has_pending() would also count half a record, of which nothing can be
 * read, for as long as a client likes. */
static gboolean
is_readable (GPollableInputStream *stream)
{
  Link *link = ((PbTlsInput *) stream)->link;

  return SSL_pending (link->ssl) > 0
         || g_socket_condition_check (link->socket, link->want_read) != 0;
}

static gboolean
is_writable (GPollableOutputStream *stream)
{
  Link *link = ((PbTlsOutput *) stream)->link;

  return g_socket_condition_check (link->socket, link->want_write) != 0;
}

static GSource *
create_read_source (GPollableInputStream *stream, GCancellable *cancellable)
{
  Link *link = ((PbTlsInput *) stream)->link;
  g_autoptr (GSource) base =
      SSL_pending (link->ssl) > 0
          ? g_timeout_source_new (0)
          : g_socket_create_source (link->socket, link->want_read, NULL);

  return g_pollable_source_new_full (stream, base, cancellable);
}

static GSource *
create_write_source (GPollableOutputStream *stream, GCancellable *cancellable)
{
  Link *link = ((PbTlsOutput *) stream)->link;
  g_autoptr (GSource) base =
      g_socket_create_source (link->socket, link->want_write, NULL);

  return g_pollable_source_new_full (stream, base, cancellable);
}

static void
pb_tls_input_init_pollable (
    GPollableInputStreamInterface *interface, gpointer data)
{
  interface->is_readable = is_readable;
  interface->create_source = create_read_source;
  interface->read_nonblocking = read_nonblocking;
}

static void
pb_tls_output_init_pollable (
    GPollableOutputStreamInterface *interface, gpointer data)
{
  interface->is_writable = is_writable;
  interface->create_source = create_write_source;
  interface->write_nonblocking = write_nonblocking;
}

static void
pb_tls_input_finalize (GObject *object)
{
  link_release (((PbTlsInput *) object)->link);
  G_OBJECT_CLASS (pb_tls_input_parent_class)->finalize (object);
}

static void
pb_tls_input_class_init (PbTlsInputClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = pb_tls_input_finalize;
  G_INPUT_STREAM_CLASS (klass)->read_fn = read_bytes;
}

static void
pb_tls_input_init (PbTlsInput *self)
{
}

static void
pb_tls_output_finalize (GObject *object)
{
  link_release (((PbTlsOutput *) object)->link);
  G_OBJECT_CLASS (pb_tls_output_parent_class)->finalize (object);
}

static void
pb_tls_output_class_init (PbTlsOutputClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = pb_tls_output_finalize;
  G_OUTPUT_STREAM_CLASS (klass)->write_fn = write_bytes;
}

static void
pb_tls_output_init (PbTlsOutput *self)
{
}

static GInputStream *
get_input (GIOStream *stream)
{
  return ((PbTlsStream *) stream)->input;
}

static GOutputStream *
get_output (GIOStream *stream)
{
  return ((PbTlsStream *) stream)->output;
}

/* Says so to the client, as far as its socket takes that at once. */
static gboolean
close_stream (GIOStream *stream, GCancellable *cancellable, GError **error)
{
  Link *link = ((PbTlsStream *) stream)->link;

  if (!link->is_broken && SSL_is_init_finished (link->ssl)) {
    ERR_clear_error ();
    SSL_shutdown (link->ssl);
    ERR_clear_error ();
  }
  return g_io_stream_close (G_IO_STREAM (link->connection), cancellable, error);
}

static void
pb_tls_stream_finalize (GObject *object)
{
  PbTlsStream *self = (PbTlsStream *) object;

  g_object_unref (self->input);
  g_object_unref (self->output);
  link_release (self->link);
  G_OBJECT_CLASS (pb_tls_stream_parent_class)->finalize (object);
}

static void
pb_tls_stream_class_init (PbTlsStreamClass *klass)
{
  GIOStreamClass *stream_class = G_IO_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = pb_tls_stream_finalize;
  stream_class->get_input_stream = get_input;
  stream_class->get_output_stream = get_output;
  stream_class->close_fn = close_stream;
}

static void
pb_tls_stream_init (PbTlsStream *self)
{
}

/**
 * pb_tls_stream_new:
 * @connection: of a client
 * @ssl: (transfer full): of its own, see pb_tls_new_ssl()
 *
 * Main thread only, as everything here.
 *
 * Returns: (transfer full): a stream to call pb_tls_stream_handshake() of
 */
GIOStream *
pb_tls_stream_new (GSocketConnection *connection, SSL *ssl)
{
  PbTlsStream *self = g_object_new (pb_tls_stream_get_type (), NULL);
  PbTlsInput *input = g_object_new (pb_tls_input_get_type (), NULL);
  PbTlsOutput *output = g_object_new (pb_tls_output_get_type (), NULL);
  BIO *bio = BIO_new (get_method ());

  self->link = g_rc_box_new0 (Link);
  self->link->ssl = ssl;
  self->link->connection = g_object_ref (connection);
  self->link->socket = g_socket_connection_get_socket (connection);
  self->link->want_read = G_IO_IN;
  self->link->want_write = G_IO_OUT;
  BIO_set_data (bio, self->link);
  BIO_set_init (bio, 1);
  SSL_set_bio (ssl, bio, bio);
  SSL_set_accept_state (ssl);
  input->link = g_rc_box_acquire (self->link);
  output->link = g_rc_box_acquire (self->link);
  self->input = G_INPUT_STREAM (input);
  self->output = G_OUTPUT_STREAM (output);
  return G_IO_STREAM (self);
}

/**
 * pb_tls_stream_get_connection:
 * @stream: of TLS, or a connection without it
 *
 * Returns: (transfer none): what the bytes go through in the end
 */
GSocketConnection *
pb_tls_stream_get_connection (GIOStream *stream)
{
  return G_IS_SOCKET_CONNECTION (stream)
             ? G_SOCKET_CONNECTION (stream)
             : ((PbTlsStream *) stream)->link->connection;
}

/**
 * pb_tls_stream_handshake:
 * @want: (out): what the socket must be ready for, if the verdict is
 *   %PB_TLS_AGAIN
 *
 * Does what can be done of the handshake without waiting.
 */
PbTlsVerdict
pb_tls_stream_handshake (GIOStream *stream, GIOCondition *want)
{
  Link *link = ((PbTlsStream *) stream)->link;
  g_autoptr (GError) error = NULL;
  int result;

  ERR_clear_error ();
  result = SSL_do_handshake (link->ssl);
  if (result == 1)
    return PB_TLS_DONE;
  if (ERR_GET_REASON (ERR_peek_error ()) == SSL_R_HTTP_REQUEST) {
    link->is_broken = TRUE;
    ERR_clear_error ();
    return PB_TLS_PLAIN;
  }
  end_call (link, result, want, &error);
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)
             ? PB_TLS_AGAIN
             : PB_TLS_FAILED;
}
