/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Shared memory by shm_open(): the sim's layout on systems it does not run on,
 * for pitbox-sim and for tests. There is no event: readers look at the ticks. */
#define _POSIX_C_SOURCE 200809L

#include "irsdk-shm-os.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* "Local\Name" and "Name" are both the object "/Name". */
static bool
object_name (char *out, size_t out_bytes, const char *name)
{
  const char *backslash = strrchr (name, '\\');
  size_t n;

  if (backslash != NULL)
    name = backslash + 1;
  while (*name == '/')
    name++;
  n = strlen (name);
  if (n == 0 || n > IRSDK_SHM_MAX_NAME_BYTES || n + 2 > out_bytes
      || strchr (name, '/') != NULL)
    return false;
  out[0] = '/';
  memcpy (out + 1, name, n + 1);
  return true;
}

static bool
map_fd (IrsdkMap *map, int fd, int protection)
{
  struct stat st;
  void *base;

  if (fstat (fd, &st) != 0 || st.st_size < IRSDK_HEADER_BYTES)
    return false;
  base = mmap (NULL, (size_t) st.st_size, protection, MAP_SHARED, fd, 0);
  if (base == MAP_FAILED)
    return false;
  map->base = base;
  map->size = (size_t) st.st_size;
  map->identity[0] = (uint64_t) st.st_dev;
  map->identity[1] = (uint64_t) st.st_ino;
  return true;
}

bool
irsdk_map_open (IrsdkMap *map, const char *name)
{
  bool ok;
  int fd;

  memset (map, 0, sizeof *map);
  if (!object_name (map->name, sizeof map->name, name))
    return false;
  fd = shm_open (map->name, O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0)
    return false;
  ok = map_fd (map, fd, PROT_READ);
  close (fd);
  return ok;
}

/* Whether a process that lives writes into the object of that name. Locks end
 * with their process; what a killed one left behind has none. */
static bool
has_writer (const char *name)
{
  struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
  int fd = shm_open (name, O_RDWR | O_CLOEXEC, 0);
  bool locked;

  if (fd < 0)
    return false;
  locked = fcntl (fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  close (fd);
  return locked;
}

/* The object with all its pages, which must not be found missing later: who
 * writes into a page that does not fit gets SIGBUS. */
static bool
take_object (int fd, size_t size)
{
  struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
  const int failed = posix_fallocate (fd, 0, (off_t) size);

  errno = failed;
  return failed == 0 && fcntl (fd, F_SETLK, &lock) == 0;
}

bool
irsdk_map_create (IrsdkMap *map, const char *name, size_t size)
{
  int fd, failed;

  memset (map, 0, sizeof *map);
  if (!object_name (map->name, sizeof map->name, name)) {
    errno = EINVAL;
    return false;
  }
  if (has_writer (map->name)) {
    errno = EBUSY;
    return false;
  }
  /* An object that a killed writer left behind may still be mapped somewhere,
   * so it is not resized, which could pull pages from under a reader. */
  shm_unlink (map->name);
  fd = shm_open (map->name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0)
    return false;
  if (take_object (fd, size) && map_fd (map, fd, PROT_READ | PROT_WRITE)) {
    /* The lock holds as long as the descriptor is open. */
    map->handle = (void *) (intptr_t) (fd + 1);
    return true;
  }
  failed = errno;
  close (fd);
  shm_unlink (map->name);
  errno = failed;
  return false;
}

static bool
names_this_object (const IrsdkMap *map)
{
  struct stat st;
  bool same;
  int fd = shm_open (map->name, O_RDONLY | O_CLOEXEC, 0);

  if (fd < 0)
    return false;
  same = fstat (fd, &st) == 0 && map->identity[0] == (uint64_t) st.st_dev
         && map->identity[1] == (uint64_t) st.st_ino;
  close (fd);
  return same;
}

void
irsdk_map_close (IrsdkMap *map, bool created)
{
  if (map->base == NULL)
    return;
  /* The name may be another writer's by now. */
  if (created && names_this_object (map))
    shm_unlink (map->name);
  munmap (map->base, map->size);
  if (map->handle != NULL)
    close ((int) (intptr_t) map->handle - 1);
  memset (map, 0, sizeof *map);
}

void
irsdk_map_signal (IrsdkMap *map)
{
  (void) map;
}

bool
irsdk_map_wait (IrsdkMap *map, uint32_t timeout_ms)
{
  (void) map;
  (void) timeout_ms;
  return false;
}
