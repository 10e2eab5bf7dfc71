/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbBackfillLine: one WebSocket of pitbox-backfill.1, from its handshake to its
 * end. */
#pragma once

#include <gio/gio.h>
#include <gstpitbox/gstpitbox.h>

G_BEGIN_DECLS

/* Main thread only. */
typedef struct _PbBackfillLine PbBackfillLine;

/**
 * PbBackfillLineEvents:
 * @opened: it may be used
 * @ranges: (transfer none) (element-type GstPitboxRowRange): the server misses
 *   these
 * @acknowledged: the server has all that was sent before this row
 * @closed: it is over, or did not come about; @status is an HTTP status or a
 *   close code, 0 = the server did not answer; free the line then
 */
typedef struct {
  void (*opened) (gpointer user_data);
  void (*ranges) (guint32 run_id, GArray *ranges, gpointer user_data);
  void (*acknowledged) (guint32 next, gpointer user_data);
  void (*closed) (guint status, const gchar *words, gpointer user_data);
} PbBackfillLineEvents;

PbBackfillLine *pb_backfill_line_new (const gchar *url, const gchar *query,
    const gchar *token, const gchar *certificate,
    const PbBackfillLineEvents *events, gpointer user_data);
void pb_backfill_line_free (PbBackfillLine *line);
void pb_backfill_line_ask (
    PbBackfillLine *line, guint32 run_id, const GArray *ranges);
void pb_backfill_line_send (
    PbBackfillLine *line, const GstPitboxUnitsHead *head, GBytes *units);

G_END_DECLS
