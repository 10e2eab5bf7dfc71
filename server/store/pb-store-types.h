/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The store, its errors, and what writes to it, by name. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Thread safe. Reading has a connection of its own and waits for nobody for
 * more than 0.1 s; writing may wait for 5 s for another process and belongs in
 * no thread that serves others: pb_store_queue(). (An index commit of one
 * second of one driver takes well under a millisecond.) */
typedef struct _PbStore PbStore;

/**
 * PbStoreError:
 * @PB_STORE_ERROR_DATABASE: SQLite says no; the message is its own
 * @PB_STORE_ERROR_BUSY: another process holds the database up
 * @PB_STORE_ERROR_DISK: its disk takes nothing: full, or an error of its own
 * @PB_STORE_ERROR_GONE: its file was deleted, replaced or overwritten
 * @PB_STORE_ERROR_NEWER: the file was written by a newer version
 * @PB_STORE_ERROR_EXISTS: there is one of that name
 * @PB_STORE_ERROR_NOT_FOUND: there is none of that name
 * @PB_STORE_ERROR_INVALID: the name may not be used
 * @PB_STORE_ERROR_REFUSED: not as things are: there are too many, it is the
 *   last one, it belongs to another team
 */
typedef enum {
  PB_STORE_ERROR_DATABASE,
  PB_STORE_ERROR_BUSY,
  PB_STORE_ERROR_DISK,
  PB_STORE_ERROR_GONE,
  PB_STORE_ERROR_NEWER,
  PB_STORE_ERROR_EXISTS,
  PB_STORE_ERROR_NOT_FOUND,
  PB_STORE_ERROR_INVALID,
  PB_STORE_ERROR_REFUSED,
} PbStoreError;

#define PB_STORE_ERROR (pb_store_error_quark ())
GQuark pb_store_error_quark (void);

/* Returns: %FALSE with @error set; %PB_STORE_ERROR_BUSY and
 * %PB_STORE_ERROR_DISK are tried again. */
typedef gboolean (*PbStoreWrite) (
    PbStore *store, gpointer data, GError **error);

G_END_DECLS
