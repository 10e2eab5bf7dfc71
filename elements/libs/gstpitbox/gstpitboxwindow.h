/* SPDX-License-Identifier: LGPL-2.1-or-later
 * GstPitboxWindow: percentiles of the last values of a figure. */
#pragma once

#include <gstpitbox/gstpitboxapi.h>

G_BEGIN_DECLS

/* 10 s at 60 a second. */
#define GST_PITBOX_WINDOW_SIZE 600

/**
 * GstPitboxWindow:
 * @values: the last ones, oldest overwritten first
 * @n_pushed: how many came, for the place of the next
 *
 * Zeroed memory is an empty one. No lock of its own; a copy is a snapshot.
 */
typedef struct _GstPitboxWindow GstPitboxWindow;
struct _GstPitboxWindow {
  gint64 values[GST_PITBOX_WINDOW_SIZE];
  guint n_pushed;
};

GST_PITBOX_API void gst_pitbox_window_push (
    GstPitboxWindow *window, gint64 value);
GST_PITBOX_API guint gst_pitbox_window_get_percentiles (
    const GstPitboxWindow *window, gint64 *p50, gint64 *p99);

G_END_DECLS
