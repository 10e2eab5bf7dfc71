/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Secrets on a POSIX system: a file of mode 0600. */
#include "pairing/pb-secrets.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

static gboolean
set_error (GError **error, const gchar *path, gint failed)
{
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (failed), "%s: %s",
      path, g_strerror (failed));
  return FALSE;
}

static gboolean
check_owner (gint fd, const gchar *path, gsize *size, GError **error)
{
  struct stat about;

  if (fstat (fd, &about) != 0)
    return set_error (error, path, errno);
  *size = (gsize) about.st_size;
  if (S_ISREG (about.st_mode) && (about.st_mode & 077) == 0
      && about.st_uid == geteuid () && about.st_size <= PB_SECRETS_MAX_BYTES)
    return TRUE;
  g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_PERM,
      "%s holds secrets, but others can read or write it, or it is not yours. "
      "If that was an oversight: chmod 600; else pair anew: pitbox-agent pair",
      path);
  return FALSE;
}

/**
 * pb_secrets_load:
 * @path: a file of pb_secrets_save()
 *
 * One that anybody else may read or write is not taken.
 *
 * Returns: (transfer full): its text, for pb_secrets_free(); %NULL with @error
 *   set, a G_FILE_ERROR; %G_FILE_ERROR_NOENT if there is none
 */
gchar *
pb_secrets_load (const gchar *path, GError **error)
{
  gint fd = g_open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0);
  gchar *text = NULL;
  gsize size, n = 0;

  if (fd < 0) {
    set_error (error, path, errno);
    return NULL;
  }
  if (check_owner (fd, path, &size, error)) {
    text = g_malloc0 (size + 1);
    for (gssize got = 1; got > 0 && n < size; n += (gsize) MAX (got, 0))
      got = read (fd, text + n, size - n);
    if (n < size) {
      set_error (error, path, EIO);
      g_clear_pointer (&text, pb_secrets_free);
    }
  }
  close (fd);
  return text;
}

/**
 * pb_secrets_save:
 * @path: a file, there or not; its folder is made where it is missing
 * @text: its content
 *
 * Puts a whole new file there, through to the disk, that nobody else could read
 * at any time.
 *
 * Returns: %FALSE with @error set, a G_FILE_ERROR
 */
gboolean
pb_secrets_save (const gchar *path, const gchar *text, GError **error)
{
  g_autofree gchar *folder = g_path_get_dirname (path);

  if (g_mkdir_with_parents (folder, 0700) != 0)
    return set_error (error, folder, errno);
  /* GLib 2.84 gives the new file the mode of the one that stood there. */
  if (g_chmod (path, 0600) != 0 && errno != ENOENT)
    return set_error (error, path, errno);
  return g_file_set_contents_full (path, text, -1,
      G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
      error);
}
