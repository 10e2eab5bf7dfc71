/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbPulse: a few bytes of memory that the keeper and its agent share. The agent
 * says there that its main loop goes round, and which icon is its own. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _PbPulse PbPulse;

/* The keeper's. */
PbPulse *pb_pulse_new (GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_pulse_free (PbPulse *pulse);
gintptr pb_pulse_get_handle (PbPulse *pulse);
guint pb_pulse_get_beats (PbPulse *pulse);
void pb_pulse_begin_anew (PbPulse *pulse);

/* The agent's, in the process that has the handle; once. */
void pb_pulse_join (gintptr handle);
void pb_pulse_beat (void);
void pb_pulse_set_icon (guint64 window, guint id);

G_END_DECLS
