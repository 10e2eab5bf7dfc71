/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Settings go into pitboxcapturebin and pitboxencodebin, and what they chose
 * comes out. */
#include "pb-picture.h"

#include <string.h>

static gboolean
can_capture (const PbConfig *config)
{
#ifdef G_OS_WIN32
  return TRUE;
#else
  const gchar *display =
      config->display[0] != '\0' ? config->display : g_getenv ("DISPLAY");

  return display != NULL && display[0] != '\0';
#endif
}

/* iRacing's, since its Direct3D 11 version; nothing else has both. */
#define SIM_CLASS "SimWinClass"
#define SIM_PROCESS "iRacingSim64DX11.exe"

/**
 * pb_picture_from_config:
 * @picture: (out): how the driver has it; valid as long as @config
 * @config: settings
 */
void
pb_picture_from_config (PbPicture *picture, const PbConfig *config)
{
  *picture = (PbPicture){ config->width, config->height, config->framerate,
    config->bitrate_kbps, config->key_interval_ms, config->encoder };
}

/* Half-size chroma planes, and no smaller than what the settings take. */
static gint
scale (gint pixels, gint num, gint den, gint least)
{
  return MAX ((pixels * num / den) & ~1, MIN (pixels, least));
}

/**
 * pb_picture_shrink:
 * @picture: (inout): as it is asked for; width, height and frame rate shrink
 * @step: by how much
 *
 * Pure.
 */
void
pb_picture_shrink (PbPicture *picture, PbAdaptStep step)
{
  static const gint parts[][3] = {
    /* of size, of that; of the frame rate */
    [PB_ADAPT_WHOLE] = { 1, 1, 1 },
    [PB_ADAPT_SMALLER] = { 3, 4, 1 },
    [PB_ADAPT_SMALLEST] = { 1, 2, 2 },
    [PB_ADAPT_TELEMETRY] = { 1, 2, 2 },
  };
  const gint *part = parts[step];

  picture->width = scale (picture->width, part[0], part[1], 160);
  picture->height = scale (picture->height, part[0], part[1], 90);
  picture->framerate =
      MAX (picture->framerate / part[2], MIN (picture->framerate, 5));
}

/* Of all the desktop nothing but the game is anybody's business. */
static gboolean
means_sim (const PbConfig *config)
{
#ifdef G_OS_WIN32
  return config->window[0] == '\0'
         && (strcmp (config->source, "auto") == 0
             || strcmp (config->source, "window") == 0);
#else
  return FALSE;
#endif
}

/**
 * pb_picture_get_source:
 * @config: settings
 *
 * Returns: (transfer none): "scene", or a source of pitboxcapturebin. "auto" is
 *   the window that is named, on Windows else the simulator's; elsewhere the
 *   screen where there is one, else the drawn scene.
 */
const gchar *
pb_picture_get_source (const PbConfig *config)
{
  /* What they were called when there was only Linux. */
  if (strcmp (config->source, "x11") == 0)
    return "screen";
  if (strcmp (config->source, "v4l2") == 0)
    return "device";
  if (strcmp (config->source, "auto") != 0)
    return config->source;
  if (!can_capture (config))
    return "scene";
  return config->window[0] != '\0' || means_sim (config) ? "window" : "screen";
}

/**
 * pb_picture_is_scene:
 * @config: settings
 *
 * Returns: %TRUE if the picture is drawn of the rows, and not captured
 */
gboolean
pb_picture_is_scene (const PbConfig *config)
{
  return strcmp (pb_picture_get_source (config), "scene") == 0;
}

/**
 * pb_picture_configure_capture:
 * @capture: a pitboxcapturebin
 * @config: settings
 */
void
pb_picture_configure_capture (GstElement *capture, const PbConfig *config)
{
  gst_util_set_object_arg (
      G_OBJECT (capture), "source", pb_picture_get_source (config));
  g_object_set (capture, "window-title", config->window, "display",
      config->display, "device", config->capture_device, NULL);
  if (means_sim (config))
    g_object_set (capture, "window-class", SIM_CLASS, "window-process",
        SIM_PROCESS, NULL);
}

/**
 * pb_picture_configure_encoder:
 * @encoder: a pitboxencodebin
 * @picture: how it shall be
 * @exclude: elements that failed here before, with commas between
 */
void
pb_picture_configure_encoder (
    GstElement *encoder, const PbPicture *picture, const gchar *exclude)
{
  g_object_set (encoder, "encoder", picture->encoder, "exclude", exclude,
      "bitrate", (guint) picture->bitrate_kbps, "key-interval",
      (guint) picture->key_interval_ms, NULL);
}

/**
 * pb_picture_check_encoder:
 * @name: a setting
 * @known: names and patterns up to %NULL
 * @error: names all of them
 *
 * Pure.
 *
 * Returns: %TRUE for "auto" and for a known encoder, be it on this machine or not
 */
gboolean
pb_picture_check_encoder (
    const gchar *name, const gchar *const *known, GError **error)
{
  g_autoptr (GString) names = g_string_new ("auto");

  if (strcmp (name, "auto") == 0)
    return TRUE;
  for (guint i = 0; known[i] != NULL; i++) {
    if (g_pattern_match_simple (known[i], name))
      return TRUE;
    if (strchr (known[i], '*') == NULL)
      g_string_append_printf (names, ", %s", known[i]);
  }
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
      "--encoder must be one of %s, not \"%s\"", names->str, name);
  return FALSE;
}

/**
 * pb_picture_check:
 * @encoder: a setting
 * @error: what is wrong with it
 *
 * What can be said of it only by the elements. Where pitboxencodebin is
 * missing, the stream says so.
 *
 * Returns: %FALSE with @error set
 */
gboolean
pb_picture_check (const gchar *encoder, GError **error)
{
  g_autoptr (GstElement) bin = NULL;
  g_auto (GStrv) known = NULL;

  if (strcmp (encoder, "auto") == 0)
    return TRUE;
  bin = gst_element_factory_make ("pitboxencodebin", NULL);
  if (bin == NULL)
    return TRUE;
  gst_object_ref_sink (bin);
  g_object_get (bin, "encoders", &known, NULL);
  return pb_picture_check_encoder (
      encoder, (const gchar *const *) known, error);
}

/**
 * pb_picture_dup_backend:
 * @bin: one of the two
 * @field: of its active-backend
 *
 * Returns: (transfer full) (nullable): what it says; %NULL before it chose
 */
gchar *
pb_picture_dup_backend (GstElement *bin, const gchar *field)
{
  g_autoptr (GstStructure) backend = NULL;

  g_object_get (bin, "active-backend", &backend, NULL);
  return backend != NULL ? g_strdup (gst_structure_get_string (backend, field))
                         : NULL;
}
