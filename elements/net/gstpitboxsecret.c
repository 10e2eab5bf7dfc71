/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Passphrases: which can be used, and how they are forgotten. */
#include "gstpitboxsecret.h"

#include <string.h>

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
