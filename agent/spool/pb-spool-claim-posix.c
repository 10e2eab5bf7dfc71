/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A lock of the folder itself: it is of this process, however that ends. */
#include "spool/pb-spool-claim.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <unistd.h>

/**
 * pb_spool_claim_take:
 * @claim: (out): for pb_spool_claim_leave()
 * @folder: made if it is not there
 *
 * Where the system has no such locks, or no such folder, nobody is kept out:
 * whoever writes will see.
 *
 * Returns: %FALSE while somebody else has it
 */
gboolean
pb_spool_claim_take (PbSpoolClaim *claim, const gchar *folder)
{
  gboolean is_held;

  g_mkdir_with_parents (folder, 0700);
  claim->fd = g_open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (claim->fd < 0)
    return TRUE;
  is_held = flock (claim->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  if (is_held)
    pb_spool_claim_leave (claim);
  return !is_held;
}

void
pb_spool_claim_leave (PbSpoolClaim *claim)
{
  if (claim->fd >= 0)
    close (claim->fd);
  claim->fd = -1;
}
