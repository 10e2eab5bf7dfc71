/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbStore: what the server remembers, in one SQLite file. */
#pragma once

#include "store/pb-store-types.h"

G_BEGIN_DECLS

/** PB_STORE_BRIEFLY_MS: how long the main thread waits for a change that
 * somebody asked for. */
#define PB_STORE_BRIEFLY_MS 100

PbStore *pb_store_new (
    const gchar *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
PbStore *pb_store_ref (PbStore *store);
void pb_store_unref (PbStore *store);

void pb_store_queue (PbStore *store, PbStoreWrite write, gpointer data,
    GDestroyNotify free_data);

/* Whole or not at all, by one who waits for it. */
gboolean pb_store_begin_change (
    PbStore *store, guint wait_ms, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pb_store_end_change (PbStore *store, gboolean keep, GError **error);

guint pb_store_get_waiting (PbStore *store);
gchar *pb_store_dup_trouble (PbStore *store) G_GNUC_WARN_UNUSED_RESULT;

gint pb_store_get_version (PbStore *store);
gint64 pb_store_get_changes_by_others (PbStore *store);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbStore, pb_store_unref)

G_END_DECLS
