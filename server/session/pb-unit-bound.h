/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbUnitBound: how much of a stream's units has begun and not ended. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A key frame of 2160p at 60 Mbit/s has less than 2 MB. */
#define PB_UNIT_BOUND_BYTES (16u * 1024 * 1024)
/* A programme's table has room for about 200 streams. */
#define PB_UNIT_BOUND_STREAMS 256

/**
 * PbUnitBound: All zero: nothing has come.
 *
 * One thread at a time.
 */
typedef struct {
  /*< private >*/
  struct {
    guint16 pid;
    guint32 bytes;
  } open[PB_UNIT_BOUND_STREAMS];
  guint n;
  gsize total;
  gboolean is_broken;
} PbUnitBound;

gboolean pb_unit_bound_take (PbUnitBound *bound, const guint8 *packet);

G_END_DECLS
