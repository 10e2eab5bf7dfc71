/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Several units into one for a video frame, without coding a row again. */
#include "gstpitboxerror.h"
#include "gstpitboxunitprivate.h"

/* Head bytes that merging may add for each row. */
#define MAX_ROW_HEAD_BYTES 64

typedef struct {
  GstClockTime pts;
  GstPitboxUnit *unit;
  GByteArray *fragments;
  gsize bytes;
  gboolean open;
  gboolean any_key;
  GByteArray *out;
} Merger;

static void
merger_flush (Merger *m)
{
  if (!m->open)
    return;
  m->unit->fragments = m->fragments->data;
  m->unit->fragments_bytes = m->fragments->len;
  gst_pitbox_unit_write (m->unit, m->out);
  m->open = FALSE;
}

static gsize
unit_cost (const GstPitboxUnit *unit)
{
  gsize bytes = unit->fragments_bytes;

  for (guint i = 0; i < unit->n_rows; i++)
    bytes += unit->rows[i].block_bytes + MAX_ROW_HEAD_BYTES;
  return bytes;
}

static gboolean
merger_fits (const Merger *m, const GstPitboxUnit *unit)
{
  guint32 mask = m->unit->is_key ? gst_pitbox_unit_key_mask (&m->unit->key)
                                 : m->unit->residue;

  return m->open && !unit->is_key && unit->generation == m->unit->generation
         && unit->index == m->unit->index + m->unit->n_rows
         && unit->residue == mask
         && unit->n_rows + m->unit->n_rows <= GST_PITBOX_UNIT_MAX_ROWS
         && m->bytes + unit_cost (unit) <= GST_PITBOX_MAX_UNIT_BYTES;
}

static void
merger_add (Merger *m, const GstPitboxUnit *unit, GstClockTime unit_pts)
{
  GstClockTimeDiff shift =
      GST_CLOCK_TIME_IS_VALID (unit_pts) && GST_CLOCK_TIME_IS_VALID (m->pts)
          ? GST_CLOCK_DIFF (m->pts, unit_pts)
          : 0;
  guint first = 0;

  if (merger_fits (m, unit)) {
    first = m->unit->n_rows;
    for (guint i = 0; i < unit->n_rows; i++)
      m->unit->rows[first + i] = unit->rows[i];
    m->unit->n_rows += unit->n_rows;
    m->bytes += unit_cost (unit);
  } else {
    merger_flush (m);
    *m->unit = *unit;
    m->bytes = unit_cost (unit) + unit->key.schema_bytes;
    m->open = TRUE;
    m->any_key = m->any_key || unit->is_key;
    g_byte_array_set_size (m->fragments, 0);
  }
  if (unit->fragments_bytes != 0)
    g_byte_array_append (m->fragments, unit->fragments, unit->fragments_bytes);
  for (guint i = first; i < m->unit->n_rows && shift != 0; i++) {
    gint64 *offset = &m->unit->rows[i].offset;

    *offset = gst_pitbox_unit_offset_from_ns (
        gst_pitbox_unit_offset_to_ns (*offset) + shift);
  }
}

/**
 * gst_pitbox_unit_merge:
 * @units: (array length=n_units): buffers of one or more whole units each,
 *   oldest first, PTS on one time line
 * @n_units: >= 1
 * @pts: time of the frame the result belongs to, on the same time line
 * @error: set when a buffer holds something that is no unit, or all are empty
 *
 * Makes one buffer for one video frame. Successive delta units become one
 * unit; a key unit in the middle begins a unit of its own, back to back in the
 * same buffer. Rows keep their coded bytes and their times: their offsets are
 * rewritten against @pts (to 1/90000 s) and the checksum is made anew. A delta
 * unit that was damaged before stays detectable afterwards. Any thread.
 *
 * Returns: (transfer full) (nullable): a new buffer with @pts
 */
GstBuffer *
gst_pitbox_unit_merge (
    GstBuffer *const *units, guint n_units, GstClockTime pts, GError **error)
{
  Merger m = { .pts = pts, .out = g_byte_array_new () };
  g_autofree GstPitboxUnit *parsed = g_new0 (GstPitboxUnit, 1);
  g_autofree GstMapInfo *maps = g_new0 (GstMapInfo, n_units);
  guint n_mapped = 0;
  gboolean ok = TRUE;
  GstBuffer *result = NULL;

  m.unit = g_new0 (GstPitboxUnit, 1);
  m.fragments = g_byte_array_new ();
  for (guint i = 0; i < n_units && ok; i++) {
    gsize at = 0, consumed;

    ok = gst_buffer_map (units[i], &maps[i], GST_MAP_READ);
    if (!ok) {
      g_set_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
          "A unit's buffer cannot be read");
      break;
    }
    n_mapped++;
    for (; at < maps[i].size && ok; at += consumed) {
      ok = gst_pitbox_unit_parse (
          maps[i].data + at, maps[i].size - at, parsed, &consumed, error);
      if (ok)
        merger_add (&m, parsed, GST_BUFFER_PTS (units[i]));
    }
  }
  merger_flush (&m);
  if (ok && m.out->len == 0) {
    ok = FALSE;
    g_set_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_TRUNCATED,
        "No unit to merge");
  }
  if (ok) {
    gsize size = m.out->len;

    result = gst_buffer_new_wrapped (
        g_byte_array_free (g_steal_pointer (&m.out), FALSE), size);
    GST_BUFFER_PTS (result) = pts;
    if (!m.any_key)
      GST_BUFFER_FLAG_SET (result, GST_BUFFER_FLAG_DELTA_UNIT);
  }
  for (guint i = 0; i < n_mapped; i++)
    gst_buffer_unmap (units[i], &maps[i]);
  g_clear_pointer (&m.out, g_byte_array_unref);
  g_byte_array_unref (m.fragments);
  g_free (m.unit);
  return result;
}
