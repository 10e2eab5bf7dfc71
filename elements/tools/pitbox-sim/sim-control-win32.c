/* SPDX-License-Identifier: LGPL-2.1-or-later
 * No control socket on Windows. */
#include "sim-control.h"

G_DEFINE_QUARK (pitbox - sim - control - error - quark, sim_control_error)

SimControl *
sim_control_new (const gchar *path, GError **error)
{
  g_set_error (error, SIM_CONTROL_ERROR, SIM_CONTROL_ERROR_SOCKET,
      "no control socket %s: Windows has none of that kind", path);
  return NULL;
}

void
sim_control_free (SimControl *control)
{
}

void
sim_control_serve (SimControl *control, SimSteer *steer)
{
}

gchar *
sim_control_ask (const gchar *path, const gchar *line, GError **error)
{
  g_set_error (error, SIM_CONTROL_ERROR, SIM_CONTROL_ERROR_SOCKET,
      "no control socket %s: Windows has none of that kind", path);
  return NULL;
}
