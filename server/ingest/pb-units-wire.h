/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What every WebSocket that brings units keeps to: sizes, rates, times. */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/** PB_UNITS_PING_S: seconds between pings. */
#define PB_UNITS_PING_S 5
/** PB_UNITS_SILENT_S: seconds without a message or an answer to a ping. */
#define PB_UNITS_SILENT_S 15
/** PB_UNITS_ACK_MS: between two acknowledgements. */
#define PB_UNITS_ACK_MS 200
/** PB_UNITS_PER_S: units that may come a second for long. */
#define PB_UNITS_PER_S 1000
/** PB_UNITS_BURST: units that may come at once. */
#define PB_UNITS_BURST 10000
/** PB_UNITS_ROWS_PER_S: rows that may come a second for long: a unit may hold
 * 127, and those of live connections are decoded on a thread of many. */
#define PB_UNITS_ROWS_PER_S 1000
/** PB_UNITS_ROWS_BURST: rows that may come at once: five minutes of a
 * simulator's. */
#define PB_UNITS_ROWS_BURST 20000

void pb_units_wire_bound (SoupWebsocketConnection *connection);
gboolean pb_units_wire_keeps_to_rate (
    gint64 *full_us, guint n_units, gint64 now_us);
gboolean pb_units_wire_keeps_to_rows (
    gint64 *full_us, guint n_rows, gint64 now_us);
gboolean pb_units_wire_is_silent (gint64 heard_us, gint64 now_us);
void pb_units_wire_close (
    SoupWebsocketConnection *connection, gushort code, const gchar *reason);

G_END_DECLS
