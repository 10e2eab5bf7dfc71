/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbHarmLook: the simulator's newest row and the PC's processors, at a trickle,
 * whatever the stream does. */
#pragma once

#include "harm/pb-harm-sample.h"

G_BEGIN_DECLS

/* Main thread only. */
typedef struct _PbHarmLook PbHarmLook;

PbHarmLook *pb_harm_look_new (const gchar *shm_name);
void pb_harm_look_free (PbHarmLook *look);
void pb_harm_look_read (PbHarmLook *look, PbHarmSample *sample);
gboolean pb_harm_look_has_sim (const PbHarmLook *look);
gboolean pb_harm_look_has_frame_rate (const PbHarmLook *look);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbHarmLook, pb_harm_look_free)

G_END_DECLS
