/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the database keeps of teams, people, logins, keys, links, devices and
 * the audit log; and who is found by it. */
#include <sqlite3.h>
#include <string.h>

#include "../lib/pb-test-people.h"
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
#include "store/pb-recordings.h"
#include "store/pb-sync-offsets.h"

#define NOW_US (G_GINT64_CONSTANT (1800000000) * G_USEC_PER_SEC)

static void
test_people (PbTestRecording *f, gconstpointer unused)
{
  PbStore *store = f->data->store;
  static const gchar *const bad[] = { "", "a b", "a\tb", "j\xc3\xa9", "a\x7f" };
  g_autofree gchar *long_login = g_strnfill (PB_LOGIN_MAX_BYTES + 1, 'a');
  g_autofree gchar *ann =
      pb_test_add_person (store, "ann", "default", PB_ROLE_ADMIN);
  g_autofree gchar *bob =
      pb_test_add_person (store, "bob", "default", PB_ROLE_VIEWER);
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
  ann = pb_test_add_person (store, "ann", "red", PB_ROLE_ADMIN);
  g_assert_false (pb_store_remove_team (store, "red", &error));
  g_assert_error (error, PB_STORE_ERROR, PB_STORE_ERROR_REFUSED);
  g_clear_error (&error);
  g_assert_true (pb_store_add_team (store, "empty", "x", &error));
  g_assert_true (pb_store_remove_team (store, "empty", &error));
}

/* What was recorded, shared and trimmed of a driver goes with it, and nothing of
 * another one. */
static void
test_remove_driver (PbTestRecording *f, gconstpointer unused)
{
  PbStore *store = f->data->store;
  const gchar *const drivers[] = { "car07", "car08" };
  g_autoptr (GPtrArray) sessions = NULL;
  g_autoptr (GPtrArray) offsets = NULL;
  g_autoptr (GError) error = NULL;
  gchar *team;

  for (guint i = 0; i < G_N_ELEMENTS (drivers); i++) {
    gchar *key = pb_store_add_device (
        store, f->data->seal, drivers[i], drivers[i], "default", &error);

    g_assert_no_error (error);
    pb_secret_free (key);
    g_assert_cmpint (
        pb_store_open_session (store, drivers[i], drivers[i], "pc", 1, &error),
        >, 0);
    g_assert_true (
        pb_store_set_sync_offset (store, drivers[i], "pc", 5, &error));
  }
  g_assert_null (pb_store_remove_driver (store, "car07", &error));
  g_assert_error (error, PB_STORE_ERROR, PB_STORE_ERROR_REFUSED);
  g_clear_error (&error);
  g_assert_true (pb_store_remove_device (store, "car07", NULL, &error));
  team = pb_store_remove_driver (store, "car07", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (team, ==, "default");
  g_free (team);
  sessions = pb_store_list_sessions (store, NULL, NULL, G_MAXINT64, 10, &error);
  g_assert_cmpuint (sessions->len, ==, 1);
  offsets = pb_store_list_sync_offsets (store, NULL, &error);
  g_assert_cmpuint (offsets->len, ==, 1);
  g_assert_null (pb_store_remove_driver (store, "car07", &error));
  g_assert_error (error, PB_STORE_ERROR, PB_STORE_ERROR_NOT_FOUND);
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
  ann = pb_test_add_person (store, "ann", "default", PB_ROLE_COACH);
  family = pb_test_open_login (store, ann, g_get_real_time (), &refresh_token);
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
  g_autofree gchar *path = pb_test_recording_dup_db_path (f);
  g_autoptr (PbStore) other = pb_store_new (path, NULL);
  g_autofree gchar *ann = NULL;

  g_assert_false (pb_directory_follow (d));
  ann = pb_test_add_person (other, "ann", "default", PB_ROLE_ADMIN);
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
  g_autofree gchar *ann =
      pb_test_add_person (store, "ann", "default", PB_ROLE_ADMIN);
  g_autofree gchar *refresh_token = NULL;
  g_autofree gchar *family =
      pb_test_open_login (store, ann, NOW_US, &refresh_token);
  g_autofree gchar *key =
      add_grant (store, PB_GRANT_API_KEY, (PbGrant){ .scopes = 1 });
  g_autofree gchar *path = pb_test_recording_dup_db_path (f);
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
  g_autofree gchar *path = pb_test_recording_dup_db_path (f);
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

/* They are others' already. */
static void
test_reserved_names (PbTestRecording *f, gconstpointer unused)
{
  static const gchar *const reserved[] = { "local", "key-", "key-abc" };
  static const gchar *const fine[] = { "locals", "key", "keys-abc",
    "my-key-a" };
  const PbPrincipal key = { .kind = PB_PRINCIPAL_API_KEY, .id = (gchar *) "a" };
  const PbPrincipal local = { .kind = PB_PRINCIPAL_LOCAL };
  g_autofree gchar *key_name = pb_principal_dup_device (&key);
  g_autofree gchar *local_name = pb_principal_dup_device (&local);

  g_assert_true (pb_principal_reserves (key_name));
  g_assert_true (pb_principal_reserves (local_name));
  for (guint i = 0; i < G_N_ELEMENTS (reserved); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (pb_store_add_device (f->data->store, f->data->seal,
        reserved[i], "car07", "default", &error));
    g_assert_error (error, PB_STORE_ERROR, PB_STORE_ERROR_INVALID);
  }
  for (guint i = 0; i < G_N_ELEMENTS (fine); i++) {
    g_autoptr (GError) error = NULL;
    gchar *secret = pb_store_add_device (
        f->data->store, f->data->seal, fine[i], "car07", "default", &error);

    g_assert_no_error (error);
    pb_secret_free (secret);
  }
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
  ADD ("/identity/drivers/remove", test_remove_driver);
  ADD ("/identity/devices/reserved-names", test_reserved_names);
  ADD ("/identity/directory", test_directory);
  ADD ("/identity/directory/follows-others", test_directory_follows);
  ADD ("/identity/grants", test_grants);
  ADD ("/identity/keys-limited", test_keys_are_limited);
  ADD ("/identity/no-secret-on-disk", test_no_secret);
  ADD ("/identity/audit", test_audit);
  return g_test_run ();
}
