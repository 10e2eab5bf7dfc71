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
