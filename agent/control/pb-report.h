/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbReport: what the elements of a stream say of themselves, as "status" of the
 * control channel has it. */
#pragma once

#include <gst/gst.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * PbReport:
 *
 * The last look; zeroed at the start.
 */
typedef struct {
  guint64 bytes_sent;
  gint64 looked_us; /* 0 = never */
} PbReport;

void pb_report_add_link (PbReport *report, JsonBuilder *builder,
    const GstStructure *link, gint64 now_us);
void pb_report_add_source (JsonBuilder *builder, const GstStructure *source);

G_END_DECLS
