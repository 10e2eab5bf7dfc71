/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Secrets out of a text that leaves this PC; pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gchar *pb_scrub (const gchar *text, const gchar *const *secrets,
    const gchar *home) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
