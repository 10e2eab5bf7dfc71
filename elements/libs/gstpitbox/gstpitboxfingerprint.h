/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SHA-256 of a TLS certificate, by which one is trusted that nobody vouches
 * for. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

gchar *gst_pitbox_fingerprint_new (GTlsCertificate *certificate);
gboolean gst_pitbox_fingerprint_fits (
    const gchar *fingerprint, GTlsCertificate *certificate);

G_END_DECLS
