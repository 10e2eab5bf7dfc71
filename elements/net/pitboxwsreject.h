/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Why a server does not take units over a WebSocket, in words. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

gboolean pitbox_ws_is_refusal (guint code);
GError *pitbox_ws_reject_error (
    guint code, const gchar *peer, const gchar *reason);

G_END_DECLS
