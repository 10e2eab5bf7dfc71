/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a process takes of a core makes FrameRate lower and the game's threads
 * busier, in what is shown; the race is the same. */
#include "sim-burden.h"

#include "sim-host.h"

#include <irsdk/irsdk-row.h>
#include <math.h>
#include <string.h>

/* FrameRate is an average over about that long. */
#define AVERAGE_US (G_USEC_PER_SEC / 2)
/* A game that stands still has a frame now and then. */
#define LEAST_FPS 1

struct SimBurden {
  gint64 pid; /* at the last look */
  gdouble fps_a_core;
  const IrsdkVar *fps, *fg; /* the feed's; NULL: it has none */
  guint8 *row;
  gsize row_bytes;
  gint64 looked_us; /* 0 = never */
  gint64 cpu_us; /* then */
  gdouble share; /* of a core, of late */
};

/* The feed must outlive it. */
SimBurden *
sim_burden_new (SimFeed *feed, gdouble fps_a_core)
{
  SimBurden *burden = g_new0 (SimBurden, 1);
  gsize n;
  const IrsdkVar *vars = sim_feed_get_vars (feed, &n);

  burden->fps_a_core = fps_a_core;
  burden->fps = irsdk_vars_find (vars, n, "FrameRate");
  burden->fg = irsdk_vars_find (vars, n, "CpuUsageFG");
  burden->row_bytes = sim_feed_get_row_bytes (feed);
  burden->row = g_malloc0 (burden->row_bytes);
  return burden;
}

void
sim_burden_free (SimBurden *burden)
{
  if (burden == NULL)
    return;
  g_free (burden->row);
  g_free (burden);
}

static void
look (SimBurden *burden, gint64 pid, gint64 now_us)
{
  const gint64 past_us = now_us - burden->looked_us;
  gint64 cpu_us;

  if (pid != burden->pid)
    burden->looked_us = 0;
  burden->pid = pid;
  if (burden->looked_us > 0 && past_us < AVERAGE_US)
    return;
  cpu_us = sim_host_get_cpu_us (pid);
  /* A process that has ended slows nobody. */
  burden->share = burden->looked_us > 0 && cpu_us >= burden->cpu_us
                      ? (gdouble) (cpu_us - burden->cpu_us) / (gdouble) past_us
                      : 0;
  burden->cpu_us = cpu_us;
  burden->looked_us = now_us;
}

/* The row as a slowed game shows it, valid until the next call. */
const guint8 *
sim_burden_put (SimBurden *burden, gint64 pid, const guint8 *row, gint64 now_us)
{
  gdouble whole, slowed;

  look (burden, pid, now_us);
  memcpy (burden->row, row, burden->row_bytes);
  whole = irsdk_row_get_newest (row, burden->fps);
  if (!(whole > 0))
    return burden->row;
  slowed = MAX (whole - burden->share * burden->fps_a_core, LEAST_FPS);
  irsdk_row_set (burden->row, burden->fps, 0, slowed);
  irsdk_row_set (burden->row, burden->fg, 0,
      MIN (irsdk_row_get_newest (row, burden->fg) * whole / slowed, 1));
  return burden->row;
}
