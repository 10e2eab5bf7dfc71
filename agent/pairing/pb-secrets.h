/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A file that only this user of this PC can read: mode 0600, or DPAPI. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** PB_SECRETS_MAX_BYTES: of the text; ours has some hundred. */
#define PB_SECRETS_MAX_BYTES 65536

gchar *pb_secrets_load (
    const gchar *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pb_secrets_save (const gchar *path, const gchar *text,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pb_secrets_remove (
    const gchar *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_secrets_free (gchar *text);

G_END_DECLS
