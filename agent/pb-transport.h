/* SPDX-License-Identifier: LGPL-2.1-or-later
 * By which way telemetry alone goes to the server: a pure decision. */
#pragma once

#include "pb-config.h"

G_BEGIN_DECLS

/**
 * PbTransport:
 * @PB_TRANSPORT_SRT: MPEG-TS over SRT; the only one that takes a picture along
 * @PB_TRANSPORT_WEBSOCKET: acknowledged units
 */
typedef enum {
  PB_TRANSPORT_SRT,
  PB_TRANSPORT_WEBSOCKET,
} PbTransport;

/**
 * PbTransportTrouble:
 * @PB_TRANSPORT_NO_CONNECTION: it did not come about, or broke
 * @PB_TRANSPORT_NOT_SPOKEN: the server, or something on the way, does not speak
 *   it
 * @PB_TRANSPORT_REFUSED: the server said no, as it would the other way
 */
typedef enum {
  PB_TRANSPORT_NO_CONNECTION,
  PB_TRANSPORT_NOT_SPOKEN,
  PB_TRANSPORT_REFUSED,
} PbTransportTrouble;

/**
 * PbTransportState:
 *
 * What earlier tries left; zeroed at the start. Owned by one thread.
 */
typedef struct {
  guint failures; /* in a row, of the one that is taken */
  guint falls; /* of WebSocket, since it held */
  gboolean is_fallen; /* SRT stands in for it */
  gint64 again_us; /* when it is tried again, monotonic */
  gint64 connected_us; /* 0 = not connected */
  gint64 late_us; /* since when it does not hold the rate, 0 = it does */
  guint late_ms; /* how much was kept then */
  const gchar *why; /* it fell */
} PbTransportState;

PbTransport pb_transport_choose (PbTransportState *state,
    const PbConfig *config, PbMode mode, gint64 now_us, const gchar **why);
gboolean pb_transport_note_trouble (PbTransportState *state,
    const PbConfig *config, PbTransportTrouble trouble, gint64 now_us);
void pb_transport_note_connected (PbTransportState *state, gint64 now_us);
gboolean pb_transport_note_kept (PbTransportState *state,
    const PbConfig *config, guint kept_ms, gint64 now_us);
gboolean pb_transport_is_due (
    const PbTransportState *state, const PbConfig *config, gint64 now_us);
void pb_transport_put_off (PbTransportState *state, gint64 now_us);
void pb_transport_rise (PbTransportState *state);
gboolean pb_transport_is_last (PbTransport transport, const PbConfig *config);
const gchar *pb_transport_to_string (PbTransport transport);

G_END_DECLS
