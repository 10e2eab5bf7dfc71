/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbDirectory: who is who, in memory: no request waits for the database to know
 * who asks, and what is withdrawn is withdrawn at once. */
#pragma once

#include "auth/pb-jwt.h"
#include "auth/pb-principal.h"
#include "store/pb-people.h"
#include "store/pb-store.h"

G_BEGIN_DECLS

typedef struct _PbDirectory PbDirectory;

/* Where a person is a member. */
typedef struct {
  const gchar *team;
  const gchar *team_name;
  PbRole role;
} PbMembership;

PbDirectory *pb_directory_new (
    PbStore *store, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_directory_free (PbDirectory *directory);
gboolean pb_directory_load (PbDirectory *directory, GError **error);
gboolean pb_directory_follow (PbDirectory *directory);

gboolean pb_directory_has_people (PbDirectory *directory);
const PbPerson *pb_directory_get_person (
    PbDirectory *directory, const gchar *id);
const gchar *pb_directory_get_team_name (
    PbDirectory *directory, const gchar *team);
const gchar *pb_directory_get_driver_team (
    PbDirectory *directory, const gchar *driver);
GArray *pb_directory_list_memberships (
    PbDirectory *directory, const gchar *person);
PbRole pb_directory_get_role (
    PbDirectory *directory, const gchar *team, const gchar *person);

PbPrincipal *pb_directory_find_login (
    PbDirectory *directory, const PbJwtClaims *claims, gint64 now_us);
PbPrincipal *pb_directory_find_token (
    PbDirectory *directory, const gchar *token, gint64 now_us);
gboolean pb_directory_renew (PbDirectory *directory, PbPrincipal *principal);
gboolean pb_directory_is_alive (
    PbDirectory *directory, const PbPrincipal *principal, gint64 now_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbDirectory, pb_directory_free)

G_END_DECLS
