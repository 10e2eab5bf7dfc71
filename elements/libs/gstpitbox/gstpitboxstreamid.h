/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The SRT stream id by which an agent says who it is. */
#pragma once

#include <gstpitbox/gstpitboxapi.h>
#include <glib.h>

G_BEGIN_DECLS

/* Ids end up in URLs, file names and logs. */
#define GST_PITBOX_MAX_ID_BYTES 64

GST_PITBOX_API gboolean gst_pitbox_id_is_valid (const gchar *id);
GST_PITBOX_API gchar *gst_pitbox_stream_id_new (
    const gchar *driver, const gchar *device);
GST_PITBOX_API gboolean gst_pitbox_stream_id_parse (const gchar *stream_id,
    gchar **driver, gchar **device, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
