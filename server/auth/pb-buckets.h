/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbBuckets: how often something may be tried, by whom or about what. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** PB_BUCKETS_MAX_KEYS: of each kind; one more forgets the one that was asked
 * for longest ago. */
#define PB_BUCKETS_MAX_KEYS 4096

/**
 * PbBucketKind:
 * @PB_BUCKET_LOGIN_ADDRESS: wrong logins from an address
 * @PB_BUCKET_LOGIN_ACCOUNT: wrong logins of one account, from anywhere
 * @PB_BUCKET_LOGIN_PAIR: of one account from one address, once the account's is
 *   empty
 * @PB_BUCKET_TOKEN_ADDRESS: wrong links, of any kind, from an address
 * @PB_BUCKET_PAIR_ADDRESS: agents that ask for a code, from an address
 * @PB_BUCKET_CODE_PRINCIPAL: wrong codes that one person or key types
 * @PB_BUCKET_CODE_TEAM: wrong codes that a team's people and keys type
 * @PB_BUCKET_BEARER_ADDRESS: keys and tokens that are not good, from an address
 * @PB_BUCKET_REQUEST_ADDRESS: requests of an address that is not this machine's
 * @PB_BUCKET_REQUEST_PRINCIPAL: requests of one person, key, link or device
 * @PB_BUCKET_TLS_ADDRESS: handshakes that an address begins
 */
typedef enum {
  PB_BUCKET_LOGIN_ADDRESS,
  PB_BUCKET_LOGIN_ACCOUNT,
  PB_BUCKET_LOGIN_PAIR,
  PB_BUCKET_TOKEN_ADDRESS,
  PB_BUCKET_PAIR_ADDRESS,
  PB_BUCKET_CODE_PRINCIPAL,
  PB_BUCKET_CODE_TEAM,
  PB_BUCKET_BEARER_ADDRESS,
  PB_BUCKET_REQUEST_ADDRESS,
  PB_BUCKET_REQUEST_PRINCIPAL,
  PB_BUCKET_TLS_ADDRESS,
  PB_N_BUCKETS,
} PbBucketKind;

/* Pure: no clock, no lock. */
typedef struct _PbBuckets PbBuckets;

PbBuckets *pb_buckets_new (void);
void pb_buckets_free (PbBuckets *buckets);
gboolean pb_buckets_take (PbBuckets *buckets, PbBucketKind kind,
    const gchar *key, guint n, gint64 now_us, guint *retry_after_s);
void pb_buckets_give (
    PbBuckets *buckets, PbBucketKind kind, const gchar *key, guint n);
guint pb_buckets_count (PbBuckets *buckets, PbBucketKind kind);

gchar *pb_buckets_dup_address_key (const gchar *address);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbBuckets, pb_buckets_free)

G_END_DECLS
