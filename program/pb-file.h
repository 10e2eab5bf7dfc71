/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A small file that others wait for or read again and again. */
#pragma once

#include <glib.h>
#include <stdio.h>

G_BEGIN_DECLS

FILE *pb_file_open (
    const gchar *path, const gchar *mode) G_GNUC_WARN_UNUSED_RESULT;
gint pb_file_errno (void);
gboolean pb_file_replace (const gchar *path, const gchar *text,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
