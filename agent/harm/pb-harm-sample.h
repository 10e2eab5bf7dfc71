/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What one look at the game and the PC finds while the agent's cost is
 * measured. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PbHarmWork:
 * @PB_HARM_WHOLE: what the agent does is done: picture and telemetry, or
 *   telemetry where there is no picture
 * @PB_HARM_ROWS: telemetry alone: nothing is captured or encoded
 * @PB_HARM_NOTHING: nothing is read, coded or sent
 */
typedef enum {
  PB_HARM_WHOLE,
  PB_HARM_ROWS,
  PB_HARM_NOTHING,
  PB_HARM_N_WORKS,
} PbHarmWork;

/**
 * PbHarmFact:
 *
 * What the frame rate of a game depends on more than on anything the agent
 * does; numbers of the simulator, compared and not understood.
 */
typedef enum {
  PB_HARM_SESSION, /* SessionUniqueID */
  PB_HARM_SESSION_NUM,
  PB_HARM_SESSION_STATE,
  PB_HARM_ON_TRACK, /* IsOnTrack: the driver sits in the car */
  PB_HARM_IN_GARAGE,
  PB_HARM_GARAGE_SCREEN,
  PB_HARM_ON_PIT_ROAD,
  PB_HARM_IN_PIT_STALL,
  PB_HARM_REPLAY,
  PB_HARM_CAMERA, /* CamGroupNumber */
  PB_HARM_CAMERA_CAR,
  PB_HARM_N_FACTS,
} PbHarmFact;

/* What a car or a version of the simulator does not tell. */
#define PB_HARM_NO_FACT (-1)

typedef struct {
  gint facts[PB_HARM_N_FACTS];
} PbHarmSituation;

/**
 * PbHarmSample:
 * @now_us: monotonic
 * @has_row: the simulator has written one since the last look
 * @situation: of that row, as all up to @gpu_pct
 * @fps: FrameRate; this and the shares: below 0 = not told
 * @fg_pct: CpuUsageFG
 * @bg_pct: CpuUsageBG
 * @gpu_pct: GpuUsage
 * @all_gpu_pct: as the system says, of all programs; this and @encode_pct: below
 *   0 = not told
 * @encode_pct: of the engines that encode video
 * @agent_us: processor time of this process so far
 * @game_us: of the simulator's; below 0 = not told
 * @busy_us: of all processors by all programs; see #PbMachine
 * @total_us: likewise; 0 = not told
 * @is_less: network or PC let less of the work pass than is asked for
 */
typedef struct {
  gint64 now_us;
  gboolean has_row;
  PbHarmSituation situation;
  gdouble fps;
  gdouble fg_pct;
  gdouble bg_pct;
  gdouble gpu_pct;
  gdouble all_gpu_pct;
  gdouble encode_pct;
  gint64 agent_us;
  gint64 game_us;
  gint64 busy_us;
  gint64 total_us;
  gboolean is_less;
} PbHarmSample;

/**
 * PbHarmFigure:
 *
 * What is known of a window; NaN where it is not. Frame times are reckoned from
 * samples of FrameRate.
 */
typedef enum {
  PB_HARM_FPS,
  PB_HARM_FRAME_P50_MS,
  PB_HARM_FRAME_P95_MS,
  PB_HARM_FRAME_P99_MS,
  PB_HARM_FG_PCT,
  PB_HARM_BG_PCT,
  PB_HARM_GPU_PCT,
  PB_HARM_ALL_GPU_PCT,
  PB_HARM_ENCODE_PCT,
  PB_HARM_GAME_CPU_PCT, /* of one core */
  PB_HARM_PC_CPU_PCT, /* of all */
  PB_HARM_AGENT_CPU_PCT, /* of one core */
  PB_HARM_N_FIGURES,
} PbHarmFigure;

G_END_DECLS
