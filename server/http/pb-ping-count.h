/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbPingCount: how many pings are in a WebSocket's bytes (RFC 6455, 5.2); pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Two bytes, a length of eight and a mask of four. */
#define PB_PING_HEAD_MAX_BYTES 14

/**
 * PbPingCount:
 *
 * Of one connection; zeroed at the start.
 */
typedef struct {
  guint8 head[PB_PING_HEAD_MAX_BYTES]; /* of a frame, as far as it has come */
  guint n_head;
  guint64 left; /* bytes of a frame that are no head */
} PbPingCount;

guint pb_ping_count_take (PbPingCount *self, const guint8 *bytes, gsize size);

G_END_DECLS
