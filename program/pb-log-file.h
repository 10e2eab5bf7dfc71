/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbLogFile: lines in a file that never grows beyond its limit. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _PbLogFile PbLogFile;

PbLogFile *pb_log_file_new (const gchar *path, gsize most_bytes,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_log_file_write (PbLogFile *log, const gchar *line);
void pb_log_file_free (PbLogFile *log);

G_END_DECLS
