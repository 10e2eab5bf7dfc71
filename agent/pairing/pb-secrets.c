/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is the same for secrets on every system. */
#include "pairing/pb-secrets.h"

#include "pb-file.h"

#include <glib/gstdio.h>
#include <string.h>

/**
 * pb_secrets_remove:
 * @path: a file of pb_secrets_save()
 *
 * Returns: %FALSE with @error set, a G_FILE_ERROR; one that was not there is
 *   %G_FILE_ERROR_NOENT
 */
gboolean
pb_secrets_remove (const gchar *path, GError **error)
{
  gint failed;

  if (g_remove (path) == 0)
    return TRUE;
  failed = pb_file_errno ();
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (failed), "%s: %s",
      path, g_strerror (failed));
  return FALSE;
}

/**
 * pb_secrets_free:
 * @text: (nullable) (transfer full): a secret
 *
 * Does not leave it in memory.
 */
void
pb_secrets_free (gchar *text)
{
  volatile gchar *p = text;

  while (p && *p)
    *p++ = '\0';
  g_free (text);
}
