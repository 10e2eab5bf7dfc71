/* SPDX-License-Identifier: LGPL-2.1-or-later
 * pitbox-server: options in, exit code out. */
#include <locale.h>
#include <string.h>

#include <gio/gio.h>
#include <gst/gst.h>

#include "pb-command.h"
#include "pb-file-limit.h"
#include "pb-file.h"
#include "pb-heap.h"
#include "pb-log.h"
#include "pb-private-files.h"
#include "pb-server.h"
#include "pb-settings.h"
#include "pb-signals.h"

typedef struct {
  PbServerOptions server;
  gchar *role;
  gchar *ready_file;
  gchar **drivers;
  gchar **scopes;
  gchar *team;
  gchar *full_name;
  gchar *password_file;
  gint days;
  gint hours;
  gboolean print_passphrase;
  gboolean version;
  gchar **words;
} Options;

static const gchar summary[] =
    "Takes iRacing drivers' streams by SRT, records them and shows picture "
    "and telemetry in a browser.";

static const gchar examples[] =
    "Examples:\n"
    "  pitbox-server\n"
    "  pitbox-server device add car07-pc --driver car07\n"
    "  pitbox-server reader add studio --driver car07 --driver car08\n"
    "  pitbox-server --bind 0.0.0.0 --insecure-lan --admin-password-file "
    "/etc/pitbox/password\n"
    "  pitbox-server --bind 0.0.0.0 --tls-certificate chain.pem --tls-key "
    "key.pem\n"
    "  pitbox-server --http-port 0 --srt-port 0 --ready-file ready.json\n\n"
    "Each setting can stand in a file ([server] group, key = value), in the "
    "environment\n(PITBOX_HTTP_PORT=…) or on the command line; the later "
    "wins.\n";

#define AT(field) G_STRUCT_OFFSET (Options, field)

static const PbSetting table[] = {
  { "data-dir", PB_SETTING_FILE, AT (server.data_dir), NULL, 0, 0, "DIR",
      "Database and recordings (~/.local/share/pitbox-server)" },
  { "bind", PB_SETTING_TEXT, AT (server.bind), "127.0.0.1", 0, 0, "ADDRESS",
      "Listen on ADDRESS; all but this machine's own need accounts" },
  { "http-port", PB_SETTING_NUMBER, AT (server.http_port), "8080", 0, 65535,
      "N", "TCP port of page and API, 0 takes any" },
  { "srt-port", PB_SETTING_NUMBER, AT (server.srt_port), "9000", 0, 65535, "N",
      "UDP port of the drivers' streams, 0 takes any" },
  { "srt-latency", PB_SETTING_NUMBER, AT (server.srt_latency_ms), "20", 20,
      10000, "MS", "Least SRT delay; a sender that asks for more gets more" },
  { "webrtc-port", PB_SETTING_NUMBER, AT (server.webrtc_port), "0", 0, 65535,
      "N", "UDP port of all viewers, 0 takes any" },
  { "admin-password-file", PB_SETTING_FILE, AT (server.admin_password_file),
      NULL, 0, 0, "FILE", "Let 'admin' log in with the password in FILE" },
  { "tls-certificate", PB_SETTING_FILE, AT (server.tls_certificate), NULL, 0, 0,
      "FILE", "HTTPS with this certificate and its chain (PEM)" },
  { "tls-key", PB_SETTING_FILE, AT (server.tls_key), NULL, 0, 0, "FILE",
      "The certificate's key (PEM, no passphrase)" },
  { "tls-self-signed", PB_SETTING_FLAG, AT (server.tls_self_signed), NULL, 0, 0,
      NULL, "HTTPS with a certificate of our own making" },
  { "insecure-lan", PB_SETTING_FLAG, AT (server.insecure_lan), NULL, 0, 0, NULL,
      "Take passwords over the network without TLS" },
  { "trusted-proxy", PB_SETTING_LIST, AT (server.trusted_proxies), NULL, 0, 0,
      "NETWORK",
      "Clients come through proxies of NETWORK (10.0.0.0/8), which say who and "
      "how; may stand several times" },
  { "public-address", PB_SETTING_TEXT, AT (server.public_address), NULL, 0, 0,
      "ADDRESS",
      "Offer viewers this IPv4 address besides the machine's own (NAT)" },
  { "public-url", PB_SETTING_TEXT, AT (server.public_url), NULL, 0, 0, "URL",
      "Where people open the page (https://pit.example/), for the links that "
      "are made" },
  { "keep-free", PB_SETTING_NUMBER, AT (server.keep_free_mb), "268", 1, 1000000,
      "MB", "Disk space that recordings leave free" },
  { "max-viewers", PB_SETTING_NUMBER, AT (server.max_viewers), "100", 1, 10000,
      "N", "Most viewers at a time" },
  { "max-senders", PB_SETTING_NUMBER, AT (server.max_senders), "64", 1, 10000,
      "N", "Most SRT connections that send at a time" },
  { "max-readers", PB_SETTING_NUMBER, AT (server.max_readers), "64", 1, 10000,
      "N", "Most SRT connections that read at a time" },
  { "rtmp-front", PB_SETTING_TEXT, AT (server.rtmp_front), NULL, 0, 0, "URL",
      "Take what is published by RTMP at this application of an nginx "
      "(rtmp://127.0.0.1:1935/live)" },
  { "rtmp-front-key-file", PB_SETTING_FILE, AT (server.rtmp_front_key_file),
      NULL, 0, 0, "FILE", "What that nginx must show: the first line of FILE" },
  { "audit-days", PB_SETTING_NUMBER, AT (server.audit_days), "400", 1, 36500,
      "N", "How long the audit log remembers" },
  { "audit-lines", PB_SETTING_NUMBER, AT (server.audit_lines), "1000000", 1000,
      100000000, "N", "Most lines of the audit log, of all teams together" },
  { "max-transcodes", PB_SETTING_NUMBER, AT (server.max_transcodes), "1", 0, 64,
      "N",
      "Most pictures at a time that are encoded anew for browsers (H.265, "
      "B-frames); each takes up to a core" },
  { "dashboard", PB_SETTING_FILE, AT (server.dashboard), PB_DASHBOARD_DIR, 0, 0,
      "DIR", "The page's files" },
  { "role", PB_SETTING_TEXT, AT (role), "all", 0, 0, "ROLE",
      "What this process does; for user and invite: viewer, coach, engineer or "
      "admin" },
  { NULL },
};

static const gchar *const web_schemes[] = { "http", "https", NULL };

static const PbSettings settings = { "pitbox-server", "server", NULL, table };

static gboolean
parse_options (int *argc, char ***argv, Options *o, GError **error)
{
  const GOptionEntry more[] = {
    { "ready-file", 0, 0, G_OPTION_ARG_FILENAME, &o->ready_file,
        "Write the chosen ports to FILE as JSON once ready", "FILE" },
    { "driver", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o->drivers,
        "For commands: whom a device publishes for, or a reader may read",
        "ID" },
    { "team", 0, 0, G_OPTION_ARG_STRING, &o->team,
        "For commands: the team that it is about (default)", "ID" },
    { "scope", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o->scopes,
        "For key add: what the program may do", "SCOPE" },
    { "name", 0, 0, G_OPTION_ARG_STRING, &o->full_name,
        "For user add and team add: what people read", "TEXT" },
    { "password-file", 0, 0, G_OPTION_ARG_FILENAME, &o->password_file,
        "For user add and passwd: the password is the first line; - reads it",
        "FILE" },
    { "days", 0, 0, G_OPTION_ARG_INT, &o->days,
        "For key add: how long it is good (until it is removed)", "N" },
    { "hours", 0, 0, G_OPTION_ARG_INT, &o->hours,
        "For invite and share add: how long the link is good", "N" },
    { "print-passphrase", 0, 0, G_OPTION_ARG_NONE, &o->print_passphrase,
        "For commands: print nothing but the secret", NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &o->version,
        "Print the version and exit", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &o->words, NULL,
        NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("[COMMAND …]");
  g_autofree gchar *commands = pb_command_dup_help (NULL);
  g_autofree gchar *description =
      g_strdup_printf ("Commands:\n%s\n%s", commands, examples);

  g_option_context_set_summary (context, summary);
  g_option_context_set_description (context, description);
  g_option_context_add_group (context, gst_init_get_option_group ());
  return pb_settings_load (&settings, o, context, more, argc, argv, error);
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

/* Links are made by what stands behind it. */
static gboolean
check_public_url (gchar *url, GError **error)
{
  g_autoptr (GUri) uri = url ? g_uri_parse (url, G_URI_FLAGS_NONE, NULL) : NULL;

  if (!url)
    return TRUE;
  if (!uri || !g_strv_contains (web_schemes, g_uri_get_scheme (uri))
      || !g_uri_get_host (uri) || !*g_uri_get_host (uri)
      || g_uri_get_query (uri) || g_uri_get_fragment (uri)
      || g_uri_get_userinfo (uri) || strlen (g_uri_get_path (uri)) > 1) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "--public-url %s is no address like https://pit.example or "
        "http://192.0.2.7:8080: the page is at its root",
        url);
    return FALSE;
  }
  if (g_str_has_suffix (url, "/"))
    url[strlen (url) - 1] = '\0';
  return TRUE;
}

static gboolean
check_tls (const PbServerOptions *server, GError **error)
{
  if (!server->tls_certificate != !server->tls_key)
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "--tls-certificate FILE and --tls-key FILE go together");
  else if (server->tls_certificate && server->tls_self_signed)
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "--tls-self-signed makes a certificate: leave out either it or "
        "--tls-certificate and --tls-key");
  else
    return TRUE;
  return FALSE;
}

static gboolean
complete (Options *o, GError **error)
{
  if (!check_public_address (o->server.public_address, error)
      || !check_public_url (o->server.public_url, error)
      || !check_tls (&o->server, error))
    return FALSE;
  if (!o->words && !g_str_equal (o->role, "all")) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "--role %s: this version runs everything in one process; leave it out "
        "or say all",
        o->role);
    return FALSE;
  }
  if (!o->server.data_dir)
    o->server.data_dir =
        g_build_filename (g_get_user_data_dir (), "pitbox-server", NULL);
  return TRUE;
}

static void
print_welcome (PbServer *server)
{
  g_autofree gchar *url = pb_server_dup_url (server);
  g_autofree gchar *fingerprint = pb_server_dup_fingerprint (server);
  g_autofree gchar *setup = pb_server_dup_setup_url (server);

  g_printerr ("pitbox-server: ready, open %s\n", url);
  if (fingerprint)
    g_printerr ("pitbox-server: certificate SHA-256 %s\n", fingerprint);
  if (setup)
    g_printerr ("pitbox-server: create the first account at %s\n", setup);
}

static gboolean
reload (gpointer server)
{
  pb_server_reload (server);
  return G_SOURCE_CONTINUE;
}

static int
serve (Options *o)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  g_autoptr (PbServer) server = NULL;
  g_autofree gchar *line = NULL;

  o->server.n_files = pb_file_limit_raise ();
  server = pb_server_new (&o->server, &error);
  if (!server) {
    g_printerr ("pitbox-server: %s\n", error->message);
    return 1;
  }
  pb_signals_quit (loop);
  /* Else the end of its terminal ends it. */
  if (o->server.tls_certificate)
    pb_signals_reload (reload, server);
  line = pb_server_dup_ready_line (server);
  /* Replaced as a whole: who waits for the file never reads half of it. */
  if (o->ready_file && !pb_file_replace (o->ready_file, line, &error)) {
    g_printerr ("pitbox-server: --ready-file: %s\n", error->message);
    return 1;
  }
  print_welcome (server);
  g_main_loop_run (loop);
  g_printerr ("pitbox-server: stopping\n");
  return 0;
}

static void
options_clear (Options *o)
{
  pb_settings_clear (&settings, o);
  g_free (o->ready_file);
  g_strfreev (o->drivers);
  g_strfreev (o->scopes);
  g_free (o->team);
  g_free (o->full_name);
  g_free (o->password_file);
  g_strfreev (o->words);
}

static int
command (const Options *o)
{
  const PbCommandLine line = {
    .words = o->words,
    .drivers = o->drivers,
    .scopes = o->scopes,
    .team = o->team,
    /* The server's own --role is that of a process. */
    .role = g_str_equal (o->role, "all") ? NULL : o->role,
    .full_name = o->full_name,
    .password_file = o->password_file,
    .days = o->days,
    .hours = o->hours,
    .print_passphrase = o->print_passphrase,
    .data_dir = o->server.data_dir,
    .bind = o->server.bind,
    .public_url = o->server.public_url,
    .srt_port = o->server.srt_port,
    .http_port = o->server.http_port,
    .tls = o->server.tls_certificate || o->server.tls_self_signed,
  };

  return pb_command_run (&line);
}

static int
run (int argc, char **argv, Options *o)
{
  g_autoptr (GError) error = NULL;

  if (pb_command_print_help (argv))
    return 0;
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
  if (o->words)
    return command (o);
  if (o->drivers || o->print_passphrase || o->scopes || o->team || o->full_name
      || o->password_file || o->days || o->hours) {
    g_printerr ("pitbox-server: --driver, --team, --scope, --name, "
                "--password-file, --days, --hours and --print-passphrase are "
                "for commands. Try --help\n");
    return 2;
  }
  return serve (o);
}

int
main (int argc, char **argv)
{
  Options o = { 0 };
  int code;

  setlocale (LC_ALL, "");
  pb_heap_bound ();
  pb_private_files ();
  pb_private_memory ();
  pb_log_init ();
  g_set_prgname ("pitbox-server");
  code = run (argc, argv, &o);
  options_clear (&o);
  return code;
}
