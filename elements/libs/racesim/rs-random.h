/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Numbers that look random and depend on nothing but a seed and an index. */
#pragma once

#include <glib.h>

guint64 rs_hash (guint64 seed, guint64 index);
double rs_hash_unit (guint64 seed, guint64 index);
double rs_noise (guint64 seed, double x, guint64 period);
