/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What this process writes, and what it holds, is its user's own. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void pb_private_files (void);
void pb_private_files_tighten (const gchar *path);
void pb_private_memory (void);

G_END_DECLS
