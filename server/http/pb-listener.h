/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbListener: a TCP socket that takes whoever comes, and rests for as long as
 * there is no descriptor. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Main thread only. */
typedef struct _PbListener PbListener;

/* @connection: (transfer none): somebody has come */
typedef void (*PbListenerTake) (
    GSocketConnection *connection, gpointer user_data);
/* There was no descriptor for who has come: let go of one. */
typedef void (*PbListenerMakeRoom) (gpointer user_data);

PbListener *pb_listener_new (const gchar *address, guint16 port,
    PbListenerTake take, PbListenerMakeRoom make_room, gpointer user_data,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_listener_free (PbListener *listener);
void pb_listener_go_on (PbListener *listener);
guint16 pb_listener_get_port (PbListener *listener);

G_END_DECLS
