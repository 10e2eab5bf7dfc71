/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A certificate that nobody has signed, for a LAN without names. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

gboolean pb_tls_self_sign (const gchar *certificate_file, const gchar *key_file,
    const gchar *const *addresses, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
