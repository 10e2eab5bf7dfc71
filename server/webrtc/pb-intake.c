/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Two streams at most, one of each kind; a packet belongs to the one whose payload
 * type was answered. */
#include "webrtc/pb-intake.h"

#include "webrtc/pb-rtp-clock.h"
#include "webrtc/pb-rtp-order.h"
#include "webrtc/pb-rtp-packet.h"
#include "webrtc/pb-rtp-tally.h"

/* RFC 7587, 4.1: whatever the sound is. */
#define PICTURE_RATE 90000
#define SOUND_RATE 48000

/* In 256ths: less is nothing (2 %), more is too much (10 %). */
#define LITTLE_LOSS 5
#define MUCH_LOSS 26

typedef struct {
  gint pt;
  guint rate;
  gboolean has_ssrc;
  guint32 ssrc;
  PbRtpOrder *order;
  gboolean lost; /* before what is handed on next */
  PbRtpTally tally;
} Stream;

struct _PbIntake {
  PbIntakeConfig config;
  PbIntakeFuncs funcs;
  gpointer user_data;
  Stream streams[PB_RTP_CLOCK_STREAMS];
  PbRtpClock clock;
  gint64 asked_key_us;
  gint64 key_us; /* when a key frame came */
  gboolean wants_key; /* after a loss, until one comes */
  gint64 report_us;
  gboolean has_reported; /* since a stream began */
  gint64 credit_bytes;
  gint64 credit_us;
  PbIntakeStats stats;
};

/**
 * pb_intake_new:
 * @config: what was agreed, copied
 * @funcs: copied
 * @user_data: for @funcs
 *
 * Returns: (transfer full): one that nothing has come to; not thread safe
 */
PbIntake *
pb_intake_new (const PbIntakeConfig *config, const PbIntakeFuncs *funcs,
    gpointer user_data)
{
  PbIntake *self = g_new0 (PbIntake, 1);

  self->config = *config;
  self->funcs = *funcs;
  self->user_data = user_data;
  self->streams[PB_INTAKE_PICTURE] = (Stream){ .pt = config->pt,
    .rate = PICTURE_RATE,
    .order = pb_rtp_order_new (PB_INTAKE_WAIT_US) };
  self->streams[PB_INTAKE_SOUND] = (Stream){ .pt = config->audio_pt,
    .rate = SOUND_RATE,
    .order = pb_rtp_order_new (PB_INTAKE_SOUND_WAIT_US) };
  pb_rtp_clock_init (&self->clock, PICTURE_RATE, SOUND_RATE);
  self->credit_bytes = PB_INTAKE_BURST_BYTES;
  self->stats.bits_per_s = PB_INTAKE_CEILING_BPS;
  return self;
}

void
pb_intake_free (PbIntake *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->streams); i++)
    pb_rtp_order_free (self->streams[i].order);
  g_free (self);
}

/**
 * pb_intake_adapt:
 * @bits_per_s: what the publisher was told
 * @lost_256: of its packets since then, in 256ths
 *
 * Returns: what it is told next
 */
guint
pb_intake_adapt (guint bits_per_s, guint8 lost_256)
{
  guint64 next = bits_per_s;

  if (lost_256 > MUCH_LOSS)
    next = next * (512 - lost_256) / 512;
  else if (lost_256 < LITTLE_LOSS)
    next = next * 108 / 100;
  return (guint) CLAMP (next, PB_INTAKE_FLOOR_BPS, PB_INTAKE_CEILING_BPS);
}

static void
send (PbIntake *self, guint8 *rtcp, gsize size)
{
  if (size > 0)
    self->funcs.send (rtcp, size, self->user_data);
}

static void
ask_for_key (PbIntake *self, gint64 now_us)
{
  const Stream *picture = &self->streams[PB_INTAKE_PICTURE];
  guint8 rtcp[PB_RTCP_MAX_BYTES];

  if (!picture->has_ssrc)
    return;
  self->asked_key_us = now_us;
  self->stats.keys++;
  send (self, rtcp,
      pb_rtcp_write_pli (self->config.own_ssrc, picture->ssrc, rtcp));
}

/* Each so often, and after a loss. */
static void
check_key (PbIntake *self, gint64 now_us)
{
  const gint64 since_us = now_us - self->asked_key_us;

  if (self->wants_key
          ? since_us >= PB_INTAKE_LOSS_KEY_US
          : MIN (since_us, now_us - self->key_us) >= PB_INTAKE_KEY_US)
    ask_for_key (self, now_us);
}

static void
check_lost (PbIntake *self, gint64 now_us)
{
  Stream *picture = &self->streams[PB_INTAKE_PICTURE];
  guint16 seqs[PB_RTCP_MAX_LOST];
  guint8 rtcp[PB_RTCP_MAX_BYTES];
  const guint n =
      pb_rtp_order_ask (picture->order, now_us, seqs, PB_RTCP_MAX_LOST);

  self->stats.asked += n;
  send (self, rtcp,
      pb_rtcp_write_lost (self->config.own_ssrc, picture->ssrc, seqs, n, rtcp));
}

static void
note_lost (PbIntake *self, PbIntakeKind kind)
{
  self->streams[kind].lost = TRUE;
  if (kind == PB_INTAKE_SOUND) {
    self->stats.lost_sound++;
    return;
  }
  self->stats.lost++;
  self->wants_key = TRUE;
}

static void
hand_on_one (PbIntake *self, PbIntakeKind kind, GBytes *bytes, gint64 now_us)
{
  Stream *stream = &self->streams[kind];
  const gboolean lost = stream->lost;
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  PbRtpPacket packet;
  gint64 time_us;

  /* Padding has nothing to show. */
  if (!pb_rtp_packet_read (&packet, data, size) || packet.size == 0)
    return;
  stream->lost = FALSE;
  if (kind == PB_INTAKE_PICTURE
      && pb_rtp_packet_is_key (packet.payload, packet.size)) {
    self->key_us = now_us;
    self->wants_key = FALSE;
  }
  time_us = pb_rtp_clock_get_time (&self->clock, kind, packet.rtp, now_us);
  self->stats.packets++;
  self->funcs.media (kind, bytes, time_us, lost, self->user_data);
}

static void
hand_on (PbIntake *self, PbIntakeKind kind, gint64 now_us)
{
  gboolean lost;

  while (TRUE) {
    g_autoptr (GBytes) bytes =
        pb_rtp_order_pop (self->streams[kind].order, now_us, &lost);

    if (bytes == NULL)
      return;
    if (lost)
      note_lost (self, kind);
    hand_on_one (self, kind, bytes, now_us);
  }
}

/* Also when a publisher begins one of its streams anew. */
static void
begin (PbIntake *self, PbIntakeKind kind, guint32 ssrc)
{
  Stream *stream = &self->streams[kind];

  if (stream->has_ssrc && stream->ssrc == ssrc)
    return;
  if (stream->has_ssrc) {
    pb_rtp_order_reset (stream->order);
    pb_rtp_clock_restart (&self->clock, kind);
  }
  stream->has_ssrc = TRUE;
  stream->ssrc = ssrc;
  self->has_reported = FALSE;
  pb_rtp_tally_init (&stream->tally, stream->rate, ssrc);
}

static gboolean
find_kind (const PbIntake *self, guint8 pt, PbIntakeKind *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->streams); i++) {
    *kind = (PbIntakeKind) i;
    if (self->streams[i].pt == pt)
      return TRUE;
  }
  return FALSE;
}

/* Which stream @packet, unwrapped if it must, belongs to. */
static gboolean
sort (PbIntake *self, PbRtpPacket *packet, PbIntakeKind *kind, gint64 now_us)
{
  Stream *picture = &self->streams[PB_INTAKE_PICTURE];

  if (packet->pt == self->config.rtx_pt) {
    *kind = PB_INTAKE_PICTURE;
    if (!picture->has_ssrc
        || !pb_rtp_packet_unwrap (packet, (guint8) picture->pt, picture->ssrc))
      return FALSE;
    self->stats.again++;
    return TRUE;
  }
  if (!find_kind (self, packet->pt, kind)) {
    self->stats.strange++;
    return FALSE;
  }
  begin (self, *kind, packet->ssrc);
  pb_rtp_tally_add (
      &self->streams[*kind].tally, packet->seq, packet->rtp, now_us);
  return TRUE;
}

static gboolean
keeps_to_rate (PbIntake *self, gsize size, gint64 now_us)
{
  const gint64 passed_us = MIN (now_us - self->credit_us, 10 * G_USEC_PER_SEC);

  self->credit_bytes = MIN (PB_INTAKE_BURST_BYTES,
      self->credit_bytes
          + passed_us * PB_INTAKE_MAX_BYTES_PER_S / G_USEC_PER_SEC);
  self->credit_us = now_us;
  self->credit_bytes -= (gint64) size;
  return self->credit_bytes >= 0;
}

/**
 * pb_intake_receive:
 * @data: an RTP packet, decrypted; any bytes
 * @size: how many
 * @now_us: when it came, monotonic
 *
 * Returns: %FALSE if more has come than may
 */
gboolean
pb_intake_receive (
    PbIntake *self, const guint8 *data, gsize size, gint64 now_us)
{
  g_autoptr (GBytes) bytes = NULL;
  PbRtpPacket packet;
  PbIntakeKind kind;

  if (!keeps_to_rate (self, size, now_us))
    return FALSE;
  if (!pb_rtp_packet_read (&packet, data, size)) {
    self->stats.strange++;
    return TRUE;
  }
  if (!sort (self, &packet, &kind, now_us))
    return TRUE;
  bytes = pb_rtp_packet_to_bytes (&packet);
  if (!pb_rtp_order_push (self->streams[kind].order, bytes, packet.seq, now_us))
    self->stats.late++;
  hand_on (self, kind, now_us);
  check_lost (self, now_us);
  return TRUE;
}

typedef struct {
  PbIntake *intake;
  gint64 now_us;
} Reading;

static void
on_source (const PbRtcpSource *source, gpointer user_data)
{
  const Reading *reading = user_data;
  PbIntake *self = reading->intake;

  for (guint i = 0; i < G_N_ELEMENTS (self->streams); i++) {
    Stream *stream = &self->streams[i];

    if (!stream->has_ssrc || stream->ssrc != source->ssrc)
      continue;
    pb_rtp_clock_report (&self->clock, i, source->ntp, source->rtp);
    pb_rtp_tally_note_report (&stream->tally, source->ntp, reading->now_us);
  }
}

/**
 * pb_intake_receive_rtcp:
 * @data: a compound packet, decrypted; any bytes
 * @size: how many
 * @now_us: when it came, monotonic
 */
void
pb_intake_receive_rtcp (
    PbIntake *self, const guint8 *data, gsize size, gint64 now_us)
{
  Reading reading = { self, now_us };

  pb_rtcp_read_sources (data, size, on_source, &reading);
}

/* The estimate goes with the first report: a browser that hears of it within its
 * first two seconds need not feel its way up from 300 kbit/s. */
static void
report (PbIntake *self, gint64 now_us)
{
  PbRtcpBlock blocks[PB_RTCP_MAX_BLOCKS];
  guint8 rtcp[PB_RTCP_MAX_BYTES];
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (self->streams); i++) {
    if (!self->streams[i].has_ssrc)
      continue;
    pb_rtp_tally_report (&self->streams[i].tally, now_us, &blocks[n]);
    if (i == PB_INTAKE_PICTURE)
      self->stats.bits_per_s =
          pb_intake_adapt (self->stats.bits_per_s, blocks[n].lost_256);
    n++;
  }
  if (n == 0)
    return;
  self->report_us = now_us;
  self->has_reported = TRUE;
  send (self, rtcp,
      pb_rtcp_write_blocks (self->config.own_ssrc, blocks, n, rtcp));
  if (self->streams[PB_INTAKE_PICTURE].has_ssrc)
    send (self, rtcp,
        pb_rtcp_write_remb (self->config.own_ssrc,
            self->streams[PB_INTAKE_PICTURE].ssrc, self->stats.bits_per_s,
            rtcp));
}

/**
 * pb_intake_tick:
 * @now_us: monotonic
 *
 * Some times a second.
 */
void
pb_intake_tick (PbIntake *self, gint64 now_us)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->streams); i++)
    hand_on (self, (PbIntakeKind) i, now_us);
  check_lost (self, now_us);
  check_key (self, now_us);
  if (!self->has_reported || now_us - self->report_us >= PB_INTAKE_REPORT_US)
    report (self, now_us);
}

/**
 * pb_intake_get_stats:
 * @stats: (out): counters
 */
void
pb_intake_get_stats (PbIntake *self, PbIntakeStats *stats)
{
  *stats = self->stats;
  for (guint i = 0; i < G_N_ELEMENTS (self->streams); i++) {
    const PbRtpTally *tally = &self->streams[i].tally;
    const guint32 expected =
        tally->started ? tally->highest - tally->first + 1 : 0;

    stats->received += tally->received;
    if (expected > tally->received)
      stats->missing += expected - tally->received;
  }
}
