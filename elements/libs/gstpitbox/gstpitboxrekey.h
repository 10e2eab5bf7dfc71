/* SPDX-License-Identifier: LGPL-2.1-or-later
 * GstPitboxRekey: the middle of a run of units as units that can be understood
 * from the first one on. No sockets, no clock, no lock. */
#pragma once

#include <gst/gst.h>
#include <gstpitbox/gstpitboxapi.h>

G_BEGIN_DECLS

/* One thread at a time. */
typedef struct _GstPitboxRekey GstPitboxRekey;

GST_PITBOX_API GstPitboxRekey *gst_pitbox_rekey_new (
    guint32 run_id, guint32 first);
GST_PITBOX_API void gst_pitbox_rekey_free (GstPitboxRekey *rekey);
GST_PITBOX_API GPtrArray *gst_pitbox_rekey_take (GstPitboxRekey *rekey,
    GBytes *units, guint32 sequence, guint n_rows, GstClockTime pts);
GST_PITBOX_API void gst_pitbox_rekey_force_key (GstPitboxRekey *rekey);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstPitboxRekey, gst_pitbox_rekey_free)

G_END_DECLS
