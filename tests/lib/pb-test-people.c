/* SPDX-License-Identifier: LGPL-2.1-or-later
 * People of a store, and their logins. */
#include "pb-test-people.h"

#include "store/pb-logins.h"

gchar *
pb_test_add_person (
    PbStore *store, const gchar *login, const gchar *team, PbRole role)
{
  g_autoptr (GError) error = NULL;
  gchar *id = pb_store_add_person (store, login, login, "hash", &error);

  g_assert_no_error (error);
  g_assert_true (pb_store_set_member (store, team, id, role, &error));
  g_assert_no_error (error);
  return id;
}

gchar *
pb_test_open_login (
    PbStore *store, const gchar *person, gint64 now_us, gchar **token)
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
