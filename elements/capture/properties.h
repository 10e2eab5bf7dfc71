/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Setting properties that another version of an element may not have. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

gboolean properties_set (
    gpointer object, const gchar *names, const gchar *values);
gboolean properties_are_live (gpointer object, const gchar *names);

G_END_DECLS
