/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbHolds: who sent more than it may, and does not come back for a while. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* No clock: times are given, of one that never goes back. */
typedef struct _PbHolds PbHolds;

PbHolds *pb_holds_new (guint hold_s);
void pb_holds_free (PbHolds *holds);
void pb_holds_add (PbHolds *holds, const gchar *device, gint64 now_us);
guint pb_holds_get_s (PbHolds *holds, const gchar *device, gint64 now_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbHolds, pb_holds_free)

G_END_DECLS
