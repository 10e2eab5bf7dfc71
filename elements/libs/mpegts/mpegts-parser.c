/* SPDX-License-Identifier: LGPL-2.1-or-later
 * MpegtsParser: says of each MPEG-TS packet what the recorder must know of it
 * (ISO/IEC 13818-1), and never changes a byte. */
#include "mpegts-parser.h"
#include "mpegts-tables.h"

#include <string.h>

#define SYNC_BYTE 0x47
#define PID_PAT 0
#define N_PIDS 8192
/* A key frame's parameter sets come before any slice; 64 packets (12 kB) of
 * access unit delimiter and SEI in front of them are far more than encoders
 * write, and bound what the recorder must hold back. */
#define KEY_SEARCH_MAX_PACKETS 64

struct _MpegtsParser {
  GByteArray *carry; /* less than two packets */
  gboolean synced;
  guint8 continuity[N_PIDS]; /* 0xff: none yet */
  MpegtsSection pat;
  MpegtsSection pmt;
  guint16 pmt_pid;
  MpegtsProgramme programme;
  guint key_search_packets; /* 0: no unit is undecided */
  guint32 nal_window; /* last three bytes of the unit */
  MpegtsStats stats;
};

/**
 * mpegts_parser_new:
 *
 * Returns: (transfer full): a parser at the start of a stream. It belongs to
 *   one thread at a time.
 */
MpegtsParser *
mpegts_parser_new (void)
{
  MpegtsParser *self = g_new0 (MpegtsParser, 1);

  self->carry = g_byte_array_new ();
  self->pmt_pid = MPEGTS_NO_PID;
  self->programme.video_pid = MPEGTS_NO_PID;
  self->programme.klv_pid = MPEGTS_NO_PID;
  memset (self->continuity, 0xff, sizeof self->continuity);
  return self;
}

void
mpegts_parser_free (MpegtsParser *self)
{
  g_byte_array_unref (self->carry);
  g_free (self);
}

const MpegtsStats *
mpegts_parser_get_stats (const MpegtsParser *self)
{
  return &self->stats;
}

/**
 * mpegts_parser_get_tables:
 * @parser: a parser
 * @out: gets the packets of the newest PAT and PMT as they came
 *
 * The continuity counters are those of the stream, so that the next PAT and
 * PMT follow on them, whether a file is read alone or after the one before.
 *
 * Returns: number of bytes written: 0 before both tables were seen
 */
gsize
mpegts_parser_get_tables (const MpegtsParser *self, GByteArray *out)
{
  guint before = out->len;

  if (!self->stats.has_pmt)
    return 0;
  g_byte_array_append (
      out, self->pat.packets[0], self->pat.n_packets * MPEGTS_PACKET_BYTES);
  g_byte_array_append (
      out, self->pmt.packets[0], self->pmt.n_packets * MPEGTS_PACKET_BYTES);
  return out->len - before;
}

static void
read_table (MpegtsParser *self, MpegtsSection *section, const guint8 *packet,
    const guint8 *payload, gsize size, gboolean starts)
{
  MpegtsProgramme programme;
  guint16 pmt_pid;

  switch (mpegts_section_push (section, packet, payload, size, starts)) {
    case MPEGTS_SECTION_MORE:
      return;
    case MPEGTS_SECTION_BAD:
      self->stats.table_errors++;
      return;
    case MPEGTS_SECTION_DONE:
      break;
  }
  if (section == &self->pat) {
    pmt_pid = mpegts_pat_find_pmt (section);
    if (pmt_pid != self->pmt_pid)
      memset (&self->pmt, 0, sizeof self->pmt);
    self->pmt_pid = pmt_pid;
  } else if (mpegts_pmt_read (section, &programme)) {
    self->programme = programme;
    self->stats.has_pmt = TRUE;
    self->stats.has_klv = programme.klv_pid != MPEGTS_NO_PID;
    self->stats.video_codec = programme.video_pid == MPEGTS_NO_PID ? NULL
                              : programme.video_is_h265            ? "h265"
                                                                   : "h264";
  } else {
    self->stats.table_errors++;
  }
}

/* The first parameter set or slice tells what the unit is. */
static MpegtsKey
classify_nal (const MpegtsParser *self, guint8 header)
{
  guint type;

  if (self->programme.video_is_h265) {
    type = header >> 1 & 0x3f;
    /* 16..21 IRAP pictures, 32..34 VPS SPS PPS (H.265 table 7-1). */
    if ((type >= 16 && type <= 21) || type == 32 || type == 33)
      return MPEGTS_KEY_YES;
    return type < 16 ? MPEGTS_KEY_NO : MPEGTS_KEY_LATER;
  }
  type = header & 0x1f;
  if (type == 5 || type == 7)
    return MPEGTS_KEY_YES;
  return type >= 1 && type <= 4 ? MPEGTS_KEY_NO : MPEGTS_KEY_LATER;
}

static MpegtsKey
search_key (MpegtsParser *self, const guint8 *data, gsize size)
{
  for (gsize i = 0; i < size; i++) {
    if ((self->nal_window & 0xffffff) == 1) {
      MpegtsKey key = classify_nal (self, data[i]);

      if (key != MPEGTS_KEY_LATER) {
        self->key_search_packets = 0;
        return key;
      }
    }
    self->nal_window = self->nal_window << 8 | data[i];
  }
  if (++self->key_search_packets > KEY_SEARCH_MAX_PACKETS) {
    self->key_search_packets = 0;
    return MPEGTS_KEY_NO;
  }
  return MPEGTS_KEY_LATER;
}

/* Returns the length of the PES header, or 0 if this is no PES start. */
static gsize
read_pes_header (const guint8 *data, gsize size, guint64 *pts)
{
  gsize length;

  if (size < 9 || data[0] || data[1] || data[2] != 1 || data[3] < 0xbd)
    return 0;
  length = 9 + data[8];
  if ((data[7] & 0x80) && data[8] >= 5 && size >= 14)
    *pts = (guint64) (data[9] >> 1 & 0x07) << 30 | (guint64) data[10] << 22
           | (guint64) (data[11] >> 1) << 15 | (guint64) data[12] << 7
           | data[13] >> 1;
  return MIN (length, size);
}

static void
read_adaptation (
    const guint8 *data, gsize size, MpegtsPacket *info, gboolean *random_access)
{
  if (size < 1)
    return;
  info->discontinuity = (data[0] & 0x80) != 0;
  *random_access = (data[0] & 0x40) != 0;
  if ((data[0] & 0x10) && size >= 7) {
    guint64 base = (guint64) data[1] << 25 | (guint64) data[2] << 17
                   | (guint64) data[3] << 9 | (guint64) data[4] << 1
                   | data[5] >> 7;

    info->pcr = base * 300 + ((data[5] & 1) << 8 | data[6]);
  }
}

/* elements/README.md, "KLV units": key, BER length, then the flags. Units of
 * other makers stand for themselves, as far as anybody can tell. */
static MpegtsKey
classify_klv (const guint8 *data, gsize size)
{
  static const guint8 key[] = { 0x06, 0x0e, 0x2b, 0x34, 0x01, 0x01, 0x01, 0x01,
    0x0f, 'P', 'I', 'T', 'B', 'O', 'X', 0x01 };
  gsize flags;

  /* Stream type 0x15 puts an access unit cell's header in front. */
  if (size > 5 && data[0] != key[0] && data[5] == key[0]) {
    data += 5;
    size -= 5;
  }
  if (size < sizeof key + 1 || memcmp (data, key, sizeof key) != 0)
    return MPEGTS_KEY_YES;
  flags = sizeof key + 1;
  if (data[sizeof key] & 0x80)
    flags += data[sizeof key] & 0x7f;
  if (flags >= size)
    return MPEGTS_KEY_NO;
  return data[flags] & 0x20 ? MPEGTS_KEY_YES : MPEGTS_KEY_NO;
}

static void
read_unit (MpegtsParser *self, const guint8 *payload, gsize size,
    gboolean starts, gboolean random_access, MpegtsPacket *info)
{
  if (starts) {
    gsize header = read_pes_header (payload, size, &info->pts);

    if (header == 0)
      return;
    info->starts_unit = TRUE;
    payload += header;
    size -= header;
    if (info->kind == MPEGTS_KLV)
      info->key = classify_klv (payload, size);
    if (info->kind == MPEGTS_VIDEO) {
      self->nal_window = 0xffffffff;
      self->key_search_packets = 1;
      if (random_access) {
        self->key_search_packets = 0;
        info->key = MPEGTS_KEY_YES;
        return;
      }
    }
  }
  if (info->kind == MPEGTS_KLV) {
    info->payload = payload;
    info->payload_bytes = size;
  }
  if (info->kind == MPEGTS_VIDEO && self->key_search_packets > 0) {
    MpegtsKey key = search_key (self, payload, size);

    if (key != MPEGTS_KEY_LATER || info->starts_unit)
      info->key = key;
  }
}

static void
check_continuity (MpegtsParser *self, guint16 pid, guint8 counter,
    gboolean has_payload, gboolean discontinuity)
{
  guint8 last = self->continuity[pid];

  /* A counter may repeat once (duplicate packet) and rests without payload. */
  if (last != 0xff && has_payload && !discontinuity && pid != 0x1fff
      && counter != last && counter != ((last + 1) & 0x0f))
    self->stats.continuity_errors++;
  self->continuity[pid] = counter;
}

static void
read_packet (
    MpegtsParser *self, const guint8 *data, MpegtsFunc func, gpointer user_data)
{
  MpegtsPacket info = { .pts = MPEGTS_NO_TIME, .pcr = MPEGTS_NO_TIME };
  gboolean starts = (data[1] & 0x40) != 0;
  gboolean has_adaptation = (data[3] & 0x20) != 0;
  gboolean has_payload = (data[3] & 0x10) != 0;
  gboolean random_access = FALSE;
  gsize payload = 4;

  info.pid = (data[1] & 0x1f) << 8 | data[2];
  self->stats.packets++;
  self->stats.garbage_run_bytes = 0;
  if (has_adaptation) {
    gsize length = MIN (data[4], MPEGTS_PACKET_BYTES - 5);

    read_adaptation (data + 5, length, &info, &random_access);
    payload = 5 + length;
  }
  check_continuity (
      self, info.pid, data[3] & 0x0f, has_payload, info.discontinuity);
  if (info.pid == self->programme.video_pid)
    info.kind = MPEGTS_VIDEO;
  else if (info.pid == self->programme.klv_pid)
    info.kind = MPEGTS_KLV;

  /* Transport error indicator: the payload is known to be damaged; scrambled
   * payload cannot be read. */
  if (has_payload && !(data[1] & 0x80) && !(data[3] & 0xc0)) {
    gsize size = MPEGTS_PACKET_BYTES - payload;

    if (info.pid == PID_PAT)
      read_table (self, &self->pat, data, data + payload, size, starts);
    else if (info.pid == self->pmt_pid)
      read_table (self, &self->pmt, data, data + payload, size, starts);
    else if (info.kind != MPEGTS_OTHER)
      read_unit (self, data + payload, size, starts, random_access, &info);
  }
  func (data, MPEGTS_PACKET_BYTES, &info, user_data);
}

static void
give_garbage (MpegtsParser *self, const guint8 *data, gsize size,
    MpegtsFunc func, gpointer user_data)
{
  const MpegtsPacket info = {
    .kind = MPEGTS_GARBAGE, .pts = MPEGTS_NO_TIME, .pcr = MPEGTS_NO_TIME
  };

  if (size == 0)
    return;
  self->stats.garbage_bytes += size;
  self->stats.garbage_run_bytes += size;
  func (data, size, &info, user_data);
}

/* Gives away what is decided and returns how many bytes that were. */
static gsize
read_run (MpegtsParser *self, const guint8 *data, gsize size, MpegtsFunc func,
    gpointer user_data)
{
  gsize pos = 0;

  while (pos < size) {
    gsize start = pos;

    if (self->synced && data[pos] == SYNC_BYTE) {
      if (size - pos < MPEGTS_PACKET_BYTES)
        break;
      read_packet (self, data + pos, func, user_data);
      pos += MPEGTS_PACKET_BYTES;
      continue;
    }
    /* One sync byte is chance, two at the right distance are a stream. */
    self->synced = FALSE;
    while (pos < size && !self->synced) {
      if (data[pos] != SYNC_BYTE) {
        pos++;
      } else if (size - pos <= MPEGTS_PACKET_BYTES) {
        break;
      } else if (data[pos + MPEGTS_PACKET_BYTES] == SYNC_BYTE) {
        self->synced = TRUE;
      } else {
        pos++;
      }
    }
    give_garbage (self, data + start, pos - start, func, user_data);
    if (!self->synced)
      break;
  }
  return pos;
}

/**
 * mpegts_parser_push:
 * @parser: a parser
 * @data: the next bytes, in pieces of any size
 * @size: how many
 * @func: (scope call): called for each packet and each run of garbage
 * @user_data: for @func
 *
 * Up to two packets' bytes are kept until the bytes after them are known.
 * Nothing in the bytes is an error: what is no packet is counted.
 */
void
mpegts_parser_push (MpegtsParser *self, const guint8 *data, gsize size,
    MpegtsFunc func, gpointer user_data)
{
  gsize done;

  if (self->carry->len == 0) {
    done = read_run (self, data, size, func, user_data);
    g_byte_array_append (self->carry, data + done, size - done);
    return;
  }
  g_byte_array_append (self->carry, data, size);
  done = read_run (self, self->carry->data, self->carry->len, func, user_data);
  if (done > 0)
    g_byte_array_remove_range (self->carry, 0, done);
}

/**
 * mpegts_parser_flush:
 * @parser: a parser
 * @func: (scope call): gets the rest
 * @user_data: for @func
 *
 * The stream ended: a last whole packet and then the bytes of a part of one.
 */
void
mpegts_parser_flush (MpegtsParser *self, MpegtsFunc func, gpointer user_data)
{
  gsize done = 0;

  if (self->carry->len >= MPEGTS_PACKET_BYTES
      && self->carry->data[0] == SYNC_BYTE) {
    read_packet (self, self->carry->data, func, user_data);
    done = MPEGTS_PACKET_BYTES;
  }
  /* An empty array has no address to count from. */
  if (self->carry->len > done)
    give_garbage (self, self->carry->data + done, self->carry->len - done, func,
        user_data);
  g_byte_array_set_size (self->carry, 0);
  self->synced = FALSE;
}
