/* SPDX-License-Identifier: LGPL-2.1-or-later
 * MpegtsWriter: MPEG-TS of one telemetry stream (ISO/IEC 13818-1). */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The PES length has 16 bits, of which 8 bytes are its header. */
#define MPEGTS_UNIT_MAX_BYTES (65535 - 8)

/**
 * MpegtsWriter:
 *
 * What goes on from packet to packet; all members are private. Owned by one
 * thread.
 */
typedef struct {
  guint8 continuity[3];
  gboolean begun;
  guint64 tables_pts; /* 90 kHz: of the last tables */
  guint64 pcr_pts; /* 90 kHz: of the unit that had the last PCR */
} MpegtsWriter;

void mpegts_writer_init (MpegtsWriter *writer);
void mpegts_writer_want_tables (MpegtsWriter *writer);
gsize mpegts_writer_get_room (gsize unit_bytes);
gboolean mpegts_writer_put (MpegtsWriter *writer, GByteArray *out, guint64 pts,
    const guint8 *unit, gsize unit_bytes);

G_END_DECLS
