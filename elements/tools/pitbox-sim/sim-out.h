/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Where pitbox-sim's rows go: shared memory, or an .ibt file; and its truth. */
#pragma once

#include <irsdk/irsdk-shm.h>

#include "sim-feed.h"

typedef enum {
  SIM_OUT_ERROR_SHM,
  SIM_OUT_ERROR_FILE,
} SimOutError;

#define SIM_OUT_ERROR (sim_out_error_quark ())
GQuark sim_out_error_quark (void);

typedef struct {
  const gchar *name; /* NULL = the platform's */
  guint header_version; /* 1 or 2; 0 = the feed's */
  guint buffers;
  gboolean tick_fields;
} SimShmConfig;

typedef struct SimShmOut SimShmOut;

SimShmOut *sim_shm_out_new (SimFeed *feed, const SimShmConfig *config,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
void sim_shm_out_free (SimShmOut *out);
void sim_shm_out_put (
    SimShmOut *out, SimFeed *feed, gint32 tick, const guint8 *row);

typedef struct SimDiskOut SimDiskOut;

SimDiskOut *sim_disk_out_new (SimFeed *feed, const gchar *path,
    guint header_version, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean sim_disk_out_put (SimDiskOut *out, SimFeed *feed, const guint8 *row,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean sim_disk_out_close (
    SimDiskOut *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean sim_text_out_check (
    const gchar *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean sim_text_out_write (const gchar *path, const gchar *text,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimShmOut, sim_shm_out_free)
