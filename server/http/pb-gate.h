/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Whether a request may go on; who may not is told why. */
#pragma once

#include "http/pb-guard.h"

G_BEGIN_DECLS

gboolean pb_gate_check (PbGuard *guard, SoupServerMessage *message,
    const PbPrincipal *principal, guint action);
gboolean pb_gate_check_origin (SoupServerMessage *message);

G_END_DECLS
