/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who may do what, from where, and how often; no database and no socket. */
#include <gio/gio.h>
#include <string.h>

#include "auth/pb-buckets.h"
#include "auth/pb-principal.h"
#include "auth/pb-proofs.h"
#include "auth/pb-proxies.h"
#include "pb-bucket.h"

/* A letter for each kind of principal that may: l local, v c e a a person of
 * that role, L R P A a key of that scope, d share of a driver, s of a session,
 * p device. */
static const gchar columns[] = "lvceaLRPAdsp";
static const gchar role_columns[] = "vcea";
static const gchar scope_columns[] = "LRPA";

static const struct {
  PbAction action;
  const gchar *may;
} table[] = {
  { PB_MAY_SEE_LIVE, "lvceaLAd" },
  { PB_MAY_SEE_RECORDINGS, "lceaRAs" },
  { PB_MAY_SHARE, "lceaA" },
  { PB_MAY_PAIR, "leaA" },
  { PB_MAY_MANAGE_DEVICES, "leaA" },
  { PB_MAY_CONTROL_AGENTS, "leaA" },
  { PB_MAY_PUBLISH, "lPAp" },
  { PB_MAY_MANAGE_PEOPLE, "laA" },
  { PB_MAY_MANAGE_KEYS, "laA" },
  { PB_MAY_SEE_AUDIT, "laA" },
  { PB_MAY_SEE_SERVER_METRICS, "leaLA" },
  { PB_MAY_OWN_ACCOUNT, "vcea" },
  { PB_MAY_OWN_DEVICE, "p" },
};

static PbPrincipal *
make_principal (gchar column)
{
  const gchar *role = strchr (role_columns, column);
  const gchar *scope = strchr (scope_columns, column);
  PbPrincipal *p;

  if (role) {
    p = pb_principal_new (PB_PRINCIPAL_PERSON, "person", "Person", "red");
    p->role = PB_ROLE_VIEWER + (guint) (role - role_columns);
    return p;
  }
  if (scope) {
    p = pb_principal_new (PB_PRINCIPAL_API_KEY, "key", "Key", "red");
    p->scopes = 1u << (scope - scope_columns);
    return p;
  }
  if (column == 'l')
    return pb_principal_new (PB_PRINCIPAL_LOCAL, NULL, NULL, "default");
  p = pb_principal_new (
      column == 'p' ? PB_PRINCIPAL_DEVICE : PB_PRINCIPAL_SHARE, "x", "x",
      "red");
  if (column == 's')
    p->session = g_strdup ("s1");
  else
    p->driver = g_strdup ("car07");
  return p;
}

static void
test_capabilities (void)
{
  g_autoptr (PbPrincipal) nobody =
      pb_principal_new (PB_PRINCIPAL_NOBODY, NULL, NULL, NULL);

  g_assert_cmpuint (G_N_ELEMENTS (table), ==, PB_N_ACTIONS);
  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_assert_cmpuint (table[i].action, ==, i);
    g_assert_false (pb_principal_may (nobody, table[i].action));
    for (const gchar *c = columns; *c; c++) {
      g_autoptr (PbPrincipal) p = make_principal (*c);
      gboolean may = strchr (table[i].may, *c) != NULL;

      if (pb_principal_may (p, table[i].action) != may)
        g_error ("%c %s", *c, pb_action_to_string (table[i].action));
    }
  }
  for (const gchar *c = columns; *c; c++) {
    g_autoptr (PbPrincipal) p = make_principal (*c);

    g_assert_false (pb_principal_may (p, PB_N_ACTIONS));
    g_assert_false (pb_principal_may (p, (PbAction) -1));
  }
}

static void
test_sight (void)
{
  static const struct {
    gchar column;
    gboolean own, foreign, none;
    gboolean car07, car08, foreign_car07;
    gboolean s1, s2, foreign_s1;
  } rows[] = {
    { 'l', 1, 1, 1, 1, 1, 1, 1, 1, 1 },
    { 'v', 1, 0, 0, 1, 1, 0, 1, 1, 0 },
    { 'a', 1, 0, 0, 1, 1, 0, 1, 1, 0 },
    { 'L', 1, 0, 0, 1, 1, 0, 1, 1, 0 },
    { 'A', 1, 0, 0, 1, 1, 0, 1, 1, 0 },
    { 'd', 1, 0, 0, 1, 0, 0, 0, 0, 0 },
    { 's', 1, 0, 0, 0, 0, 0, 1, 0, 0 },
    { 'p', 1, 0, 0, 1, 0, 0, 0, 0, 0 },
  };
  g_autoptr (PbPrincipal) nobody =
      pb_principal_new (PB_PRINCIPAL_NOBODY, NULL, NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (PbPrincipal) first = make_principal (rows[i].column);
    g_autoptr (PbPrincipal) p = pb_principal_copy (first);

    g_assert_cmpint (pb_principal_sees_team (p, "red"), ==, rows[i].own);
    g_assert_cmpint (pb_principal_sees_team (p, "blue"), ==, rows[i].foreign);
    g_assert_cmpint (pb_principal_sees_team (p, NULL), ==, rows[i].none);
    g_assert_cmpint (
        pb_principal_sees_driver (p, "car07", "red"), ==, rows[i].car07);
    g_assert_cmpint (
        pb_principal_sees_driver (p, "car08", "red"), ==, rows[i].car08);
    g_assert_cmpint (pb_principal_sees_driver (p, "car07", "blue"), ==,
        rows[i].foreign_car07);
    g_assert_cmpint (
        pb_principal_sees_session (p, "s1", "red"), ==, rows[i].s1);
    g_assert_cmpint (
        pb_principal_sees_session (p, "s2", "red"), ==, rows[i].s2);
    g_assert_cmpint (
        pb_principal_sees_session (p, "s1", "blue"), ==, rows[i].foreign_s1);
  }
  g_assert_false (pb_principal_sees_team (nobody, "red"));
  g_assert_false (pb_principal_sees_team (nobody, NULL));
}

static void
test_names (void)
{
  for (gint role = PB_ROLE_VIEWER; role <= PB_ROLE_ADMIN; role++)
    g_assert_cmpint (pb_role_from_string (pb_role_to_string (role)), ==, role);
  for (guint i = 0; i < 4; i++)
    g_assert_cmpuint (
        pb_scope_from_string (pb_scope_to_string (1u << i)), ==, 1u << i);
  g_assert_cmpint (pb_role_from_string ("none"), ==, PB_ROLE_NONE);
  g_assert_cmpint (pb_role_from_string (NULL), ==, PB_ROLE_NONE);
  g_assert_cmpint (pb_role_from_string ("Admin"), ==, PB_ROLE_NONE);
  g_assert_cmpuint (pb_scope_from_string ("all"), ==, 0);
  g_assert_true (pb_team_id_is_valid ("red-2"));
  g_assert_true (pb_team_id_is_valid ("default"));
  g_assert_false (pb_team_id_is_valid (""));
  g_assert_false (pb_team_id_is_valid ("-red"));
  g_assert_false (pb_team_id_is_valid ("Red"));
  g_assert_false (pb_team_id_is_valid ("red/.."));
  g_assert_false (pb_team_id_is_valid ("a23456789012345678901234567890123"));
}

/* As many as the burst at once, then one an interval; each key on its own. */
static void
test_one_bucket (void)
{
  gint64 full_us = 0;
  gint64 now_us = 1000;
  guint n = 0;

  while (n < 99 && pb_bucket_take (&full_us, 10, 50, now_us))
    n++;
  g_assert_cmpuint (n, ==, 5);
  g_assert_false (pb_bucket_take (&full_us, 10, 50, now_us + 9));
  g_assert_true (pb_bucket_take (&full_us, 10, 50, now_us + 10));
  /* What is not had costs nothing; more than there ever is cannot be had. */
  g_assert_false (pb_bucket_take (&full_us, 51, 50, now_us + 9000));
  g_assert_true (pb_bucket_take (&full_us, 50, 50, now_us + 9000));
}

static void
test_buckets (void)
{
  static const struct {
    PbBucketKind kind;
    guint burst, interval_ms;
  } rows[] = {
    { PB_BUCKET_LOGIN_ADDRESS, 30, 2000 },
    { PB_BUCKET_LOGIN_ACCOUNT, 20, 45000 },
    { PB_BUCKET_LOGIN_PAIR, 3, 200000 },
    { PB_BUCKET_TOKEN_ADDRESS, 600, 200 },
    { PB_BUCKET_PAIR_ADDRESS, 20, 30000 },
    { PB_BUCKET_CODE_PRINCIPAL, 20, 10000 },
    { PB_BUCKET_CODE_TEAM, 100, 3000 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (PbBuckets) buckets = pb_buckets_new ();
    const gint64 interval_us = rows[i].interval_ms * (gint64) 1000;
    gint64 now_us = -5; /* a monotonic clock may begin anywhere */
    guint wait_s = 99;

    for (guint n = 0; n < rows[i].burst; n++) {
      g_assert_true (
          pb_buckets_take (buckets, rows[i].kind, "a", 1, now_us, &wait_s));
      g_assert_cmpuint (wait_s, ==, 0);
    }
    g_assert_false (
        pb_buckets_take (buckets, rows[i].kind, "a", 1, now_us, &wait_s));
    g_assert_cmpuint (wait_s, ==, (rows[i].interval_ms + 999) / 1000);
    g_assert_true (
        pb_buckets_take (buckets, rows[i].kind, "b", 1, now_us, NULL));
    /* A refusal costs nothing. */
    g_assert_false (pb_buckets_take (
        buckets, rows[i].kind, "a", 1, now_us + interval_us - 1, &wait_s));
    g_assert_cmpuint (wait_s, ==, 1);
    now_us += interval_us;
    g_assert_true (
        pb_buckets_take (buckets, rows[i].kind, "a", 1, now_us, NULL));
    g_assert_false (
        pb_buckets_take (buckets, rows[i].kind, "a", 1, now_us, NULL));
    pb_buckets_give (buckets, rows[i].kind, "a", 1);
    g_assert_true (
        pb_buckets_take (buckets, rows[i].kind, "a", 1, now_us, NULL));
    /* A long rest fills it, and no more than that. */
    now_us += 1000 * rows[i].burst * interval_us;
    g_assert_false (pb_buckets_take (
        buckets, rows[i].kind, "a", rows[i].burst + 1, now_us, NULL));
    g_assert_true (pb_buckets_take (
        buckets, rows[i].kind, "a", rows[i].burst, now_us, NULL));
    g_assert_false (
        pb_buckets_take (buckets, rows[i].kind, "a", 1, now_us, NULL));
  }
}

/* Who has many addresses does not fill the memory, nor empty another kind. */
static void
test_buckets_many (void)
{
  g_autoptr (PbBuckets) buckets = pb_buckets_new ();

  for (guint i = 0; i < 20; i++)
    g_assert_true (pb_buckets_take (
        buckets, PB_BUCKET_LOGIN_ACCOUNT, "engineer", 1, 0, NULL));
  for (guint i = 0; i < 3 * PB_BUCKETS_MAX_KEYS; i++) {
    g_autofree gchar *key = g_strdup_printf ("%u", i);

    g_assert_true (
        pb_buckets_take (buckets, PB_BUCKET_LOGIN_ADDRESS, key, 30, 0, NULL));
    g_assert_true (pb_buckets_count (buckets, PB_BUCKET_LOGIN_ADDRESS)
                   <= PB_BUCKETS_MAX_KEYS);
    /* In use, so never the one that goes. */
    g_assert_cmpint (
        pb_buckets_take (buckets, PB_BUCKET_LOGIN_ADDRESS, "me", 30, 0, NULL),
        ==, i == 0);
  }
  g_assert_false (pb_buckets_take (
      buckets, PB_BUCKET_LOGIN_ACCOUNT, "engineer", 1, 0, NULL));
}

static void
test_address_keys (void)
{
  static const gchar *const rows[][2] = {
    { "192.0.2.7", "192.0.2.7" },
    { "::ffff:192.0.2.7", "192.0.2.7" },
    { "2001:db8:1:2:3:4:5:6", "2001:0db8:0001:0002::/64" },
    { "2001:db8:1:2::9", "2001:0db8:0001:0002::/64" },
    { "2001:db8:1:3::9", "2001:0db8:0001:0003::/64" },
    { "", "?" },
    { "no address", "?" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree gchar *key = pb_buckets_dup_address_key (rows[i][0]);

    g_assert_cmpstr (key, ==, rows[i][1]);
  }
}

static void
test_proxies (void)
{
  static const gchar *const networks[] = { "127.0.0.1", "10.1.0.0/16",
    "fd00::/8", NULL };
  static const struct {
    const gchar *peer;
    PbForwarded said; /* X-Forwarded-For, -Proto, Forwarded */
    const gchar *client;
    gboolean is_secure;
  } rows[] = {
    { "127.0.0.1", { NULL, NULL, NULL }, "127.0.0.1", FALSE },
    { "127.0.0.1", { "203.0.113.9", "https", NULL }, "203.0.113.9", TRUE },
    { "127.0.0.1", { "203.0.113.9", "http", NULL }, "203.0.113.9", FALSE },
    { "127.0.0.1", { "203.0.113.9", NULL, NULL }, "203.0.113.9", FALSE },
    { "127.0.0.1", { NULL, "https", NULL }, "127.0.0.1", TRUE },
    { "::ffff:127.0.0.1", { "2001:db8::9", "https", NULL }, "2001:db8::9",
        TRUE },
    /* Nobody's word but a proxy's. */
    { "192.0.2.1", { "203.0.113.9", "https", "for=203.0.113.9;proto=https" },
        "192.0.2.1", FALSE },
    { "", { "203.0.113.9", "https", NULL }, "", FALSE },
    /* What a client put there itself stands before what the proxy added. */
    { "127.0.0.1", { "127.0.0.1, 203.0.113.9", "https", NULL }, "203.0.113.9",
        TRUE },
    { "127.0.0.1",
        { "198.51.100.1,203.0.113.9 , 10.1.2.3", "http, https", NULL },
        "203.0.113.9", TRUE },
    { "127.0.0.1", { "203.0.113.9, nonsense, 10.1.2.3", "https", NULL },
        "10.1.2.3", TRUE },
    { "127.0.0.1", { "10.1.2.4, 10.1.2.3", "https", NULL }, "10.1.2.4", TRUE },
    { "127.0.0.1", { "nonsense", "https", NULL }, "127.0.0.1", FALSE },
    { "127.0.0.1", { "", "https", NULL }, "127.0.0.1", FALSE },
    { "127.0.0.1", { "203.0.113.9:4711", "https", NULL }, "203.0.113.9", TRUE },
    { "127.0.0.1", { "[2001:DB8::9]:4711", "https", NULL }, "2001:db8::9",
        TRUE },
    { "127.0.0.1", { "203.0.113.9", "https://", NULL }, "203.0.113.9", FALSE },
    { "127.0.0.1", { NULL, NULL, "for=203.0.113.9;proto=https;by=127.0.0.1" },
        "203.0.113.9", TRUE },
    { "127.0.0.1", { NULL, NULL, "For=\"[2001:db8::9]:4711\" ; Proto=HTTPS" },
        "2001:db8::9", TRUE },
    { "127.0.0.1",
        { NULL, NULL,
            "for=198.51.100.1;proto=https, for=203.0.113.9;proto=http,"
            "for=fd00::1" },
        "203.0.113.9", FALSE },
    { "127.0.0.1", { NULL, NULL, "for=\"203.0.113.9, for=1.2.3.4" },
        "127.0.0.1", FALSE },
    { "127.0.0.1", { NULL, NULL, "for=unknown;proto=https" }, "127.0.0.1",
        FALSE },
    { "127.0.0.1", { NULL, NULL, ";;=,,=\"" }, "127.0.0.1", FALSE },
    /* One of the two is the client's own. */
    { "127.0.0.1", { "203.0.113.9", "https", "for=198.51.100.1;proto=https" },
        "127.0.0.1", FALSE },
    { "127.0.0.1", { "203.0.113.9", "https", "for=203.0.113.9;proto=http" },
        "203.0.113.9", TRUE },
  };
  static const gchar *const bad[] = { "", "proxy.example", "10.1.0.0/33",
    "10.1.2.3/16" };
  g_autoptr (GError) error = NULL;
  g_autoptr (PbProxies) proxies = pb_proxies_new (networks, &error);
  g_autoptr (PbProxies) none = pb_proxies_new (NULL, &error);
  g_autoptr (GString) many = g_string_new ("203.0.113.9");

  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    gboolean is_secure = FALSE, never = FALSE;
    g_autofree gchar *client = pb_proxies_find_client (
        proxies, rows[i].peer, &rows[i].said, &is_secure);
    g_autofree gchar *peer =
        pb_proxies_find_client (none, rows[i].peer, &rows[i].said, &never);

    g_test_message ("row %u", i);
    g_assert_cmpstr (client, ==, rows[i].client);
    g_assert_cmpint (is_secure, ==, rows[i].is_secure);
    g_assert_cmpstr (peer, ==, rows[i].peer);
    g_assert_false (never);
  }
  for (guint i = 0; i < 20; i++)
    g_string_append (many, ", 10.1.2.3");
  {
    const PbForwarded said = { many->str, "https", NULL };
    gboolean is_secure = FALSE;
    g_autofree gchar *client =
        pb_proxies_find_client (proxies, "127.0.0.1", &said, &is_secure);

    g_assert_cmpstr (client, ==, "10.1.2.3");
  }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    const gchar *const list[] = { bad[i], NULL };

    g_assert_null (pb_proxies_new (list, &error));
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
    g_clear_error (&error);
  }
}

static void
test_proofs (void)
{
  PbProofs *proofs = pb_proofs_new ();
  const gint64 life_us = PB_PROOF_LIFE_S * (gint64) G_USEC_PER_SEC;

  g_assert_false (pb_proofs_is_fresh (proofs, "ann", 5));
  pb_proofs_add (proofs, "ann", 5);
  g_assert_true (pb_proofs_is_fresh (proofs, "ann", 5));
  g_assert_false (pb_proofs_is_fresh (proofs, "bob", 5));
  g_assert_true (pb_proofs_is_fresh (proofs, "ann", 4 + life_us));
  g_assert_false (pb_proofs_is_fresh (proofs, "ann", 5 + life_us));
  /* Shown again. */
  pb_proofs_add (proofs, "ann", 6 + life_us);
  g_assert_true (pb_proofs_is_fresh (proofs, "ann", 5 + 2 * life_us));
  /* What is over is not kept, and nobody can make it many. */
  for (guint i = 0; i < 3 * PB_PROOFS_MAX; i++) {
    g_autofree gchar *login = g_strdup_printf ("login%u", i);

    pb_proofs_add (proofs, login, 3 * life_us);
    g_assert_true (pb_proofs_is_fresh (proofs, login, 3 * life_us));
    g_assert_cmpuint (pb_proofs_count (proofs), <=, PB_PROOFS_MAX);
  }
  pb_proofs_add (proofs, "ann", 5 * life_us);
  g_assert_cmpuint (pb_proofs_count (proofs), ==, 1);
  pb_proofs_free (proofs);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/auth/proofs", test_proofs);
  g_test_add_func ("/auth/capabilities", test_capabilities);
  g_test_add_func ("/auth/who-sees-whose", test_sight);
  g_test_add_func ("/auth/names", test_names);
  g_test_add_func ("/auth/proxies", test_proxies);
  g_test_add_func ("/auth/buckets/one", test_one_bucket);
  g_test_add_func ("/auth/buckets", test_buckets);
  g_test_add_func ("/auth/buckets/many-keys", test_buckets_many);
  g_test_add_func ("/auth/buckets/address", test_address_keys);
  return g_test_run ();
}
