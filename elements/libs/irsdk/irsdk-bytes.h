/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Little-endian access to unaligned bytes: rows and headers are packed. */
#pragma once

#include <stdint.h>
#include <string.h>

static inline uint32_t
irsdk_get_u32 (const void *p)
{
  const uint8_t *b = (const uint8_t *) p;

  return (uint32_t) b[0] | (uint32_t) b[1] << 8 | (uint32_t) b[2] << 16
         | (uint32_t) b[3] << 24;
}

static inline int32_t
irsdk_get_i32 (const void *p)
{
  return (int32_t) irsdk_get_u32 (p);
}

static inline uint64_t
irsdk_get_u64 (const void *p)
{
  const uint8_t *b = (const uint8_t *) p;

  return (uint64_t) irsdk_get_u32 (b) | (uint64_t) irsdk_get_u32 (b + 4) << 32;
}

static inline float
irsdk_get_float (const void *p)
{
  uint32_t u = irsdk_get_u32 (p);
  float f;

  memcpy (&f, &u, sizeof f);
  return f;
}

static inline double
irsdk_get_double (const void *p)
{
  uint64_t u = irsdk_get_u64 (p);
  double d;

  memcpy (&d, &u, sizeof d);
  return d;
}

static inline void
irsdk_put_u32 (void *p, uint32_t v)
{
  uint8_t *b = (uint8_t *) p;

  b[0] = (uint8_t) v;
  b[1] = (uint8_t) (v >> 8);
  b[2] = (uint8_t) (v >> 16);
  b[3] = (uint8_t) (v >> 24);
}

static inline void
irsdk_put_i32 (void *p, int32_t v)
{
  irsdk_put_u32 (p, (uint32_t) v);
}

static inline void
irsdk_put_u64 (void *p, uint64_t v)
{
  irsdk_put_u32 (p, (uint32_t) v);
  irsdk_put_u32 ((uint8_t *) p + 4, (uint32_t) (v >> 32));
}

static inline void
irsdk_put_float (void *p, float f)
{
  uint32_t u;

  memcpy (&u, &f, sizeof u);
  irsdk_put_u32 (p, u);
}

static inline void
irsdk_put_double (void *p, double d)
{
  uint64_t u;

  memcpy (&u, &d, sizeof u);
  irsdk_put_u64 (p, u);
}
