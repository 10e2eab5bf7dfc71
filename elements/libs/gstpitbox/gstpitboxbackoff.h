/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How long to wait before the next attempt. */
#pragma once

#include <gstpitbox/gstpitboxapi.h>
#include <glib.h>

G_BEGIN_DECLS

GST_PITBOX_API guint gst_pitbox_backoff_ms (
    guint attempt, guint base_ms, guint max_ms, gdouble jitter);

G_END_DECLS
