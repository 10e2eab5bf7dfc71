/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbThin: which variables are sent, and how often, when not all can be; pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PbThin:
 * @PB_THIN_NONE: all there is
 * @PB_THIN_MAIN: of every tick, what the pages show
 * @PB_THIN_KEY: inputs, position, lap and fuel, 20 times a second
 * @PB_THIN_LEAST: likewise, 10 times a second
 *
 * Variables go before rows: inputs and laps are what is thinned last.
 */
typedef enum {
  PB_THIN_NONE,
  PB_THIN_MAIN,
  PB_THIN_KEY,
  PB_THIN_LEAST,
} PbThin;

const gchar *pb_thin_to_string (PbThin thin);
const gchar *pb_thin_get_fields (PbThin thin);
guint pb_thin_get_divisor (PbThin thin, guint tick_rate_hz);

G_END_DECLS
