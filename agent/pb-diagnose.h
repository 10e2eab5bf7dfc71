/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Checks everything a stream needs and says what to do. */
#pragma once

#include "pb-config.h"

G_BEGIN_DECLS

gboolean pb_diagnose (const PbConfig *config);
void pb_diagnose_at_work (const PbConfig *config, GString *out);

G_END_DECLS
