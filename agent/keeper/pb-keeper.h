/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbKeeper: one process that starts the agent in another one, and again when
 * that ends unexpectedly. */
#pragma once

#include "pb-config.h"

G_BEGIN_DECLS

/**
 * PbKeeperState:
 *
 * What earlier ends left; zeroed at the start.
 */
typedef struct {
  guint failures; /* in a row */
} PbKeeperState;

gboolean pb_keeper_decide (PbKeeperState *state, guint32 code,
    guint64 uptime_ms, gdouble random, guint *delay_ms);

gint pb_keeper_run (gchar *const *argv, const PbConfig *config);
gboolean pb_keeper_is_kept (void);
void pb_keeper_obey (GMainLoop *loop);

G_END_DECLS
