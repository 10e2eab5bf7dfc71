/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How a pitboxsrtsink is told where to send, and as whom. */
#pragma once

#include "pb-config.h"

#include <gst/gst.h>

G_BEGIN_DECLS

gboolean pb_uplink_configure (
    GstElement *sink, const PbConfig *config, GError **error);

G_END_DECLS
