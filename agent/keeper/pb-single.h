/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One agent for a device in a session of the desktop. */
#pragma once

#include "pb-config.h"

G_BEGIN_DECLS

gboolean pb_single_claim (const PbConfig *config) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
