/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Where pitbox-sim's rows come from: the simulation or a recorded file. */
#pragma once

#include <irsdk/irsdk-disk.h>
#include <racesim/racesim.h>

typedef enum {
  SIM_FEED_ERROR_FILE,
} SimFeedError;

#define SIM_FEED_ERROR (sim_feed_error_quark ())
GQuark sim_feed_error_quark (void);

typedef struct SimFeed SimFeed;

SimFeed *sim_feed_new_race (
    const RaceSimConfig *config, GError **error) G_GNUC_WARN_UNUSED_RESULT;
SimFeed *sim_feed_new_view (SimFeed *of, guint seat, RaceSimShape shape);
SimFeed *sim_feed_new_file (
    const gchar *path, gboolean loop, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void sim_feed_free (SimFeed *feed);

const IrsdkVar *sim_feed_get_vars (const SimFeed *feed, gsize *n_vars);
guint sim_feed_get_row_bytes (const SimFeed *feed);
guint sim_feed_get_tick_rate (const SimFeed *feed);
guint sim_feed_get_header_version (const SimFeed *feed);
const guint8 *sim_feed_next (SimFeed *feed, gint32 *tick);
GBytes *sim_feed_get_text (SimFeed *feed, guint *update);
gdouble sim_feed_get_number (const SimFeed *feed, const gchar *name);
gint64 sim_feed_get_start_date (const SimFeed *feed);
RaceSim *sim_feed_get_race (SimFeed *feed);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimFeed, sim_feed_free)
