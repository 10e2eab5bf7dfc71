/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a driver's and a device's name may be made of. */
#include "auth/pb-id.h"

#include <string.h>

/**
 * pb_id_is_valid:
 * @id: (nullable): a name from outside
 *
 * A name is 1 to %PB_ID_MAX_BYTES of A-Z a-z 0-9 . _ - and does not begin with
 * a dot, so that it can be a file name, a path part of a URL and a value of an
 * SRT streamid without any quoting. Any thread.
 *
 * Returns: %TRUE if @id may be used as a name
 */
gboolean
pb_id_is_valid (const gchar *id)
{
  gsize n;

  if (!id || id[0] == '.')
    return FALSE;
  for (n = 0; id[n]; n++) {
    if (n >= PB_ID_MAX_BYTES)
      return FALSE;
    if (!g_ascii_isalnum (id[n]) && !strchr ("._-", id[n]))
      return FALSE;
  }
  return n > 0;
}
