/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of PbPeer and PbPort share. Nobody outside this folder
 * includes it. */
#pragma once

#include "webrtc/pb-path.h"
#include "webrtc/pb-sctp.h"
#include "webrtc/pb-srtp.h"

G_BEGIN_DECLS

/* Packets kept for who has lost them: 1.6 s of 3 Mbit/s. The packets are
 * shared by all viewers. A power of two. */
#define PB_PEER_HISTORY 512

/* What a sender report says of one stream. */
typedef struct {
  guint32 rtp; /* of the newest packet */
  GstClockTime time; /* its time on the hub's timeline */
  guint32 packets;
  guint32 bytes;
} PbPeerSent;

struct _PbPeer {
  gatomicrefcount ref_count;
  PbPort *port;
  PbDtlsIdentity *identity;
  PbLive *live; /* NULL: a publisher's */
  PbOffer offer;
  PbPeerMediaFunc media; /* NULL: a viewer's */
  gpointer media_data;
  PbPeerClosedFunc func;
  gpointer user_data;
  gchar ice_ufrag[9];
  gchar ice_pwd[33];
  guint32 ssrc;
  guint32 rtx_ssrc;
  guint32 audio_ssrc;
  /* Under the table's lock. */
  guint n_paths;

  /* Protects what follows. Taken within a viewer's lock; the hub's and a
   * lane's are taken within it. */
  GMutex lock;
  /* Where everything but STUN goes: it has answered. */
  PbPath *path;
  /* Where the viewer wants to have it, as soon as that has answered. */
  PbPath *wanted;
  PbDtls *dtls;
  PbSctp *sctp;
  PbSrtp *srtp_out;
  PbSrtp *srtp_in;
  PbLiveViewer *viewer;
  PbIntake *intake;
  /* The datagram that is being read is the viewer's own. */
  gboolean is_authentic;
  gboolean closed;
  gboolean connected;
  gint64 connected_us;
  gboolean media_started;
  gboolean has_channel;
  guint16 channel;
  /* Why it has ended; taken by who emits it. */
  const gchar *end;
  gboolean lost_samples;
  gboolean asked_for_key;
  GstBuffer *history[PB_PEER_HISTORY];
  guint16 rtx_seq;
  guint resend_budget;
  PbPeerSent sent;
  PbPeerSent sound_sent;
  gint64 report_us;

  /* Atomic. */
  gint heard_ms;
  gint is_connected;
  gint frames_dropped;
  gint samples_dropped;
  gint resent;
};

extern const PbLiveViewerFuncs pb_peer_viewer_funcs;

gint pb_peer_clock_ms (void);
void pb_peer_receive_check (
    PbPeer *peer, PbPath *path, const PbStunRequest *request);
void pb_peer_receive (PbPeer *peer, PbPath *path, guint8 *data, gsize size);
void pb_peer_tick (PbPeer *peer, gint64 now_us);
void pb_peer_end_locked (PbPeer *peer, const gchar *why);

void pb_peer_write_check_locked (
    PbPeer *peer, PbPath *path, const PbStunRequest *request, gint64 now_us);
void pb_peer_read_answer_locked (
    PbPeer *peer, PbPath *path, const guint8 *data, gsize size);
void pb_peer_tick_consent_locked (PbPeer *peer, gint64 now_us);
void pb_peer_read_rtcp_locked (PbPeer *peer, guint8 *data, gsize size);
void pb_peer_init_intake (PbPeer *peer);
void pb_peer_read_media_locked (PbPeer *peer, guint8 *data, gsize size);
void pb_peer_report_locked (PbPeer *peer, gint64 now_us);

G_END_DECLS
