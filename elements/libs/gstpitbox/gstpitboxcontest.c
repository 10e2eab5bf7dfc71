/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A device may take its own place over, but not for ever. */
#include "gstpitboxcontest.h"

static gboolean
is_over (const GstPitboxContest *contest, gint64 now_us)
{
  return contest->n_take_overs == 0
         || now_us - contest->last_us >= GST_PITBOX_TAKE_OVER_PAUSE_US;
}

/* A newcomer asks for the place: whether it may have it. A refused try counts
 * as one more attempt, so whoever holds the place keeps it while others go on
 * asking; they get in as soon as it leaves. */
gboolean
gst_pitbox_contest_try (GstPitboxContest *contest, gint64 now_us)
{
  if (is_over (contest, now_us)
      || contest->n_take_overs < GST_PITBOX_MAX_TAKE_OVERS)
    return TRUE;
  contest->last_us = now_us;
  return FALSE;
}

/* The place goes over: @to goes on with what @from has been through. */
void
gst_pitbox_contest_pass_on (
    const GstPitboxContest *from, GstPitboxContest *to, gint64 now_us)
{
  to->n_take_overs = is_over (from, now_us) ? 1 : from->n_take_overs + 1;
  to->last_us = now_us;
}
