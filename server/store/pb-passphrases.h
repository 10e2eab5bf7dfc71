/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What devices and readers have in common: a name, a passphrase that SRT needs
 * in words, and whom it is for; for the store only. */
#pragma once

#include "auth/pb-seal.h"
#include "store/pb-store-private.h"

G_BEGIN_DECLS

/** PB_PASSPHRASES_MAX: devices, and likewise readers, of a team. Each takes
 * memory in the server for as long as it is there. */
#define PB_PASSPHRASES_MAX 500

/* SQL literals, all with the same parameters and columns. */
typedef struct {
  const gchar *what; /* "device", as it is called on the command line */
  /* ?1 name, ?2 whom for, ?3 sealed, ?4 created_utc_us, ?5 team, ?6 how many
   * it may have */
  const gchar *insert;
  const gchar *remove; /* ?1 name, ?2 team or NULL for any */
  const gchar *rotate; /* ?1 name, ?2 team or NULL for any, ?3 sealed */
  const gchar *exists; /* ?1 name */
  const gchar *list; /* name, sealed, what the reader wants */
} PbPassphraseTable;

/* Takes over @passphrase, which is for pb_secret_free() and may be %NULL.
 * Returns: (transfer full): an item of the list */
typedef gpointer (*PbPassphraseRead) (sqlite3_stmt *stmt, gchar *passphrase);

gchar *pb_passphrase_add (PbStore *store, const PbPassphraseTable *table,
    PbSeal *seal, const gchar *name, const gchar *whom_for, const gchar *team,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pb_passphrase_remove (PbStore *store, const PbPassphraseTable *table,
    const gchar *name, const gchar *team, GError **error);
gchar *pb_passphrase_rotate (PbStore *store, const PbPassphraseTable *table,
    PbSeal *seal, const gchar *name, const gchar *team,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *pb_passphrase_list (PbStore *store, const PbPassphraseTable *table,
    PbSeal *seal, PbPassphraseRead read, GDestroyNotify free_item,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
