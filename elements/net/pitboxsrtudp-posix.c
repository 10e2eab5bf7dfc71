/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A UDP socket whose reads wait longer than libsrt lets its own wait. */
#define _DEFAULT_SOURCE

#include "pitboxsrtudp.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* libsrt gives each read of its receiving thread 10 ms: 100 wake-ups a second,
 * each dearer than what it does. A sender has nothing to look after between two
 * packets of its peer but time-outs of 250 ms and more: peers that report losses
 * are not sent anything again by time. 150 ms outlast the time between two
 * acknowledgements of units of six rows. */
#define READ_WAIT_US 50000
#define SENDER_READ_WAIT_US 150000

static int
open_any_port (int family)
{
  struct sockaddr_storage any;
  socklen_t size = family == AF_INET6 ? sizeof (struct sockaddr_in6)
                                      : sizeof (struct sockaddr_in);
  int fd = socket (family, SOCK_DGRAM, IPPROTO_UDP);

  if (fd < 0)
    return -1;
  /* All zero: any address, any port. */
  memset (&any, 0, sizeof any);
  any.ss_family = (sa_family_t) family;
  if (fcntl (fd, F_SETFD, FD_CLOEXEC) != 0
      || bind (fd, (struct sockaddr *) &any, size) != 0) {
    close (fd);
    return -1;
  }
  return fd;
}

/**
 * pitbox_srt_bind_patient:
 * @sock: an SRT caller that is not connected
 * @family: AF_INET or AF_INET6, the peer's
 * @sends: %TRUE if nothing but acknowledgements and loss reports will come
 *
 * Saves wake-ups, nothing else: where it cannot be done, libsrt opens its own
 * UDP socket when it connects.
 */
void
pitbox_srt_bind_patient (SRTSOCKET sock, int family, gboolean sends)
{
  const struct timeval wait = { 0, sends ? SENDER_READ_WAIT_US : READ_WAIT_US };
  int fd = open_any_port (family);

  if (fd < 0)
    return;
  if (srt_bind_acquire (sock, fd) == SRT_ERROR) {
    close (fd);
    return;
  }
  /* From here on the descriptor is libsrt's, which has just set its own wait
   * and does not set it again. */
  (void) setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
}
