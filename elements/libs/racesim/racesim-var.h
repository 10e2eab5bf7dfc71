/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A variable of a race simulator's rows. */
#pragma once

#include <glib.h>
#include <irsdk/irsdk-wellknown.h>

G_BEGIN_DECLS

/**
 * RaceSimVar:
 * @known: name, unit, description, type and count
 * @offset: first byte in the row
 *
 * One variable of a row.
 */
typedef struct {
  const IrsdkWellKnown *known;
  guint offset;
} RaceSimVar;

G_END_DECLS
