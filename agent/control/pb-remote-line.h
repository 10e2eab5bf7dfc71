/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbRemoteLine: a WebSocket to the server that comes back by itself. */
#pragma once

#include <json-glib/json-glib.h>

#include "control/pb-remote.h"

G_BEGIN_DECLS

/**
 * PbRemoteLineEvents:
 * @opened: the server took the connection, and knows of us what is in its head
 * @message: it said what fits the schema
 * @closed: the connection is over; another try follows by itself
 * @withdrawn: the server takes the token no more, or for another driver
 */
typedef struct {
  void (*opened) (gpointer user_data);
  void (*message) (JsonObject *message, gpointer user_data);
  void (*closed) (gpointer user_data);
  void (*withdrawn) (gpointer user_data);
} PbRemoteLineEvents;

/* Main thread only. */
typedef struct _PbRemoteLine PbRemoteLine;

PbRemoteLine *pb_remote_line_new (const PbRemotePeer *peer,
    const PbRemoteLineEvents *events, gpointer user_data);
void pb_remote_line_free (PbRemoteLine *line);
void pb_remote_line_welcome (PbRemoteLine *line);
gboolean pb_remote_line_check (PbRemoteLine *line);
const gchar *pb_remote_line_get_words (PbRemoteLine *line);
void pb_remote_line_send_text (PbRemoteLine *line, const gchar *text);

JsonBuilder *pb_remote_line_begin (const gchar *type);
void pb_remote_line_send (PbRemoteLine *line, JsonBuilder *builder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbRemoteLine, pb_remote_line_free)

G_END_DECLS
