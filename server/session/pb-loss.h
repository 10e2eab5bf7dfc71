/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How much of what a connection carries is lost, from counters that only grow;
 * pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PbLoss:
 * @packets: received up to the last reading, retransmitted ones too
 * @lost: lost up to then
 *
 * All zero: a connection that has just begun.
 */
typedef struct {
  gint64 packets;
  gint64 lost;
} PbLoss;

gdouble pb_loss_read (PbLoss *loss, gint64 packets, gint64 lost);

G_END_DECLS
