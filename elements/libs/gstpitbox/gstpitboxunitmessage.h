/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The messages of pitbox-units.1: units over a WebSocket, acknowledged.
 * Normative text: server/README.md, "Units". */
#pragma once

#include <gstpitbox/gstpitboxapi.h>
#include <glib.h>

G_BEGIN_DECLS

/**
 * GST_PITBOX_UNITS_PROTOCOL:
 *
 * The WebSocket's subprotocol.
 */
#define GST_PITBOX_UNITS_PROTOCOL "pitbox-units.1"
/**
 * GST_PITBOX_UNITS_HEAD_BYTES:
 *
 * What stands before the units of a message.
 */
#define GST_PITBOX_UNITS_HEAD_BYTES 24
/**
 * GST_PITBOX_UNITS_ANSWER_BYTES:
 *
 * Of a message of the server.
 */
#define GST_PITBOX_UNITS_ANSWER_BYTES 12

/**
 * GST_PITBOX_BACKFILL_PROTOCOL:
 *
 * The subprotocol by which rows that did not come live follow.
 */
#define GST_PITBOX_BACKFILL_PROTOCOL "pitbox-backfill.1"
/**
 * GST_PITBOX_BACKFILL_MAX_RANGES:
 *
 * Ranges of one message.
 */
#define GST_PITBOX_BACKFILL_MAX_RANGES 1000

/**
 * GstPitboxRowRange:
 * @first: number of the first row in its run
 * @n_rows: that follow on each other, at least 1; the range does not wrap
 */
typedef struct {
  guint32 first;
  guint32 n_rows;
} GstPitboxRowRange;

/**
 * GstPitboxUnitsClose:
 * @GST_PITBOX_UNITS_CLOSE_REPLACED: another sender of this driver took over
 * @GST_PITBOX_UNITS_CLOSE_WITHDRAWN: what let it in has been withdrawn
 * @GST_PITBOX_UNITS_CLOSE_BAD: a message was not understood
 * @GST_PITBOX_UNITS_CLOSE_ENDED: the session has ended; the reason says why
 *
 * Why the server closed, besides the codes of RFC 6455.
 */
typedef enum {
  GST_PITBOX_UNITS_CLOSE_REPLACED = 4001,
  GST_PITBOX_UNITS_CLOSE_WITHDRAWN = 4003,
  GST_PITBOX_UNITS_CLOSE_BAD = 4007,
  GST_PITBOX_UNITS_CLOSE_ENDED = 4009,
} GstPitboxUnitsClose;

/**
 * GstPitboxUnitsHead:
 * @run_id: of the rows
 * @sequence: number of the first row in its run, modulo 2^32
 * @age_us: how long the sender has had them, µs
 * @pts: their time by the sender's clock, ns
 *
 * What stands before the units of a message.
 */
typedef struct {
  guint32 run_id;
  guint32 sequence;
  guint32 age_us;
  guint64 pts;
} GstPitboxUnitsHead;

/**
 * GstPitboxUnitsAnswer:
 * @is_welcome: the first message of a connection; else an acknowledgement
 * @is_known: rows of this driver were taken before; always of an
 *   acknowledgement
 * @run_id: their run
 * @next: number of the first row that was not taken, modulo 2^32
 *
 * What the server says.
 */
typedef struct {
  gboolean is_welcome;
  gboolean is_known;
  guint32 run_id;
  guint32 next;
} GstPitboxUnitsAnswer;

GST_PITBOX_API void gst_pitbox_units_head_write (
    const GstPitboxUnitsHead *head, guint8 *out);
GST_PITBOX_API gboolean gst_pitbox_units_head_parse (
    const guint8 *data, gsize size, GstPitboxUnitsHead *head);
GST_PITBOX_API void gst_pitbox_units_answer_write (
    const GstPitboxUnitsAnswer *answer, guint8 *out);
GST_PITBOX_API gboolean gst_pitbox_units_answer_parse (
    const guint8 *data, gsize size, GstPitboxUnitsAnswer *answer);
GST_PITBOX_API GBytes *gst_pitbox_ranges_write (
    guint32 run_id, const GstPitboxRowRange *ranges, guint n_ranges);
GST_PITBOX_API GArray *gst_pitbox_ranges_parse (
    const guint8 *data, gsize size, guint32 *run_id);

G_END_DECLS
