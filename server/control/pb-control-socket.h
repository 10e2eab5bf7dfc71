/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbControlSocket: one WebSocket of the control channel and its limits. */
#pragma once

#include <libsoup/soup.h>

#include "auth/pb-principal.h"
#include "pb-control-message.h"

G_BEGIN_DECLS

/** PB_CONTROL_HELLO_S: seconds in which the first message must come. */
#define PB_CONTROL_HELLO_S 5
/** PB_CONTROL_PING_S: seconds between pings. */
#define PB_CONTROL_PING_S 5
/** PB_CONTROL_SILENT_S: seconds without a message or an answer to a ping. */
#define PB_CONTROL_SILENT_S 15
/** PB_CONTROL_BURST: messages that may come at once. */
#define PB_CONTROL_BURST 40
/** PB_CONTROL_PER_S: messages that may come a second for long. */
#define PB_CONTROL_PER_S 10
/** PB_CONTROL_UNANSWERED_BYTES: sent and not followed by an answer to a ping;
 * more is a peer that does not read. */
#define PB_CONTROL_UNANSWERED_BYTES (4 * 1024 * 1024)

/* Why a socket was closed; beside those of RFC 6455, 7.4.1. */
typedef enum {
  PB_CONTROL_CLOSE_REPLACED = 4001,
  PB_CONTROL_CLOSE_WITHDRAWN = 4003,
  PB_CONTROL_CLOSE_TOO_OLD = 4010,
  PB_CONTROL_CLOSE_TOO_NEW = 4011,
} PbControlClose;

/* Main thread only. */
typedef struct _PbControlSocket PbControlSocket;

/**
 * PbControlSocketEvents:
 * @message: a valid message came; closing the socket from within is fine
 * @closed: it is over; the socket may be freed from within
 */
typedef struct {
  void (*message) (PbControlSocket *socket, const gchar *type,
      JsonObject *message, gpointer user_data);
  void (*closed) (PbControlSocket *socket, gpointer user_data);
} PbControlSocketEvents;

PbControlSocket *pb_control_socket_new (SoupWebsocketConnection *connection,
    PbPrincipal *principal, const PbControlSocketEvents *events,
    gpointer user_data);
void pb_control_socket_free (PbControlSocket *socket);
PbPrincipal *pb_control_socket_get_principal (PbControlSocket *socket);
gboolean pb_control_socket_has_hello (PbControlSocket *socket);
void pb_control_socket_send (PbControlSocket *socket, JsonBuilder *builder);
void pb_control_socket_send_text (PbControlSocket *socket, const gchar *text);
void pb_control_socket_send_error (PbControlSocket *socket, const gchar *code,
    const gchar *about, const gchar *message);
void pb_control_socket_close (
    PbControlSocket *socket, gushort code, const gchar *reason);
void pb_control_socket_tick (PbControlSocket *socket, gint64 now_us);

G_END_DECLS
