/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Typed reading and writing of one element of a row. Rows are packed with no
 * alignment and little-endian, so nothing here ever casts a pointer. */
#pragma once

#include <gstpitbox/gstpitboxapi.h>
#include <gstpitbox/gstpitboxschema.h>

G_BEGIN_DECLS

GST_PITBOX_API gdouble gst_pitbox_row_get_double (
    const guint8 *row, const GstPitboxVar *var, guint index);
GST_PITBOX_API gint64 gst_pitbox_row_get_int64 (
    const guint8 *row, const GstPitboxVar *var, guint index, gint64 fallback);
GST_PITBOX_API gdouble gst_pitbox_row_get_newest (
    const guint8 *row, const GstPitboxVar *var);
GST_PITBOX_API gint64 gst_pitbox_row_get_newest_int64 (
    const guint8 *row, const GstPitboxVar *var, gint64 fallback);
GST_PITBOX_API void gst_pitbox_row_set_double (
    guint8 *row, const GstPitboxVar *var, guint index, gdouble value);

G_END_DECLS
