/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbAudience: who may read at the SRT port, and who does. */
#pragma once

#include <gst/gst.h>

#include "auth/pb-seal.h"
#include "store/pb-store.h"

G_BEGIN_DECLS

/**
 * PbReaderStats:
 * @name: the reader's
 * @driver: whose stream it reads
 * @peer: its address
 * @connected_ms: how long
 * @bytes: sent
 * @dropped_bytes: left out because it was too slow
 * @jumps: how often that happened
 * @rtt_ms: round trip
 *
 * One connection.
 */
typedef struct {
  gchar *name;
  gchar *driver;
  gchar *peer;
  guint64 connected_ms;
  guint64 bytes;
  guint64 dropped_bytes;
  guint64 jumps;
  gdouble rtt_ms;
} PbReaderStats;

typedef struct _PbAudience PbAudience;

PbAudience *pb_audience_new (PbStore *store, PbSeal *seal, GstElement *source);
void pb_audience_free (PbAudience *audience);
gboolean pb_audience_load (
    PbAudience *audience, GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *pb_audience_list (PbAudience *audience);
void pb_audience_log (const GstStructure *message);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbAudience, pb_audience_free)

G_END_DECLS
