/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who may read drivers' streams at the SRT port. */
#pragma once

#include "auth/pb-principal.h"
#include "auth/pb-seal.h"
#include "store/pb-store.h"

G_BEGIN_DECLS

/**
 * PbReader:
 * @name: what the reader calls itself in its streamid
 * @drivers: (array zero-terminated=1): the drivers it may read; empty: all
 *   of its team
 * @team: whose it is
 * @passphrase: (nullable): its SRT passphrase; %NULL where it was not asked for
 * @created_utc_us: when it was added
 */
typedef struct {
  gchar *name;
  gchar **drivers;
  gchar *team;
  gchar *passphrase;
  gint64 created_utc_us;
} PbReader;

void pb_reader_free (PbReader *reader);

gchar *pb_store_add_reader (PbStore *store, PbSeal *seal, const gchar *name,
    const gchar *const *drivers, const gchar *team,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pb_store_remove_reader (
    PbStore *store, const gchar *name, const gchar *team, GError **error);
GPtrArray *pb_store_list_readers (
    PbStore *store, PbSeal *seal, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbReader, pb_reader_free)

G_END_DECLS
