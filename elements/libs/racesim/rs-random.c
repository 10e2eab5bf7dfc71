/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Numbers that look random and depend on nothing but a seed and an index. */
#include "rs-random.h"

#include <math.h>

/*
 * SplitMix64's output function over a mix of the two numbers: stateless, so
 * that the order of calls never matters and any moment can be reproduced.
 * Source: Steele, Lea, Flood, "Fast splittable pseudorandom number
 * generators", OOPSLA 2014.
 */
guint64
rs_hash (guint64 seed, guint64 index)
{
  guint64 z = seed + (index + 1) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return z ^ (z >> 31);
}

/* Returns a number in [-1, 1). */
double
rs_hash_unit (guint64 seed, guint64 index)
{
  return (double) (rs_hash (seed, index) >> 11) * 0x1p-52 - 1.0;
}

/*
 * Smooth noise in [-1, 1] with one independent value at each whole x and a
 * continuous first derivative between. With period > 0 it repeats after that
 * many steps, for noise that belongs to a place on a closed track.
 */
double
rs_noise (guint64 seed, double x, guint64 period)
{
  const double whole = floor (x);
  const double t = x - whole;
  guint64 a = (guint64) (gint64) whole;
  guint64 b = a + 1;

  if (period > 0) {
    a %= period;
    b %= period;
  }
  return rs_hash_unit (seed, a)
         + (rs_hash_unit (seed, b) - rs_hash_unit (seed, a)) * t * t
               * (3.0 - 2.0 * t);
}
