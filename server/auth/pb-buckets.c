/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbBuckets: how often something may be tried, by whom or about what. */
#include "auth/pb-buckets.h"

#include <string.h>

#include <gio/gio.h>

/* All limits. A wrong password of one account can be tried 20 + 80 times in an
 * hour from all addresses together (ASVS 2.2.1: at most 100), then three times
 * and 18 more an hour from each: whose account it is comes from an address of
 * its own and is let in while strangers try. Links are 256 random bits: that
 * limit only saves work. Codes have 887 million values: a team, however many
 * keys it makes itself, tries 100 and 1200 an hour, so it meets one of another
 * team's that is good for ten minutes once in 2.9 million such codes. No
 * stranger types codes. A page loads some 20 files and asks a few times a
 * second, each time on a connection of its own: an office behind one address
 * has room. */
static const struct {
  guint burst;
  gint64 interval_us; /* until one more may be taken */
} limits[PB_N_BUCKETS] = {
  [PB_BUCKET_LOGIN_ADDRESS] = { 30, 2 * G_USEC_PER_SEC },
  [PB_BUCKET_LOGIN_ACCOUNT] = { 20, 45 * G_USEC_PER_SEC },
  [PB_BUCKET_LOGIN_PAIR] = { 3, 200 * G_USEC_PER_SEC },
  [PB_BUCKET_TOKEN_ADDRESS] = { 600, G_USEC_PER_SEC / 5 },
  [PB_BUCKET_PAIR_ADDRESS] = { 20, 30 * G_USEC_PER_SEC },
  [PB_BUCKET_CODE_PRINCIPAL] = { 20, 10 * G_USEC_PER_SEC },
  [PB_BUCKET_CODE_TEAM] = { 100, 3 * G_USEC_PER_SEC },
  [PB_BUCKET_BEARER_ADDRESS] = { 1200, G_USEC_PER_SEC / 5 },
  [PB_BUCKET_REQUEST_ADDRESS] = { 1000, G_USEC_PER_SEC / 30 },
  [PB_BUCKET_REQUEST_PRINCIPAL] = { 1000, G_USEC_PER_SEC / 20 },
  [PB_BUCKET_TLS_ADDRESS] = { 400, G_USEC_PER_SEC / 40 },
};

/* A bucket is the time at which it will be full again. */
typedef struct {
  gchar *key;
  gint64 full_us;
} Bucket;

struct _PbBuckets {
  GHashTable *tables[PB_N_BUCKETS]; /* key → link in the queue */
  GQueue queues[PB_N_BUCKETS]; /* of Bucket, longest unused first */
};

static void
bucket_free (gpointer data)
{
  Bucket *bucket = data;

  g_free (bucket->key);
  g_free (bucket);
}

/**
 * pb_buckets_new:
 *
 * Returns: (transfer full): buckets that are all full
 */
PbBuckets *
pb_buckets_new (void)
{
  PbBuckets *self = g_new0 (PbBuckets, 1);

  for (guint i = 0; i < PB_N_BUCKETS; i++)
    self->tables[i] = g_hash_table_new (g_str_hash, g_str_equal);
  return self;
}

void
pb_buckets_free (PbBuckets *self)
{
  for (guint i = 0; i < PB_N_BUCKETS; i++) {
    g_hash_table_unref (self->tables[i]);
    g_queue_clear_full (&self->queues[i], bucket_free);
  }
  g_free (self);
}

static Bucket *
find (PbBuckets *self, PbBucketKind kind, const gchar *key)
{
  GQueue *queue = &self->queues[kind];
  GList *link = g_hash_table_lookup (self->tables[kind], key);
  Bucket *bucket;

  if (link) {
    g_queue_unlink (queue, link);
    g_queue_push_tail_link (queue, link);
    return link->data;
  }
  if (queue->length >= PB_BUCKETS_MAX_KEYS) {
    bucket = g_queue_pop_head (queue);
    g_hash_table_remove (self->tables[kind], bucket->key);
    bucket_free (bucket);
  }
  bucket = g_new0 (Bucket, 1);
  bucket->key = g_strdup (key);
  bucket->full_us = G_MININT64;
  g_queue_push_tail (queue, bucket);
  g_hash_table_insert (self->tables[kind], bucket->key, queue->tail);
  return bucket;
}

/**
 * pb_buckets_take:
 * @key: whose
 * @n: how many, 1 or more
 * @now_us: a clock that never goes back
 * @retry_after_s: (out) (optional): seconds until they could be taken, if not
 *
 * Returns: %FALSE if there are fewer left; none is taken then
 */
gboolean
pb_buckets_take (PbBuckets *self, PbBucketKind kind, const gchar *key, guint n,
    gint64 now_us, guint *retry_after_s)
{
  Bucket *bucket = find (self, kind, key);
  const gint64 full_us =
      MAX (bucket->full_us, now_us) + n * limits[kind].interval_us;
  const gint64 late_us =
      full_us - now_us - limits[kind].burst * limits[kind].interval_us;

  if (retry_after_s)
    *retry_after_s =
        late_us > 0 ? (guint) ((late_us + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC)
                    : 0;
  if (late_us > 0)
    return FALSE;
  bucket->full_us = full_us;
  return TRUE;
}

/**
 * pb_buckets_give:
 *
 * Puts back what was taken: it was right.
 */
void
pb_buckets_give (PbBuckets *self, PbBucketKind kind, const gchar *key, guint n)
{
  GList *link = g_hash_table_lookup (self->tables[kind], key);
  Bucket *bucket = link ? link->data : NULL;

  if (bucket && bucket->full_us > G_MININT64)
    bucket->full_us -= n * limits[kind].interval_us;
}

/**
 * pb_buckets_count:
 *
 * Returns: keys that are remembered
 */
guint
pb_buckets_count (PbBuckets *self, PbBucketKind kind)
{
  return self->queues[kind].length;
}

/**
 * pb_buckets_dup_address_key:
 * @address: in numbers
 *
 * Returns: (transfer full): what one subscriber has: an IPv4 address, the /64 of
 *   an IPv6 one
 */
gchar *
pb_buckets_dup_address_key (const gchar *address)
{
  g_autoptr (GInetAddress) inet = g_inet_address_new_from_string (address);
  const guint8 *bytes = inet ? g_inet_address_to_bytes (inet) : NULL;

  if (!inet)
    return g_strdup ("?");
  if (g_inet_address_get_family (inet) == G_SOCKET_FAMILY_IPV4)
    return g_inet_address_to_string (inet);
  /* ::ffff:0:0/96 is IPv4 on a socket of both. */
  if (g_inet_address_get_native_size (inet) == 16) {
    static const guint8 mapped[12] = { [10] = 0xff, [11] = 0xff };

    if (memcmp (bytes, mapped, sizeof mapped) == 0)
      return g_strdup_printf (
          "%u.%u.%u.%u", bytes[12], bytes[13], bytes[14], bytes[15]);
  }
  return g_strdup_printf ("%02x%02x:%02x%02x:%02x%02x:%02x%02x::/64", bytes[0],
      bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7]);
}
