/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Shared memory and event as the sim on Windows makes them. */
#include "irsdk-shm-os.h"

#include <stdio.h>
#include <string.h>
#include <windows.h>

#define EVENT_NAME "IRSDKDataValidEvent"

/* "Name" and "Local\Name" are both "Local\Name"; the sim's own event has a
 * name of its own, others derive theirs from the mapping's. */
static bool
object_names (const char *name, char *mapping, char *event, size_t bytes)
{
  const char *backslash = strrchr (name, '\\');
  int n;

  if (backslash != NULL)
    name = backslash + 1;
  if (*name == '\0' || strlen (name) > IRSDK_SHM_MAX_NAME_BYTES)
    return false;
  n = snprintf (mapping, bytes, "Local\\%s", name);
  if (n < 0 || (size_t) n >= bytes)
    return false;
  if (strcmp (name, IRSDK_SHM_DEFAULT_NAME) == 0)
    n = snprintf (event, bytes, "Local\\" EVENT_NAME);
  else
    n = snprintf (event, bytes, "Local\\%s-" EVENT_NAME, name);
  return n >= 0 && (size_t) n < bytes;
}

bool
irsdk_map_open (IrsdkMap *map, const char *name)
{
  char mapping[256], event[256];
  MEMORY_BASIC_INFORMATION info;

  memset (map, 0, sizeof *map);
  if (!object_names (name, mapping, event, sizeof mapping))
    return false;
  map->handle = OpenFileMappingA (FILE_MAP_READ, FALSE, mapping);
  if (map->handle == NULL)
    return false;
  map->base = MapViewOfFile (map->handle, FILE_MAP_READ, 0, 0, 0);
  /* The mapped size differs between versions of the sim: ask the system. */
  if (map->base == NULL
      || VirtualQuery (map->base, &info, sizeof info) < sizeof info
      || info.RegionSize < IRSDK_HEADER_BYTES) {
    if (map->base != NULL)
      UnmapViewOfFile (map->base);
    CloseHandle (map->handle);
    memset (map, 0, sizeof *map);
    return false;
  }
  map->size = info.RegionSize;
  map->event = OpenEventA (SYNCHRONIZE, FALSE, event);
  map->has_event = map->event != NULL;
  return true;
}

bool
irsdk_map_create (IrsdkMap *map, const char *name, size_t size)
{
  char mapping[256], event[256];
  MEMORY_BASIC_INFORMATION info;

  memset (map, 0, sizeof *map);
  if (!object_names (name, mapping, event, sizeof mapping))
    return false;
  map->handle = CreateFileMappingA (INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE,
      (DWORD) ((uint64_t) size >> 32), (DWORD) size, mapping);
  if (map->handle == NULL)
    return false;
  map->base = MapViewOfFile (map->handle, FILE_MAP_ALL_ACCESS, 0, 0, 0);
  /* An object that somebody still holds open keeps its old size. */
  if (map->base == NULL
      || VirtualQuery (map->base, &info, sizeof info) < sizeof info
      || info.RegionSize < size) {
    if (map->base != NULL)
      UnmapViewOfFile (map->base);
    CloseHandle (map->handle);
    memset (map, 0, sizeof *map);
    return false;
  }
  map->size = size;
  memset (map->base, 0, size);
  map->event = CreateEventA (NULL, FALSE, FALSE, event);
  map->has_event = map->event != NULL;
  return true;
}

void
irsdk_map_close (IrsdkMap *map, bool created)
{
  (void) created;
  if (map->base == NULL)
    return;
  UnmapViewOfFile (map->base);
  CloseHandle (map->handle);
  if (map->event != NULL)
    CloseHandle (map->event);
  memset (map, 0, sizeof *map);
}

void
irsdk_map_signal (IrsdkMap *map)
{
  if (map->event != NULL)
    SetEvent (map->event);
}

bool
irsdk_map_wait (IrsdkMap *map, uint32_t timeout_ms)
{
  return map->event != NULL
         && WaitForSingleObject (map->event, timeout_ms) == WAIT_OBJECT_0;
}
