/* SPDX-License-Identifier: LGPL-2.1-or-later
 * pitboxwssink against a server of libsoup in this process: none lost, none
 * twice, whatever the server does. */
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/video/video.h>
#include <gstpitbox/gstpitbox.h>
#include <libsoup/soup.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

#include "../lib/pb-test-rows.h"
#include "../lib/pb-test-wait.h"

#define TOKEN "pbd_0123456789ab_not-a-real-secret"
#define PATH "/api/v1/units"

/* What the server does; changed with its lock. */
typedef struct {
  GThread *thread;
  GMainContext *context;
  GMainLoop *loop;
  SoupServer *soup;
  guint port;
  GTlsCertificate *certificate;

  GMutex lock; /* protects all below */
  GPtrArray *sockets;
  gboolean is_mute; /* takes, and acknowledges nothing */
  guint take_at_most; /* of this connection; then it is cut off. 0 = all */
  guint status; /* answered in place of a handshake, or 0 */
  guint n_connections;
  guint n_taken_now;
  gboolean has_state;
  guint32 run_id;
  guint32 next;
  guint n_rows;
  guint n_bad;
  GstPitboxUnitCursor cursor;
  GstPitboxDecoder *decoder;
  GstPitboxSchema *schema;
} Server;

static void
answer (Server *server, SoupWebsocketConnection *socket, gboolean is_welcome)
{
  const GstPitboxUnitsAnswer a = { is_welcome, server->has_state,
    server->run_id, server->next };
  guint8 bytes[GST_PITBOX_UNITS_ANSWER_BYTES];

  gst_pitbox_units_answer_write (&a, bytes);
  soup_websocket_connection_send_binary (socket, bytes, sizeof bytes);
}

static void
check_rows (Server *server, guint32 sequence)
{
  const gsize size = gst_pitbox_schema_get_row_bytes (server->schema);
  g_autofree guint8 *row = g_malloc (size);
  GstPitboxDecoderItem item;

  while (gst_pitbox_decoder_next (server->decoder, &item)) {
    if (item.type != GST_PITBOX_DECODER_ROW)
      continue;
    pb_test_row_fill (server->schema, sequence++, row);
    server->n_bad += memcmp (row, item.row, size) != 0;
    server->n_rows++;
  }
}

static void
on_message (
    SoupWebsocketConnection *socket, gint kind, GBytes *message, Server *server)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (message, &size);
  GstPitboxUnitsHead head;
  GstPitboxUnitSpan span;

  g_mutex_lock (&server->lock);
  if (server->take_at_most > 0
      && server->n_taken_now++ >= server->take_at_most) {
    g_io_stream_close (
        soup_websocket_connection_get_io_stream (socket), NULL, NULL);
  } else if (kind != SOUP_WEBSOCKET_DATA_BINARY
             || !gst_pitbox_units_head_parse (data, size, &head)
             || !gst_pitbox_unit_cursor_take (&server->cursor,
                 data + GST_PITBOX_UNITS_HEAD_BYTES,
                 size - GST_PITBOX_UNITS_HEAD_BYTES, &span, NULL)
             || span.sequence != head.sequence || span.run_id != head.run_id
             || (server->has_state && span.sequence != server->next)) {
    server->n_bad++;
  } else {
    server->has_state = TRUE;
    server->run_id = span.run_id;
    server->next = span.sequence + span.n_rows;
    gst_pitbox_decoder_push (server->decoder,
        data + GST_PITBOX_UNITS_HEAD_BYTES, size - GST_PITBOX_UNITS_HEAD_BYTES);
    check_rows (server, span.sequence);
    if (!server->is_mute)
      answer (server, socket, FALSE);
  }
  g_mutex_unlock (&server->lock);
}

static void
on_websocket (SoupServer *soup, SoupServerMessage *message, const char *path,
    SoupWebsocketConnection *socket, gpointer user_data)
{
  Server *server = user_data;

  g_mutex_lock (&server->lock);
  g_assert_cmpstr (soup_websocket_connection_get_protocol (socket), ==,
      GST_PITBOX_UNITS_PROTOCOL);
  g_assert_null (soup_websocket_connection_get_extensions (socket));
  g_ptr_array_add (server->sockets, g_object_ref (socket));
  g_signal_connect (socket, "message", G_CALLBACK (on_message), server);
  server->n_connections++;
  server->n_taken_now = 0;
  server->cursor = (GstPitboxUnitCursor){ 0 };
  g_clear_pointer (&server->decoder, gst_pitbox_decoder_free);
  server->decoder = gst_pitbox_decoder_new ();
  answer (server, socket, TRUE);
  g_mutex_unlock (&server->lock);
}

static void
on_request (SoupServer *soup, SoupServerMessage *message, const char *path,
    GHashTable *query, gpointer user_data)
{
  Server *server = user_data;
  const gchar *who = soup_message_headers_get_one (
      soup_server_message_get_request_headers (message), "Authorization");

  g_mutex_lock (&server->lock);
  if (server->status != 0)
    soup_server_message_set_status (message, server->status, NULL);
  else if (g_strcmp0 (who, "Bearer " TOKEN) != 0)
    soup_server_message_set_status (message, SOUP_STATUS_UNAUTHORIZED, NULL);
  g_mutex_unlock (&server->lock);
}

static gpointer
serve (gpointer data)
{
  Server *server = data;

  g_main_context_push_thread_default (server->context);
  g_main_loop_run (server->loop);
  g_main_context_pop_thread_default (server->context);
  return NULL;
}

static void
open_port (Server *server)
{
  gchar *protocols[] = { (gchar *) GST_PITBOX_UNITS_PROTOCOL, NULL };
  g_autoptr (GError) error = NULL;
  GSList *uris;

  g_main_context_push_thread_default (server->context);
  server->soup = soup_server_new (NULL, NULL);
  if (server->certificate != NULL)
    soup_server_set_tls_certificate (server->soup, server->certificate);
  soup_server_add_early_handler (server->soup, PATH, on_request, server, NULL);
  soup_server_add_websocket_handler (
      server->soup, PATH, NULL, protocols, on_websocket, server, NULL);
  soup_server_listen_local (server->soup, server->port,
      SOUP_SERVER_LISTEN_IPV4_ONLY
          | (server->certificate != NULL ? SOUP_SERVER_LISTEN_HTTPS : 0),
      &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (server->soup);
  server->port = (guint) g_uri_get_port (uris->data);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  g_main_context_pop_thread_default (server->context);
  server->loop = g_main_loop_new (server->context, FALSE);
  server->thread = g_thread_new ("server", serve, server);
}

static Server *
server_new (GTlsCertificate *certificate)
{
  Server *server = g_new0 (Server, 1);

  g_mutex_init (&server->lock);
  server->certificate = certificate;
  server->schema = pb_test_schema_new ();
  server->sockets = g_ptr_array_new_with_free_func (g_object_unref);
  server->context = g_main_context_new ();
  open_port (server);
  return server;
}

/* As a process that is killed: its sockets are closed by the system. */
static void
close_port (Server *server)
{
  g_main_loop_quit (server->loop);
  g_thread_join (server->thread);
  g_main_context_push_thread_default (server->context);
  for (guint i = 0; i < server->sockets->len; i++) {
    SoupWebsocketConnection *socket = server->sockets->pdata[i];
    GIOStream *stream = soup_websocket_connection_get_io_stream (socket);

    g_signal_handlers_disconnect_by_data (socket, server);
    if (stream != NULL)
      g_io_stream_close (stream, NULL, NULL);
  }
  g_ptr_array_set_size (server->sockets, 0);
  soup_server_disconnect (server->soup);
  g_clear_object (&server->soup);
  while (g_main_context_iteration (server->context, FALSE))
    ;
  g_main_context_pop_thread_default (server->context);
  g_clear_pointer (&server->loop, g_main_loop_unref);
}

static void
server_free (Server *server)
{
  close_port (server);
  g_clear_pointer (&server->decoder, gst_pitbox_decoder_free);
  gst_pitbox_schema_unref (server->schema);
  g_ptr_array_unref (server->sockets);
  g_main_context_unref (server->context);
  g_mutex_clear (&server->lock);
  g_free (server);
}

static void
server_set (Server *server, guint *field, guint value)
{
  g_mutex_lock (&server->lock);
  *field = value;
  g_mutex_unlock (&server->lock);
}

static guint
server_get (Server *server, const guint *field)
{
  guint value;

  g_mutex_lock (&server->lock);
  value = *field;
  g_mutex_unlock (&server->lock);
  return value;
}

typedef struct {
  GstHarness *harness;
  GstBus *bus;
  GstPitboxSchema *schema;
  GstPitboxEncoder *encoder;
  guint n;
} Client;

static Client *
client_new (guint port, const gchar *scheme, const gchar *first_property, ...)
{
  const GstPitboxEncoderConfig config = { .codec = GST_PITBOX_CODEC_DEFAULT,
    .key_interval = GST_SECOND,
    .rows_per_unit = 2,
    .rate_divisor = 1 };
  Client *client = g_new0 (Client, 1);
  GstElement *sink = gst_element_factory_make ("pitboxwssink", NULL);
  g_autofree gchar *location =
      g_strdup_printf ("%s://127.0.0.1:%u", scheme, port);
  va_list args;

  g_object_set (
      sink, "location", location, "token", TOKEN, "reconnect-delay", 20, NULL);
  va_start (args, first_property);
  g_object_set_valist (G_OBJECT (sink), first_property, args);
  va_end (args);
  client->bus = gst_bus_new ();
  gst_element_set_bus (sink, client->bus);
  client->schema = pb_test_schema_new ();
  client->encoder = gst_pitbox_encoder_new (&config);
  g_assert_true (
      gst_pitbox_encoder_set_schema (client->encoder, client->schema, NULL));
  client->harness = gst_harness_new_with_element (sink, "sink", NULL);
  gst_harness_set_src_caps_str (client->harness, GST_PITBOX_CAPS_KLV);
  gst_object_unref (sink);
  return client;
}

static void
client_free (Client *client)
{
  /* Messages keep the element, which keeps the bus. */
  gst_bus_set_flushing (client->bus, TRUE);
  gst_harness_teardown (client->harness);
  gst_object_unref (client->bus);
  gst_pitbox_encoder_free (client->encoder);
  gst_pitbox_schema_unref (client->schema);
  g_free (client);
}

/* A unit of two rows; who asks for a key unit gets it next. */
static void
client_push (Client *client)
{
  const gsize size = gst_pitbox_schema_get_row_bytes (client->schema);
  g_autofree guint8 *row = g_malloc (size);
  GstBuffer *unit = NULL;
  GstEvent *event;

  while ((event = gst_harness_try_pull_upstream_event (client->harness))) {
    if (gst_video_event_is_force_key_unit (event))
      gst_pitbox_encoder_force_key (client->encoder);
    gst_event_unref (event);
  }
  while (unit == NULL) {
    const GstPitboxEncoderRow in = {
      .data = row, .tick = client->n + 1, .pts = PB_TEST_ROW_NS (client->n)
    };

    pb_test_row_fill (client->schema, client->n++, row);
    unit = gst_pitbox_encoder_push (client->encoder, &in);
  }
  g_assert_cmpint (gst_harness_push (client->harness, unit), ==, GST_FLOW_OK);
}

static void
client_push_many (Client *client, guint n)
{
  while (n-- > 0)
    client_push (client);
}

static guint64
client_stat (Client *client, const gchar *name)
{
  g_autoptr (GstStructure) stats = NULL;
  const GValue *value;
  GValue number = G_VALUE_INIT;

  g_object_get (client->harness->element, "stats", &stats, NULL);
  value = gst_structure_get_value (stats, name);
  if (value == NULL)
    return 0;
  g_value_init (&number, G_TYPE_UINT64);
  g_assert_true (g_value_transform (value, &number));
  return g_value_get_uint64 (&number);
}

static void
wait_rows (Server *server, guint n)
{
  const gint64 since = g_get_monotonic_time ();

  while (server_get (server, &server->n_rows) < n)
    pb_test_wait_step (since, "rows", G_STRLOC);
}

static void
wait_connections (Server *server, guint n)
{
  const gint64 since = g_get_monotonic_time ();

  while (server_get (server, &server->n_connections) < n)
    pb_test_wait_step (since, "a connection", G_STRLOC);
}

/* At EOS everything is there, once. */
static void
finish (Server *server, Client *client)
{
  gst_harness_push_event (client->harness, gst_event_new_eos ());
  wait_rows (server, client->n);
  g_assert_cmpuint (server->n_rows, ==, client->n);
  g_assert_cmpuint (server->n_bad, ==, 0);
  g_assert_cmpuint (server->next, ==, client->n);
  g_assert_cmpuint (client_stat (client, "dropped-rows"), ==, 0);
  g_assert_cmpuint (client_stat (client, "kept-units"), ==, 0);
  client_free (client);
  server_free (server);
}

/* The state's message, and the error where there is one. */
static gchar *
wait_state (Client *client, const gchar *state, gint *code)
{
  for (;;) {
    g_autoptr (GstMessage) m = gst_bus_timed_pop_filtered (
        client->bus, 60 * GST_SECOND, GST_MESSAGE_ELEMENT);
    const GstStructure *s;

    g_assert_nonnull (m);
    s = gst_message_get_structure (m);
    g_assert_true (gst_structure_has_name (s, "pitbox-ws-state"));
    if (g_strcmp0 (gst_structure_get_string (s, "state"), state) != 0)
      continue;
    gst_structure_get_int (s, "code", code);
    return g_strdup (gst_structure_get_string (s, "reason"));
  }
}

GST_START_TEST (test_units_arrive_and_are_acknowledged)
{
  Server *server = server_new (NULL);
  Client *client = client_new (server->port, "ws", NULL, NULL);

  client_push_many (client, 100);
  finish (server, client);
}
GST_END_TEST

/* No thread but the one that brings units touches a connection that is up. */
GST_START_TEST (test_acknowledgements_are_read_with_the_next_units)
{
  Server *server = server_new (NULL);
  Client *client = client_new (server->port, "ws", NULL, NULL);
  const gint64 since = g_get_monotonic_time ();

  wait_connections (server, 1);
  while (client_stat (client, "acknowledged-rows") < 100) {
    client_push (client);
    pb_test_wait_step (since, "acknowledgements", G_STRLOC);
  }
  finish (server, client);
}
GST_END_TEST

GST_START_TEST (test_a_connection_that_breaks_loses_nothing)
{
  Server *server = server_new (NULL);
  Client *client;

  /* The first connections take some units each, and acknowledge none. */
  server_set (server, &server->take_at_most, 17);
  server_set (server, (guint *) &server->is_mute, TRUE);
  client = client_new (server->port, "ws", NULL, NULL);
  for (guint i = 1; i <= 6; i++) {
    const gint64 since = g_get_monotonic_time ();

    while (server_get (server, &server->n_connections) <= i) {
      client_push (client);
      pb_test_wait_step (since, "a connection", G_STRLOC);
    }
  }
  server_set (server, &server->take_at_most, 0);
  server_set (server, (guint *) &server->is_mute, FALSE);
  client_push_many (client, 70);
  g_assert_cmpuint (client_stat (client, "messages-sent-again"), >, 0);
  finish (server, client);
}
GST_END_TEST

GST_START_TEST (test_a_server_that_is_away_gets_everything_later)
{
  Server *server = server_new (NULL);
  Client *client = client_new (server->port, "ws", NULL, NULL);
  g_autofree gchar *reason = NULL;
  gint code;

  wait_connections (server, 1);
  client_push_many (client, 40);
  wait_rows (server, client->n);
  close_port (server);
  client_push_many (client, 200);
  reason = wait_state (client, "waiting", &code);
  client_push_many (client, 200);
  open_port (server);
  wait_connections (server, 2);
  client_push_many (client, 40);
  finish (server, client);
}
GST_END_TEST

GST_START_TEST (test_refusals_are_said_in_words)
{
  static const struct {
    guint status;
    gint error;
  } table[] = { { 401, GST_RESOURCE_ERROR_NOT_AUTHORIZED },
    { 403, GST_RESOURCE_ERROR_NOT_AUTHORIZED },
    { 404, GST_RESOURCE_ERROR_NOT_FOUND }, { 409, GST_RESOURCE_ERROR_BUSY },
    { 503, GST_RESOURCE_ERROR_BUSY } };
  Server *server = server_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    Client *client;
    g_autofree gchar *reason = NULL;
    g_autoptr (GstMessage) message = NULL;
    g_autoptr (GError) error = NULL;
    gint code = 0;

    server_set (server, &server->status, table[i].status);
    client = client_new (server->port, "ws", "reconnect", FALSE, NULL);
    message = gst_bus_timed_pop_filtered (
        client->bus, 60 * GST_SECOND, GST_MESSAGE_ERROR);
    g_assert_nonnull (message);
    gst_message_parse_error (message, &error, NULL);
    g_assert_error (error, GST_RESOURCE_ERROR, table[i].error);
    g_assert_null (strstr (error->message, TOKEN));
    client_free (client);
    client = client_new (server->port, "ws", NULL, NULL);
    reason = wait_state (client, "waiting", &code);
    g_assert_cmpint (code, ==, table[i].status);
    g_assert_cmpstr (reason, ==, error->message);
    client_free (client);
  }
  server_free (server);
}
GST_END_TEST

/* It takes nothing from its socket, for good. */
GST_START_TEST (test_nobody_waits_for_a_server_that_does_not_acknowledge)
{
  Server *server = server_new (NULL);
  Client *client;
  const guint n = 3000;

  server_set (server, (guint *) &server->is_mute, TRUE);
  client = client_new (
      server->port, "ws", "max-in-flight", 32, "max-units", 100, NULL);
  wait_connections (server, 1);
  client_push_many (client, n);
  g_assert_cmpuint (client_stat (client, "kept-units"), <=, 100);
  g_assert_cmpuint (client_stat (client, "in-flight-units"), <=, 32);
  g_assert_cmpuint (client_stat (client, "dropped-rows"), >=, 2 * (n - 200));
  client_free (client);
  server_free (server);
}
GST_END_TEST

/* The port is open, and nobody is behind it. */
GST_START_TEST (test_a_server_without_an_answer_is_left)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  const guint16 port =
      g_socket_listener_add_any_inet_port (listener, NULL, NULL);
  Client *client = client_new (port, "ws", NULL, NULL);

  client_push_many (client, 100);
  g_assert_cmpuint (client_stat (client, "kept-units"), ==, 100);
  client_free (client);
}
GST_END_TEST

static GTlsCertificate *
make_certificate (gchar **fingerprint)
{
  EVP_PKEY *key = EVP_EC_gen ("P-256");
  X509 *x509 = X509_new ();
  BIO *bio = BIO_new (BIO_s_mem ());
  guint8 digest[EVP_MAX_MD_SIZE];
  guint n;
  gchar *pem;
  glong size;
  GString *text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  GTlsCertificate *certificate;

  ASN1_INTEGER_set (X509_get_serialNumber (x509), 1);
  X509_gmtime_adj (X509_getm_notBefore (x509), 0);
  X509_gmtime_adj (X509_getm_notAfter (x509), 3600);
  X509_set_pubkey (x509, key);
  g_assert_cmpint (X509_sign (x509, key, EVP_sha256 ()), >, 0);
  X509_digest (x509, EVP_sha256 (), digest, &n);
  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%s%02x", i > 0 ? ":" : "", digest[i]);
  *fingerprint = g_string_free (text, FALSE);
  PEM_write_bio_X509 (bio, x509);
  PEM_write_bio_PrivateKey (bio, key, NULL, NULL, 0, NULL, NULL);
  size = BIO_get_mem_data (bio, &pem);
  certificate = g_tls_certificate_new_from_pem (pem, size, &error);
  g_assert_no_error (error);
  BIO_free (bio);
  X509_free (x509);
  EVP_PKEY_free (key);
  return certificate;
}

GST_START_TEST (test_a_certificate_is_trusted_by_its_fingerprint_alone)
{
  g_autofree gchar *fingerprint = NULL;
  g_autoptr (GTlsCertificate) certificate = make_certificate (&fingerprint);
  Server *server = server_new (certificate);
  Client *client = client_new (server->port, "wss", "certificate",
      "00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF", NULL);
  g_autofree gchar *reason = NULL;
  gint code;

  reason = wait_state (client, "waiting", &code);
  g_assert_cmpuint (server_get (server, &server->n_connections), ==, 0);
  client_free (client);
  client = client_new (server->port, "wss", "certificate", fingerprint, NULL);
  client_push_many (client, 100);
  finish (server, client);
}
GST_END_TEST

GST_START_TEST (test_locations)
{
  static const gchar *const bad[] = { "", "srt://127.0.0.1:1", "ws://",
    "ws://user:secret@127.0.0.1:1", "127.0.0.1:8080" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    GstElement *sink = gst_element_factory_make ("pitboxwssink", NULL);

    g_object_set (sink, "location", bad[i], NULL);
    g_assert_cmpint (gst_element_set_state (sink, GST_STATE_PAUSED), ==,
        GST_STATE_CHANGE_FAILURE);
    gst_element_set_state (sink, GST_STATE_NULL);
    gst_object_unref (sink);
  }
}
GST_END_TEST

static Suite *
pitboxwssink_suite (void)
{
  Suite *s = suite_create ("pitboxwssink");
  TCase *tc = tcase_create ("general");

  tcase_set_timeout (tc, 80);
  tcase_add_test (tc, test_units_arrive_and_are_acknowledged);
  tcase_add_test (tc, test_acknowledgements_are_read_with_the_next_units);
  tcase_add_test (tc, test_a_connection_that_breaks_loses_nothing);
  tcase_add_test (tc, test_a_server_that_is_away_gets_everything_later);
  tcase_add_test (tc, test_refusals_are_said_in_words);
  tcase_add_test (tc, test_nobody_waits_for_a_server_that_does_not_acknowledge);
  tcase_add_test (tc, test_a_server_without_an_answer_is_left);
  tcase_add_test (tc, test_a_certificate_is_trusted_by_its_fingerprint_alone);
  tcase_add_test (tc, test_locations);
  suite_add_tcase (s, tc);
  return s;
}

GST_CHECK_MAIN (pitboxwssink);
