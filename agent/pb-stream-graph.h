/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The graph of a stream: its parts, joined, with the settings in them. */
#pragma once

#include "pb-config.h"
#include "pb-picture.h"
#include "pb-supervisor.h"
#include "pb-transport.h"

#include <gst/gst.h>

G_BEGIN_DECLS

GstElement *pb_stream_graph_new (const PbConfig *config,
    const PbPicture *picture, PbMode mode, PbTransport transport,
    const gchar *exclude, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pb_stream_graph_add_line (GstElement *graph, const PbConfig *config,
    PbTransport transport, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_stream_graph_set_picture (
    GstElement *graph, const PbConfig *config, const PbPicture *picture);
PbFailure pb_stream_graph_classify (GstObject *src, const GError *error);

G_END_DECLS
