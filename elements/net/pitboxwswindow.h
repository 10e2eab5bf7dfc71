/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PitboxWsWindow: units that are not acknowledged, in the order of their rows.
 * No sockets, no clock, no lock. */
#pragma once

#include <gst/gst.h>
#include <gstpitbox/gstpitbox.h>

G_BEGIN_DECLS

/**
 * PitboxWsLimits:
 * @flight_units: sent and not acknowledged
 * @flight_bytes: likewise
 * @kept_units: not acknowledged, sent or not
 * @kept_bytes: likewise, with what is needed to understand them
 * @kept_us: oldest of them, µs
 * @flight_us: how long the oldest of those in flight shall wait, µs: so much is
 *   sent and no more; 0 = no matter how long
 */
typedef struct {
  guint flight_units;
  gsize flight_bytes;
  guint kept_units;
  gsize kept_bytes;
  gint64 kept_us;
  gint64 flight_us;
} PitboxWsLimits;

/* A message to be sent. */
typedef struct {
  GBytes *units;
  guint32 run_id;
  guint32 sequence;
  GstClockTime pts;
  gint64 queued_us;
} PitboxWsMessage;

/**
 * PitboxWsCounts:
 * @kept_units: not acknowledged now
 * @kept_bytes: likewise
 * @kept_since_us: when the oldest of them came, 0 = there are none
 * @flight_units: of them sent by this connection
 * @dropped_rows: let go without an acknowledgement, since the start
 * @sent_again: messages that an earlier connection had sent
 * @acknowledged_rows: since the start
 */
typedef struct {
  guint kept_units;
  gsize kept_bytes;
  gint64 kept_since_us;
  guint flight_units;
  guint64 dropped_rows;
  guint64 sent_again;
  guint64 acknowledged_rows;
} PitboxWsCounts;

typedef struct _PitboxWsWindow PitboxWsWindow;

PitboxWsWindow *pitbox_ws_window_new (const PitboxWsLimits *limits);
void pitbox_ws_window_free (PitboxWsWindow *window);
gboolean pitbox_ws_window_push (PitboxWsWindow *window, GBytes *units,
    const GstPitboxUnitSpan *span, GstClockTime pts, gint64 now_us);
void pitbox_ws_window_begin (
    PitboxWsWindow *window, const GstPitboxUnitsAnswer *welcome);
void pitbox_ws_window_acknowledge (
    PitboxWsWindow *window, const GstPitboxUnitsAnswer *ack);
gboolean pitbox_ws_window_next (
    PitboxWsWindow *window, gint64 now_us, PitboxWsMessage *message);
gint64 pitbox_ws_window_get_waiting_since (const PitboxWsWindow *window);
void pitbox_ws_window_get_counts (
    const PitboxWsWindow *window, PitboxWsCounts *counts);

G_END_DECLS
