/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbProofs: which logins have shown their password a short while ago; pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** PB_PROOF_LIFE_S: what needs a password again may be done so long after. */
#define PB_PROOF_LIFE_S 600

/** PB_PROOFS_MAX: logins that are remembered. */
#define PB_PROOFS_MAX 4096

/* No clock, no lock. */
typedef struct _PbProofs PbProofs;

PbProofs *pb_proofs_new (void);
void pb_proofs_free (PbProofs *proofs);
void pb_proofs_add (PbProofs *proofs, const gchar *login, gint64 now_us);
gboolean pb_proofs_is_fresh (
    PbProofs *proofs, const gchar *login, gint64 now_us);
guint pb_proofs_count (PbProofs *proofs);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbProofs, pb_proofs_free)

G_END_DECLS
