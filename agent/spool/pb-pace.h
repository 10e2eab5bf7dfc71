/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How fast old rows may follow while new ones go live: pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** PB_PACE_MAX_ROWS_S: eight times what a simulator makes. */
#define PB_PACE_MAX_ROWS_S 480

/**
 * PbPaceLook:
 * @is_live: the live stream is connected
 * @is_thinned: and rows are left out of it
 * @backlog_ms: age of what it has not got rid of
 * @rtt_ms: its round trip; 0 = unknown
 */
typedef struct {
  gboolean is_live;
  gboolean is_thinned;
  guint backlog_ms;
  gdouble rtt_ms;
} PbPaceLook;

/* What earlier looks left; zeroed at the start. */
typedef struct {
  gdouble least_rtt_ms; /* 0 = none seen */
  guint rows_s;
} PbPace;

guint pb_pace_look (PbPace *pace, const PbPaceLook *look);

G_END_DECLS
