/* SPDX-License-Identifier: LGPL-2.1-or-later
 * WHEP offers for tests. */
#include "pb-test-offers.h"

#define TRANSPORT \
  "c=IN IP4 0.0.0.0\r\n" \
  "a=rtcp:9 IN IP4 0.0.0.0\r\n" \
  "a=candidate:1 1 udp 2113937151 6d9a2b0c-6a64-4d3c-8c8f-0a4f4a4cf6c1.local " \
  "53322 typ host generation 0 network-cost 999\r\n" \
  "a=ice-ufrag:Xy12\r\n" \
  "a=ice-pwd:abcdefghijklmnopqrstuvwx\r\n" \
  "a=ice-options:trickle\r\n" \
  "a=fingerprint:sha-256 " \
  "0A:1B:2C:3D:4E:5F:60:71:82:93:A4:B5:C6:D7:E8:F9:" \
  "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF\r\n" \
  "a=setup:actpass\r\n"

#define DATA \
  "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n" TRANSPORT \
  "a=mid:1\r\n" \
  "a=sctp-port:5000\r\n" \
  "a=max-message-size:262144\r\n"

const gchar pb_test_offer_chrome[] =
    "v=0\r\n"
    "o=- 4611731400430051336 2 IN IP4 127.0.0.1\r\n"
    "s=-\r\n"
    "t=0 0\r\n"
    "a=group:BUNDLE 0 1\r\n"
    "a=extmap-allow-mixed\r\n"
    "a=msid-semantic: WMS\r\n"
    "m=video 9 UDP/TLS/RTP/SAVPF 96 97 103 104 107 108 109 114 115 "
    "116\r\n" TRANSPORT "a=mid:0\r\n"
    "a=extmap:1 urn:ietf:params:rtp-hdrext:toffset\r\n"
    "a=extmap:3 urn:3gpp:video-orientation\r\n"
    "a=recvonly\r\n"
    "a=rtcp-mux\r\n"
    "a=rtcp-rsize\r\n"
    "a=rtpmap:96 VP8/90000\r\n"
    "a=rtcp-fb:96 goog-remb\r\n"
    "a=rtcp-fb:96 transport-cc\r\n"
    "a=rtcp-fb:96 ccm fir\r\n"
    "a=rtcp-fb:96 nack\r\n"
    "a=rtcp-fb:96 nack pli\r\n"
    "a=rtpmap:97 rtx/90000\r\n"
    "a=fmtp:97 apt=96\r\n"
    "a=rtpmap:103 H264/90000\r\n"
    "a=fmtp:103 level-asymmetry-allowed=1;packetization-mode=1;"
    "profile-level-id=42001f\r\n"
    "a=rtpmap:104 rtx/90000\r\n"
    "a=fmtp:104 apt=103\r\n"
    "a=rtpmap:107 H264/90000\r\n"
    "a=fmtp:107 level-asymmetry-allowed=1;packetization-mode=0;"
    "profile-level-id=42001f\r\n"
    "a=rtpmap:108 rtx/90000\r\n"
    "a=fmtp:108 apt=107\r\n"
    "a=rtpmap:109 H264/90000\r\n"
    "a=fmtp:109 level-asymmetry-allowed=1;packetization-mode=1;"
    "profile-level-id=42e01f\r\n"
    "a=rtpmap:114 rtx/90000\r\n"
    "a=fmtp:114 apt=109\r\n"
    "a=rtpmap:115 red/90000\r\n"
    "a=rtpmap:116 ulpfec/90000\r\n" DATA;

const gchar pb_test_offer_data[] =
    "v=0\r\n"
    "o=- 4611731400430051336 2 IN IP4 127.0.0.1\r\n"
    "s=-\r\n"
    "t=0 0\r\n"
    "a=group:BUNDLE 1\r\n"
    "a=msid-semantic: WMS\r\n" DATA;

/**
 * pb_test_replace:
 * @text: a text
 * @from: what to replace, everywhere
 * @to: by what
 *
 * Returns: (transfer full): the new text
 */
gchar *
pb_test_replace (const gchar *text, const gchar *from, const gchar *to)
{
  g_auto (GStrv) parts = g_strsplit (text, from, -1);

  return g_strjoinv (to, parts);
}
