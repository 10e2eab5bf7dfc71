/* SPDX-License-Identifier: LGPL-2.1-or-later
 * GstPitboxUnitCursor: where in its run a unit stands, without decoding it. */
#pragma once

#include <gstpitbox/gstpitboxapi.h>
#include <glib.h>

G_BEGIN_DECLS

/**
 * GstPitboxUnitCursor:
 * @is_known: a key unit was seen; else nothing below counts
 * @generation: of the last key unit
 * @run_id: its run
 * @sequence: number of its first row in the run, modulo 2^32
 * @mask: gst_pitbox_unit_key_mask() of it
 *
 * What the units after a key unit leave out; zeroed at the start. One thread
 * at a time.
 */
typedef struct {
  gboolean is_known;
  guint generation;
  guint32 run_id;
  guint32 sequence;
  guint32 mask;
} GstPitboxUnitCursor;

/**
 * GstPitboxUnitSpan:
 * @run_id: of the rows
 * @sequence: number of the first row in its run, modulo 2^32
 * @n_rows: how many follow on each other, at least 1
 * @n_units: units that hold them
 * @begins_with_key: whoever has seen nothing before can begin here
 *
 * The rows of a buffer.
 */
typedef struct {
  guint32 run_id;
  guint32 sequence;
  guint n_rows;
  guint n_units;
  gboolean begins_with_key;
} GstPitboxUnitSpan;

GST_PITBOX_API gboolean gst_pitbox_unit_cursor_take (
    GstPitboxUnitCursor *cursor, const guint8 *data, gsize size,
    GstPitboxUnitSpan *span, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
