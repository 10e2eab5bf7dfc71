/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbSlip: whether pictures are lost before the encoder comes to them; pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Zeroed at the start of a picture. */
typedef struct {
  guint64 n_in, n_out; /* totals at the last look */
  guint64 n_lost; /* so far */
  guint n_over; /* looks in which too many were, of late */
  guint n_calm; /* looks in a row in which none was */
  gboolean is_slipping;
} PbSlip;

gboolean pb_slip_look (PbSlip *slip, guint64 n_in, guint64 n_out);

G_END_DECLS
