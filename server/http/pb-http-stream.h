/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbHttpStream: a client's connection that holds the head of its request to a
 * limit. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The connection of a client whose head is longer, to answer and to close. */
typedef void (*PbHttpStreamFunc) (GIOStream *connection, gpointer user_data);

GIOStream *pb_http_stream_new (GIOStream *connection, gsize head_max_bytes,
    PbHttpStreamFunc too_long, gpointer user_data);

void pb_http_stream_become_websocket (
    GIOStream *stream, gsize burst_bytes, gsize bytes_per_s);

G_END_DECLS
