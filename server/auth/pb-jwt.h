/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbJwt: access tokens of minutes, signed with keys that rotate. */
#pragma once

#include <gio/gio.h>

#include "auth/pb-seal.h"

G_BEGIN_DECLS

/** PB_JWT_LIFE_S: how long an access token is good for. */
#define PB_JWT_LIFE_S 300
/** PB_JWT_ROTATE_S: age at which a key signs nothing more. */
#define PB_JWT_ROTATE_S (24 * 3600)
/** PB_JWT_MAX_CHARS: a longer one is not looked at; ours have about 300. */
#define PB_JWT_MAX_CHARS 1024

/**
 * PbJwtClaims:
 * @person: id
 * @team: the team that the person acts in
 * @role: name of the role there when it was signed
 * @family: id of the login
 */
typedef struct {
  gchar *person;
  gchar *team;
  gchar *role;
  gchar *family;
} PbJwtClaims;

/* Main thread only. Times are seconds since 1970. */
typedef struct _PbJwt PbJwt;

PbJwt *pb_jwt_new (PbSeal *seal);
void pb_jwt_free (PbJwt *jwt);
gboolean pb_jwt_needs_key (PbJwt *jwt, gint64 now_s);
GBytes *pb_jwt_add_new_key (PbJwt *jwt, gint64 now_s) G_GNUC_WARN_UNUSED_RESULT;
gboolean pb_jwt_add_key (
    PbJwt *jwt, GBytes *sealed, gint64 created_s, GError **error);
gchar *pb_jwt_sign (PbJwt *jwt, const PbJwtClaims *claims, gint64 now_s);
PbJwtClaims *pb_jwt_verify (PbJwt *jwt, const gchar *token, gint64 now_s);
void pb_jwt_claims_free (PbJwtClaims *claims);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbJwt, pb_jwt_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbJwtClaims, pb_jwt_claims_free)

G_END_DECLS
