/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A device may take its own place over, but not for ever. */
#include "pitboxsrtcontest.h"

static gboolean
is_over (const PitboxSrtContest *contest, gint64 now_us)
{
  return contest->n_take_overs == 0
         || now_us - contest->last_us >= PITBOX_SRT_TAKE_OVER_PAUSE_US;
}

/* A newcomer asks for the place: whether it may have it. A refused try counts
 * as one more attempt, so whoever holds the place keeps it while others go on
 * asking; they get in as soon as it leaves. */
gboolean
pitbox_srt_contest_try (PitboxSrtContest *contest, gint64 now_us)
{
  if (is_over (contest, now_us)
      || contest->n_take_overs < PITBOX_SRT_MAX_TAKE_OVERS)
    return TRUE;
  contest->last_us = now_us;
  return FALSE;
}

/* The place goes over: @to goes on with what @from has been through. */
void
pitbox_srt_contest_pass_on (
    const PitboxSrtContest *from, PitboxSrtContest *to, gint64 now_us)
{
  to->n_take_overs = is_over (from, now_us) ? 1 : from->n_take_overs + 1;
  to->last_us = now_us;
}
