/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbLoadMedia: what many drivers send, made once. */
#pragma once

#include <glib.h>

/**
 * PbLoadMedia:
 * @messages: GBytes in the order they are sent: KLV units, or MPEG-TS in pieces
 *   of at most 1,316 bytes
 * @due_us: when each is due, µs since the first
 * @first_row: number of the first row of each message of units
 * @of_unit: the message in which each PES packet with telemetry, or unit, begins
 * @run_id: of the units
 * @n_rows: in all messages
 */
typedef struct {
  GPtrArray *messages;
  GArray *due_us;
  GArray *first_row;
  GArray *of_unit;
  guint32 run_id;
  guint n_rows;
} PbLoadMedia;

/**
 * PbLoadMediaOptions:
 * @ibt: (nullable): a recording whose rows are taken, else telemetrytestsrc's
 * @seconds: how long it is
 * @rows_per_unit: without a picture
 * @video_kbps: 0 = no picture; else 640 x 360, 60 a second, of noise
 * @as_ts: MPEG-TS and not units; always with a picture
 */
typedef struct {
  const gchar *ibt;
  guint seconds;
  guint rows_per_unit;
  guint video_kbps;
  gboolean as_ts;
} PbLoadMediaOptions;

PbLoadMedia *pb_load_media_new (
    const PbLoadMediaOptions *options, GError **error);
void pb_load_media_free (PbLoadMedia *media);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbLoadMedia, pb_load_media_free)
