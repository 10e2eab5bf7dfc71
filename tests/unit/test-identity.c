/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the database keeps of teams, people, logins, keys, links, devices and
 * the audit log; and who is found by it. */
#include <sqlite3.h>
#include <string.h>

#include "../lib/pb-test-recording.h"
#include "../lib/pb-test-wait.h"
#include "store/pb-audit.h"
#include "store/pb-devices.h"
#include "store/pb-directory.h"
#include "store/pb-grants.h"
#include "store/pb-logins.h"
#include "store/pb-passphrases.h"
#include "store/pb-people.h"
#include "store/pb-readers.h"

#define NOW_US (G_GINT64_CONSTANT (1800000000) * G_USEC_PER_SEC)

static gchar *
dup_db_path (PbTestRecording *f)
{
  return g_build_filename (f->folder, "pitbox.db", NULL);
}

static gchar *
add_person (PbStore *store, const gchar *login, const gchar *team, PbRole role)
{
  g_autoptr (GError) error = NULL;
  gchar *id = pb_store_add_person (store, login, login, "hash", &error);

  g_assert_no_error (error);
  g_assert_true (pb_store_set_member (store, team, id, role, &error));
  g_assert_no_error (error);
  return id;
}

static void
test_people (PbTestRecording *f, gconstpointer unused)
{
  PbStore *store = f->data->store;
  static const gchar *const bad[] = { "", "a b", "a\tb", "j\xc3\xa9", "a\x7f" };
  g_autofree gchar *long_login = g_strnfill (PB_LOGIN_MAX_BYTES + 1, 'a');
  g_autofree gchar *ann = add_person (store, "ann", "default", PB_ROLE_ADMIN);
  g_autofree gchar *bob = add_person (store, "bob", "default", PB_ROLE_VIEWER);
  g_autoptr (PbPerson) found = NULL;
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (pb_person_check_names (bad[i], "x", NULL));
  g_assert_false (pb_person_check_names (long_login, "x", NULL));
  g_assert_false (pb_person_check_names ("x", "", NULL));
  g_assert_false (pb_person_check_names ("x", "a\nb", NULL));
  g_assert_false (pb_person_check_names ("x", "\xff", NULL));
  g_assert_true (
      pb_person_check_names ("j@x.org", "J\xc3\xa9r\xc3\xb4me", NULL));
  /* One login, in letters of any case. */
  g_assert_null (pb_store_add_person (store, "ANN", "x", "hash", &error));
  g_assert_error (error, PB_STORE_ERROR, PB_STORE_ERROR_EXISTS);
  g_clear_error (&error);
  found = pb_store_find_person (store, "Ann", &error);
  g_assert_cmpstr (found->id, ==, ann);
  g_assert_null (pb_store_find_person (store, "an", &error));
  g_assert_error (error, PB_STORE_ERROR, PB_STORE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  /* A team keeps an admin. */
  g_assert_false (
      pb_store_change_role (store, "default", ann, PB_ROLE_ENGINEER, &error));
  g_assert_error (error, PB_STORE_ERROR, PB_STORE_ERROR_REFUSED);
  g_clear_error (&error);
  g_assert_false (pb_store_remove_member (store, "default", ann, &error));
  g_clear_error (&error);
  g_assert_true (
      pb_store_change_role (store, "default", bob, PB_ROLE_ADMIN, &error));
  g_assert_true (
      pb_store_change_role (store, "default", ann, PB_ROLE_ENGINEER, &error));
  /* Of another team nobody is. */
  g_assert_false (
      pb_store_change_role (store, "red", bob, PB_ROLE_ADMIN, &error));
  g_clear_error (&error);
  g_assert_false (
      pb_store_set_member (store, "red", bob, PB_ROLE_ADMIN, &error));
  g_assert_error (error, PB_STORE_ERROR, PB_STORE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  /* An invitation takes nothing away. */
  g_assert_true (
      pb_store_join_team (store, "default", bob, PB_ROLE_VIEWER, &error));
  g_assert_false (
      pb_store_change_role (store, "default", bob, PB_ROLE_VIEWER, NULL));
  g_assert_true (
      pb_store_join_team (store, "default", ann, PB_ROLE_ADMIN, &error));
  g_assert_true (
      pb_store_change_role (store, "default", bob, PB_ROLE_VIEWER, &error));
  g_assert_true (
      pb_store_change_role (store, "default", bob, PB_ROLE_ADMIN, &error));
  /* Whose password it was when it was looked at. */
  g_assert_true (pb_store_check_same_password (store, found, &error));
  g_assert_true (pb_store_set_password (store, ann, "another", &error));
  g_assert_false (pb_store_check_same_password (store, found, &error));
  g_assert_error (error, PB_STORE_ERROR, PB_STORE_ERROR_REFUSED);
  g_clear_error (&error);
  /* Who is in no team any more is gone. */
  g_assert_true (pb_store_remove_member (store, "default", ann, &error));
  list = pb_store_list_people (store, NULL, &error);
  g_assert_cmpuint (list->len, ==, 1);
}

static void
test_teams (PbTestRecording *f, gconstpointer unused)
{
  PbStore *store = f->data->store;
  PbSeal *seal = f->data->seal;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *ann = NULL;
  const gchar *const both[] = { "car07", "car99", NULL };
  gchar *key;

  g_assert_true (pb_store_add_team (store, "red", "Red Racing", &error));
  g_assert_false (pb_store_add_team (store, "red", "x", &error));
  g_assert_error (error, PB_STORE_ERROR, PB_STORE_ERROR_EXISTS);
  g_clear_error (&error);
  g_assert_false (pb_store_add_team (store, "Red", "x", &error));
  g_assert_error (error, PB_STORE_ERROR, PB_STORE_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (pb_store_remove_team (store, "default", NULL));
  /* A driver belongs to one team, and so do its devices. */
  key = pb_store_add_device (store, seal, "pc", "car07", "default", &error);
  g_assert_no_error (error);
  pb_secret_free (key);
  g_assert_null (
      pb_store_add_device (store, seal, "pc2", "car07", "red", &error));
  g_assert_error (error, PB_STORE_ERROR, PB_STORE_ERROR_REFUSED);
  g_clear_error (&error);
  g_assert_null (
      pb_store_add_device (store, seal, "pc2", "car08", "blue", &error));
  g_assert_error (error, PB_STORE_ERROR, PB_STORE_ERROR_REFUSED);
  g_clear_error (&error);
  key = pb_store_add_device (store, seal, "pc2", "car08", "red", &error);
  g_assert_no_error (error);
  pb_secret_free (key);
  g_assert_false (
      pb_store_set_device_driver (store, "pc2", "car07", "red", &error));
  g_clear_error (&error);
  g_assert_false (
      pb_store_set_device_driver (store, "pc2", "car07", "default", &error));
  g_clear_error (&error);
  g_assert_true (
      pb_store_set_device_driver (store, "pc2", "car09", "red", &error));
  g_assert_false (pb_store_remove_device (store, "pc2", "default", &error));
  g_clear_error (&error);
  g_assert_null (pb_store_add_reader (store, seal, "tv", both, "red", &error));
  g_assert_error (error, PB_STORE_ERROR, PB_STORE_ERROR_REFUSED);
  g_clear_error (&error);
  key = pb_store_add_reader (store, seal, "tv", both, "default", &error);
  g_assert_no_error (error);
  pb_secret_free (key);
  g_assert_false (pb_store_remove_reader (store, "tv", "red", NULL));
  /* Not while somebody is in it. */
  ann = add_person (store, "ann", "red", PB_ROLE_ADMIN);
  g_assert_false (pb_store_remove_team (store, "red", &error));
  g_assert_error (error, PB_STORE_ERROR, PB_STORE_ERROR_REFUSED);
  g_clear_error (&error);
  g_assert_true (pb_store_add_team (store, "empty", "x", &error));
  g_assert_true (pb_store_remove_team (store, "empty", &error));
}

static void
test_rotate (PbTestRecording *f, gconstpointer unused)
{
  PbStore *store = f->data->store;
  g_autoptr (GError) error = NULL;
  gchar *first = pb_store_add_device (
      store, f->data->seal, "pc", "car07", "default", &error);
  gchar *second;
  g_autoptr (GPtrArray) list = NULL;
  const PbDevice *device;

  g_assert_null (
      pb_store_rotate_device (store, f->data->seal, "pc", "red", &error));
  g_assert_error (error, PB_STORE_ERROR, PB_STORE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  second =
      pb_store_rotate_device (store, f->data->seal, "pc", "default", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (first, !=, second);
  pb_store_note_device (store, "pc", "10.0.0.7", "1.2");
  pb_test_recording_wait_for_store (f);
  list = pb_store_list_devices (store, f->data->seal, &error);
  device = g_ptr_array_index (list, 0);
  g_assert_cmpstr (device->passphrase, ==, second);
  g_assert_cmpstr (device->address, ==, "10.0.0.7");
  g_assert_cmpstr (device->version, ==, "1.2");
  g_assert_cmpint (device->last_seen_utc_us, >, 0);
  g_assert_false (device->is_paired);
  pb_secret_free (first);
  pb_secret_free (second);
}

static gchar *
open_login (PbStore *store, const gchar *person, gint64 now_us, gchar **token)
{
  g_autoptr (GError) error = NULL;
  gchar *id;

  g_assert_true (pb_store_begin_change (store, PB_STORE_BRIEFLY_MS, &error));
  id = pb_store_open_login (store, person, "default", "127.0.0.1", "a browser",
      now_us, token, &error);
  g_assert_no_error (error);
  g_assert_true (pb_store_end_change (store, TRUE, &error));
  return id;
}

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
  g_autofree gchar *ann = add_person (store, "ann", "default", PB_ROLE_ADMIN);
  g_autofree gchar *first = NULL, *second = NULL, *third = NULL, *none = NULL;
  g_autofree gchar *other = NULL;
  g_autofree gchar *id = open_login (store, ann, NOW_US, &first);
  g_autofree gchar *other_id = open_login (store, ann, NOW_US + 1, &other);
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
  g_autofree gchar *ann = add_person (store, "ann", "default", PB_ROLE_ADMIN);
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
    g_autofree gchar *id = open_login (store, ann, NOW_US, &first);
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
  g_autofree gchar *ann = add_person (store, "ann", "default", PB_ROLE_ADMIN);
  g_autofree gchar *bob = add_person (store, "bob", "default", PB_ROLE_ADMIN);
  g_autofree gchar *keep = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < PB_LOGINS_MAX + 5; i++) {
    g_autofree gchar *token = NULL;

    g_free (keep);
    keep = open_login (store, ann, NOW_US + i, &token);
  }
  {
    g_autofree gchar *token = NULL;
    g_autofree gchar *id = open_login (store, bob, NOW_US, &token);

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
  g_autofree gchar *ann = add_person (store, "ann", "default", PB_ROLE_ADMIN);
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

static gchar *
add_grant (PbStore *store, PbGrantKind kind, PbGrant grant)
{
  g_autoptr (PbGrant) copy = g_new0 (PbGrant, 1);
  g_autoptr (GError) error = NULL;
  gchar *token;

  copy->team = g_strdup (grant.team ? grant.team : "default");
  copy->name = g_strdup ("a key");
  copy->created_by = g_strdup ("ann");
  copy->scopes = grant.scopes;
  copy->driver = g_strdup (grant.driver);
  copy->session = g_strdup (grant.session);
  copy->role = grant.role;
  copy->expires_utc_us = grant.expires_utc_us;
  token = pb_store_add_grant (store, kind, copy, &error);
  g_assert_no_error (error);
  g_assert_nonnull (copy->id);
  return token;
}

static void
test_directory (PbTestRecording *f, gconstpointer unused)
{
  PbStore *store = f->data->store;
  g_autoptr (GError) error = NULL;
  g_autoptr (PbDirectory) d = pb_directory_new (store, &error);
  const gint64 soon = g_get_real_time () + G_TIME_SPAN_HOUR;
  g_autofree gchar *refresh_token = NULL, *ann = NULL, *family = NULL;
  g_autofree gchar *key = NULL, *share = NULL, *device = NULL;
  g_autoptr (PbPrincipal) p_key = NULL, p_share = NULL, p_device = NULL;
  g_autoptr (PbPrincipal) p_person = NULL;
  g_autoptr (PbPrincipal) local =
      pb_principal_new (PB_PRINCIPAL_LOCAL, NULL, NULL, PB_TEAM_DEFAULT);
  g_autoptr (GArray) memberships = NULL;
  PbJwtClaims claims = { NULL, (gchar *) "default", (gchar *) "admin", NULL };
  gchar *passphrase;

  g_assert_false (pb_directory_has_people (d));
  g_assert_true (pb_directory_is_alive (d, local, NOW_US));
  g_assert_true (pb_store_add_team (store, "red", "Red", &error));
  ann = add_person (store, "ann", "default", PB_ROLE_COACH);
  family = open_login (store, ann, g_get_real_time (), &refresh_token);
  key = add_grant (store, PB_GRANT_API_KEY,
      (PbGrant){ .scopes = PB_SCOPE_READ_LIVE, .team = (gchar *) "red" });
  share = add_grant (store, PB_GRANT_SHARE,
      (PbGrant){ .driver = (gchar *) "car07", .expires_utc_us = soon });
  passphrase = pb_store_add_device (
      store, f->data->seal, "pc", "car07", "default", &error);
  pb_secret_free (passphrase);
  passphrase =
      pb_store_add_device (store, f->data->seal, "pc2", "car08", "red", &error);
  pb_secret_free (passphrase);
  device = pb_store_give_device_token (store, "pc2", &error);
  g_assert_no_error (error);
  /* Nothing is known before it is read. */
  g_assert_null (pb_directory_find_token (d, key, soon - 1));
  g_assert_true (pb_directory_load (d, &error));
  g_assert_true (pb_directory_has_people (d));
  g_assert_false (pb_directory_is_alive (d, local, NOW_US));

  p_key = pb_directory_find_token (d, key, soon - 1);
  g_assert_cmpint (p_key->kind, ==, PB_PRINCIPAL_API_KEY);
  g_assert_cmpstr (p_key->team, ==, "red");
  g_assert_cmpuint (p_key->scopes, ==, PB_SCOPE_READ_LIVE);
  p_share = pb_directory_find_token (d, share, soon - 1);
  g_assert_cmpstr (p_share->driver, ==, "car07");
  g_assert_null (pb_directory_find_token (d, share, soon));
  g_assert_true (pb_directory_is_alive (d, p_share, soon - 1));
  g_assert_false (pb_directory_is_alive (d, p_share, soon));
  p_device = pb_directory_find_token (d, device, soon);
  g_assert_cmpint (p_device->kind, ==, PB_PRINCIPAL_DEVICE);
  g_assert_cmpstr (p_device->id, ==, "pc2");
  g_assert_cmpstr (p_device->driver, ==, "car08");
  key[40] = key[40] == 'a' ? 'b' : 'a';
  g_assert_null (pb_directory_find_token (d, key, soon - 1));
  g_assert_null (pb_directory_find_token (d, refresh_token, soon - 1));

  claims.person = ann;
  claims.family = family;
  p_person = pb_directory_find_login (d, &claims, soon - 1);
  /* The database's word counts, not the token's. */
  g_assert_cmpint (p_person->role, ==, PB_ROLE_COACH);
  claims.team = (gchar *) "red";
  g_assert_null (pb_directory_find_login (d, &claims, soon - 1));
  claims.team = (gchar *) "default";
  g_assert_null (pb_directory_find_login (d, &claims, soon + PB_LOGIN_LIFE_US));
  memberships = pb_directory_list_memberships (d, ann);
  g_assert_cmpuint (memberships->len, ==, 1);
  g_assert_cmpstr (pb_directory_get_driver_team (d, "car08"), ==, "red");
  g_assert_cmpstr (pb_directory_get_driver_team (d, "gone"), ==, "default");

  /* All of it withdrawn. */
  g_assert_true (pb_store_remove_grant (
      store, PB_GRANT_API_KEY, p_key->id, "red", &error));
  g_assert_true (pb_store_remove_grant (
      store, PB_GRANT_SHARE, p_share->id, "default", &error));
  g_assert_true (pb_store_remove_device (store, "pc2", "red", &error));
  g_assert_true (pb_store_end_login (store, family, ann, &error));
  g_assert_true (pb_directory_load (d, &error));
  g_assert_false (pb_directory_is_alive (d, p_key, soon - 1));
  g_assert_false (pb_directory_is_alive (d, p_share, soon - 1));
  g_assert_false (pb_directory_is_alive (d, p_device, soon - 1));
  g_assert_false (pb_directory_is_alive (d, p_person, soon - 1));
  g_assert_null (pb_directory_find_token (d, device, soon - 1));
  g_assert_null (pb_directory_find_login (d, &claims, soon - 1));
}

/* As a command beside the server does. */
static void
test_directory_follows (PbTestRecording *f, gconstpointer unused)
{
  g_autoptr (PbDirectory) d = pb_directory_new (f->data->store, NULL);
  g_autofree gchar *path = dup_db_path (f);
  g_autoptr (PbStore) other = pb_store_new (path, NULL);
  g_autofree gchar *ann = NULL;

  g_assert_false (pb_directory_follow (d));
  ann = add_person (other, "ann", "default", PB_ROLE_ADMIN);
  g_assert_true (pb_directory_follow (d));
  g_assert_true (pb_directory_has_people (d));
  g_assert_false (pb_directory_follow (d));
}

static void
test_grants (PbTestRecording *f, gconstpointer unused)
{
  PbStore *store = f->data->store;
  const gint64 now = g_get_real_time ();
  g_autoptr (GError) error = NULL;
  g_autofree gchar *token = add_grant (store, PB_GRANT_INVITATION,
      (PbGrant){ .role = PB_ROLE_COACH, .expires_utc_us = now + 1000000 });
  g_autofree gchar *key = add_grant (
      store, PB_GRANT_API_KEY, (PbGrant){ .scopes = PB_SCOPE_ADMIN });
  g_autoptr (PbGrant) found =
      pb_store_find_invitation (store, token, now, &error);
  g_autoptr (GPtrArray) keys = NULL;
  g_autoptr (PbGrant) many = g_new0 (PbGrant, 1);
  guint n = 0;
  gchar *made;

  g_assert_cmpint (found->role, ==, PB_ROLE_COACH);
  g_assert_null (
      pb_store_find_invitation (store, token, now + 1000000, &error));
  g_assert_error (error, PB_STORE_ERROR, PB_STORE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (pb_store_find_invitation (store, key, now, &error));
  g_clear_error (&error);
  g_assert_false (pb_store_remove_grant (
      store, PB_GRANT_INVITATION, found->id, "red", &error));
  g_clear_error (&error);
  g_assert_true (pb_store_remove_grant (
      store, PB_GRANT_INVITATION, found->id, "default", &error));
  g_assert_null (pb_store_find_invitation (store, token, now, NULL));
  keys = pb_store_list_grants (store, PB_GRANT_API_KEY, "default", &error);
  g_assert_cmpuint (keys->len, ==, 1);
  pb_store_note_key_use (store, ((PbGrant *) keys->pdata[0])->id);
  pb_test_recording_wait_for_store (f);
  g_ptr_array_unref (keys);
  keys = pb_store_list_grants (store, PB_GRANT_API_KEY, NULL, &error);
  g_assert_cmpint (((PbGrant *) keys->pdata[0])->last_used_utc_us, >=, now);
  /* So many and no more. */
  many->team = g_strdup ("default");
  many->name = g_strdup ("x");
  many->created_by = g_strdup ("ann");
  g_assert_true (pb_store_begin_change (store, PB_STORE_BRIEFLY_MS, &error));
  while (
      n < 2 * PB_GRANTS_MAX
      && (made = pb_store_add_grant (store, PB_GRANT_API_KEY, many, &error))) {
    pb_secret_free (made);
    n++;
  }
  g_assert_error (error, PB_STORE_ERROR, PB_STORE_ERROR_REFUSED);
  g_assert_cmpuint (n, ==, PB_GRANTS_MAX - 1);
  g_assert_false (pb_store_end_change (store, FALSE, NULL));
  g_ptr_array_unref (keys);
  keys = pb_store_list_grants (store, PB_GRANT_API_KEY, NULL, NULL);
  g_assert_cmpuint (keys->len, ==, 1);
}

/* Devices with their drivers, and readers, of a team: so many and no more. */
static void
test_keys_are_limited (PbTestRecording *f, gconstpointer unused)
{
  PbStore *store = f->data->store;
  PbSeal *seal = f->data->seal;
  g_autoptr (GError) error = NULL;

  g_assert_true (pb_store_begin_change (store, PB_STORE_BRIEFLY_MS, &error));
  for (guint i = 0; i <= PB_PASSPHRASES_MAX; i++) {
    g_autofree gchar *name = g_strdup_printf ("n%u", i);
    gchar *device =
        pb_store_add_device (store, seal, name, name, "default", &error);
    gchar *reader;

    if (i == PB_PASSPHRASES_MAX) {
      g_assert_error (error, PB_STORE_ERROR, PB_STORE_ERROR_REFUSED);
      g_assert_nonnull (
          strstr (error->message, G_STRINGIFY (PB_PASSPHRASES_MAX)));
      g_clear_error (&error);
    } else {
      g_assert_no_error (error);
    }
    reader = pb_store_add_reader (store, seal, name, NULL, "default", &error);
    g_assert_cmpint (device != NULL, ==, i < PB_PASSPHRASES_MAX);
    g_assert_cmpint (reader != NULL, ==, i < PB_PASSPHRASES_MAX);
    pb_secret_free (device);
    pb_secret_free (reader);
  }
  g_assert_error (error, PB_STORE_ERROR, PB_STORE_ERROR_REFUSED);
  g_clear_error (&error);
  /* A device may be given to a driver who is there, not to one more. */
  g_assert_true (
      pb_store_set_device_driver (store, "n0", "n1", "default", &error));
  g_assert_false (
      pb_store_set_device_driver (store, "n0", "new", "default", &error));
  g_clear_error (&error);
  /* What is taken away makes room. */
  g_assert_true (pb_store_remove_device (store, "n0", "default", &error));
  pb_secret_free (
      pb_store_add_device (store, seal, "again", "n1", "default", &error));
  g_assert_no_error (error);
  g_assert_false (pb_store_end_change (store, FALSE, NULL));
}

/* No secret lies in the database: neither in words nor as a part. */
static void
test_no_secret (PbTestRecording *f, gconstpointer unused)
{
  PbStore *store = f->data->store;
  g_autofree gchar *ann = add_person (store, "ann", "default", PB_ROLE_ADMIN);
  g_autofree gchar *refresh_token = NULL;
  g_autofree gchar *family = open_login (store, ann, NOW_US, &refresh_token);
  g_autofree gchar *key =
      add_grant (store, PB_GRANT_API_KEY, (PbGrant){ .scopes = 1 });
  g_autofree gchar *path = dup_db_path (f);
  g_autofree gchar *wal = g_strconcat (path, "-wal", NULL);
  const gchar *const files[] = { path, wal };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree gchar *content = NULL;
    gsize size;

    if (!g_file_get_contents (files[i], &content, &size, NULL))
      continue;
    for (gsize at = 0; at + 20 < size; at++) {
      g_assert_false (memcmp (content + at, key + 17, 20) == 0);
      g_assert_false (memcmp (content + at, refresh_token + 17, 20) == 0);
    }
  }
}

static void
test_audit (PbTestRecording *f, gconstpointer unused)
{
  PbStore *store = f->data->store;
  static const gchar *const tries[] = { "UPDATE audit SET who = 'x'",
    "DELETE FROM audit",
    "REPLACE INTO audit (pk, utc_us, who, kind, action, "
    "target, address, detail) VALUES (1,1,'','','','','',"
    "'')" };
  g_autoptr (PbPrincipal) ann =
      pb_principal_new (PB_PRINCIPAL_PERSON, "id", "ann", "red");
  g_autoptr (PbPrincipal) bob =
      pb_principal_new (PB_PRINCIPAL_PERSON, "id", "bob", "default");
  g_autofree gchar *huge = g_strnfill (100000, 'x');
  g_autofree gchar *path = dup_db_path (f);
  g_autoptr (GPtrArray) rows = NULL, older = NULL, all = NULL;
  const PbAuditRow *row;
  sqlite3 *db;

  pb_audit_add (store, ann, "key.add", "abc", "127.0.0.1", "read_live");
  pb_audit_add (store, bob, "key.add", NULL, NULL, huge);
  pb_audit_add (store, ann, "key.remove", "abc\xff", "::1", NULL);
  pb_test_recording_wait_for_store (f);
  rows = pb_audit_list (store, "red", G_MAXINT64, 10, NULL);
  g_assert_cmpuint (rows->len, ==, 2);
  row = g_ptr_array_index (rows, 0);
  g_assert_cmpstr (row->action, ==, "key.remove");
  g_assert_true (g_utf8_validate (row->target, -1, NULL));
  older = pb_audit_list (store, "red", row->pk, 10, NULL);
  g_assert_cmpuint (older->len, ==, 1);
  all = pb_audit_list (store, NULL, G_MAXINT64, 2, NULL);
  g_assert_cmpuint (all->len, ==, 2);
  row = g_ptr_array_index (all, 1);
  g_assert_cmpuint (strlen (row->detail), ==, 256);
  /* With what it tells of, or not at all. */
  for (guint keep = 0; keep < 2; keep++) {
    g_autoptr (GPtrArray) now = NULL;

    g_assert_true (pb_store_begin_change (store, PB_STORE_BRIEFLY_MS, NULL));
    g_assert_true (
        pb_audit_write (store, ann, "key.add", NULL, NULL, NULL, NULL));
    pb_store_end_change (store, keep, NULL);
    now = pb_audit_list (store, "red", G_MAXINT64, 10, NULL);
    g_assert_cmpuint (now->len, ==, 2 + keep);
  }

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  sqlite3_exec (db, "PRAGMA recursive_triggers = ON", NULL, NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tries); i++)
    g_assert_cmpint (
        sqlite3_exec (db, tries[i], NULL, NULL, NULL), !=, SQLITE_OK);
  sqlite3_close (db);
  g_clear_pointer (&rows, g_ptr_array_unref);
  rows = pb_audit_list (store, NULL, G_MAXINT64, 10, NULL);
  g_assert_cmpuint (rows->len, ==, 4);
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

enum { QUEUED, WRITING, LET_GO };

static gboolean
write_until_let_go (PbStore *store, gpointer stage, GError **error)
{
  g_atomic_int_set ((gint *) stage, WRITING);
  pb_test_wait_until (g_atomic_int_get ((gint *) stage) == LET_GO);
  return TRUE;
}

static void
keep (gpointer stage)
{
}

/* Another process has the database for itself: the main thread is told so
 * soon. */
static void
test_change_does_not_wait (PbTestRecording *f, gconstpointer unused)
{
  PbStore *store = f->data->store;
  g_autofree gchar *path = dup_db_path (f);
  g_autoptr (GError) error = NULL;
  gint stage = QUEUED;
  sqlite3 *db;

  /* The writer's thread has the store's lock in its hand. */
  pb_store_queue (store, write_until_let_go, &stage, keep);
  pb_test_wait_until (g_atomic_int_get (&stage) == WRITING);
  g_assert_false (pb_store_begin_change (store, PB_STORE_BRIEFLY_MS, &error));
  g_assert_error (error, PB_STORE_ERROR, PB_STORE_ERROR_BUSY);
  g_clear_error (&error);
  g_atomic_int_set (&stage, LET_GO);
  pb_test_wait_until (pb_store_get_waiting (store) == 0);
  /* Nobody has it, but another process the file. */
  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (
      sqlite3_exec (db, "BEGIN EXCLUSIVE", NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_false (pb_store_begin_change (store, PB_STORE_BRIEFLY_MS, &error));
  g_assert_error (error, PB_STORE_ERROR, PB_STORE_ERROR_BUSY);
  sqlite3_exec (db, "ROLLBACK", NULL, NULL, NULL);
  sqlite3_close (db);
}

/* What a server of version 2 left behind. */
static void
test_migration (PbTestRecording *f, gconstpointer unused)
{
  g_autofree gchar *path = g_build_filename (f->folder, "old.db", NULL);
  g_autofree gchar *one = NULL, *two = NULL;
  g_autoptr (GPtrArray) devices = NULL, readers = NULL, sessions = NULL;
  g_autoptr (GPtrArray) teams = NULL;
  g_autoptr (PbStore) store = NULL;
  g_autoptr (GError) error = NULL;
  sqlite3 *db;

  g_assert_true (
      g_file_get_contents (MIGRATIONS_DIR "/001-base.sql", &one, NULL, &error));
  g_assert_true (g_file_get_contents (
      MIGRATIONS_DIR "/002-readers.sql", &two, NULL, &error));
  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, one, NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, two, NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_cmpint (
      sqlite3_exec (db,
          "INSERT INTO drivers VALUES ('car07', 'car07', 5);"
          "INSERT INTO devices VALUES ('pc', 'car07', x'00', 6);"
          "INSERT INTO readers VALUES ('tv', '', x'00', 7);"
          "INSERT INTO sessions (id, driver_id, device, started_utc_us) "
          "VALUES ('s1', 'car07', 'pc', 8);"
          "PRAGMA user_version = 2",
          NULL, NULL, NULL),
      ==, SQLITE_OK);
  sqlite3_close (db);
  store = pb_store_new (path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (pb_store_get_version (store), >=, 3);
  devices = pb_store_list_devices (store, NULL, &error);
  g_assert_cmpuint (devices->len, ==, 1);
  g_assert_cmpstr (((PbDevice *) devices->pdata[0])->team, ==, "default");
  readers = pb_store_list_readers (store, NULL, &error);
  g_assert_cmpstr (((PbReader *) readers->pdata[0])->team, ==, "default");
  sessions =
      pb_store_list_sessions (store, "default", NULL, G_MAXINT64, 9, &error);
  g_assert_cmpuint (sessions->len, ==, 1);
  g_ptr_array_unref (sessions);
  sessions = pb_store_list_sessions (store, "red", NULL, G_MAXINT64, 9, &error);
  g_assert_cmpuint (sessions->len, ==, 0);
  teams = pb_store_list_teams (store, &error);
  g_assert_cmpuint (teams->len, ==, 1);
  g_assert_cmpint (((PbTeam *) teams->pdata[0])->created_utc_us, >,
      G_GINT64_CONSTANT (1600000000000000));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) \
  g_test_add (path, PbTestRecording, NULL, pb_test_recording_set_up, func, \
      pb_test_recording_tear_down)
  ADD ("/identity/people", test_people);
  ADD ("/identity/teams", test_teams);
  ADD ("/identity/devices/rotate", test_rotate);
  ADD ("/identity/logins/refresh", test_refresh);
  ADD ("/identity/logins/refresh-repeated", test_refresh_repeated);
  ADD ("/identity/logins/are-few", test_logins_are_few);
  ADD ("/identity/totp", test_totp_step);
  ADD ("/identity/directory", test_directory);
  ADD ("/identity/directory/follows-others", test_directory_follows);
  ADD ("/identity/grants", test_grants);
  ADD ("/identity/keys-limited", test_keys_are_limited);
  ADD ("/identity/no-secret-on-disk", test_no_secret);
  ADD ("/identity/audit", test_audit);
  ADD ("/identity/jwt-keys", test_jwt_keys);
  ADD ("/identity/change-does-not-wait", test_change_does_not_wait);
  ADD ("/identity/migration-from-2", test_migration);
  return g_test_run ();
}
