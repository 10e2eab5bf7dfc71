/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Waiting for what another thread does, with an end. */
#pragma once

#include <glib.h>

/* Less than the minute after which meson ends a test without a word. */
#define PB_TEST_WAIT_S 40

/* A short rest, or a failure that says what was waited for since @since_us. */
static inline void
pb_test_wait_step (gint64 since_us, const gchar *what, const gchar *where)
{
  if (g_get_monotonic_time () - since_us > PB_TEST_WAIT_S * G_USEC_PER_SEC)
    g_error ("%s: waited %d s for %s", where, PB_TEST_WAIT_S, what);
  g_usleep (1000);
}

/* Until @condition, which is looked at each millisecond. */
#define pb_test_wait_until(condition) \
  G_STMT_START \
  { \
    const gint64 since_us_ = g_get_monotonic_time (); \
    while (!(condition)) \
      pb_test_wait_step (since_us_, #condition, G_STRLOC); \
  } \
  G_STMT_END
