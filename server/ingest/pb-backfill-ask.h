/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbBackfillAsk: one question to the store which rows are missing. */
#pragma once

#include "store/pb-store.h"

G_BEGIN_DECLS

typedef struct _PbBackfillAsk PbBackfillAsk;

/* @lack: (transfer none) (nullable) (element-type GstPitboxRowRange): what is
 * missing; %NULL where the database cannot say it now */
typedef void (*PbBackfillAnswer) (
    guint32 run_id, GArray *lack, gpointer user_data);

PbBackfillAsk *pb_backfill_ask_new (PbStore *store, const gchar *driver,
    guint32 run_id, GArray *ranges, const GArray *came, PbBackfillAnswer answer,
    gpointer user_data);
void pb_backfill_ask_cancel (PbBackfillAsk *ask);

G_END_DECLS
