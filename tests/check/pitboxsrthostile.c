/* SPDX-License-Identifier: LGPL-2.1-or-later
 * pitboxsrtsrc among callers that are no friends: whoever streams must not
 * notice. */
#include <gio/gio.h>
#include <gst/app/gstappsrc.h>
#include <gst/check/gstcheck.h>
#include <srt/srt.h>

#include "../lib/pb-test-wait.h"
#include "pitboxsrtpeers.h"

#define PASS_1 "first-passphrase"
#define PASS_2 "other-passphrase"

/* What the listener allows without a pause of 45 s. */
#define MAX_TAKE_OVERS 5
#define MAX_TOLD_PER_SECOND 20

/* The stream of somebody who must notice nothing: 188 x 7 bytes every 5 ms. */
typedef struct {
  Server *server;
  Client *client;
  Stream *stream;
} Friend;

static void
friend_join (Friend *f, Server *server)
{
  f->server = server;
  f->client = client_new (server->port, "car02", "pc2", PASS_2, FALSE);
  g_object_set (f->client->sink, "sync", TRUE, "latency", 500, NULL);
  client_play (f->client);
  client_wait_state (f->client, "connected");
  f->stream = server_wait_stream (server, 0);
}

static void
friend_begin (Friend *f, guint n_messages)
{
  client_push_paced (f->client, 5, n_messages, 1316, 5 * GST_MSECOND);
}

/* All of it came, none was dropped for being late. */
static void
friend_end (Friend *f, guint n_messages)
{
  g_autoptr (GstStructure) stats = NULL;
  gint dropped = -1;

  server_wait_bytes (f->server, f->stream, (gsize) n_messages * 1316);
  g_object_get (f->stream->pad, "stats", &stats, NULL);
  g_assert_true (gst_structure_get_int (stats, "packets-dropped", &dropped));
  g_assert_cmpint (dropped, ==, 0);
  for (gsize i = 0; i < (gsize) n_messages * 1316; i++)
    if (f->stream->bytes->data[i] != test_byte (5, i))
      g_error ("byte %" G_GSIZE_FORMAT " differs", i);
  g_assert_false (f->stream->eos);
  client_free (f->client);
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

static guint64
server_stat (Server *server, const gchar *field)
{
  g_autoptr (GstStructure) stats = NULL;
  guint64 value = 0;

  g_object_get (server->src, "stats", &stats, NULL);
  g_assert_true (gst_structure_get_uint64 (stats, field, &value));
  return value;
}

/* Ten senders with one key, each of which comes back at once. */
GST_START_TEST (test_a_fight_for_one_place_ends)
{
  Server *server = play_server ();
  Client *fighters[10];
  Stream *last;
  Friend f;

  friend_join (&f, server);
  friend_begin (&f, 200);
  for (guint i = 0; i < G_N_ELEMENTS (fighters); i++) {
    fighters[i] = client_new (server->port, "car01", "pc1", PASS_1, TRUE);
    client_play (fighters[i]);
  }
  last = server_wait_stream (server, 1 + MAX_TAKE_OVERS);
  for (guint i = 0; i < 30; i++) {
    g_autoptr (GstStructure) refused = server_wait_refused (server, "pc1");
    gint code = 0;

    gst_structure_get_int (refused, "code", &code);
    g_assert_cmpint (code, ==, 1409);
  }
  /* Whoever has the place has kept it. */
  g_assert_cmpuint (server_stat (server, "taken-over"), ==, MAX_TAKE_OVERS);
  g_assert_cmpuint (server_stat (server, "accepted"), ==, 2 + MAX_TAKE_OVERS);
  for (guint i = 0; i < G_N_ELEMENTS (fighters); i++)
    client_push (fighters[i], i, 188 * 7);
  server_wait_bytes (server, last, 188 * 7);
  g_assert_false (last->eos);
  friend_end (&f, 200);
  for (guint i = 0; i < G_N_ELEMENTS (fighters); i++)
    client_free (fighters[i]);
  server_free (server);
}
GST_END_TEST

/* When the one that has the place leaves, another gets in at once. */
GST_START_TEST (test_a_contested_place_is_free_when_its_holder_leaves)
{
  Server *server = play_server ();
  Client *holder = NULL, *other;
  g_autofree gchar *words = NULL;

  for (guint i = 0; i <= MAX_TAKE_OVERS; i++) {
    Client *next = client_new (server->port, "car01", "pc1", PASS_1, FALSE);

    client_play (next);
    server_wait_stream (server, i);
    g_clear_pointer (&holder, client_free);
    holder = next;
  }
  g_assert_cmpuint (server_stat (server, "taken-over"), ==, MAX_TAKE_OVERS);
  other = client_new (server->port, "car01", "pc1", PASS_1, FALSE);
  client_play (other);
  words = client_wait_error (other, GST_RESOURCE_ERROR_BUSY);
  g_assert_nonnull (strstr (words, "another sender uses this device's key"));
  client_free (other);
  g_clear_pointer (&holder, client_free);
  server_wait_removed (server, server_wait_stream (server, MAX_TAKE_OVERS));
  other = client_new (server->port, "car01", "pc1", PASS_1, FALSE);
  client_play (other);
  server_wait_stream (server, MAX_TAKE_OVERS + 1);
  client_free (other);
  server_free (server);
}
GST_END_TEST

/* Two devices of a driver that has one place only; elsewhere both may be. */
GST_START_TEST (test_two_devices_of_one_driver)
{
  static const gchar *const devices[] = { "pc1", "pc3" };
  static const gchar *const keys[] = { PASS_1, PASS_2 };
  gboolean one_per_driver = __i__;
  Server *server = server_new (0);
  Client *clients[2 + MAX_TAKE_OVERS];
  g_autofree gchar *words = NULL;
  guint n = one_per_driver ? G_N_ELEMENTS (clients) : 2;

  g_object_set (server->src, "one-per-driver", one_per_driver, NULL);
  server_add (server, "pc1", "car01", PASS_1);
  server_add (server, "pc3", "car01", PASS_2);
  server_play (server);
  for (guint i = 0; i < n; i++) {
    clients[i] =
        client_new (server->port, "car01", devices[i % 2], keys[i % 2], FALSE);
    client_play (clients[i]);
    if (i > MAX_TAKE_OVERS)
      break;
    server_wait_stream (server, i);
    if (one_per_driver && i > 0)
      server_wait_removed (server, server_wait_stream (server, i - 1));
  }
  g_assert_cmpuint (server_stat (server, "taken-over"), ==,
      one_per_driver ? MAX_TAKE_OVERS : 0);
  if (one_per_driver) {
    words = client_wait_error (clients[n - 1], GST_RESOURCE_ERROR_BUSY);
    g_assert_nonnull (strstr (words, "publishes for its driver"));
  }
  for (guint i = 0; i < n; i++)
    client_free (clients[i]);
  server_free (server);
}
GST_END_TEST

static SRTSOCKET
srt_caller (const gchar *id, gsize size, const gchar *passphrase)
{
  SRTSOCKET sock = srt_create_socket ();

  if (size > 0)
    g_assert_cmpint (
        srt_setsockflag (sock, SRTO_STREAMID, id, (int) size), ==, 0);
  if (passphrase != NULL)
    srt_setsockflag (
        sock, SRTO_PASSPHRASE, passphrase, (int) strlen (passphrase));
  return sock;
}

static struct sockaddr_in
loopback (guint port)
{
  struct sockaddr_in address = { .sin_family = AF_INET };

  address.sin_addr.s_addr = g_htonl (INADDR_LOOPBACK);
  address.sin_port = g_htons ((guint16) port);
  return address;
}

/* 127.0.0.@last: another client as far as the server can tell. */
static void
bind_to (SRTSOCKET sock, guint last)
{
  struct sockaddr_in address = loopback (0);

  address.sin_addr.s_addr = g_htonl (INADDR_LOOPBACK - 1 + last);
  g_assert_cmpint (
      srt_bind (sock, (struct sockaddr *) &address, sizeof address), ==, 0);
}

/* Connects, waiting, and answers with the code of the refusal; 0 if taken. */
static int
try_connect (guint port, SRTSOCKET sock)
{
  struct sockaddr_in address = loopback (port);
  int code = 0;

  if (srt_connect (sock, (struct sockaddr *) &address, sizeof address) < 0)
    code = srt_getrejectreason (sock);
  srt_close (sock);
  return code;
}

typedef struct {
  const gchar *id;
  gsize size; /* 0: a string */
  int code;
} Hostile;

/* libsrt itself refuses it, by a code that differs by version. */
#define ANY -1

#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/* clang-format off */
static const Hostile hostile[] = {
  { "\xff\xfe\x01\x02\x03", 0, 1400 },
  { "\0\0\0\0#!::r=car01,m=publish,u=pc1", 31, ANY },
  { "#!::", 0, 1400 },
  { "#!::,,,,,,,,,,,,,,,,,,", 0, 1400 },
  { "#!::r=,m=publish,u=", 0, 1400 },
  { "#!::r=../../../etc/passwd,m=publish,u=pc1", 0, 1400 },
  { "#!::r=..,m=publish,u=pc1", 0, 1400 },
  { "#!::r=/dev/null,m=publish,u=pc1", 0, 1400 },
  { "#!::r=C:\\windows,m=publish,u=pc1", 0, 1400 },
  { "#!::r=car01%00,m=publish,u=pc1", 0, 1400 },
  { "#!::r=car01\n,m=publish,u=pc1", 0, 1400 },
  { "#!::r=car01,m=publish,u=%s%n%n", 0, 1400 },
  { "#!::r=car01,m=publish,u='; drop table devices;--", 0, 1400 },
  { "#!::r=v\xc3\xa9hicule,m=publish,u=pc1", 0, 1400 },
  { "#!::r=\xf0\x9f\x8f\x8e,m=publish,u=pc1", 0, 1400 },
  { "#!::r=car01,m=publish,u=\xe2\x80\xae" "1cp", 0, 1400 },
  { "#!::{r:car01,m:publish,u:pc1}", 0, 1400 },
  { "#!:r=car01,m=publish,u=pc1", 0, 1400 },
  { "#!::r=car01,m=publish,u=a" A64, 0, 1400 },
  { "#!::r=car01,m=publish,u=" A64, 0, 1404 },
  { "#!::r=car01,m=request,u=pc1", 0, 1405 },
  { "#!::r=car01,m=bidirectional,u=pc1", 0, 1405 },
  { "#!::r=car01,m=,u=pc1", 0, 1405 },
  { "#!::r=car01,m=PUBLISH,u=pc1", 0, 1405 },
  { "#!::r=car01,u=pc1", 0, 1405 },
  { "#!::r=car01,m=publish,u=pc1,u=nobody", 0, 1404 },
  { "#!::r=car02,m=publish,u=pc1", 0, 1403 },
};
/* clang-format on */

GST_START_TEST (test_hostile_stream_ids_are_refused)
{
  Server *server = play_server ();
  g_autofree gchar *longest = g_strnfill (512, 'a');
  g_autofree gchar *commas = g_strnfill (512, ',');
  Friend f;

  friend_join (&f, server);
  friend_begin (&f, 100);
  for (guint i = 0; i < G_N_ELEMENTS (hostile); i++) {
    const Hostile *h = &hostile[i];
    int code = try_connect (server->port,
        srt_caller (h->id, h->size ? h->size : strlen (h->id), PASS_1));

    if (h->code == ANY ? code == 0 : code != h->code)
      g_error ("stream id %u: code %d, not %d", i, code, h->code);
  }
  g_assert_cmpint (
      try_connect (server->port, srt_caller (longest, 512, PASS_1)), ==, 1400);
  memcpy (commas, "#!::", 4);
  g_assert_cmpint (
      try_connect (server->port, srt_caller (commas, 512, PASS_1)), ==, 1400);
  g_assert_cmpint (
      try_connect (server->port, srt_caller ("", 0, PASS_1)), ==, 1400);
  g_assert_cmpuint (server_stat (server, "accepted"), ==, 1);
  friend_end (&f, 100);
  server_free (server);
}
GST_END_TEST

/* A handshake by hand, for what libsrt's own caller does not send: HSv5
 * (libsrt, docs/dev/handshake.md), big-endian words. */
typedef struct {
  GSocket *socket;
  GSocketAddress *to;
} Raw;

static void
raw_open (Raw *raw, guint port)
{
  g_autoptr (GInetAddress) any =
      g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);

  raw->socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM,
      G_SOCKET_PROTOCOL_UDP, NULL);
  raw->to = g_inet_socket_address_new (any, (guint16) port);
  g_socket_set_timeout (raw->socket, 1);
}

static void
raw_close (Raw *raw)
{
  g_object_unref (raw->socket);
  g_object_unref (raw->to);
}

static void
raw_send (Raw *raw, const guint32 *words, gsize n_words)
{
  g_autofree guint32 *packet = g_new (guint32, n_words);

  for (gsize i = 0; i < n_words; i++)
    packet[i] = g_htonl (words[i]);
  g_socket_send_to (
      raw->socket, raw->to, (const gchar *) packet, n_words * 4, NULL, NULL);
}

enum { HEADER_WORDS = 4, HANDSHAKE_WORDS = 12 };

/* Control packet type 0, then version, extension field, initial sequence
 * number, MTU, window, request type, socket id, cookie, address. */
static void
raw_handshake (guint32 *words, guint32 version, guint32 extension,
    guint32 request, guint32 id, guint32 cookie)
{
  const guint32 all[HEADER_WORDS + HANDSHAKE_WORDS] = { 0x80000000u, 0, 0, 0,
    version, extension, 1234, 1500, 8192, request, id, cookie, 0x0100007fu };

  memcpy (words, all, sizeof all);
}

static guint32
raw_get_cookie (Raw *raw, guint32 id)
{
  guint32 words[HEADER_WORDS + HANDSHAKE_WORDS], answer[64] = { 0 };

  raw_handshake (words, 4, 2, 1, id, 0);
  for (guint i = 0; i < WAIT_SECONDS; i++) {
    raw_send (raw, words, G_N_ELEMENTS (words));
    if (g_socket_receive (
            raw->socket, (gchar *) answer, sizeof answer, NULL, NULL)
        >= (gssize) sizeof words)
      return g_ntohl (answer[HEADER_WORDS + 7]);
  }
  g_error ("no answer to an induction");
}

/* A conclusion with an SRT handshake request and a stream id extension of
 * @claimed words, of which @sent are there. */
static void
raw_conclude (Raw *raw, guint32 id, guint claimed, guint sent)
{
  guint32 words[HEADER_WORDS + HANDSHAKE_WORDS + 4 + 1 + 330];
  guint n = HEADER_WORDS + HANDSHAKE_WORDS;

  g_assert_cmpuint (sent, <=, 330);
  raw_handshake (words, 5, 5, 0xffffffffu, id, raw_get_cookie (raw, id));
  words[n++] = 1u << 16 | 3; /* SRT_CMD_HSREQ: version, flags, latency */
  words[n++] = 0x010501;
  words[n++] = 0xbf;
  words[n++] = 200u << 16 | 200;
  words[n++] = 5u << 16 | claimed; /* SRT_CMD_SID */
  for (guint i = 0; i < sent; i++)
    words[n++] = 0x61616161;
  raw_send (raw, words, n);
}

GST_START_TEST (test_stream_ids_that_no_caller_can_send)
{
  static const struct {
    guint claimed, sent;
  } sizes[] = { { 129, 129 }, { 330, 330 }, { 128, 1 }, { 65535, 100 },
    { 1, 0 }, { 0, 0 }, { 0, 100 }, { 65535, 0 } };
  Server *server = play_server ();
  Raw raw;
  Friend f;

  friend_join (&f, server);
  friend_begin (&f, 100);
  raw_open (&raw, server->port);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    raw_conclude (&raw, 1000 + i, sizes[i].claimed, sizes[i].sent);
  /* The listener answers still, so it is through with those. */
  g_assert_cmpuint (raw_get_cookie (&raw, 2000), !=, 0);
  g_assert_cmpuint (server_stat (server, "accepted"), ==, 1);
  raw_close (&raw);
  friend_end (&f, 100);
  server_free (server);
}
GST_END_TEST

#define FLOOD_PACKETS 20000

static gpointer
flood (gpointer data)
{
  guint32 words[HEADER_WORDS + HANDSHAKE_WORDS];
  Raw raw;

  raw_open (&raw, GPOINTER_TO_UINT (data));
  g_socket_set_blocking (raw.socket, FALSE);
  for (guint i = 0; i < FLOOD_PACKETS; i++) {
    raw_handshake (
        words, i % 3 == 2 ? 5 : 4, 2, i % 3 == 2 ? 0xffffffffu : 1, i + 1, i);
    raw_send (&raw, words, i % 7 == 6 ? i % 16 : G_N_ELEMENTS (words));
    /* 20,000 a second, as a source that has that much. */
    if (i % 100 == 99)
      g_usleep (5000);
  }
  raw_close (&raw);
  return NULL;
}

/* Inductions, conclusions with a wrong cookie, and pieces of both. */
GST_START_TEST (test_a_flood_of_half_handshakes_costs_nobody_a_packet)
{
  Server *server = play_server ();
  GThread *thread;
  Friend f;

  friend_join (&f, server);
  friend_begin (&f, 300);
  thread = g_thread_new ("flood", flood, GUINT_TO_POINTER (server->port));
  friend_end (&f, 300);
  g_thread_join (thread);
  g_assert_cmpuint (server_stat (server, "accepted"), ==, 1);
  /* Nothing is left behind that keeps a friend out. */
  friend_join (&f, server);
  client_free (f.client);
  server_free (server);
}
GST_END_TEST

#define GUESSERS 4
#define GUESSES 100
/* Looked at, whatever the machine: what may be tried at once, and what was
 * under way before the first of them had been found wrong. */
#define GUESSES_LOOKED_AT (20 + 32)
#define GUESS_INTERVAL_S 5

static gint looked_at; /* atomic */

static gpointer
guess (gpointer data)
{
  const gchar *id = "#!::r=car01,m=publish,u=pc1";

  for (guint i = 0; i < GUESSES; i++) {
    g_autofree gchar *pass = g_strdup_printf ("a-guess-%06u", i);
    int code = try_connect (
        GPOINTER_TO_UINT (data), srt_caller (id, strlen (id), pass));

    /* More at one moment than the listener holds are refused unseen. */
    if (code == SRT_REJ_BADSECRET)
      g_atomic_int_inc (&looked_at);
    /* Nor is who has been refused a hundred times in a second. */
    else if (code == SRT_REJ_TIMEOUT)
      break;
    else if (code != 1429 && code != 1402 && code != SRT_REJ_BACKLOG)
      g_error ("a guess ended with %d", code);
  }
  return NULL;
}

GST_START_TEST (test_wrong_passphrases_by_the_hundred)
{
  Server *server = play_server ();
  g_autoptr (GstBus) bus = gst_element_get_bus (server->pipeline);
  gint64 since = g_get_monotonic_time ();
  GThread *threads[GUESSERS];
  GstMessage *message;
  guint told = 0, seconds;
  const gchar *id = "#!::r=car01,m=publish,u=pc1";
  SRTSOCKET owner;
  Friend f;

  looked_at = 0;
  friend_join (&f, server);
  friend_begin (&f, 200);
  for (guint i = 0; i < GUESSERS; i++)
    threads[i] = g_thread_new ("guess", guess, GUINT_TO_POINTER (server->port));
  for (guint i = 0; i < GUESSERS; i++)
    g_thread_join (threads[i]);
  pb_test_wait_until (server_stat (server, "refused") >= GUESSES);
  g_assert_cmpuint (server_stat (server, "accepted"), ==, 1);
  seconds = (guint) ((g_get_monotonic_time () - since) / G_USEC_PER_SEC) + 2;
  while ((message = gst_bus_pop_filtered (bus, GST_MESSAGE_ELEMENT)) != NULL) {
    told++;
    gst_message_unref (message);
  }
  g_assert_cmpuint (told, >, 0);
  g_assert_cmpuint (told, <=, seconds * MAX_TOLD_PER_SECOND);
  g_assert_cmpint (g_atomic_int_get (&looked_at), >=, 20);
  g_assert_cmpint (g_atomic_int_get (&looked_at), <=,
      GUESSES_LOOKED_AT + (gint) seconds / GUESS_INTERVAL_S);
  friend_end (&f, 200);
  /* The owner, from an address of its own. */
  owner = srt_caller (id, strlen (id), PASS_1);
  bind_to (owner, 2);
  g_assert_cmpint (try_connect (server->port, owner), ==, 0);
  server_free (server);
}
GST_END_TEST

static Suite *
pitboxsrthostile_suite (void)
{
  Suite *s = suite_create ("pitboxsrthostile");
  TCase *tc = tcase_create ("loopback");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_a_fight_for_one_place_ends);
  tcase_add_loop_test (tc, test_two_devices_of_one_driver, 0, 2);
  tcase_add_test (tc, test_a_contested_place_is_free_when_its_holder_leaves);
  tcase_add_test (tc, test_hostile_stream_ids_are_refused);
  tcase_add_test (tc, test_stream_ids_that_no_caller_can_send);
  tcase_add_test (tc, test_a_flood_of_half_handshakes_costs_nobody_a_packet);
  tcase_add_test (tc, test_wrong_passphrases_by_the_hundred);
  return s;
}

GST_CHECK_MAIN (pitboxsrthostile);
