/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Windows of the desktop, as each system has them. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

gboolean capture_os_has_display (const gchar *display);
guint64 capture_os_find_window (const gchar *display, const gchar *title,
    guint64 handle, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
