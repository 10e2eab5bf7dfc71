/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What needs the password again, and where it is given. */
#pragma once

#include "http/pb-request.h"

G_BEGIN_DECLS

gboolean pb_confirm_check (PbRequest *request, const PbRoute *route);

G_END_DECLS
