/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the two back ends, win32 and posix, give to reader and writer. Not for
 * others to include. */
#pragma once

#include <irsdk/irsdk-shm.h>

/* A mapping of the whole object. @base is NULL while there is none. */
typedef struct {
  uint8_t *base;
  size_t size;
  bool has_event;
  /* The back end's own. */
  void *handle;
  void *event;
  uint64_t identity[2]; /* tells one object from another, where known */
  char name[IRSDK_SHM_MAX_NAME_BYTES + 2];
} IrsdkMap;

/* Maps an existing object for reading; false if there is none. */
bool irsdk_map_open (IrsdkMap *map, const char *name);
/* Makes an object of @size zero bytes, in the place of one of the same name. On
 * POSIX false with errno, %EBUSY where another process writes into that one. */
bool irsdk_map_create (IrsdkMap *map, const char *name, size_t size);
/* Unmaps; the creator also takes the name away. */
void irsdk_map_close (IrsdkMap *map, bool created);
/* Tells waiting readers that there is a new row. */
void irsdk_map_signal (IrsdkMap *map);
/* Waits for that; true if it came. */
bool irsdk_map_wait (IrsdkMap *map, uint32_t timeout_ms);

/* Fields that the other side may be changing at this moment. */
static inline int32_t
irsdk_load (const uint8_t *base, size_t offset)
{
  return __atomic_load_n (
      (const int32_t *) (const void *) (base + offset), __ATOMIC_ACQUIRE);
}

static inline void
irsdk_store (uint8_t *base, size_t offset, int32_t value)
{
  __atomic_store_n (
      (int32_t *) (void *) (base + offset), value, __ATOMIC_RELEASE);
}

/* Offsets in the header of what changes while the sim runs. */
enum {
  IRSDK_AT_STATUS = 4,
  IRSDK_AT_SESSION_UPDATE = 12,
  IRSDK_AT_CUR_TICK = 40,
  IRSDK_AT_CUR_BUF = 44,
  IRSDK_AT_BUF = 48,
  IRSDK_BUF_BYTES = 16,
  IRSDK_IN_BUF_TICK = 0,
  IRSDK_IN_BUF_TICK_BEGIN = 8,
};
