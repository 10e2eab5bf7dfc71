/* SPDX-License-Identifier: LGPL-2.1-or-later
 * By which way telemetry goes: WebSocket, SRT while that does not work, and
 * back. */
#include "pb-refusal.h"
#include "pb-transport.h"

#include <string.h>

#define SECOND G_USEC_PER_SEC

static PbConfig
make_config (const gchar *transport, const gchar *server, const gchar *url)
{
  return (PbConfig){ .transport = (gchar *) transport,
    .server = (gchar *) server,
    .url = (gchar *) url };
}

static void
test_what_is_set_holds (void)
{
  static const struct {
    const gchar *transport, *server, *url;
    PbMode mode;
    PbTransport expected;
    const gchar *why;
  } table[] = {
    { "auto", "h:9000", "https://h", PB_MODE_VIDEO, PB_TRANSPORT_SRT,
        "picture" },
    { "websocket", "h:9000", "https://h", PB_MODE_VIDEO, PB_TRANSPORT_SRT,
        "picture" },
    { "auto", "h:9000", "", PB_MODE_TELEMETRY, PB_TRANSPORT_SRT, "not paired" },
    { "auto", "h:9000", "https://h", PB_MODE_TELEMETRY, PB_TRANSPORT_WEBSOCKET,
        "telemetry alone" },
    { "srt", "h:9000", "https://h", PB_MODE_TELEMETRY, PB_TRANSPORT_SRT,
        "as transport says" },
    { "websocket", "h:9000", "https://h", PB_MODE_TELEMETRY,
        PB_TRANSPORT_WEBSOCKET, "as transport says" },
    { "auto", "https://h", "https://h", PB_MODE_TELEMETRY,
        PB_TRANSPORT_WEBSOCKET, "telemetry alone" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    const PbConfig config =
        make_config (table[i].transport, table[i].server, table[i].url);
    PbTransportState s = { 0 };
    const gchar *why;

    g_assert_cmpint (
        pb_transport_choose (&s, &config, table[i].mode, SECOND, &why), ==,
        table[i].expected);
    g_assert_nonnull (strstr (why, table[i].why));
  }
}

static PbTransport
choose (PbTransportState *s, const PbConfig *config, gint64 now_us)
{
  const gchar *why;

  return pb_transport_choose (s, config, PB_MODE_TELEMETRY, now_us, &why);
}

static void
test_it_falls_after_five_failures_and_comes_back (void)
{
  const PbConfig config = make_config ("auto", "h:9000", "https://h");
  PbTransportState s = { 0 };
  gint64 now_us = 1000 * SECOND;

  g_assert_cmpint (choose (&s, &config, now_us), ==, PB_TRANSPORT_WEBSOCKET);
  for (guint i = 0; i < 4; i++)
    g_assert_false (pb_transport_note_trouble (
        &s, &config, PB_TRANSPORT_NO_CONNECTION, now_us));
  g_assert_true (pb_transport_note_trouble (
      &s, &config, PB_TRANSPORT_NO_CONNECTION, now_us));
  g_assert_cmpint (choose (&s, &config, now_us), ==, PB_TRANSPORT_SRT);
  pb_transport_note_connected (&s, now_us);
  g_assert_false (pb_transport_is_due (&s, &config, now_us + 59 * SECOND));
  g_assert_true (pb_transport_is_due (&s, &config, now_us + 60 * SECOND));
  /* Asked, and it does not work yet: twice as long. */
  now_us += 60 * SECOND;
  pb_transport_put_off (&s, now_us);
  g_assert_false (pb_transport_is_due (&s, &config, now_us + 119 * SECOND));
  g_assert_true (pb_transport_is_due (&s, &config, now_us + 120 * SECOND));
  pb_transport_rise (&s);
  g_assert_cmpint (choose (&s, &config, now_us), ==, PB_TRANSPORT_WEBSOCKET);
}

static void
test_a_server_that_restarts_is_waited_for (void)
{
  const PbConfig config = make_config ("auto", "h:9000", "https://h");
  PbTransportState s = { 0 };
  gint64 now_us = 1000 * SECOND;

  choose (&s, &config, now_us);
  for (guint round = 0; round < 10; round++) {
    for (guint i = 0; i < 4; i++)
      g_assert_false (pb_transport_note_trouble (
          &s, &config, PB_TRANSPORT_NO_CONNECTION, now_us));
    pb_transport_note_connected (&s, now_us);
    /* A good connection: what follows is a new story. */
    now_us += 31 * SECOND;
    g_assert_false (pb_transport_note_trouble (
        &s, &config, PB_TRANSPORT_NO_CONNECTION, now_us));
    pb_transport_note_connected (&s, now_us);
    now_us += 31 * SECOND;
  }
}

static void
test_who_does_not_speak_it_is_not_asked_again_at_once (void)
{
  static const gint not_spoken[] = { 400, 404, 426, 4007 };
  static const gint refused[] = { 401, 403, 409, 429, 503, 4001, 4003 };
  static const gint broken[] = { 0, 500, 502, 1006, 1008, 4009 };
  const PbConfig config = make_config ("auto", "h:9000", "https://h");
  PbTransportState s = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (not_spoken); i++)
    g_assert_cmpint (
        pb_refusal_to_trouble (not_spoken[i]), ==, PB_TRANSPORT_NOT_SPOKEN);
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    g_assert_cmpint (
        pb_refusal_to_trouble (refused[i]), ==, PB_TRANSPORT_REFUSED);
  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    g_assert_cmpint (
        pb_refusal_to_trouble (broken[i]), ==, PB_TRANSPORT_NO_CONNECTION);
  choose (&s, &config, SECOND);
  for (guint i = 0; i < 20; i++)
    g_assert_false (
        pb_transport_note_trouble (&s, &config, PB_TRANSPORT_REFUSED, SECOND));
  g_assert_true (
      pb_transport_note_trouble (&s, &config, PB_TRANSPORT_NOT_SPOKEN, SECOND));
  g_assert_cmpint (choose (&s, &config, SECOND), ==, PB_TRANSPORT_SRT);
}

static void
test_neither_works (void)
{
  const PbConfig config = make_config ("auto", "h:9000", "https://h");
  PbTransportState s = { 0 };
  guint n_changes = 0;
  PbTransport before = choose (&s, &config, SECOND);

  /* In turn, for ever. */
  for (guint i = 0; i < 100; i++)
    if (pb_transport_note_trouble (
            &s, &config, PB_TRANSPORT_NO_CONNECTION, SECOND)) {
      const PbTransport now = choose (&s, &config, SECOND);

      g_assert_cmpint (now, !=, before);
      before = now;
      n_changes++;
    }
  g_assert_cmpuint (n_changes, ==, 20);
}

static void
test_a_rate_that_is_not_held (void)
{
  const PbConfig config = make_config ("auto", "h:9000", "https://h");
  PbTransportState s = { 0 };
  gint64 now_us = 1000 * SECOND;
  guint i;

  choose (&s, &config, now_us);
  pb_transport_note_connected (&s, now_us);
  /* After an outage: old, but less each second. */
  for (guint kept_ms = 60000; kept_ms > 1000; kept_ms -= 1000)
    g_assert_false (
        pb_transport_note_kept (&s, &config, kept_ms, now_us += SECOND));
  /* A burst, and it is over. */
  for (i = 0; i < 15; i++)
    g_assert_false (
        pb_transport_note_kept (&s, &config, 11000 + i, now_us += SECOND));
  g_assert_false (pb_transport_note_kept (&s, &config, 500, now_us += SECOND));
  for (i = 0;
       !pb_transport_note_kept (&s, &config, 11000 + i * 100, now_us += SECOND);
       i++)
    g_assert_cmpuint (i, <, 30);
  g_assert_cmpuint (i, >=, 19);
  g_assert_cmpint (choose (&s, &config, now_us), ==, PB_TRANSPORT_SRT);
}

static void
test_what_is_asked_for_is_not_left (void)
{
  static const gchar *const servers[] = { "h:9000", "https://h" };
  static const gchar *const transports[] = { "websocket", "auto" };

  for (guint i = 0; i < 2; i++) {
    const PbConfig config =
        make_config (transports[i], servers[i], "https://h");
    PbTransportState s = { 0 };

    choose (&s, &config, SECOND);
    for (guint n = 0; n < 50; n++)
      g_assert_false (pb_transport_note_trouble (
          &s, &config, PB_TRANSPORT_NOT_SPOKEN, SECOND));
    pb_transport_note_connected (&s, SECOND);
    for (guint n = 0; n < 100; n++)
      g_assert_false (pb_transport_note_kept (
          &s, &config, 20000 + n, (10 + n) * (gint64) SECOND));
    g_assert_false (pb_transport_is_due (&s, &config, G_MAXINT64));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transport/what-is-set-holds", test_what_is_set_holds);
  g_test_add_func ("/transport/falls-and-comes-back",
      test_it_falls_after_five_failures_and_comes_back);
  g_test_add_func ("/transport/a-server-that-restarts",
      test_a_server_that_restarts_is_waited_for);
  g_test_add_func ("/transport/not-spoken",
      test_who_does_not_speak_it_is_not_asked_again_at_once);
  g_test_add_func ("/transport/neither-works", test_neither_works);
  g_test_add_func (
      "/transport/a-rate-that-is-not-held", test_a_rate_that_is_not_held);
  g_test_add_func (
      "/transport/what-is-asked-for", test_what_is_asked_for_is_not_left);
  return g_test_run ();
}
