/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a run of the agent leaves behind: its log, reports of its crashes. */
#pragma once

#include "pb-config.h"

G_BEGIN_DECLS

void pb_traces_begin (const PbConfig *config, gboolean is_keeper);

G_END_DECLS
