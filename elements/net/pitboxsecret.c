/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Passphrases: which can be used, and how they are forgotten. */
#include "pitboxsecret.h"

#include <gst/gst.h>
#include <string.h>

#define MAX_FILE_BYTES 4096

/* libsrt takes 10 to 79 bytes; an empty one means no encryption. */
gboolean
pitbox_secret_is_valid (const gchar *passphrase)
{
  gsize n = passphrase != NULL ? strlen (passphrase) : 0;

  return n == 0 || (n >= 10 && n <= 79);
}

/* g_free() that leaves nothing readable behind. */
void
pitbox_secret_free (gchar *passphrase)
{
  if (passphrase == NULL)
    return;
  for (volatile gchar *p = passphrase; *p != '\0'; p++)
    *p = '\0';
  g_free (passphrase);
}

/* The first line of the file @path; NULL with a GST_RESOURCE_ERROR or a
 * G_FILE_ERROR where there is none. Freed by pitbox_secret_free(). */
gchar *
pitbox_secret_read_file (const gchar *path, GError **error)
{
  g_autofree gchar *text = NULL;
  const gchar *line;
  gchar *key;
  gsize size;

  if (!g_file_get_contents (path, &text, &size, error))
    return NULL;
  /* Editors on Windows begin UTF-8 with a mark. */
  line = g_str_has_prefix (text, "\357\273\277") ? text + 3 : text;
  if (size > MAX_FILE_BYTES || strlen (text) != size
      || strcspn (line, " \t\r\n") == 0) {
    memset (text, 0, size);
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "%s is no file with a key in its first line", path);
    return NULL;
  }
  /* Blanks at the end come from copying; no key of the server's has any. */
  key = g_strchomp (g_strndup (line, strcspn (line, "\r\n")));
  memset (text, 0, size);
  return key;
}
