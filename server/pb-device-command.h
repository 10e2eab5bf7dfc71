/* SPDX-License-Identifier: LGPL-2.1-or-later
 * `pitbox-server device …`: who may publish. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

int pb_device_command (const gchar *data_dir, gchar **words,
    const gchar *driver, gboolean print_passphrase);

G_END_DECLS
