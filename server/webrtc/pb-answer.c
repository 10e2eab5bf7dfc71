/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Writing answers (RFC 9429): ICE-lite, passive, everything on one transport.
 */
#include "webrtc/pb-answer.h"

/* ISO 14496-10, table A-1: 4K at 60 Hz, the largest there is in practice. */
#define LEVEL_5_2 "34"

static void
write_transport (
    const PbAnswer *answer, const PbOfferMedia *media, GString *sdp)
{
  g_string_append_printf (sdp,
      "c=IN IP4 0.0.0.0\r\na=mid:%s\r\n"
      "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\n"
      "a=fingerprint:%s\r\na=setup:passive\r\n%s",
      media->mid, answer->ice_ufrag, answer->ice_pwd, answer->fingerprint,
      answer->candidates);
  g_string_append (sdp, "a=end-of-candidates\r\n");
}

static void
write_sources (const PbAnswer *answer, gboolean rtx, GString *sdp)
{
  if (rtx)
    g_string_append_printf (
        sdp, "a=ssrc-group:FID %u %u\r\n", answer->ssrc, answer->rtx_ssrc);
  g_string_append_printf (sdp, "a=ssrc:%u cname:pitbox\r\n", answer->ssrc);
  if (rtx)
    g_string_append_printf (
        sdp, "a=ssrc:%u cname:pitbox\r\n", answer->rtx_ssrc);
}

static void
write_video (const PbAnswer *answer, const PbOffer *offer,
    const PbOfferMedia *media, GString *sdp)
{
  gboolean rtx = offer->rtx_pt >= 0;

  g_string_append_printf (sdp, "m=video 9 UDP/TLS/RTP/SAVPF %d", offer->pt);
  if (rtx)
    g_string_append_printf (sdp, " %d", offer->rtx_pt);
  g_string_append (sdp, "\r\n");
  write_transport (answer, media, sdp);
  g_string_append_printf (sdp,
      "%sa=rtcp-mux\r\na=rtcp-rsize\r\n"
      "a=rtpmap:%d H264/90000\r\n"
      "a=rtcp-fb:%d nack\r\na=rtcp-fb:%d nack pli\r\n",
      offer->publishes ? "a=recvonly\r\n"
                       : "a=sendonly\r\na=msid:pitbox video\r\n",
      offer->pt, offer->pt, offer->pt);
  /* What a publisher may send is what we take, whatever it takes itself. */
  if (offer->publishes)
    g_string_append_printf (sdp, "a=rtcp-fb:%d goog-remb\r\n", offer->pt);
  g_string_append_printf (sdp,
      "a=fmtp:%d level-asymmetry-allowed=1;packetization-mode=1;"
      "profile-level-id=%.4s%s\r\n",
      offer->pt, offer->profile_level_id,
      offer->publishes ? LEVEL_5_2 : offer->profile_level_id + 4);
  if (rtx)
    g_string_append_printf (sdp,
        "a=rtpmap:%d rtx/90000\r\na=fmtp:%d apt=%d\r\n", offer->rtx_pt,
        offer->rtx_pt, offer->pt);
  if (!offer->publishes)
    write_sources (answer, rtx, sdp);
}

/* RFC 7587: always as "opus/48000/2", whatever the packets hold. The same
 * stream and the same cname as the video: a browser plays both in step. */
static void
write_audio (const PbAnswer *answer, const PbOffer *offer,
    const PbOfferMedia *media, GString *sdp)
{
  const gint pt = offer->audio_pt;

  g_string_append_printf (sdp, "m=audio 9 UDP/TLS/RTP/SAVPF %d\r\n", pt);
  write_transport (answer, media, sdp);
  g_string_append_printf (sdp,
      "%sa=rtcp-mux\r\na=rtcp-rsize\r\n"
      "a=rtpmap:%d opus/48000/2\r\na=fmtp:%d stereo=1;%s\r\na=ptime:20\r\n",
      offer->publishes ? "a=recvonly\r\n"
                       : "a=sendonly\r\na=msid:pitbox audio\r\n",
      pt, pt, offer->publishes ? "useinbandfec=1" : "sprop-stereo=1");
  if (!offer->publishes)
    g_string_append_printf (
        sdp, "a=ssrc:%u cname:pitbox\r\n", answer->audio_ssrc);
}

static void
write_media (const PbAnswer *answer, const PbOffer *offer,
    const PbOfferMedia *media, GString *sdp)
{
  switch (media->kind) {
    case PB_OFFER_VIDEO:
      write_video (answer, offer, media, sdp);
      break;
    case PB_OFFER_AUDIO:
      write_audio (answer, offer, media, sdp);
      break;
    case PB_OFFER_DATA:
      g_string_append (
          sdp, "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n");
      write_transport (answer, media, sdp);
      g_string_append (sdp, "a=sctp-port:5000\r\na=max-message-size:1024\r\n");
      break;
    case PB_OFFER_UNUSED:
      g_string_append_printf (
          sdp, "m=%s 9 UDP/TLS/RTP/SAVPF 0\r\n", media->type);
      write_transport (answer, media, sdp);
      g_string_append (sdp, "a=inactive\r\na=rtcp-mux\r\n"
                            "a=rtpmap:0 PCMU/8000\r\n");
      break;
  }
}

/**
 * pb_answer_to_sdp:
 * @answer: the server's part
 * @offer: what it answers
 *
 * Returns: (transfer full): the answer
 */
gchar *
pb_answer_to_sdp (const PbAnswer *answer, const PbOffer *offer)
{
  GString *sdp = g_string_new (NULL);

  g_string_append_printf (sdp,
      "v=0\r\no=- %u 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=ice-lite\r\n"
      "a=group:BUNDLE",
      g_random_int ());
  for (guint i = 0; i < offer->n_media; i++)
    g_string_append_printf (sdp, " %s", offer->media[i].mid);
  g_string_append (sdp, "\r\n");
  for (guint i = 0; i < offer->n_media; i++)
    write_media (answer, offer, &offer->media[i], sdp);
  return g_string_free (sdp, FALSE);
}
