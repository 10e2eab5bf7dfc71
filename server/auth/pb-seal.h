/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbSeal: secrets that must be readable again, sealed with this server's key. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _PbSeal PbSeal;

PbSeal *pb_seal_new (
    const gchar *key_file, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_seal_free (PbSeal *seal);
GBytes *pb_seal_close (PbSeal *seal, const gchar *secret);
gchar *pb_seal_open (
    PbSeal *seal, GBytes *sealed, GError **error) G_GNUC_WARN_UNUSED_RESULT;

gchar *pb_secret_new (gsize n_bytes);
void pb_secret_free (gchar *secret);
gboolean pb_secret_is_same (const gchar *a, const gchar *b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbSeal, pb_seal_free)

G_END_DECLS
