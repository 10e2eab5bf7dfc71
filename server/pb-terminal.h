/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Asking somebody at a terminal for a secret. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

gboolean pb_terminal_is_there (void);
gchar *pb_terminal_ask_secret (
    const gchar *prompt, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
