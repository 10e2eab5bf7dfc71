/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One look whether the simulator runs. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean pb_sim_is_running (const gchar *shm_name);

G_END_DECLS
