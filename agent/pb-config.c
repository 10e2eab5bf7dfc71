/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The agent's table of settings, and what its values must be. */
#include "pb-config.h"

#include "adapt/pb-adapt.h"
#include "pairing/pb-api.h"
#include "pb-folders.h"
#include "pb-settings.h"

#include <gstpitbox/gstpitbox.h>
#include <string.h>

#define DEFAULT_SERVER "127.0.0.1:9000"
#define DEFAULT_DRIVER "driver"

#define AT(field) G_STRUCT_OFFSET (PbConfig, field)

/* The passphrase itself has no option: process lists are public. */
static const PbSetting table[] = {
  { "server", PB_SETTING_TEXT, AT (server), NULL, 0, 0, "HOST:PORT",
      "SRT address of pitbox-server (the paired one, else " DEFAULT_SERVER
      "), or https://HOST:PORT for telemetry alone" },
  { "driver", PB_SETTING_TEXT, AT (driver), NULL, 0, 0, "ID",
      "Driver's id at the server (the paired one, else " DEFAULT_DRIVER ")" },
  { "device", PB_SETTING_TEXT, AT (device), "", 0, 0, "ID",
      "Device's id (the driver's by default)" },
  { "passphrase", PB_SETTING_TEXT, AT (passphrase), "", 0, 0, NULL, NULL },
  { "passphrase-file", PB_SETTING_FILE, AT (passphrase_file), "", 0, 0, "FILE",
      "File whose first line is the passphrase" },
  { "transport", PB_SETTING_TEXT, AT (transport), "auto", 0, 0, "TRANSPORT",
      "How telemetry alone is sent: auto, srt or websocket" },
  { "token", PB_SETTING_TEXT, AT (token), "", 0, 0, NULL, NULL },
  { "token-file", PB_SETTING_FILE, AT (token_file), "", 0, 0, "FILE",
      "File whose first line is the token, where --server is a URL" },
  { "trust-certificate", PB_SETTING_TEXT, AT (certificate), "", 0, 0, "SHA256",
      "Trust this certificate of that server though nobody vouches for it" },
  { "mode", PB_SETTING_TEXT, AT (mode), "video", 0, 0, "MODE",
      "What is sent: video (with telemetry), telemetry, or picture (alone, of "
      "a "
      "second PC)" },
  { "source", PB_SETTING_TEXT, AT (source), "auto", 0, 0, "SOURCE",
      "Picture: auto, scene, screen, window or device" },
  { "window", PB_SETTING_TEXT, AT (window), "", 0, 0, "TITLE",
      "Whole title of the window to capture" },
  { "display", PB_SETTING_TEXT, AT (display), "", 0, 0, "DISPLAY",
      "X display to capture ($DISPLAY by default)" },
  { "capture-device", PB_SETTING_TEXT, AT (capture_device), "", 0, 0, "DEVICE",
      "Capture card for --source device (the first by default)" },
  { "audio", PB_SETTING_TEXT, AT (audio), "off", 0, 0, "SOURCE",
      "Sound beside the picture: off, auto, pulse, pipewire, game or output "
      "(Windows: what the game, or the PC, plays), scene (an engine) "
      "or "
      "marks (a tone at each 60th tick)" },
  { "encoder", PB_SETTING_TEXT, AT (encoder), "auto", 0, 0, "NAME",
      "Encoder: auto, or a name such as nvh264enc or x264enc" },
  { "sync-flash", PB_SETTING_TEXT, AT (sync_flash), "on", 0, 0, "WORD",
      "Show the tick on this PC's screen for two seconds when an engineer asks "
      "for it: on or off" },
  { "shm-name", PB_SETTING_TEXT, AT (shm_name), "", 0, 0, "NAME",
      "Simulator's shared memory, if not its usual name" },
  { "status-file", PB_SETTING_FILE, AT (status_file), "", 0, 0, "FILE",
      "Write JSON status here, one object a line; - is stdout" },
  { "log-file", PB_SETTING_FILE, AT (log_file), "auto", 0, 0, "FILE",
      "Write the log there, too; off: nowhere; auto: on Windows into "
      "%LOCALAPPDATA%" },
  { "log-size-mb", PB_SETTING_NUMBER, AT (log_size_mb), "8", 1, 1000, "MB",
      "Log files together, at most; the oldest lines go" },
  { "width", PB_SETTING_NUMBER, AT (width), "1280", 160, 7680, "PIXELS",
      "Picture width" },
  { "height", PB_SETTING_NUMBER, AT (height), "720", 90, 4320, "PIXELS",
      "Picture height" },
  { "framerate", PB_SETTING_NUMBER, AT (framerate), "60", 5, 240, "FPS",
      "Frames a second" },
  /* Without a fallback: 0 is nobody's, and the preset's is taken. */
  { "bitrate-kbps", PB_SETTING_NUMBER, AT (bitrate_kbps), NULL, 100, 50000,
      "KBPS",
      "Highest bitrate of the picture (what --adapt has; 4000 if off)" },
  { "adapt", PB_SETTING_TEXT, AT (adapt), "medium", 0, 0, "PRESET",
      "Follow the network: low (1 to 2 Mbit/s), medium (2 to 4), high (4 to "
      "8), off" },
  { "adapt-log", PB_SETTING_FILE, AT (adapt_log), "", 0, 0, "FILE",
      "Write there what the network did, and what followed" },
  { "latency-ms", PB_SETTING_NUMBER, AT (latency_ms), "120", 20, 8000, "MS",
      "SRT latency (if not set: four times the round trip, 120 at least)" },
  { "key-interval-ms", PB_SETTING_NUMBER, AT (key_interval_ms), "2000", 200,
      20000, "MS", "Time between key frames and key units" },
  { "governor", PB_SETTING_TEXT, AT (governor), "on", 0, 0, "WORD",
      "Send less while this PC has no more to spare: on or off" },
  { "governor-wait-s", PB_SETTING_NUMBER, AT (governor_wait_s), "10", 1, 3600,
      "S", "Calm before a step back to more" },
  { "governor-log", PB_SETTING_FILE, AT (governor_log), "", 0, 0, "FILE",
      "Write there what this PC was like, and what followed" },
  { "budget-cpu-pct", PB_SETTING_NUMBER, AT (budget_cpu_pct), "40", 0, 100,
      "PERCENT", "Of all processors, by the agent; 0 = whatever" },
  { "budget-pc-pct", PB_SETTING_NUMBER, AT (budget_pc_pct), "95", 0, 100,
      "PERCENT", "Of all processors, by all programs; 0 = whatever" },
  { "budget-game-fps", PB_SETTING_NUMBER, AT (budget_game_fps), "45", 0, 1000,
      "FPS", "Frames a second that the game shall keep; 0 = whatever" },
  { "budget-game-pct", PB_SETTING_NUMBER, AT (budget_game_pct), "98", 0, 100,
      "PERCENT",
      "Load of the game's threads and the GPU, near that; 0 = whatever" },
  { "budget-memory-mb", PB_SETTING_NUMBER, AT (budget_memory_mb), "1024", 0,
      1000000, "MB", "Most memory of the agent; 0 = whatever" },
  { "budget-free-mb", PB_SETTING_NUMBER, AT (budget_free_mb), "256", 0, 1000000,
      "MB", "Memory that is left for others; 0 = whatever" },
  { "priority", PB_SETTING_TEXT, AT (priority), "below-normal", 0, 0, "WORD",
      "Of the agent on this PC: below-normal or normal" },
  { "watchdog-s", PB_SETTING_NUMBER, AT (watchdog_s), "90", 0, 3600, "S",
      "With --supervise: an agent that does not answer for so long is started "
      "again; 0 = never" },
  { "rows-per-unit", PB_SETTING_NUMBER, AT (rows_per_unit), "2", 1, 6, "N",
      "Rows sent together in telemetry mode; each but the first adds 17 ms" },
  { "spool-size-mb", PB_SETTING_NUMBER, AT (spool_size_mb), "512", 0, 100000,
      "MB",
      "Telemetry kept on this PC's disk until the server has it, at most; "
      "0 = none" },
  { "spool-hours", PB_SETTING_NUMBER, AT (spool_hours), "24", 0, 720, "HOURS",
      "How long it is kept at most; 0 = not at all" },
  { "harm-rounds", PB_SETTING_NUMBER, AT (harm_rounds), "8", 5, 100, "N",
      "Rounds of --selftest harm; each has one window of each work" },
  { "harm-window-ms", PB_SETTING_NUMBER, AT (harm_window_ms), "10000", 1000,
      60000, "MS", "How long such a window is" },
  { "harm-settle-ms", PB_SETTING_NUMBER, AT (harm_settle_ms), "4000", 500,
      60000, "MS", "Cut off before it, after each change" },
  { NULL },
};

static const PbSettings settings = { "pitbox-agent", "agent", NULL, table,
  AT (given), AT (file) };

/* The first line of @file in place of @secret. */
static gboolean
read_secret (const gchar *file, const gchar *option, const gchar *what,
    gchar **secret, GError **error)
{
  g_autofree gchar *text = NULL;
  const gchar *line;

  if (file[0] == '\0')
    return TRUE;
  if (!g_file_get_contents (file, &text, NULL, error)) {
    g_prefix_error (error, "%s: ", option);
    return FALSE;
  }
  text[strcspn (text, "\r\n")] = '\0';
  /* Editors on Windows begin UTF-8 with a mark; blanks come from copying. */
  line = g_str_has_prefix (text, "\357\273\277") ? text + 3 : text;
  g_free (*secret);
  *secret = g_strchomp (g_strdup (line));
  if ((*secret)[0] == '\0') {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "%s: there is no %s in the first line of %s", option, what, file);
    return FALSE;
  }
  return TRUE;
}

static void
replace (gchar **field, const gchar *text)
{
  gchar *old = *field;

  *field = g_strdup (text);
  g_free (old);
}

/**
 * pb_config_adopt:
 * @config: settings
 * @pairing: (transfer none): takes the place of server, driver, device and
 *   passphrase
 *
 * Main thread only, while no stream is being made.
 */
void
pb_config_adopt (PbConfig *config, const PbPairing *pairing)
{
  PbPairing *old = config->pairing;

  config->pairing = pb_pairing_copy (pairing);
  config->is_set_up = TRUE;
  replace (&config->server, pairing->srt);
  replace (&config->driver, pairing->driver);
  replace (&config->device, pairing->device);
  replace (&config->passphrase, pairing->passphrase);
  replace (&config->url, pairing->url);
  replace (&config->token, pairing->token);
  replace (&config->certificate, pairing->certificate);
  g_clear_pointer (&old, pb_pairing_free);
}

/* Who says where to send, or as whom, does not mean the paired server. */
static gboolean
take_pairing (PbConfig *config, GError **error)
{
  g_autofree gchar *path = pb_pairing_dup_path ();
  g_autoptr (GError) problem = NULL;
  g_autoptr (PbPairing) pairing = NULL;

  config->is_set_up = config->server != NULL || config->driver != NULL
                      || config->device[0] != '\0'
                      || config->passphrase[0] != '\0'
                      || config->passphrase_file[0] != '\0';
  if (!config->is_set_up && !config->version) {
    pairing = pb_pairing_load (path, &problem);
    if (pairing != NULL)
      pb_config_adopt (config, pairing);
    else if (!g_error_matches (problem, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  }
  if (config->url == NULL)
    config->url = g_strdup ("");
  if (config->server == NULL)
    config->server = g_strdup (DEFAULT_SERVER);
  if (config->driver == NULL)
    config->driver = g_strdup (DEFAULT_DRIVER);
  return TRUE;
}

static gboolean
check_address (const PbConfig *config, GError **error)
{
  g_autoptr (GSocketConnectable) address =
      g_network_address_parse (config->server, PB_CONFIG_DEFAULT_PORT, error);
  const gchar *host;

  if (address == NULL) {
    g_prefix_error (error, "--server: ");
    return FALSE;
  }
  host = g_network_address_get_hostname (G_NETWORK_ADDRESS (address));
  if (host[0] == '\0' || host[0] == '-'
      || (strchr (host, ':') != NULL && !g_hostname_is_ip_address (host))) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "--server must be HOST:PORT, not \"%s\"", config->server);
    return FALSE;
  }
  if (strcmp (config->transport, "websocket") != 0 || config->url[0] != '\0')
    return TRUE;
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
      "--transport websocket needs a paired server (pitbox-agent pair), or "
      "--server https://HOST:PORT and --token-file");
  return FALSE;
}

/* ws and wss are http and https to whoever opens them. */
static gboolean
take_url (PbConfig *config, GError **error)
{
  const gchar *text = config->server;
  g_autofree gchar *url =
      g_str_has_prefix (text, "ws:") || g_str_has_prefix (text, "wss:")
          ? g_strconcat ("http", text + 2, NULL)
          : g_strdup (text);
  gchar *parsed = pb_api_parse_url (url, FALSE, error);

  if (parsed == NULL
      || !read_secret (
          config->token_file, "--token-file", "token", &config->token, error)) {
    g_free (parsed);
    return FALSE;
  }
  g_free (config->url);
  config->url = parsed;
  if (config->token[0] == '\0')
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "a URL as --server needs --token-file: the token of a device or an API "
        "key that may publish");
  else if (strcmp (config->transport, "srt") == 0
           || pb_config_get_mode (config) != PB_MODE_TELEMETRY)
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "a URL as --server is for --mode telemetry by WebSocket: a picture, "
        "and "
        "SRT, need HOST:PORT");
  else
    return TRUE;
  return FALSE;
}

/* Who names a preset alone gets all of it. */
static void
follow_preset (PbConfig *config)
{
  const PbAdaptBand band = pb_adapt_get_band (config->adapt, G_MAXINT);

  if (config->has_preset_bitrate)
    config->bitrate_kbps = (gint) band.high_kbps;
}

static gboolean
validate (PbConfig *config, GError **error)
{
  static const gchar *const modes[] = { "video", "telemetry", "picture", NULL };
  static const gchar *const presets[] = { "low", "medium", "high", "off",
    NULL };
  static const gchar *const sources[] = { "auto", "scene", "screen", "window",
    "device", "x11", "v4l2", NULL };
  static const gchar *const switches[] = { "on", "off", NULL };
  static const gchar *const priorities[] = { "below-normal", "normal", NULL };
  static const gchar *const sounds[] = { "off", "auto", "pulse", "pipewire",
    "game", "output", "scene", "marks", NULL };
  static const gchar *const transports[] = { "auto", "srt", "websocket", NULL };
  gsize length;

  static const gchar *const selftests[] = { "harm", "video", NULL };

  if (!take_pairing (config, error))
    return FALSE;
  if (config->selftest != NULL
      && !pb_settings_check_word (
          "--selftest", config->selftest, selftests, error))
    return FALSE;
  if (config->device[0] == '\0') {
    g_free (config->device);
    config->device = g_strdup (config->driver);
  }
  if (!gst_pitbox_id_is_valid (config->driver)
      || !gst_pitbox_id_is_valid (config->device)) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "--driver and --device must be 1 to 64 of A-Z a-z 0-9 . _ - and not "
        "begin "
        "with a dot");
    return FALSE;
  }
  if (!pb_settings_check_word ("--mode", config->mode, modes, error)
      || !pb_settings_check_word ("--audio", config->audio, sounds, error)
      || !pb_settings_check_word ("--source", config->source, sources, error)
      || !pb_settings_check_word ("--adapt", config->adapt, presets, error))
    return FALSE;
  if (!pb_settings_check_word ("--governor", config->governor, switches, error)
      || !pb_settings_check_word (
          "--sync-flash", config->sync_flash, switches, error)
      || !pb_settings_check_word (
          "--priority", config->priority, priorities, error))
    return FALSE;
  if (!pb_settings_check_word (
          "--transport", config->transport, transports, error)
      || !(pb_config_has_srt (config) ? check_address (config, error)
                                      : take_url (config, error)))
    return FALSE;
  if (!read_secret (config->passphrase_file, "--passphrase-file", "passphrase",
          &config->passphrase, error))
    return FALSE;
  length = strlen (config->passphrase);
  if (length != 0 && (length < 10 || length > 79)) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "the passphrase must have 10 to 79 letters (SRT's rule), not %u",
        (guint) length);
    return FALSE;
  }
  config->has_preset_bitrate = config->bitrate_kbps == 0;
  follow_preset (config);
  /* Half-size chroma planes. */
  config->width &= ~1;
  config->height &= ~1;
  return TRUE;
}

static const gchar description[] =
    "On a PC that was paired nothing needs to be set: pitbox-agent pair --help."
    "\n\nEach setting can stand in the file ([agent] group, key = value), in "
    "the "
    "environment\n(PITBOX_SERVER=…) or on the command line; the later wins. "
    "The passphrase comes from\nthe file, from PITBOX_PASSPHRASE or from "
    "--passphrase-file, never from an option.\n\nExamples:\n"
    "  pitbox-agent pair --server https://relay.example.org:8080\n"
    "  pitbox-agent --server relay.example.org:9000 --driver car07 "
    "--passphrase-file key\n"
    "  pitbox-agent --mode telemetry\n"
    "  pitbox-agent --diagnose\n"
    "  pitbox-agent --selftest harm\n"
    "  pitbox-agent --selftest video\n";

/**
 * pb_config_load:
 * @argc: (inout): main()'s
 * @argv: (inout): main()'s
 * @error: what is wrong with which setting, and where it stands
 *
 * Main thread only, once.
 *
 * Returns: (transfer full) (nullable): valid settings
 */
PbConfig *
pb_config_load (gint *argc, gchar ***argv, GError **error)
{
  g_autoptr (PbConfig) config = g_new0 (PbConfig, 1);
  const GOptionEntry more[] = {
    { "diagnose", 0, 0, G_OPTION_ARG_NONE, &config->diagnose,
        "Check everything, say what is wrong, and leave", NULL },
    { "supervise", 0, 0, G_OPTION_ARG_NONE, &config->supervise,
        "Run in a process of its own, which is started again if it crashes",
        NULL },
    { "show-flash", 0, 0, G_OPTION_ARG_NONE, &config->show_flash,
        "Show the tick on this PC's screen for two seconds, and leave", NULL },
    { "selftest", 0, 0, G_OPTION_ARG_STRING, &config->selftest,
        "Measure on this PC, print a report, and leave: harm: what the agent "
        "costs the game, in some six minutes; video: what takes and encodes "
        "the picture here, and how well, in a minute",
        "WHAT" },
    { "tray", 0, 0, G_OPTION_ARG_NONE, &config->tray,
        "Show an icon with a menu (on Windows, where it was not started from "
        "a console, also without this)",
        NULL },
    { "no-tray", 0, 0, G_OPTION_ARG_NONE, &config->no_tray, "Show none", NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &config->version,
        "Print the version and leave", NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context =
      g_option_context_new ("- stream this PC's race telemetry and picture");
  g_autofree gchar *file = pb_folders_dup_config ("agent.conf");
  g_autofree gchar *installed = pb_folders_dup_installed ("agent.conf");
  PbSettings here = settings;

  here.file = file;
  here.installed = installed;
  g_option_context_set_description (context, description);
  if (!pb_settings_load (&here, config, context, more, argc, argv, error))
    return NULL;
  if (*argc > 1) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION,
        "Unexpected \"%s\"", (*argv)[1]);
    return NULL;
  }
  return validate (config, error) ? g_steal_pointer (&config) : NULL;
}

/**
 * pb_config_free:
 * @config: (transfer full): settings
 */
void
pb_config_free (PbConfig *config)
{
  pb_settings_clear (&settings, config);
  g_clear_pointer (&config->pairing, pb_pairing_free);
  g_free (config->url);
  g_free (config->selftest);
  g_free (config->file);
  g_free (config);
}

/**
 * pb_config_change:
 * @config: settings
 * @key: of one, as the settings file has it
 * @value: of its type and range, and one of its words: what the driver wants
 *   from now on
 * @error: why it is not kept for the next start; it counts until then
 *
 * Main thread only. What environment or options say counts again at the next
 * start. With "adapt" goes the highest bitrate, unless somebody has set it.
 *
 * Returns: %FALSE with @error set
 */
gboolean
pb_config_change (
    PbConfig *config, const gchar *key, const gchar *value, GError **error)
{
  const gboolean ok = pb_settings_change (&settings, config, key, value, error);

  if (pb_config_is_given (config, "bitrate-kbps"))
    config->has_preset_bitrate = FALSE;
  follow_preset (config);
  return ok;
}

/**
 * pb_config_get_mode:
 * @config: settings
 *
 * Returns: the mode the driver wants
 */
PbMode
pb_config_get_mode (const PbConfig *config)
{
  return strcmp (config->mode, "telemetry") == 0 ? PB_MODE_TELEMETRY
                                                 : PB_MODE_VIDEO;
}

/**
 * pb_config_has_srt:
 * @config: settings
 *
 * Returns: %FALSE if the server is known by a URL alone
 */
gboolean
pb_config_has_srt (const PbConfig *config)
{
  return strstr (config->server, "://") == NULL;
}

/**
 * pb_config_advise_setup:
 * @config: settings
 *
 * Returns: (transfer none) (nullable): what the driver has to do first, where
 *   nobody has said yet to whom to send
 */
const gchar *
pb_config_advise_setup (const PbConfig *config)
{
  return config->is_set_up
             ? NULL
             : "This PC is not paired with a server yet, and none is set, so "
               "nobody gets picture or telemetry. Pair it: pitbox-agent pair "
               "--server https://… (the address of your team's page)";
}

/**
 * pb_config_is_given:
 * @config: settings
 * @key: of one, as the settings file has it
 *
 * Returns: %TRUE if the driver has set it; else it is as it comes
 */
gboolean
pb_config_is_given (const PbConfig *config, const gchar *key)
{
  return pb_settings_is_given (&settings, config, key);
}

/**
 * pb_config_add_lines:
 * @config: settings
 * @lines: gets a line each, "key = value", and whether the driver has set it
 *
 * Without the passphrase.
 */
void
pb_config_add_lines (const PbConfig *config, GString *lines)
{
  for (const PbSetting *s = table; s->key != NULL; s++) {
    gconstpointer field = (const gchar *) config + s->offset;
    const gchar *text =
        s->type == PB_SETTING_NUMBER ? NULL : *(gchar *const *) field;

    if (s->help == NULL)
      continue;
    g_string_append_printf (lines, "%s = ", s->key);
    if (s->type == PB_SETTING_NUMBER)
      g_string_append_printf (lines, "%d", *(const gint *) field);
    else
      g_string_append (lines, text != NULL ? text : "");
    g_string_append (lines, pb_config_is_given (config, s->key)
                                ? "    (set by the driver)\n"
                                : "\n");
  }
}

/**
 * pb_mode_to_string:
 * @mode: a mode
 *
 * Returns: (transfer none): its word in settings, logs and messages
 */
const gchar *
pb_mode_to_string (PbMode mode)
{
  return mode == PB_MODE_VIDEO ? "video" : "telemetry";
}
