/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Teams, people, and who is what in which team. */
#pragma once

#include "auth/pb-principal.h"
#include "store/pb-store.h"

G_BEGIN_DECLS

/* Of the whole server: what is kept in memory of each is some hundred bytes. */
#define PB_PEOPLE_MAX 1000
#define PB_TEAMS_MAX 100
#define PB_LOGIN_MAX_BYTES 64
#define PB_NAME_MAX_BYTES 128

typedef struct {
  gchar *id;
  gchar *name;
  gint64 created_utc_us;
} PbTeam;

/**
 * PbPerson:
 * @role: in the team that was asked for; else %PB_ROLE_NONE
 * @sealed_totp: (nullable): second factor, sealed
 * @totp_step: see pb_totp_check()
 * @last_login_utc_us: 0 = never
 */
typedef struct {
  gchar *id;
  gchar *login;
  gchar *name;
  gchar *password_hash;
  GBytes *sealed_totp;
  gint64 totp_step;
  gint64 created_utc_us;
  gint64 last_login_utc_us;
  PbRole role;
} PbPerson;

void pb_team_free (PbTeam *team);
void pb_person_free (PbPerson *person);

gboolean pb_store_add_team (
    PbStore *store, const gchar *id, const gchar *name, GError **error);
gboolean pb_store_remove_team (PbStore *store, const gchar *id, GError **error);
GPtrArray *pb_store_list_teams (
    PbStore *store, GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean pb_person_check_names (
    const gchar *login, const gchar *name, GError **error);
gchar *pb_store_add_person (PbStore *store, const gchar *login,
    const gchar *name, const gchar *password_hash,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
PbPerson *pb_store_find_person (PbStore *store, const gchar *login,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
PbPerson *pb_store_get_person (
    PbStore *store, const gchar *id, GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *pb_store_list_people (PbStore *store, const gchar *team,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pb_store_remove_person (
    PbStore *store, const gchar *id, GError **error);
gboolean pb_store_set_password (
    PbStore *store, const gchar *id, const gchar *hash, GError **error);
gboolean pb_store_check_same_password (
    PbStore *store, const PbPerson *person, GError **error);
gboolean pb_store_set_totp (PbStore *store, const gchar *id, GBytes *sealed,
    gint64 step, GError **error);
gboolean pb_store_add_totp (PbStore *store, const gchar *id, GBytes *sealed,
    gint64 step, GError **error);
gboolean pb_store_take_totp_step (
    PbStore *store, const gchar *id, gint64 step, GError **error);
gboolean pb_store_set_member (PbStore *store, const gchar *team,
    const gchar *person, PbRole role, GError **error);
gboolean pb_store_join_team (PbStore *store, const gchar *team,
    const gchar *person, PbRole role, GError **error);
gboolean pb_store_change_role (PbStore *store, const gchar *team,
    const gchar *person, PbRole role, GError **error);
gboolean pb_store_remove_member (
    PbStore *store, const gchar *team, const gchar *person, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbTeam, pb_team_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbPerson, pb_person_free)

G_END_DECLS
