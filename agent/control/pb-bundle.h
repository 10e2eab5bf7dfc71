/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbBundle: what people need to know to help a driver from afar, as one text
 * without secrets. */
#pragma once

#include "pb-config.h"

G_BEGIN_DECLS

/** PB_BUNDLE_LOG_LINES: of the log, the last; fewer where the size says so. */
#define PB_BUNDLE_LOG_LINES 200

gchar *pb_bundle_make (const PbConfig *config, const gchar *status,
    gchar **log) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
