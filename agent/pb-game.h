/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbGame: what the simulator says of its own running, one row a second. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * PbGameState:
 * @fps: frames a second that the game draws
 * @fg_pct: of its time, by the game's foreground thread
 * @bg_pct: likewise, by the other one
 * @gpu_pct: of its time, by the GPU
 * @tick_rate_hz: rows a second; 0 = unknown
 *
 * Below 0 where this car, or this version of the simulator, does not tell.
 */
typedef struct {
  gdouble fps;
  gdouble fg_pct;
  gdouble bg_pct;
  gdouble gpu_pct;
  guint tick_rate_hz;
} PbGameState;

typedef struct _PbGame PbGame;

PbGame *pb_game_new (GstElement *source);
void pb_game_free (PbGame *game);
void pb_game_look (PbGame *game, PbGameState *state);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbGame, pb_game_free)

G_END_DECLS
