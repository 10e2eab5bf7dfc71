/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The person "admin" whose password stands in a file. */
#pragma once

#include "store/pb-store.h"

G_BEGIN_DECLS

#define PB_ADMIN_LOGIN "admin"

gboolean pb_admin_ensure (
    PbStore *store, const gchar *password_file, GError **error);

G_END_DECLS
