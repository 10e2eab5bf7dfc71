/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A reader of its own: what it costs is the same with the stream and without. */
#include "harm/pb-harm-look.h"

#include "control/pb-usage.h"
#include "platform/pb-gpu.h"
#include "platform/pb-process.h"

#include <irsdk/irsdk-row.h>
#include <irsdk/irsdk-shm.h>

static const gchar *const facts[PB_HARM_N_FACTS] = { "SessionUniqueID",
  "SessionNum", "SessionState", "IsOnTrack", "IsInGarage", "IsGarageVisible",
  "OnPitRoad", "PlayerCarInPitStall", "IsReplayPlaying", "CamGroupNumber",
  "CamCarIdx" };

/* Shares are in 1, though their unit is %. */
static const struct {
  const gchar *name;
  gsize offset;
  gdouble factor;
} loads[] = {
  { "FrameRate", G_STRUCT_OFFSET (PbHarmSample, fps), 1 },
  { "CpuUsageFG", G_STRUCT_OFFSET (PbHarmSample, fg_pct), 100 },
  { "CpuUsageBG", G_STRUCT_OFFSET (PbHarmSample, bg_pct), 100 },
  { "GpuUsage", G_STRUCT_OFFSET (PbHarmSample, gpu_pct), 100 },
};

/* No game draws more. */
#define MOST_FPS 10000

struct _PbHarmLook {
  IrsdkShmReader *reader; /* NULL: out of memory */
  IrsdkShmPoll found; /* at the last look */
  guint32 serial; /* of the layout that the variables are of */
  const IrsdkVar *facts[PB_HARM_N_FACTS]; /* the reader's */
  const IrsdkVar *loads[G_N_ELEMENTS (loads)];
  PbGpu *gpu;
  gint64 sim_pid; /* 0 = not known */
  gint64 sim_looked_us;
};

#define GPU_EACH_MS 1000
/* Finding a process by name costs more than a look. */
#define SIM_LOOK_US (5 * G_USEC_PER_SEC)

/**
 * pb_harm_look_new:
 * @shm_name: of the simulator's shared memory; empty: its own
 *
 * Returns: (transfer full): a look that has seen nothing
 */
PbHarmLook *
pb_harm_look_new (const gchar *shm_name)
{
  PbHarmLook *self = g_new0 (PbHarmLook, 1);

  self->reader = irsdk_shm_reader_new (shm_name[0] != '\0' ? shm_name : NULL);
  self->gpu = pb_gpu_new (GPU_EACH_MS);
  return self;
}

/**
 * pb_harm_look_free:
 * @look: (transfer full): a look
 */
void
pb_harm_look_free (PbHarmLook *look)
{
  g_clear_pointer (&look->reader, irsdk_shm_reader_free);
  pb_gpu_free (look->gpu);
  g_free (look);
}

/* By name, for each car anew. */
static void
bind (PbHarmLook *self)
{
  const guint32 serial = irsdk_shm_reader_get_layout_serial (self->reader);
  gsize n = 0;
  const IrsdkVar *vars;

  if (serial == self->serial)
    return;
  self->serial = serial;
  vars = irsdk_shm_reader_get_vars (self->reader, &n);
  for (guint i = 0; i < PB_HARM_N_FACTS; i++)
    self->facts[i] = irsdk_vars_find (vars, n, facts[i]);
  for (guint i = 0; i < G_N_ELEMENTS (loads); i++)
    self->loads[i] = irsdk_vars_find (vars, n, loads[i].name);
}

static void
take_row (PbHarmLook *self, const void *row, PbHarmSample *s)
{
  bind (self);
  for (guint i = 0; i < PB_HARM_N_FACTS; i++) {
    const gdouble value = irsdk_row_get_newest (row, self->facts[i]);

    s->situation.facts[i] =
        value >= G_MININT && value <= G_MAXINT ? (gint) value : PB_HARM_NO_FACT;
  }
  for (guint i = 0; i < G_N_ELEMENTS (loads); i++) {
    const gdouble value = irsdk_row_get_newest (row, self->loads[i]);

    G_STRUCT_MEMBER (gdouble, s, loads[i].offset) =
        value >= 0 && value < MOST_FPS ? value * loads[i].factor : -1;
  }
  s->has_row = TRUE;
}

static void
read_processors (PbHarmLook *self, PbHarmSample *s)
{
  PbUsage usage;
  PbMachine machine;
  PbGpuLoad gpu;

  pb_gpu_look (self->gpu, s->now_us, &gpu);
  s->all_gpu_pct = gpu.busy_pct;
  s->encode_pct = gpu.encode_pct;

  pb_usage_get (&usage);
  pb_usage_get_machine (&machine);
  s->agent_us = usage.cpu_us;
  s->busy_us = machine.busy_us;
  s->total_us = machine.total_us;
  if (self->sim_pid != 0)
    s->game_us = pb_process_get_cpu_us (self->sim_pid);
  if (s->game_us >= 0 || s->now_us - self->sim_looked_us < SIM_LOOK_US)
    return;
  self->sim_looked_us = s->now_us;
  self->sim_pid = pb_process_find_sim ();
}

/**
 * pb_harm_look_read:
 * @look: a look
 * @sample: (out): by the newest row since the last look, where there is one
 */
void
pb_harm_look_read (PbHarmLook *look, PbHarmSample *sample)
{
  IrsdkShmRow row;

  *sample = (PbHarmSample){ .now_us = g_get_monotonic_time (),
    .fps = -1,
    .fg_pct = -1,
    .bg_pct = -1,
    .gpu_pct = -1,
    .game_us = -1 };
  look->found = IRSDK_SHM_NO_SIM;
  while (look->reader != NULL
         && (look->found = irsdk_shm_reader_poll (look->reader, &row))
                == IRSDK_SHM_ROW)
    take_row (look, row.data, sample);
  read_processors (look, sample);
}

/**
 * pb_harm_look_has_sim:
 * @look: a look
 *
 * Returns: %TRUE if a simulator was connected at the last look
 */
gboolean
pb_harm_look_has_sim (const PbHarmLook *look)
{
  return look->found == IRSDK_SHM_NOTHING;
}

/**
 * pb_harm_look_has_frame_rate:
 * @look: a look
 *
 * Returns: %TRUE if the rows tell it
 */
gboolean
pb_harm_look_has_frame_rate (const PbHarmLook *look)
{
  return look->loads[0] != NULL;
}
