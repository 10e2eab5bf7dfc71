/* SPDX-License-Identifier: LGPL-2.1-or-later
 * GstPitboxContest: when senders fight for one place. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* An agent that crashes and comes back takes its place over a few times; more
 * than this without a pause are two senders with one key. */
#define GST_PITBOX_MAX_TAKE_OVERS 5
/* Without an attempt for this long the quarrel is over. Longer than any agent
 * waits between two tries after its first few. */
#define GST_PITBOX_TAKE_OVER_PAUSE_US (45 * G_USEC_PER_SEC)

/* Of the connection that holds the place; all zero for one that found it
 * free. */
typedef struct {
  guint n_take_overs;
  gint64 last_us;
} GstPitboxContest;

gboolean gst_pitbox_contest_try (GstPitboxContest *contest, gint64 now_us);
void gst_pitbox_contest_pass_on (
    const GstPitboxContest *from, GstPitboxContest *to, gint64 now_us);

G_END_DECLS
