/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbGuard: who asks, and who is not welcome any more. */
#pragma once

#include <libsoup/soup.h>

#include "auth/pb-buckets.h"
#include "auth/pb-jwt.h"
#include "auth/pb-pair-codes.h"
#include "auth/pb-password.h"
#include "auth/pb-principal.h"
#include "auth/pb-proofs.h"
#include "auth/pb-proxies.h"
#include "auth/pb-seal.h"
#include "store/pb-directory.h"

G_BEGIN_DECLS

/**
 * PbGuardConfig:
 * @store, @seal: live longer than the guard
 * @proxies: whose word on clients counts; lives longer than the guard
 * @loopback: only this machine can connect
 * @insecure_lan: passwords go over a network without TLS, as was asked for
 */
typedef struct {
  PbStore *store;
  PbSeal *seal;
  const PbProxies *proxies;
  gboolean loopback;
  gboolean insecure_lan;
} PbGuardConfig;

/* Main thread only. */
typedef struct _PbGuard PbGuard;

/* Something was withdrawn or is over: ask pb_guard_is_alive() of all that goes
 * on. */
typedef void (*PbGuardFunc) (PbGuard *guard, gpointer user_data);

PbGuard *pb_guard_new (
    const PbGuardConfig *config, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_guard_stop (PbGuard *guard);
void pb_guard_free (PbGuard *guard);
const PbGuardConfig *pb_guard_get_config (PbGuard *guard);
PbDirectory *pb_guard_get_directory (PbGuard *guard);
PbPasswords *pb_guard_get_passwords (PbGuard *guard);
PbJwt *pb_guard_get_jwt (PbGuard *guard);
PbBuckets *pb_guard_get_buckets (PbGuard *guard);
PbPairCodes *pb_guard_get_pair_codes (PbGuard *guard);
PbProofs *pb_guard_get_proofs (PbGuard *guard);

gboolean pb_guard_is_open (PbGuard *guard);
const gchar *pb_guard_get_setup_token (PbGuard *guard);

PbPrincipal *pb_guard_find (PbGuard *guard, SoupServerMessage *message);
gboolean pb_guard_is_alive (PbGuard *guard, const PbPrincipal *principal);

void pb_guard_offer_totp (
    PbGuard *guard, const gchar *family, const gchar *secret);
const gchar *pb_guard_get_offered_totp (PbGuard *guard, const gchar *family);

void pb_guard_changed (PbGuard *guard);
void pb_guard_add_watch (PbGuard *guard, PbGuardFunc func, gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbGuard, pb_guard_free)

G_END_DECLS
