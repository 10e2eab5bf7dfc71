/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbGpu: how busy the graphics processor is, by what this machine has to ask. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define PB_GPU_UNKNOWN (-1.0)

/**
 * PbGpuLoad:
 * @busy_pct: of its time, by all programs; of several the busiest one's busiest
 *   engine, as Task Manager has it
 * @encode_pct: likewise, of the engines that encode video
 * @own_pct: of the engine that draws, by this process
 *
 * Each may be %PB_GPU_UNKNOWN.
 */
typedef struct {
  gdouble busy_pct;
  gdouble encode_pct;
  gdouble own_pct;
} PbGpuLoad;

/**
 * PbGpuSource:
 * @data: (transfer full): the source's own
 * @read: fills in what it knows and leaves the rest; the first one in a row may
 *   know nothing yet
 * @free: of @data
 *
 * One way to ask; for tests too.
 */
typedef struct {
  gpointer data;
  void (*read) (gpointer data, PbGpuLoad *load);
  void (*free) (gpointer data);
} PbGpuSource;

/* Main thread only. */
typedef struct _PbGpu PbGpu;

PbGpu *pb_gpu_new (guint each_ms);
PbGpu *pb_gpu_new_of (
    guint each_ms, const PbGpuSource *sources, guint n_sources);
void pb_gpu_free (PbGpu *gpu);
void pb_gpu_look (PbGpu *gpu, gint64 now_us, PbGpuLoad *load);

/* Sources. Returns: %FALSE where there is none such. */
gboolean pb_gpu_nvml_open (PbGpuSource *source, const gchar *library);
gboolean pb_gpu_system_open (PbGpuSource *source);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbGpu, pb_gpu_free)

G_END_DECLS
