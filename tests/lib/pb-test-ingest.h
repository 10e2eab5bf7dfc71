/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A driver's ingest graph by itself: MPEG-TS in, and what becomes of it. */
#pragma once

#include "session/pb-ingest-graph.h"

typedef struct {
  PbLive *live;
  PbLapBook *book;
  PbIngestGraph *graph;
  gint n_failures; /* atomic */
  gchar *failure; /* the first one; after pb_test_ingest_drain() */
} PbTestIngest;

void pb_test_ingest_init (PbTestIngest *rig);
void pb_test_ingest_clear (PbTestIngest *rig);
void pb_test_ingest_push (PbTestIngest *rig, const guint8 *data, gsize size);
gboolean pb_test_ingest_drain (PbTestIngest *rig, gint64 limit_us);
