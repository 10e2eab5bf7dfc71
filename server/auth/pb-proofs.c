/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbProofs: which logins have shown their password a short while ago; pure. */
#include "auth/pb-proofs.h"

#define LIFE_US (PB_PROOF_LIFE_S * (gint64) G_USEC_PER_SEC)

struct _PbProofs {
  GHashTable *times; /* login → gint64 */
};

/**
 * pb_proofs_new:
 *
 * Returns: (transfer full): nobody's
 */
PbProofs *
pb_proofs_new (void)
{
  PbProofs *self = g_new0 (PbProofs, 1);

  self->times = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
pb_proofs_free (PbProofs *self)
{
  g_hash_table_unref (self->times);
  g_free (self);
}

static gboolean
is_over (gpointer login, gpointer time, gpointer now)
{
  return *(const gint64 *) now - *(const gint64 *) time >= LIFE_US;
}

/**
 * pb_proofs_add:
 * @login: id of a login
 * @now_us: a clock that never goes back
 *
 * Its password was right just now. Where too many are remembered all are
 * forgotten: those who need it are asked once more.
 */
void
pb_proofs_add (PbProofs *self, const gchar *login, gint64 now_us)
{
  gint64 *time = g_new (gint64, 1);

  *time = now_us;
  g_hash_table_foreach_remove (self->times, is_over, &now_us);
  if (g_hash_table_size (self->times) >= PB_PROOFS_MAX)
    g_hash_table_remove_all (self->times);
  g_hash_table_replace (self->times, g_strdup (login), time);
}

/**
 * pb_proofs_is_fresh:
 *
 * Returns: whether that was less than %PB_PROOF_LIFE_S ago
 */
gboolean
pb_proofs_is_fresh (PbProofs *self, const gchar *login, gint64 now_us)
{
  const gint64 *time = g_hash_table_lookup (self->times, login);

  return time && now_us - *time < LIFE_US;
}

/**
 * pb_proofs_count:
 *
 * Returns: logins that are remembered
 */
guint
pb_proofs_count (PbProofs *self)
{
  return g_hash_table_size (self->times);
}
