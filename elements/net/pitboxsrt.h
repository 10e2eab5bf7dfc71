/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What both ends of an SRT connection share: library life, options,
 * addresses. */
#pragma once

#include <gio/gio.h>
#include <gst/gst.h>
#include <srt/srt.h>

#include "pitboxsecret.h"
#include "pitboxsrtreject.h"

G_BEGIN_DECLS

/* Seven TS packets, the most that fits one UDP datagram on Ethernet. */
#define PITBOX_SRT_MESSAGE_BYTES 1316
#define PITBOX_SRT_TS_PACKET_BYTES 188

gboolean pitbox_srt_startup (GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pitbox_srt_cleanup (void);

gboolean pitbox_srt_set (SRTSOCKET sock, SRT_SOCKOPT option, const void *value,
    gsize size, const gchar *what, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pitbox_srt_set_int (SRTSOCKET sock, SRT_SOCKOPT option, gint value,
    const gchar *what, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pitbox_srt_set_bool (SRTSOCKET sock, SRT_SOCKOPT option,
    gboolean value, const gchar *what,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
gint pitbox_srt_get_int (SRTSOCKET sock, SRT_SOCKOPT option, gint fallback);

typedef enum {
  PITBOX_SRT_CONNECT_UNDECIDED,
  PITBOX_SRT_CONNECT_DONE,
  PITBOX_SRT_CONNECT_FAILED,
} PitboxSrtConnect;

PitboxSrtConnect pitbox_srt_connect_result (
    SRT_SOCKSTATUS status, int reason, gint64 broken_us);

GList *pitbox_srt_resolve (const gchar *host, guint port,
    GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pitbox_srt_to_native (GSocketAddress *address,
    struct sockaddr_storage *native, int *size,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
gchar *pitbox_srt_address_to_string (const struct sockaddr *address, int size);

SRTSOCKET pitbox_srt_listen (const gchar *address, guint port, guint latency_ms,
    int backlog, srt_listen_callback_fn *callback, gpointer opaque,
    guint *bound, int *fd, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A live message is at most 1,456 bytes. */
#define PITBOX_SRT_RECEIVE_BYTES 1500

gsize pitbox_srt_receive (
    SRTSOCKET sock, guint8 *data, gsize size, guint batch_ms, gint64 *age_us);

G_END_DECLS
