/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of PbSctp share. Nobody outside this folder includes it. */
#pragma once

#include "webrtc/pb-sctp.h"

G_BEGIN_DECLS

#define PB_SCTP_HEADER_BYTES 12
#define PB_SCTP_DATA_HEADER_BYTES 16
/* Channels of one viewer; our page opens one. */
#define PB_SCTP_MAX_CHANNELS 8
/* In an association's life: one that opens and closes without end, and
 * acknowledges nothing, is not to fill the memory with our consents. */
#define PB_SCTP_MAX_OPENED 64
/* To one packet; each is a packet of its own, and 280 empty heartbeats fit into
 * one. */
#define PB_SCTP_MAX_ANSWERS 4

/* RFC 9260, 3.2; RFC 6525, 3; RFC 3758, 3. */
enum {
  PB_SCTP_DATA = 0,
  PB_SCTP_INIT = 1,
  PB_SCTP_INIT_ACK = 2,
  PB_SCTP_SACK = 3,
  PB_SCTP_HEARTBEAT = 4,
  PB_SCTP_HEARTBEAT_ACK = 5,
  PB_SCTP_ABORT = 6,
  PB_SCTP_SHUTDOWN = 7,
  PB_SCTP_SHUTDOWN_ACK = 8,
  PB_SCTP_COOKIE_ECHO = 10,
  PB_SCTP_COOKIE_ACK = 11,
  PB_SCTP_SHUTDOWN_COMPLETE = 14,
  PB_SCTP_RE_CONFIG = 130,
  PB_SCTP_FORWARD_TSN = 192,
};

/* A piece of a message on its way. */
typedef struct {
  guint32 tsn;
  guint8 flags;
  guint16 stream;
  guint16 ssn;
  guint32 ppid;
  GBytes *message;
  gsize offset;
  gsize size;
  gint64 sent_us;
  guint missing;
  gboolean sent;
  gboolean sent_again;
  gboolean acked;
  gboolean lost;
} PbSctpChunk;

typedef struct {
  guint16 stream;
  guint16 next_ssn;
} PbSctpChannel;

struct _PbSctp {
  PbSctpFuncs funcs;
  gpointer user_data;
  PbSctpState state;
  guint16 local_port;
  guint16 remote_port;
  guint32 local_tag;
  guint32 remote_tag;
  guint8 cookie[16];
  gboolean has_peer;

  /* What comes. */
  guint32 received_tsn;
  gboolean sack_due;
  guint32 reset_seq;
  gboolean reset_seen;
  PbSctpChannel channels[PB_SCTP_MAX_CHANNELS];
  guint n_channels;
  guint n_opened;
  /* Of the packet that is being read. */
  guint n_answers;
  gboolean sack_read;

  /* What goes: of PbSctpChunk, those that are sent first. */
  GQueue chunks;
  guint32 initial_tsn;
  guint32 next_tsn;
  guint32 cumulative;
  gsize buffered;
  gsize in_flight;
  gsize cwnd;
  gsize ssthresh;
  gsize rwnd;
  guint32 recover_tsn;
  gboolean recovering;
  gint64 srtt_us;
  gint64 rttvar_us;
  gint64 rto_us;
  /* When the oldest one is taken for lost; 0 = nothing on its way. */
  gint64 timer_us;
  guint n_timeouts;
};

/* A packet that is being written. */
typedef struct {
  guint8 data[PB_SCTP_MTU];
  gsize size;
} PbSctpPacket;

static inline guint16
pb_sctp_get_16 (const guint8 *at)
{
  return (guint16) (at[0] << 8 | at[1]);
}

static inline guint32
pb_sctp_get_32 (const guint8 *at)
{
  return (guint32) pb_sctp_get_16 (at) << 16 | pb_sctp_get_16 (at + 2);
}

static inline void
pb_sctp_put_16 (guint8 *at, guint32 value)
{
  at[0] = (guint8) (value >> 8);
  at[1] = (guint8) value;
}

static inline void
pb_sctp_put_32 (guint8 *at, guint32 value)
{
  pb_sctp_put_16 (at, value >> 16);
  pb_sctp_put_16 (at + 2, value);
}

/* Serial numbers (RFC 1982). */
static inline gboolean
pb_sctp_after (guint32 a, guint32 b)
{
  return (gint32) (a - b) > 0;
}

void pb_sctp_packet_begin (PbSctp *sctp, PbSctpPacket *packet, guint32 tag);
guint8 *pb_sctp_packet_add (
    PbSctpPacket *packet, guint8 type, guint8 flags, gsize size);
void pb_sctp_packet_send (PbSctp *sctp, PbSctpPacket *packet);
guint32 pb_sctp_checksum (const guint8 *packet, gsize size);
void pb_sctp_write_sack (PbSctp *sctp, PbSctpPacket *packet);

void pb_sctp_flush (PbSctp *sctp, gint64 now_us);
void pb_sctp_read_sack (
    PbSctp *sctp, const guint8 *body, gsize size, gint64 now_us);
void pb_sctp_clear_chunks (PbSctp *sctp);

G_END_DECLS
