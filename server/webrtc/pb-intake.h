/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbIntake: what a publisher sends by RTP, in order and on one clock, and what it
 * is told of that; pure. */
#pragma once

#include <glib.h>

#include "webrtc/pb-rtcp-receiver.h"

G_BEGIN_DECLS

/** PB_INTAKE_KEY_US: a picture of its own is asked for so long after the last
 * one. A browser sends none by itself but the first. */
#define PB_INTAKE_KEY_US (1500 * 1000)
/** PB_INTAKE_LOSS_KEY_US: after a loss, but not more often than this. */
#define PB_INTAKE_LOSS_KEY_US (300 * 1000)
/** PB_INTAKE_WAIT_US: how long pictures behind a hole wait for it: two requests
 * over a round trip of 150 ms. Sound is not sent again: it waits for what comes
 * out of order. */
#define PB_INTAKE_WAIT_US (400 * 1000)
#define PB_INTAKE_SOUND_WAIT_US (60 * 1000)
/** PB_INTAKE_REPORT_US: between two reports. */
#define PB_INTAKE_REPORT_US (G_USEC_PER_SEC)
/** PB_INTAKE_CEILING_BPS: what a publisher is told that may come; PB_INTAKE_FLOOR_BPS:
 * when much is lost. */
#define PB_INTAKE_CEILING_BPS (4 * 1000 * 1000)
#define PB_INTAKE_FLOOR_BPS (300 * 1000)
/** PB_INTAKE_MAX_BYTES_PER_S: more than this for long ends it, as any session
 * (100 Mbit/s); PB_INTAKE_BURST_BYTES: so much at once. */
#define PB_INTAKE_MAX_BYTES_PER_S (100 * 1000 * 1000 / 8)
#define PB_INTAKE_BURST_BYTES (64 * 1024 * 1024)

typedef struct _PbIntake PbIntake;

typedef enum {
  PB_INTAKE_PICTURE,
  PB_INTAKE_SOUND,
} PbIntakeKind;

/**
 * PbIntakeConfig:
 * @pt: payload type of H.264; -1 = none
 * @rtx_pt: of its retransmissions; -1 = none
 * @audio_pt: of Opus; -1 = none
 * @own_ssrc: of who receives
 */
typedef struct {
  gint pt;
  gint rtx_pt;
  gint audio_pt;
  guint32 own_ssrc;
} PbIntakeConfig;

/**
 * PbIntakeFuncs:
 * @media: the next RTP packet in order, without extensions; @time_us is its time
 *   on the timeline of now_us; @lost: something before it never came
 * @send: RTCP for the publisher, with room behind it for what protecting adds
 *
 * Called from within the functions below.
 */
typedef struct {
  void (*media) (PbIntakeKind kind, GBytes *packet, gint64 time_us,
      gboolean lost, gpointer user_data);
  void (*send) (guint8 rtcp[PB_RTCP_MAX_BYTES], gsize size, gpointer user_data);
} PbIntakeFuncs;

/**
 * PbIntakeStats:
 * @packets: that came in their order
 * @received: of both streams, each copy counts
 * @missing: that did not come at first, in all
 * @again: that came by a retransmission
 * @late: that came twice, or too late
 * @lost: times that something of the picture was given up
 * @lost_sound: the same of the sound
 * @asked: packets asked for again
 * @keys: key frames asked for
 * @strange: of no stream that was agreed, or no RTP
 * @bits_per_s: what the publisher was last told
 */
typedef struct {
  guint64 packets;
  guint64 received;
  guint64 missing;
  guint64 again;
  guint64 late;
  guint64 lost;
  guint64 lost_sound;
  guint64 asked;
  guint64 keys;
  guint64 strange;
  guint bits_per_s;
} PbIntakeStats;

PbIntake *pb_intake_new (const PbIntakeConfig *config,
    const PbIntakeFuncs *funcs, gpointer user_data);
void pb_intake_free (PbIntake *intake);
gboolean pb_intake_receive (
    PbIntake *intake, const guint8 *data, gsize size, gint64 now_us);
void pb_intake_receive_rtcp (
    PbIntake *intake, const guint8 *data, gsize size, gint64 now_us);
void pb_intake_tick (PbIntake *intake, gint64 now_us);
void pb_intake_get_stats (PbIntake *intake, PbIntakeStats *stats);
guint pb_intake_adapt (guint bits_per_s, guint8 lost_256);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbIntake, pb_intake_free)

G_END_DECLS
