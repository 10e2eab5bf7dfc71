/* SPDX-License-Identifier: LGPL-2.1-or-later
 * `pitbox-agent pair`: lets this PC in by a code. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

int pb_pair_command (gint argc, gchar **argv);

G_END_DECLS
