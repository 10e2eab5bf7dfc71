/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Heads of units are enough to number their rows. */
#include "gstpitboxunitcursor.h"

#include "gstpitboxerror.h"
#include "gstpitboxunit.h"

/* FALSE where the unit belongs to another key unit than the last one. */
static gboolean
number_unit (
    GstPitboxUnitCursor *cursor, const GstPitboxUnit *unit, guint32 *sequence)
{
  if (unit->is_key) {
    cursor->is_known = TRUE;
    cursor->generation = unit->generation;
    cursor->run_id = unit->key.run_id;
    cursor->sequence = unit->key.sequence;
    cursor->mask = gst_pitbox_unit_key_mask (&unit->key);
  }
  *sequence = cursor->sequence + unit->index;
  return cursor->is_known
         && (unit->is_key
             || (unit->generation == cursor->generation
                 && unit->residue == cursor->mask));
}

static gboolean
take_unit (GstPitboxUnitCursor *cursor, const GstPitboxUnit *unit,
    GstPitboxUnitSpan *span, GError **error)
{
  guint32 sequence;

  if (!number_unit (cursor, unit, &sequence)) {
    g_set_error_literal (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_CHECKSUM,
        "A unit is damaged or does not belong to the last key unit");
    return FALSE;
  }
  if (span->n_units == 0) {
    span->run_id = cursor->run_id;
    span->sequence = sequence;
    span->begins_with_key = unit->is_key;
  } else if (span->run_id != cursor->run_id
             || span->sequence + span->n_rows != sequence) {
    g_set_error_literal (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
        "Units that came together do not follow on each other");
    return FALSE;
  }
  span->n_units++;
  span->n_rows += unit->n_rows;
  return TRUE;
}

/**
 * gst_pitbox_unit_cursor_take:
 * @cursor: what the units before have left; updated
 * @data: (array length=size): untrusted bytes: one or more whole units
 * @size: bytes in @data
 * @span: (out caller-allocates): the rows in them
 * @error: those of gst_pitbox_unit_parse(), %GST_PITBOX_ERROR_CHECKSUM also for
 *   a delta unit that does not belong to the last key unit, and
 *   %GST_PITBOX_ERROR_INVALID for units that do not follow on each other or
 *   have no row
 *
 * Checks every byte of every unit but does not decode rows. After an error the
 * cursor is where it got to: its owner gives up, or waits for a key unit.
 *
 * Returns: %TRUE if @span has been filled
 */
gboolean
gst_pitbox_unit_cursor_take (GstPitboxUnitCursor *cursor, const guint8 *data,
    gsize size, GstPitboxUnitSpan *span, GError **error)
{
  GstPitboxUnit unit;
  gsize consumed;

  *span = (GstPitboxUnitSpan){ 0 };
  for (gsize at = 0; at < size; at += consumed)
    if (!gst_pitbox_unit_parse (data + at, size - at, &unit, &consumed, error)
        || !take_unit (cursor, &unit, span, error))
      return FALSE;
  if (span->n_rows > 0)
    return TRUE;
  g_set_error_literal (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
      "There is no row in it");
  return FALSE;
}
