/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What tries of encoders need from the system. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gchar *probe_os_identity (void);
void probe_os_crash_quietly (void);

G_END_DECLS
