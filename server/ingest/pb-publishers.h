/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbPublishers: whoever publishes through a graph of ours, up to a limit. */
#pragma once

#include "auth/pb-principal.h"
#include "ingest/pb-ingest.h"
#include "ingest/pb-publisher.h"

G_BEGIN_DECLS

/* Main thread only. */
typedef struct _PbPublishers PbPublishers;

/* Whether what goes on for @principal, who sends as @driver, may go on. */
typedef gboolean (*PbPublishersKeep) (
    PbPrincipal *principal, const gchar *driver, gpointer user_data);
/* One of them is over: nobody of that id is there any more. */
typedef void (*PbPublishersOver) (const gchar *id, gpointer user_data);

PbPublishers *pb_publishers_new (PbIngest *ingest, guint max);
void pb_publishers_free (PbPublishers *publishers);
void pb_publishers_set_over (
    PbPublishers *publishers, PbPublishersOver over, gpointer user_data);
void pb_publishers_set_patient (PbPublishers *publishers);
gboolean pb_publishers_has_room (PbPublishers *publishers, const gchar *device);
guint pb_publishers_get_hold_s (PbPublishers *publishers, const gchar *device);
gboolean pb_publishers_add (PbPublishers *publishers, const gchar *id,
    const PbDoorGuest *guest, const PbPrincipal *principal, GstElement *graph,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
PbPublisher *pb_publishers_find (PbPublishers *publishers, const gchar *id);
void pb_publishers_end (
    PbPublishers *publishers, const gchar *id, const gchar *reason);
void pb_publishers_revise (
    PbPublishers *publishers, PbPublishersKeep keep, gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbPublishers, pb_publishers_free)

G_END_DECLS
