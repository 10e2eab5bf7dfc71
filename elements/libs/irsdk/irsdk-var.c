/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Parse, check and write variable headers. */
#include "irsdk-var.h"

#include "irsdk-bytes.h"

/* Where the fields of a variable header stand. */
enum {
  OFF_TYPE = 0,
  OFF_OFFSET = 4,
  OFF_COUNT = 8,
  OFF_COUNT_AS_TIME = 12,
  OFF_NAME = 16,
  OFF_DESC = 48,
  OFF_UNIT = 112,
};

/**
 * irsdk_var_type_bytes:
 * @type: an element type
 *
 * Returns: bytes of one element; 0 for a value that is no type
 */
uint32_t
irsdk_var_type_bytes (IrsdkVarType type)
{
  static const uint8_t bytes[] = { 1, 1, 4, 4, 4, 8 };

  return (unsigned) type < sizeof bytes ? bytes[type] : 0;
}

/* A field of the sim is NUL-padded and may be full, without any NUL. */
static void
copy_string (char *dst, const uint8_t *src, size_t field_bytes)
{
  memcpy (dst, src, field_bytes);
  dst[field_bytes] = '\0';
}

static bool
var_is_ok (const IrsdkVar *v, int32_t row_bytes)
{
  const uint32_t bytes = irsdk_var_type_bytes (v->type);

  return bytes != 0 && v->count >= 1 && v->offset >= 0 && v->name[0] != '\0'
         && (int64_t) v->offset + (int64_t) v->count * bytes <= row_bytes;
}

/**
 * irsdk_var_parse:
 * @var: (out): the variable; unspecified on an error
 * @data: (array length=size): untrusted bytes
 * @size: at least %IRSDK_VAR_BYTES
 * @row_bytes: bytes of a row, which the variable must fit in
 *
 * Returns: %IRSDK_OK, %IRSDK_ERROR_TRUNCATED, or %IRSDK_ERROR_INVALID for an
 *   unknown type, a count below 1, elements outside of the row, or no name
 */
IrsdkResult
irsdk_var_parse (
    IrsdkVar *var, const void *data, size_t size, int32_t row_bytes)
{
  const uint8_t *p = (const uint8_t *) data;
  const int32_t type = size >= 4 ? irsdk_get_i32 (p) : -1;

  if (size < IRSDK_VAR_BYTES)
    return IRSDK_ERROR_TRUNCATED;
  if (type < IRSDK_CHAR || type > IRSDK_DOUBLE)
    return IRSDK_ERROR_INVALID;
  var->type = (IrsdkVarType) type;
  var->offset = irsdk_get_i32 (p + OFF_OFFSET);
  var->count = irsdk_get_i32 (p + OFF_COUNT);
  var->count_as_time = p[OFF_COUNT_AS_TIME] != 0;
  copy_string (var->name, p + OFF_NAME, sizeof var->name - 1);
  copy_string (var->desc, p + OFF_DESC, sizeof var->desc - 1);
  copy_string (var->unit, p + OFF_UNIT, sizeof var->unit - 1);
  return var_is_ok (var, row_bytes) ? IRSDK_OK : IRSDK_ERROR_INVALID;
}

static void
put_string (uint8_t *dst, const char *src, size_t field_bytes)
{
  const size_t n = strlen (src);

  memcpy (dst, src, n < field_bytes ? n : field_bytes);
}

/**
 * irsdk_var_write:
 * @var: what to write
 * @data: (out): its bytes, NUL-padded
 */
void
irsdk_var_write (const IrsdkVar *var, uint8_t data[IRSDK_VAR_BYTES])
{
  memset (data, 0, IRSDK_VAR_BYTES);
  irsdk_put_i32 (data + OFF_TYPE, var->type);
  irsdk_put_i32 (data + OFF_OFFSET, var->offset);
  irsdk_put_i32 (data + OFF_COUNT, var->count);
  data[OFF_COUNT_AS_TIME] = var->count_as_time ? 1 : 0;
  put_string (data + OFF_NAME, var->name, sizeof var->name - 1);
  put_string (data + OFF_DESC, var->desc, sizeof var->desc - 1);
  put_string (data + OFF_UNIT, var->unit, sizeof var->unit - 1);
}

/**
 * irsdk_vars_parse:
 * @vars: (out caller-allocates): room for @num_vars
 * @n_vars: (out): how many are good
 * @n_rejected: (out) (optional): how many are not
 * @data: (array length=size): untrusted bytes
 * @size: bytes in @data
 * @num_vars: from the header, 1 to %IRSDK_MAX_VARS
 * @row_bytes: from the header
 *
 * A bad variable is left out and counted: the others are still good, and so is
 * the row.
 *
 * Returns: %IRSDK_OK, %IRSDK_ERROR_TRUNCATED, %IRSDK_ERROR_LIMIT, or
 *   %IRSDK_ERROR_INVALID if not one variable is good
 */
IrsdkResult
irsdk_vars_parse (IrsdkVar *vars, size_t *n_vars, size_t *n_rejected,
    const void *data, size_t size, int32_t num_vars, int32_t row_bytes)
{
  size_t good = 0;

  *n_vars = 0;
  if (num_vars < 1 || num_vars > IRSDK_MAX_VARS)
    return IRSDK_ERROR_LIMIT;
  if (size / IRSDK_VAR_BYTES < (size_t) num_vars)
    return IRSDK_ERROR_TRUNCATED;
  for (int32_t i = 0; i < num_vars; i++) {
    if (irsdk_var_parse (&vars[good],
            (const uint8_t *) data + (size_t) i * IRSDK_VAR_BYTES,
            IRSDK_VAR_BYTES, row_bytes)
        == IRSDK_OK)
      good++;
  }
  *n_vars = good;
  if (n_rejected != NULL)
    *n_rejected = (size_t) num_vars - good;
  return good > 0 ? IRSDK_OK : IRSDK_ERROR_INVALID;
}

/**
 * irsdk_vars_check:
 * @vars: (array length=n_vars): variables to be written
 * @n_vars: how many
 * @row_bytes: bytes of a row
 *
 * Returns: %IRSDK_OK, %IRSDK_ERROR_LIMIT for a number of variables or bytes
 *   out of bounds, %IRSDK_ERROR_INVALID for what irsdk_var_parse() rejects
 */
IrsdkResult
irsdk_vars_check (const IrsdkVar *vars, size_t n_vars, int32_t row_bytes)
{
  if (n_vars < 1 || n_vars > IRSDK_MAX_VARS || row_bytes < 1
      || row_bytes > IRSDK_MAX_ROW_BYTES)
    return IRSDK_ERROR_LIMIT;
  for (size_t i = 0; i < n_vars; i++) {
    if (!var_is_ok (&vars[i], row_bytes))
      return IRSDK_ERROR_INVALID;
  }
  return IRSDK_OK;
}

/**
 * irsdk_vars_pack:
 * @vars: (array length=n_vars): variables with type and count set
 * @n_vars: how many
 *
 * Gives the variables their offsets as the sim does: one behind the other, no
 * alignment.
 *
 * Returns: bytes of a row
 */
int32_t
irsdk_vars_pack (IrsdkVar *vars, size_t n_vars)
{
  int32_t offset = 0;

  for (size_t i = 0; i < n_vars; i++) {
    vars[i].offset = offset;
    offset += vars[i].count * (int32_t) irsdk_var_type_bytes (vars[i].type);
  }
  return offset;
}

/**
 * irsdk_vars_find:
 * @vars: (array length=n_vars): variables
 * @n_vars: how many
 * @name: a name, e.g. "RPM"
 *
 * Returns: (nullable): the first variable of that name
 */
const IrsdkVar *
irsdk_vars_find (const IrsdkVar *vars, size_t n_vars, const char *name)
{
  for (size_t i = 0; i < n_vars; i++) {
    if (strcmp (vars[i].name, name) == 0)
      return &vars[i];
  }
  return NULL;
}
