/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which variables a row has, and how a frame becomes a row. */
#pragma once

#include "racesim-var.h"
#include "rs-frame-fields.h"

typedef struct {
  RaceSimVar *vars;
  guint n_vars;
  guint row_bytes;
  guint8 *constants; /* a row of what is never simulated */
  struct RsBinding *bindings; /* what is */
  guint n_bindings;
} RsLayout;

RsLayout *rs_layout_new (
    const RsRace *race, const RsSeat *seat, RaceSimShape shape);
void rs_layout_free (RsLayout *layout);
void rs_layout_write (
    const RsLayout *layout, const RsFrame *frame, guint8 *row);
