/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One value of a row, read or written. */
#pragma once

#include <irsdk/irsdk-var.h>

#ifdef __cplusplus
extern "C" {
#endif

double irsdk_row_get (const void *row, const IrsdkVar *var, int32_t index);
double irsdk_row_get_newest (const void *row, const IrsdkVar *var);
bool irsdk_row_set (
    void *row, const IrsdkVar *var, int32_t index, double value);

#ifdef __cplusplus
}
#endif
