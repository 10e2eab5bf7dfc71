/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Variable headers: what a row holds and where. */
#pragma once

#include <irsdk/irsdk-header.h>

#ifdef __cplusplus
extern "C" {
#endif

#define IRSDK_VAR_BYTES 144

/**
 * IrsdkVarType:
 *
 * irsdk_VarType; element sizes 1, 1, 4, 4, 4, 8 bytes.
 */
typedef enum {
  IRSDK_CHAR = 0,
  IRSDK_BOOL = 1,
  IRSDK_INT = 2,
  IRSDK_BITFIELD = 3,
  IRSDK_FLOAT = 4,
  IRSDK_DOUBLE = 5,
} IrsdkVarType;

/**
 * IrsdkVar:
 * @type: element type
 * @offset: first byte within the row; rows are packed, nothing is aligned
 * @count: elements, >= 1
 * @count_as_time: true if the elements are samples within one tick, the last
 *   one the newest; false if they are e.g. one entry a car
 * @name: not empty; 8-bit as the sim wrote it
 * @desc: 8-bit
 * @unit: 8-bit
 *
 * The list differs by car, session and sim build: bind by @name at every
 * connection. Never assume @count 1, even of a plain name.
 */
typedef struct {
  IrsdkVarType type;
  int32_t offset;
  int32_t count;
  bool count_as_time;
  char name[33];
  char desc[65];
  char unit[33];
} IrsdkVar;

uint32_t irsdk_var_type_bytes (IrsdkVarType type);
IrsdkResult irsdk_var_parse (
    IrsdkVar *var, const void *data, size_t size, int32_t row_bytes);
void irsdk_var_write (const IrsdkVar *var, uint8_t data[IRSDK_VAR_BYTES]);
IrsdkResult irsdk_vars_parse (IrsdkVar *vars, size_t *n_vars,
    size_t *n_rejected, const void *data, size_t size, int32_t num_vars,
    int32_t row_bytes);
IrsdkResult irsdk_vars_check (
    const IrsdkVar *vars, size_t n_vars, int32_t row_bytes);
int32_t irsdk_vars_pack (IrsdkVar *vars, size_t n_vars);
const IrsdkVar *irsdk_vars_find (
    const IrsdkVar *vars, size_t n_vars, const char *name);

#ifdef __cplusplus
}
#endif
