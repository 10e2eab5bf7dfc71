/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbUnitsLoop: a thread with a main context of its own, for many WebSockets. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _PbUnitsLoop PbUnitsLoop;

PbUnitsLoop *pb_units_loop_new (void);
void pb_units_loop_free (PbUnitsLoop *loop);
GMainContext *pb_units_loop_get_context (PbUnitsLoop *loop);
guint pb_units_loop_count (PbUnitsLoop *loop);
void pb_units_loop_enter (PbUnitsLoop *loop);
void pb_units_loop_leave (PbUnitsLoop *loop);
void pb_units_loop_post (PbUnitsLoop *loop, GSourceFunc func,
    gpointer user_data, GDestroyNotify notify);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbUnitsLoop, pb_units_loop_free)

G_END_DECLS
