/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The answer to a WHEP or WHIP offer. */
#pragma once

#include "webrtc/pb-offer.h"

G_BEGIN_DECLS

/**
 * PbAnswer:
 * @ice_ufrag, @ice_pwd: of the server, for this viewer
 * @fingerprint: of the server, "sha-256 AB:CD…"
 * @candidates: lines "a=candidate:…\r\n"
 * @ssrc, @rtx_ssrc: of the video and its retransmissions, for a viewer
 * @audio_ssrc: of the sound, for a viewer
 */
typedef struct {
  const gchar *ice_ufrag;
  const gchar *ice_pwd;
  const gchar *fingerprint;
  const gchar *candidates;
  guint32 ssrc;
  guint32 rtx_ssrc;
  guint32 audio_ssrc;
} PbAnswer;

gchar *pb_answer_to_sdp (const PbAnswer *answer, const PbOffer *offer);

G_END_DECLS
