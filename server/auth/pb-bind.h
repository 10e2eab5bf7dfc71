/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Where a server without credentials may listen: nowhere but on this machine. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

gboolean pb_bind_is_loopback (const gchar *address);
gboolean pb_bind_check (const gchar *address, gboolean has_people,
    gboolean is_private, GError **error);

G_END_DECLS
