/* SPDX-License-Identifier: LGPL-2.1-or-later
 * An element's stats as JSON. */
#pragma once

#include <gst/gst.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

void pb_stats_add (
    JsonBuilder *b, const gchar *name, const GstStructure *stats);

G_END_DECLS
