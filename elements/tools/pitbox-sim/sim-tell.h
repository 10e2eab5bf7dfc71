/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The other end of the control socket: a command in words. */
#pragma once

#include <glib.h>

gboolean sim_tell (
    const gchar *path, const gchar *const *words, GError **error);
