/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How much the program and its elements say in the log. */
#pragma once

#include "pb-log.h"

G_BEGIN_DECLS

gchar *pb_loudness_set (PbLogLevel level) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
