/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PAT and PMT: the sections that say which packets carry what. */
#pragma once

#include "mpegts-parser.h"

G_BEGIN_DECLS

/* A PAT or PMT section has at most 1,024 bytes (ISO/IEC 13818-1, 2.4.4); the
 * first packet carries at most 183 of them and each next 184. */
#define MPEGTS_SECTION_MAX_BYTES 1024
#define MPEGTS_SECTION_MAX_PACKETS 6
#define MPEGTS_NO_PID 0xffff

/**
 * MpegtsSection:
 *
 * One table while it comes in, and the packets of its last whole version.
 */
typedef struct {
  guint8 bytes[MPEGTS_SECTION_MAX_BYTES];
  guint n_bytes;
  guint need_bytes;
  guint8 incoming[MPEGTS_SECTION_MAX_PACKETS][MPEGTS_PACKET_BYTES];
  guint n_incoming;
  guint8 packets[MPEGTS_SECTION_MAX_PACKETS][MPEGTS_PACKET_BYTES];
  guint n_packets;
} MpegtsSection;

/**
 * MpegtsProgramme:
 * @video_pid: first H.264 or H.265 stream, or %MPEGTS_NO_PID
 * @video_is_h265: %TRUE for H.265
 * @klv_pid: first telemetry stream, or %MPEGTS_NO_PID
 */
typedef struct {
  guint16 video_pid;
  gboolean video_is_h265;
  guint16 klv_pid;
} MpegtsProgramme;

/**
 * MpegtsSectionResult:
 * @MPEGTS_SECTION_MORE: more packets are needed
 * @MPEGTS_SECTION_DONE: `bytes` holds a section with the right checksum
 * @MPEGTS_SECTION_BAD: what came was thrown away
 */
typedef enum {
  MPEGTS_SECTION_MORE,
  MPEGTS_SECTION_DONE,
  MPEGTS_SECTION_BAD,
} MpegtsSectionResult;

guint32 mpegts_crc32 (const guint8 *data, gsize size);
MpegtsSectionResult mpegts_section_push (MpegtsSection *section,
    const guint8 *packet, const guint8 *payload, gsize size, gboolean starts);
guint16 mpegts_pat_find_pmt (const MpegtsSection *section);
gboolean mpegts_pmt_read (
    const MpegtsSection *section, MpegtsProgramme *programme);

G_END_DECLS
