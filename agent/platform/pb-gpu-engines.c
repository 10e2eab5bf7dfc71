/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Instances of Windows' performance counter "GPU Engine" are one a process and
 * engine; Task Manager shows the busiest engine, and so do we. */
#include "platform/pb-gpu-engines.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* "pid_1234_luid_0x00000000_0x0000D1B4_phys_0_eng_3_engtype_VideoEncode". */
static gboolean
parse (const gchar *instance, gint64 *pid, PbGpuEngine *engine)
{
  guint high, low;
  gint at = 0;

  if (sscanf (instance,
          "pid_%" G_GINT64_FORMAT "_luid_0x%x_0x%x_phys_%u_eng_%u_engtype_%n",
          pid, &high, &low, &engine->phys, &engine->number, &at)
          != 5
      || at == 0)
    return FALSE;
  engine->adapter = (guint64) high << 32 | low;
  g_strlcpy (engine->type, instance + at, sizeof engine->type);
  return TRUE;
}

static gboolean
is_same (const PbGpuEngine *a, const PbGpuEngine *b)
{
  return a->adapter == b->adapter && a->phys == b->phys
         && a->number == b->number;
}

/**
 * pb_gpu_engines_add:
 * @engines: updated
 * @instance: its name
 * @pct: of the engine's time, by that process
 * @own_pid: this process
 *
 * Returns: %FALSE if that is no name of an engine, or no number, or there are
 *   too many
 */
gboolean
pb_gpu_engines_add (
    PbGpuEngines *engines, const gchar *instance, gdouble pct, gint64 own_pid)
{
  PbGpuEngine new = { 0 };
  gint64 pid;
  guint i = 0;

  if (!isfinite (pct) || pct < 0 || !parse (instance, &pid, &new))
    return FALSE;
  while (i < engines->n_engines && !is_same (&engines->engines[i], &new))
    i++;
  if (i == PB_GPU_ENGINES_MAX)
    return FALSE;
  if (i == engines->n_engines)
    engines->engines[engines->n_engines++] = new;
  engines->engines[i].pct += pct;
  if (pid == own_pid)
    engines->engines[i].own_pct += pct;
  return TRUE;
}

/**
 * pb_gpu_engines_get:
 * @engines: of one look
 * @load: (out): unknown where there are no engines
 */
void
pb_gpu_engines_get (const PbGpuEngines *engines, PbGpuLoad *load)
{
  *load = (PbGpuLoad){ PB_GPU_UNKNOWN, PB_GPU_UNKNOWN, PB_GPU_UNKNOWN };
  for (guint i = 0; i < engines->n_engines; i++) {
    const PbGpuEngine *e = &engines->engines[i];

    load->busy_pct = MAX (load->busy_pct, e->pct);
    /* AMD's have names such as "Video Encode 0" or "Video Codec 0" in newer
     * drivers. */
    if (strcmp (e->type, "VideoEncode") == 0
        || g_str_has_prefix (e->type, "Video Encode")
        || g_str_has_prefix (e->type, "Video Codec"))
      load->encode_pct = MAX (load->encode_pct, e->pct);
    if (strcmp (e->type, "3D") == 0)
      load->own_pct = MAX (load->own_pct, e->own_pct);
  }
}
