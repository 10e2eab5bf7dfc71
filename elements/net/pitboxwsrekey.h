/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PitboxWsRekey: the middle of a run of units as units that can be understood
 * from the first one on. No sockets, no clock, no lock. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _PitboxWsRekey PitboxWsRekey;

PitboxWsRekey *pitbox_ws_rekey_new (guint32 run_id, guint32 first);
void pitbox_ws_rekey_free (PitboxWsRekey *rekey);
GPtrArray *pitbox_ws_rekey_take (PitboxWsRekey *rekey, GBytes *units,
    guint32 sequence, guint n_rows, GstClockTime pts);
void pitbox_ws_rekey_force_key (PitboxWsRekey *rekey);

G_END_DECLS
