/* SPDX-License-Identifier: LGPL-2.1-or-later
 * pitboxsrtsink and pitboxsrtsrc over real SRT on the loopback interface. */
#include <gio/gio.h>
#include <gst/app/gstappsrc.h>
#include <gst/check/gstcheck.h>
#include <gstpitbox/gstpitboxcontest.h>

#include "pb-loss-proxy.h"
#include "../lib/pb-test-wait.h"
#include "pitboxsrtpeers.h"

#define PASS_1 "first-passphrase"
#define PASS_2 "other-passphrase"

static void
check_first_bytes (Server *server, Stream *stream, guint seed, gsize n)
{
  server_wait_bytes (server, stream, n);
  g_mutex_lock (&server->lock);
  for (gsize i = 0; i < n; i++)
    if (stream->bytes->data[i] != test_byte (seed, i))
      g_error ("byte %" G_GSIZE_FORMAT " differs", i);
  g_mutex_unlock (&server->lock);
}

static void
check_bytes (Server *server, Stream *stream, guint seed, gsize n)
{
  check_first_bytes (server, stream, seed, n);
  g_assert_cmpuint (stream->bytes->len, ==, n);
}

static Server *
play_server (void)
{
  Server *server = server_new (0);

  server_add (server, "pc1", "car01", PASS_1);
  server_add (server, "pc2", "car02", PASS_2);
  server_play (server);
  return server;
}

static Client *
play_client (guint port, const gchar *driver, const gchar *device,
    const gchar *passphrase, gboolean reconnect)
{
  Client *client = client_new (port, driver, device, passphrase, reconnect);

  client_play (client);
  return client;
}

GST_START_TEST (test_bytes_arrive_whole_and_eos_ends_the_stream)
{
  Server *server = play_server ();
  Client *client = play_client (server->port, "car01", "pc1", PASS_1, FALSE);
  Stream *stream;

  /* Not waiting for the connection: without reconnect nothing is lost. The
   * size is no multiple of a TS packet, nor of a message. */
  client_push_list (client, 7, 211, 188);
  gst_app_src_end_of_stream (GST_APP_SRC (client->in));
  stream = server_wait_stream (server, 0);
  check_bytes (server, stream, 7, 211 * 188);
  g_assert_cmpstr (stream->driver, ==, "car01");
  g_assert_cmpstr (stream->device, ==, "pc1");
  g_assert_true (GST_CLOCK_TIME_IS_VALID (stream->last_pts));
  g_assert_cmpuint (client_stat (client, "bytes-sent"), ==, 211 * 188);
  /* Whole packets, as many as fit one message. */
  g_assert_cmpuint (client_stat (client, "messages-sent"), ==, 31);
  client_free (client);
  server_wait_eos (server, stream);
  server_wait_removed (server, stream);
  server_free (server);
}
GST_END_TEST

GST_START_TEST (test_bytes_that_are_no_packets_arrive_whole_too)
{
  Server *server = play_server ();
  Client *client = play_client (server->port, "car01", "pc1", PASS_1, FALSE);

  client_push (client, 3, 100001);
  gst_app_src_end_of_stream (GST_APP_SRC (client->in));
  check_bytes (server, server_wait_stream (server, 0), 3, 100001);
  client_free (client);
  server_free (server);
}
GST_END_TEST

GST_START_TEST (test_two_callers_at_once_do_not_mix)
{
  Server *server = play_server ();
  Client *one = play_client (server->port, "car01", "pc1", PASS_1, FALSE);
  Stream *first = server_wait_stream (server, 0), *second;
  Client *two = play_client (server->port, "car02", "pc2", PASS_2, FALSE);
  g_autoptr (GstStructure) stats = NULL;
  g_autofree gchar *peer = NULL;
  guint64 bytes = 0;

  second = server_wait_stream (server, 1);
  client_push (one, 1, 188 * 100);
  client_push (two, 2, 188 * 120);
  check_bytes (server, first, 1, 188 * 100);
  check_bytes (server, second, 2, 188 * 120);
  g_assert_cmpstr (second->driver, ==, "car02");
  g_object_get (second->pad, "stats", &stats, "peer-address", &peer, NULL);
  g_assert_true (gst_structure_get_uint64 (stats, "bytes-received", &bytes));
  g_assert_cmpuint (bytes, >=, 188 * 120);
  g_assert_true (g_str_has_prefix (peer, "127.0.0.1:"));
  client_free (one);
  server_wait_removed (server, first);
  client_push (two, 2, 188);
  server_wait_bytes (server, second, 188 * 121);
  client_free (two);
  server_free (server);
}
GST_END_TEST

typedef struct {
  const gchar *driver;
  const gchar *device;
  const gchar *passphrase;
  gint code;
  gint error;
  const gchar *words;
} Refusal;

static const Refusal refusals[] = {
  { "car01", "nobody", PASS_1, 1404, GST_RESOURCE_ERROR_NOT_FOUND,
      "does not know this device" },
  { "car01", "pc1", PASS_2, 10, GST_RESOURCE_ERROR_NOT_AUTHORIZED,
      "wrong passphrase" },
  { "car01", "pc1", NULL, 10, GST_RESOURCE_ERROR_NOT_AUTHORIZED,
      "a passphrase is needed" },
  { "car02", "pc1", PASS_1, 1403, GST_RESOURCE_ERROR_NOT_AUTHORIZED,
      "belongs to another driver" },
  { "car09", "gone", PASS_1, 1401, GST_RESOURCE_ERROR_NOT_AUTHORIZED,
      "revoked" },
  { NULL, "hello", PASS_1, 1400, GST_RESOURCE_ERROR_SETTINGS,
      "does not understand the stream id" },
  { NULL, NULL, PASS_1, 1400, GST_RESOURCE_ERROR_SETTINGS,
      "does not understand the stream id" },
  { NULL, "#!::r=car01,m=bidirectional,u=pc1", PASS_1, 1405,
      GST_RESOURCE_ERROR_SETTINGS, "only takes streams that publish" },
};

GST_START_TEST (test_refusals_say_why_on_both_sides)
{
  const Refusal *r = &refusals[__i__];
  Server *server = play_server ();
  Client *good = play_client (server->port, "car02", "pc2", PASS_2, FALSE);
  Stream *stream = server_wait_stream (server, 0);
  g_autoptr (GstStructure) refused = NULL;
  g_autofree gchar *words = NULL;
  Client *bad;
  gint code = 0;

  server_add (server, "gone", "car09", PASS_1);
  g_signal_emit_by_name (server->src, "remove-device", "gone");
  bad = play_client (server->port, r->driver, r->device, r->passphrase, FALSE);
  words = client_wait_error (bad, r->error);
  g_assert_nonnull (strstr (words, r->words));
  g_assert_null (strstr (words, "passphrase-"));
  refused = server_wait_refused (server, r->driver != NULL ? r->device : "");
  g_assert_true (gst_structure_get_int (refused, "code", &code));
  g_assert_cmpint (code, ==, r->code);
  client_free (bad);
  /* Nobody else has noticed. */
  client_push (good, 5, 188 * 50);
  check_bytes (server, stream, 5, 188 * 50);
  client_free (good);
  server_free (server);
}
GST_END_TEST

GST_START_TEST (test_a_device_takes_its_own_place_over)
{
  Server *server = play_server ();
  Client *old = play_client (server->port, "car01", "pc1", PASS_1, FALSE);
  Stream *first = server_wait_stream (server, 0), *second;
  g_autofree gchar *words = NULL;
  Client *new;

  client_push (old, 1, 188);
  server_wait_bytes (server, first, 188);
  g_object_set (server->src, "max-callers", 1, NULL);
  new = play_client (server->port, "car01", "pc1", PASS_1, FALSE);
  second = server_wait_stream (server, 1);
  server_wait_eos (server, first);
  server_wait_removed (server, first);
  words = client_wait_error (old, GST_RESOURCE_ERROR_WRITE);
  g_assert_nonnull (strstr (words, "connection was lost"));
  client_push (new, 2, 188 * 10);
  check_bytes (server, second, 2, 188 * 10);
  client_free (old);
  client_free (new);
  server_free (server);
}
GST_END_TEST

GST_START_TEST (test_a_removed_device_is_kicked_and_told_so)
{
  Server *server = play_server ();
  Client *client = play_client (server->port, "car01", "pc1", PASS_1, TRUE);
  Stream *stream = server_wait_stream (server, 0);
  g_autoptr (GstStructure) refused = NULL;
  gint64 since;
  gint code;

  client_wait_state (client, "connected");
  since = g_get_monotonic_time ();
  g_signal_emit_by_name (server->src, "remove-device", "pc1");
  server_wait_removed (server, stream);
  g_assert_cmpint (g_get_monotonic_time () - since, <, 2 * G_USEC_PER_SEC);
  refused = server_wait_refused (server, "pc1");
  gst_structure_get_int (refused, "code", &code);
  g_assert_cmpint (code, ==, 1401);
  /* Let in again, it comes by itself. */
  server_add (server, "pc1", "car01", PASS_1);
  server_wait_stream (server, 1);
  client_free (client);
  server_free (server);
}
GST_END_TEST

GST_START_TEST (test_callers_beyond_the_limit_are_refused)
{
  Server *server = server_new (0);
  g_autofree gchar *words = NULL;
  Client *one, *two;

  g_object_set (server->src, "max-callers", 1, "accept-any", TRUE, "passphrase",
      PASS_1, NULL);
  server_play (server);
  one = play_client (server->port, "a", "a", PASS_1, FALSE);
  server_wait_stream (server, 0);
  two = play_client (server->port, "b", "b", PASS_1, FALSE);
  words = client_wait_error (two, GST_RESOURCE_ERROR_BUSY);
  g_assert_nonnull (strstr (words, "no more callers"));
  client_free (one);
  client_free (two);
  server_free (server);
}
GST_END_TEST

GST_START_TEST (test_a_caller_that_vanishes_ends_its_own_stream_only)
{
  Server *server = play_server ();
  PbLossProxyConfig config = { .host = "127.0.0.1", .port = server->port };
  g_autoptr (GError) error = NULL;
  PbLossProxy *proxy = pb_loss_proxy_new (&config, &error);
  Client *gone, *stays;
  Stream *first, *second;

  g_assert_no_error (error);
  gone = play_client (
      pb_loss_proxy_get_port (proxy), "car01", "pc1", PASS_1, TRUE);
  first = server_wait_stream (server, 0);
  client_wait_state (gone, "connected");
  stays = play_client (server->port, "car02", "pc2", PASS_2, FALSE);
  second = server_wait_stream (server, 1);
  client_push (gone, 1, 188 * 10);
  server_wait_bytes (server, first, 188 * 10);
  pb_loss_proxy_set_loss (proxy, 100, 100);
  server_wait_eos (server, first);
  server_wait_removed (server, first);
  client_push (stays, 2, 188 * 10);
  check_bytes (server, second, 2, 188 * 10);
  client_free (gone);
  client_free (stays);
  pb_loss_proxy_free (proxy);
  server_free (server);
}
GST_END_TEST

GST_START_TEST (test_a_new_listener_is_found_and_asked_a_key_unit)
{
  Server *server = play_server ();
  guint port = server->port;
  Client *client = play_client (port, "car01", "pc1", PASS_1, TRUE);

  client_wait_state (client, "connected");
  server_wait_stream (server, 0);
  server_free (server);
  client_wait_state (client, "waiting");
  /* What comes meanwhile is dropped, and counted. */
  g_assert_cmpuint (client_stat (client, "messages-dropped"), ==, 0);
  client_push (client, 1, 188 * 14);
  pb_test_wait_until (client_stat (client, "messages-dropped") >= 2);
  g_assert_cmpuint (client_stat (client, "bytes-dropped"), ==, 188 * 14);

  server = server_new (port);
  server_add (server, "pc1", "car01", PASS_1);
  server_play (server);
  client_wait_state (client, "connected");
  g_assert_cmpuint (client_stat (client, "connections"), ==, 2);
  g_assert_cmpint (g_atomic_int_get (&client->key_units), ==, 2);
  client_push (client, 9, 188 * 20);
  check_bytes (server, server_wait_stream (server, 0), 9, 188 * 20);
  client_free (client);
  server_free (server);
}
GST_END_TEST

static guint64
n_taken_over (Server *server)
{
  g_autoptr (GstStructure) stats = NULL;
  guint64 n = 0;

  g_object_get (server->src, "stats", &stats, NULL);
  g_assert_true (gst_structure_get_uint64 (stats, "taken-over", &n));
  return n;
}

/* As a router that forgets who is behind it: what is sent is heard by nobody,
 * and neither end is told. The sender is back before the listener has given its
 * old connection up, and more often than two that fight for a place might. */
GST_START_TEST (test_who_hears_no_answer_calls_again)
{
  Server *server = play_server ();
  PbLossProxyConfig config = { .host = "127.0.0.1", .port = server->port };
  PbLossProxy *proxy = pb_loss_proxy_new (&config, NULL);
  Client *client = play_client (
      pb_loss_proxy_get_port (proxy), "car01", "pc1", PASS_1, TRUE);

  for (guint i = 0; i <= GST_PITBOX_MAX_TAKE_OVERS + 1; i++) {
    Stream *stream = server_wait_stream (server, i);

    client_wait_state (client, "connected");
    g_assert_cmpuint (n_taken_over (server), ==, i);
    client_push (client, 1, 188);
    server_wait_bytes (server, stream, 188);
    if (i <= GST_PITBOX_MAX_TAKE_OVERS) {
      pb_loss_proxy_rebind (proxy);
      pb_test_wait_until (
          (client_push (client, 1, 188), n_taken_over (server) > i));
    }
  }
  client_free (client);
  server_free (server);
  pb_loss_proxy_free (proxy);
}
GST_END_TEST

static GstPadProbeReturn
block (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  return GST_PAD_PROBE_OK;
}

GST_START_TEST (test_a_slow_receiver_holds_nobody_up)
{
  Server *server = play_server ();
  Client *slow = play_client (server->port, "car01", "pc1", PASS_1, FALSE);
  Stream *first = server_wait_stream (server, 0), *second;
  Client *other = play_client (server->port, "car02", "pc2", PASS_2, FALSE);
  g_autoptr (GstBus) bus = gst_element_get_bus (slow->pipeline);
  g_autoptr (GstMessage) message = NULL, again = NULL;
  gulong probe;

  second = server_wait_stream (server, 1);
  probe = gst_pad_add_probe (
      first->pad, GST_PAD_PROBE_TYPE_BLOCK_DOWNSTREAM, block, NULL, NULL);
  /* 24 MB at once are more than the send buffer holds: the rest is dropped,
   * with one warning, and the streaming thread goes on. */
  for (guint i = 0; i < 12; i++)
    client_push (slow, i, 188 * 11000);
  message = gst_bus_timed_pop_filtered (
      bus, WAIT_SECONDS * GST_SECOND, GST_MESSAGE_WARNING);
  g_assert_nonnull (message);
  pb_test_wait_until (
      client_stat (slow, "bytes-sent") + client_stat (slow, "bytes-dropped")
      >= 12 * 188 * 11000 - 188 * 7);
  again = gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING);
  g_assert_null (again);

  client_push (other, 2, 188 * 100);
  check_bytes (server, second, 2, 188 * 100);
  gst_pad_remove_probe (first->pad, probe);
  client_free (slow);
  server_wait_removed (server, first);
  client_free (other);
  server_free (server);
}
GST_END_TEST

GST_START_TEST (test_a_stuck_stream_does_not_keep_its_device_out)
{
  Server *server = play_server ();
  Client *old = play_client (server->port, "car01", "pc1", PASS_1, FALSE);
  Stream *first = server_wait_stream (server, 0);
  Client *new;
  gulong probe = gst_pad_add_probe (
      first->pad, GST_PAD_PROBE_TYPE_BLOCK_DOWNSTREAM, block, NULL, NULL);

  client_push (old, 1, 188);
  new = play_client (server->port, "car01", "pc1", PASS_1, FALSE);
  client_push (new, 2, 188 * 10);
  check_bytes (server, server_wait_stream (server, 1), 2, 188 * 10);
  gst_pad_remove_probe (first->pad, probe);
  server_wait_removed (server, first);
  client_free (old);
  client_free (new);
  server_free (server);
}
GST_END_TEST

GST_START_TEST (test_a_stream_nobody_takes_is_closed_with_a_warning)
{
  Server *server = play_server ();
  g_autoptr (GstBus) bus = gst_element_get_bus (server->pipeline);
  g_autoptr (GstMessage) message = NULL;
  g_autofree gchar *words = NULL;
  Client *client;

  server->link = FALSE;
  client = play_client (server->port, "car01", "pc1", PASS_1, FALSE);
  client_push (client, 1, 188);
  message = gst_bus_timed_pop_filtered (
      bus, WAIT_SECONDS * GST_SECOND, GST_MESSAGE_WARNING);
  g_assert_nonnull (message);
  server_wait_removed (server, server_wait_stream (server, 0));
  words = client_wait_error (client, GST_RESOURCE_ERROR_WRITE);
  client_free (client);
  server_free (server);
}
GST_END_TEST

GST_START_TEST (test_loss_is_mended)
{
  Server *server = play_server ();
  PbLossProxyConfig config = { .host = "127.0.0.1",
    .port = server->port,
    .loss_pct = 5,
    .delay_ms = 5,
    .seed = 42 };
  PbLossProxy *proxy = pb_loss_proxy_new (&config, NULL);
  Client *client = client_new (
      pb_loss_proxy_get_port (proxy), "car01", "pc1", PASS_1, FALSE);
  g_autoptr (GstStructure) stats = NULL;
  guint64 forwarded, lost;
  gint again = 0;

  /* Longer than a loaded machine lets a thread wait for its turn. */
  g_object_set (client->sink, "latency", 1500, "sync", TRUE, NULL);
  client_play (client);
  client_wait_state (client, "connected");
  /* SRT asks again for what it misses before something newer: a lost last
   * packet stays lost. */
  client_push_paced (client, 4, 110, 1316 * 4, 5 * GST_MSECOND);
  check_first_bytes (server, server_wait_stream (server, 0), 4, 1316 * 400);
  pb_loss_proxy_get_counts (proxy, &forwarded, &lost);
  g_assert_cmpuint (lost, >, 5);
  stats = client_stats (client);
  g_assert_true (
      gst_structure_get_int (stats, "packets-retransmitted", &again));
  g_assert_cmpint (again, >, 5);
  client_free (client);
  server_free (server);
  pb_loss_proxy_free (proxy);
}
GST_END_TEST

static void
check_cannot_listen (
    const gchar *address, guint port, gint code, const gchar *words)
{
  Server *server = server_new (port);
  g_autoptr (GstBus) bus = gst_element_get_bus (server->pipeline);
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  g_object_set (server->src, "address", address, NULL);
  g_assert_cmpint (gst_element_set_state (server->pipeline, GST_STATE_PLAYING),
      ==, GST_STATE_CHANGE_FAILURE);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  g_assert_nonnull (message);
  gst_message_parse_error (message, &error, NULL);
  g_assert_error (error, GST_RESOURCE_ERROR, code);
  g_assert_nonnull (strstr (error->message, address));
  g_assert_nonnull (strstr (error->message, words));
  server_free (server);
}

/* By one of ours in this process, and by anything else. */
GST_START_TEST (test_a_taken_port_is_an_error_that_says_so)
{
  Server *one = play_server ();
  g_autofree gchar *words =
      g_strdup_printf ("UDP port %u is in use", one->port);
  g_autoptr (GInetAddress) loopback =
      g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autofree gchar *other_words = NULL;
  g_autoptr (GSocket) other = g_socket_new (G_SOCKET_FAMILY_IPV4,
      G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
  guint port;

  check_cannot_listen ("127.0.0.1", one->port, GST_RESOURCE_ERROR_BUSY, words);
  server_free (one);
  g_assert_true (g_socket_bind (other, any, FALSE, NULL));
  bound = g_socket_get_local_address (other, NULL);
  port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  other_words = g_strdup_printf ("UDP port %u is in use", port);
  check_cannot_listen ("127.0.0.1", port, GST_RESOURCE_ERROR_BUSY, other_words);
  /* TEST-NET-1 is nobody's (RFC 5737). */
  check_cannot_listen (
      "192.0.2.1", 0, GST_RESOURCE_ERROR_SETTINGS, "no such address");
}
GST_END_TEST

GST_START_TEST (test_settings_that_cannot_work_are_errors)
{
  Client *client = client_new (1, "car01", "pc1", "short", TRUE);
  Server *server = server_new (0);
  g_autofree gchar *words = NULL;

  g_assert_cmpint (gst_element_set_state (client->pipeline, GST_STATE_PLAYING),
      ==, GST_STATE_CHANGE_FAILURE);
  words = client_wait_error (client, GST_RESOURCE_ERROR_SETTINGS);
  g_assert_nonnull (strstr (words, "10 to 79"));
  client_free (client);
  g_object_set (server->src, "passphrase", "short", NULL);
  g_assert_cmpint (gst_element_set_state (server->pipeline, GST_STATE_PLAYING),
      ==, GST_STATE_CHANGE_FAILURE);
  server_free (server);
}
GST_END_TEST

GST_START_TEST (test_no_answer_waits_and_stops_at_once)
{
  Server *server = play_server ();
  guint port = server->port;
  gint64 since;
  Client *client;

  server_free (server);
  client = play_client (port, "car01", "pc1", PASS_1, TRUE);
  client_wait_state (client, "connecting");
  client_push (client, 1, 188 * 7);
  pb_test_wait_until (client_stat (client, "messages-dropped") >= 1);
  since = g_get_monotonic_time ();
  client_free (client);
  g_assert_cmpint (g_get_monotonic_time () - since, <, 2 * G_USEC_PER_SEC);
}
GST_END_TEST

GST_START_TEST (test_both_play_twice)
{
  Server *server = play_server ();
  Client *client = client_new (server->port, "car01", "pc1", PASS_1, FALSE);

  for (guint i = 0; i < 2; i++) {
    Stream *stream;

    client_play (client);
    client_push (client, i, 188 * 10);
    stream = server_wait_stream (server, i);
    server_wait_bytes (server, stream, 188 * 10);
    gst_element_set_state (client->pipeline, GST_STATE_NULL);
    server_wait_removed (server, stream);
  }
  gst_element_set_state (server->pipeline, GST_STATE_NULL);
  server_play (server);
  g_object_set (client->sink, "port", server->port, NULL);
  client_play (client);
  client_push (client, 2, 188);
  server_wait_bytes (server, server_wait_stream (server, 2), 188);
  client_free (client);
  server_free (server);
}
GST_END_TEST

GST_START_TEST (test_ipv6_port_takes_both)
{
  g_autoptr (GInetAddress) loopback =
      g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV6);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV6,
      G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
  Server *server;
  Client *six, *four;

  if (socket == NULL || !g_socket_bind (socket, address, FALSE, NULL)) {
    g_print ("skipped: this machine has no IPv6\n");
    return;
  }
  server = server_new (0);
  server_add (server, "pc1", "car01", PASS_1);
  server_add (server, "pc2", "car02", PASS_2);
  g_object_set (server->src, "address", "::", NULL);
  server_play (server);
  six = client_new (server->port, "car01", "pc1", PASS_1, FALSE);
  g_object_set (six->sink, "host", "::1", NULL);
  client_play (six);
  server_wait_stream (server, 0);
  four = play_client (server->port, "car02", "pc2", PASS_2, FALSE);
  server_wait_stream (server, 1);
  client_free (six);
  client_free (four);
  server_free (server);
}
GST_END_TEST

static Suite *
pitboxsrt_suite (void)
{
  Suite *s = suite_create ("pitboxsrt");
  TCase *tc = tcase_create ("loopback");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_bytes_arrive_whole_and_eos_ends_the_stream);
  tcase_add_test (tc, test_bytes_that_are_no_packets_arrive_whole_too);
  tcase_add_test (tc, test_two_callers_at_once_do_not_mix);
  tcase_add_loop_test (
      tc, test_refusals_say_why_on_both_sides, 0, G_N_ELEMENTS (refusals));
  tcase_add_test (tc, test_a_device_takes_its_own_place_over);
  tcase_add_test (tc, test_a_removed_device_is_kicked_and_told_so);
  tcase_add_test (tc, test_callers_beyond_the_limit_are_refused);
  tcase_add_test (tc, test_a_caller_that_vanishes_ends_its_own_stream_only);
  tcase_add_test (tc, test_a_new_listener_is_found_and_asked_a_key_unit);
  tcase_add_test (tc, test_who_hears_no_answer_calls_again);
  tcase_add_test (tc, test_a_slow_receiver_holds_nobody_up);
  tcase_add_test (tc, test_a_stuck_stream_does_not_keep_its_device_out);
  tcase_add_test (tc, test_a_stream_nobody_takes_is_closed_with_a_warning);
  tcase_add_test (tc, test_loss_is_mended);
  tcase_add_test (tc, test_a_taken_port_is_an_error_that_says_so);
  tcase_add_test (tc, test_settings_that_cannot_work_are_errors);
  tcase_add_test (tc, test_no_answer_waits_and_stops_at_once);
  tcase_add_test (tc, test_both_play_twice);
  tcase_add_test (tc, test_ipv6_port_takes_both);
  return s;
}

GST_CHECK_MAIN (pitboxsrt);
