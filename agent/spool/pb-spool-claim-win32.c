/* SPDX-License-Identifier: LGPL-2.1-or-later
 * There one agent sends as a device from the beginning on (pb_single_claim()). */
#include "spool/pb-spool-claim.h"

gboolean
pb_spool_claim_take (PbSpoolClaim *claim, const gchar *folder)
{
  claim->fd = -1;
  return TRUE;
}

void
pb_spool_claim_leave (PbSpoolClaim *claim)
{
}
