/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How the server writes its log. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void pb_log_init (void);

G_END_DECLS
