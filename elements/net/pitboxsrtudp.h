/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A UDP socket for libsrt that does not wake its reader for nothing. */
#pragma once

#include "pitboxsrt.h"

G_BEGIN_DECLS

void pitbox_srt_bind_patient (SRTSOCKET sock, int family, gboolean sends);

G_END_DECLS
