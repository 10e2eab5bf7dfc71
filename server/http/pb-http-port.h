/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbHttpPort: the TCP port in front of SoupServer: how many, and how long. */
#pragma once

#include <libsoup/soup.h>

#include "http/pb-guard.h"
#include "http/pb-tls.h"

G_BEGIN_DECLS

/** PB_HTTP_PORT_MAX: connections at a time, where descriptors are plenty; one
 * more ends the oldest. */
#define PB_HTTP_PORT_MAX 256
/** PB_HTTP_PORT_SHARE: of them one address has one in so many; one more ends its
 * own oldest. */
#define PB_HTTP_PORT_SHARE 2
/** PB_HTTP_PORT_IDLE_S: seconds without a byte either way. */
#define PB_HTTP_PORT_IDLE_S 15
/** PB_HTTP_PORT_TOTAL_S: seconds from connecting to the end of the reply. */
#define PB_HTTP_PORT_TOTAL_S 120

/** PB_HTTP_PORT_HANDSHAKE_S: seconds of them for TLS to begin. */
#define PB_HTTP_PORT_HANDSHAKE_S 5

/** PB_HTTP_PORT_HEAD_BYTES: of a request; browsers send 1 to 2 kB, and
 * SoupServer gives up at 64 KiB without a word. */
#define PB_HTTP_PORT_HEAD_BYTES 32768

/**
 * PbHttpPortConfig:
 * @server: what answers; outlives the port
 * @guard: knows the proxies and counts handshakes; outlives the port
 * @bind: an IPv4 or IPv6 address
 * @port: 0 takes any
 * @max: connections at a time, see pb_http_port_limit()
 * @tls: (nullable): its certificate; outlives the port
 * @head_reply: a whole HTTP reply, at most some hundred bytes, for a head of
 *   more than %PB_HTTP_PORT_HEAD_BYTES
 * @plain_reply: likewise, for who speaks without TLS
 */
typedef struct {
  SoupServer *server;
  PbGuard *guard;
  const gchar *bind;
  guint16 port;
  guint max;
  PbTls *tls;
  const gchar *head_reply;
  const gchar *plain_reply;
} PbHttpPortConfig;

typedef struct _PbHttpPort PbHttpPort;

guint pb_http_port_limit (guint n_files);
PbHttpPort *pb_http_port_new (
    const PbHttpPortConfig *config, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_http_port_free (PbHttpPort *self);
void pb_http_port_refuse (
    PbHttpPort *self, SoupServerMessage *message, const gchar *reply);
GIOStream *pb_http_port_detach (PbHttpPort *self, SoupServerMessage *message);
void pb_http_port_cut (PbHttpPort *self, SoupServerMessage *message);
guint16 pb_http_port_get_port (PbHttpPort *self);

G_END_DECLS
