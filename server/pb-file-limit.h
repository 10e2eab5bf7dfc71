/* SPDX-License-Identifier: LGPL-2.1-or-later
 * As many open files as the system grants. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

guint pb_file_limit_raise (void);

G_END_DECLS
