/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbSegmentFile: one file of a recording, and the room on its disk. */
#include "recording/pb-segment-file.h"

#include <errno.h>

#include <glib/gstdio.h>

struct _PbSegmentFile {
  GFile *file;
  GFileOutputStream *out;
  guint64 bytes;
};

/**
 * pb_segment_file_get_free:
 * @folder: a folder; one that is not there yet will be on its parent's disk
 * @free_bytes: (out): room on its disk
 *
 * Returns: %FALSE where the file system does not say
 */
gboolean
pb_segment_file_get_free (const gchar *folder, guint64 *free_bytes)
{
  g_autoptr (GFile) file = g_file_new_for_path (folder);
  g_autoptr (GFileInfo) info = NULL;

  while (!g_file_query_exists (file, NULL)) {
    GFile *parent = g_file_get_parent (file);

    if (!parent)
      return FALSE;
    g_object_unref (file);
    file = parent;
  }
  info = g_file_query_filesystem_info (
      file, G_FILE_ATTRIBUTE_FILESYSTEM_FREE, NULL, NULL);
  if (!info
      || !g_file_info_has_attribute (info, G_FILE_ATTRIBUTE_FILESYSTEM_FREE))
    return FALSE;
  *free_bytes =
      g_file_info_get_attribute_uint64 (info, G_FILE_ATTRIBUTE_FILESYSTEM_FREE);
  return TRUE;
}

/**
 * pb_segment_file_dup_path:
 * @folder: a session's folder
 * @n: number of a segment
 *
 * Returns: (transfer full): its file
 */
gchar *
pb_segment_file_dup_path (const gchar *folder, guint n)
{
  g_autofree gchar *name = g_strdup_printf ("%05u.ts", n);

  return g_build_filename (folder, name, NULL);
}

/**
 * pb_segment_file_new:
 * @folder: the session's folder, made if it is not there
 * @n: number of a segment that has no file yet
 *
 * Returns: (transfer full): an empty file, or %NULL with @error set; end it by
 *   pb_segment_file_close()
 */
PbSegmentFile *
pb_segment_file_new (const gchar *folder, guint n, GError **error)
{
  g_autofree gchar *path = pb_segment_file_dup_path (folder, n);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  GFileOutputStream *out;
  PbSegmentFile *self;

  if (g_mkdir_with_parents (folder, 0700) != 0) {
    int code = errno;

    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code),
        "making the folder: %s", g_strerror (code));
    return NULL;
  }
  out = g_file_create (file, G_FILE_CREATE_PRIVATE, NULL, error);
  if (!out)
    return NULL;
  self = g_new0 (PbSegmentFile, 1);
  self->file = g_steal_pointer (&file);
  self->out = out;
  return self;
}

/**
 * pb_segment_file_write:
 * @data: the next bytes
 * @size: how many
 *
 * Returns: %FALSE with @error set if not all of them could be written;
 *   pb_segment_file_get_bytes() says what was
 */
gboolean
pb_segment_file_write (
    PbSegmentFile *self, const guint8 *data, gsize size, GError **error)
{
  gsize written = 0;
  gboolean done = g_output_stream_write_all (
      G_OUTPUT_STREAM (self->out), data, size, &written, NULL, error);

  self->bytes += written;
  return done;
}

guint64
pb_segment_file_get_bytes (const PbSegmentFile *self)
{
  return self->bytes;
}

/**
 * pb_segment_file_close:
 * @file: (transfer full): a file
 *
 * One without a byte is removed.
 *
 * Returns: bytes that are in it: fewer than were written where the disk said
 *   only now that it had no room
 */
guint64
pb_segment_file_close (PbSegmentFile *self)
{
  guint64 bytes = self->bytes;

  if (!g_output_stream_close (G_OUTPUT_STREAM (self->out), NULL, NULL)) {
    g_autoptr (GFileInfo) info = g_file_query_info (self->file,
        G_FILE_ATTRIBUTE_STANDARD_SIZE, G_FILE_QUERY_INFO_NONE, NULL, NULL);

    bytes = info ? MIN (bytes, (guint64) g_file_info_get_size (info)) : 0;
  }
  if (bytes == 0)
    g_file_delete (self->file, NULL, NULL);
  g_object_unref (self->out);
  g_object_unref (self->file);
  g_free (self);
  return bytes;
}
