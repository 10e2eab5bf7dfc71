/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The way of telemetry alone as a part of a graph: put in, cut off, taken out
 * while rows are read on. */
#pragma once

#include "pb-transport.h"

#include <gst/gst.h>

G_BEGIN_DECLS

/** PB_LINE_CUT: name of the message on the bus that tells of pb_line_cut(). */
#define PB_LINE_CUT "pitbox-line-cut"

gboolean pb_line_add_part (GstElement *graph, const gchar *part,
    const gchar *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pb_line_add (GstElement *graph, PbTransport transport,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pb_line_join (
    GstElement *graph, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_line_cut (GstElement *graph);
void pb_line_remove (GstElement *graph);

G_END_DECLS
