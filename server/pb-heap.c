/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How the C library's heap is spread over threads. */
#include "pb-heap.h"

#ifdef PB_HAVE_ARENAS
#include <malloc.h>
#endif

/* One for the threads that end and begin with drivers, one for the rest. */
#define MAX_ARENAS 2

/**
 * pb_heap_bound:
 *
 * glibc gives threads up to eight heaps a core, each of which keeps what it had
 * at its most. Forty drivers by SRT that came and went three times left 175 to
 * 180 MB with sixteen of them, rising, and 100 to 120 MB with two, for the same
 * CPU time. Before the first thread.
 */
void
pb_heap_bound (void)
{
#ifdef PB_HAVE_ARENAS
  mallopt (M_ARENA_MAX, MAX_ARENAS);
#endif
}
