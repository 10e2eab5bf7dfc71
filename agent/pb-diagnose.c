/* SPDX-License-Identifier: LGPL-2.1-or-later
 * pitbox-agent --diagnose: one line a check, on stdout. */
#include "pb-diagnose.h"

#include "control/pb-usage.h"
#include "pb-picture.h"
#include "pb-refusal.h"
#include "pb-sim.h"
#include "pb-uplink.h"

#include <gst/gst.h>
#include <string.h>

/* A try of the link is over when the server took it, refused it, or was not
 * there within this time. */
#define LINK_TIMEOUT (5 * GST_SECOND)

/* @out: gets the line; NULL: stdout does */
static void
line (GString *out, gboolean ok, const gchar *what, const gchar *format, ...)
{
  g_autofree gchar *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  if (out != NULL)
    g_string_append_printf (
        out, "%-4s %-10s %s\n", ok ? "ok" : "BAD", what, text);
  else
    g_print ("%-4s %-10s %s\n", ok ? "ok" : "BAD", what, text);
}

static gboolean
check_elements (GString *out)
{
  static const gchar *const needed[] = { "irsdksrc", "telemetryenc",
    "telemetrytsmux", "pitboxwssink", "telemetrypace", "telemetryscene",
    "pitboxcapturebin", "pitboxencodebin", "pitboxsrtsink", "mpegtsmux",
    "h264parse", NULL };
  GString *missing = g_string_new (NULL);
  gboolean ok;

  for (guint i = 0; needed[i] != NULL; i++) {
    g_autoptr (GstElementFactory) found = gst_element_factory_find (needed[i]);

    if (found == NULL)
      g_string_append_printf (missing, " %s", needed[i]);
  }
  ok = missing->len == 0;
  line (out, ok, "elements", ok ? "all there" : "missing:%s (GST_PLUGIN_PATH?)",
      missing->str);
  g_string_free (missing, TRUE);
  return ok;
}

/* What was not taken, and why: a line each, below what was. */
static void
list_refused (GstElement *bin)
{
  g_autofree gchar *refused = pb_picture_dup_backend (bin, "refused");
  g_auto (GStrv) lines =
      refused != NULL ? g_strsplit (refused, "; ", -1) : NULL;

  for (guint i = 0; lines != NULL && lines[i] != NULL; i++) {
    if (lines[i][0] != '\0')
      g_print ("%-4s %-10s not %s\n", "", "", lines[i]);
  }
}

/* PAUSED is where a screen is opened and an encoder chosen and tried. */
static gboolean
check_bin (GstElement *bin, const gchar *what, const gchar *field)
{
  g_autoptr (GstBus) bus = gst_bus_new ();
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *chosen = NULL;
  g_autofree gchar *lacking = NULL;
  gboolean ok;

  gst_element_set_bus (bin, bus);
  ok =
      gst_element_set_state (bin, GST_STATE_PAUSED) != GST_STATE_CHANGE_FAILURE;
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  if (message != NULL)
    gst_message_parse_error (message, &error, NULL);
  chosen = pb_picture_dup_backend (bin, field);
  lacking = pb_picture_dup_backend (bin, "lacking");
  if (ok && error == NULL) {
    line (NULL, TRUE, what, "%s%s%s", chosen,
        lacking != NULL ? ", without " : "", lacking != NULL ? lacking : "");
    list_refused (bin);
  } else {
    line (NULL, FALSE, what, "%s",
        error != NULL ? error->message : "it cannot be started");
  }
  gst_element_set_state (bin, GST_STATE_NULL);
  gst_element_set_bus (bin, NULL);
  return ok && error == NULL;
}

static gboolean
check_capture (const PbConfig *config)
{
  g_autoptr (GstElement) bin = NULL;

  if (pb_picture_is_scene (config))
    return TRUE;
  bin = gst_element_factory_make ("pitboxcapturebin", NULL);
  if (bin == NULL)
    return FALSE; /* check_elements() has said so */
  gst_object_ref_sink (bin);
  pb_picture_configure_capture (bin, config);
  return check_bin (bin, "capture", "element");
}

static gboolean
check_encoder (const PbConfig *config)
{
  g_autoptr (GstElement) bin =
      gst_element_factory_make ("pitboxencodebin", NULL);
  PbPicture picture;

  if (bin == NULL)
    return FALSE;
  gst_object_ref_sink (bin);
  pb_picture_from_config (&picture, config);
  pb_picture_configure_encoder (bin, &picture, "");
  return check_bin (bin, "encoder", "element");
}

static gboolean
say_settings (GString *out, const PbConfig *config)
{
  const gchar *advice = pb_config_advise_setup (config);

  if (advice != NULL) {
    line (out, FALSE, "settings", "%s", advice);
    return FALSE;
  }
  line (out, TRUE, "settings",
      "driver %s, device %s, mode %s, passphrase %s%s%s", config->driver,
      config->device, config->mode,
      config->passphrase[0] != '\0' ? "set" : "not set",
      config->pairing != NULL ? ", paired with " : "",
      config->pairing != NULL ? config->pairing->url : "");
  return TRUE;
}

static gboolean
say_picture (GString *out, const PbConfig *config)
{
  if (pb_config_get_mode (config) != PB_MODE_VIDEO) {
    line (out, TRUE, "picture", "off (mode = telemetry)");
    return FALSE;
  }
  line (out, TRUE, "picture", "%s, %d x %d at %d fps, %d kbit/s",
      pb_picture_get_source (config), config->width, config->height,
      config->framerate, config->bitrate_kbps);
  return TRUE;
}

static gboolean
check_picture (const PbConfig *config)
{
  gboolean ok;

  if (!say_picture (NULL, config))
    return TRUE;
  ok = check_capture (config);
  return check_encoder (config) && ok;
}

/* What the governor would see at its first look; loads need two. */
static void
say_pc (GString *out, const PbConfig *config)
{
  PbMachine machine;

  if (strcmp (config->governor, "off") == 0) {
    line (out, TRUE, "governor", "off");
    return;
  }
  pb_usage_get_machine (&machine);
  line (out, TRUE, "governor",
      "%u processors%s, %.0f MB of memory free%s; the agent may take %d %% of "
      "them and %d MB, all programs %d %%, and leave %d MB; the game shall "
      "draw %d fps",
      g_get_num_processors (),
      machine.total_us > 0 ? "" : " (how busy, this system does not tell)",
      machine.free_memory_bytes / 1048576.0,
      machine.free_memory_bytes > 0 ? "" : " (this system does not tell)",
      config->budget_cpu_pct, config->budget_memory_mb, config->budget_pc_pct,
      config->budget_free_mb, config->budget_game_fps);
}

static gboolean
check_sim (GString *out, const PbConfig *config)
{
  const gboolean sim = pb_sim_is_running (config->shm_name);

  line (out, sim, "simulator",
      sim ? "running" : "not running (start it, or pitbox-sim)");
  return sim;
}

/* What a link try has said so far. */
typedef struct {
  const PbConfig *config;
  gboolean connected;
  gint code;
  gchar *reason; /* why not, and what to do */
} LinkTry;

static void
note_message (LinkTry *link, GstMessage *message)
{
  const GstStructure *s = gst_message_get_structure (message);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *advice = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, NULL);
    advice = pb_refusal_advise (link->config, link->code, error);
    link->reason = g_strconcat (
        error->message, advice != NULL ? ": " : NULL, advice, NULL);
  } else if (pb_refusal_read_code (s, &link->code)) {
    link->connected =
        g_strcmp0 (gst_structure_get_string (s, "state"), "connected") == 0;
  }
}

/* Connects, sends nothing, and leaves: to be let in is the answer. */
static gboolean
check_link (const PbConfig *config)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) sink = NULL;
  g_autoptr (GstBus) bus = NULL;
  g_autofree gchar *reason = NULL;
  LinkTry link = { config, FALSE, 0, NULL };
  gint64 end = g_get_monotonic_time () + LINK_TIMEOUT / 1000;
  PbTransportState ways = { 0 };
  const gchar *why;
  const PbTransport transport =
      pb_transport_choose (&ways, config, pb_config_get_mode (config), 0, &why);

  sink = gst_element_factory_make (pb_uplink_get_element (transport), NULL);
  if (sink == NULL)
    return FALSE; /* check_elements() has said so */
  gst_object_ref_sink (sink);
  if (!pb_uplink_configure (sink, config, transport, &error)) {
    line (NULL, FALSE, "server", "%s", error->message);
    return FALSE;
  }
  g_object_set (sink, "reconnect", FALSE, NULL);
  bus = gst_bus_new ();
  gst_element_set_bus (sink, bus);
  gst_element_set_state (sink, GST_STATE_PAUSED);
  while (
      !link.connected && link.reason == NULL && g_get_monotonic_time () < end) {
    g_autoptr (GstMessage) m = gst_bus_timed_pop_filtered (
        bus, 100 * GST_MSECOND, GST_MESSAGE_ERROR | GST_MESSAGE_ELEMENT);

    if (m != NULL)
      note_message (&link, m);
  }
  gst_element_set_state (sink, GST_STATE_NULL);
  gst_element_set_bus (sink, NULL);
  /* A reason of the element begins with the address. */
  reason = link.reason;
  if (reason != NULL)
    line (NULL, FALSE, "server", "%s", reason);
  else
    line (NULL, link.connected, "server", "%s: %s",
        transport == PB_TRANSPORT_SRT ? config->server : config->url,
        link.connected
            ? transport == PB_TRANSPORT_SRT ? "takes this device"
                                            : "takes this device by WebSocket"
            : "no answer; is pitbox-server running there, and UDP let "
              "through?");
  return link.connected;
}

/**
 * pb_diagnose:
 * @config: settings
 *
 * Prints one line for each thing a stream needs. Main thread only; takes up to
 * five seconds where the server does not answer, and as long for each hardware
 * encoder that was not tried before and does not answer.
 *
 * Returns: %TRUE if a stream would run now
 */
gboolean
pb_diagnose (const PbConfig *config)
{
  gboolean ok;

  ok = say_settings (NULL, config);
  ok = check_elements (NULL) && ok;
  ok = check_picture (config) && ok;
  say_pc (NULL, config);
  ok = check_sim (NULL, config) && ok;
  /* Where nobody has said to whom, no server can say no. */
  return (!config->is_set_up || check_link (config)) && ok;
}

/**
 * pb_diagnose_at_work:
 * @config: settings
 * @out: gets the lines
 *
 * What pb_diagnose() says without opening a camera, a screen, an encoder or a
 * connection, so that nothing of it disturbs a stream. Main thread only.
 */
void
pb_diagnose_at_work (const PbConfig *config, GString *out)
{
  say_settings (out, config);
  check_elements (out);
  say_picture (out, config);
  say_pc (out, config);
  check_sim (out, config);
}
