/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which row is of the instant of a picture that came another way; pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A capture card, an encoder and a muxer keep a picture back by up to some
 * seconds; more is no trim, but a mistake. */
#define PB_PAIRING_MAX_OFFSET_US (10 * G_USEC_PER_SEC)

/**
 * PbLag:
 *
 * The least of what was pushed in the last two to four seconds. Zeroed memory
 * is: nothing was.
 */
typedef struct {
  /*< private >*/
  gint64 began_us;
  gint64 least;
  gint64 before;
} PbLag;

/**
 * PbPairingWay:
 * @latency_ms: how long the connection keeps everything back (SRT), 0 where it
 *   does not
 * @lag_us: by how much a unit's arrival is after its time, at the least
 *
 * How one part comes.
 */
typedef struct {
  guint latency_ms;
  gint64 lag_us;
} PbPairingWay;

/* Half a tick: what comes by arrival alone is seldom worse. */
#define PB_PAIRING_MAX_CLOCK_ERROR_US 8000
/* Crystals drift apart by some ms in that time. */
#define PB_PAIRING_CLOCK_AGE_US (120 * G_USEC_PER_SEC)

/**
 * PbPairingClock:
 * @offset_us: this machine's UTC minus that of whoever saw the ticks
 * @error_us: how far off that may be
 * @heard_us: when it was heard, monotonic; 0 = never
 */
typedef struct {
  gint64 offset_us;
  gint64 error_us;
  gint64 heard_us;
} PbPairingClock;

void pb_lag_push (PbLag *lag, gint64 now_us, gint64 lag_us);
gint64 pb_lag_get_us (const PbLag *lag);
gint64 pb_pairing_default_us (
    const PbPairingWay *picture, const PbPairingWay *rows);
gint64 pb_pairing_shift_us (
    const PbPairingWay *picture, const PbPairingWay *rows);
gboolean pb_pairing_by_clock (PbPairingWay *rows, const PbPairingClock *clock,
    gint64 utc_lag_us, gint64 now_us);

G_END_DECLS
