/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbBackfill: what the server has not got of the spool follows, behind live. */
#pragma once

#include "pb-config.h"
#include "spool/pb-pace.h"
#include "spool/pb-spool.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Main thread only. */
typedef struct _PbBackfill PbBackfill;

/* How live is now. */
typedef void (*PbBackfillLook) (PbPaceLook *look, gpointer user_data);

PbBackfill *pb_backfill_new (const PbConfig *config, PbSpool *spool,
    PbBackfillLook look, gpointer user_data);
void pb_backfill_free (PbBackfill *backfill);
void pb_backfill_note_connected (PbBackfill *backfill);
void pb_backfill_tick (PbBackfill *backfill);
void pb_backfill_add_status (PbBackfill *backfill, JsonBuilder *builder);

G_END_DECLS
