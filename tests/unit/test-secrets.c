/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The secrets by which it is known who asks; no database and no socket. */
#include <gio/gio.h>
#include <jwt.h>
#include <string.h>

#include "auth/pb-jwt.h"
#include "auth/pb-password.h"
#include "auth/pb-token.h"
#include "auth/pb-totp.h"

static void
test_tokens (void)
{
  g_autofree gchar *id = pb_id_new ();
  g_autofree gchar *token = pb_token_new (PB_TOKEN_API_KEY, id);
  g_autofree gchar *other = pb_token_new (PB_TOKEN_API_KEY, id);
  gchar found[PB_TOKEN_ID_CHARS + 1];
  guint8 hash[PB_TOKEN_HASH_BYTES];

  g_assert_cmpuint (strlen (token), ==, PB_TOKEN_CHARS);
  g_assert_true (pb_token_split (token, PB_TOKEN_API_KEY, found));
  g_assert_cmpstr (found, ==, id);
  g_assert_cmpstr (token, !=, other);
  pb_token_hash (token, hash);
  g_assert_true (pb_token_matches (token, hash));
  g_assert_false (pb_token_matches (other, hash));
  g_assert_false (pb_token_matches ("", hash));
  g_assert_false (pb_token_split (token, PB_TOKEN_SHARE, found));
  /* Cut at each place, and longer by one. */
  for (gsize i = 0; i < PB_TOKEN_CHARS; i++) {
    g_autofree gchar *cut = g_strndup (token, i);

    g_assert_false (pb_token_split (cut, PB_TOKEN_API_KEY, found));
  }
  for (gsize i = 0; i < PB_TOKEN_CHARS; i++) {
    g_autofree gchar *changed = g_strdup (token);

    changed[i] = '.';
    g_assert_false (pb_token_split (changed, PB_TOKEN_API_KEY, found));
    g_assert_false (pb_token_matches (changed, hash));
  }
  g_free (other);
  other = g_strconcat (token, "x", NULL);
  g_assert_false (pb_token_split (other, PB_TOKEN_API_KEY, found));
  g_assert_false (pb_id_is_valid ("abcdefghijk1"));
  g_assert_false (pb_id_is_valid ("ABCDEFGHIJKL"));
  g_assert_true (pb_id_is_valid ("abcdefghij27"));
}

/* RFC 6238, appendix B, SHA-1. */
static void
test_totp_vectors (void)
{
  static const struct {
    guint64 time_s;
    guint32 code;
  } rows[] = {
    { 59, 94287082 },
    { 1111111109, 7081804 },
    { 1111111111, 14050471 },
    { 1234567890, 89005924 },
    { 2000000000, 69279037 },
    { 20000000000, 65353130 },
  };
  static const gchar key[] = "12345678901234567890";

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpuint (pb_totp_compute ((const guint8 *) key, 20,
                          rows[i].time_s / PB_TOTP_STEP_S, 8),
        ==, rows[i].code);
}

static void
test_totp_check (void)
{
  /* The RFC's key as base32. */
  static const gchar secret[] = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
  static const gchar *const bad[] = { "", "28708", "2870822", "28708x",
    " 287082", "000000" };
  gint64 last = 0;
  g_autofree gchar *own = pb_totp_secret_new ();
  g_autofree gchar *uri = pb_totp_dup_uri (own, "j doe");

  g_assert_cmpuint (strlen (own), ==, PB_TOTP_SECRET_CHARS);
  g_assert_nonnull (strstr (uri, "otpauth://totp/PitBox%20Relay:j%20doe?"));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (pb_totp_check (secret, bad[i], 59, &last));
  g_assert_false (pb_totp_check ("GEZDGNBVGY3TQOJ1", "287082", 59, &last));
  g_assert_cmpint (last, ==, 0);
  /* Step 1; early, late, and too late. */
  g_assert_false (pb_totp_check (secret, "287082", 59 + 60, &last));
  g_assert_true (pb_totp_check (secret, "287082", 59 + 30, &last));
  g_assert_cmpint (last, ==, 1);
  /* Again, though its time is not over. */
  g_assert_false (pb_totp_check (secret, "287082", 59 + 30, &last));
  g_assert_false (pb_totp_check (secret, "287082", 59, &last));
  last = 0;
  g_assert_true (pb_totp_check (secret, "287082", 29, &last));
  /* An older one than the newest that was taken. */
  last = 2;
  g_assert_false (pb_totp_check (secret, "287082", 59, &last));
  g_assert_cmpint (last, ==, 2);
  /* By a clock that was a day ahead. */
  last = 2880;
  g_assert_true (pb_totp_check (secret, "287082", 59, &last));
  g_assert_cmpint (last, ==, 1);
}

typedef struct {
  gchar *folder;
  gchar *key_file;
  PbSeal *seal;
} SealFixture;

static void
seal_set_up (SealFixture *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  f->folder = g_dir_make_tmp ("pitbox-test-XXXXXX", &error);
  g_assert_no_error (error);
  f->key_file = g_build_filename (f->folder, "server.key", NULL);
  f->seal = pb_seal_new (f->key_file, &error);
  g_assert_no_error (error);
}

static void
seal_tear_down (SealFixture *f, gconstpointer unused)
{
  pb_seal_free (f->seal);
  remove (f->key_file);
  remove (f->folder);
  g_free (f->key_file);
  g_free (f->folder);
}

static PbJwtClaims claims = { (gchar *) "person00000a", (gchar *) "red",
  (gchar *) "coach", (gchar *) "family00000a" };

#define NOW 1800000000

static gboolean
verifies (PbJwt *jwt, const gchar *token, gint64 now_s)
{
  g_autoptr (PbJwtClaims) found = pb_jwt_verify (jwt, token, now_s);

  if (found) {
    g_assert_cmpstr (found->person, ==, claims.person);
    g_assert_cmpstr (found->team, ==, claims.team);
    g_assert_cmpstr (found->role, ==, claims.role);
    g_assert_cmpstr (found->family, ==, claims.family);
  }
  return found != NULL;
}

static void
test_jwt_life (SealFixture *f, gconstpointer unused)
{
  g_autoptr (PbJwt) jwt = pb_jwt_new (f->seal);
  g_autoptr (PbJwt) other = pb_jwt_new (f->seal);
  g_autoptr (GBytes) key = NULL, second = NULL, foreign = NULL;
  g_autofree gchar *token = NULL, *later = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (pb_jwt_needs_key (jwt, NOW));
  g_assert_null (pb_jwt_sign (jwt, &claims, NOW));
  key = pb_jwt_add_new_key (jwt, NOW);
  g_assert_false (pb_jwt_needs_key (jwt, NOW));
  token = pb_jwt_sign (jwt, &claims, NOW);
  g_assert_true (verifies (jwt, token, NOW));
  g_assert_true (verifies (jwt, token, NOW + PB_JWT_LIFE_S - 1));
  g_assert_false (verifies (jwt, token, NOW + PB_JWT_LIFE_S));
  /* Rotated: what the old one signed last lives on, and dies in its time. */
  g_assert_true (pb_jwt_needs_key (jwt, NOW + PB_JWT_ROTATE_S));
  later = pb_jwt_sign (jwt, &claims, NOW + PB_JWT_ROTATE_S - 1);
  second = pb_jwt_add_new_key (jwt, NOW + PB_JWT_ROTATE_S);
  g_assert_true (verifies (jwt, later, NOW + PB_JWT_ROTATE_S));
  g_assert_false (
      verifies (jwt, later, NOW + PB_JWT_ROTATE_S - 1 + PB_JWT_LIFE_S));
  /* Another server's key; then a restart of the first one. */
  foreign = pb_jwt_add_new_key (other, NOW);
  g_assert_false (verifies (other, token, NOW));
  g_assert_true (pb_jwt_add_key (other, key, NOW, &error));
  g_assert_true (verifies (other, token, NOW));
  g_assert_false (
      pb_jwt_add_key (other, g_bytes_new_static ("x", 1), NOW, &error));
  g_assert_nonnull (error);
}

/* The clock was days ahead, and somebody logged in. */
static void
test_jwt_clock (SealFixture *f, gconstpointer unused)
{
  g_autoptr (PbJwt) jwt = pb_jwt_new (f->seal);
  const gint64 ahead = NOW + 9 * PB_JWT_ROTATE_S;
  g_autoptr (GBytes) early = pb_jwt_add_new_key (jwt, NOW);
  g_autoptr (GBytes) late = pb_jwt_add_new_key (jwt, ahead);
  g_autoptr (GBytes) fresh = NULL;
  g_autofree gchar *token = pb_jwt_sign (jwt, &claims, NOW);
  g_autofree gchar *last = NULL;
  g_autoptr (GError) error = NULL;

  /* What a key of that time signs now would not verify. */
  g_assert_true (verifies (jwt, token, NOW));
  g_assert_true (pb_jwt_needs_key (jwt, NOW + PB_JWT_ROTATE_S));
  fresh = pb_jwt_add_new_key (jwt, NOW + PB_JWT_ROTATE_S);
  g_assert_false (pb_jwt_needs_key (jwt, NOW + PB_JWT_ROTATE_S));
  last = pb_jwt_sign (jwt, &claims, NOW + PB_JWT_ROTATE_S);
  g_assert_true (verifies (jwt, last, NOW + PB_JWT_ROTATE_S));
  /* It alone is not enough. */
  pb_jwt_free (g_steal_pointer (&jwt));
  jwt = pb_jwt_new (f->seal);
  g_assert_true (pb_jwt_add_key (jwt, late, ahead, &error));
  g_assert_true (pb_jwt_needs_key (jwt, NOW));
  g_assert_null (pb_jwt_sign (jwt, &claims, NOW));
}

/* Signed with the right key, but not what we sign. */
static gchar *
forge (const gchar *secret, jwt_alg_t alg, const gchar *aud, long iat, long exp)
{
  jwt_t *jwt = NULL;
  gchar *copy;
  char *token;

  g_assert_cmpint (jwt_new (&jwt), ==, 0);
  jwt_add_grant (jwt, "aud", aud);
  jwt_add_grant (jwt, "sub", claims.person);
  jwt_add_grant (jwt, "team", claims.team);
  jwt_add_grant (jwt, "role", claims.role);
  jwt_add_grant (jwt, "fam", claims.family);
  jwt_add_grant_int (jwt, "iat", iat);
  jwt_add_grant_int (jwt, "exp", exp);
  g_assert_cmpint (jwt_set_alg (jwt, alg, (const guint8 *) secret,
                       secret ? (int) strlen (secret) : 0),
      ==, 0);
  token = jwt_encode_str (jwt);
  copy = g_strdup (token);
  free (token);
  jwt_free (jwt);
  return copy;
}

static void
test_jwt_forged (SealFixture *f, gconstpointer unused)
{
  g_autoptr (PbJwt) jwt = pb_jwt_new (f->seal);
  g_autoptr (GBytes) sealed = pb_jwt_add_new_key (jwt, NOW);
  g_autofree gchar *secret = pb_seal_open (f->seal, sealed, NULL);
  const struct {
    const gchar *secret;
    jwt_alg_t alg;
    const gchar *aud;
    long iat;
    long exp;
    gboolean good;
  } rows[] = {
    { secret, JWT_ALG_HS256, "pitbox", NOW, NOW + PB_JWT_LIFE_S, TRUE },
    { secret, JWT_ALG_HS384, "pitbox", NOW, NOW + PB_JWT_LIFE_S, FALSE },
    { secret, JWT_ALG_HS512, "pitbox", NOW, NOW + PB_JWT_LIFE_S, FALSE },
    { NULL, JWT_ALG_NONE, "pitbox", NOW, NOW + PB_JWT_LIFE_S, FALSE },
    { "another", JWT_ALG_HS256, "pitbox", NOW, NOW + PB_JWT_LIFE_S, FALSE },
    { secret, JWT_ALG_HS256, "elsewhere", NOW, NOW + PB_JWT_LIFE_S, FALSE },
    { secret, JWT_ALG_HS256, "pitbox", NOW, NOW + 3600, FALSE },
    { secret, JWT_ALG_HS256, "pitbox", NOW + 1000, NOW + 1300, FALSE },
  };
  g_autofree gchar *token = pb_jwt_sign (jwt, &claims, NOW);
  g_autofree gchar *huge = g_strnfill (PB_JWT_MAX_CHARS + 1, 'a');

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree gchar *forged = forge (
        rows[i].secret, rows[i].alg, rows[i].aud, rows[i].iat, rows[i].exp);

    g_assert_cmpint (verifies (jwt, forged, NOW + 1), ==, rows[i].good);
  }
  for (gsize i = 0; i < strlen (token); i++) {
    g_autofree gchar *changed = g_strdup (token);
    g_autofree gchar *cut = g_strndup (token, i);

    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    /* The last letter of a signature has two bits that say nothing. */
    if (i != strlen (token) - 1)
      g_assert_false (verifies (jwt, changed, NOW));
    g_assert_false (verifies (jwt, cut, NOW));
  }
  g_assert_false (verifies (jwt, huge, NOW));
  g_assert_false (verifies (jwt, "..", NOW));
}

typedef struct {
  GMainLoop *loop;
  guint answers;
  gboolean right;
  gchar *hash;
} Answers;

static void
on_hash (const gchar *hash, gpointer user_data)
{
  Answers *a = user_data;

  a->hash = g_strdup (hash);
  g_main_loop_quit (a->loop);
}

static void
on_check (gboolean right, gpointer user_data)
{
  Answers *a = user_data;

  a->right = right;
  a->answers++;
  g_main_loop_quit (a->loop);
}

static gboolean
check (PbPasswords *pool, Answers *a, const gchar *hash, const gchar *password)
{
  g_assert_true (pb_passwords_check (pool, hash, password, on_check, a, NULL));
  g_main_loop_run (a->loop);
  return a->right;
}

static void
test_passwords (void)
{
  static const gchar *const common[] = { "12345678", "PassWord1", "iloveyou" };
  g_autoptr (PbPasswords) pool = pb_passwords_new ();
  g_autofree gchar *huge = g_strnfill (PB_PASSWORD_MAX_BYTES + 1, 'x');
  g_autoptr (GError) error = NULL;
  Answers a = { .loop = g_main_loop_new (NULL, FALSE) };
  guint taken = 0;

  g_assert_true (pb_passwords_hash (pool, "correct horse", on_hash, &a, NULL));
  g_main_loop_run (a.loop);
  g_assert_true (g_str_has_prefix (a.hash, "$argon2id$"));
  g_assert_true (check (pool, &a, a.hash, "correct horse"));
  g_assert_false (check (pool, &a, a.hash, "correct horsf"));
  g_assert_false (check (pool, &a, a.hash, ""));
  /* Nobody's login is never right, also not with the dummy's own password. */
  g_assert_false (check (pool, &a, NULL, "correct horse"));
  g_assert_false (check (pool, &a, NULL, "$argon2id$"));
  g_assert_false (check (pool, &a, "no hash at all", "correct horse"));
  g_assert_false (pb_passwords_check (pool, a.hash, huge, on_check, &a, NULL));
  /* So many wait, and no more; nobody waits for them here. */
  a.answers = 0;
  while (
      taken < 100 && pb_passwords_check (pool, a.hash, "x", on_check, &a, NULL))
    taken++;
  g_assert_cmpuint (taken, ==, PB_PASSWORDS_MAX_WAITING);
  while (a.answers < taken)
    g_main_loop_run (a.loop);
  g_assert_true (pb_passwords_check (pool, a.hash, "x", on_check, &a, NULL));
  g_assert_false (pb_password_check_form ("1234567", &error));
  g_assert_nonnull (error);
  g_assert_true (pb_password_check_form ("1234567\xc3\xa4", NULL));
  for (guint i = 0; i < G_N_ELEMENTS (common); i++) {
    g_clear_error (&error);
    g_assert_false (pb_password_check_form (common[i], &error));
    g_assert_nonnull (strstr (error->message, "Choose another"));
  }
  g_assert_true (pb_password_check_form ("12345678-9-cinder", NULL));
  g_main_loop_unref (a.loop);
  g_free (a.hash);
}

static void
never (gboolean right, gpointer user_data)
{
  g_assert_not_reached ();
}

static void
count_down (gpointer data)
{
  (*(guint *) data)--;
}

/* A thread that waits for work when the pool goes may wake up with some. */
static void
test_passwords_closed_at_once (void)
{
  Answers a = { .loop = g_main_loop_new (NULL, FALSE) };
  guint n = 0;

  for (guint i = 0; i < 5; i++) {
    PbPasswords *pool = pb_passwords_new ();

    check (pool, &a, NULL, "x");
    n++;
    g_assert_true (pb_passwords_check (pool, NULL, "x", never, &n, count_down));
    pb_passwords_free (pool);
    while (g_main_context_iteration (NULL, FALSE))
      ;
    g_assert_cmpuint (n, ==, 0);
  }
  g_main_loop_unref (a.loop);
}

/* Who is gone is not answered, and what was given for it is freed. */
static void
test_passwords_closed (void)
{
  PbPasswords *pool = pb_passwords_new ();
  guint n = 4;

  for (guint i = 0; i < 4; i++)
    g_assert_true (pb_passwords_check (pool, NULL, "x", never, &n, count_down));
  pb_passwords_free (pool);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (n, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/auth/tokens", test_tokens);
  g_test_add_func ("/auth/totp/rfc6238", test_totp_vectors);
  g_test_add_func ("/auth/totp/a-code-is-taken-once", test_totp_check);
  g_test_add ("/auth/jwt/life-and-rotation", SealFixture, NULL, seal_set_up,
      test_jwt_life, seal_tear_down);
  g_test_add ("/auth/jwt/wrong-clock", SealFixture, NULL, seal_set_up,
      test_jwt_clock, seal_tear_down);
  g_test_add ("/auth/jwt/forged", SealFixture, NULL, seal_set_up,
      test_jwt_forged, seal_tear_down);
  g_test_add_func ("/auth/passwords", test_passwords);
  g_test_add_func ("/auth/passwords/closed", test_passwords_closed);
  g_test_add_func (
      "/auth/passwords/closed-at-once", test_passwords_closed_at_once);
  return g_test_run ();
}
