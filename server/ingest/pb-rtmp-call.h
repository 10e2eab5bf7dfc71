/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbRtmpCall: what nginx's RTMP module tells of a publisher; pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** PB_RTMP_CALL_MAX_BYTES: nginx's buffers for what a publisher says of itself
 * are smaller. */
#define PB_RTMP_CALL_MAX_BYTES 8192

/**
 * PbRtmpCall:
 * @call: what happens: "publish", "update_publish", "publish_done", …
 * @name: the stream's name: of a device
 * @key: (nullable): that the publisher shows
 * @address: (nullable): where it is
 * @client: nginx's number of its connection
 */
typedef struct {
  gchar *call;
  gchar *name;
  gchar *key;
  gchar *address;
  gchar *client;
} PbRtmpCall;

gboolean pb_rtmp_call_parse (PbRtmpCall *call, const gchar *form, gsize size,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_rtmp_call_clear (PbRtmpCall *call);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PbRtmpCall, pb_rtmp_call_clear)

G_END_DECLS
