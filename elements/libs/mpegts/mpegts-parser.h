/* SPDX-License-Identifier: LGPL-2.1-or-later
 * MpegtsParser: says of each MPEG-TS packet what the recorder must know of it
 * (ISO/IEC 13818-1), and never changes a byte. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define MPEGTS_PACKET_BYTES 188
#define MPEGTS_NO_TIME G_MAXUINT64

/**
 * MpegtsKind:
 * @MPEGTS_OTHER: tables, audio, padding, whatever no PMT speaks of
 * @MPEGTS_VIDEO: H.264 or H.265
 * @MPEGTS_KLV: telemetry (registration KLVA, or stream type 0x15)
 * @MPEGTS_GARBAGE: bytes that are no packet
 */
typedef enum {
  MPEGTS_OTHER,
  MPEGTS_VIDEO,
  MPEGTS_KLV,
  MPEGTS_GARBAGE,
} MpegtsKind;

/**
 * MpegtsKey:
 * @MPEGTS_KEY_NONE: this packet decides nothing
 * @MPEGTS_KEY_NO: the newest video unit is not a key frame; the telemetry unit
 *   that starts here needs the ones before it
 * @MPEGTS_KEY_YES: the newest video unit is a key frame; the telemetry unit that
 *   starts here stands for itself
 * @MPEGTS_KEY_LATER: a video unit starts here; a later packet decides
 */
typedef enum {
  MPEGTS_KEY_NONE,
  MPEGTS_KEY_NO,
  MPEGTS_KEY_YES,
  MPEGTS_KEY_LATER,
} MpegtsKey;

/**
 * MpegtsPacket:
 * @kind: what the bytes are
 * @pid: packet identifier, 0 for garbage
 * @starts_unit: a PES packet of a video or KLV stream starts here
 * @discontinuity: the packet's discontinuity indicator is set
 * @key: see #MpegtsKey
 * @pts: presentation time of the unit that starts here, 90 kHz, 33 bits, or
 *   %MPEGTS_NO_TIME
 * @payload: (nullable): in a packet with telemetry what of the unit is in it
 * @payload_bytes: bytes in @payload
 * @pcr: programme clock in this packet, 27 MHz, or %MPEGTS_NO_TIME
 */
typedef struct {
  MpegtsKind kind;
  guint16 pid;
  gboolean starts_unit;
  gboolean discontinuity;
  MpegtsKey key;
  guint64 pts;
  const guint8 *payload;
  gsize payload_bytes;
  guint64 pcr;
} MpegtsPacket;

/**
 * MpegtsStats:
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
} MpegtsStats;

typedef struct _MpegtsParser MpegtsParser;

/**
 * MpegtsFunc:
 * @data: the packet (188 bytes) or a run of garbage
 * @size: its length
 * @packet: what it is
 *
 * Together the calls give back every byte that was pushed, in order.
 */
typedef void (*MpegtsFunc) (const guint8 *data, gsize size,
    const MpegtsPacket *packet, gpointer user_data);

MpegtsParser *mpegts_parser_new (void);
void mpegts_parser_free (MpegtsParser *parser);
void mpegts_parser_push (MpegtsParser *parser, const guint8 *data, gsize size,
    MpegtsFunc func, gpointer user_data);
void mpegts_parser_flush (
    MpegtsParser *parser, MpegtsFunc func, gpointer user_data);
const MpegtsStats *mpegts_parser_get_stats (const MpegtsParser *parser);
gsize mpegts_parser_get_tables (const MpegtsParser *parser, GByteArray *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpegtsParser, mpegts_parser_free)

G_END_DECLS
