/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Settings: default < file < environment < option, from one table. */
#include "pb-config.h"

#include <gstpitbox/gstpitbox.h>
#include <string.h>

typedef enum { TEXT, NUMBER } SettingType;

typedef struct {
  const gchar *key; /* file: key; option: --key; env: PITBOX_KEY */
  SettingType type;
  gsize offset;
  const gchar *fallback;
  gint min, max; /* of a number */
  const gchar *arg;
  const gchar *help;
} Setting;

#define AT(field) G_STRUCT_OFFSET (PbConfig, field)

/* The passphrase itself has no option: process lists are public. */
static const Setting settings[] = {
  { "server", TEXT, AT (server), "127.0.0.1:9000", 0, 0, "HOST:PORT",
      "SRT address of pitbox-server" },
  { "driver", TEXT, AT (driver), "driver", 0, 0, "ID",
      "driver's id at the server" },
  { "device", TEXT, AT (device), "", 0, 0, "ID",
      "device's id (the driver's by default)" },
  { "passphrase", TEXT, AT (passphrase), "", 0, 0, NULL, NULL },
  { "passphrase-file", TEXT, AT (passphrase_file), "", 0, 0, "FILE",
      "file whose first line is the passphrase" },
  { "mode", TEXT, AT (mode), "video", 0, 0, "MODE", "video or telemetry" },
  { "source", TEXT, AT (source), "auto", 0, 0, "SOURCE",
      "picture: auto, scene, x11 or v4l2" },
  { "display", TEXT, AT (display), "", 0, 0, "DISPLAY",
      "X display to capture ($DISPLAY by default)" },
  { "capture-device", TEXT, AT (capture_device), "/dev/video0", 0, 0, "FILE",
      "capture card for --source v4l2" },
  { "encoder", TEXT, AT (encoder), "auto", 0, 0, "NAME",
      "auto, or an encoder such as nvh264enc or x264enc" },
  { "shm-name", TEXT, AT (shm_name), "", 0, 0, "NAME",
      "simulator's shared memory, if not its usual name" },
  { "status-file", TEXT, AT (status_file), "", 0, 0, "FILE",
      "write JSON status here, one object a line; - is stdout" },
  { "width", NUMBER, AT (width), "1280", 160, 7680, "PIXELS", "picture width" },
  { "height", NUMBER, AT (height), "720", 90, 4320, "PIXELS",
      "picture height" },
  { "framerate", NUMBER, AT (framerate), "60", 5, 240, "FPS",
      "frames a second" },
  { "bitrate-kbps", NUMBER, AT (bitrate_kbps), "3000", 100, 50000, "KBPS",
      "bitrate of the picture" },
  { "latency-ms", NUMBER, AT (latency_ms), "200", 20, 8000, "MS",
      "SRT latency: at least four times the round trip" },
  { "key-interval-ms", NUMBER, AT (key_interval_ms), "2000", 200, 20000, "MS",
      "time between key frames and key units" },
};

static gboolean
set_value (PbConfig *config, const Setting *s, const gchar *value,
    const gchar *where, GError **error)
{
  gpointer field = G_STRUCT_MEMBER_P (config, s->offset);

  if (s->type == TEXT) {
    g_free (*(gchar **) field);
    *(gchar **) field = g_strdup (value);
    return TRUE;
  } else {
    gint64 n;

    if (!g_ascii_string_to_signed (value, 10, s->min, s->max, &n, NULL)) {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
          "%s: %s must be a whole number from %d to %d, not \"%s\"", where,
          s->key, s->min, s->max, value);
      return FALSE;
    }
    *(gint *) field = (gint) n;
    return TRUE;
  }
}

static const Setting *
find_setting (const gchar *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++) {
    if (g_strcmp0 (settings[i].key, key) == 0)
      return &settings[i];
  }
  return NULL;
}

static gboolean
load_file (PbConfig *config, const gchar *path, gboolean must, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) local = NULL;
  g_auto (GStrv) keys = NULL;

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &local)) {
    if (!must && g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOENT))
      return TRUE;
    g_propagate_prefixed_error (
        error, g_steal_pointer (&local), "Cannot read %s: ", path);
    return FALSE;
  }
  keys = g_key_file_get_keys (file, "agent", NULL, &local);
  if (keys == NULL) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "%s has no [agent] group", path);
    return FALSE;
  }
  for (guint i = 0; keys[i] != NULL; i++) {
    const Setting *s = find_setting (keys[i]);
    g_autofree gchar *value = NULL;

    if (s == NULL) {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
          "%s: there is no setting \"%s\" (pitbox-agent --help lists them)",
          path, keys[i]);
      return FALSE;
    }
    value = g_key_file_get_string (file, "agent", keys[i], error);
    if (value == NULL || !set_value (config, s, value, path, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
load_environment (PbConfig *config, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++) {
    g_autofree gchar *upper = g_ascii_strup (settings[i].key, -1);
    g_autofree gchar *name =
        g_strdelimit (g_strconcat ("PITBOX_", upper, NULL), "-", '_');
    const gchar *value = g_getenv (name);

    if (value != NULL && !set_value (config, &settings[i], value, name, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
one_of (const gchar *key, const gchar *value, const gchar *const *allowed,
    GError **error)
{
  g_autofree gchar *list = g_strjoinv (", ", (gchar **) allowed);

  if (g_strv_contains (allowed, value))
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
      "%s must be one of %s, not \"%s\"", key, list, value);
  return FALSE;
}

static gboolean
read_passphrase (PbConfig *config, GError **error)
{
  g_autofree gchar *text = NULL;

  if (config->passphrase_file[0] == '\0')
    return TRUE;
  if (!g_file_get_contents (config->passphrase_file, &text, NULL, error)) {
    g_prefix_error (error, "passphrase-file: ");
    return FALSE;
  }
  text[strcspn (text, "\r\n")] = '\0';
  g_free (config->passphrase);
  config->passphrase = g_steal_pointer (&text);
  return TRUE;
}

static gboolean
validate (PbConfig *config, GError **error)
{
  static const gchar *const modes[] = { "video", "telemetry", NULL };
  static const gchar *const sources[] = { "auto", "scene", "x11", "v4l2",
    NULL };
  g_autoptr (GSocketConnectable) address = NULL;
  const gchar *host;
  gsize length;

  if (config->device[0] == '\0') {
    g_free (config->device);
    config->device = g_strdup (config->driver);
  }
  if (!gst_pitbox_id_is_valid (config->driver)
      || !gst_pitbox_id_is_valid (config->device)) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "driver and device must be 1 to 64 of A-Z a-z 0-9 . _ - and not begin "
        "with a dot");
    return FALSE;
  }
  if (!one_of ("mode", config->mode, modes, error)
      || !one_of ("source", config->source, sources, error))
    return FALSE;
  address =
      g_network_address_parse (config->server, PB_CONFIG_DEFAULT_PORT, error);
  if (address == NULL) {
    g_prefix_error (error, "server: ");
    return FALSE;
  }
  host = g_network_address_get_hostname (G_NETWORK_ADDRESS (address));
  if (host[0] == '\0' || host[0] == '-'
      || (strchr (host, ':') != NULL && !g_hostname_is_ip_address (host))) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "server must be HOST:PORT, not \"%s\"", config->server);
    return FALSE;
  }
  if (!read_passphrase (config, error))
    return FALSE;
  length = strlen (config->passphrase);
  if (length != 0 && (length < 10 || length > 79)) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "the passphrase must have 10 to 79 letters (SRT's rule), not %u",
        (guint) length);
    return FALSE;
  }
  /* Half-size chroma planes. */
  config->width &= ~1;
  config->height &= ~1;
  return TRUE;
}

static GOptionContext *
make_context (PbConfig *config, GOptionEntry *entries, gchar **help,
    gchar **values, gchar **file)
{
  GOptionContext *context =
      g_option_context_new ("- stream this PC's race telemetry and picture");
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (settings); i++) {
    if (settings[i].help == NULL)
      continue;
    help[n] = settings[i].fallback[0] == '\0'
                  ? g_strdup (settings[i].help)
                  : g_strdup_printf (
                      "%s (%s)", settings[i].help, settings[i].fallback);
    entries[n] = (GOptionEntry){ settings[i].key, 0, 0, G_OPTION_ARG_STRING,
      &values[i], help[n], settings[i].arg };
    n++;
  }
  entries[n++] = (GOptionEntry){ "config", 'c', 0, G_OPTION_ARG_FILENAME, file,
    "settings file (~/.config/pitbox/agent.conf by default)", "FILE" };
  entries[n++] = (GOptionEntry){ "diagnose", 0, 0, G_OPTION_ARG_NONE,
    &config->diagnose, "check everything, say what is wrong, and leave", NULL };
  entries[n++] = (GOptionEntry){ "version", 0, 0, G_OPTION_ARG_NONE,
    &config->version, "print the version and leave", NULL };
  entries[n] = (GOptionEntry) G_OPTION_ENTRY_NULL;
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_description (context,
      "Each setting can stand in the file ([agent] group, key = value), in the "
      "environment\n(PITBOX_SERVER=…) or on the command line; the later wins. "
      "The passphrase comes from\nthe file, from PITBOX_PASSPHRASE or from "
      "--passphrase-file, never from an option.\n\nExamples:\n"
      "  pitbox-agent --server relay.example.org:9000 --driver car07 "
      "--passphrase-file key\n"
      "  pitbox-agent --mode telemetry\n"
      "  pitbox-agent --diagnose\n");
  return context;
}

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
  GOptionEntry entries[G_N_ELEMENTS (settings) + 4];
  gchar *values[G_N_ELEMENTS (settings)] = { NULL };
  g_autofree gchar *file = NULL;
  g_auto (GStrv) help = g_new0 (gchar *, G_N_ELEMENTS (settings) + 1);
  g_autoptr (GOptionContext) context =
      make_context (config, entries, help, &values[0], &file);
  g_autofree gchar *path = NULL;
  gboolean ok;

  if (!g_option_context_parse (context, argc, argv, error))
    return NULL;
  if (*argc > 1) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION,
        "Unexpected \"%s\"", (*argv)[1]);
    return NULL;
  }
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    set_value (config, &settings[i], settings[i].fallback, "", NULL);
  path = file != NULL ? g_strdup (file)
                      : g_build_filename (g_get_user_config_dir (), "pitbox",
                          "agent.conf", NULL);
  ok = load_file (config, path, file != NULL, error)
       && load_environment (config, error);
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++) {
    if (ok && values[i] != NULL)
      ok = set_value (config, &settings[i], values[i], "option", error);
    g_free (values[i]);
  }
  if (!ok || !validate (config, error))
    return NULL;
  return g_steal_pointer (&config);
}

/**
 * pb_config_free:
 * @config: (transfer full): settings
 */
void
pb_config_free (PbConfig *config)
{
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++) {
    if (settings[i].type == TEXT)
      g_free (*(gchar **) G_STRUCT_MEMBER_P (config, settings[i].offset));
  }
  g_free (config);
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
