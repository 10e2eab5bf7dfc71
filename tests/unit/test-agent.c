/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The agent's pure parts: supervisor, settings, advice, status. */
#include "control/pb-bundle.h"
#include "control/pb-notices.h"
#include "control/pb-report.h"
#include "control/pb-scrub.h"
#include "control/pb-usage.h"
#include "control/pb-wishes.h"
#include "json/pb-json.h"
#include "pb-config.h"
#include "pb-control-message.h"
#include "pb-latency.h"
#include "pb-picture.h"
#include "pb-refusal.h"
#include "pb-stats.h"
#include "pb-supervisor.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static void
test_back_off_grows_and_is_forgotten (void)
{
  PbSupervisor s = { 0 };
  static const guint expected[] = { 250, 500, 1000, 2000, 4000, 8000, 16000,
    30000, 30000 };

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++) {
    PbDecision d =
        pb_supervisor_decide (&s, PB_FAILURE_NETWORK, 0, PB_MODE_VIDEO, 0.5);

    g_assert_cmpuint (d.delay_ms, ==, expected[i]);
    g_assert_cmpint (d.mode, ==, PB_MODE_VIDEO);
    g_assert_false (d.refuse_encoder);
  }
  g_assert_cmpuint (
      pb_supervisor_decide (&s, PB_FAILURE_NETWORK, 30000, PB_MODE_VIDEO, 0.5)
          .delay_ms,
      ==, 250);
}

static void
test_jitter_stays_within_a_quarter (void)
{
  PbSupervisor a = { 0 }, b = { 0 };

  g_assert_cmpuint (
      pb_supervisor_decide (&a, PB_FAILURE_OTHER, 0, PB_MODE_VIDEO, 0).delay_ms,
      ==, 187);
  g_assert_cmpuint (
      pb_supervisor_decide (&b, PB_FAILURE_OTHER, 0, PB_MODE_VIDEO, 1).delay_ms,
      ==, 312);
}

static void
test_a_refusal_is_not_hammered (void)
{
  PbSupervisor s = { 0 };

  g_assert_cmpuint (
      pb_supervisor_decide (&s, PB_FAILURE_REFUSED, 0, PB_MODE_VIDEO, 0.5)
          .delay_ms,
      ==, 5000);
}

static void
test_a_dead_picture_never_costs_the_telemetry (void)
{
  PbSupervisor s = { 0 };
  PbDecision d;

  for (guint i = 0; i < 3; i++) {
    d = pb_supervisor_decide (&s, PB_FAILURE_ENCODER, 100, PB_MODE_VIDEO, 0.5);
    g_assert_cmpint (d.mode, ==, PB_MODE_VIDEO);
    g_assert_true (d.refuse_encoder);
  }
  d = pb_supervisor_decide (&s, PB_FAILURE_CAPTURE, 100, PB_MODE_VIDEO, 0.5);
  g_assert_cmpint (d.mode, ==, PB_MODE_TELEMETRY);
  /* A network failure soon after does not bring the picture back … */
  d = pb_supervisor_decide (&s, PB_FAILURE_NETWORK, 100, PB_MODE_VIDEO, 0.5);
  g_assert_cmpint (d.mode, ==, PB_MODE_TELEMETRY);
  /* … one after a good run does. */
  d = pb_supervisor_decide (&s, PB_FAILURE_NETWORK, 40000, PB_MODE_VIDEO, 0.5);
  g_assert_cmpint (d.mode, ==, PB_MODE_VIDEO);
}

static PbConfig *
load (const gchar *file_text, const gchar *const *args, GError **error)
{
  g_autofree gchar *dir = g_dir_make_tmp ("pb-config-XXXXXX", NULL);
  g_autofree gchar *path = g_build_filename (dir, "agent.conf", NULL);
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autofree gchar **copy = NULL;
  gint argc;
  PbConfig *config;

  g_assert_true (g_file_set_contents (path, file_text, -1, NULL));
  g_ptr_array_add (argv, (gpointer) "pitbox-agent");
  g_ptr_array_add (argv, (gpointer) "--config");
  g_ptr_array_add (argv, path);
  for (guint i = 0; args[i] != NULL; i++)
    g_ptr_array_add (argv, (gpointer) args[i]);
  argc = (gint) argv->len;
  g_ptr_array_add (argv, NULL);
  copy = g_memdup2 (argv->pdata, sizeof (gpointer) * argv->len);
  config = pb_config_load (&argc, &copy, error);
  g_unlink (path);
  g_rmdir (dir);
  return config;
}

static void
test_option_beats_environment_beats_file (void)
{
  const gchar *args[] = { "--driver", "car3", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (PbConfig) config = NULL;

  g_setenv ("PITBOX_DRIVER", "car2", TRUE);
  g_setenv ("PITBOX_BITRATE_KBPS", "2500", TRUE);
  config = load ("[agent]\ndriver = car1\nbitrate-kbps = 2000\nwidth = 641\n",
      args, &error);
  g_unsetenv ("PITBOX_DRIVER");
  g_unsetenv ("PITBOX_BITRATE_KBPS");
  g_assert_no_error (error);
  g_assert_cmpstr (config->driver, ==, "car3");
  g_assert_cmpstr (config->device, ==, "car3");
  g_assert_cmpint (config->bitrate_kbps, ==, 2500);
  g_assert_cmpint (config->width, ==, 640);
  g_assert_cmpint (config->height, ==, 720);
}

/* A preset needs nothing beside it; a bitrate that is set is the most. */
static void
test_a_preset_is_enough (void)
{
  static const struct {
    const gchar *text;
    gint kbps;
  } table[] = {
    { "[agent]\n", 4000 },
    { "[agent]\nadapt = low\n", 2000 },
    { "[agent]\nadapt = medium\n", 4000 },
    { "[agent]\nadapt = high\n", 8000 },
    { "[agent]\nadapt = off\n", 4000 },
    { "[agent]\nadapt = high\nbitrate-kbps = 5000\n", 5000 },
    { "[agent]\nadapt = low\nbitrate-kbps = 6000\n", 6000 },
    { "[agent]\nadapt = off\nbitrate-kbps = 12000\n", 12000 },
  };
  const gchar *none[] = { NULL };
  const gchar *high[] = { "--adapt", "high", NULL };
  g_autoptr (PbConfig) config = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (PbConfig) one = load (table[i].text, none, &error);

    g_assert_no_error (error);
    g_assert_cmpint (one->bitrate_kbps, ==, table[i].kbps);
  }
  config = load ("[agent]\n", high, &error);
  g_assert_no_error (error);
  g_assert_cmpint (config->bitrate_kbps, ==, 8000);
  g_assert_false (pb_config_is_given (config, "bitrate-kbps"));
  g_clear_pointer (&config->file, g_free); /* nothing is kept */
  g_assert_true (pb_config_change (config, "adapt", "low", &error));
  g_assert_cmpint (config->bitrate_kbps, ==, 2000);
  g_assert_true (pb_config_change (config, "bitrate-kbps", "3000", &error));
  g_assert_true (pb_config_change (config, "adapt", "high", &error));
  g_assert_cmpint (config->bitrate_kbps, ==, 3000);
}

static void
test_bad_settings_are_named (void)
{
  static const struct {
    const gchar *text, *named;
  } table[] = {
    { "[agent]\nbitrate-kbps = lots\n", "bitrate-kbps" },
    { "[agent]\nbitrate-kbps = 99\n", "bitrate-kbps" },
    { "[agent]\nframerate = 241\n", "framerate" },
    { "[agent]\nmode = both\n", "mode" },
    { "[agent]\nsource = hook\n", "source" },
    { "[agent]\nserver = :::\n", "server" },
    { "[agent]\nserver = :9000\n", "server" },
    { "[agent]\nserver =\n", "server" },
    { "[agent]\ndriver = ../../etc\n", "driver" },
    { "[agent]\ndriver = a,u=b\n", "driver" },
    { "[agent]\npassphrase = short\n", "passphrase" },
    { "[agent]\npassphrase-file = /nonexistent\n", "passphrase-file" },
    { "[agent]\ncolour = red\n", "colour" },
    { "driver = car1\n", "agent.conf" },
    { "[other]\ndriver = car1\n", "[agent]" },
  };
  const gchar *none[] = { NULL };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (PbConfig) config = load (table[i].text, none, &error);

    g_assert_null (config);
    g_assert_nonnull (error);
    g_assert_nonnull (strstr (error->message, table[i].named));
  }
}

/* What the driver changes while it runs, with all else that stands there. */
static void
test_a_change_is_kept (void)
{
  static const gchar before[] =
      "# mine\n[agent]\n# a car\ndriver = car1\nmode = video\n";
  g_autofree gchar *dir = g_dir_make_tmp ("pb-config-XXXXXX", NULL);
  g_autofree gchar *path = g_build_filename (dir, "agent.conf", NULL);
  gchar *words[] = { (gchar *) "pitbox-agent", (gchar *) "--config", path,
    NULL };
  gchar **argv = words;
  gint argc = 3;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *after = NULL;
  g_autoptr (PbConfig) config = NULL;

  g_assert_true (g_file_set_contents (path, before, -1, NULL));
  config = pb_config_load (&argc, &argv, &error);
  g_assert_no_error (error);
  g_assert_false (pb_config_is_given (config, "adapt"));
  g_assert_true (pb_config_change (config, "mode", "telemetry", &error));
  g_assert_true (pb_config_change (config, "adapt", "high", &error));
  g_assert_true (pb_config_change (config, "bitrate-kbps", "8000", &error));
  g_assert_no_error (error);
  g_assert_cmpint (pb_config_get_mode (config), ==, PB_MODE_TELEMETRY);
  g_assert_cmpint (config->bitrate_kbps, ==, 8000);
  g_assert_true (pb_config_is_given (config, "adapt"));
  g_assert_true (g_file_get_contents (path, &after, NULL, NULL));
  /* GLib before 2.84 puts a line between a comment and its group. */
  g_assert_true (g_str_has_prefix (after, "# mine\n"));
  g_assert_nonnull (strstr (after,
      "\n[agent]\n# a car\ndriver=car1\nmode=telemetry\nadapt=high\n"
      "bitrate-kbps=8000\n"));
  /* What makes no sense is refused, and changes nothing. */
  g_assert_false (pb_config_change (config, "bitrate-kbps", "1", &error));
  g_clear_error (&error);
  g_assert_false (pb_config_change (config, "colour", "red", &error));
  g_assert_cmpint (config->bitrate_kbps, ==, 8000);
  g_unlink (path);
  g_rmdir (dir);
}

/* As editors and copying leave it. */
static void
test_the_passphrase_is_the_first_line (void)
{
  static const struct {
    const gchar *text, *want; /* NULL: there is none */
  } table[] = {
    { "correct-horse\n", "correct-horse" },
    { "correct-horse", "correct-horse" },
    { "\357\273\277correct-horse \r\nmore\r\n", "correct-horse" },
    { "", NULL },
    { "\ncorrect-horse\n", NULL },
  };
  g_autofree gchar *dir = g_dir_make_tmp ("pb-key-XXXXXX", NULL);
  g_autofree gchar *path = g_build_filename (dir, "key", NULL);
  const gchar *args[] = { "--passphrase-file", path, NULL };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (PbConfig) config = NULL;

    g_assert_true (g_file_set_contents (path, table[i].text, -1, NULL));
    config = load ("[agent]\ndriver = car1\n", args, &error);
    if (table[i].want != NULL) {
      g_assert_no_error (error);
      g_assert_cmpstr (config->passphrase, ==, table[i].want);
    } else {
      g_assert_null (config);
      g_assert_nonnull (strstr (error->message, path));
    }
  }
  g_unlink (path);
  g_rmdir (dir);
}

/* Each refusal says what to do, with the names that it is to be done with. */
static void
test_refusals_say_what_to_do (void)
{
  static const struct {
    gint code;
    const gchar *passphrase, *said;
  } table[] = {
    { 8, "", "update" },
    { 10, "correct-horse", "passphrase-file" },
    { 10, "correct-horse", "device rotate pc7" },
    { 11, "", "--passphrase-file" },
    { 11, "correct-horse", "leave passphrase-file out" },
    { 1400, "", "update" },
    { 1401, "", "device add pc7 --driver car7" },
    { 1402, "", "full" },
    { 1403, "", "driver (car7) and device (pc7)" },
    { 1404, "", "device add pc7 --driver car7" },
    { 1404, "", "pitbox-agent pair --server" },
    { 1404, "correct-horse", "check device (pc7)" },
    { 1404, "correct-horse", "device add pc7 --driver car7" },
    { 1405, "", "relay:9000" },
    { 1409, "", "the other PC" },
    { 1413, "", "bitrate-kbps" },
    { 1429, "correct-horse", "passphrase-file" },
    { 1500, "", "nothing is wrong here" },
    { 1503, "", "nothing is wrong here" },
    { 16, "", "UDP" },
    { 0, "", "UDP" },
  };
  g_autoptr (GError) error = g_error_new_literal (
      GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_WRITE, "no");

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    const PbConfig config = { .server = (gchar *) "relay:9000",
      .driver = (gchar *) "car7",
      .device = (gchar *) "pc7",
      .passphrase = (gchar *) table[i].passphrase };
    g_autofree gchar *advice =
        pb_refusal_advise (&config, table[i].code, error);

    g_assert_nonnull (advice);
    if (strstr (advice, table[i].said) == NULL)
      g_error (
          "%d: \"%s\" is not in \"%s\"", table[i].code, table[i].said, advice);
    if (table[i].passphrase[0] != '\0')
      g_assert_null (strstr (advice, table[i].passphrase));
  }
}

static void
test_a_name_that_leads_nowhere (void)
{
  const PbConfig config = { .server = (gchar *) "nohost:9000" };
  g_autoptr (GError) no_host =
      g_error_new_literal (G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "no");
  g_autoptr (GError) other = g_error_new_literal (
      GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE, "lost");
  g_autofree gchar *advice = pb_refusal_advise (&config, 0, no_host);

  g_assert_nonnull (strstr (advice, "nohost:9000"));
  g_assert_null (pb_refusal_advise (&config, 0, other));
  /* Nobody answers any more, behind a stream that ran. */
  g_free (advice);
  advice = pb_refusal_advise (&config, 16, other);
  g_assert_nonnull (strstr (advice, "pitbox-server running there"));
}

static void
test_a_nonsense_encoder_is_named (void)
{
  static const gchar *const known[] = { "nvh264enc", "nvh264device*enc",
    "x264enc", NULL };
  static const gchar *const good[] = { "auto", "nvh264enc", "nvh264device1enc",
    "x264enc" };
  static const gchar *const bad[] = { "nonsense", "", "x264", "X264ENC",
    "fakesink", "nvh264device1dec" };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_true (pb_picture_check_encoder (good[i], known, &error));
    g_assert_no_error (error);
  }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (pb_picture_check_encoder (bad[i], known, &error));
    g_assert_nonnull (strstr (error->message, "auto, nvh264enc, x264enc"));
    g_assert_nonnull (strstr (error->message, "--encoder"));
  }
}

/* Whatever an element counts, the status stays JSON. */
static void
test_stats_are_json (void)
{
  g_autoptr (JsonBuilder) b = json_builder_new ();
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (GstStructure) stats = gst_structure_new ("stats", "rtt-ms",
      G_TYPE_DOUBLE, 1e308, "rate-mbps", G_TYPE_DOUBLE, (gdouble) NAN, "far",
      G_TYPE_DOUBLE, (gdouble) -INFINITY, "rows", G_TYPE_UINT64, (guint64) 3600,
      "live", G_TYPE_BOOLEAN, TRUE, "state", G_TYPE_STRING, "connected", "time",
      GST_TYPE_FRACTION, 1, 2, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = NULL;
  JsonObject *object;

  json_builder_begin_object (b);
  pb_stats_add (b, "link", stats);
  pb_stats_add (b, "none", NULL);
  pb_json_add_known_text (b, "reason", NULL);
  pb_json_add_known_text (b, "server", "\xff\xfe");
  json_builder_end_object (b);
  root = json_builder_get_root (b);
  text = json_to_string (root, FALSE);
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_null (strstr (text, "nan"));
  g_assert_null (strstr (text, "inf"));
  g_assert_null (strstr (text, "e+308.0"));
  g_assert_true (json_parser_load_from_data (parser, text, -1, &error));
  g_assert_no_error (error);
  object = json_node_get_object (json_parser_get_root (parser));
  g_assert_true (json_object_get_null_member (object, "reason"));
  g_assert_cmpuint (
      json_object_get_size (json_object_get_object_member (object, "none")), ==,
      0);
  object = json_object_get_object_member (object, "link");
  g_assert_cmpfloat_with_epsilon (
      json_object_get_double_member (object, "rtt_ms"), 1e308, 1e293);
  g_assert_true (json_object_get_null_member (object, "rate_mbps"));
  g_assert_true (json_object_get_null_member (object, "far"));
  g_assert_cmpfloat_with_epsilon (
      json_object_get_double_member (object, "rows"), 3600, 1e-9);
  g_assert_true (json_object_get_boolean_member (object, "live"));
  g_assert_cmpstr (
      json_object_get_string_member (object, "state"), ==, "connected");
}

static void
test_the_driver_wins (void)
{
  gchar off[] = "telemetry", on[] = "video";
  PbConfig config = { .mode = on, .bitrate_kbps = 3000 };
  PbWishes wishes = { 0 };
  g_autofree gchar *no_picture = NULL;
  g_autofree gchar *too_much = NULL;
  g_autofree gchar *nothing = NULL;

  g_assert_cmpint (pb_wishes_get_mode (&wishes, &config), ==, PB_MODE_VIDEO);
  g_assert_cmpuint (pb_wishes_get_bitrate (&wishes, &config), ==, 3000);
  g_assert_null (pb_wishes_ask_mode (&wishes, &config, "telemetry"));
  g_assert_cmpint (
      pb_wishes_get_mode (&wishes, &config), ==, PB_MODE_TELEMETRY);
  g_assert_null (pb_wishes_ask_mode (&wishes, &config, "video"));
  g_assert_cmpint (pb_wishes_get_mode (&wishes, &config), ==, PB_MODE_VIDEO);
  nothing = pb_wishes_ask_mode (&wishes, &config, NULL);
  g_assert_nonnull (nothing);

  g_assert_null (pb_wishes_ask_bitrate (&wishes, &config, 3000));
  g_assert_null (pb_wishes_ask_bitrate (&wishes, &config, 100));
  too_much = pb_wishes_ask_bitrate (&wishes, &config, 3001);
  g_assert_nonnull (strstr (too_much, "3000"));
  g_assert_cmpuint (pb_wishes_get_bitrate (&wishes, &config), ==, 100);

  /* What was asked for before does not outlive a driver's no. */
  config.mode = off;
  config.bitrate_kbps = 50;
  g_assert_cmpint (
      pb_wishes_get_mode (&wishes, &config), ==, PB_MODE_TELEMETRY);
  g_assert_cmpuint (pb_wishes_get_bitrate (&wishes, &config), ==, 50);
  no_picture = pb_wishes_ask_mode (&wishes, &config, "video");
  g_assert_nonnull (strstr (no_picture, "driver"));
}

/* Settings as options give them. */
static PbConfig *
load_config (const gchar *const *options)
{
  g_auto (GStrv) argv = g_strdupv ((gchar **) options);
  gchar **args =
      g_memdup2 (argv, sizeof (gchar *) * (g_strv_length (argv) + 1));
  gchar **list = args;
  gint argc = (gint) g_strv_length (argv);
  g_autoptr (GError) error = NULL;
  PbConfig *config = pb_config_load (&argc, &list, &error);

  g_assert_no_error (error);
  g_free (args);
  return config;
}

static void
test_what_the_driver_has_set_stays (void)
{
  static const gchar *const options[] = { "pitbox-agent", "--width", "1280",
    "--encoder", "x264enc", "--server", "192.0.2.1:9000", NULL };
  g_autoptr (PbConfig) config = load_config (options);
  PbWishes wishes = { 0 };
  PbPicture picture;
  static const struct {
    const gchar *name;
    gint64 value, becomes;
    const gchar *problem;
  } asked[] = {
    /* It is set, though to what it is without that. */
    { "width", 1920, 1920, "The driver has set width = 1280" },
    { "width", 1280, 1280, NULL },
    { "height", 361, 360, NULL },
    { "framerate", 30, 30, NULL },
    { "key_interval_ms", 500, 500, NULL },
    { "depth", 8, 8, "does not know depth" },
  };
  g_autofree gchar *encoder = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (asked); i++) {
    gint64 value = asked[i].value;
    g_autofree gchar *problem =
        pb_wishes_ask_number (&wishes, config, asked[i].name, &value);

    g_assert_cmpint (value, ==, asked[i].becomes);
    g_assert_true ((problem == NULL) == (asked[i].problem == NULL));
    if (problem != NULL)
      g_assert_nonnull (strstr (problem, asked[i].problem));
  }
  encoder = pb_wishes_ask_encoder (&wishes, config, "auto");
  g_assert_nonnull (strstr (encoder, "The driver has set encoder = x264enc"));
  g_assert_null (pb_wishes_ask_encoder (&wishes, config, "x264enc"));
  g_assert_null (pb_wishes_ask_bitrate (&wishes, config, 900));

  pb_wishes_get_picture (&wishes, config, &picture);
  g_assert_cmpint (picture.width, ==, 1280);
  g_assert_cmpint (picture.height, ==, 360);
  g_assert_cmpint (picture.framerate, ==, 30);
  g_assert_cmpint (picture.key_interval_ms, ==, 500);
  g_assert_cmpint (picture.bitrate_kbps, ==, 900);
  /* One that fails is not asked for any more; its bitrate is. */
  g_assert_true (pb_wishes_forget_picture (&wishes));
  g_assert_false (pb_wishes_forget_picture (&wishes));
  pb_wishes_get_picture (&wishes, config, &picture);
  g_assert_cmpint (picture.height, ==, 720);
  g_assert_cmpstr (picture.encoder, ==, "x264enc");
  g_assert_cmpint (picture.bitrate_kbps, ==, 900);
}

static void
test_secrets_are_removed (void)
{
  static const gchar *const secrets[] = { "", "correct-horse", "abc", NULL };
  static const struct {
    const gchar *text, *clean;
  } table[] = {
    { "window = a correct-horse b", "window = a [removed] b" },
    /* Too short to be one, and in other words everywhere. */
    { "abcd", "abcd" },
    { "token pbd_device234567_xxxxxxxxxxxxxxxxxxxxxxxx.", "token [removed]." },
    { "Authorization: Bearer pbk_a23456789012_x",
        "Authorization: [removed] [removed]" },
    { "srt://h:9?mode=caller&passphrase=hunter22222&latency=120",
        "srt://h:9?mode=caller&passphrase=[removed]&latency=120" },
    { "{\"password\": \"hunter2\"}", "{\"password\": \"[removed]\"}" },
    { "https://ann:hunter2@relay.example.org/x",
        "https://[removed]@relay.example.org/x" },
    { "passphrase-file = /home/ann/key", "passphrase-file = ~/key" },
    { "passphrase set, 12 token buckets", "passphrase set, 12 token buckets" },
    { "caf\xe9", "caf\xef\xbf\xbd" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autofree gchar *clean = pb_scrub (table[i].text, secrets, "/home/ann");

    g_assert_cmpstr (clean, ==, table[i].clean);
  }
}

static void
test_diagnostics_are_bounded_and_without_secrets (void)
{
  static const gchar *const options[] = { "pitbox-agent", "--mode", "telemetry",
    "--window", "a correct-horse-battery \"b\"", "--server", "192.0.2.1:9000",
    NULL };
  g_autoptr (PbConfig) config = load_config (options);
  g_autoptr (GPtrArray) log = g_ptr_array_new_with_free_func (g_free);
  g_autofree gchar *long_status = g_strnfill (100000, 's');
  g_autofree gchar *few = NULL;
  g_autofree gchar *many = NULL;

  g_free (config->passphrase);
  config->passphrase = g_strdup ("correct-horse-battery");
  for (guint i = 0; i < 5000; i++)
    g_ptr_array_add (
        log, g_strdup_printf ("line %04u\033[2J of correct-horse-battery", i));
  g_ptr_array_add (log, NULL);
  few = pb_bundle_make (
      config, "{\"state\":\"waiting\"}", (gchar **) log->pdata + 4990);
  g_assert_nonnull (strstr (few, "PitBox Relay"));
  g_assert_nonnull (strstr (few, "GStreamer"));
  g_assert_nonnull (strstr (few, "ok   settings"));
  g_assert_nonnull (strstr (few, "mode = telemetry    (set by the driver)\n"));
  g_assert_nonnull (strstr (few, "width = 1280\n"));
  g_assert_nonnull (strstr (few, "{\"state\":\"waiting\"}"));
  g_assert_nonnull (strstr (few, "line 4990 [2J of [removed]\n"));
  g_assert_true (g_str_has_suffix (few, "line 4999 [2J of [removed]\n"));
  g_assert_null (strstr (few, "correct-horse"));
  many = pb_bundle_make (config, long_status, (gchar **) log->pdata);
  g_assert_cmpuint (strlen (many), <=, PB_CONTROL_DIAGNOSTICS_BYTES);
  g_assert_cmpuint (strlen (many), >, PB_CONTROL_DIAGNOSTICS_BYTES - 100);
  g_assert_true (g_str_has_suffix (many, "line 4999 [2J of [removed]\n"));
  g_assert_null (strstr (many, "line 0000"));
}

static void
test_notices_are_short_lines_of_letters (void)
{
  static const struct {
    const gchar *text, *clean;
  } table[] = {
    { "Box this lap", "Box this lap" },
    { "  Box\r\n\tthis \033[31mlap\n", "Box this [31mlap" },
    /* What turns the direction of writing, or is not seen. */
    { "pit\342\200\256xob \342\200\213now", "pit xob now" },
    { "\302\205 \342\200\250", "" },
    { "Gr\303\274\303\237e", "Gr\303\274\303\237e" },
  };
  g_autofree gchar *wide = g_strnfill (500, 'w');
  g_autofree gchar *cut = pb_notices_clean (wide);

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autofree gchar *clean = pb_notices_clean (table[i].text);

    g_assert_cmpstr (clean, ==, table[i].clean);
  }
  g_assert_cmpuint (strlen (cut), ==, PB_NOTICE_CHARS);
}

static void
test_notices_have_a_rate_and_a_number (void)
{
  const gint64 each_us = PB_NOTICES_EACH_S * G_USEC_PER_SEC;
  g_autoptr (PbNotices) notices = pb_notices_new ();
  g_autoptr (JsonBuilder) b = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree gchar *empty = pb_notices_add (notices, " \n", "ann", 1, 1);
  g_autofree gchar *none = pb_notices_add (notices, NULL, "ann", 1, 1);
  g_autofree gchar *soon = NULL;
  JsonArray *list;

  g_assert_nonnull (strstr (empty, "no text"));
  g_assert_nonnull (strstr (none, "no text"));
  g_assert_null (pb_notices_get_last (notices));
  for (guint i = 0; i < PB_NOTICES_BURST; i++)
    g_assert_null (pb_notices_add (notices, "a", "ann", 1000, 5000000));
  soon = pb_notices_add (notices, "b", "ann", each_us, 1);
  g_assert_nonnull (strstr (soon, "wait"));
  for (guint i = 1; i <= PB_NOTICES_MAX; i++)
    g_assert_null (
        pb_notices_add (notices, "c", "ann\nx", 1000 + i * each_us, 7000000));
  g_assert_cmpstr (pb_notices_get_last (notices), ==, "c");
  json_builder_begin_object (b);
  pb_notices_add_json (notices, b);
  json_builder_end_object (b);
  root = json_builder_get_root (b);
  list = json_object_get_array_member (json_node_get_object (root), "notices");
  g_assert_cmpuint (json_array_get_length (list), ==, PB_NOTICES_MAX);
  for (guint i = 0; i < PB_NOTICES_MAX; i++) {
    JsonObject *notice = json_array_get_object_element (list, i);

    g_assert_cmpint (json_object_get_int_member (notice, "number"), ==,
        PB_NOTICES_BURST + 1 + i);
    g_assert_cmpint (json_object_get_int_member (notice, "utc_ms"), ==, 7000);
    g_assert_cmpstr (json_object_get_string_member (notice, "by"), ==, "ann x");
  }
}

static void
test_key_frames_have_a_distance (void)
{
  const gint64 each_us = PB_WISHES_KEY_MS * 1000;
  PbWishes wishes = { 0 };
  g_autofree gchar *soon = NULL;

  g_assert_null (pb_wishes_ask_key (&wishes, 1000));
  soon = pb_wishes_ask_key (&wishes, 1000 + each_us - 1);
  g_assert_nonnull (soon);
  g_assert_null (pb_wishes_ask_key (&wishes, 1000 + each_us));
}

/* The member of what a look at the link adds; -1 = it adds none. */
static gdouble
look (PbReport *report, guint64 bytes, gint64 now_us, const gchar *member)
{
  g_autoptr (GstStructure) link = gst_structure_new ("stats", "bytes-sent",
      G_TYPE_UINT64, bytes, "packets-dropped", G_TYPE_INT, 3, NULL);
  g_autoptr (JsonBuilder) b = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (b);
  pb_report_add_link (report, b, bytes > 0 ? link : NULL, now_us);
  json_builder_end_object (b);
  root = json_builder_get_root (b);
  return json_object_get_double_member_with_default (
      json_node_get_object (root), member, -1);
}

static void
test_totals_become_rates (void)
{
  PbReport report = { 0 };

  g_assert_cmpfloat (look (&report, 1000, 1000000, "send_kbps"), ==, -1);
  g_assert_cmpfloat (look (&report, 126000, 2000000, "send_kbps"), ==, 1000);
  g_assert_cmpfloat (look (&report, 126000, 3000000, "send_kbps"), ==, 0);
  g_assert_cmpfloat (look (&report, 127000, 3000000, "dropped_packets"), ==, 3);
  /* Another connection counts from the beginning; so does one after none. */
  g_assert_cmpfloat (look (&report, 500, 4000000, "send_kbps"), ==, -1);
  g_assert_cmpfloat (look (&report, 0, 5000000, "send_kbps"), ==, -1);
  g_assert_cmpfloat (look (&report, 900, 6000000, "send_kbps"), ==, -1);
}

/* The pace of the ticks, as irsdksrc says it. */
static JsonNode *
report_source (gdouble rate_hz)
{
  g_autoptr (JsonBuilder) b = json_builder_new ();
  g_autoptr (GstStructure) source = gst_structure_new ("pitbox-irsdksrc-stats",
      "lost-ticks", G_TYPE_UINT64, (guint64) 3, "tick-rate-hz", G_TYPE_DOUBLE,
      rate_hz, "tick-error-us", G_TYPE_DOUBLE, 120.5, NULL);

  json_builder_begin_object (b);
  pb_report_add_source (b, source);
  json_builder_end_object (b);
  return json_builder_get_root (b);
}

static void
test_the_pace_of_ticks_is_told (void)
{
  g_autoptr (JsonNode) unknown = report_source (0);
  g_autoptr (JsonNode) known = report_source (59.994);
  JsonObject *fit;

  g_assert_false (
      json_object_has_member (json_node_get_object (unknown), "tick_fit"));
  fit =
      json_object_get_object_member (json_node_get_object (known), "tick_fit");
  g_assert_cmpfloat (
      json_object_get_double_member (fit, "rate_hz"), ==, 59.994);
  g_assert_cmpfloat (
      json_object_get_double_member (fit, "error_us"), ==, 120.5);
}

static void
test_usage_grows (void)
{
  PbUsage before, after;

  pb_usage_get (&before);
  do
    pb_usage_get (&after);
  while (after.cpu_us == before.cpu_us);
  g_assert_cmpint (after.cpu_us, >, before.cpu_us);
  g_assert_cmpint (after.memory_bytes, >, 100000);
}

static void
test_picture_shrinks (void)
{
  static const struct {
    PbAdaptStep step;
    gint width, height, framerate;
    gint then_width, then_height, then_framerate;
  } table[] = {
    { PB_ADAPT_WHOLE, 1280, 720, 60, 1280, 720, 60 },
    { PB_ADAPT_SMALLER, 1280, 720, 60, 960, 540, 60 },
    { PB_ADAPT_SMALLEST, 1280, 720, 60, 640, 360, 30 },
    { PB_ADAPT_SMALLER, 854, 480, 30, 640, 360, 30 },
    /* Even, and nothing that an encoder would not take. */
    { PB_ADAPT_SMALLER, 1366, 768, 60, 1024, 576, 60 },
    { PB_ADAPT_SMALLEST, 200, 120, 8, 160, 90, 5 },
    { PB_ADAPT_SMALLEST, 160, 90, 5, 160, 90, 5 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    PbPicture p = { .width = table[i].width,
      .height = table[i].height,
      .framerate = table[i].framerate };

    pb_picture_shrink (&p, table[i].step);
    g_assert_cmpint (p.width, ==, table[i].then_width);
    g_assert_cmpint (p.height, ==, table[i].then_height);
    g_assert_cmpint (p.framerate, ==, table[i].then_framerate);
  }
}

static void
test_latency (void)
{
  static const struct {
    gdouble rtts[6];
    guint then; /* of the next connection, ms */
    gint anew; /* at which look the first one ends; -1 = never */
  } table[] = {
    { { 20, 21, 20, 22, 20, 20 }, 120, -1 },
    { { 29, 29, 29, 29, 29, 29 }, 140, -1 },
    { { 90, 82, 80, 300, 85, 81 }, 370, 4 },
    /* A queue at the beginning is not the way. */
    { { 400, 300, 90, 25, 25, 25 }, 120, -1 },
    /* What libsrt says before it knows does not count. */
    { { 100, 100, 200, 200, 200, 200 }, 120, -1 },
    { { 9000, 9000, 9000, 9000, 9000, 9000 }, 8000, 4 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    PbLatency latency = { 0 };
    gint anew = -1;

    g_assert_cmpuint (pb_latency_begin (&latency), ==, 120);
    for (gint k = 0; k < 6; k++)
      if (pb_latency_look (&latency, table[i].rtts[k]))
        anew = anew < 0 ? k : 99;
    g_assert_cmpint (anew, ==, table[i].anew);
    g_assert_cmpuint (pb_latency_begin (&latency), ==, table[i].then);
    /* And then it is enough. */
    for (gint k = 0; k < 6; k++)
      g_assert_false (pb_latency_look (&latency, table[i].rtts[k]));
  }
}

int
main (int argc, char **argv)
{
  gst_init (NULL, NULL);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/supervisor/back-off-grows-and-is-forgotten",
      test_back_off_grows_and_is_forgotten);
  g_test_add_func ("/supervisor/jitter-stays-within-a-quarter",
      test_jitter_stays_within_a_quarter);
  g_test_add_func (
      "/supervisor/a-refusal-is-not-hammered", test_a_refusal_is_not_hammered);
  g_test_add_func ("/supervisor/a-dead-picture-never-costs-the-telemetry",
      test_a_dead_picture_never_costs_the_telemetry);
  g_test_add_func ("/config/option-beats-environment-beats-file",
      test_option_beats_environment_beats_file);
  g_test_add_func ("/config/a-preset-is-enough", test_a_preset_is_enough);
  g_test_add_func (
      "/config/bad-settings-are-named", test_bad_settings_are_named);
  g_test_add_func ("/config/a-change-is-kept", test_a_change_is_kept);
  g_test_add_func ("/config/the-passphrase-is-the-first-line",
      test_the_passphrase_is_the_first_line);
  g_test_add_func (
      "/refusal/refusals-say-what-to-do", test_refusals_say_what_to_do);
  g_test_add_func (
      "/refusal/a-name-that-leads-nowhere", test_a_name_that_leads_nowhere);
  g_test_add_func (
      "/picture/a-nonsense-encoder-is-named", test_a_nonsense_encoder_is_named);
  g_test_add_func ("/status/stats-are-json", test_stats_are_json);
  g_test_add_func ("/agent/control/driver-wins", test_the_driver_wins);
  g_test_add_func (
      "/agent/control/what-is-set-stays", test_what_the_driver_has_set_stays);
  g_test_add_func ("/agent/control/secrets", test_secrets_are_removed);
  g_test_add_func ("/agent/control/diagnostics",
      test_diagnostics_are_bounded_and_without_secrets);
  g_test_add_func (
      "/agent/control/notices", test_notices_are_short_lines_of_letters);
  g_test_add_func (
      "/agent/control/notices-rate", test_notices_have_a_rate_and_a_number);
  g_test_add_func (
      "/agent/control/key-frames", test_key_frames_have_a_distance);
  g_test_add_func ("/agent/control/rates", test_totals_become_rates);
  g_test_add_func ("/agent/report/ticks", test_the_pace_of_ticks_is_told);
  g_test_add_func ("/agent/control/usage", test_usage_grows);
  g_test_add_func ("/agent/picture/shrinks", test_picture_shrinks);
  g_test_add_func ("/agent/latency", test_latency);
  return g_test_run ();
}
