/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbSegmentFile: one file of a recording, and the room on its disk. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _PbSegmentFile PbSegmentFile;

gboolean pb_segment_file_get_free (const gchar *folder, guint64 *free_bytes);
gchar *pb_segment_file_dup_path (const gchar *folder, guint n);
PbSegmentFile *pb_segment_file_new (
    const gchar *folder, guint n, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pb_segment_file_write (PbSegmentFile *file, const guint8 *data,
    gsize size, GError **error) G_GNUC_WARN_UNUSED_RESULT;
guint64 pb_segment_file_get_bytes (const PbSegmentFile *file);
guint64 pb_segment_file_close (PbSegmentFile *file);

G_END_DECLS
