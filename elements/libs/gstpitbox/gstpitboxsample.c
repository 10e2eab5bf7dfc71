/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One row with its schema and time; interpolation between two of them. */
#include "gstpitboxsample.h"

#include <math.h>

#include "gstpitboxerror.h"
#include "gstpitboxrow.h"

/* How much larger than the step before it a variable's step may be for the
 * variable to count as moving steadily. See
 * gst_pitbox_sample_new_interpolated(). */
#define STEADY_STEP_RATIO 4.0

/* clang-format off */
G_DEFINE_BOXED_TYPE (GstPitboxSample, gst_pitbox_sample, gst_pitbox_sample_ref,
    gst_pitbox_sample_unref)
/* clang-format on */

/**
 * gst_pitbox_sample_new:
 * @schema: layout of @row
 * @row: one row; its size is the caller's to have checked
 * @tick: the simulator's tick, or %GST_BUFFER_OFFSET_NONE
 * @time: running time of the tick, ns, not %GST_CLOCK_TIME_NONE
 * @utc_us: microseconds since 1970 UTC, or 0 if unknown
 * @utc_quality: how far @utc_us can be trusted
 *
 * Returns: (transfer full): the sample. Any thread.
 */
GstPitboxSample *
gst_pitbox_sample_new (GstPitboxSchema *schema, GBytes *row, guint64 tick,
    GstClockTime time, gint64 utc_us, GstPitboxClockQuality utc_quality)
{
  GstPitboxSample *sample;

  g_return_val_if_fail (schema != NULL && row != NULL, NULL);
  g_return_val_if_fail (
      g_bytes_get_size (row) == gst_pitbox_schema_get_row_bytes (schema), NULL);
  g_return_val_if_fail (GST_CLOCK_TIME_IS_VALID (time), NULL);

  sample = g_new0 (GstPitboxSample, 1);
  g_atomic_ref_count_init (&sample->ref_count);
  sample->schema = gst_pitbox_schema_ref (schema);
  sample->row = g_bytes_ref (row);
  sample->tick = tick;
  sample->time = time;
  sample->utc_us = utc_us;
  sample->utc_quality = utc_quality;
  return sample;
}

/**
 * gst_pitbox_sample_new_from_buffer:
 * @schema: layout of the row
 * @buffer: one buffer of a RAW stream
 * @time: its running time, ns (the caller has the segment)
 * @error: (out): %GST_PITBOX_ERROR_INVALID if the size is not the schema's
 *
 * Copies the row; tick and UTC come from the buffer. Any thread.
 *
 * Returns: (transfer full): the sample, or %NULL with @error set
 */
GstPitboxSample *
gst_pitbox_sample_new_from_buffer (GstPitboxSchema *schema, GstBuffer *buffer,
    GstClockTime time, GError **error)
{
  gsize size = gst_buffer_get_size (buffer);
  GstPitboxClockQuality quality;
  g_autoptr (GBytes) row = NULL;
  guint8 *data;
  gint64 utc_us;

  if (size != gst_pitbox_schema_get_row_bytes (schema)) {
    g_set_error (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
        "a row of %" G_GSIZE_FORMAT " bytes where the schema says %u", size,
        gst_pitbox_schema_get_row_bytes (schema));
    return NULL;
  }
  if (!GST_CLOCK_TIME_IS_VALID (time)) {
    g_set_error_literal (error, GST_PITBOX_ERROR, GST_PITBOX_ERROR_INVALID,
        "a row without a running time");
    return NULL;
  }
  data = g_malloc (size);
  gst_buffer_extract (buffer, 0, data, size);
  row = g_bytes_new_take (data, size);
  utc_us = gst_pitbox_buffer_get_utc (buffer, &quality);
  return gst_pitbox_sample_new (
      schema, row, GST_BUFFER_OFFSET (buffer), time, utc_us, quality);
}

/* Floats whose step from @before to @after is in keeping with the one from
 * @earlier to @before move on the line between the two rows. */
static void
interpolate_var (const GstPitboxVar *var, const guint8 *earlier,
    const guint8 *before, const guint8 *after, gdouble part, guint8 *out)
{
  for (guint i = 0; i < var->count; i++) {
    gdouble e = gst_pitbox_row_get_double (earlier, var, i);
    gdouble b = gst_pitbox_row_get_double (before, var, i);
    gdouble a = gst_pitbox_row_get_double (after, var, i);

    if (isfinite (e) && isfinite (b) && isfinite (a) && a != b
        && fabs (a - b) <= STEADY_STEP_RATIO * fabs (b - e))
      gst_pitbox_row_set_double (out, var, i, b + (a - b) * part);
  }
}

/**
 * gst_pitbox_sample_new_interpolated:
 * @earlier: (nullable): the row before @before
 * @before: the last row at or before @time
 * @after: the first row after @time
 * @time: running time wanted, between those of @before and @after
 *
 * The row as it would have been at @time. Whole numbers, flags and characters
 * are those of the nearer row. A float or double lies on the line between the
 * two rows where it moves steadily: where its step is at most four times the
 * one before. Otherwise it too is the nearer row's, so that what wraps or
 * starts anew between two rows (lap distance and lap time at the line, a
 * heading at +-pi) never shows a value that neither side had. Without
 * @earlier, or with a row of another schema, the answer is the nearer row.
 *
 * Returns: (transfer full): a sample at @time; its tick is the nearer row's.
 */
GstPitboxSample *
gst_pitbox_sample_new_interpolated (const GstPitboxSample *earlier,
    const GstPitboxSample *before, const GstPitboxSample *after,
    GstClockTime time)
{
  const GstPitboxSample *nearer;
  g_autoptr (GBytes) row = NULL;
  gdouble part;
  gint64 utc_us = 0;
  gsize size;

  g_return_val_if_fail (time >= before->time && time <= after->time, NULL);

  nearer = time - before->time <= after->time - time ? before : after;
  if (earlier == NULL || after->time == before->time
      || earlier->schema != before->schema || before->schema != after->schema)
    row = g_bytes_ref (nearer->row);
  else {
    const guint8 *e = g_bytes_get_data (earlier->row, NULL);
    const guint8 *b = g_bytes_get_data (before->row, NULL);
    const guint8 *a = g_bytes_get_data (after->row, NULL);
    guint8 *out = g_memdup2 (
        g_bytes_get_data (nearer->row, &size), g_bytes_get_size (nearer->row));

    part = (gdouble) (time - before->time) / (after->time - before->time);
    for (guint i = 0; i < gst_pitbox_schema_get_n_vars (before->schema); i++) {
      const GstPitboxVar *var = gst_pitbox_schema_get_var (before->schema, i);

      if (var->type == GST_PITBOX_VAR_FLOAT
          || var->type == GST_PITBOX_VAR_DOUBLE)
        interpolate_var (var, e, b, a, part, out);
    }
    row = g_bytes_new_take (out, size);
  }
  if (nearer->utc_us != 0)
    utc_us = nearer->utc_us
             + GST_CLOCK_DIFF (nearer->time, time) / (gint64) GST_USECOND;
  return gst_pitbox_sample_new (
      nearer->schema, row, nearer->tick, time, utc_us, nearer->utc_quality);
}

/**
 * gst_pitbox_sample_get_double:
 * @sample: a sample
 * @name: a variable, e.g. "Speed"
 *
 * For one look at one row. Who reads many rows finds the variable once, by
 * gst_pitbox_schema_find(), and takes gst_pitbox_row_get_newest().
 *
 * Returns: its value at the row's tick, in the simulator's own unit; NaN if the
 *   car has no such variable. Any thread.
 */
gdouble
gst_pitbox_sample_get_double (const GstPitboxSample *sample, const gchar *name)
{
  return gst_pitbox_row_get_newest (g_bytes_get_data (sample->row, NULL),
      gst_pitbox_schema_find (sample->schema, name));
}

/**
 * gst_pitbox_sample_get_element:
 * @sample: a sample
 * @name: a variable of several elements, e.g. "CarIdxLap"
 * @index: which of them, from 0
 *
 * Returns: as gst_pitbox_sample_get_double(), of one element; NaN if the
 *   variable has no such element. Any thread.
 */
gdouble
gst_pitbox_sample_get_element (
    const GstPitboxSample *sample, const gchar *name, guint index)
{
  return gst_pitbox_row_get_double (g_bytes_get_data (sample->row, NULL),
      gst_pitbox_schema_find (sample->schema, name), index);
}

/**
 * gst_pitbox_sample_ref:
 * @sample: a sample
 *
 * Returns: (transfer full): @sample. Any thread.
 */
GstPitboxSample *
gst_pitbox_sample_ref (GstPitboxSample *sample)
{
  g_atomic_ref_count_inc (&sample->ref_count);
  return sample;
}

/**
 * gst_pitbox_sample_unref:
 * @sample: (transfer full): a sample
 */
void
gst_pitbox_sample_unref (GstPitboxSample *sample)
{
  if (!g_atomic_ref_count_dec (&sample->ref_count))
    return;
  gst_pitbox_schema_unref (sample->schema);
  g_bytes_unref (sample->row);
  g_free (sample);
}
