/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Linux has no such switch for a process: its scheduler knows who sleeps. A
 * thread that shall not wait comes back from pb_usage_step_back(). */
#include "platform/pb-power.h"

#include <sys/resource.h>
#ifdef __linux__
#include <sys/syscall.h>
#include <unistd.h>
#endif

/**
 * pb_power_set:
 * @power: from now on
 *
 * Main thread only.
 *
 * Returns: %FALSE if the system has no such thing, or refuses
 */
gboolean
pb_power_set (PbPower power)
{
  return FALSE;
}

/**
 * pb_power_raise_thread:
 *
 * The calling thread does not wait for other programs of usual priority any
 * more; a user needs RLIMIT_NICE for that.
 *
 * Returns: (transfer full) (nullable): for pb_power_lower_thread(); %NULL if
 *   the system refuses
 */
gpointer
pb_power_raise_thread (void)
{
#ifdef __linux__
  const id_t thread = (id_t) syscall (SYS_gettid);
  const int nice = getpriority (PRIO_PROCESS, thread);

  if (nice > 0 && setpriority (PRIO_PROCESS, thread, 0) == 0)
    return GINT_TO_POINTER (nice);
#endif
  return NULL;
}

/**
 * pb_power_lower_thread:
 * @raised: (transfer full): of this thread
 */
void
pb_power_lower_thread (gpointer raised)
{
#ifdef __linux__
  setpriority (
      PRIO_PROCESS, (id_t) syscall (SYS_gettid), GPOINTER_TO_INT (raised));
#endif
}
