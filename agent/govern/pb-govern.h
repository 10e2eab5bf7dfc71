/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbGovern: what of the stream the driver's PC can spare; pure. */
#pragma once

#include "adapt/pb-adapt.h"
#include "govern/pb-thin.h"

G_BEGIN_DECLS

/* What a system, a car or a stream does not tell. */
#define PB_GOVERN_UNKNOWN (-1.0)

/**
 * PbGovernBudget:
 * @agent_cpu_pct: of the whole machine, by the agent
 * @machine_cpu_pct: of the whole machine, by everything on it
 * @game_fps: frames a second that the game shall keep
 * @game_load_pct: of its time, by the game's threads or by the GPU, while the
 *   game draws hardly more frames than it shall
 * @memory_mb: resident, of the agent
 * @free_memory_mb: that other programs find, at least
 * @late_ms: how old a row may be that still waits for the network
 * @wait_s: of calm before a step back
 *
 * 0 is no budget; but for @wait_s, which is 1 at least.
 */
typedef struct {
  gdouble agent_cpu_pct;
  gdouble machine_cpu_pct;
  gdouble game_fps;
  gdouble game_load_pct;
  gdouble memory_mb;
  gdouble free_memory_mb;
  gdouble late_ms;
  guint wait_s;
} PbGovernBudget;

/**
 * PbGovernSample:
 * @now_us: monotonic
 * @agent_cpu_pct: since the last look, of the whole machine
 * @machine_cpu_pct: likewise
 * @gpu_pct: of its time
 * @game_fps: the game's frames a second
 * @game_fg_pct: of its time, by the game's foreground thread
 * @game_bg_pct: likewise, by the other one
 * @memory_mb: resident, of the agent
 * @free_memory_mb: available to programs
 * @late_ms: age of the oldest row that waits for the network, where no other way
 *   to the server is left
 * @n_lost: rows or packets that were given up since the last look
 * @has_picture: the stream has one
 * @step: how large it is
 *
 * One look, about a second after the last one. Any number but the times and
 * @n_lost may be %PB_GOVERN_UNKNOWN.
 */
typedef struct {
  gint64 now_us;
  gdouble agent_cpu_pct;
  gdouble machine_cpu_pct;
  gdouble gpu_pct;
  gdouble game_fps;
  gdouble game_fg_pct;
  gdouble game_bg_pct;
  gdouble memory_mb;
  gdouble free_memory_mb;
  gdouble late_ms;
  guint n_lost;
  gboolean has_picture;
  PbAdaptStep step;
} PbGovernSample;

/**
 * PbGovernReason:
 * @PB_GOVERN_CALM: nothing is too much
 * @PB_GOVERN_AGENT_CPU: what the agent computes
 * @PB_GOVERN_MACHINE_CPU: what all programs do
 * @PB_GOVERN_GAME: the game draws too few frames
 * @PB_GOVERN_GAME_LOAD: the game or the GPU is at its end
 * @PB_GOVERN_MEMORY: the agent's memory
 * @PB_GOVERN_FREE_MEMORY: what is left for others
 * @PB_GOVERN_LINK: rows that the network does not take
 *
 * What was too much last.
 */
typedef enum {
  PB_GOVERN_CALM,
  PB_GOVERN_AGENT_CPU,
  PB_GOVERN_MACHINE_CPU,
  PB_GOVERN_GAME,
  PB_GOVERN_GAME_LOAD,
  PB_GOVERN_MEMORY,
  PB_GOVERN_FREE_MEMORY,
  PB_GOVERN_LINK,
  PB_GOVERN_N_REASONS,
} PbGovernReason;

/**
 * PbGovernDecision:
 * @picture: the most that may be sent of it
 * @thin: what may be sent of the rows
 * @reason: why not more
 */
typedef struct {
  PbAdaptStep picture;
  PbThin thin;
  PbGovernReason reason;
} PbGovernDecision;

/**
 * PbGovern:
 *
 * Made by pb_govern_init(); its members are its own.
 */
typedef struct {
  PbGovernBudget budget;
  PbGovernDecision decision;
  guint n_over[PB_GOVERN_N_REASONS]; /* looks above its budget, of late */
  gdouble value; /* of the reason, when it was acted upon */
  gdouble last_late_ms;
  gdouble cost_cpu_pct[PB_ADAPT_TELEMETRY + 1]; /* of a picture; 0 = unknown */
  gdouble cost_memory_mb[PB_ADAPT_TELEMETRY + 1];
  gint64 looked_us; /* 0 = never */
  gint64 stepped_us; /* last step, either way */
  gint64 calm_us; /* since when nothing spoke against more */
  gint64 stepped_up_us; /* 0 = not since the last step down */
  gint64 up_wait_us;
  gdouble fps_before; /* the first step that the game asked for; 0 = none */
  gboolean is_futile; /* the game is no better off without a picture */
} PbGovern;

void pb_govern_init (PbGovern *govern, const PbGovernBudget *budget);
void pb_govern_look (
    PbGovern *govern, const PbGovernSample *sample, PbGovernDecision *decision);
gchar *pb_govern_dup_reason (const PbGovern *govern);
const gchar *pb_govern_get_words (const PbGovernDecision *decision);
const gchar *pb_govern_get_level (const PbGovernDecision *decision);
const gchar *pb_govern_reason_to_string (PbGovernReason reason);
void pb_govern_arbitrate (const PbAdaptBand *band,
    const PbAdaptDecision *network, PbAdaptStep pc, PbAdaptDecision *both);

G_END_DECLS
