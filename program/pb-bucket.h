/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How much of something may come: at once, and for long. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean pb_bucket_take (
    gint64 *full_us, gint64 cost_us, gint64 room_us, gint64 now_us);

G_END_DECLS
