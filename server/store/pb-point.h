/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbPoint: one line of the index. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PbPoint:
 * @segment: number of the segment, from 0
 * @offset: byte in the segment's file where the unit's first packet begins
 * @pts: presentation time of the unit in 90 kHz ticks, without the wrap at 33
 *   bits; may be before the previous one's where the sender began anew
 * @is_key: decoding can begin here: a key frame, or where there are no
 *   pictures a telemetry unit that stands for itself
 * @utc_us: UTC of the unit's own row, as the driver's PC told it; when the bytes
 *   arrived if there is no such row or it has none
 * @lap: lap of that row, or -1
 *
 * One line of the index, from the segmenter to the store and back.
 */
typedef struct {
  guint segment;
  guint64 offset;
  gint64 pts;
  gboolean is_key;
  gint64 utc_us;
  gint lap;
} PbPoint;

G_END_DECLS
