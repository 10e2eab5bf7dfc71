/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbGuard: who asks, whether that is allowed, and who is not welcome any more. */
#pragma once

#include <libsoup/soup.h>

#include "auth/pb-buckets.h"
#include "auth/pb-jwt.h"
#include "auth/pb-pair-codes.h"
#include "auth/pb-password.h"
#include "auth/pb-principal.h"
#include "auth/pb-proxies.h"
#include "auth/pb-seal.h"
#include "store/pb-directory.h"

G_BEGIN_DECLS

/* For a route's action, besides a PbAction. */
/** PB_ROUTE_OPEN: for everybody, also for who says nothing. */
#define PB_ROUTE_OPEN (PB_N_ACTIONS)
/** PB_ROUTE_ANYBODY: for whoever is known, whatever they may do. */
#define PB_ROUTE_ANYBODY (PB_N_ACTIONS + 1)

#define PB_COOKIE_SECURE_PREFIX "__Host-"
#define PB_COOKIE_ACCESS "pitbox_access"
#define PB_COOKIE_REFRESH "pitbox_refresh"
#define PB_COOKIE_SHARE "pitbox_share"

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

gboolean pb_guard_is_open (PbGuard *guard);
const gchar *pb_guard_get_setup_token (PbGuard *guard);

PbPrincipal *pb_guard_find (PbGuard *guard, SoupServerMessage *message);
gboolean pb_guard_check (PbGuard *guard, SoupServerMessage *message,
    const PbPrincipal *principal, guint action);
gboolean pb_guard_check_origin (PbGuard *guard, SoupServerMessage *message);
gboolean pb_guard_is_alive (PbGuard *guard, const PbPrincipal *principal);

void pb_guard_offer_totp (
    PbGuard *guard, const gchar *family, const gchar *secret);
const gchar *pb_guard_get_offered_totp (PbGuard *guard, const gchar *family);

void pb_guard_changed (PbGuard *guard);
void pb_guard_add_watch (PbGuard *guard, PbGuardFunc func, gpointer user_data);

gchar *pb_guard_dup_cookie (SoupServerMessage *message, const gchar *name);
void pb_guard_set_cookie (SoupServerMessage *message, const gchar *name,
    const gchar *value, const gchar *path, gint64 life_s);
gboolean pb_guard_note_client (
    PbGuard *guard, SoupServerMessage *message, gboolean is_secure);
gboolean pb_guard_is_secure (SoupServerMessage *message);
gchar *pb_guard_dup_address (SoupServerMessage *message);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbGuard, pb_guard_free)

G_END_DECLS
