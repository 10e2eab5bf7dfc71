/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbPassword: the one password of this server's pages, kept as Argon2id. */
#pragma once

#include <gio/gio.h>

#include "auth/pb-password.h"

G_BEGIN_DECLS

#define PB_PASSWORD_USER "pitbox"

typedef struct _PbPassword PbPassword;

PbPassword *pb_password_new_from_file (
    const gchar *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
PbPassword *pb_password_new (
    const gchar *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_password_free (PbPassword *password);
gboolean pb_password_check (
    PbPassword *password, const gchar *offered, gint64 now_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbPassword, pb_password_free)

G_END_DECLS
