/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Typed access to the elements of a row. */
#include "gstpitboxrow.h"

#include "gstpitboxbytes.h"

#include <math.h>

/**
 * SECTION:gstpitboxrow
 * @title: Row access
 * @short_description: read one value of a row by its variable
 *
 * Every getter takes a %NULL variable and answers "not there" (NaN or the
 * fallback), because a car that lacks a variable is normal. The caller
 * guarantees that the row has as many bytes as the schema says. Any thread.
 */

/**
 * gst_pitbox_row_get_double:
 * @row: one row
 * @var: (nullable): a variable of its schema
 * @index: element, 0 to count minus 1
 *
 * Returns: the element in the variable's own unit, or NaN if @var is %NULL or
 *   has no such element. Whole numbers up to 32 bits come out exact; a bit
 *   field comes out unsigned.
 */
gdouble
gst_pitbox_row_get_double (
    const guint8 *row, const GstPitboxVar *var, guint index)
{
  const guint8 *p;
  guint32 word;
  guint64 wide;
  gfloat f;
  gdouble d;

  if (var == NULL || index >= var->count)
    return NAN;
  p = row + var->offset + index * gst_pitbox_var_type_size (var->type);
  switch (var->type) {
    case GST_PITBOX_VAR_CHAR:
    case GST_PITBOX_VAR_BOOL:
      return *p;
    case GST_PITBOX_VAR_INT:
      return (gint32) gst_pitbox_get_u32 (p);
    case GST_PITBOX_VAR_BITFIELD:
      return gst_pitbox_get_u32 (p);
    case GST_PITBOX_VAR_FLOAT:
      word = gst_pitbox_get_u32 (p);
      memcpy (&f, &word, 4);
      return f;
    case GST_PITBOX_VAR_DOUBLE:
      wide = gst_pitbox_get_u64 (p);
      memcpy (&d, &wide, 8);
      return d;
    default:
      return NAN;
  }
}

/**
 * gst_pitbox_row_get_int64:
 * @row: one row
 * @var: (nullable): a variable of its schema
 * @index: element, 0 to count minus 1
 * @fallback: the answer where there is no number
 *
 * Returns: the element, a fraction cut off, or @fallback if there is no such
 *   element, or its value is not finite or does not fit
 */
gint64
gst_pitbox_row_get_int64 (
    const guint8 *row, const GstPitboxVar *var, guint index, gint64 fallback)
{
  gdouble d = gst_pitbox_row_get_double (row, var, index);

  /* 2^62 keeps the cast defined for every double that passes. */
  return isfinite (d) && fabs (d) < 4611686018427387904.0 ? (gint64) d
                                                          : fallback;
}

/**
 * gst_pitbox_row_get_newest:
 * @row: one row
 * @var: (nullable): a variable of its schema
 *
 * Returns: the value at the row's tick: the last sample of a variable that
 *   holds several samples of one tick, else the first element; NaN if @var is
 *   %NULL
 */
gdouble
gst_pitbox_row_get_newest (const guint8 *row, const GstPitboxVar *var)
{
  if (var == NULL)
    return NAN;
  return gst_pitbox_row_get_double (
      row, var, var->count_as_time ? var->count - 1 : 0);
}

/**
 * gst_pitbox_row_get_newest_int64:
 * @row: one row
 * @var: (nullable): a variable of its schema
 * @fallback: the answer where there is no number
 *
 * Returns: as gst_pitbox_row_get_newest(), as a whole number
 */
gint64
gst_pitbox_row_get_newest_int64 (
    const guint8 *row, const GstPitboxVar *var, gint64 fallback)
{
  if (var == NULL)
    return fallback;
  return gst_pitbox_row_get_int64 (
      row, var, var->count_as_time ? var->count - 1 : 0, fallback);
}

/**
 * gst_pitbox_row_set_double:
 * @row: one row
 * @var: (nullable): a variable of its schema; %NULL does nothing
 * @index: element, 0 to count minus 1
 * @value: the new value; rounded and clamped to what the type can hold
 */
void
gst_pitbox_row_set_double (
    guint8 *row, const GstPitboxVar *var, guint index, gdouble value)
{
  guint8 *p;
  guint32 word;
  guint64 wide;
  gfloat f;

  if (var == NULL || index >= var->count)
    return;
  p = row + var->offset + index * gst_pitbox_var_type_size (var->type);
  switch (var->type) {
    case GST_PITBOX_VAR_CHAR:
      *p = (guint8) CLAMP (value, 0.0, 255.0);
      break;
    case GST_PITBOX_VAR_BOOL:
      *p = value != 0.0;
      break;
    case GST_PITBOX_VAR_INT:
      value =
          isnan (value) ? 0.0 : CLAMP (rint (value), G_MININT32, G_MAXINT32);
      gst_pitbox_set_u32 (p, (guint32) (gint32) value);
      break;
    case GST_PITBOX_VAR_BITFIELD:
      value = isnan (value) ? 0.0 : CLAMP (rint (value), 0.0, G_MAXUINT32);
      gst_pitbox_set_u32 (p, (guint32) value);
      break;
    case GST_PITBOX_VAR_FLOAT:
      f = (gfloat) value;
      memcpy (&word, &f, 4);
      gst_pitbox_set_u32 (p, word);
      break;
    case GST_PITBOX_VAR_DOUBLE:
      memcpy (&wide, &value, 8);
      gst_pitbox_set_u64 (p, wide);
      break;
    default:
      break;
  }
}
