/* SPDX-License-Identifier: LGPL-2.1-or-later
 * UDP sockets for libsrt: one whose reads wait longer than libsrt lets its own
 * wait, and one that the kernel keeps some callers' handshakes from. */
#define _DEFAULT_SOURCE

#include "pitboxsrtudp.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/filter.h>
#endif

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

static int
open_port (const struct sockaddr *address, int size)
{
  const int off = 0;
  int fd = socket (address->sa_family, SOCK_DGRAM, IPPROTO_UDP);

  if (fd < 0)
    return -1;
  if (fcntl (fd, F_SETFD, FD_CLOEXEC) == 0
      && (address->sa_family != AF_INET6
          || setsockopt (fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) == 0)
      && bind (fd, address, (socklen_t) size) == 0)
    return fd;
  close (fd);
  return -1;
}

/**
 * pitbox_srt_bind_listener:
 * @sock: an SRT socket
 * @address: where to listen
 * @size: of @address
 * @fd: (out): for pitbox_srt_hear_all_but() as long as @sock is open; -1 where
 *   the UDP socket is libsrt's own
 *
 * A port that this process had a moment ago is libsrt's still, and only it can
 * have it again at once; it also says best why a port is not to be had.
 *
 * Returns: %FALSE where libsrt's last error says why
 */
gboolean
pitbox_srt_bind_listener (
    SRTSOCKET sock, const struct sockaddr *address, int size, int *fd)
{
  *fd = open_port (address, size);
  if (*fd >= 0 && srt_bind_acquire (sock, *fd) != SRT_ERROR)
    return TRUE;
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
  return srt_bind (sock, address, size) != SRT_ERROR;
}

#ifdef __linux__

/* SRT's first word is that of a handshake; the packet begins with UDP's head. */
#define FIRST_WORD 8
#define HANDSHAKE 0x80000000u
#define IPV4_SOURCE (SKF_NET_OFF + 12)
#define IPV6_SOURCE (SKF_NET_OFF + 8)
#define PER_ORIGIN 5
#define MAX_STEPS (16 + PER_ORIGIN * PITBOX_SRT_SHUN_MAX)

typedef struct {
  struct sock_filter steps[MAX_STEPS];
  unsigned short n;
} Filter;

static void
add (Filter *filter, guint code, guint yes, guint no, guint32 k)
{
  filter->steps[filter->n++] =
      (struct sock_filter){ (guint16) code, (guint8) yes, (guint8) no, k };
}

#define LOAD (BPF_LD | BPF_W | BPF_ABS)
#define IF_EQUAL (BPF_JMP | BPF_JEQ | BPF_K)
#define RETURN (BPF_RET | BPF_K)
#define TAKE G_MAXUINT32

static void
add_origins (Filter *filter, gboolean is_v6, const PitboxSrtOrigin *origins,
    guint n_origins)
{
  for (guint i = 0; i < n_origins; i++) {
    if (origins[i].is_v6 != is_v6)
      continue;
    add (filter, LOAD, 0, 0, is_v6 ? IPV6_SOURCE : IPV4_SOURCE);
    add (filter, IF_EQUAL, 0, is_v6 ? 3 : 1, origins[i].words[0]);
    if (is_v6) {
      add (filter, LOAD, 0, 0, IPV6_SOURCE + 4);
      add (filter, IF_EQUAL, 0, 1, origins[i].words[1]);
    }
    add (filter, RETURN, 0, 0, 0);
  }
  add (filter, RETURN, 0, 0, TAKE);
}

/**
 * pitbox_srt_hear_all_but:
 * @fd: of pitbox_srt_bind_listener(); nothing is done without one
 * @origins: whose handshakes the kernel drops
 * @n_origins: at most %PITBOX_SRT_SHUN_MAX
 *
 * Streams that run go on, whoever's they are.
 */
void
pitbox_srt_hear_all_but (
    int fd, const PitboxSrtOrigin *origins, guint n_origins)
{
  Filter filter = { .n = 0 };
  const struct sock_fprog *program;
  unsigned short to_v6;

  if (fd < 0)
    return;
  add (&filter, LOAD, 0, 0, FIRST_WORD);
  add (&filter, IF_EQUAL, 1, 0, HANDSHAKE);
  add (&filter, RETURN, 0, 0, TAKE);
  /* IP's version stands in the upper half of its first byte. */
  add (&filter, BPF_LD | BPF_B | BPF_ABS, 0, 0, (guint32) SKF_NET_OFF);
  add (&filter, BPF_ALU | BPF_RSH | BPF_K, 0, 0, 4);
  add (&filter, IF_EQUAL, 1, 0, 4);
  to_v6 = filter.n;
  add (&filter, BPF_JMP | BPF_JA, 0, 0, 0);
  add_origins (&filter, FALSE, origins, n_origins);
  filter.steps[to_v6].k = (guint32) (filter.n - to_v6 - 1);
  add_origins (&filter, TRUE, origins, n_origins);
  program = &(struct sock_fprog){ filter.n, filter.steps };
  if (setsockopt (fd, SOL_SOCKET, SO_ATTACH_FILTER, program, sizeof *program)
      != 0)
    g_debug ("SO_ATTACH_FILTER: %s", g_strerror (errno));
}

#else

void
pitbox_srt_hear_all_but (
    int fd, const PitboxSrtOrigin *origins, guint n_origins)
{
}

#endif
