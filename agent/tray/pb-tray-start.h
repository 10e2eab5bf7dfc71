/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Whether the agent starts with the user's session. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean pb_tray_start_get (gboolean *can_change);
gboolean pb_tray_start_set (
    gboolean on, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
