/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PAT and PMT: the sections that say which packets carry what. */
#pragma once

#include "pb-ts-parser.h"

G_BEGIN_DECLS

/* A PAT or PMT section has at most 1,024 bytes (ISO/IEC 13818-1, 2.4.4); the
 * first packet carries at most 183 of them and each next 184. */
#define PB_TS_SECTION_MAX_BYTES 1024
#define PB_TS_SECTION_MAX_PACKETS 6
#define PB_TS_NO_PID 0xffff

/**
 * PbTsSection:
 *
 * One table while it comes in, and the packets of its last whole version.
 */
typedef struct {
  guint8 bytes[PB_TS_SECTION_MAX_BYTES];
  guint n_bytes;
  guint need_bytes;
  guint8 incoming[PB_TS_SECTION_MAX_PACKETS][PB_TS_PACKET_BYTES];
  guint n_incoming;
  guint8 packets[PB_TS_SECTION_MAX_PACKETS][PB_TS_PACKET_BYTES];
  guint n_packets;
} PbTsSection;

/**
 * PbTsProgramme:
 * @video_pid: first H.264 or H.265 stream, or %PB_TS_NO_PID
 * @video_is_h265: %TRUE for H.265
 * @klv_pid: first telemetry stream, or %PB_TS_NO_PID
 */
typedef struct {
  guint16 video_pid;
  gboolean video_is_h265;
  guint16 klv_pid;
} PbTsProgramme;

/**
 * PbTsSectionResult:
 * @PB_TS_SECTION_MORE: more packets are needed
 * @PB_TS_SECTION_DONE: `bytes` holds a section with the right checksum
 * @PB_TS_SECTION_BAD: what came was thrown away
 */
typedef enum {
  PB_TS_SECTION_MORE,
  PB_TS_SECTION_DONE,
  PB_TS_SECTION_BAD,
} PbTsSectionResult;

guint32 pb_ts_crc32 (const guint8 *data, gsize size);
PbTsSectionResult pb_ts_section_push (PbTsSection *section,
    const guint8 *packet, const guint8 *payload, gsize size, gboolean starts);
guint16 pb_ts_pat_find_pmt (const PbTsSection *section);
gboolean pb_ts_pmt_read (const PbTsSection *section, PbTsProgramme *programme);

G_END_DECLS
