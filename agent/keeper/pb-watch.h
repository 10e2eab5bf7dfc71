/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbWatch: whether an agent still answers; pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PbWatch:
 *
 * What earlier looks left; zeroed when an agent is started.
 */
typedef struct {
  gint64 looked_us; /* 0 before the first look */
  gint64 silent_us;
  guint beats;
  gboolean has_begun; /* it has said something */
} PbWatch;

guint pb_watch_get_interval_ms (guint limit_s);
gboolean pb_watch_look (
    PbWatch *watch, guint beats, gint64 now_us, guint limit_s);

G_END_DECLS
