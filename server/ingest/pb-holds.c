/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Devices and keys are bounded, and so are those that are held. */
#include "ingest/pb-holds.h"

struct _PbHolds {
  GHashTable *until; /* device → µs, gint64 */
  guint hold_s;
};

/**
 * pb_holds_new:
 * @hold_s: for how long
 *
 * Returns: (transfer full): holds nobody
 */
PbHolds *
pb_holds_new (guint hold_s)
{
  PbHolds *self = g_new0 (PbHolds, 1);

  self->until = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->hold_s = hold_s;
  return self;
}

void
pb_holds_free (PbHolds *self)
{
  g_hash_table_unref (self->until);
  g_free (self);
}

/**
 * pb_holds_add:
 * @device: does not come back from now on
 */
void
pb_holds_add (PbHolds *self, const gchar *device, gint64 now_us)
{
  const gint64 until_us = now_us + self->hold_s * G_USEC_PER_SEC;

  g_hash_table_replace (
      self->until, g_strdup (device), g_memdup2 (&until_us, sizeof until_us));
}

/**
 * pb_holds_get_s:
 * @device: what wants to come back
 *
 * Returns: for how long it may not; 0: it may
 */
guint
pb_holds_get_s (PbHolds *self, const gchar *device, gint64 now_us)
{
  const gint64 *until_us = g_hash_table_lookup (self->until, device);
  const gint64 left_us = until_us ? *until_us - now_us : 0;

  if (until_us && left_us <= 0)
    g_hash_table_remove (self->until, device);
  return left_us <= 0 ? 0 : (guint) (left_us / G_USEC_PER_SEC + 1);
}
