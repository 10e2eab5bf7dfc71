/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The vocabulary of PitBox streams: every caps string, event name and limit
 * that two elements must agree on stands here and nowhere else. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GST_PITBOX_CAPS_RAW:
 *
 * One buffer is one row exactly as the simulator wrote it. PTS is the running
 * time of the simulator's tick, OFFSET the tick number, DISCONT a gap.
 * Fields: `sim` (string, "iracing"), `schema-id` (uint), `rate` (fraction),
 * `codec_data` (buffer, see gst_pitbox_schema_to_bytes()).
 */
#define GST_PITBOX_TELEMETRY_MEDIA_TYPE "application/x-pitbox-telemetry"
#define GST_PITBOX_CAPS_RAW GST_PITBOX_TELEMETRY_MEDIA_TYPE

/**
 * GST_PITBOX_CAPS_KLV:
 *
 * One buffer is one or more whole SMPTE 336M units under PitBox's key. The only
 * telemetry form on any wire and in any recording.
 */
#define GST_PITBOX_CAPS_KLV "meta/x-klv, parsed = (boolean) true"

/**
 * GST_PITBOX_CAPS_JSON:
 *
 * One buffer is one JSON object followed by a newline.
 */
#define GST_PITBOX_CAPS_JSON \
  "application/x-json, format = (string) pitbox-telemetry"

/**
 * GST_PITBOX_CAPS_IBT:
 *
 * iRacing's own disk telemetry file, in pieces of any size.
 */
#define GST_PITBOX_CAPS_IBT "application/x-ibt"

/* Limits. Each bounds an allocation that input could otherwise choose. */

/* A live row may fill one buffer of iRacing's mapping (24,576 bytes today);
 * twice that leaves room for a larger mapping. */
#define GST_PITBOX_MAX_ROW_BYTES 49152
/* iRacing's mapping has room for 4,096 variable headers. */
#define GST_PITBOX_MAX_VARS 4096
/* CarIdx arrays have 64 elements; no variable of any row can have more
 * elements than the row has bytes. */
#define GST_PITBOX_MAX_VAR_COUNT GST_PITBOX_MAX_ROW_BYTES
/* A PES packet of a metadata stream has a length of 16 bits: mpegtsmux drops a
 * KLV unit of more than 65,532 bytes with no more than a warning. */
#define GST_PITBOX_MAX_UNIT_BYTES 60000
/* The session string's capacity in iRacing's mapping is 512 KiB. */
#define GST_PITBOX_MAX_SESSION_BYTES (1024 * 1024)

G_END_DECLS
