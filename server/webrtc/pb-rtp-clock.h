/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbRtpClock: the RTP timestamps of a sender's streams on one timeline of ours;
 * pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define PB_RTP_CLOCK_STREAMS 2
/** PB_RTP_CLOCK_MAX_OFF_US: a time that is further than this from when its packet
 * came is none. */
#define PB_RTP_CLOCK_MAX_OFF_US (2 * G_USEC_PER_SEC)

/**
 * PbRtpClockStream:
 * @rate: of its timestamps, a second
 * @started: @rtp and @anchor_us are known
 * @rtp: the newest timestamp, extended
 * @anchor_rtp, @anchor_us: one timestamp, extended, and its time
 * @has_report: @report_rtp and @report_us are known
 * @report_rtp, @report_us: one timestamp, extended, and its time on the sender's
 *   clock
 */
typedef struct {
  guint rate;
  gboolean started;
  gint64 rtp;
  gint64 anchor_rtp;
  gint64 anchor_us;
  gboolean has_report;
  gint64 report_rtp;
  gint64 report_us;
} PbRtpClockStream;

/**
 * PbRtpClock:
 * @streams: the first one leads: the others are put where it is
 * @is_common: @shift_us is known
 * @shift_us: from the sender's clock to ours
 */
typedef struct {
  PbRtpClockStream streams[PB_RTP_CLOCK_STREAMS];
  gboolean is_common;
  gint64 shift_us;
} PbRtpClock;

void pb_rtp_clock_init (PbRtpClock *clock, guint rate, guint other_rate);
gint64 pb_rtp_clock_get_time (
    PbRtpClock *clock, guint stream, guint32 rtp, gint64 arrival_us);
void pb_rtp_clock_report (
    PbRtpClock *clock, guint stream, guint64 ntp, guint32 rtp);
void pb_rtp_clock_restart (PbRtpClock *clock, guint stream);

G_END_DECLS
