/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the driver should do about a server that does not take the stream. */
#pragma once

#include "pb-transport.h"

#include <gst/gst.h>

G_BEGIN_DECLS

gboolean pb_refusal_read_code (const GstStructure *message, gint *code);
gboolean pb_refusal_is_srt (gint code);
gboolean pb_refusal_is_final (gint code);
PbTransportTrouble pb_refusal_to_trouble (gint code);
gchar *pb_refusal_advise (
    const PbConfig *config, gint code, const GError *error);

G_END_DECLS
