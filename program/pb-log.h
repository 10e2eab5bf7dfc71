/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How a program of ours writes its log. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void pb_log_init (void);
gchar *pb_log_format (GLogLevelFlags level, const gchar *domain,
    const gchar *message, GDateTime *time) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
