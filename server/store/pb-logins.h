/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Logins: families of refresh tokens, of which one at a time is good; and the
 * keys that sign access tokens. */
#pragma once

#include "auth/pb-jwt.h"
#include "store/pb-store.h"

G_BEGIN_DECLS

/** PB_LOGIN_LIFE_US: a login that is not used for so long is over. */
#define PB_LOGIN_LIFE_US (G_TIME_SPAN_DAY * 30)
/** PB_LOGINS_MAX: of one person; one more ends the oldest. */
#define PB_LOGINS_MAX 20

/**
 * PbLogin:
 * @id: of the family
 * @last_utc_us: when it was refreshed last
 * @address, @agent: where it began and what said it was
 */
typedef struct {
  gchar *id;
  gchar *person;
  gchar *team;
  gint64 started_utc_us;
  gint64 last_utc_us;
  gint64 expires_utc_us;
  gchar *address;
  gchar *agent;
} PbLogin;

/**
 * PbRefreshVerdict:
 * @PB_REFRESH_UNKNOWN: no token of ours, or its login is over
 * @PB_REFRESH_GOOD: it has been used now
 * @PB_REFRESH_REPEATED: it was used a moment ago, and its answer was not used:
 *   there is another answer now in place of that
 * @PB_REFRESH_REPLAYED: it had been used before, so its login ends
 */
typedef enum {
  PB_REFRESH_UNKNOWN,
  PB_REFRESH_GOOD,
  PB_REFRESH_REPEATED,
  PB_REFRESH_REPLAYED,
} PbRefreshVerdict;

void pb_login_free (PbLogin *login);

gchar *pb_store_open_login (PbStore *store, const gchar *person,
    const gchar *team, const gchar *address, const gchar *agent, gint64 now_us,
    gchar **refresh_token, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pb_store_refresh_login (PbStore *store, const gchar *token,
    gint64 now_us, PbRefreshVerdict *verdict, PbLogin **login,
    gchar **refresh_token, GError **error);
gboolean pb_store_set_login_team (
    PbStore *store, const gchar *login, const gchar *team, GError **error);
gboolean pb_store_end_login (
    PbStore *store, const gchar *login, const gchar *person, GError **error);
gboolean pb_store_end_logins (
    PbStore *store, const gchar *person, const gchar *but, GError **error);
GPtrArray *pb_store_list_logins (PbStore *store, const gchar *person,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean pb_store_load_jwt_keys (PbStore *store, PbJwt *jwt, GError **error);
gboolean pb_store_rotate_jwt_key (
    PbStore *store, PbJwt *jwt, gint64 now_us, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbLogin, pb_login_free)

G_END_DECLS
