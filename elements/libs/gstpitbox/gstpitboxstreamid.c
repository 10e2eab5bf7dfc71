/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Writes and reads `#!::r=<driver>,m=publish,u=<device>` and
 * `#!::r=<driver>,m=request,u=<reader>`, the form of the SRT access control
 * guideline (libsrt, docs/features/access-control.md). */
#include "gstpitboxstreamid.h"

#include <string.h>

#include "gstpitboxerror.h"

#define PREFIX "#!::"
/* The same for who took it out of a URL as it stands there: ffmpeg (5.1). */
#define ESCAPED_HASH "%23"
/* libsrt carries at most this many bytes. */
#define MAX_STREAM_ID_BYTES 512

/**
 * gst_pitbox_id_is_valid:
 * @id: (nullable): a driver's, device's or reader's id
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

static const gchar *
mode_name (GstPitboxStreamMode mode)
{
  return mode == GST_PITBOX_STREAM_REQUEST ? "request" : "publish";
}

/**
 * gst_pitbox_stream_id_new:
 * @mode: what the caller wants
 * @driver: a valid id
 * @user: a valid id: the device that publishes, the reader that requests
 *
 * Returns: (transfer full) (nullable): the stream id to call with; %NULL if
 *   one of the ids is not valid. Any thread.
 */
gchar *
gst_pitbox_stream_id_new (
    GstPitboxStreamMode mode, const gchar *driver, const gchar *user)
{
  if (!gst_pitbox_id_is_valid (driver) || !gst_pitbox_id_is_valid (user))
    return NULL;
  return g_strdup_printf (
      PREFIX "r=%s,m=%s,u=%s", driver, mode_name (mode), user);
}

/**
 * gst_pitbox_stream_id_parse:
 * @stream_id: (nullable): from a caller; not trusted
 * @mode: (out): what the caller wants; without m= it requests, as the
 *   guideline says
 * @driver: (out): the driver's id
 * @user: (out): the id of the device or reader
 * @error: (out): %GST_PITBOX_ERROR_INVALID if it is not of the form,
 *   %GST_PITBOX_ERROR_UNSUPPORTED if its mode is neither "publish" nor
 *   "request"
 *
 * Keys may come in any order; unknown keys are ignored. Where it begins with
 * `%23` it is read as a part of a URL, so that one address serves callers that
 * decode it and those that do not. Any thread.
 *
 * Returns: %TRUE if both ids are there and valid
 */
gboolean
gst_pitbox_stream_id_parse (const gchar *stream_id, GstPitboxStreamMode *mode,
    gchar **driver, gchar **user, GError **error)
{
  g_auto (GStrv) pairs = NULL;
  g_autofree gchar *text = NULL;
  const gchar *r = NULL, *u = NULL, *m = "request";

  if (stream_id != NULL && strlen (stream_id) <= MAX_STREAM_ID_BYTES)
    text = g_str_has_prefix (stream_id, ESCAPED_HASH)
               ? g_uri_unescape_string (stream_id, NULL)
               : g_strdup (stream_id);
  if (text == NULL || !g_str_has_prefix (text, PREFIX)) {
    g_set_error_literal (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
        "no stream id of the form #!::r=DRIVER,m=publish,u=DEVICE or "
        "#!::r=DRIVER,m=request,u=READER");
    return FALSE;
  }
  pairs = g_strsplit (text + strlen (PREFIX), ",", -1);
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
        "the stream id names no valid driver (r=) and device or reader (u=)");
    return FALSE;
  }
  if (!g_str_equal (m, "publish") && !g_str_equal (m, "request")) {
    g_set_error_literal (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_UNSUPPORTED,
        "the stream id asks neither to publish nor for a stream "
        "(m=publish, m=request)");
    return FALSE;
  }
  *mode = g_str_equal (m, "publish") ? GST_PITBOX_STREAM_PUBLISH
                                     : GST_PITBOX_STREAM_REQUEST;
  *driver = g_strdup (r);
  *user = g_strdup (u);
  return TRUE;
}
