/* SPDX-License-Identifier: LGPL-2.1-or-later
 * UDP sockets for libsrt: one that does not wake its reader for nothing, and one
 * that does not hear everybody. */
#pragma once

#include "pitboxsrt.h"
#include "pitboxsrtshun.h"

G_BEGIN_DECLS

void pitbox_srt_bind_patient (SRTSOCKET sock, int family, gboolean sends);
gboolean pitbox_srt_bind_listener (
    SRTSOCKET sock, const struct sockaddr *address, int size, int *fd);
void pitbox_srt_hear_all_but (
    int fd, const PitboxSrtOrigin *origins, guint n_origins);

G_END_DECLS
