/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Shared memory by shm_open(): the sim's layout on systems it does not run on,
 * for pitbox-sim and for tests. There is no event: readers look at the ticks. */
#define _POSIX_C_SOURCE 200809L

#include "irsdk-shm-os.h"

#include <fcntl.h>
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

bool
irsdk_map_create (IrsdkMap *map, const char *name, size_t size)
{
  bool ok;
  int fd;

  memset (map, 0, sizeof *map);
  if (!object_name (map->name, sizeof map->name, name))
    return false;
  /* An object that a killed writer left behind may still be mapped somewhere,
   * so it is not resized, which could pull pages from under a reader. */
  shm_unlink (map->name);
  fd = shm_open (map->name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0)
    return false;
  ok = ftruncate (fd, (off_t) size) == 0
       && map_fd (map, fd, PROT_READ | PROT_WRITE);
  close (fd);
  if (!ok)
    shm_unlink (map->name);
  return ok;
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
