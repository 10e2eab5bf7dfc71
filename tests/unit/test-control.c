/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The control channel's pure parts: schema, messages, versions, clocks. */
#include "pb-control-clock.h"
#include "pb-control-message.h"
#include "pb-control-schema.h"

#include <math.h>
#include <string.h>

static const gchar status[] =
    "{\"type\":\"status\",\"state\":\"streaming\",\"mode\":\"video\","
    "\"wanted_mode\":\"video\",\"cpu_pct\":1.5,\"reason\":null,"
    "\"clock\":{\"offset_us\":-5,\"error_us\":1,\"bound_us\":2,\"rtt_us\":3}%"
    "s}";

static JsonObject *
parse (const gchar *text, GError **error)
{
  return pb_control_message_parse (text, strlen (text), error);
}

static void
test_the_schema_uses_what_is_checked (void)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree gchar *file = g_test_build_filename (
      G_TEST_DIST, "..", "protocol", "control.schema.json", NULL);
  g_autofree gchar *unknown = NULL;
  g_autoptr (JsonNode) odd = NULL;
  g_autofree gchar *found = NULL;

  g_assert_true (json_parser_load_from_file (parser, file, NULL));
  unknown = pb_control_schema_find_unknown (json_parser_get_root (parser));
  g_assert_cmpstr (unknown, ==, NULL);
  odd = json_from_string (
      "{\"properties\":{\"a\":{\"anyOf\":[{\"multipleOf\":2}]}}}", NULL);
  found = pb_control_schema_find_unknown (odd);
  g_assert_cmpstr (found, ==, "multipleOf");
}

/* All of it is in the schema: it fits, and has no members of its own. */
static void
assert_example (const gchar *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) message = parse (text, &error);
  g_autoptr (JsonNode) whole = json_from_string (text, NULL);
  g_autoptr (JsonNode) known = NULL;

  g_test_message ("%s", text);
  g_assert_no_error (error);
  known = pb_control_message_copy_known (message);
  g_assert_true (json_node_equal (known, whole));
}

/* An example is indented, begins with who says it, and goes on up to the end of
 * its object. */
static void
test_examples_of_the_readme_fit (void)
{
  g_autofree gchar *file =
      g_test_build_filename (G_TEST_DIST, "..", "protocol", "README.md", NULL);
  g_autoptr (GRegex) begins =
      g_regex_new ("^    (agent|server|page) +[{]", 0, 0, NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree gchar *readme = NULL;
  g_auto (GStrv) lines = NULL;
  guint n = 0;

  g_assert_true (g_file_get_contents (file, &readme, NULL, NULL));
  lines = g_strsplit (readme, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++) {
    g_autoptr (JsonNode) whole = NULL;

    if (g_regex_match (begins, lines[i], 0, NULL)) {
      g_assert_cmpstr (text->str, ==, "");
      g_string_append (text, strchr (lines[i], '{'));
    } else if (text->len > 0) {
      g_assert_true (g_str_has_prefix (lines[i], "    "));
      g_string_append (text, lines[i]);
    } else {
      continue;
    }
    whole = json_from_string (text->str, NULL);
    if (whole == NULL)
      continue;
    assert_example (text->str);
    g_string_truncate (text, 0);
    n++;
  }
  g_assert_cmpstr (text->str, ==, "");
  g_assert_cmpuint (n, >=, 10);
}

static void
test_what_is_valid_is_taken (void)
{
  static const gchar *const good[] = {
    "{\"type\":\"hello\",\"protocol_min\":1,\"protocol_max\":7,"
    "\"version\":\"0.1.0\",\"run\":\"abcdefgh\",\"capabilities\":[\"mode\"]}",
    "{\"type\":\"clock_request\",\"t1_us\":0,\"later\":{\"a\":[1]}}",
    "{\"type\":\"agents\",\"agents\":[{\"device\":\"d\",\"driver\":\"x\","
    "\"online\":true,\"status\":null}]}",
    "{\"type\":\"error\",\"code\":\"c\",\"message\":\"m\"}",
    "{\"type\":\"diagnostics\",\"id\":\"abcdefgh\",\"part\":4,"
    "\"last\":true,\"text\":\"a\\nb\"}",
    "{\"type\":\"command\",\"id\":\"abcdefgh\",\"name\":\"configure\","
    "\"args\":{\"width\":1280,\"encoder\":\"auto\"}}",
  };
  g_autofree gchar *full = g_strdup_printf (status, "");

  for (guint i = 0; i < G_N_ELEMENTS (good); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (JsonObject) message = parse (good[i], &error);

    g_assert_no_error (error);
    g_assert_nonnull (message);
  }
  json_object_unref (parse (full, NULL));
}

/* json-glib takes these, and would write them so that no browser does: one
 * agent's status would take the list of all from the page. */
static void
test_what_goes_on_can_be_read (void)
{
  static const gchar text[] =
      "{\"type\":\"status\",\"state\":\"streaming\",\"mode\":\"video\","
      "\"wanted_mode\":\"video\",\"reason\":\"a\\u001fb\",\"rtt_ms\":1e22}";
  g_autoptr (JsonObject) message = parse (text, NULL);
  g_autoptr (JsonNode) copy = pb_control_message_copy_known (message);
  g_autofree gchar *written = json_to_string (copy, FALSE);

  g_assert_nonnull (strstr (written, "\"reason\":\"a b\""));
  g_assert_null (strstr (written, "1e+22"));
  g_assert_nonnull (strstr (written, "e+21"));
}

static void
test_what_is_not_is_named (void)
{
  static const struct {
    const gchar *text;
    gint code;
    const gchar *words;
  } bad[] = {
    { "", PB_CONTROL_ERROR_BAD_JSON, "JSON object" },
    { "[]", PB_CONTROL_ERROR_BAD_JSON, "JSON object" },
    { "{\"type\":\"hello\"", PB_CONTROL_ERROR_BAD_JSON, "JSON object" },
    { "{\"type\":\"hello\",\"a\":[[[[[[[[[[1]]]]]]]]]]}",
        PB_CONTROL_ERROR_BAD_JSON, "deeper than 8" },
    { "{}", PB_CONTROL_ERROR_INVALID, "\"type\"" },
    { "{\"type\":1}", PB_CONTROL_ERROR_INVALID, "\"type\"" },
    { "{\"type\":\"agent\"}", PB_CONTROL_ERROR_UNKNOWN_TYPE, "\"agent\"" },
    { "{\"type\":\"reboot\"}", PB_CONTROL_ERROR_UNKNOWN_TYPE, "\"reboot\"" },
    { "{\"type\":\"hello\"}", PB_CONTROL_ERROR_INVALID,
        "hello.protocol_min: it is missing" },
    { "{\"type\":\"hello\",\"protocol_min\":\"1\",\"protocol_max\":1,"
      "\"version\":\"\"}",
        PB_CONTROL_ERROR_INVALID, "hello.protocol_min: it must be of type" },
    { "{\"type\":\"hello\",\"protocol_min\":0,\"protocol_max\":1,"
      "\"version\":\"\"}",
        PB_CONTROL_ERROR_INVALID, "hello.protocol_min: it must be 1 or more" },
    { "{\"type\":\"hello\",\"protocol_min\":1,\"protocol_max\":1,"
      "\"version\":\"\",\"run\":\"a b\"}",
        PB_CONTROL_ERROR_INVALID, "hello.run: it must match" },
    { "{\"type\":\"hello\",\"protocol_min\":1,\"protocol_max\":1,"
      "\"version\":\"\",\"capabilities\":[\"a\",1]}",
        PB_CONTROL_ERROR_INVALID, "hello.capabilities.item: it must be" },
    { "{\"type\":\"status\",\"state\":\"asleep\",\"mode\":\"video\","
      "\"wanted_mode\":\"video\"}",
        PB_CONTROL_ERROR_INVALID, "status.state: it is none of" },
    { "{\"type\":\"diagnostics\",\"id\":\"abcdefgh\",\"part\":5,"
      "\"last\":true,\"text\":\"\"}",
        PB_CONTROL_ERROR_INVALID, "diagnostics.part: it must be 4 or less" },
    { "{\"type\":\"command\",\"id\":\"abcdefgh\",\"name\":\"log_level\","
      "\"args\":{\"log_level\":\"trace\"}}",
        PB_CONTROL_ERROR_INVALID, "command.args.log_level: it is none of" },
    { "{\"type\":\"clock_request\",\"t1_us\":1.5}", PB_CONTROL_ERROR_INVALID,
        "clock_request.t1_us: it must be of type integer" },
    { "{\"type\":\"status\",\"state\":\"streaming\",\"mode\":\"video\","
      "\"wanted_mode\":\"video\",\"rtt_ms\":1e999}",
        PB_CONTROL_ERROR_INVALID, "status.rtt_ms: it is too large" },
    { "{\"type\":\"clock_request\",\"t1_us\":-1}", PB_CONTROL_ERROR_INVALID,
        "clock_request.t1_us: it must be 0 or more" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (parse (bad[i].text, &error));
    g_assert_error (error, PB_CONTROL_ERROR, bad[i].code);
    g_assert_nonnull (strstr (error->message, bad[i].words));
  }
}

static void
test_texts_have_a_limit (void)
{
  for (guint extra = 0; extra < 2; extra++) {
    g_autofree gchar *version = g_strnfill (64 + extra, 'v');
    g_autofree gchar *text =
        g_strdup_printf ("{\"type\":\"hello\",\"protocol_min\":1,"
                         "\"protocol_max\":1,\"version\":\"%s\"}",
            version);
    g_autoptr (JsonObject) message = parse (text, NULL);

    g_assert_true ((message != NULL) == (extra == 0));
  }
}

static void
test_unknown_members_go_no_further (void)
{
  g_autofree gchar *text = g_strdup_printf (status, ",\"secret\":\"s\"");
  g_autoptr (JsonObject) message = parse (text, NULL);
  g_autoptr (JsonNode) copy = pb_control_message_copy_known (message);
  JsonObject *known = json_node_get_object (copy);

  g_assert_true (json_object_has_member (message, "secret"));
  g_assert_false (json_object_has_member (known, "secret"));
  g_assert_cmpint (
      json_object_get_int_member (
          json_object_get_object_member (known, "clock"), "offset_us"),
      ==, -5);
}

static void
test_unknown_members_of_items_go_no_further (void)
{
  static const gchar text[] =
      "{\"type\":\"receipt\",\"id\":\"abcdefgh\",\"state\":\"executed\","
      "\"refused\":[{\"name\":\"width\",\"reason\":\"no\",\"secret\":1}]}";
  g_autoptr (JsonObject) message = parse (text, NULL);
  g_autoptr (JsonNode) copy = pb_control_message_copy_known (message);
  JsonArray *refused =
      json_object_get_array_member (json_node_get_object (copy), "refused");

  g_assert_cmpuint (json_array_get_length (refused), ==, 1);
  g_assert_cmpuint (
      json_object_get_size (json_array_get_object_element (refused, 0)), ==, 2);
}

static void
test_versions_fit_or_say_who_is_old (void)
{
  static const struct {
    gint64 min, max;
    PbControlFit fit;
  } table[] = {
    { 1, 1, PB_CONTROL_FITS },
    { 1, 9, PB_CONTROL_FITS },
    { 0, 0, PB_CONTROL_TOO_OLD },
    { 2, 9, PB_CONTROL_TOO_NEW },
    { 3, 1, PB_CONTROL_TOO_OLD },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    gint64 version;

    g_assert_cmpint (pb_control_fit (table[i].min, table[i].max, &version), ==,
        table[i].fit);
    if (table[i].fit == PB_CONTROL_FITS)
      g_assert_cmpint (version, ==, 1);
  }
}

/* Two clocks and the ways between them, all in us. */
typedef struct {
  gint64 now; /* ours */
  gint64 offset; /* the other's minus ours, at 0 */
  gdouble drift_ppm;
  gdouble way; /* least, each */
  gdouble jitter; /* mean of what comes on top, exponential */
  GRand *rand;
} Net;

static gint64
remote (const Net *net, gint64 at)
{
  return at + net->offset + (gint64) (at * net->drift_ppm * 1e-6);
}

static gint64
way (Net *net)
{
  return (
      gint64) (net->way - net->jitter * log (1 - g_rand_double (net->rand)));
}

static void
exchange (Net *net, PbControlClock *clock)
{
  const gint64 t1 = net->now;
  const gint64 came = t1 + way (net);
  const gint64 left = came + 30;
  const gint64 t4 = left + way (net);

  pb_control_clock_add (clock, t1, remote (net, came), remote (net, left), t4);
  net->now = t4 + (gint64) pb_control_clock_get_wait_ms (clock) * 1000;
}

/* The worst error of many runs, at each moment; in how many of all looks the
 * error was larger than it was said to be. */
static void
measure (const Net *like, guint n_exchanges, gint64 *worst, gdouble *wrong)
{
  guint n_wrong = 0, n = 0;

  *worst = 0;
  for (guint run = 0; run < 200; run++) {
    g_autoptr (PbControlClock) clock = pb_control_clock_new ();
    Net net = *like;

    net.rand = g_rand_new_with_seed (run);
    net.now = g_rand_int_range (net.rand, 0, 1000000000);
    for (guint i = 0; i < n_exchanges; i++) {
      PbControlClockState s;
      gint64 error;

      exchange (&net, clock);
      g_assert_true (pb_control_clock_get (clock, net.now, &s));
      error = ABS (s.remote_us - remote (&net, net.now));
      g_assert_cmpint (error, <=, s.bound_us);
      g_assert_cmpint (s.error_us, <=, s.bound_us);
      /* Each of the quick ones and whatever comes later. */
      if (i < 15)
        continue;
      *worst = MAX (*worst, error);
      n_wrong += error > s.error_us;
      n++;
    }
    g_rand_free (net.rand);
  }
  *wrong = n_wrong / (gdouble) n;
}

static void
test_clock_on_a_lan (void)
{
  /* 0.2 ms there and back, threads that wake up late. */
  const Net lan = { 0, 1790000000000000, 20, 100, 400, NULL };
  gint64 worst;
  gdouble wrong;

  measure (&lan, 100, &worst, &wrong);
  g_test_message (
      "LAN: worst %" G_GINT64_FORMAT " us, %.4f wrong", worst, wrong);
  g_assert_cmpint (worst, <, 2000);
  g_assert_cmpfloat (wrong, <, 0.01);
}

static void
test_clock_at_50_ms (void)
{
  /* 25 ms each way and 8 ms more on an average, as over Wi-Fi. */
  const Net far = { 0, 1790000000000000, -35, 25000, 8000, NULL };
  gint64 worst;
  gdouble wrong;

  measure (&far, 100, &worst, &wrong);
  g_test_message (
      "50 ms: worst %" G_GINT64_FORMAT " us, %.4f wrong", worst, wrong);
  g_assert_cmpint (worst, <, 10000);
  g_assert_cmpfloat (wrong, <, 0.01);
}

static void
test_clock_tells_the_drift (void)
{
  Net net = { 0, 5000, 50, 1000, 300, NULL };
  g_autoptr (PbControlClock) clock = pb_control_clock_new ();
  PbControlClockState s;

  net.rand = g_rand_new_with_seed (1);
  g_assert_false (pb_control_clock_get (clock, 0, &s));
  exchange (&net, clock);
  g_assert_true (pb_control_clock_get (clock, net.now, &s));
  g_assert_true (isnan (s.drift_ppm));
  for (guint i = 0; i < 64; i++)
    exchange (&net, clock);
  g_assert_true (pb_control_clock_get (clock, net.now, &s));
  g_test_message ("50 ppm: %.2f +- %.2f", s.drift_ppm, s.drift_error_ppm);
  g_assert_cmpfloat (fabs (s.drift_ppm - 50), <, s.drift_error_ppm);
  g_assert_cmpfloat (s.drift_error_ppm, <, 2);
  g_rand_free (net.rand);
}

static void
test_clock_that_was_set (void)
{
  Net net = { 0, 0, 0, 1000, 300, NULL };
  g_autoptr (PbControlClock) clock = pb_control_clock_new ();
  PbControlClockState s;

  net.rand = g_rand_new_with_seed (1);
  for (guint i = 0; i < 20; i++)
    exchange (&net, clock);
  net.offset += G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC;
  exchange (&net, clock);
  g_assert_true (pb_control_clock_get (clock, net.now, &s));
  g_assert_cmpint (ABS (s.remote_us - remote (&net, net.now)), <=, s.bound_us);
  g_assert_cmpint (s.bound_us, <, 20000);
  g_rand_free (net.rand);
}

static void
test_clock_takes_no_nonsense (void)
{
  static const gint64 table[][4] = {
    { 100, 50, 60, 90 }, /* back before it left */
    { 100, 60, 50, 200 }, /* answered before it came */
    { 100, 0, 1000, 200 }, /* took longer there than in all */
    { -5, 0, 0, 10 },
    { 100, -1, 0, 200 },
    { 0, 0, 1, 20 * G_USEC_PER_SEC },
    { 0, 0, G_MAXINT64, G_MAXINT64 },
  };
  g_autoptr (PbControlClock) clock = pb_control_clock_new ();
  PbControlClockState s;

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    const gint64 *t = table[i];

    pb_control_clock_add (clock, t[0], t[1], t[2], t[3]);
    g_assert_false (pb_control_clock_get (clock, 0, &s));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/control/schema", test_the_schema_uses_what_is_checked);
  g_test_add_func ("/control/readme", test_examples_of_the_readme_fit);
  g_test_add_func ("/control/valid", test_what_is_valid_is_taken);
  g_test_add_func ("/control/handed-on", test_what_goes_on_can_be_read);
  g_test_add_func ("/control/invalid", test_what_is_not_is_named);
  g_test_add_func ("/control/lengths", test_texts_have_a_limit);
  g_test_add_func ("/control/unknown", test_unknown_members_go_no_further);
  g_test_add_func ("/control/unknown-members-of-items",
      test_unknown_members_of_items_go_no_further);
  g_test_add_func ("/control/versions", test_versions_fit_or_say_who_is_old);
  g_test_add_func ("/control/clock/lan", test_clock_on_a_lan);
  g_test_add_func ("/control/clock/far", test_clock_at_50_ms);
  g_test_add_func ("/control/clock/drift", test_clock_tells_the_drift);
  g_test_add_func ("/control/clock/set", test_clock_that_was_set);
  g_test_add_func ("/control/clock/nonsense", test_clock_takes_no_nonsense);
  return g_test_run ();
}
