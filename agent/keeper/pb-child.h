/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbChild: this program once more, as a process that ends when it is asked to,
 * and when whoever started it is gone. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Its value is "1" in a child; a child of that child is none. */
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

PbChild *pb_child_start (gchar *const *argv, PbChildEnded ended,
    gpointer user_data, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_child_ask_to_end (PbChild *child);
void pb_child_kill (PbChild *child);
void pb_child_free (PbChild *child);

void pb_child_wait_for_the_wish (void);
void pb_child_vanish (void);

G_END_DECLS
