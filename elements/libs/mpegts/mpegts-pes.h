/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Writes PES packets as MPEG-TS packets. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define MPEGTS_STREAM_ID_PRIVATE 0xbd
#define MPEGTS_STREAM_ID_VIDEO 0xe0

/**
 * MpegtsPes:
 * @pid: packet identifier
 * @stream_id: for private streams at most 65,527 bytes fit
 * @random_access: set the indicator in the first packet
 * @pts: 90 kHz, taken modulo 2^33
 * @pcr: programme clock for the first packet, 90 kHz, taken modulo 2^33;
 *   %MPEGTS_NO_TIME: none
 *
 * What a PES packet's head says, and the TS packet that it begins in.
 */
typedef struct {
  guint16 pid;
  guint8 stream_id;
  gboolean random_access;
  guint64 pts;
  guint64 pcr;
} MpegtsPes;

void mpegts_pes_write (const MpegtsPes *pes, GByteArray *out,
    guint8 *continuity, const guint8 *payload, gsize size);

G_END_DECLS
