/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbBackfillRound: all files of the spool once, oldest first, a group of them
 * at a time: which question, which messages, which files go. */
#pragma once

#include "spool/pb-spool-rows.h"
#include "spool/pb-spool.h"

G_BEGIN_DECLS

/* Main thread only. */
typedef struct _PbBackfillRound PbBackfillRound;

/**
 * PbBackfillSuspects:
 * @first: path of a file, or %NULL
 * @last: of the same one or a later one
 *
 * The server refused a row in one of these files.
 */
typedef struct {
  gchar *first;
  gchar *last;
} PbBackfillSuspects;

PbBackfillRound *pb_backfill_round_new (
    PbSpool *spool, GPtrArray *files, const PbBackfillSuspects *suspects);
void pb_backfill_round_free (PbBackfillRound *round);
GArray *pb_backfill_round_ask (
    PbBackfillRound *round, guint32 *run_id) G_GNUC_WARN_UNUSED_RESULT;
gboolean pb_backfill_round_take (
    PbBackfillRound *round, const GArray *lack) G_GNUC_WARN_UNUSED_RESULT;
const PbSpoolMessage *pb_backfill_round_next (
    PbBackfillRound *round, guint *file);
guint32 pb_backfill_round_get_run (const PbBackfillRound *round);
gchar *pb_backfill_round_blame (PbBackfillRound *round, gboolean in_flight,
    guint first, PbBackfillSuspects *suspects) G_GNUC_WARN_UNUSED_RESULT;
const gchar *pb_backfill_round_get_trouble (const PbBackfillRound *round);
void pb_backfill_suspects_clear (PbBackfillSuspects *suspects);

G_END_DECLS
