/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a team gives away by a secret that is shown once: API keys for programs,
 * links to one driver or recording, invitations. */
#pragma once

#include "auth/pb-principal.h"
#include "store/pb-store.h"

G_BEGIN_DECLS

/* Of one team, each. */
#define PB_GRANTS_MAX 500

/**
 * PbGrant:
 * @name: of an API key
 * @scopes: of an API key, #PbScope
 * @driver, @session: (nullable): of a share, one of them
 * @role: of an invitation
 * @created_by: name of who made it
 * @expires_utc_us: 0 = never
 * @last_used_utc_us: of an API key; 0 = never
 */
typedef struct {
  gchar *id;
  gchar *team;
  gchar *name;
  guint scopes;
  gchar *driver;
  gchar *session;
  PbRole role;
  gchar *created_by;
  gint64 created_utc_us;
  gint64 expires_utc_us;
  gint64 last_used_utc_us;
  guint8 hash[32];
} PbGrant;

/* What a grant is. */
typedef enum {
  PB_GRANT_API_KEY,
  PB_GRANT_SHARE,
  PB_GRANT_INVITATION,
} PbGrantKind;

void pb_grant_free (PbGrant *grant);

gchar *pb_store_add_grant (PbStore *store, PbGrantKind kind, PbGrant *grant,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *pb_store_list_grants (PbStore *store, PbGrantKind kind,
    const gchar *team, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean pb_store_remove_grant (PbStore *store, PbGrantKind kind,
    const gchar *id, const gchar *team, GError **error);
PbGrant *pb_store_find_invitation (PbStore *store, const gchar *token,
    gint64 now_us, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_store_note_key_use (PbStore *store, const gchar *id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbGrant, pb_grant_free)

G_END_DECLS
