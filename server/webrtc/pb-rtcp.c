/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Sender reports out, requests for lost packets in. */
#include "webrtc/pb-rtcp.h"

#include <string.h>

#define SENDER_REPORT 200
#define SOURCE_DESCRIPTION 202
#define TRANSPORT_FEEDBACK 205
#define GENERIC_NACK 1
#define CNAME 1
/* From 1900 to 1970. */
#define NTP_EPOCH G_GUINT64_CONSTANT (2208988800)

static void
put_32 (guint8 *at, guint32 value)
{
  value = GUINT32_TO_BE (value);
  memcpy (at, &value, sizeof value);
}

static guint32
get_32 (const guint8 *at)
{
  guint32 value;

  memcpy (&value, at, sizeof value);
  return GUINT32_FROM_BE (value);
}

static void
put_header (guint8 *at, guint count, guint8 type, gsize size)
{
  at[0] = (guint8) (0x80 | count);
  at[1] = type;
  at[2] = 0;
  at[3] = (guint8) (size / 4 - 1);
}

/**
 * pb_rtcp_write_report:
 * @report: what to say
 * @out: a sender report and the CNAME
 *
 * Returns: %PB_RTCP_REPORT_BYTES
 */
gsize
pb_rtcp_write_report (
    const PbRtcpReport *report, guint8 out[PB_RTCP_REPORT_BYTES])
{
  static const gchar name[] = "pitbox";
  guint64 us = (guint64) MAX (report->utc_us, 0);

  memset (out, 0, PB_RTCP_REPORT_BYTES);
  put_header (out, 0, SENDER_REPORT, 28);
  put_32 (out + 4, report->ssrc);
  put_32 (out + 8, (guint32) (us / G_USEC_PER_SEC + NTP_EPOCH));
  put_32 (out + 12, (guint32) (((us % G_USEC_PER_SEC) << 32) / G_USEC_PER_SEC));
  put_32 (out + 16, report->rtp);
  put_32 (out + 20, report->packets);
  put_32 (out + 24, report->bytes);
  put_header (out + 28, 1, SOURCE_DESCRIPTION, 24);
  put_32 (out + 32, report->ssrc);
  out[36] = CNAME;
  out[37] = sizeof name - 1;
  memcpy (out + 38, name, sizeof name - 1);
  return PB_RTCP_REPORT_BYTES;
}

static void
read_nack (const guint8 *fci, gsize size, PbRtcpLostFunc func, gpointer data)
{
  for (gsize at = 0; at + 4 <= size; at += 4) {
    guint32 word = get_32 (fci + at);
    guint16 seq = (guint16) (word >> 16);

    func (seq, data);
    for (guint i = 0; i < 16; i++) {
      if (word >> i & 1)
        func ((guint16) (seq + 1 + i), data);
    }
  }
}

/**
 * pb_rtcp_read:
 * @packet: a compound packet, any bytes
 * @size: how many
 * @ssrc: of the video
 * @func: called for each packet of @ssrc that was lost
 * @user_data: for @func
 *
 * What is not well formed is left out.
 */
void
pb_rtcp_read (const guint8 *packet, gsize size, guint32 ssrc,
    PbRtcpLostFunc func, gpointer user_data)
{
  gsize at = 0;

  while (at + 4 <= size) {
    const guint8 *header = packet + at;
    gsize length = 4 * ((gsize) (header[2] << 8 | header[3]) + 1);

    if (header[0] >> 6 != 2 || length > size - at)
      return;
    if (header[1] == TRANSPORT_FEEDBACK && (header[0] & 0x1f) == GENERIC_NACK
        && length >= 12 && get_32 (header + 8) == ssrc)
      read_nack (header + 12, length - 12, func, user_data);
    at += length;
  }
}
