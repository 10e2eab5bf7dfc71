/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Loads the graphs of this folder: the text that a broadcaster pastes is the
 * text that agent and server run. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * PbGraphError:
 * @PB_GRAPH_ERROR_NOT_FOUND: no graph of that name in the search path
 * @PB_GRAPH_ERROR_SYNTAX: the text is no graph
 * @PB_GRAPH_ERROR_MISSING: an element, pad or plugin is not there
 */
typedef enum {
  PB_GRAPH_ERROR_NOT_FOUND,
  PB_GRAPH_ERROR_SYNTAX,
  PB_GRAPH_ERROR_MISSING,
} PbGraphError;

#define PB_GRAPH_ERROR (pb_graph_error_quark ())
GQuark pb_graph_error_quark (void);

GstElement *pb_graph_load (
    const gchar *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;
GstElement *pb_graph_load_part (
    const gchar *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;
GstElement *pb_graph_get (GstElement *graph, const gchar *element,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pb_graph_link (GstElement *graph, const gchar *from, const gchar *to,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
