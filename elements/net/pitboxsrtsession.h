/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What only the listener does with a session. */
#pragma once

#include "pitboxsrtlistener.h"

G_BEGIN_DECLS

PitboxSrtSession *pitbox_srt_session_new (SRTSOCKET sock, const gchar *driver,
    const gchar *device, const gchar *peer);
gboolean pitbox_srt_session_is_connected (PitboxSrtSession *session);
gboolean pitbox_srt_session_is_silent (PitboxSrtSession *session);

G_END_DECLS
