/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Values of a row as JSON text. */
#pragma once

#include "gstpitboxschema.h"

G_BEGIN_DECLS

void gst_pitbox_json_append_string (GString *out, const gchar *text);
void gst_pitbox_json_append_var (
    GString *out, const guint8 *row, const GstPitboxVar *var);

G_END_DECLS
