/* SPDX-License-Identifier: LGPL-2.1-or-later
 * On Windows libsrt opens its own UDP socket: its reads wait for an event. */
#include "pitboxsrtudp.h"

void
pitbox_srt_bind_patient (SRTSOCKET sock, int family, gboolean sends)
{
  (void) sock;
  (void) family;
  (void) sends;
}

gboolean
pitbox_srt_bind_listener (
    SRTSOCKET sock, const struct sockaddr *address, int size, int *fd)
{
  *fd = -1;
  return srt_bind (sock, address, size) != SRT_ERROR;
}

void
pitbox_srt_hear_all_but (
    int fd, const PitboxSrtOrigin *origins, guint n_origins)
{
  (void) fd;
  (void) origins;
  (void) n_origins;
}
