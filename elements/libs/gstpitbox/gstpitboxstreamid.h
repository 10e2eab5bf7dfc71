/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The SRT stream id by which a caller says who it is and what it wants. */
#pragma once

#include <gstpitbox/gstpitboxapi.h>
#include <glib.h>

G_BEGIN_DECLS

/* Ids end up in URLs, file names and logs. */
#define GST_PITBOX_MAX_ID_BYTES 64

/**
 * GstPitboxStreamMode:
 * @GST_PITBOX_STREAM_PUBLISH: the caller sends a driver's stream
 * @GST_PITBOX_STREAM_REQUEST: the caller wants to be sent one
 */
typedef enum {
  GST_PITBOX_STREAM_PUBLISH,
  GST_PITBOX_STREAM_REQUEST,
} GstPitboxStreamMode;

GST_PITBOX_API gboolean gst_pitbox_id_is_valid (const gchar *id);
GST_PITBOX_API gchar *gst_pitbox_stream_id_new (
    GstPitboxStreamMode mode, const gchar *driver, const gchar *user);
GST_PITBOX_API gboolean gst_pitbox_stream_id_parse (const gchar *stream_id,
    GstPitboxStreamMode *mode, gchar **driver, gchar **user,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
