/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbPair: asks a server for a code until somebody types it. */
#pragma once

#include "pairing/pb-pairing.h"

G_BEGIN_DECLS

typedef struct _PbPair PbPair;

/**
 * PbPairEvents:
 * @code: show this code; @link is the page where it stands already
 * @say: what goes on, in words
 * @done: it is over; @pairing (nullable) is what was given, else @words say why
 *   not. Called last
 */
typedef struct {
  void (*code) (const gchar *code, const gchar *link, gpointer user_data);
  void (*say) (const gchar *words, gpointer user_data);
  void (*done) (
      const PbPairing *pairing, const gchar *words, gpointer user_data);
} PbPairEvents;

PbPair *pb_pair_new (const gchar *url, const gchar *certificate,
    const gchar *name, const PbPairEvents *events, gpointer user_data);
void pb_pair_free (PbPair *pair);
gchar *pb_pair_dup_seen (PbPair *pair) G_GNUC_WARN_UNUSED_RESULT;
gchar *pb_pair_dup_own_name (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
