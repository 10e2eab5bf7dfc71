/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What this process writes is its user's own. */
#include "pb-private-files.h"

#include <sys/stat.h>
#include <sys/types.h>

/**
 * pb_private_files:
 *
 * Before the first file: recordings, the database and its log have no other
 * readers, whatever the folder that they are in lets through.
 */
void
pb_private_files (void)
{
  umask (077);
}
