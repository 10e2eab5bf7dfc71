/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What this process writes, and what it holds, is its user's own. */
#include "pb-private-files.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

/* Which parts of the memory a core has: none. Linux only. */
#define CORE_FILTER "/proc/self/coredump_filter"

/**
 * pb_private_files:
 *
 * Before the first file: recordings, the database and its log have no other
 * readers, whatever the folder that they are in lets through.
 */
void
pb_private_files (void)
{
  umask (077);
}

/**
 * pb_private_files_tighten:
 * @path: a file or folder of ours, which need not exist
 *
 * A folder that was copied, or made by hand, may have been made for everybody.
 * SQLite gives its log the mode of the database, not that of the umask. Says so
 * in the log where it changes something.
 */
void
pb_private_files_tighten (const gchar *path)
{
  struct stat info;

  if (stat (path, &info) != 0 || (info.st_mode & 077) == 0)
    return;
  if (chmod (path, info.st_mode & 07700) == 0)
    g_message ("%s was open to others on this machine (mode %03o); it is not "
               "any more",
        path, (guint) info.st_mode & 0777);
  else
    g_warning (
        "%s is open to others on this machine (mode %03o), and stays so: "
        "%s",
        path, (guint) info.st_mode & 0777, g_strerror (errno));
}

/**
 * pb_private_memory:
 *
 * A core file has every key and password of the moment in it, and lies wherever
 * the system puts them. A handler that takes cores by a pipe does not need to
 * obey the limit: what it gets has no memory in it.
 */
void
pb_private_memory (void)
{
  const struct rlimit none = { 0, 0 };
  const int filter = open (CORE_FILTER, O_WRONLY | O_CLOEXEC);

  setrlimit (RLIMIT_CORE, &none);
  if (filter < 0)
    return;
  if (write (filter, "0", 1) != 1)
    g_debug ("%s: %s", CORE_FILTER, g_strerror (errno));
  close (filter);
}
