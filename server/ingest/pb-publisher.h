/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbPublisher: a graph that makes MPEG-TS of what somebody publishes, and the
 * session it goes to. */
#pragma once

#include <gst/gst.h>

#include "ingest/pb-door.h"

G_BEGIN_DECLS

/** PB_PUBLISHER_SILENT_S: whoever sends nothing for so long has gone. */
#define PB_PUBLISHER_SILENT_S 8

typedef struct _PbPublisher PbPublisher;

PbPublisher *pb_publisher_new (PbDoor *door, const PbDoorGuest *guest,
    GstElement *graph, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_publisher_free (PbPublisher *publisher);
gboolean pb_publisher_start (
    PbPublisher *publisher, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_publisher_set_patient (PbPublisher *publisher);
void pb_publisher_set_link (PbPublisher *publisher, const GstStructure *stats);
void pb_publisher_end (PbPublisher *publisher, const gchar *reason);
gboolean pb_publisher_tick (PbPublisher *publisher, gint64 now_us);

const gchar *pb_publisher_get_driver (PbPublisher *publisher);
const gchar *pb_publisher_get_device (PbPublisher *publisher);
gboolean pb_publisher_sent_too_much (PbPublisher *publisher);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbPublisher, pb_publisher_free)

G_END_DECLS
