/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A small file that others wait for or read again and again. */
#include "pb-file.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#ifdef G_OS_WIN32
#include <windows.h>
#endif

/**
 * pb_file_open:
 * @path: UTF-8, or what the system takes for names
 * @mode: of fopen()
 *
 * As g_fopen(); but on Windows GLib has another C library than programs of ours,
 * and what is open in the one is no file to the other.
 *
 * Returns: (nullable): for fclose(); %NULL with errno set
 */
FILE *
pb_file_open (const gchar *path, const gchar *mode)
{
#ifdef G_OS_WIN32
  g_autofree gunichar2 *wide = g_utf8_to_utf16 (path, -1, NULL, NULL, NULL);
  g_autofree gunichar2 *how = g_utf8_to_utf16 (mode, -1, NULL, NULL, NULL);

  errno = EINVAL;
  return wide != NULL && how != NULL
             ? _wfopen ((const wchar_t *) wide, (const wchar_t *) how)
             : NULL;
#else
  return fopen (path, mode);
#endif
}

/**
 * pb_file_errno:
 *
 * Any thread, right after a function of GLib's that sets errno: g_rename() and
 * its like.
 *
 * Returns: errno, on Windows that of GLib's C library
 */
gint
pb_file_errno (void)
{
#ifdef G_OS_WIN32
  const HMODULE library = GetModuleHandleW (L"ucrtbase.dll");
  int *(*get) (void) = library != NULL ? (int *(*) (void) ) (
                           void (*) (void)) GetProcAddress (library, "_errno")
                                       : NULL;

  return get != NULL ? *get () : EIO;
#else
  return errno;
#endif
}

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
  FILE *file = pb_file_open (path, "wb");
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
  return g_rename (next, path) == 0
         || set_error (error, path, pb_file_errno ());
}
