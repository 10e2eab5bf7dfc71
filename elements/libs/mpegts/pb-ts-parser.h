/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbTsParser: says of each MPEG-TS packet what the recorder must know of it
 * (ISO/IEC 13818-1), and never changes a byte. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define PB_TS_PACKET_BYTES 188
#define PB_TS_NO_TIME G_MAXUINT64

/**
 * PbTsKind:
 * @PB_TS_OTHER: tables, audio, padding, whatever no PMT speaks of
 * @PB_TS_VIDEO: H.264 or H.265
 * @PB_TS_KLV: telemetry (registration KLVA, or stream type 0x15)
 * @PB_TS_GARBAGE: bytes that are no packet
 */
typedef enum {
  PB_TS_OTHER,
  PB_TS_VIDEO,
  PB_TS_KLV,
  PB_TS_GARBAGE,
} PbTsKind;

/**
 * PbTsKey:
 * @PB_TS_KEY_NONE: this packet decides nothing
 * @PB_TS_KEY_NO: the newest video unit is not a key frame; the telemetry unit
 *   that starts here needs the ones before it
 * @PB_TS_KEY_YES: the newest video unit is a key frame; the telemetry unit that
 *   starts here stands for itself
 * @PB_TS_KEY_LATER: a video unit starts here; a later packet decides
 */
typedef enum {
  PB_TS_KEY_NONE,
  PB_TS_KEY_NO,
  PB_TS_KEY_YES,
  PB_TS_KEY_LATER,
} PbTsKey;

/**
 * PbTsPacket:
 * @kind: what the bytes are
 * @pid: packet identifier, 0 for garbage
 * @starts_unit: a PES packet of a video or KLV stream starts here
 * @discontinuity: the packet's discontinuity indicator is set
 * @key: see #PbTsKey
 * @pts: presentation time of the unit that starts here, 90 kHz, 33 bits, or
 *   %PB_TS_NO_TIME
 * @payload: (nullable): in a packet with telemetry what of the unit is in it
 * @payload_bytes: bytes in @payload
 * @pcr: programme clock in this packet, 27 MHz, or %PB_TS_NO_TIME
 */
typedef struct {
  PbTsKind kind;
  guint16 pid;
  gboolean starts_unit;
  gboolean discontinuity;
  PbTsKey key;
  guint64 pts;
  const guint8 *payload;
  gsize payload_bytes;
  guint64 pcr;
} PbTsPacket;

/**
 * PbTsStats:
 * @packets: packets seen
 * @garbage_bytes: bytes that were no packet
 * @garbage_run_bytes: of these, the ones since the last packet
 * @continuity_errors: packets whose continuity counter did not follow
 * @table_errors: sections of PAT or PMT with a wrong length or checksum
 * @has_pmt: a PMT was read
 * @video_codec: "h264", "h265" or %NULL if the PMT lists no such stream
 * @has_klv: the PMT lists a telemetry stream
 */
typedef struct {
  guint64 packets;
  guint64 garbage_bytes;
  guint64 garbage_run_bytes;
  guint64 continuity_errors;
  guint64 table_errors;
  gboolean has_pmt;
  const gchar *video_codec;
  gboolean has_klv;
} PbTsStats;

typedef struct _PbTsParser PbTsParser;

/**
 * PbTsFunc:
 * @data: the packet (188 bytes) or a run of garbage
 * @size: its length
 * @packet: what it is
 *
 * Together the calls give back every byte that was pushed, in order.
 */
typedef void (*PbTsFunc) (const guint8 *data, gsize size,
    const PbTsPacket *packet, gpointer user_data);

PbTsParser *pb_ts_parser_new (void);
void pb_ts_parser_free (PbTsParser *parser);
void pb_ts_parser_push (PbTsParser *parser, const guint8 *data, gsize size,
    PbTsFunc func, gpointer user_data);
void pb_ts_parser_flush (PbTsParser *parser, PbTsFunc func, gpointer user_data);
const PbTsStats *pb_ts_parser_get_stats (const PbTsParser *parser);
gsize pb_ts_parser_get_tables (const PbTsParser *parser, GByteArray *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbTsParser, pb_ts_parser_free)

G_END_DECLS
