/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The system is asked first, then the maker's library; what neither tells is
 * unknown. */
#include "platform/pb-gpu.h"

#define MAX_SOURCES 4
#ifdef G_OS_WIN32
#define NVML "nvml.dll"
#else
#define NVML "libnvidia-ml.so.1"
#endif

struct _PbGpu {
  gint64 each_us;
  gint64 looked_us; /* 0 = never */
  PbGpuLoad load;
  PbGpuSource sources[MAX_SOURCES];
  guint n_sources;
};

/**
 * pb_gpu_new_of:
 * @each_ms: sources are asked so often at most
 * @sources: (array length=n_sources) (transfer full): in this order
 * @n_sources: 4 at most
 *
 * Returns: (transfer full): nothing is known yet
 */
PbGpu *
pb_gpu_new_of (guint each_ms, const PbGpuSource *sources, guint n_sources)
{
  PbGpu *self = g_new0 (PbGpu, 1);

  self->each_us = (gint64) each_ms * 1000;
  self->n_sources = MIN (n_sources, MAX_SOURCES);
  for (guint i = 0; i < self->n_sources; i++)
    self->sources[i] = sources[i];
  return self;
}

/**
 * pb_gpu_new:
 * @each_ms: the machine is asked so often at most: counting each program's use
 *   of each engine takes the system milliseconds
 *
 * Returns: (transfer full): of what this machine has
 */
PbGpu *
pb_gpu_new (guint each_ms)
{
  PbGpuSource sources[2];
  guint n = 0;

  n += pb_gpu_system_open (&sources[n]);
  n += pb_gpu_nvml_open (&sources[n], NVML);
  return pb_gpu_new_of (each_ms, sources, n);
}

/**
 * pb_gpu_free:
 * @gpu: (transfer full): asks nobody any more
 */
void
pb_gpu_free (PbGpu *gpu)
{
  for (guint i = 0; i < gpu->n_sources; i++)
    gpu->sources[i].free (gpu->sources[i].data);
  g_free (gpu);
}

static gdouble
bound (gdouble value)
{
  return value >= 0 ? MIN (value, 100) : PB_GPU_UNKNOWN;
}

static void
take_missing (gdouble *value, gdouble other)
{
  if (*value < 0)
    *value = bound (other);
}

/**
 * pb_gpu_look:
 * @gpu: a GPU, or none
 * @now_us: monotonic
 * @load: (out): as it was when it was last asked
 */
void
pb_gpu_look (PbGpu *gpu, gint64 now_us, PbGpuLoad *load)
{
  static const PbGpuLoad unknown = { PB_GPU_UNKNOWN, PB_GPU_UNKNOWN,
    PB_GPU_UNKNOWN };

  if (gpu->looked_us == 0 || now_us - gpu->looked_us >= gpu->each_us) {
    gpu->looked_us = now_us;
    gpu->load = unknown;
    for (guint i = 0; i < gpu->n_sources; i++) {
      PbGpuLoad found = unknown;

      gpu->sources[i].read (gpu->sources[i].data, &found);
      take_missing (&gpu->load.busy_pct, found.busy_pct);
      take_missing (&gpu->load.encode_pct, found.encode_pct);
      take_missing (&gpu->load.own_pct, found.own_pct);
    }
  }
  *load = gpu->load;
}
