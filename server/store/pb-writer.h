/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbWriter: the thread that writes what nobody can wait for; for the store
 * only. */
#pragma once

#include "store/pb-store-types.h"

G_BEGIN_DECLS

typedef struct _PbWriter PbWriter;

/* Once, or only looks whether it could where @write is %NULL. */
typedef gboolean (*PbWriterTry) (
    PbStore *store, PbStoreWrite write, gpointer data, GError **error);

PbWriter *pb_writer_new (PbStore *store, PbWriterTry try);
void pb_writer_free (PbWriter *writer);
void pb_writer_push (PbWriter *writer, PbStoreWrite write, gpointer data,
    GDestroyNotify free_data);
guint pb_writer_get_waiting (PbWriter *writer);
gchar *pb_writer_dup_trouble (PbWriter *writer);

G_END_DECLS
