/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbTurns: a few threads on which many take turns, all that is due at once. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _PbTurns PbTurns;
typedef struct _PbTurn PbTurn;

/* Does what there is to do; may wait for the disk. Returns: monotonic time of
 * the next turn if nobody wants one before */
typedef gint64 (*PbTurnFunc) (gpointer user_data);

PbTurns *pb_turns_new (guint n_threads, guint gather_ms);
void pb_turns_free (PbTurns *turns);
PbTurn *pb_turns_add (PbTurns *turns, PbTurnFunc func, gpointer user_data);
void pb_turn_want (PbTurn *turn);
void pb_turn_remove (PbTurn *turn);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbTurns, pb_turns_free)

G_END_DECLS
