/* SPDX-License-Identifier: LGPL-2.1-or-later
 * On a POSIX system the system keeps what crashed. */
#include "pb-crash.h"

/**
 * pb_crash_init:
 * @folder: where reports go; made where it is missing
 * @version: of the program
 *
 * From here on a crash leaves two files on Windows, crash-TIME-PID.txt for people
 * and .dmp for debuggers, neither with what the memory held; of older ones the
 * newest four stay. Elsewhere systemd-coredump and its like do that. Main thread,
 * once.
 */
void
pb_crash_init (const gchar *folder, const gchar *version)
{
}
