/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbTrayPair: pairing, as a window shows it. */
#pragma once

#include "pairing/pb-pairing.h"
#include "tray/pb-tray-now.h"

G_BEGIN_DECLS

/**
 * PbTrayPairEvents:
 * @changed: there is something else to show
 * @paired: this PC was let in, and that is kept; still before @changed
 */
typedef struct {
  void (*changed) (gpointer user_data);
  void (*paired) (const PbPairing *pairing, gpointer user_data);
} PbTrayPairEvents;

/* Main thread only. */
typedef struct _PbTrayPair PbTrayPair;

PbTrayPair *pb_tray_pair_new (
    const PbTrayPairEvents *events, gpointer user_data);
void pb_tray_pair_free (PbTrayPair *pair);
void pb_tray_pair_begin (
    PbTrayPair *pair, const gchar *address, const gchar *fingerprint);
void pb_tray_pair_end (PbTrayPair *pair);
void pb_tray_pair_get (PbTrayPair *pair, PbTrayOwn *own);

G_END_DECLS
