/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbChild: this program once more, as a process that ends when it is asked to,
 * and when whoever started it is gone. */
#pragma once

#include "keeper/pb-pulse.h"

G_BEGIN_DECLS

/* Its value in a child is the handle of its PbPulse, or -1; a child of that
 * child has none. */
#define PB_CHILD_VARIABLE "PITBOX_SUPERVISED"

typedef struct _PbChild PbChild;

/**
 * PbChildEnded:
 * @code: its exit code; of one that was killed or crashed what the system says,
 *   which is neither 0 nor 2
 *
 * Called once, in the main context.
 */
typedef void (*PbChildEnded) (guint32 code, gpointer user_data);

PbChild *pb_child_start (gchar *const *argv, PbPulse *pulse, PbChildEnded ended,
    gpointer user_data, GError **error) G_GNUC_WARN_UNUSED_RESULT;
guint64 pb_child_get_id (PbChild *child);
void pb_child_ask_to_end (PbChild *child);
void pb_child_kill (PbChild *child);
void pb_child_free (PbChild *child);

void pb_child_wait_for_the_wish (void);
void pb_child_vanish (void);

G_END_DECLS
