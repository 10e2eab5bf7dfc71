/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the system may save on this process, and which threads shall not wait. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PbPower:
 * @PB_POWER_IDLE: nothing is sent: the system may save what it can
 * @PB_POWER_LIVE: no slower processors, no coarser timers
 */
typedef enum {
  PB_POWER_IDLE,
  PB_POWER_LIVE,
} PbPower;

gboolean pb_power_set (PbPower power);
gpointer pb_power_raise_thread (void) G_GNUC_WARN_UNUSED_RESULT;
void pb_power_lower_thread (gpointer raised);

G_END_DECLS
