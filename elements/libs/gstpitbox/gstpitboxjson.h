/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Values of a row as JSON text. */
#pragma once

#include <gstpitbox/gstpitboxapi.h>
#include <gstpitbox/gstpitboxfieldlist.h>

G_BEGIN_DECLS

GST_PITBOX_API void gst_pitbox_json_append_string (
    GString *out, const gchar *text);
GST_PITBOX_API void gst_pitbox_json_append_field (
    GString *out, const guint8 *row, const GstPitboxField *field);

G_END_DECLS
