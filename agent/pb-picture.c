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

/**
 * pb_picture_get_source:
 * @config: settings
 *
 * Returns: (transfer none): "scene", or a source of pitboxcapturebin. "auto" is
 *   the window that is named, else the screen where there is one, else the drawn
 *   scene.
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
  return config->window[0] != '\0' ? "window" : "screen";
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
}

/**
 * pb_picture_configure_encoder:
 * @encoder: a pitboxencodebin
 * @config: settings
 * @exclude: elements that failed here before, with commas between
 */
void
pb_picture_configure_encoder (
    GstElement *encoder, const PbConfig *config, const gchar *exclude)
{
  g_object_set (encoder, "encoder", config->encoder, "exclude", exclude,
      "bitrate", (guint) config->bitrate_kbps, "key-interval",
      (guint) config->key_interval_ms, NULL);
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
