/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One agent keeps a folder: another one would send and remove what this one is
 * still writing. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PbSpoolClaim:
 *
 * Of a folder; ends with the process at the latest.
 */
typedef struct {
  gint fd; /* -1 = none */
} PbSpoolClaim;

gboolean pb_spool_claim_take (PbSpoolClaim *claim, const gchar *folder);
void pb_spool_claim_leave (PbSpoolClaim *claim);

G_END_DECLS
