/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The socket that commands come from. */
#pragma once

#include "sim-steer.h"

typedef enum {
  SIM_CONTROL_ERROR_SOCKET,
  SIM_CONTROL_ERROR_REFUSED,
} SimControlError;

#define SIM_CONTROL_ERROR (sim_control_error_quark ())
GQuark sim_control_error_quark (void);

typedef struct SimControl SimControl;

/* Main thread only, all of them. */
SimControl *sim_control_new (
    const gchar *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void sim_control_free (SimControl *control);
void sim_control_serve (SimControl *control, SimSteer *steer);
gchar *sim_control_ask (const gchar *path, const gchar *line,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
