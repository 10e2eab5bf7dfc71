/* SPDX-License-Identifier: LGPL-2.1-or-later
 * As many open files as the system grants. */
#include "pb-file-limit.h"

#include <sys/resource.h>

/**
 * pb_file_limit_raise:
 *
 * A WebRTC viewer takes 19 file descriptors (measured), so that the usual soft
 * limit of 1,024 ends at 50 viewers: takes what the hard limit grants.
 */
void
pb_file_limit_raise (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0
      || limit.rlim_cur == limit.rlim_max)
    return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
}
