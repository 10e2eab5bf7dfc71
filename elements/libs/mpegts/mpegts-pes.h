/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Writes PES packets as MPEG-TS packets. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define MPEGTS_STREAM_ID_PRIVATE 0xbd
#define MPEGTS_STREAM_ID_VIDEO 0xe0

void mpegts_pes_write (GByteArray *out, guint16 pid, guint8 *continuity,
    guint8 stream_id, guint64 pts, guint64 pcr, gboolean random_access,
    const guint8 *payload, gsize size);

G_END_DECLS
