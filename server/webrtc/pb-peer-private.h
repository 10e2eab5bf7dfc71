/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of PbPeer share. Nobody outside this folder includes it. */
#pragma once

#include "webrtc/pb-peer.h"

#include <gst/webrtc/webrtc.h>

G_BEGIN_DECLS

struct _PbPeer {
  gatomicrefcount ref_count;
  PbPeerConfig config;
  GstElement *pipeline;
  GstElement *webrtcbin;
  /* Pushed on by the viewer's lane; NULL without video. */
  GstPad *src;
  /* The element of webrtcbin the packets of all m-lines meet in. */
  GstElement *funnel;

  /* Set by pb_peer_start(), before anything can call back. */
  PbLive *live;
  PbOffer offer;
  PbPeerFunc func;
  gpointer user_data;

  /* Protects what follows. */
  GMutex lock;
  GCond step_ended;
  PbLiveViewer *viewer;
  GstWebRTCDataChannel *channel;
  /* The step of the negotiation that is going on. */
  GstPromise *promise;
  gboolean answered;
  gboolean closed;
  gboolean video_started;

  /* Atomic. */
  gint closing;
  gint connected;
  /* In a box of its own: a probe inside webrtcbin holds it, and must not hold
   * the peer, which holds webrtcbin. */
  gint *heard_ms;
  gint frames_dropped;
  gint samples_dropped;
  /* Lane thread only; @handle is the viewer, for as long as it calls back. */
  PbLiveViewer *handle;
  gboolean lost_samples;
  gboolean asked_for_key;
};

void pb_peer_emit_closed (PbPeer *peer, const gchar *why);
void pb_peer_negotiate (PbPeer *peer);
gint pb_peer_clock_ms (void);

extern const PbLiveViewerFuncs pb_peer_viewer_funcs;
void pb_peer_on_data_channel (
    GstElement *webrtcbin, GstWebRTCDataChannel *channel, gpointer peer);
void pb_peer_shorten_path (PbPeer *peer);
gboolean pb_peer_add_video (PbPeer *peer, GError **error);

G_END_DECLS
