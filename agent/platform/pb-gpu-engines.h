/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbGpuEngines: what each process takes of each engine becomes one load; pure. */
#pragma once

#include "platform/pb-gpu.h"

G_BEGIN_DECLS

/** PB_GPU_ENGINES_MAX: that are told apart; a GPU has some twenty. */
#define PB_GPU_ENGINES_MAX 128

/**
 * PbGpuEngine:
 * @adapter: upper and lower half of its LUID
 * @phys: which of linked adapters
 * @number: of the engine there
 * @type: of it: "3D", "VideoEncode", "Copy"; it is what the name ends with
 * @pct: of its time, by all processes
 * @own_pct: by this one
 */
typedef struct {
  guint64 adapter;
  guint phys;
  guint number;
  gchar type[24];
  gdouble pct;
  gdouble own_pct;
} PbGpuEngine;

/* Zeroed at the start. */
typedef struct {
  PbGpuEngine engines[PB_GPU_ENGINES_MAX];
  guint n_engines;
} PbGpuEngines;

gboolean pb_gpu_engines_add (
    PbGpuEngines *engines, const gchar *instance, gdouble pct, gint64 own_pid);
void pb_gpu_engines_get (const PbGpuEngines *engines, PbGpuLoad *load);

G_END_DECLS
