/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a bin says about the element it chose. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define BACKEND_MESSAGE "pitbox-backend"
/* Asked upstream: its "luid" becomes that of the adapter whose memory the
 * pictures are in. */
#define BACKEND_ADAPTER_QUERY "pitbox-adapter"

void backend_refuse (const gchar *factory, const gchar *why, gpointer refused);
gchar *backend_describe_refused (const GstStructure *refused);

G_END_DECLS
