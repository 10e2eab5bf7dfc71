/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Writes and reads `#!::r=<driver>,m=publish,u=<device>`, the form of the SRT
 * access control guideline (libsrt, docs/features/access-control.md). */
#include "gstpitboxstreamid.h"

#include <string.h>

#include "gstpitboxerror.h"

#define PREFIX "#!::"
/* libsrt carries at most this many bytes. */
#define MAX_STREAM_ID_BYTES 512

/**
 * gst_pitbox_id_is_valid:
 * @id: (nullable): a driver's or device's id
 *
 * Returns: %TRUE if @id is 1 to %GST_PITBOX_MAX_ID_BYTES ASCII letters, digits
 *   or "._-" and does not begin with a dot. Any thread.
 */
gboolean
gst_pitbox_id_is_valid (const gchar *id)
{
  gsize n;

  if (id == NULL || *id == '\0' || *id == '.')
    return FALSE;
  for (n = 0; id[n] != '\0'; n++)
    if (n >= GST_PITBOX_MAX_ID_BYTES
        || !(g_ascii_isalnum (id[n]) || strchr ("._-", id[n]) != NULL))
      return FALSE;
  return TRUE;
}

/**
 * gst_pitbox_stream_id_new:
 * @driver: a valid id
 * @device: a valid id
 *
 * Returns: (transfer full) (nullable): the stream id to publish with; %NULL if
 *   one of the ids is not valid. Any thread.
 */
gchar *
gst_pitbox_stream_id_new (const gchar *driver, const gchar *device)
{
  if (!gst_pitbox_id_is_valid (driver) || !gst_pitbox_id_is_valid (device))
    return NULL;
  return g_strdup_printf (PREFIX "r=%s,m=publish,u=%s", driver, device);
}

/**
 * gst_pitbox_stream_id_parse:
 * @stream_id: (nullable): from a caller; not trusted
 * @driver: (out): the driver's id
 * @device: (out): the device's id
 * @error: (out): %GST_PITBOX_ERROR_INVALID if it is not of the form,
 *   %GST_PITBOX_ERROR_UNSUPPORTED if its mode is not "publish"
 *
 * Keys may come in any order; unknown keys are ignored. Any thread.
 *
 * Returns: %TRUE if both ids are there and valid
 */
gboolean
gst_pitbox_stream_id_parse (
    const gchar *stream_id, gchar **driver, gchar **device, GError **error)
{
  g_auto (GStrv) pairs = NULL;
  const gchar *r = NULL, *u = NULL, *m = NULL;

  if (stream_id == NULL || !g_str_has_prefix (stream_id, PREFIX)
      || strlen (stream_id) > MAX_STREAM_ID_BYTES) {
    g_set_error_literal (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
        "no stream id of the form #!::r=DRIVER,m=publish,u=DEVICE");
    return FALSE;
  }
  pairs = g_strsplit (stream_id + strlen (PREFIX), ",", -1);
  for (guint i = 0; pairs[i] != NULL; i++) {
    if (g_str_has_prefix (pairs[i], "r="))
      r = pairs[i] + 2;
    else if (g_str_has_prefix (pairs[i], "u="))
      u = pairs[i] + 2;
    else if (g_str_has_prefix (pairs[i], "m="))
      m = pairs[i] + 2;
  }
  if (!gst_pitbox_id_is_valid (r) || !gst_pitbox_id_is_valid (u)) {
    g_set_error_literal (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
        "the stream id names no valid driver (r=) and device (u=)");
    return FALSE;
  }
  if (g_strcmp0 (m, "publish") != 0) {
    g_set_error_literal (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_UNSUPPORTED,
        "the stream id does not ask to publish (m=publish)");
    return FALSE;
  }
  *driver = g_strdup (r);
  *device = g_strdup (u);
  return TRUE;
}
