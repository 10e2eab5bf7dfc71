/* SPDX-License-Identifier: LGPL-2.1-or-later
 * As many open files as the system grants. */
#include "pb-file-limit.h"

#include <sys/resource.h>

/**
 * pb_file_limit_raise:
 *
 * A driver's session, a request and a file each take descriptors; viewers
 * share one socket. Takes what the hard limit grants.
 *
 * Returns: descriptors that this process may have; 0 = as many as it likes
 */
guint
pb_file_limit_raise (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0)
    return 0;
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
  getrlimit (RLIMIT_NOFILE, &limit);
  return limit.rlim_cur >= G_MAXUINT ? 0 : (guint) limit.rlim_cur;
}
