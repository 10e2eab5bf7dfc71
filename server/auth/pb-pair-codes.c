/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbPairCodes: agents that ask to be let in, each by a code that a person types;
 * in memory. */
#include "auth/pb-pair-codes.h"

#include <string.h>

#include <sodium.h>

#include "auth/pb-token.h"

/* What an agent that asks every other second has not fetched by then, it will
 * not. */
#define LATE_US G_TIME_SPAN_MINUTE

/* None of them is taken for another: no I, L, O, 0 and 1. */
static const gchar alphabet[] = "ABCDEFGHJKMNPQRSTUVWXYZ23456789";

typedef struct {
  PbPairRequest request;
  PbPairState state; /* never EXPIRED: see get_state() */
  gchar *key; /* whose it is, by address */
  gchar id[PB_TOKEN_ID_CHARS + 1]; /* of the token by which it is asked for */
  guint8 hash[PB_TOKEN_HASH_BYTES];
  gint64 forget_us;
} Entry;

struct _PbPairCodes {
  GPtrArray *entries; /* of Entry, oldest first */
};

static void
request_clear (PbPairRequest *request)
{
  g_free (request->device);
  g_free (request->version);
  g_free (request->platform);
  g_free (request->address);
  g_free (request->driver);
  pb_secret_free (request->token);
  pb_secret_free (request->passphrase);
}

void
pb_pair_request_free (PbPairRequest *request)
{
  request_clear (request);
  g_free (request);
}

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  request_clear (&entry->request);
  g_free (entry->key);
  g_free (entry);
}

/**
 * pb_pair_codes_new:
 *
 * Returns: (transfer full): nobody asks
 */
PbPairCodes *
pb_pair_codes_new (void)
{
  PbPairCodes *self = g_new (PbPairCodes, 1);

  self->entries = g_ptr_array_new_with_free_func (entry_free);
  return self;
}

void
pb_pair_codes_free (PbPairCodes *self)
{
  g_ptr_array_unref (self->entries);
  g_free (self);
}

static Entry *
get_entry (PbPairCodes *self, guint i)
{
  return g_ptr_array_index (self->entries, i);
}

static PbPairState
get_state (const Entry *entry, gint64 now_us)
{
  return entry->state == PB_PAIR_WAITING && now_us >= entry->request.expires_us
             ? PB_PAIR_EXPIRED
             : entry->state;
}

static void
forget_old (PbPairCodes *self, gint64 now_us)
{
  for (guint i = self->entries->len; i-- > 0;)
    if (now_us >= get_entry (self, i)->forget_us)
      g_ptr_array_remove_index (self->entries, i);
}

static guint
count (PbPairCodes *self, const gchar *key)
{
  guint n = 0;

  for (guint i = 0; i < self->entries->len; i++)
    n += g_str_equal (get_entry (self, i)->key, key);
  return n;
}

/* Who asks from one address, again and again, is in nobody else's way. */
static void
make_room (PbPairCodes *self, const gchar *key)
{
  const gchar *whose = key;
  guint most = 0;

  if (count (self, key) < PB_PAIR_CODES_MAX_EACH) {
    if (self->entries->len < PB_PAIR_CODES_MAX)
      return;
    for (guint i = 0; i < self->entries->len; i++) {
      guint n = count (self, get_entry (self, i)->key);

      if (n > most) {
        most = n;
        whose = get_entry (self, i)->key;
      }
    }
  }
  for (guint i = 0; i < self->entries->len; i++) {
    if (g_str_equal (get_entry (self, i)->key, whose)) {
      g_ptr_array_remove_index (self->entries, i);
      return;
    }
  }
}

/* Returns: (nullable): the one that shows it, in whatever state. */
static Entry *
find (PbPairCodes *self, const gchar *typed)
{
  for (guint i = 0; i < self->entries->len; i++)
    if (g_ascii_strcasecmp (get_entry (self, i)->request.code, typed) == 0)
      return get_entry (self, i);
  return NULL;
}

static Entry *
find_waiting (PbPairCodes *self, const gchar *typed, gint64 now_us)
{
  Entry *entry = find (self, typed);

  return entry && get_state (entry, now_us) == PB_PAIR_WAITING ? entry : NULL;
}

static void
make_code (PbPairCodes *self, gchar code[PB_PAIR_CODE_CHARS + 1])
{
  do {
    for (guint i = 0; i < PB_PAIR_CODE_CHARS; i++)
      code[i] = alphabet[randombytes_uniform (sizeof alphabet - 1)];
    code[PB_PAIR_CODE_CHARS] = '\0';
  } while (find (self, code));
}

/**
 * pb_pair_codes_add:
 * @about: its device, version, platform and address count
 * @key: what one subscriber has, see pb_buckets_dup_address_key()
 * @now_us: a clock that never goes back
 * @poll_token: (out) (transfer full): by which the agent asks what became of
 *   it, for pb_secret_free()
 *
 * Returns: (transfer none): with its code; good until the next call
 */
const PbPairRequest *
pb_pair_codes_add (PbPairCodes *self, const PbPairRequest *about,
    const gchar *key, gint64 now_us, gchar **poll_token)
{
  Entry *entry = g_new0 (Entry, 1);
  g_autofree gchar *id = pb_id_new ();

  forget_old (self, now_us);
  make_room (self, key);
  entry->state = PB_PAIR_WAITING;
  entry->key = g_strdup (key);
  make_code (self, entry->request.code);
  entry->request.device = g_strdup (about->device);
  entry->request.version = g_strdup (about->version);
  entry->request.platform = g_strdup (about->platform);
  entry->request.address = g_strdup (about->address);
  entry->request.expires_us = now_us + PB_PAIR_CODE_LIFE_US;
  entry->forget_us = entry->request.expires_us + LATE_US;
  *poll_token = pb_token_new (PB_TOKEN_PAIRING, id);
  memcpy (entry->id, id, sizeof entry->id);
  pb_token_hash (*poll_token, entry->hash);
  g_ptr_array_add (self->entries, entry);
  return &entry->request;
}

/**
 * pb_pair_code_is_valid:
 * @typed: any text
 *
 * Returns: %TRUE if it can be a code
 */
gboolean
pb_pair_code_is_valid (const gchar *typed)
{
  guint n = 0;

  while (typed[n] && n <= PB_PAIR_CODE_CHARS
         && strchr (alphabet, g_ascii_toupper (typed[n])))
    n++;
  return n == PB_PAIR_CODE_CHARS && !typed[n];
}

/**
 * pb_pair_codes_find:
 * @typed: a code, in capitals or not
 * @now_us: a clock that never goes back
 *
 * Returns: (transfer none) (nullable): who shows it and waits; good until the
 *   next call
 */
const PbPairRequest *
pb_pair_codes_find (PbPairCodes *self, const gchar *typed, gint64 now_us)
{
  Entry *entry = find_waiting (self, typed, now_us);

  return entry ? &entry->request : NULL;
}

/**
 * pb_pair_codes_approve:
 * @typed: a code, good this one time
 * @given: its device, driver, token and passphrase count
 * @now_us: a clock that never goes back
 *
 * Returns: %FALSE if nobody shows it and waits
 */
gboolean
pb_pair_codes_approve (PbPairCodes *self, const gchar *typed,
    const PbPairRequest *given, gint64 now_us)
{
  Entry *entry = find_waiting (self, typed, now_us);

  if (!entry)
    return FALSE;
  entry->state = PB_PAIR_APPROVED;
  g_free (entry->request.device);
  entry->request.device = g_strdup (given->device);
  entry->request.driver = g_strdup (given->driver);
  entry->request.token = g_strdup (given->token);
  entry->request.passphrase = g_strdup (given->passphrase);
  entry->forget_us = now_us + LATE_US;
  return TRUE;
}

/**
 * pb_pair_codes_refuse:
 * @typed: a code
 * @now_us: a clock that never goes back
 *
 * Returns: %FALSE if nobody shows it and waits
 */
gboolean
pb_pair_codes_refuse (PbPairCodes *self, const gchar *typed, gint64 now_us)
{
  Entry *entry = find_waiting (self, typed, now_us);

  if (entry)
    entry->state = PB_PAIR_REFUSED;
  return entry != NULL;
}

/**
 * pb_pair_codes_poll:
 * @poll_token: any text, from outside
 * @now_us: a clock that never goes back
 * @answer: (out) (transfer full) (nullable): with its secrets, once approved
 *
 * Whatever is not %PB_PAIR_WAITING is told once.
 *
 * Returns: what became of it
 */
PbPairState
pb_pair_codes_poll (PbPairCodes *self, const gchar *poll_token, gint64 now_us,
    PbPairRequest **answer)
{
  gchar id[PB_TOKEN_ID_CHARS + 1];

  *answer = NULL;
  forget_old (self, now_us);
  if (!pb_token_split (poll_token, PB_TOKEN_PAIRING, id))
    return PB_PAIR_UNKNOWN;
  for (guint i = 0; i < self->entries->len; i++) {
    Entry *entry = get_entry (self, i);
    PbPairState state = get_state (entry, now_us);

    if (!g_str_equal (entry->id, id)
        || !pb_token_matches (poll_token, entry->hash))
      continue;
    if (state == PB_PAIR_APPROVED) {
      *answer = g_memdup2 (&entry->request, sizeof entry->request);
      memset (&entry->request, 0, sizeof entry->request);
    }
    if (state != PB_PAIR_WAITING)
      g_ptr_array_remove_index (self->entries, i);
    return state;
  }
  return PB_PAIR_UNKNOWN;
}

/**
 * pb_pair_state_to_string:
 *
 * Returns: (transfer none): its name on the wire
 */
const gchar *
pb_pair_state_to_string (PbPairState state)
{
  static const gchar *const words[] = { "unknown", "waiting", "approved",
    "refused", "expired" };

  return words[state];
}
