/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What both ends of an SRT connection share: library life, options, addresses,
 * rejections in words. */
#pragma once

#include <gio/gio.h>
#include <gst/gst.h>
#include <srt/srt.h>

G_BEGIN_DECLS

/* Seven TS packets, the most that fits one UDP datagram on Ethernet. */
#define PITBOX_SRT_MESSAGE_BYTES 1316
#define PITBOX_SRT_TS_PACKET_BYTES 188
/* Measured at 5 % loss and 50 ms round trip; 4 x RTT is enough. */
#define PITBOX_SRT_DEFAULT_LATENCY_MS 120

/* Rejections a caller of pitboxsrtsrc can get, beside libsrt's own. The values
 * are those of SRT's access control guideline (HTTP's + 1000). */
typedef enum {
  PITBOX_SRT_REJECT_STREAM_ID = 1400,
  PITBOX_SRT_REJECT_REVOKED = 1401,
  PITBOX_SRT_REJECT_FULL = 1402,
  PITBOX_SRT_REJECT_DRIVER = 1403,
  PITBOX_SRT_REJECT_UNKNOWN_DEVICE = 1404,
  PITBOX_SRT_REJECT_MODE = 1405,
  PITBOX_SRT_REJECT_UNKNOWN_DRIVER = 1406,
  PITBOX_SRT_REJECT_CONTESTED = 1409,
  PITBOX_SRT_REJECT_NOT_LIVE = 1424,
  PITBOX_SRT_REJECT_INTERNAL = 1500,
  PITBOX_SRT_REJECT_NOT_READY = 1503,
} PitboxSrtReject;

gboolean pitbox_srt_startup (GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pitbox_srt_cleanup (void);

const gchar *pitbox_srt_reject_words (int code, gboolean with_passphrase);
const gchar *pitbox_srt_reader_reject_words (
    int code, gboolean with_passphrase);
GError *pitbox_srt_reject_error (
    int code, gboolean reads, gboolean with_passphrase, const gchar *peer);
gboolean pitbox_srt_passphrase_is_valid (const gchar *passphrase);
void pitbox_srt_free_secret (gchar *secret);

gboolean pitbox_srt_set (SRTSOCKET sock, SRT_SOCKOPT option, const void *value,
    gsize size, const gchar *what, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pitbox_srt_set_int (SRTSOCKET sock, SRT_SOCKOPT option, gint value,
    const gchar *what, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pitbox_srt_set_bool (SRTSOCKET sock, SRT_SOCKOPT option,
    gboolean value, const gchar *what,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
gint pitbox_srt_get_int (SRTSOCKET sock, SRT_SOCKOPT option, gint fallback);

GList *pitbox_srt_resolve (const gchar *host, guint port,
    GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pitbox_srt_to_native (GSocketAddress *address,
    struct sockaddr_storage *native, int *size,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
gchar *pitbox_srt_address_to_string (const struct sockaddr *address, int size);

/* A live message is at most 1,456 bytes. */
#define PITBOX_SRT_RECEIVE_BYTES 1500

gsize pitbox_srt_receive (
    SRTSOCKET sock, guint8 *data, gsize size, guint batch_ms, gint64 *age_us);

G_END_DECLS
