/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Loss since the last reading. */
#include "session/pb-loss.h"

/**
 * pb_loss_read:
 * @loss: the last reading, replaced by this one
 * @packets: received so far, retransmitted ones too
 * @lost: lost so far
 *
 * Returns: percent lost since the last reading, 0 to 100; 0 where nothing was
 */
gdouble
pb_loss_read (PbLoss *loss, gint64 packets, gint64 lost)
{
  const gint64 new_lost = MAX (0, lost - loss->lost);
  /* A retransmitted packet counts as received, too. */
  const gint64 sent = MAX (packets - loss->packets, new_lost);

  *loss = (PbLoss){ packets, lost };
  return sent > 0 ? 100.0 * (gdouble) new_lost / (gdouble) sent : 0;
}
