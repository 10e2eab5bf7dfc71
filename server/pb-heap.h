/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How the C library's heap is spread over threads. */
#pragma once

void pb_heap_bound (void);
