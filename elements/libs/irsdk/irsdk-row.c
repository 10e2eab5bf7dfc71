/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Typed access to the packed elements of a row. */
#include "irsdk-row.h"

#include "irsdk-bytes.h"

#include <math.h>

/**
 * irsdk_row_get:
 * @row: a row of as many bytes as the header says
 * @var: (nullable): a variable of this row
 * @index: element
 *
 * Returns: the element in the variable's unit, exact for every type; bit
 *   fields are unsigned; NaN if @var is NULL or lacks the element
 */
double
irsdk_row_get (const void *row, const IrsdkVar *var, int32_t index)
{
  const uint8_t *p;

  if (var == NULL || index < 0 || index >= var->count)
    return NAN;
  p = (const uint8_t *) row + var->offset
      + (size_t) index * irsdk_var_type_bytes (var->type);
  switch (var->type) {
    case IRSDK_CHAR:
      return *p;
    case IRSDK_BOOL:
      return *p != 0;
    case IRSDK_INT:
      return irsdk_get_i32 (p);
    case IRSDK_BITFIELD:
      return irsdk_get_u32 (p);
    case IRSDK_FLOAT:
      return (double) irsdk_get_float (p);
    case IRSDK_DOUBLE:
      return irsdk_get_double (p);
  }
  return NAN;
}

/**
 * irsdk_row_get_newest:
 * @row: a row
 * @var: (nullable): a variable of this row
 *
 * Some builds make plain names such as LatAccel arrays of six samples a tick;
 * the last one is what the scalar would be.
 *
 * Returns: the last element of a count-as-time variable, else element 0; NaN
 *   if @var is NULL
 */
double
irsdk_row_get_newest (const void *row, const IrsdkVar *var)
{
  return irsdk_row_get (
      row, var, var != NULL && var->count_as_time ? var->count - 1 : 0);
}

/**
 * irsdk_row_set:
 * @row: a row
 * @var: (nullable): a variable of this row
 * @index: element
 * @value: new value; clamped to what an integer type holds, NaN counts as 0
 *   there
 *
 * Returns: false, and nothing is written, if @var is NULL or lacks the element
 */
bool
irsdk_row_set (void *row, const IrsdkVar *var, int32_t index, double value)
{
  uint8_t *p;

  if (var == NULL || index < 0 || index >= var->count)
    return false;
  p = (uint8_t *) row + var->offset
      + (size_t) index * irsdk_var_type_bytes (var->type);
  switch (var->type) {
    case IRSDK_CHAR:
      *p = value > 0 ? (value < 255 ? (uint8_t) value : 255) : 0;
      break;
    case IRSDK_BOOL:
      *p = value != 0 && !isnan (value);
      break;
    case IRSDK_INT:
      if (isnan (value))
        value = 0;
      irsdk_put_i32 (p, value <= INT32_MIN   ? INT32_MIN
                        : value >= INT32_MAX ? INT32_MAX
                                             : (int32_t) value);
      break;
    case IRSDK_BITFIELD:
      irsdk_put_u32 (p, !(value > 0)          ? 0
                        : value >= UINT32_MAX ? UINT32_MAX
                                              : (uint32_t) value);
      break;
    case IRSDK_FLOAT:
      irsdk_put_float (p, (float) value);
      break;
    case IRSDK_DOUBLE:
      irsdk_put_double (p, value);
      break;
  }
  return true;
}
