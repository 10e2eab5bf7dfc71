/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is left of a program that crashed. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void pb_crash_note (const gchar *folder, const gchar *version, guint64 process,
    const gchar *text);
void pb_crash_forget_old (const gchar *folder);
void pb_crash_init (const gchar *folder, const gchar *version);

G_END_DECLS
