/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The rows of a spool's file that somebody misses, as messages. */
#pragma once

#include "spool/pb-spool-file.h"

G_BEGIN_DECLS

/**
 * PbSpoolMessage:
 * @units: of rows that follow on each other
 * @sequence: number of the first one
 * @n_rows: how many
 * @pts: their time by the clock of their run, ns
 */
typedef struct {
  GBytes *units;
  guint32 sequence;
  guint n_rows;
  guint64 pts;
} PbSpoolMessage;

void pb_spool_message_free (PbSpoolMessage *message);
GPtrArray *pb_spool_rows_read (const guint8 *data, gsize size,
    const GArray *wanted) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
