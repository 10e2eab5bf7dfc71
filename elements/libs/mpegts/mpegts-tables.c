/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PAT and PMT: the sections that say which packets carry what. */
#include "mpegts-tables.h"

#include <string.h>

#define TABLE_ID_PAT 0x00
#define TABLE_ID_PMT 0x02
#define STREAM_TYPE_PRIVATE_PES 0x06
#define STREAM_TYPE_METADATA_PES 0x15
#define STREAM_TYPE_H264 0x1b
#define STREAM_TYPE_H265 0x24
#define DESCRIPTOR_REGISTRATION 0x05

/**
 * mpegts_crc32:
 * @data: bytes
 * @size: how many
 *
 * CRC-32/MPEG-2 (ISO/IEC 13818-1 annex A: polynomial 0x04c11db7, initial value
 * all ones, not reflected). Over a section with its checksum the result is 0.
 * Any thread.
 *
 * Returns: the checksum
 */
guint32
mpegts_crc32 (const guint8 *data, gsize size)
{
  guint32 crc = 0xffffffff;

  for (gsize i = 0; i < size; i++) {
    crc ^= (guint32) data[i] << 24;
    for (guint bit = 0; bit < 8; bit++)
      crc = crc & 0x80000000 ? crc << 1 ^ 0x04c11db7 : crc << 1;
  }
  return crc;
}

static void
section_reset (MpegtsSection *section)
{
  section->n_bytes = 0;
  section->need_bytes = 0;
  section->n_incoming = 0;
}

/**
 * mpegts_section_push:
 * @section: the table's state, zeroed at first
 * @packet: the whole packet of 188 bytes, kept for mpegts_parser_get_tables()
 * @payload: its payload
 * @size: length of the payload
 * @starts: payload unit start indicator
 *
 * Takes the next packet of the table's PID. Only the first section of a packet
 * is read: muxers of one programme write no more.
 *
 * Returns: whether a whole section is there now
 */
MpegtsSectionResult
mpegts_section_push (MpegtsSection *section, const guint8 *packet,
    const guint8 *payload, gsize size, gboolean starts)
{
  if (starts) {
    guint pointer;

    section_reset (section);
    if (size < 1 || (pointer = payload[0]) + 4u > size)
      return MPEGTS_SECTION_BAD;
    payload += 1 + pointer;
    size -= 1 + pointer;
    section->need_bytes = 3 + ((payload[1] & 0x0f) << 8 | payload[2]);
    if (section->need_bytes > MPEGTS_SECTION_MAX_BYTES
        || section->need_bytes < 12) {
      section_reset (section);
      return MPEGTS_SECTION_BAD;
    }
  } else if (section->need_bytes == 0) {
    return MPEGTS_SECTION_MORE;
  }
  if (section->n_incoming == MPEGTS_SECTION_MAX_PACKETS) {
    section_reset (section);
    return MPEGTS_SECTION_BAD;
  }
  memcpy (
      section->incoming[section->n_incoming++], packet, MPEGTS_PACKET_BYTES);
  size = MIN (size, section->need_bytes - section->n_bytes);
  memcpy (section->bytes + section->n_bytes, payload, size);
  section->n_bytes += size;
  if (section->n_bytes < section->need_bytes)
    return MPEGTS_SECTION_MORE;

  if (mpegts_crc32 (section->bytes, section->n_bytes) != 0) {
    section_reset (section);
    return MPEGTS_SECTION_BAD;
  }
  memcpy (section->packets, section->incoming,
      section->n_incoming * MPEGTS_PACKET_BYTES);
  section->n_packets = section->n_incoming;
  section->need_bytes = 0;
  return MPEGTS_SECTION_DONE;
}

/**
 * mpegts_pat_find_pmt:
 * @section: a whole PAT
 *
 * Returns: the PID of the first programme's PMT, or %MPEGTS_NO_PID
 */
guint16
mpegts_pat_find_pmt (const MpegtsSection *section)
{
  if (section->bytes[0] != TABLE_ID_PAT)
    return MPEGTS_NO_PID;
  for (guint i = 8; i + 4 <= section->n_bytes - 4; i += 4) {
    const guint8 *entry = section->bytes + i;

    /* Programme 0 names the network table. */
    if (entry[0] | entry[1])
      return (entry[2] & 0x1f) << 8 | entry[3];
  }
  return MPEGTS_NO_PID;
}

static gboolean
has_klva (const guint8 *descriptors, gsize size)
{
  for (gsize i = 0; i + 2 <= size;) {
    gsize length = descriptors[i + 1];

    if (i + 2 + length > size)
      return FALSE;
    if (descriptors[i] == DESCRIPTOR_REGISTRATION && length >= 4
        && memcmp (descriptors + i + 2, "KLVA", 4) == 0)
      return TRUE;
    i += 2 + length;
  }
  return FALSE;
}

/**
 * mpegts_pmt_read:
 * @section: a whole PMT
 * @programme: (out): its streams
 *
 * Returns: %FALSE if the table contradicts itself
 */
gboolean
mpegts_pmt_read (const MpegtsSection *section, MpegtsProgramme *programme)
{
  const guint8 *b = section->bytes;
  gsize end = section->n_bytes - 4;
  gsize i;

  programme->video_pid = MPEGTS_NO_PID;
  programme->klv_pid = MPEGTS_NO_PID;
  programme->video_is_h265 = FALSE;
  if (b[0] != TABLE_ID_PMT || end < 12)
    return FALSE;
  i = 12 + ((b[10] & 0x0f) << 8 | b[11]);
  while (i + 5 <= end) {
    guint type = b[i];
    guint16 pid = (b[i + 1] & 0x1f) << 8 | b[i + 2];
    gsize info = (b[i + 3] & 0x0f) << 8 | b[i + 4];

    i += 5;
    if (i + info > end)
      return FALSE;
    if ((type == STREAM_TYPE_H264 || type == STREAM_TYPE_H265)
        && programme->video_pid == MPEGTS_NO_PID) {
      programme->video_pid = pid;
      programme->video_is_h265 = type == STREAM_TYPE_H265;
    } else if (programme->klv_pid == MPEGTS_NO_PID
               && (type == STREAM_TYPE_METADATA_PES
                   || (type == STREAM_TYPE_PRIVATE_PES
                       && has_klva (b + i, info)))) {
      programme->klv_pid = pid;
    }
    i += info;
  }
  return i == end;
}
