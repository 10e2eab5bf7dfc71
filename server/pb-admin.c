/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The person "admin" whose password stands in a file. */
#include "pb-admin.h"

#include "auth/pb-password.h"
#include "store/pb-audit.h"
#include "store/pb-logins.h"
#include "store/pb-people.h"

/* A command may write just now. */
#define WAIT_MS 5000

static gboolean
write_admin (
    PbStore *store, PbPerson *person, const gchar *hash, GError **error)
{
  g_autoptr (PbPrincipal) who = pb_principal_new (
      PB_PRINCIPAL_LOCAL, NULL, "--admin-password-file", PB_TEAM_DEFAULT);
  g_autofree gchar *id = person ? g_strdup (person->id) : NULL;

  if (!person)
    id = pb_store_add_person (
        store, PB_ADMIN_LOGIN, "Administrator", hash, error);
  else if (hash
           && (!pb_store_set_password (store, id, hash, error)
               || !pb_store_end_logins (store, id, NULL, error)))
    return FALSE;
  return id
         && pb_store_set_member (
             store, PB_TEAM_DEFAULT, id, PB_ROLE_ADMIN, error)
         && (!hash
             || pb_audit_write (store, who,
                 person ? "password.set" : "person.add", PB_ADMIN_LOGIN, NULL,
                 "admin", error));
}

/**
 * pb_admin_ensure:
 * @password_file: see pb_password_hash_from_file()
 *
 * Makes the person, or changes the password; as long as it is the same its
 * logins go on over a restart of the server.
 *
 * Returns: %FALSE with @error set
 */
gboolean
pb_admin_ensure (PbStore *store, const gchar *password_file, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (PbPerson) person =
      pb_store_find_person (store, PB_ADMIN_LOGIN, &local);
  g_autofree gchar *hash = NULL;
  gboolean keep;

  if (!person
      && !g_error_matches (local, PB_STORE_ERROR, PB_STORE_ERROR_NOT_FOUND)) {
    g_propagate_error (error, g_steal_pointer (&local));
    return FALSE;
  }
  hash = pb_password_hash_from_file (
      password_file, person ? person->password_hash : NULL, error);
  if (!hash || !pb_store_begin_change (store, WAIT_MS, error))
    return FALSE;
  if (person && g_str_equal (hash, person->password_hash))
    g_clear_pointer (&hash, g_free);
  keep = write_admin (store, person, hash, error);
  return pb_store_end_change (store, keep, keep ? error : NULL);
}
