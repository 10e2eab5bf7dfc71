/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How the operating system ends our programs. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void pb_signals_quit (GMainLoop *loop);
void pb_signals_reload (GSourceFunc func, gpointer user_data);
void pb_signals_wake (GSourceFunc func, gpointer user_data);

G_END_DECLS
