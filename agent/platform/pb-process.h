/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What other processes of this PC take. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gint64 pb_process_get_cpu_us (gint64 pid);
gint64 pb_process_find_sim (void);

G_END_DECLS
