/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How a pitboxsrtsink or pitboxwssink is told where to send, and as whom. */
#pragma once

#include "pb-transport.h"

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * PbUplinkNoHost:
 * @problem: why the server's name leads nowhere, and what to do, in words
 * @user_data: closure
 */
typedef void (*PbUplinkNoHost) (const gchar *problem, gpointer user_data);

const gchar *pb_uplink_get_element (PbTransport transport);
gboolean pb_uplink_configure (GstElement *sink, const PbConfig *config,
    PbTransport transport, GError **error);
void pb_uplink_check_host (const PbConfig *config, GCancellable *cancellable,
    PbUplinkNoHost no_host, gpointer user_data);

G_END_DECLS
