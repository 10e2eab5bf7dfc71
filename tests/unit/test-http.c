/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the server decides without a socket: routes, files, addresses,
 * passwords, states, numbers. */
#include <float.h>
#include <glib.h>
#include <math.h>
#include <string.h>

#include "auth/pb-bind.h"
#include "problem/pb-problem.h"
#include "http/pb-replay.h"
#include "http/pb-request.h"
#include "http/pb-static.h"
#include "session/pb-loss.h"

static void
test_routes (void)
{
  static const struct {
    const gchar *pattern;
    const gchar *path;
    const gchar *arg;
  } rows[] = {
    { "/api/v1/drivers", "/api/v1/drivers", "" },
    { "/api/v1/drivers/{}", "/api/v1/drivers/car07", "car07" },
    { "/api/v1/drivers/{}/live", "/api/v1/drivers/car07/live", "car07" },
    { "/api/v1/drivers", "/api/v1/drivers/", NULL },
    { "/api/v1/drivers", "/api/v1//drivers", NULL },
    { "/api/v1/drivers", "/api/v1/driversx", NULL },
    { "/api/v1/drivers/{}", "/api/v1/drivers/", NULL },
    { "/api/v1/drivers/{}", "/api/v1/drivers/a/b", NULL },
    { "/api/v1/drivers/{}/live", "/api/v1/drivers//live", NULL },
    { "/healthz", "healthz", NULL },
    { "/healthz", "/Healthz", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_auto (GStrv) parts = g_strsplit (rows[i].path, "/", -1);
    const gchar *args[PB_ROUTE_MAX_ARGS] = { "" };
    gboolean match = pb_route_match (rows[i].pattern, parts, args);

    g_assert_cmpint (match, ==, rows[i].arg != NULL);
    if (match)
      g_assert_cmpstr (args[0], ==, rows[i].arg);
  }
}

static void
test_problems (void)
{
  static const struct {
    guint status;
    const gchar *detail;
    const gchar *json;
  } rows[] = {
    { 404, "none",
        "{\"type\":\"about:blank\",\"title\":\"Not Found\",\"status\":404,"
        "\"detail\":\"none\",\"code\":\"a_code\"}" },
    { 429, "a \"b\"\n",
        "{\"type\":\"about:blank\",\"title\":\"Too Many Requests\","
        "\"status\":429,\"detail\":\"a \\\"b\\\"\\n\",\"code\":\"a_code\"}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree gchar *json =
        pb_problem_to_json (rows[i].status, "a_code", rows[i].detail);
    g_autofree gchar *reply = pb_problem_to_reply (
        rows[i].status, "a_code", rows[i].detail, "X-A: b\r\n");
    g_autofree gchar *length =
        g_strdup_printf ("\r\nContent-Length: %zu\r\n", strlen (json));

    g_assert_cmpstr (json, ==, rows[i].json);
    g_assert_nonnull (strstr (reply, length));
    g_assert_nonnull (strstr (reply, "\r\nX-A: b\r\n\r\n{"));
    g_assert_true (g_str_has_suffix (reply, json));
  }
}

static GBytes *
bytes_of (const gchar *text)
{
  return g_bytes_new (text, strlen (text));
}

static PbReplayVerdict
find_replay (PbReplay *replay, const gchar *who, const gchar *key,
    const gchar *request, gint64 now_us)
{
  g_autoptr (GBytes) sent = bytes_of (request);
  g_autoptr (GBytes) answer = NULL;
  guint status = 0;
  PbReplayVerdict verdict =
      pb_replay_find (replay, who, key, sent, now_us, &status, &answer);

  if (verdict == PB_REPLAY_SAME) {
    g_autoptr (GBytes) same = bytes_of ("made");

    g_assert_cmpuint (status, ==, 201);
    g_assert_true (g_bytes_equal (answer, same));
  }
  return verdict;
}

static void
add_replay (PbReplay *replay, const gchar *who, const gchar *key,
    const gchar *request, gint64 now_us)
{
  g_autoptr (GBytes) sent = bytes_of (request);
  g_autoptr (GBytes) answer = bytes_of ("made");

  pb_replay_add (replay, who, key, sent, now_us, 201, answer);
}

static void
test_replay (void)
{
  g_autoptr (PbReplay) replay = pb_replay_new ();
  g_autofree gchar *large = g_strnfill (PB_REPLAY_KEY_MAX + 1, 'x');
  g_autofree guint8 *body = g_malloc0 (PB_REPLAY_BODY_MAX + 1);
  g_autoptr (GBytes) too_large = g_bytes_new (body, PB_REPLAY_BODY_MAX + 1);

  g_assert_cmpint (find_replay (replay, "a", "1", "x", 0), ==, PB_REPLAY_NEW);
  add_replay (replay, "a", "1", "x", 0);
  g_assert_cmpint (find_replay (replay, "a", "1", "x", 1), ==, PB_REPLAY_SAME);
  g_assert_cmpint (find_replay (replay, "a", "1", "y", 1), ==, PB_REPLAY_OTHER);
  g_assert_cmpint (find_replay (replay, "a", "2", "x", 1), ==, PB_REPLAY_NEW);
  g_assert_cmpint (find_replay (replay, "b", "1", "x", 1), ==, PB_REPLAY_NEW);
  g_assert_cmpint (
      find_replay (replay, "a", "1", "x", PB_REPLAY_LIFE_S * G_USEC_PER_SEC),
      ==, PB_REPLAY_NEW);
  g_assert_cmpuint (pb_replay_count (replay), ==, 0);
  /* One's own are forgotten first; then the oldest of all. */
  add_replay (replay, "b", "1", "x", 2);
  for (guint i = 0; i <= PB_REPLAY_MAX_OF_ONE; i++) {
    g_autofree gchar *key = g_strdup_printf ("%u", i);

    add_replay (replay, "a", key, "x", 2);
  }
  g_assert_cmpuint (pb_replay_count (replay), ==, PB_REPLAY_MAX_OF_ONE + 1);
  g_assert_cmpint (find_replay (replay, "a", "0", "x", 3), ==, PB_REPLAY_NEW);
  g_assert_cmpint (find_replay (replay, "a", "1", "x", 3), ==, PB_REPLAY_SAME);
  g_assert_cmpint (find_replay (replay, "b", "1", "x", 3), ==, PB_REPLAY_SAME);
  for (guint i = 0; i < PB_REPLAY_MAX; i++) {
    g_autofree gchar *who = g_strdup_printf ("c%u", i);

    add_replay (replay, who, "1", "x", 4);
  }
  g_assert_cmpuint (pb_replay_count (replay), ==, PB_REPLAY_MAX);
  g_assert_cmpint (find_replay (replay, "b", "1", "x", 5), ==, PB_REPLAY_NEW);
  pb_replay_add (replay, "d", "1", too_large, 6, 201, too_large);
  g_assert_cmpuint (pb_replay_count (replay), ==, PB_REPLAY_MAX);
  g_assert_false (pb_replay_key_is_valid (""));
  g_assert_false (pb_replay_key_is_valid ("a\tb"));
  g_assert_false (pb_replay_key_is_valid ("\xc3\xa9"));
  g_assert_false (pb_replay_key_is_valid (large));
  g_assert_true (pb_replay_key_is_valid (large + 1));
}

static void
test_static_paths (void)
{
  static const gchar *const bad[] = { "", "x", "/..", "/../etc/passwd",
    "/a/../b", "/a/..", "/.git/config", "/a/.hidden", "//etc/passwd", "/a//b",
    "/a/", "/%2e%2e/x", "/a%00", "/a\\b", "/a?b", "/a b", "/\xc3\xa9" };
  static const struct {
    const gchar *url;
    const gchar *path;
  } good[] = {
    { "/", "/srv/index.html" },
    { "/index.html", "/srv/index.html" },
    { "/assets/index-4f_9.a.js", "/srv/assets/index-4f_9.a.js" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_null (pb_static_dup_path ("/srv", bad[i]));
  for (guint i = 0; i < G_N_ELEMENTS (good); i++) {
    g_autofree gchar *path = pb_static_dup_path ("/srv", good[i].url);

    g_assert_cmpstr (path, ==, good[i].path);
  }
  g_assert_cmpstr (
      pb_static_get_type ("a.js"), ==, "text/javascript; charset=utf-8");
  g_assert_cmpstr (pb_static_get_type ("a.woff2"), ==, "font/woff2");
  g_assert_cmpstr (pb_static_get_type ("a"), ==, "application/octet-stream");
}

static void
test_bind (void)
{
  static const struct {
    const gchar *address;
    gboolean without;
    gboolean with;
  } rows[] = {
    { "127.0.0.1", TRUE, TRUE },
    { "127.9.9.9", TRUE, TRUE },
    { "::1", TRUE, TRUE },
    { "0.0.0.0", FALSE, TRUE },
    { "::", FALSE, TRUE },
    { "192.168.1.5", FALSE, TRUE },
    { "localhost", FALSE, FALSE },
    { "127.0.0.1.example", FALSE, FALSE },
    { "", FALSE, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    const gchar *address = rows[i].address;
    g_autoptr (GError) error = NULL;

    /* Accounts alone are not enough, nor is a private line. */
    g_assert_cmpint (
        pb_bind_check (address, FALSE, TRUE, &error), ==, rows[i].without);
    g_assert_cmpint (error == NULL, ==, rows[i].without);
    g_clear_error (&error);
    g_assert_cmpint (
        pb_bind_check (address, TRUE, FALSE, &error), ==, rows[i].without);
    g_clear_error (&error);
    g_assert_cmpint (
        pb_bind_check (address, TRUE, TRUE, &error), ==, rows[i].with);
  }
}

static void
test_json_from_outside (void)
{
  const gchar *text;
  static const struct {
    const gchar *text;
    gboolean good;
  } rows[] = {
    { "{}", TRUE },
    { "{\"a\":{\"b\":[1]}}", TRUE },
    { "{\"a\":{\"b\":[[1]]}}", FALSE },
    { "{\"a\":\"[[[[[[{{{{\\\"[[[[\"}", TRUE },
    { "[]", FALSE },
    { "1", FALSE },
    { "", FALSE },
    { "{", FALSE },
    { "{\"a\":\"\xff\"}", FALSE },
    { "{\"a\":\"\\ud83c\\udfc1 \\u00e4 \\\\u \\/\\n\"}", TRUE },
    /* Half a character, and less. */
    { "{\"a\":\"\\ud83\\cudfc1\"}", FALSE },
    { "{\"a\":\"\\ud83\\n\"}", FALSE },
    { "{\"a\":\"\\ud83c\"}", FALSE },
    { "{\"a\":\"\\ud83c\\u0041\"}", FALSE },
    { "{\"a\":\"\\udfc1\"}", FALSE },
    { "{\"a\":\"\\u00\"}", FALSE },
    { "{\"\\ud83\\n\":1}", FALSE },
    { "{\"a\":\"\\x\"}", FALSE },
    { "{\"a\":\"\\", FALSE },
    { "null", FALSE },
  };
  static const gchar words[] =
      "{\"t\":\"x\",\"n\":5,\"z\":null,\"yes\":true,\"no\":false}";
  g_autofree gchar *deep = g_strnfill (60000, '[');
  g_autoptr (JsonObject) o = NULL;
  gint64 n = 7;
  gboolean yes;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (JsonObject) object =
        pb_json_parse_object (rows[i].text, strlen (rows[i].text), 3, &error);

    g_assert_cmpint (object != NULL, ==, rows[i].good);
    g_assert_cmpint (error == NULL, ==, rows[i].good);
  }
  g_assert_null (pb_json_parse_object (deep, 60000, 16, NULL));
  o = pb_json_parse_object (words, strlen (words), 3, NULL);
  g_assert_cmpstr (pb_json_get_text (o, "t"), ==, "x");
  g_assert_null (pb_json_get_text (o, "n"));
  g_assert_null (pb_json_get_text (o, "z"));
  g_assert_null (pb_json_get_text (o, "none"));
  g_assert_true (pb_json_read_text (o, "t", &text));
  g_assert_cmpstr (text, ==, "x");
  g_assert_true (pb_json_read_text (o, "none", &text));
  g_assert_null (text);
  g_assert_false (pb_json_read_text (o, "n", &text));
  g_assert_false (pb_json_read_text (o, "z", &text));
  g_assert_true (pb_json_read_bool (o, "yes", &yes) && yes);
  g_assert_true (pb_json_read_bool (o, "no", &yes) && !yes);
  g_assert_true (pb_json_read_bool (o, "none", &yes) && !yes);
  g_assert_false (pb_json_read_bool (o, "n", &yes));
  g_assert_false (pb_json_read_bool (o, "z", &yes));
  g_assert_null (pb_json_get_text (NULL, "t"));
  g_assert_false (pb_json_get_int (o, "t", 0, 9, &n));
  g_assert_false (pb_json_get_int (o, "n", 6, 9, &n));
  g_assert_cmpint (n, ==, 7);
  g_assert_true (pb_json_get_int (o, "n", 5, 5, &n));
  g_assert_cmpint (n, ==, 5);
}

static void
test_states (void)
{
  static const struct {
    gboolean connected;
    gint64 silent_ms;
    gint64 gone_ms;
    PbDriverState state;
  } rows[] = {
    { TRUE, 0, 0, PB_DRIVER_LIVE },
    { TRUE, PB_DRIVER_STALE_MS - 1, 0, PB_DRIVER_LIVE },
    { TRUE, PB_DRIVER_STALE_MS, 0, PB_DRIVER_STALE },
    { TRUE, 1000000, 0, PB_DRIVER_STALE },
    { FALSE, 0, 0, PB_DRIVER_STALE },
    { FALSE, 0, PB_DRIVER_OFFLINE_MS - 1, PB_DRIVER_STALE },
    { FALSE, 0, PB_DRIVER_OFFLINE_MS, PB_DRIVER_OFFLINE },
    { FALSE, 0, G_MAXINT64 / 4, PB_DRIVER_OFFLINE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (pb_driver_state_decide (
                         rows[i].connected, rows[i].silent_ms, rows[i].gone_ms),
        ==, rows[i].state);
}

/* What the page shows as loss is of now: it falls back once loss has ended. */
static void
test_loss (void)
{
  static const struct {
    gint64 packets;
    gint64 lost;
    gdouble percent;
  } rows[] = {
    { 0, 0, 0 },
    { 1000, 0, 0 },
    { 2000, 20, 2 },
    { 3000, 520, 50 },
    /* Over: the counters stand still, or only packets come. */
    { 3000, 520, 0 },
    { 4000, 520, 0 },
    { 5000, 521, 0.1 },
    /* Nothing but loss; a counter that goes back. */
    { 5000, 600, 100 },
    { 5100, 2000, 100 },
    { 6000, 1000, 0 },
    { 0, 0, 0 },
    { 100, 1, 1 },
  };
  PbLoss loss = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpfloat_with_epsilon (
        pb_loss_read (&loss, rows[i].packets, rows[i].lost), rows[i].percent,
        1e-9);
}

/* Each control character, as a name in a URL can bring it. */
static void
test_json_controls (void)
{
  for (gchar c = 1; c <= 0x20; c++) {
    const gchar text[] = { 'a', c, 'b', '\0' };
    g_autofree gchar *json = pb_problem_to_json (404, "not_found", text);

    for (const gchar *p = json; *p; p++)
      g_assert_cmpint ((guchar) *p, >=, 0x20);
  }
}

/* Whatever a row says, what is written can be read again. */
static void
test_json_numbers (void)
{
  static const gdouble rows[] = { 0, -0.0, 1, 0.1, 5e-324, 1e-08, 2e-16, 1e16,
    1e17, -1e22, 1e300, 1e308, DBL_MAX, -DBL_MAX };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (JsonBuilder) b = json_builder_new ();
    g_autoptr (JsonParser) parser = json_parser_new ();
    g_autoptr (JsonNode) node = NULL;
    g_autoptr (GError) error = NULL;
    g_autofree gchar *text = NULL;
    const gchar *number;
    gchar *end;

    json_builder_begin_object (b);
    pb_json_add_double (b, "n", rows[i]);
    json_builder_end_object (b);
    node = json_builder_get_root (b);
    text = json_to_string (node, FALSE);
    /* strtod() stops where a second point begins. */
    number = strchr (text, ':') + 1;
    g_assert_cmpfloat_with_epsilon (g_ascii_strtod (number, &end), rows[i],
        fabs (rows[i]) * 1e-15 + DBL_MIN);
    g_assert_cmpstr (end, ==, "}");
    json_parser_load_from_data (parser, text, -1, &error);
    g_assert_no_error (error);
  }
}

static void
test_json_not_numbers (void)
{
  static const gdouble rows[] = { NAN, INFINITY, -INFINITY };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (JsonBuilder) b = json_builder_new ();
    g_autoptr (JsonNode) node = NULL;
    g_autofree gchar *text = NULL;

    json_builder_begin_array (b);
    pb_json_add_number (b, rows[i]);
    json_builder_end_array (b);
    node = json_builder_get_root (b);
    text = json_to_string (node, FALSE);
    g_assert_cmpstr (text, ==, "[null]");
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/routes-match-whole-paths", test_routes);
  g_test_add_func ("/http/problems", test_problems);
  g_test_add_func ("/http/replay", test_replay);
  g_test_add_func ("/http/files-stay-in-their-folder", test_static_paths);
  g_test_add_func ("/auth/addresses-need-accounts", test_bind);
  g_test_add_func ("/json/from-outside", test_json_from_outside);
  g_test_add_func ("/session/states", test_states);
  g_test_add_func ("/session/loss", test_loss);
  g_test_add_func ("/json/controls-are-escaped", test_json_controls);
  g_test_add_func ("/json/numbers-can-be-read", test_json_numbers);
  g_test_add_func ("/json/what-is-none-is-null", test_json_not_numbers);
  return g_test_run ();
}
