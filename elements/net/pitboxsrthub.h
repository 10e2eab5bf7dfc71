/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PitboxSrtHub: where a port's readers meet the streams that they read. */
#pragma once

#include "pitboxsrtreader.h"

G_BEGIN_DECLS

typedef struct _PitboxSrtHub PitboxSrtHub;
typedef struct _PitboxSrtOutlet PitboxSrtOutlet;

PitboxSrtHub *pitbox_srt_hub_get (const gchar *name);
PitboxSrtHub *pitbox_srt_hub_ref (PitboxSrtHub *hub);
void pitbox_srt_hub_unref (PitboxSrtHub *hub);

/* For whoever has a stream: */
PitboxSrtOutlet *pitbox_srt_hub_attach (
    PitboxSrtHub *hub, const gchar *driver, guint grace_ms, guint64 *feed);
void pitbox_srt_hub_detach (
    PitboxSrtHub *hub, PitboxSrtOutlet *outlet, guint64 feed);
gboolean pitbox_srt_hub_restart (
    PitboxSrtHub *hub, PitboxSrtOutlet *outlet, guint64 feed);
gboolean pitbox_srt_hub_push (PitboxSrtHub *hub, PitboxSrtOutlet *outlet,
    guint64 feed, const guint8 *data, gsize size, gboolean last);
GstStructure *pitbox_srt_outlet_get_stats (PitboxSrtOutlet *outlet);

/* For the port: */
gboolean pitbox_srt_hub_is_live (PitboxSrtHub *hub, const gchar *driver);
gboolean pitbox_srt_hub_add_reader (PitboxSrtHub *hub, PitboxSrtReader *reader);
void pitbox_srt_hub_remove_reader (PitboxSrtHub *hub, PitboxSrtReader *reader);

G_END_DECLS
