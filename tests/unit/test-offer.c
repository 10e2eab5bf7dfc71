/* SPDX-License-Identifier: LGPL-2.1-or-later
 * WHEP offers: what is taken, what is refused and why, what is answered. */
#include <glib.h>
#include <string.h>

#include "../lib/pb-test-offers.h"
#include "webrtc/pb-answer.h"

static gboolean
parse (const gchar *text, PbOffer *offer, GError **error)
{
  return pb_offer_parse (offer, text, strlen (text), error);
}

static gchar *
write_answer (const PbOffer *offer)
{
  PbAnswer answer = {
    .ice_ufrag = "Abcd1234",
    .ice_pwd = "0123456789abcdef0123456789abcdef",
    .fingerprint = "sha-256 00:11",
    .candidates = "a=candidate:1 1 udp 1 127.0.0.1 5 typ host\r\n",
    .ssrc = 1000,
    .rtx_ssrc = 1001,
    .audio_ssrc = 1002,
  };

  return pb_answer_to_sdp (&answer, offer);
}

static void
test_chrome (void)
{
  PbOffer offer;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *sdp = NULL;

  g_assert_true (parse (pb_test_offer_chrome, &offer, &error));
  g_assert_no_error (error);
  g_assert_true (offer.has_video);
  g_assert_true (offer.has_data);
  g_assert_cmpuint (offer.n_media, ==, 2);
  /* Packetization mode 1 of constrained baseline, not the first H.264. */
  g_assert_cmpint (offer.pt, ==, 109);
  g_assert_cmpint (offer.rtx_pt, ==, 114);
  g_assert_cmpstr (offer.profile_level_id, ==, "42e01f");
  g_assert_cmpuint (offer.sctp_port, ==, 5000);
  g_assert_cmpuint (offer.max_message_bytes, ==, 262144);
  sdp = write_answer (&offer);
  g_assert_null (strstr (sdp, ".local"));
  g_assert_null (strstr (sdp, "VP8"));
  g_assert_nonnull (strstr (sdp, "a=group:BUNDLE 0 1\r\n"));
  g_assert_nonnull (strstr (sdp, "m=video 9 UDP/TLS/RTP/SAVPF 109 114\r\n"));
  g_assert_nonnull (strstr (sdp, "a=ice-lite\r\n"));
  g_assert_nonnull (strstr (sdp, "a=sendonly\r\n"));
  g_assert_nonnull (strstr (sdp, "a=setup:passive\r\n"));
  g_assert_nonnull (strstr (sdp, "a=ssrc-group:FID 1000 1001\r\n"));
}

static void
test_data_only (void)
{
  PbOffer offer;
  g_autofree gchar *sdp = NULL;

  g_assert_true (parse (pb_test_offer_data, &offer, NULL));
  g_assert_false (offer.has_video);
  g_assert_true (offer.has_data);
  g_assert_cmpint (offer.pt, ==, -1);
  sdp = write_answer (&offer);
  g_assert_null (strstr (sdp, "m=video"));
}

static void
test_audio_is_answered_inactive (void)
{
  g_autofree gchar *text =
      pb_test_replace (pb_test_offer_chrome, "m=application",
          "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:2\r\n"
          "a=recvonly\r\nm=application");
  g_autofree gchar *bundled =
      pb_test_replace (text, "BUNDLE 0 1", "BUNDLE 0 2 1");
  g_autofree gchar *sdp = NULL;
  PbOffer offer;
  g_autoptr (GError) error = NULL;

  g_assert_true (parse (bundled, &offer, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (offer.n_media, ==, 3);
  g_assert_cmpint (offer.media[1].kind, ==, PB_OFFER_UNUSED);
  sdp = write_answer (&offer);
  g_assert_nonnull (strstr (sdp, "m=audio 9 "));
  g_assert_nonnull (strstr (sdp, "a=mid:2\r\n"));
  g_assert_nonnull (strstr (sdp, "a=inactive\r\n"));
}

static gchar *
add_audio (const gchar *section)
{
  g_autofree gchar *more = g_strconcat (section, "m=application", NULL);
  g_autofree gchar *text =
      pb_test_replace (pb_test_offer_chrome, "m=application", more);

  return pb_test_replace (text, "BUNDLE 0 1", "BUNDLE 0 2 1");
}

#define CHROME_AUDIO \
  "m=audio 9 UDP/TLS/RTP/SAVPF 63 111 9\r\na=mid:2\r\na=recvonly\r\n" \
  "a=rtcp-mux\r\na=rtpmap:63 red/48000/2\r\na=rtpmap:111 opus/48000/2\r\n" \
  "a=fmtp:111 minptime=10;useinbandfec=1;stereo=1\r\na=rtpmap:9 G722/8000\r\n"

/* In one stream with the picture, by the number that the browser has for it. */
static void
test_opus_is_answered (void)
{
  g_autofree gchar *text = add_audio (CHROME_AUDIO);
  g_autofree gchar *sdp = NULL;
  g_autoptr (GError) error = NULL;
  const gchar *audio;
  PbOffer offer;

  g_assert_true (parse (text, &offer, &error));
  g_assert_no_error (error);
  g_assert_true (offer.has_audio);
  g_assert_cmpint (offer.audio_pt, ==, 111);
  g_assert_cmpint (offer.pt, ==, 109);
  sdp = write_answer (&offer);
  audio = strstr (sdp, "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n");
  g_assert_nonnull (audio);
  g_assert_nonnull (strstr (sdp, "a=msid:pitbox video\r\n"));
  g_assert_nonnull (strstr (audio, "a=msid:pitbox audio\r\n"));
  g_assert_nonnull (strstr (audio, "a=sendonly\r\n"));
  g_assert_nonnull (strstr (audio, "a=rtpmap:111 opus/48000/2\r\n"));
  g_assert_nonnull (strstr (audio, "a=ssrc:1002 cname:pitbox\r\n"));
}

/* Sound that cannot be sent costs nobody the picture. */
static void
test_audio_that_is_not_taken (void)
{
  static const gchar *const changes[][2] = {
    { "opus/48000/2", "opus/48000" },
    { "a=recvonly\r\na=rtcp-mux", "a=inactive\r\na=rtcp-mux" },
    { "a=rtcp-mux\r\na=rtpmap:63", "a=rtpmap:63" },
    { "SAVPF 63 111 9", "SAVPF 63 9" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (changes); i++) {
    g_autofree gchar *section =
        pb_test_replace (CHROME_AUDIO, changes[i][0], changes[i][1]);
    g_autofree gchar *text = add_audio (section);
    g_autofree gchar *sdp = NULL;
    PbOffer offer;

    g_assert_cmpstr (section, !=, CHROME_AUDIO);
    g_assert_true (parse (text, &offer, NULL));
    g_assert_false (offer.has_audio);
    g_assert_true (offer.has_video);
    sdp = write_answer (&offer);
    g_assert_nonnull (strstr (sdp, "a=inactive\r\n"));
    g_assert_null (strstr (sdp, "opus"));
  }
}

static const struct {
  const gchar *what;
  const gchar *from;
  const gchar *to;
  PbOfferError code;
} refused[] = {
  { "no SDP at all", "v=0", "hello", PB_OFFER_ERROR_INVALID },
  { "line without =", "s=-", "s", PB_OFFER_ERROR_INVALID },
  { "upper-case line type", "s=-", "S=-", PB_OFFER_ERROR_INVALID },
  { "port is no number", "m=video 9 ", "m=video x ", PB_OFFER_ERROR_INVALID },
  { "port too large", "m=video 9 ", "m=video 65536 ", PB_OFFER_ERROR_INVALID },
  { "port 0", "m=video 9 ", "m=video 0 ", PB_OFFER_ERROR_INVALID },
  { "unknown kind", "m=application ", "m=text ", PB_OFFER_ERROR_INVALID },
  { "payload type 128", "SAVPF 96", "SAVPF 128", PB_OFFER_ERROR_INVALID },
  { "payload type negative", "SAVPF 96", "SAVPF -1", PB_OFFER_ERROR_INVALID },
  { "plain RTP", "UDP/TLS/RTP/SAVPF 96", "RTP/AVP 96", PB_OFFER_ERROR_INVALID },
  { "no formats", "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
      "m=application 9 UDP/DTLS/SCTP", PB_OFFER_ERROR_INVALID },
  { "other application", "webrtc-datachannel", "chat", PB_OFFER_ERROR_INVALID },
  { "old SCTP", "UDP/DTLS/SCTP webrtc-datachannel", "DTLS/SCTP 5000",
      PB_OFFER_ERROR_INVALID },
  { "no sctp-port", "a=sctp-port:5000\r\n", "", PB_OFFER_ERROR_INVALID },
  { "sctp-port 0", "a=sctp-port:5000", "a=sctp-port:0",
      PB_OFFER_ERROR_INVALID },
  { "sctp-port empty", "a=sctp-port:5000",
      "a=sctp-port:", PB_OFFER_ERROR_INVALID },
  { "huge message size", "a=max-message-size:262144",
      "a=max-message-size:99999999999999999999", PB_OFFER_ERROR_INVALID },
  { "no mid", "a=mid:1\r\n", "", PB_OFFER_ERROR_INVALID },
  { "same mid", "a=mid:1\r\n", "a=mid:0\r\n", PB_OFFER_ERROR_INVALID },
  { "mid with a space", "a=mid:1\r\n", "a=mid:1 2\r\n",
      PB_OFFER_ERROR_INVALID },
  { "mid too long", "a=mid:1\r\n", "a=mid:12345678901234567\r\n",
      PB_OFFER_ERROR_INVALID },
  { "not bundled", "a=group:BUNDLE 0 1\r\n", "", PB_OFFER_ERROR_INVALID },
  { "half bundled", "BUNDLE 0 1", "BUNDLE 0", PB_OFFER_ERROR_INVALID },
  { "no rtcp-mux", "a=rtcp-mux\r\n", "", PB_OFFER_ERROR_INVALID },
  { "fingerprint too short", "0A:1B:", "0A:", PB_OFFER_ERROR_INVALID },
  { "fingerprint no hex", "0A:1B:", "0A:1G:", PB_OFFER_ERROR_INVALID },
  { "fingerprint by another hash", "sha-256", "sha-1", PB_OFFER_ERROR_INVALID },
  { "setup passive", "a=setup:actpass", "a=setup:passive",
      PB_OFFER_ERROR_INVALID },
  { "ufrag too short", "a=ice-ufrag:Xy12", "a=ice-ufrag:Xy1",
      PB_OFFER_ERROR_INVALID },
  { "ufrag with a quote", "a=ice-ufrag:Xy12", "a=ice-ufrag:Xy'12",
      PB_OFFER_ERROR_INVALID },
  { "pwd too short", "a=ice-pwd:abcdefghijklmnopqrstuvwx",
      "a=ice-pwd:abcdefghijklmnopqrstu", PB_OFFER_ERROR_INVALID },
  { "rtpmap without codec", "a=rtpmap:109 H264/90000", "a=rtpmap:109",
      PB_OFFER_ERROR_INVALID },
  { "fmtp of no payload type", "a=fmtp:109 level", "a=fmtp:9999 level",
      PB_OFFER_ERROR_INVALID },
  { "no H.264", "H264/90000", "H266/90000", PB_OFFER_ERROR_NO_H264 },
  { "mode 0 only", "packetization-mode=1", "packetization-mode=0",
      PB_OFFER_ERROR_NO_H264 },
  { "H.264 not listed", " 103 104 107 108 109 114", "",
      PB_OFFER_ERROR_NO_H264 },
};

static void
test_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++) {
    g_autofree gchar *text =
        pb_test_replace (pb_test_offer_chrome, refused[i].from, refused[i].to);
    g_autoptr (GError) error = NULL;
    PbOffer offer;

    g_test_message ("%s", refused[i].what);
    g_assert_cmpstr (text, !=, pb_test_offer_chrome);
    g_assert_false (parse (text, &offer, &error));
    g_assert_error (error, PB_OFFER_ERROR, (gint) refused[i].code);
  }
}

static void
test_limits (void)
{
  GString *text = g_string_new (pb_test_offer_chrome);
  g_autofree gchar *many = NULL;
  PbOffer offer;
  g_autoptr (GError) error = NULL;

  while (text->len + 4 <= PB_OFFER_MAX_BYTES)
    g_string_append (text, "i=-\n");
  while (text->len < PB_OFFER_MAX_BYTES)
    g_string_append_c (text, '\n');
  /* Empty lines are none of the form x=…. */
  g_string_truncate (text, text->len / 4 * 4);
  g_assert_true (pb_offer_parse (
      &offer, pb_test_offer_chrome, strlen (pb_test_offer_chrome), NULL));
  g_string_append (text, "iiiiiiii");
  g_assert_false (pb_offer_parse (&offer, text->str, text->len, &error));
  g_assert_error (error, PB_OFFER_ERROR, PB_OFFER_ERROR_TOO_LARGE);
  g_clear_error (&error);
  g_string_free (text, TRUE);

  many = pb_test_replace (pb_test_offer_chrome, "m=application",
      "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:a\r\n"
      "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:b\r\n"
      "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:c\r\nm=application");
  g_assert_false (parse (many, &offer, &error));
  g_assert_error (error, PB_OFFER_ERROR, PB_OFFER_ERROR_INVALID);
  g_clear_error (&error);

  g_assert_false (pb_offer_parse (&offer, "v=0\0\n", 5, &error));
  g_assert_error (error, PB_OFFER_ERROR, PB_OFFER_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (pb_offer_parse (&offer, "", 0, &error));
  g_assert_error (error, PB_OFFER_ERROR, PB_OFFER_ERROR_NOTHING);
}

/* Cut off anywhere: no crash, and never taken before the data section is
 * whole. */
static void
test_cut_off (void)
{
  gsize size = strlen (pb_test_offer_chrome);
  const gchar *port = strstr (pb_test_offer_chrome, "a=sctp-port");

  for (gsize n = 0; n < size; n++) {
    PbOffer offer;
    gboolean ok = pb_offer_parse (&offer, pb_test_offer_chrome, n, NULL);

    if (pb_test_offer_chrome + n < port)
      g_assert_false (ok && offer.has_data);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/offer/chrome", test_chrome);
  g_test_add_func ("/offer/data-only", test_data_only);
  g_test_add_func ("/offer/audio", test_audio_is_answered_inactive);
  g_test_add_func ("/offer/opus", test_opus_is_answered);
  g_test_add_func ("/offer/audio-not-taken", test_audio_that_is_not_taken);
  g_test_add_func ("/offer/refused", test_refused);
  g_test_add_func ("/offer/limits", test_limits);
  g_test_add_func ("/offer/cut-off", test_cut_off);
  return g_test_run ();
}
