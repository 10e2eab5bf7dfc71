/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the operating system asks of a service, and what it grants. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void pb_signals_quit (GMainLoop *loop);
void pb_signals_raise_file_limit (void);

G_END_DECLS
