/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the database keeps of logins, and of what signs their tokens. */
#include "../lib/pb-test-people.h"
#include "../lib/pb-test-recording.h"
#include "store/pb-logins.h"

#define NOW_US (G_GINT64_CONSTANT (1800000000) * G_USEC_PER_SEC)

static PbRefreshVerdict
refresh (PbStore *store, const gchar *token, gint64 now_us, gchar **next)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PbLogin) login = NULL;
  PbRefreshVerdict verdict;

  g_assert_true (pb_store_begin_change (store, PB_STORE_BRIEFLY_MS, &error));
  g_assert_true (pb_store_refresh_login (
      store, token, now_us, &verdict, &login, next, &error));
  g_assert_no_error (error);
  g_assert_true (pb_store_end_change (store, TRUE, &error));
  g_assert_cmpint (login != NULL, ==, verdict != PB_REFRESH_UNKNOWN);
  g_assert_cmpint (*next != NULL, ==,
      verdict == PB_REFRESH_GOOD || verdict == PB_REFRESH_REPEATED);
  return verdict;
}

static guint
count_logins (PbStore *store, const gchar *person)
{
  g_autoptr (GPtrArray) list = pb_store_list_logins (store, person, NULL);

  return list->len;
}

static void
test_refresh (PbTestRecording *f, gconstpointer unused)
{
  PbStore *store = f->data->store;
  g_autofree gchar *ann =
      pb_test_add_person (store, "ann", "default", PB_ROLE_ADMIN);
  g_autofree gchar *first = NULL, *second = NULL, *third = NULL, *none = NULL;
  g_autofree gchar *other = NULL;
  g_autofree gchar *id = pb_test_open_login (store, ann, NOW_US, &first);
  g_autofree gchar *other_id =
      pb_test_open_login (store, ann, NOW_US + 1, &other);
  g_autofree gchar *changed = g_strdup (first);

  changed[30] = changed[30] == 'a' ? 'b' : 'a';
  g_assert_cmpint (
      refresh (store, changed, NOW_US, &none), ==, PB_REFRESH_UNKNOWN);
  g_assert_cmpint (
      refresh (store, "pbr_x", NOW_US, &none), ==, PB_REFRESH_UNKNOWN);
  g_assert_cmpint (
      refresh (store, first, NOW_US, &second), ==, PB_REFRESH_GOOD);
  g_assert_cmpint (
      refresh (store, second, NOW_US, &third), ==, PB_REFRESH_GOOD);
  g_assert_cmpuint (count_logins (store, ann), ==, 2);
  /* A stolen one: the login is over, for thief and owner; others go on. */
  g_assert_cmpint (
      refresh (store, first, NOW_US, &none), ==, PB_REFRESH_REPLAYED);
  g_assert_cmpuint (count_logins (store, ann), ==, 1);
  g_assert_cmpint (
      refresh (store, third, NOW_US, &none), ==, PB_REFRESH_UNKNOWN);
  g_free (second);
  g_assert_cmpint (
      refresh (store, other, NOW_US, &second), ==, PB_REFRESH_GOOD);
  /* Not used for 30 days. */
  g_assert_cmpint (refresh (store, second, NOW_US + PB_LOGIN_LIFE_US, &none),
      ==, PB_REFRESH_UNKNOWN);
}

/* Used a moment ago, and its answer not used: that was lost. Each of these is
 * one login from its beginning. */
static void
test_refresh_repeated (PbTestRecording *f, gconstpointer unused)
{
  PbStore *store = f->data->store;
  g_autofree gchar *ann =
      pb_test_add_person (store, "ann", "default", PB_ROLE_ADMIN);
  static const struct {
    gint64 later_us;
    PbRefreshVerdict verdict;
  } rows[] = {
    { 0, PB_REFRESH_REPEATED },
    { G_TIME_SPAN_MINUTE, PB_REFRESH_REPEATED },
    { G_TIME_SPAN_MINUTE + 1, PB_REFRESH_REPLAYED },
    /* The clock was set back. */
    { -G_TIME_SPAN_MINUTE, PB_REFRESH_REPEATED },
    { -G_TIME_SPAN_HOUR, PB_REFRESH_REPLAYED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree gchar *first = NULL, *lost = NULL, *next = NULL, *none = NULL;
    g_autofree gchar *id = pb_test_open_login (store, ann, NOW_US, &first);
    const gint64 again_us = NOW_US + rows[i].later_us;

    g_assert_cmpint (
        refresh (store, first, NOW_US, &lost), ==, PB_REFRESH_GOOD);
    g_assert_cmpint (
        refresh (store, first, again_us, &next), ==, rows[i].verdict);
    if (rows[i].verdict == PB_REFRESH_REPLAYED) {
      g_assert_cmpuint (count_logins (store, ann), ==, 0);
      continue;
    }
    /* Once more, then on; the one that was lost ends it. */
    g_free (next);
    g_assert_cmpint (
        refresh (store, first, again_us, &next), ==, PB_REFRESH_REPEATED);
    g_assert_cmpint (
        refresh (store, next, again_us + 1, &none), ==, PB_REFRESH_GOOD);
    g_free (none);
    g_assert_cmpint (
        refresh (store, lost, again_us + 2, &none), ==, PB_REFRESH_REPLAYED);
    g_assert_cmpuint (count_logins (store, ann), ==, 0);
  }
}

static void
test_logins_are_few (PbTestRecording *f, gconstpointer unused)
{
  PbStore *store = f->data->store;
  g_autofree gchar *ann =
      pb_test_add_person (store, "ann", "default", PB_ROLE_ADMIN);
  g_autofree gchar *bob =
      pb_test_add_person (store, "bob", "default", PB_ROLE_ADMIN);
  g_autofree gchar *keep = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < PB_LOGINS_MAX + 5; i++) {
    g_autofree gchar *token = NULL;

    g_free (keep);
    keep = pb_test_open_login (store, ann, NOW_US + i, &token);
  }
  {
    g_autofree gchar *token = NULL;
    g_autofree gchar *id = pb_test_open_login (store, bob, NOW_US, &token);

    g_assert_false (pb_store_end_login (store, id, ann, &error));
    g_assert_error (error, PB_STORE_ERROR, PB_STORE_ERROR_NOT_FOUND);
    g_clear_error (&error);
  }
  g_assert_cmpuint (count_logins (store, ann), ==, PB_LOGINS_MAX);
  g_assert_true (pb_store_end_logins (store, ann, keep, &error));
  g_assert_cmpuint (count_logins (store, ann), ==, 1);
  g_assert_cmpuint (count_logins (store, bob), ==, 1);
  g_assert_true (pb_store_remove_person (store, ann, &error));
  g_assert_cmpuint (count_logins (store, ann), ==, 0);
}

static void
test_totp_step (PbTestRecording *f, gconstpointer unused)
{
  PbStore *store = f->data->store;
  g_autofree gchar *ann =
      pb_test_add_person (store, "ann", "default", PB_ROLE_ADMIN);
  g_autoptr (GBytes) sealed = pb_seal_close (f->data->seal, "secret");
  g_autoptr (PbPerson) person = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (pb_store_set_totp (store, ann, sealed, 5, &error));
  g_assert_false (pb_store_take_totp_step (store, ann, 5, &error));
  g_assert_error (error, PB_STORE_ERROR, PB_STORE_ERROR_REFUSED);
  g_clear_error (&error);
  g_assert_true (pb_store_take_totp_step (store, ann, 6, &error));
  g_assert_false (pb_store_take_totp_step (store, ann, 6, NULL));
  /* It is not replaced, only taken away. */
  g_assert_false (pb_store_add_totp (store, ann, sealed, 7, &error));
  g_assert_error (error, PB_STORE_ERROR, PB_STORE_ERROR_REFUSED);
  g_clear_error (&error);
  person = pb_store_get_person (store, ann, &error);
  g_assert_cmpint (person->totp_step, ==, 6);
  g_assert_true (g_bytes_equal (person->sealed_totp, sealed));
  g_assert_true (pb_store_set_totp (store, ann, NULL, 0, &error));
  g_assert_true (pb_store_add_totp (store, ann, sealed, 7, &error));
  /* Taken by a clock that was an hour ahead. */
  g_assert_true (pb_store_take_totp_step (store, ann, 120, &error));
  g_assert_false (pb_store_take_totp_step (store, ann, 119, NULL));
  g_assert_true (pb_store_take_totp_step (store, ann, 8, &error));
  g_assert_no_error (error);
}

static void
test_jwt_keys (PbTestRecording *f, gconstpointer unused)
{
  PbStore *store = f->data->store;
  g_autoptr (PbJwt) first = pb_jwt_new (f->data->seal);
  g_autoptr (PbJwt) second = pb_jwt_new (f->data->seal);
  PbJwtClaims claims = { (gchar *) "p", (gchar *) "default", (gchar *) "admin",
    (gchar *) "f" };
  g_autofree gchar *token = NULL;
  g_autoptr (PbJwtClaims) found = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (pb_store_rotate_jwt_key (store, first, NOW_US, &error));
  token = pb_jwt_sign (first, &claims, NOW_US / G_USEC_PER_SEC);
  /* After a restart. */
  g_assert_true (pb_store_load_jwt_keys (store, second, &error));
  g_assert_false (pb_jwt_needs_key (second, NOW_US / G_USEC_PER_SEC));
  found = pb_jwt_verify (second, token, NOW_US / G_USEC_PER_SEC);
  g_assert_nonnull (found);
  /* Set back by more than a token's life: that one signs nothing now. */
  g_assert_true (pb_store_rotate_jwt_key (
      store, second, NOW_US - G_TIME_SPAN_DAY, &error));
  pb_jwt_free (g_steal_pointer (&first));
  first = pb_jwt_new (f->data->seal);
  g_assert_true (pb_store_load_jwt_keys (store, first, &error));
  g_assert_null (pb_jwt_verify (first, token, NOW_US / G_USEC_PER_SEC));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) \
  g_test_add (path, PbTestRecording, NULL, pb_test_recording_set_up, func, \
      pb_test_recording_tear_down)
  ADD ("/identity/logins/refresh", test_refresh);
  ADD ("/identity/logins/refresh-repeated", test_refresh_repeated);
  ADD ("/identity/logins/are-few", test_logins_are_few);
  ADD ("/identity/totp", test_totp_step);
  ADD ("/identity/jwt-keys", test_jwt_keys);
  return g_test_run ();
}
