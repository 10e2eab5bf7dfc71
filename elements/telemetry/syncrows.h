/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The rows that wait at telemetrysync's pad, as far as a picture needs them. */
#pragma once

#include <gst/base/gstaggregator.h>
#include <gstpitbox/gstpitbox.h>

G_BEGIN_DECLS

GST_DEBUG_CATEGORY_EXTERN (telemetry_sync_debug);

/**
 * SyncRows:
 * @matcher: has those that were taken
 *
 * The aggregator's thread only.
 */
typedef struct {
  GstPitboxMatcher *matcher;
  GstPitboxSchema *schema; /* private, as is */
  GstBuffer *last; /* the head of the queue that the matcher has already */
} SyncRows;

void sync_rows_init (SyncRows *rows);
void sync_rows_reset (SyncRows *rows);
void sync_rows_stop (SyncRows *rows);
void sync_rows_clear (SyncRows *rows);
gboolean sync_rows_set_caps (
    SyncRows *rows, GstEvent *event, GError **error) G_GNUC_WARN_UNUSED_RESULT;
guint sync_rows_take (
    SyncRows *rows, GstAggregatorPad *pad, GstClockTime until);

GstClockTime sync_rows_get_time (GstAggregatorPad *pad, GstBuffer *buffer);

G_END_DECLS
