/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbTlsStream: a client's connection, encrypted; nothing in it ever waits. */
#pragma once

#include <gio/gio.h>
#include <openssl/ssl.h>

G_BEGIN_DECLS

/**
 * PbTlsVerdict:
 * @PB_TLS_AGAIN: call again when the socket is ready for more
 * @PB_TLS_DONE: the handshake is over, the stream is open
 * @PB_TLS_PLAIN: the client speaks HTTP without TLS
 * @PB_TLS_FAILED: no common version or cipher, garbage, gone or out of time
 */
typedef enum {
  PB_TLS_AGAIN,
  PB_TLS_DONE,
  PB_TLS_PLAIN,
  PB_TLS_FAILED,
} PbTlsVerdict;

GIOStream *pb_tls_stream_new (GSocketConnection *connection, SSL *ssl);
GSocketConnection *pb_tls_stream_get_connection (GIOStream *stream);
PbTlsVerdict pb_tls_stream_handshake (GIOStream *stream, GIOCondition *want);

G_END_DECLS
