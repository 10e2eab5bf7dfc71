/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbSpool: telemetry on this PC's disk until the server has it; the oldest go
 * first. */
#pragma once

#include "spool/pb-spool-catalogue.h"

G_BEGIN_DECLS

/** PB_SPOOL_RESERVE_BYTES: room that stays free for everybody else. */
#define PB_SPOOL_RESERVE_BYTES (G_GUINT64_CONSTANT (256) * 1024 * 1024)

/* Thread-safe. */
typedef struct _PbSpool PbSpool;

/**
 * PbSpoolLimits:
 * @bytes: of all files
 * @age_us: of a file
 * @get_free: (nullable): tells the room on @folder's disk; %NULL asks the file
 *   system. Called on the spool's thread
 */
typedef struct {
  guint64 bytes;
  gint64 age_us;
  gboolean (*get_free) (const gchar *folder, guint64 *free_bytes);
} PbSpoolLimits;

/**
 * PbSpoolStats:
 * @counts: of the files; @dropped_rows with those that were never written
 * @trouble: (nullable): why nothing is written, in words; for g_free()
 */
typedef struct {
  PbSpoolCounts counts;
  gchar *trouble;
} PbSpoolStats;

PbSpool *pb_spool_new (const gchar *folder, const PbSpoolLimits *limits);
void pb_spool_free (PbSpool *spool);
void pb_spool_push (PbSpool *spool, GstBuffer *units, GstClockTime pts);
void pb_spool_flush (PbSpool *spool);
GPtrArray *pb_spool_list (
    PbSpool *spool, gint64 settle_us) G_GNUC_WARN_UNUSED_RESULT;
void pb_spool_forget (PbSpool *spool, const gchar *path);
void pb_spool_refuse (PbSpool *spool, const gchar *path);
void pb_spool_give_up (PbSpool *spool, const gchar *path);
void pb_spool_get_stats (PbSpool *spool, PbSpoolStats *stats);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbSpool, pb_spool_free)

G_END_DECLS
