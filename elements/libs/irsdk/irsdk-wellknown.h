/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The variables the simulator is known to write, with their descriptions. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * IrsdkWellKnown:
 * @name: variable name, at most 31 bytes, ASCII
 * @unit: unit as the simulator prints it, may be ""
 * @desc: description as the simulator prints it, at most 63 bytes
 * @type: irsdk_VarType: 0 char, 1 bool, 2 int, 3 bit field, 4 float, 5 double
 * @count_as_time: 1 if the elements are samples within one tick
 * @count: number of elements: 64 for one per car, 6 for a 360 Hz array, else 1
 *
 * One variable in the form that current builds of the simulator write. Older
 * builds, other cars and other sessions may differ in any member but the name.
 */
typedef struct {
  const char *name;
  const char *unit;
  const char *desc;
  uint8_t type;
  uint8_t count_as_time;
  uint16_t count;
} IrsdkWellKnown;

/**
 * irsdk_well_known_count:
 *
 * Returns: the number of entries. New entries are only ever added at the end,
 * so an index stays good for ever: it may be written into files and onto wires.
 */
size_t irsdk_well_known_count (void);

/**
 * irsdk_well_known_get:
 * @index: 0 .. irsdk_well_known_count () - 1
 *
 * Returns: the entry, valid for ever; NULL if @index is out of range. Any
 * thread.
 */
const IrsdkWellKnown *irsdk_well_known_get (size_t index);

/**
 * irsdk_well_known_find:
 * @name: a variable name
 *
 * Compares with every entry (some 400): not for use per row. Any thread.
 *
 * Returns: the index of the entry with that name, or -1.
 */
int irsdk_well_known_find (const char *name);

#ifdef __cplusplus
}
#endif
