/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The table of encoders and the choice from it. */
#include "pb-encoder.h"

#include <gio/gio.h>
#include <gst/gst.h>

/* Hardware of the card that most likely renders the game first; the two
 * software encoders last, the better one before the permissive one. */
static const PbEncoder table[] = {
  { "nvh264enc", "encoder-nvh264", "bitrate", 1000, "gop-size" },
  { "amfh264enc", "encoder-amfh264", "bitrate", 1000, "gop-size" },
  { "qsvh264enc", "encoder-qsvh264", "bitrate", 1000, "gop-size" },
  { "vah264enc", "encoder-vah264", "bitrate", 1000, "key-int-max" },
  { "mfh264enc", "encoder-mfh264", "bitrate", 1000, "gop-size" },
  { "x264enc", "encoder-x264", "bitrate", 1000, "key-int-max" },
  { "openh264enc", "encoder-openh264", "bitrate", 1, "gop-size" },
};

/**
 * pb_encoder_has_factory:
 * @factory: an element's name
 * @user_data: unused
 *
 * A #PbEncoderHas that asks GStreamer's registry. Any thread.
 *
 * Returns: %TRUE if this machine has that element
 */
gboolean
pb_encoder_has_factory (const gchar *factory, gpointer user_data)
{
  g_autoptr (GstElementFactory) found = gst_element_factory_find (factory);

  return found != NULL;
}

/**
 * pb_encoder_choose:
 * @wanted: "auto", or a factory of the table
 * @refused: (nullable) (array zero-terminated=1): factories that failed here
 *   before; "auto" passes over them
 * @has: tells what this machine has
 * @user_data: for @has
 * @error: what is missing, or which names there are
 *
 * Pure: the answer depends on the arguments alone. Any thread.
 *
 * Returns: (transfer none) (nullable): a row of the table
 */
const PbEncoder *
pb_encoder_choose (const gchar *wanted, const gchar *const *refused,
    PbEncoderHas has, gpointer user_data, GError **error)
{
  gboolean automatic = g_strcmp0 (wanted, "auto") == 0;
  GString *names;

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    const PbEncoder *e = &table[i];

    if (automatic) {
      if (refused != NULL && g_strv_contains (refused, e->factory))
        continue;
      if (has (e->factory, user_data))
        return e;
    } else if (g_strcmp0 (wanted, e->factory) == 0) {
      if (has (e->factory, user_data))
        return e;
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
          "This machine has no %s: its driver or GStreamer plugin is missing",
          wanted);
      return NULL;
    }
  }
  names = g_string_new (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    g_string_append_printf (
        names, "%s%s", i == 0 ? "" : ", ", table[i].factory);
  if (automatic)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
        "No H.264 encoder works here (looked for %s); on Debian, "
        "gstreamer1.0-plugins-ugly has x264enc",
        names->str);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "There is no encoder \"%s\"; use auto or one of %s", wanted,
        names->str);
  g_string_free (names, TRUE);
  return NULL;
}
