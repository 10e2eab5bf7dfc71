/* SPDX-License-Identifier: LGPL-2.1-or-later
 * `pitbox-agent --selftest video`. */
#pragma once

#include "pb-config.h"

G_BEGIN_DECLS

gboolean pb_video_test (const PbConfig *config) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
