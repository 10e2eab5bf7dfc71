/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Passphrases: which can be used, and how they are forgotten. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean pitbox_secret_is_valid (const gchar *passphrase);
void pitbox_secret_free (gchar *passphrase);
gchar *pitbox_secret_read_file (
    const gchar *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
