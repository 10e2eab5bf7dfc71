/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A small file that others wait for or read again and again. */
#include "pb-file.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

static gboolean
set_error (GError **error, const gchar *path, int failed)
{
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (failed), "%s: %s",
      path, g_strerror (failed));
  return FALSE;
}

static gboolean
write_into (const gchar *path, const gchar *text, GError **error)
{
  const gsize size = strlen (text);
  FILE *file = g_fopen (path, "wb");
  gboolean ok;

  if (file == NULL)
    return set_error (error, path, errno);
  ok = fwrite (text, 1, size, file) == size;
  ok = fclose (file) == 0 && ok;
  return ok || set_error (error, path, errno);
}

/**
 * pb_file_replace:
 * @path: a file, there or not; or a terminal, a pipe, /dev/null
 * @text: its new content
 * @error: a G_FILE_ERROR with @path in its words
 *
 * Puts a whole new file in the place of the old one, so that a reader never
 * sees half a line. Not written through to the disk, as g_file_set_contents()
 * would each time. What is no file is written into: root has the right to put
 * one in the place of /dev/null.
 *
 * Returns: whether it was written
 */
gboolean
pb_file_replace (const gchar *path, const gchar *text, GError **error)
{
  g_autofree gchar *next = NULL;

  if (g_file_test (path, G_FILE_TEST_EXISTS)
      && !g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return write_into (path, text, error);
  next = g_strconcat (path, ".new", NULL);
  if (!g_file_set_contents_full (
          next, text, -1, G_FILE_SET_CONTENTS_NONE, 0644, error))
    return FALSE;
  return g_rename (next, path) == 0 || set_error (error, path, errno);
}
