/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbPath: one address of one viewer, and the socket it is reached from. Nobody
 * outside this folder includes it. */
#pragma once

#include <gio/gio.h>

#include "webrtc/pb-consent.h"
#include "webrtc/pb-peer.h"

G_BEGIN_DECLS

/* Datagrams in one go; a frame of 3 Mbit/s is about six. */
#define PB_PATH_MAX_BATCH 32

/**
 * PbPathKey:
 * @socket, @address: where a datagram came in, and from
 * @bytes, @size: @address in the system's form
 *
 * On the stack, with the caller's references.
 */
typedef struct {
  GSocket *socket;
  GSocketAddress *address;
  guint8 bytes[64];
  gsize size;
} PbPathKey;

struct _PbPath {
  /* First: the table finds a path by its key. */
  PbPathKey key;
  gatomicrefcount ref_count;
  /* Held by the table. */
  PbPeer *peer;
  /* Under the viewer's lock. */
  PbConsent consent;
  /* Atomic: when something authentic came from there, and whether it has ever
   * answered. */
  gint heard_ms;
  gint has_answered;
};

gboolean pb_path_key_init (
    PbPathKey *key, GSocket *socket, GSocketAddress *address);
guint pb_path_key_hash (gconstpointer key);
gboolean pb_path_key_equal (gconstpointer a, gconstpointer b);

PbPath *pb_path_new (const PbPathKey *key);
PbPath *pb_path_ref (PbPath *path);
void pb_path_unref (PbPath *path);
guint pb_path_send (PbPath *path, GOutputVector *datagrams, guint n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbPath, pb_path_unref)

G_END_DECLS
