/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What came and did not go on is lost, but for the few that still wait. */
#include "govern/pb-slip.h"

/* That may wait before the encoder, and are not lost yet. */
#define WAITING 3
/* Of the pictures of a look: a slip now and then is no reason for anything. */
#define TOO_MANY 0.03
#define OVER_LOOKS 3
#define CALM_LOOKS 30

/**
 * pb_slip_look:
 * @slip: what earlier looks left; updated
 * @n_in: pictures that came, since the beginning
 * @n_out: of these, that the encoder was given
 *
 * For once a second. Pure but for @slip.
 *
 * Returns: %TRUE while pictures slip: three looks of late had lost 3 % or more,
 *   and there were not yet thirty in a row without
 */
gboolean
pb_slip_look (PbSlip *slip, guint64 n_in, guint64 n_out)
{
  const guint64 came = n_in > slip->n_in ? n_in - slip->n_in : 0;
  const guint64 waits_or_lost = n_in > n_out ? n_in - n_out : 0;
  const guint64 all_lost =
      waits_or_lost > WAITING ? waits_or_lost - WAITING : 0;
  const guint64 lost = all_lost > slip->n_lost ? all_lost - slip->n_lost : 0;

  slip->n_in = n_in;
  slip->n_out = n_out;
  slip->n_lost = MAX (slip->n_lost, all_lost);
  slip->n_calm = lost == 0 ? slip->n_calm + 1 : 0;
  if (lost > 0 && lost >= TOO_MANY * came)
    slip->n_over = MIN (slip->n_over + 1, OVER_LOOKS);
  else if (slip->n_over > 0)
    slip->n_over--;
  if (slip->n_over >= OVER_LOOKS)
    slip->is_slipping = TRUE;
  else if (slip->n_calm >= CALM_LOOKS)
    slip->is_slipping = FALSE;
  return slip->is_slipping;
}
