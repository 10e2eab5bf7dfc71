/* SPDX-License-Identifier: LGPL-2.1-or-later
 * After a crash: sessions that were left open get their end, and the bytes
 * that the index has not seen get their lines. */
#pragma once

#include "store/pb-index.h"
#include "store/pb-recordings.h"

G_BEGIN_DECLS

gboolean pb_recovery_run (PbStore *store, const gchar *recordings,
    guint *n_open, guint *n_unknown, GError **error);

G_END_DECLS
