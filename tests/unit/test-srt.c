/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Users of libsrt in one process, refusals in words, fights for a place. */
#include "../../elements/net/pitboxsrt.h"

#include <string.h>

#include <gstpitbox/gstpitboxcontest.h>
#include "../../elements/net/pitboxsrtshun.h"
#include "../../elements/net/pitboxsrtsilence.h"

static SRTSOCKET
listen_somewhere (void)
{
  struct sockaddr_in address = { .sin_family = AF_INET };
  SRTSOCKET sock = srt_create_socket ();

  address.sin_addr.s_addr = g_htonl (INADDR_LOOPBACK);
  g_assert_cmpint (
      srt_bind (sock, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (srt_listen (sock, 1), ==, 0);
  return sock;
}

static void
start (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (pitbox_srt_startup (&error));
  g_assert_no_error (error);
}

/* libsrt 1.5.4 ended with the first of two users. */
static void
test_sockets_outlive_another_user (void)
{
  for (guint round = 0; round < 2; round++) {
    SRTSOCKET sock;

    start ();
    sock = listen_somewhere ();
    for (guint i = 0; i < 3; i++) {
      start ();
      pitbox_srt_cleanup ();
    }
    g_assert_cmpint (srt_getsockstate (sock), ==, SRTS_LISTENING);
    g_assert_cmpint (srt_close (sock), ==, 0);
    pitbox_srt_cleanup ();
  }
}

static gpointer
come_and_go (gpointer data)
{
  for (guint i = 0; i < 200; i++) {
    start ();
    pitbox_srt_cleanup ();
  }
  return NULL;
}

static void
test_threads_come_and_go (void)
{
  GThread *threads[4];
  SRTSOCKET sock;

  start ();
  sock = listen_somewhere ();
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new (NULL, come_and_go, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpint (srt_getsockstate (sock), ==, SRTS_LISTENING);
  srt_close (sock);
  pitbox_srt_cleanup ();
}

static struct sockaddr_in
ipv4 (guint32 address)
{
  return (struct sockaddr_in){ .sin_family = AF_INET,
    .sin_addr = { g_htonl (address) } };
}

static guint
refuse (PitboxSrtShun *shun, guint32 address, gint64 now_us, guint n)
{
  const struct sockaddr_in native = ipv4 (address);
  const PitboxSrtOrigin origin =
      pitbox_srt_origin_of ((const struct sockaddr *) &native);
  guint changes = 0;

  while (n-- > 0)
    changes += pitbox_srt_shun_refused (shun, &origin, now_us);
  return changes;
}

static void
test_who_is_refused_too_often_is_not_heard (void)
{
  g_autoptr (PitboxSrtShun) shun = pitbox_srt_shun_new ();
  const guint32 eve = 0xc0000201, bob = 0xc0000202;
  const guint most = PITBOX_SRT_SHUN_PER_S - 1;
  gint64 now_us = 5 * G_USEC_PER_SEC;
  const PitboxSrtOrigin *list;
  guint n;

  g_assert_cmpuint (refuse (shun, eve, now_us, most), ==, 0);
  g_assert_cmpuint (refuse (shun, bob, now_us, most), ==, 0);
  /* In another second. */
  now_us += G_USEC_PER_SEC;
  g_assert_cmpuint (refuse (shun, bob, now_us, most), ==, 0);
  g_assert_cmpuint (refuse (shun, eve, now_us, most + 1), ==, 1);
  list = pitbox_srt_shun_list (shun, &n);
  g_assert_cmpuint (n, ==, 1);
  g_assert_false (list[0].is_v6);
  g_assert_cmphex (list[0].words[0], ==, eve);
  g_assert_cmpint (
      pitbox_srt_shun_get_end_us (shun), ==, now_us + PITBOX_SRT_SHUN_US);
  /* What was under way goes on to be refused, and is no second entry. */
  g_assert_cmpuint (refuse (shun, eve, now_us, most + 1), ==, 1);
  pitbox_srt_shun_list (shun, &n);
  g_assert_cmpuint (n, ==, 1);
  g_assert_false (
      pitbox_srt_shun_expire (shun, now_us + PITBOX_SRT_SHUN_US - 1));
  g_assert_true (pitbox_srt_shun_expire (shun, now_us + PITBOX_SRT_SHUN_US));
  g_assert_cmpint (pitbox_srt_shun_get_end_us (shun), ==, 0);
  /* However many there are. */
  for (guint32 i = 0; i < 1000; i++)
    refuse (shun, i, now_us, most + 1);
  pitbox_srt_shun_list (shun, &n);
  g_assert_cmpuint (n, ==, PITBOX_SRT_SHUN_MAX);
}

static void
test_an_origin_has_no_port (void)
{
  static const struct {
    const gchar *address;
    gboolean is_v6;
    guint32 words[2];
  } rows[] = {
    { "192.0.2.1", FALSE, { 0xc0000201, 0 } },
    { "::ffff:192.0.2.1", FALSE, { 0xc0000201, 0 } },
    { "2001:db8:1:2:3:4:5:6", TRUE, { 0x20010db8, 0x00010002 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GSocketAddress) address =
        g_inet_socket_address_new_from_string (rows[i].address, 9);
    struct sockaddr_storage native;
    PitboxSrtOrigin origin;

    g_assert_true (
        g_socket_address_to_native (address, &native, sizeof native, NULL));
    origin = pitbox_srt_origin_of ((const struct sockaddr *) &native);
    g_assert_cmpint (origin.is_v6, ==, rows[i].is_v6);
    g_assert_cmphex (origin.words[0], ==, rows[i].words[0]);
    g_assert_cmphex (origin.words[1], ==, rows[i].words[1]);
  }
}

static void
test_each_refusal_has_its_own_words (void)
{
  static const int codes[] = { SRT_REJ_UNKNOWN, SRT_REJ_TIMEOUT,
    SRT_REJ_BADSECRET, SRT_REJ_UNSECURE, SRT_REJ_VERSION, SRT_REJ_CLOSE,
    PITBOX_SRT_REJECT_STREAM_ID, PITBOX_SRT_REJECT_REVOKED,
    PITBOX_SRT_REJECT_FULL, PITBOX_SRT_REJECT_DRIVER,
    PITBOX_SRT_REJECT_UNKNOWN_DEVICE, PITBOX_SRT_REJECT_MODE,
    PITBOX_SRT_REJECT_CONTESTED, PITBOX_SRT_REJECT_HELD,
    PITBOX_SRT_REJECT_TOO_MANY, PITBOX_SRT_REJECT_INTERNAL,
    PITBOX_SRT_REJECT_NOT_READY, 9999 };
  static const int reader_codes[] = { SRT_REJ_BADSECRET,
    PITBOX_SRT_REJECT_STREAM_ID, PITBOX_SRT_REJECT_REVOKED,
    PITBOX_SRT_REJECT_FULL, PITBOX_SRT_REJECT_DRIVER,
    PITBOX_SRT_REJECT_UNKNOWN_DEVICE, PITBOX_SRT_REJECT_MODE,
    PITBOX_SRT_REJECT_UNKNOWN_DRIVER, PITBOX_SRT_REJECT_NOT_LIVE };
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) readers = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < G_N_ELEMENTS (reader_codes); i++) {
    const gchar *words = pitbox_srt_reader_reject_words (reader_codes[i], TRUE);
    g_autoptr (GError) error =
        pitbox_srt_reject_error (reader_codes[i], TRUE, TRUE, "192.0.2.1:9");

    g_assert_true (g_hash_table_add (readers, (gpointer) words));
    g_assert_null (strstr (words, "device"));
    g_assert_nonnull (strstr (error->message, words));
  }

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++) {
    g_autoptr (GError) error =
        pitbox_srt_reject_error (codes[i], FALSE, FALSE, "192.0.2.1:9000");
    g_autofree gchar *code = g_strdup_printf ("(SRT %d)", codes[i]);

    g_assert_true (g_hash_table_add (
        seen, (gpointer) pitbox_srt_reject_words (codes[i], FALSE)));
    g_assert_true (error->domain == GST_RESOURCE_ERROR);
    g_assert_true (g_str_has_prefix (error->message, "192.0.2.1:9000: "));
    /* 0 is no code that anybody could look up. */
    g_assert_true ((strstr (error->message, code) != NULL) == (codes[i] != 0));
  }
}

/* libsrt shows a socket as broken in the middle of connecting it. */
static void
test_a_socket_that_is_being_connected_is_not_refused (void)
{
  static const struct {
    SRT_SOCKSTATUS status;
    int reason;
    guint broken_ms;
    PitboxSrtConnect result;
  } cases[] = {
    { SRTS_CONNECTING, SRT_REJ_UNKNOWN, 0, PITBOX_SRT_CONNECT_UNDECIDED },
    { SRTS_CONNECTED, SRT_REJ_UNKNOWN, 0, PITBOX_SRT_CONNECT_DONE },
    { SRTS_BROKEN, SRT_REJ_UNKNOWN, 0, PITBOX_SRT_CONNECT_UNDECIDED },
    { SRTS_BROKEN, SRT_REJ_UNKNOWN, 499, PITBOX_SRT_CONNECT_UNDECIDED },
    { SRTS_CONNECTED, SRT_REJ_UNKNOWN, 499, PITBOX_SRT_CONNECT_DONE },
    { SRTS_BROKEN, SRT_REJ_UNKNOWN, 500, PITBOX_SRT_CONNECT_FAILED },
    { SRTS_BROKEN, SRT_REJ_TIMEOUT, 0, PITBOX_SRT_CONNECT_FAILED },
    { SRTS_BROKEN, PITBOX_SRT_REJECT_FULL, 0, PITBOX_SRT_CONNECT_FAILED },
    { SRTS_CLOSED, SRT_REJ_UNKNOWN, 0, PITBOX_SRT_CONNECT_FAILED },
    { SRTS_NONEXIST, SRT_REJ_UNKNOWN, 0, PITBOX_SRT_CONNECT_FAILED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (pitbox_srt_connect_result (cases[i].status,
                         cases[i].reason, cases[i].broken_ms * 1000),
        ==, cases[i].result);
}

/* One newcomer every @step_s: how many of @n_tries get the place. */
static guint
takes (GstPitboxContest *contest, gint64 *now_us, guint n_tries, guint step_s)
{
  guint n = 0;

  for (guint i = 0; i < n_tries; i++) {
    GstPitboxContest next = { 0 };

    *now_us += step_s * G_USEC_PER_SEC;
    if (!gst_pitbox_contest_try (contest, *now_us))
      continue;
    gst_pitbox_contest_pass_on (contest, &next, *now_us);
    *contest = next;
    n++;
  }
  return n;
}

static void
test_a_fight_ends_and_is_forgotten (void)
{
  const guint pause_s = GST_PITBOX_TAKE_OVER_PAUSE_US / G_USEC_PER_SEC;
  GstPitboxContest contest = { 0 };
  gint64 now_us = 0;

  /* However long the others go on, whoever came last stays. */
  g_assert_cmpuint (
      takes (&contest, &now_us, 1000, 1), ==, GST_PITBOX_MAX_TAKE_OVERS);
  g_assert_cmpuint (takes (&contest, &now_us, 100, pause_s - 1), ==, 0);
  /* After a pause it may change hands as often as at first. */
  g_assert_cmpuint (takes (&contest, &now_us, 1, pause_s), ==, 1);
  g_assert_cmpuint (
      takes (&contest, &now_us, 100, 1), ==, GST_PITBOX_MAX_TAKE_OVERS - 1);
}

static void
test_a_device_that_comes_back_now_and_then_is_no_fight (void)
{
  GstPitboxContest contest = { 0 };
  gint64 now_us = 0;

  g_assert_cmpuint (takes (&contest, &now_us, 1000,
                        GST_PITBOX_TAKE_OVER_PAUSE_US / G_USEC_PER_SEC),
      ==, 1000);
}

/* The rounds of looks until @n_looks or the peer is taken for gone, of a stream
 * that sends. */
static guint
look_until_gone (PitboxSrtSilence *silence, gint64 every_us, gint64 answers,
    gdouble rtt_ms, guint n_looks)
{
  for (guint i = 1; i <= n_looks; i++)
    if (pitbox_srt_silence_look (silence, silence->looked_us + every_us,
            silence->sent + 15, answers, rtt_ms))
      return i;
  return 0;
}

static void
test_who_answers_nothing_is_gone (void)
{
  static const struct {
    gdouble rtt_ms;
    gint64 limit_ms;
    guint looks;
  } table[] = { { 0.1, 1000, 4 }, { 50, 1000, 4 }, { 125, 1000, 4 },
    { 200, 1300, 6 }, { 400, 2100, 9 }, { 3000, 5000, 20 } };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    PitboxSrtSilence silence = { 0 };

    g_assert_cmpint (pitbox_srt_silence_get_limit_us (table[i].rtt_ms), ==,
        table[i].limit_ms * 1000);
    g_assert_false (
        pitbox_srt_silence_look (&silence, 7, 10, 10, table[i].rtt_ms));
    /* One answer, however late, and it begins anew. */
    g_assert_cmpuint (look_until_gone (&silence, PITBOX_SRT_SILENCE_LOOK_US, 10,
                          table[i].rtt_ms, table[i].looks - 1),
        ==, 0);
    g_assert_false (pitbox_srt_silence_look (&silence,
        silence.looked_us + G_USEC_PER_SEC, 1000, 11, table[i].rtt_ms));
    g_assert_cmpuint (look_until_gone (&silence, PITBOX_SRT_SILENCE_LOOK_US, 11,
                          table[i].rtt_ms, 100),
        ==, table[i].looks);
  }
}

static void
test_who_is_asked_nothing_is_not_gone (void)
{
  PitboxSrtSilence silence = { 0 };

  for (gint64 now_us = 1; now_us < 100 * G_USEC_PER_SEC; now_us += 250000)
    g_assert_false (pitbox_srt_silence_look (&silence, now_us, 500, 400, 20));
}

/* Answers may lie there, unread by a process that had no core. */
static void
test_who_did_not_look_has_heard_no_silence (void)
{
  PitboxSrtSilence silence = { 0 };

  g_assert_false (pitbox_srt_silence_look (&silence, 1, 10, 10, 20));
  g_assert_cmpuint (
      look_until_gone (&silence, 30 * G_USEC_PER_SEC, 10, 20, 100), ==, 4);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/srt/users/outlive", test_sockets_outlive_another_user);
  g_test_add_func ("/srt/users/threads", test_threads_come_and_go);
  g_test_add_func (
      "/srt/shun/refused", test_who_is_refused_too_often_is_not_heard);
  g_test_add_func ("/srt/shun/origin", test_an_origin_has_no_port);
  g_test_add_func ("/srt/refusals/words", test_each_refusal_has_its_own_words);
  g_test_add_func ("/srt/connect/undecided",
      test_a_socket_that_is_being_connected_is_not_refused);
  g_test_add_func ("/srt/silence/gone", test_who_answers_nothing_is_gone);
  g_test_add_func ("/srt/silence/idle", test_who_is_asked_nothing_is_not_gone);
  g_test_add_func (
      "/srt/silence/busy", test_who_did_not_look_has_heard_no_silence);
  g_test_add_func ("/srt/contest/ends", test_a_fight_ends_and_is_forgotten);
  g_test_add_func ("/srt/contest/none",
      test_a_device_that_comes_back_now_and_then_is_no_fight);
  return g_test_run ();
}
