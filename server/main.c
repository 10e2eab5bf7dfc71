/* SPDX-License-Identifier: LGPL-2.1-or-later
 * pitbox-server: options in, exit code out. */
#include <locale.h>
#include <string.h>

#include <gio/gio.h>
#include <gst/gst.h>

#include "pb-device-command.h"
#include "pb-log.h"
#include "pb-server.h"
#include "pb-signals.h"

#define DEFAULT_HTTP_PORT 8080
#define DEFAULT_SRT_PORT 9000
#define CONFIG_GROUP "server"
#define NOT_SET G_MININT

typedef struct {
  PbServerOptions server;
  gchar *config;
  gchar *role;
  gchar *ready_file;
  gchar *driver;
  gboolean print_passphrase;
  gboolean version;
  gchar **words;
} Options;

static const gchar summary[] =
    "Takes iRacing drivers' streams by SRT, records them and shows picture "
    "and telemetry in a browser.";

static const gchar description[] =
    "Commands:\n"
    "  device add NAME [--driver ID]  let a device publish; prints its "
    "passphrase once\n"
    "  device list                    show all devices\n"
    "  device remove NAME             take it back\n\n"
    "Examples:\n"
    "  pitbox-server\n"
    "  pitbox-server device add car07-pc --driver car07\n"
    "  pitbox-server --bind 0.0.0.0 --password-file /etc/pitbox/password\n"
    "  pitbox-server --http-port 0 --srt-port 0 --ready-file ready.json\n\n"
    "Environment: PITBOX_DASHBOARD (folder with the dashboard's files), "
    "PITBOX_PIPELINES,\nGST_PLUGIN_PATH. A configuration file has a group "
    "[server] with the long options\nas keys, e.g. http-port=8080; options "
    "win over it.\n";

static gboolean
parse_options (int *argc, char ***argv, Options *o, GError **error)
{
  const GOptionEntry entries[] = {
    { "config", 0, 0, G_OPTION_ARG_FILENAME, &o->config,
        "Read options from FILE", "FILE" },
    { "data-dir", 0, 0, G_OPTION_ARG_FILENAME, &o->server.data_dir,
        "Database and recordings (the user's data folder)", "DIR" },
    { "bind", 0, 0, G_OPTION_ARG_STRING, &o->server.bind,
        "Listen on ADDRESS (127.0.0.1); any other needs --password-file",
        "ADDRESS" },
    { "http-port", 0, 0, G_OPTION_ARG_INT, &o->server.http_port,
        "TCP port of page and API (8080); 0 takes any", "N" },
    { "srt-port", 0, 0, G_OPTION_ARG_INT, &o->server.srt_port,
        "UDP port of the drivers' streams (9000); 0 takes any", "N" },
    { "srt-latency", 0, 0, G_OPTION_ARG_INT, &o->server.srt_latency_ms,
        "SRT receive latency in ms (200)", "MS" },
    { "password-file", 0, 0, G_OPTION_ARG_FILENAME, &o->server.password_file,
        "Ask for the password in FILE (user: pitbox)", "FILE" },
    { "public-address", 0, 0, G_OPTION_ARG_STRING, &o->server.public_address,
        "Offer viewers this IPv4 address besides the machine's own (NAT)",
        "ADDRESS" },
    { "max-viewers", 0, 0, G_OPTION_ARG_INT, &o->server.max_viewers,
        "Most viewers at a time (100)", "N" },
    { "role", 0, 0, G_OPTION_ARG_STRING, &o->role,
        "What this process does: all", "ROLE" },
    { "ready-file", 0, 0, G_OPTION_ARG_FILENAME, &o->ready_file,
        "Write the chosen ports to FILE as JSON once ready", "FILE" },
    { "driver", 0, 0, G_OPTION_ARG_STRING, &o->driver,
        "For device add: the driver it publishes for (NAME)", "ID" },
    { "print-passphrase", 0, 0, G_OPTION_ARG_NONE, &o->print_passphrase,
        "For device add: print nothing but the passphrase", NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &o->version,
        "Print the version and exit", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &o->words, NULL,
        NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context =
      g_option_context_new ("[device add|list|remove …]");

  g_option_context_set_summary (context, summary);
  g_option_context_set_description (context, description);
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  return g_option_context_parse (context, argc, argv, error);
}

static gboolean
read_config_int (GKeyFile *file, const gchar *key, gint *value, GError **error)
{
  g_autoptr (GError) local = NULL;
  gint number;

  if (*value != NOT_SET || !g_key_file_has_key (file, CONFIG_GROUP, key, NULL))
    return TRUE;
  number = g_key_file_get_integer (file, CONFIG_GROUP, key, &local);
  if (local) {
    g_propagate_error (error, g_steal_pointer (&local));
    return FALSE;
  }
  *value = number;
  return TRUE;
}

static void
read_config_text (GKeyFile *file, const gchar *key, gchar **value)
{
  if (!*value)
    *value = g_key_file_get_string (file, CONFIG_GROUP, key, NULL);
}

/* A misspelt key would otherwise be a setting that silently does nothing. */
static gboolean
check_config_keys (GKeyFile *file, GError **error)
{
  static const gchar *const known[] = { "data-dir", "bind", "http-port",
    "srt-port", "srt-latency", "password-file", "public-address", "max-viewers",
    "role", NULL };
  g_auto (GStrv) keys = g_key_file_get_keys (file, CONFIG_GROUP, NULL, error);

  if (!keys)
    return FALSE;
  for (guint i = 0; keys[i]; i++) {
    if (!g_strv_contains (known, keys[i])) {
      g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_KEY_NOT_FOUND,
          "there is no setting '%s'", keys[i]);
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
read_config (Options *o, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  if (!o->config)
    return TRUE;
  if (!g_key_file_load_from_file (file, o->config, G_KEY_FILE_NONE, error)
      || !check_config_keys (file, error)
      || !read_config_int (file, "http-port", &o->server.http_port, error)
      || !read_config_int (file, "srt-port", &o->server.srt_port, error)
      || !read_config_int (
          file, "srt-latency", &o->server.srt_latency_ms, error)
      || !read_config_int (
          file, "max-viewers", &o->server.max_viewers, error)) {
    g_prefix_error (error, "%s: ", o->config);
    return FALSE;
  }
  read_config_text (file, "data-dir", &o->server.data_dir);
  read_config_text (file, "bind", &o->server.bind);
  read_config_text (file, "password-file", &o->server.password_file);
  read_config_text (file, "public-address", &o->server.public_address);
  read_config_text (file, "role", &o->role);
  return TRUE;
}

static gboolean
check_range (
    gint *value, gint fallback, gint max, const gchar *name, GError **error)
{
  if (*value == NOT_SET)
    *value = fallback;
  if (*value >= 0 && *value <= max)
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
      "--%s is 0 to %d, not %d", name, max, *value);
  return FALSE;
}

/* It is written into each answer as it is. */
static gboolean
check_public_address (const gchar *address, GError **error)
{
  g_autoptr (GInetAddress) inet =
      address ? g_inet_address_new_from_string (address) : NULL;

  if (!address
      || (inet && g_inet_address_get_family (inet) == G_SOCKET_FAMILY_IPV4))
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
      "--public-address %s is no IPv4 address in numbers", address);
  return FALSE;
}

static gboolean
complete (Options *o, GError **error)
{
  const gchar *dashboard = g_getenv ("PITBOX_DASHBOARD");

  if (!read_config (o, error)
      || !check_range (
          &o->server.http_port, DEFAULT_HTTP_PORT, 65535, "http-port", error)
      || !check_range (
          &o->server.srt_port, DEFAULT_SRT_PORT, 65535, "srt-port", error)
      || !check_range (
          &o->server.srt_latency_ms, 0, 10000, "srt-latency", error)
      || !check_range (&o->server.max_viewers, 0, 10000, "max-viewers", error)
      || !check_public_address (o->server.public_address, error))
    return FALSE;
  if (o->role && !g_str_equal (o->role, "all")) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "--role %s: this version runs everything in one process; leave it out "
        "or say all",
        o->role);
    return FALSE;
  }
  if (!o->server.data_dir)
    o->server.data_dir =
        g_build_filename (g_get_user_data_dir (), "pitbox-server", NULL);
  if (!o->server.bind)
    o->server.bind = g_strdup ("127.0.0.1");
  o->server.dashboard = g_strdup (dashboard ? dashboard : PB_DASHBOARD_DIR);
  return TRUE;
}

static int
serve (Options *o)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  g_autoptr (PbServer) server = NULL;
  g_autofree gchar *url = NULL;
  g_autofree gchar *line = NULL;

  pb_signals_raise_file_limit ();
  server = pb_server_new (&o->server, &error);
  if (!server) {
    g_printerr ("pitbox-server: %s\n", error->message);
    return 1;
  }
  pb_signals_quit (loop);
  url = pb_server_dup_url (server);
  line = pb_server_dup_ready_line (server);
  /* Replaced as a whole: who waits for the file never reads half of it. */
  if (o->ready_file && !g_file_set_contents (o->ready_file, line, -1, &error)) {
    g_printerr ("pitbox-server: --ready-file: %s\n", error->message);
    return 1;
  }
  g_printerr ("pitbox-server: ready, open %s\n", url);
  g_main_loop_run (loop);
  g_printerr ("pitbox-server: stopping\n");
  return 0;
}

static void
options_clear (Options *o)
{
  g_free (o->server.data_dir);
  g_free (o->server.bind);
  g_free (o->server.password_file);
  g_free (o->server.public_address);
  g_free (o->server.dashboard);
  g_free (o->config);
  g_free (o->role);
  g_free (o->ready_file);
  g_free (o->driver);
  g_strfreev (o->words);
}

static int
run (int argc, char **argv, Options *o)
{
  g_autoptr (GError) error = NULL;

  if (!parse_options (&argc, &argv, o, &error)) {
    g_printerr ("pitbox-server: %s. Try --help\n", error->message);
    return 2;
  }
  if (o->version) {
    g_print ("pitbox-server %s\n", PACKAGE_VERSION);
    return 0;
  }
  if (!complete (o, &error)) {
    g_printerr ("pitbox-server: %s\n", error->message);
    return 2;
  }
  if (o->words && g_str_equal (o->words[0], "device"))
    return pb_device_command (
        o->server.data_dir, o->words + 1, o->driver, o->print_passphrase);
  if (o->words) {
    g_printerr (
        "pitbox-server: there is no command '%s'. Try --help\n", o->words[0]);
    return 2;
  }
  return serve (o);
}

int
main (int argc, char **argv)
{
  Options o = { .server = { .http_port = NOT_SET,
                    .srt_port = NOT_SET,
                    .srt_latency_ms = NOT_SET,
                    .max_viewers = NOT_SET } };
  int code;

  setlocale (LC_ALL, "");
  pb_log_init ();
  g_set_prgname ("pitbox-server");
  code = run (argc, argv, &o);
  options_clear (&o);
  return code;
}
